//! Places for pages of the portal that wait for what changes.

use super::places::{Place, Places};
use postern_domain::limit::household;
use postern_types::LinkId;
use std::net::IpAddr;

/// Those of one link, whoever opened it how often: a page or two on a few devices, and what a browser leaves behind.
const A_LINK: usize = 12;
/// Those of one address: a mobile network stands behind few.
const AN_ADDRESS: usize = 200;

/// Who may have how many open.
pub struct Streams {
    links: Places<LinkId>,
    addresses: Places<[u8; 16]>,
}

/// A page's place, for as long as it waits.
pub struct Watch {
    _link: Place<LinkId>,
    _address: Place<[u8; 16]>,
}

impl Streams {
    /// A quarter of the connections, so that members find the rest.
    pub fn new(connections: usize) -> Self {
        let most = connections.div_ceil(4);
        Self {
            links: Places::new(most),
            addresses: Places::new(most),
        }
    }

    /// A place for a page of that link; none when it, its address or everybody together has too many.
    pub fn watch(&self, address: IpAddr, link: LinkId) -> Option<Watch> {
        Some(Watch {
            _link: self.links.take(link, A_LINK)?,
            _address: self.addresses.take(household(address), AN_ADDRESS)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use uuid::Uuid;

    #[test]
    fn a_link_an_address_and_all_together_have_so_many_pages_open_and_no_more() {
        let streams = Streams::new(4 * 300);
        let watch = |address: u32, link: u128| {
            let address = IpAddr::V4(Ipv4Addr::from(address));
            streams.watch(address, LinkId(Uuid::from_u128(link)))
        };
        let mut open: Vec<_> = (0..19).filter_map(|_| watch(1, 1)).collect();
        assert_eq!(open.len(), 12);
        open.extend((2..900).filter_map(|link| watch(1, link)));
        assert_eq!(open.len(), 200);
        open.extend((1000_u32..2000).filter_map(|link| watch(link, link.into())));
        assert_eq!(open.len(), 300);
        open.clear();
        assert!(watch(1, 1).is_some());
    }
}
