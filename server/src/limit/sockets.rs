//! Places for open sockets: by session, by address and by workspace.

use super::places::{Place, Places};
use crate::config;
use postern_domain::{limit::household, live::Pass};
use postern_types::{SessionId, WorkspaceId};
use std::net::IpAddr;

/// Who may have how many sockets open.
pub struct Sockets {
    sessions: Places<SessionId>,
    addresses: Places<[u8; 16]>,
    workspaces: Places<WorkspaceId>,
    a_session: usize,
    an_address: usize,
}

/// A socket's place, for as long as it is open.
pub struct Seat {
    _session: Place<SessionId>,
    _address: Place<[u8; 16]>,
    _workspace: Place<WorkspaceId>,
}

impl Sockets {
    /// As configured: a workspace may have half of what there are connections.
    pub fn new(config: &config::Limits) -> Self {
        Self {
            sessions: Places::new(config.connections),
            addresses: Places::new(config.connections),
            workspaces: Places::new(config.connections),
            a_session: config.sockets_per_session,
            an_address: config.connections_per_address,
        }
    }

    /// A place for that pass's socket; none when its session, its address or its workspace has too many open.
    pub fn seat(&self, address: IpAddr, pass: &Pass) -> Option<Seat> {
        let a_workspace = self.workspaces.most().div_ceil(2);
        Some(Seat {
            _session: self.sessions.take(pass.session, self.a_session)?,
            _address: self.addresses.take(household(address), self.an_address)?,
            _workspace: self.workspaces.take(pass.workspace, a_workspace)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::{AccountId, MemberId};
    use time::OffsetDateTime;
    use uuid::Uuid;

    fn pass(session: u128, workspace: u128) -> Pass {
        Pass {
            session: SessionId(Uuid::from_u128(session)),
            account: AccountId(Uuid::nil()),
            workspace: WorkspaceId(Uuid::from_u128(workspace)),
            member: MemberId(Uuid::nil()),
            limited: false,
            ends_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_session_an_address_and_a_workspace_have_so_many_sockets_and_no_more() {
        let sockets = Sockets::new(&config::Limits {
            connections: 10,
            connections_per_address: 3,
            sockets_per_session: 2,
            ..config::Limits::default()
        });
        let mut open = Vec::new();
        for (address, session, workspace, expected) in [
            (1, 1, 1, true),
            (1, 1, 1, true),
            // Its session has two.
            (2, 1, 1, false),
            (1, 2, 1, true),
            // Its address has three; what it was refused keeps no place of its session's.
            (1, 3, 1, false),
            (2, 3, 1, true),
            (2, 3, 1, true),
            // Its workspace has half of ten.
            (3, 4, 1, false),
            (3, 4, 2, true),
        ] {
            let address = IpAddr::from([203, 0, 113, address]);
            let seat = sockets.seat(address, &pass(session, workspace));
            assert_eq!(seat.is_some(), expected, "{address} {session} {workspace}");
            open.extend(seat);
        }
        open.clear();
        assert!(
            sockets
                .seat(IpAddr::from([203, 0, 113, 1]), &pass(1, 1))
                .is_some()
        );
    }
}
