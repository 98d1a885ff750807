//! A connection is an open file, and what it is answered with may be another: as many are asked of the system.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Beside connections: the database's, the log's.
const OTHERS: u64 = 1000;

/// Raises what this process may open to what that many connections need, as far as it is let; says so when it is not.
pub fn make_room(connections: usize) {
    let wanted = wanted(connections);
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

fn wanted(connections: usize) -> u64 {
    u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_mul(2)
        .saturating_add(OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connection_has_room_for_itself_and_for_the_file_it_is_sent() {
        assert_eq!(wanted(10_000), 21_000);
        assert_eq!(wanted(usize::MAX), u64::MAX);
    }
}
