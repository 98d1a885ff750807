//! Ends what is left of an earlier PostgreSQL, and only then removes what it left lying.

use std::{
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{Error, place::SOCKET};

/// Clears a cluster that must not run: we hold the lock, so whatever runs in it was left over by a process that died.
///
/// PostgreSQL will not start while the process that `postmaster.pid` names seems to live, and both a zombie that
/// nobody has reaped and a stranger with the same number seem to live. So the folder itself is asked: every process of
/// PostgreSQL works in it. The pid file is never removed while one does, since that would disable the check that keeps
/// two servers off the same files.
pub(super) fn clear(cluster: &Path, sockets: &Path) -> Result<(), Error> {
    let since = Instant::now();
    if let Some(postmaster) = recorded(cluster).filter(|pid| processes(cluster).contains(pid)) {
        signal(postmaster, Signal::INT);
    }
    let mut urged = false;
    loop {
        let left = processes(cluster);
        let Some(first) = left.first() else { break };
        if !urged && since.elapsed() > Duration::from_secs(5) {
            urged = true;
            for pid in &left {
                signal(*pid, Signal::QUIT);
            }
        }
        if since.elapsed() > Duration::from_secs(30) {
            return Err(Error::Lingers(*first));
        }
        thread::sleep(Duration::from_millis(50));
    }
    for path in [
        cluster.join("postmaster.pid"),
        sockets.join(SOCKET),
        sockets.join(format!("{SOCKET}.lock")),
    ] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("remove", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The process that the pid file names.
pub(super) fn recorded(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

/// The processes of PostgreSQL that work in the cluster; a zombie has no folder any more.
fn processes(cluster: &Path) -> Vec<u32> {
    let Ok(all) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    all.flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let works_here = fs::read_link(entry.path().join("cwd")).ok()? == cluster;
            // An operator's shell may stand in that folder too.
            let program = fs::read_link(entry.path().join("exe")).ok()?;
            (works_here && program.file_name()?.to_str()?.starts_with("postgres")).then_some(pid)
        })
        .collect()
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended meanwhile, which is what was wanted.
        let _ = kill_process(pid, signal);
    }
}
