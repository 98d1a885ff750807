//! The thread that PostgreSQL belongs to: starts it, restarts it when it dies, stops it.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::Path,
    process::{Child, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

use postern_domain::prepare::{self, Names};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    Error, clean,
    cluster::{Cluster, Role},
};

const LOOK: Duration = Duration::from_millis(100);
const FAST: Duration = Duration::from_secs(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_LOG: u64 = 8 * 1024 * 1024;

/// Runs PostgreSQL until told to stop (or until nobody is left to tell); says once whether it came up.
pub(super) fn run(
    cluster: &Cluster,
    _lock: File,
    stopped: &Receiver<()>,
    ready: &SyncSender<Result<(), Error>>,
) {
    let first = launch(cluster).and_then(|mut child| match prepare_roles(cluster) {
        Ok(()) => Ok(child),
        Err(error) => {
            stop(&mut child);
            Err(error)
        }
    });
    let mut child = match first {
        Ok(child) => child,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    loop {
        if told(stopped, LOOK) {
            return stop(&mut child);
        }
        if let Ok(Some(status)) = child.try_wait() {
            tracing::error!(status = %status, "the private PostgreSQL ended by itself: starting it again");
            match relaunch(cluster, stopped) {
                Some(again) => child = again,
                None => return,
            }
        }
    }
}

fn told(stopped: &Receiver<()>, wait: Duration) -> bool {
    !matches!(stopped.recv_timeout(wait), Err(RecvTimeoutError::Timeout))
}

fn relaunch(cluster: &Cluster, stopped: &Receiver<()>) -> Option<Child> {
    let mut pause = Duration::from_secs(1);
    loop {
        match launch(cluster) {
            Ok(child) => {
                tracing::info!("the private PostgreSQL runs again");
                return Some(child);
            }
            Err(error) => {
                tracing::error!(%error, pause_s = pause.as_secs(), "the private PostgreSQL does not start");
            }
        }
        if told(stopped, pause) {
            return None;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn launch(cluster: &Cluster) -> Result<Child, Error> {
    clean::clear(&cluster.folder, &cluster.sockets)?;
    let log = open_log(&cluster.log).map_err(Error::io("write", &cluster.log))?;
    let begins = log.metadata().map_or(0, |log| log.len());
    let sockets = cluster.sockets.to_string_lossy().replace('"', "\"\"");
    let mut child = cluster
        .runner
        .command(&cluster.programs.postgres, true)
        .arg("-D")
        .arg(&cluster.folder)
        .args([
            "-c",
            "listen_addresses=",
            "-c",
            "port=5432",
            "-c",
            "unix_socket_permissions=0700",
        ])
        .args([
            "-c".to_owned(),
            format!("unix_socket_directories=\"{sockets}\""),
        ])
        .args([
            "-c",
            "log_destination=stderr",
            "-c",
            "logging_collector=off",
            "-c",
            "cluster_name=postern",
        ])
        // A failed statement and its values would tell what people wrote.
        .args([
            "-c",
            "log_min_error_statement=panic",
            "-c",
            "log_error_verbosity=terse",
        ])
        .stdout(Stdio::null())
        .stderr(log)
        // Ctrl-C in a terminal goes to the whole group: PostgreSQL is stopped by us, after the last request.
        .process_group(0)
        .spawn()
        .map_err(Error::io("run", &cluster.programs.postgres))?;
    match wait_ready(&mut child, &cluster.folder) {
        Ok(()) => Ok(child),
        Err(step) => {
            stop(&mut child);
            Err(Error::Postgres {
                step,
                said: tail(&cluster.log, begins),
            })
        }
    }
}

/// Ready when the pid file of this very process says so in its eighth line (PostgreSQL's `pidfile.h`). Recovery after
/// a crash may take minutes.
fn wait_ready(child: &mut Child, folder: &Path) -> Result<(), &'static str> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_mins(10) {
        if !matches!(child.try_wait(), Ok(None)) {
            return Err("starting PostgreSQL");
        }
        let file = fs::read_to_string(folder.join("postmaster.pid")).unwrap_or_default();
        if clean::recorded(folder) == Some(child.id())
            && file
                .lines()
                .nth(7)
                .is_some_and(|line| line.trim() == "ready")
        {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err("waiting ten minutes for PostgreSQL")
}

fn prepare_roles(cluster: &Cluster) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(Error::io("make a runtime for", &cluster.folder))?;
    let admin = cluster.url(Role::Superuser);
    runtime.block_on(prepare::run(
        &admin,
        &Names::default(),
        cluster.passwords(),
        || unreachable!("both passwords are given"),
    ))?;
    Ok(())
}

/// A fast shutdown; after twenty seconds an immediate one, which costs a recovery at the next start but no row.
fn stop(child: &mut Child) {
    for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
        let _ = kill_process(Pid::from_child(child), signal);
        let since = Instant::now();
        while since.elapsed() < FAST {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        tracing::warn!("the private PostgreSQL does not end: pressing harder");
    }
}

fn open_log(path: &Path) -> std::io::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LONGEST_LOG) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

fn tail(path: &Path, begins: u64) -> String {
    let read = || {
        let mut log = File::open(path)?;
        let end = log.metadata()?.len();
        log.seek(SeekFrom::Start(begins.max(end.saturating_sub(4096))))?;
        let mut said = Vec::new();
        log.read_to_end(&mut said)?;
        std::io::Result::Ok(String::from_utf8_lossy(&said).trim().to_owned())
    };
    read().unwrap_or_else(|error| format!("(its log {} cannot be read: {error})", path.display()))
}
