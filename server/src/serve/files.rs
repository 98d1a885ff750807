//! A connection is an open file: as many are asked of the system as there may be connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Beside connections: the database's, and files of the client that are being read.
const OTHERS: u64 = 1000;

/// Raises what this process may open to what that many connections need, as far as it is let; says so when it is not.
pub fn make_room(connections: usize) {
    let wanted = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OTHERS);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let given = limit.maximum.map_or(wanted, |most| most.min(wanted));
    let raised = Rlimit {
        current: Some(given),
        ..limit
    };
    if setrlimit(Resource::Nofile, raised).is_err() || given < wanted {
        tracing::warn!(
            files.wanted = wanted,
            files.given = given,
            "this process may not open as many files as POSTERN_CONNECTIONS asks for: raise `ulimit -n`, or lower it"
        );
    }
}
