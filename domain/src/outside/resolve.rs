//! From a name to addresses that may be reached.

use super::Reach;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Finds a name's addresses.
pub(super) trait Look: Send + Sync + 'static {
    fn look(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
pub(super) struct System;

impl Look for System {
    fn look(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the name has an address that is not reached")]
    Barred,
    #[error("the name is not known")]
    Unknown,
}

/// Lets a name through whose addresses may all be reached. One that has others beside them wants to be reached by chance: it
/// is refused as a whole.
pub(super) struct Filter {
    reach: Reach,
    look: Arc<dyn Look>,
}

impl Filter {
    pub(super) fn new(reach: Reach, look: Arc<dyn Look>) -> Self {
        Self { reach, look }
    }
}

impl Resolve for Filter {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, self.look.look(name.as_str().to_owned()));
        Box::pin(async move {
            let found = found.await.map_err(|_| Fault::Unknown)?;
            if found.is_empty() {
                return Err(Fault::Unknown.into());
            }
            if !found.iter().all(|ip| reach.allows(*ip)) {
                return Err(Fault::Barred.into());
            }
            let found: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(found)
        })
    }
}
