//! What processes have used of the machine: the server, and PostgreSQL with all its backends.

use serde::Serialize;

/// Seconds on a processor, by who used them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Used {
    pub server_s: f64,
    pub postgres_s: f64,
}

impl Used {
    /// What both have used since they began.
    pub fn now(server: u32, postmaster: u32) -> Self {
        Self {
            server_s: stat(server).map_or(0.0, |stat| stat.own),
            postgres_s: postgres(postmaster),
        }
    }

    /// What was used since `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            server_s: self.server_s - before.server_s,
            postgres_s: self.postgres_s - before.postgres_s,
        }
    }
}

/// Resident memory in megabytes.
pub fn resident_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
        .map_or(0.0, |kb| kb / 1024.0)
}

/// Memory of PostgreSQL and its backends in megabytes, what they share counted once.
pub fn postgres_mb(postmaster: u32) -> f64 {
    let mut kb = 0.0;
    for pid in children(postmaster).into_iter().chain([postmaster]) {
        let rollup =
            std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find(|line| line.starts_with("Pss:"));
        kb += line
            .and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
            .unwrap_or_default();
    }
    kb / 1024.0
}

struct Stat {
    parent: u32,
    own: f64,
    /// Of children that have ended and were waited for.
    ended: f64,
}

/// Backends that have ended count with the postmaster, which waits for each.
fn postgres(postmaster: u32) -> f64 {
    let own = stat(postmaster).map_or(0.0, |stat| stat.own + stat.ended);
    let living = children(postmaster).into_iter().filter_map(stat);
    own + living.map(|stat| stat.own).sum::<f64>()
}

fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| stat(*pid).is_some_and(|stat| stat.parent == parent))
        .collect()
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// proc(5): behind the name in brackets come state, ppid, …, utime, stime, cutime, cstime; in hundredths on Linux.
fn parse(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: (ticks(11)? + ticks(12)?) / 100.0,
        ended: (ticks(13)? + ticks(14)?) / 100.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_parent_are_read_behind_any_name() {
        let stat = parse("7 (a) b) S 42 2 3 4 5 6 7 8 9 10 250 50 30 20 0").expect("a line");
        assert_eq!(stat.parent, 42);
        assert!((stat.own - 3.0).abs() < 1e-9 && (stat.ended - 0.5).abs() < 1e-9);
    }

    #[test]
    fn this_process_has_memory_and_a_parent_that_has_it_as_a_child() {
        let me = std::process::id();
        assert!(resident_mb(me) > 1.0);
        let parent = std::os::unix::process::parent_id();
        assert!(children(parent).contains(&me));
    }
}
