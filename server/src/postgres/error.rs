//! Why the private PostgreSQL does not start, in words that say what to do.

use std::{io, path::Path, path::PathBuf};

use postern_domain::prepare::OLDEST_MAJOR;

/// Why the private PostgreSQL does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable server is installed.
    #[error(
        "no PostgreSQL {OLDEST_MAJOR} or newer was found on PATH or in /usr/lib/postgresql: install the package \
         `postgresql`, or set DATABASE_URL and DATABASE_OWNER_URL to one that runs elsewhere"
    )]
    NotInstalled,
    /// The cluster was made by another major version.
    #[error(
        "the cluster in {folder} was made by PostgreSQL {made}, and this machine has {installed}: install PostgreSQL \
         {made} beside it (package `postgresql-{made}`), or bring the cluster over with pg_upgrade"
    )]
    OtherMajor {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major that made it.
        made: String,
        /// The majors found.
        installed: String,
    },
    /// Another process runs a PostgreSQL in this data folder.
    #[error("another Postern{} uses the data folder {folder}: stop it, or give this one a folder of its own with POSTERN_DATA", .pid.as_ref().map_or(String::new(), |pid| format!(" (process {pid})")))]
    Locked {
        /// The data folder.
        folder: PathBuf,
        /// The other process, when it could be read.
        pid: Option<String>,
    },
    /// Root needs another user to run PostgreSQL as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has no user `{0}`: make one (`useradd --system {0}`), or \
         name another with POSTERN_PG_USER"
    )]
    NoUser(String),
    /// The passwords of an existing cluster are gone.
    #[error(
        "{cluster} holds a database, but its passwords in {secrets} are missing: bring that file back from a copy, or, \
         to begin with an empty database, move {cluster} away"
    )]
    NoSecrets {
        /// The cluster's folder.
        cluster: PathBuf,
        /// The file that should be there.
        secrets: PathBuf,
    },
    /// The file with the passwords cannot be understood.
    #[error("the file {0} is damaged: bring it back from a copy")]
    BadSecrets(PathBuf),
    /// The cluster that the data folder speaks of is gone.
    #[error(
        "{secrets} says that the cluster is in {cluster}, but it is gone: bring it back, or, to begin with an empty database, remove {secrets}"
    )]
    NoCluster {
        /// Where it should be.
        cluster: PathBuf,
        /// The file that says so.
        secrets: PathBuf,
    },
    /// No folder is short and safe enough for the socket.
    #[error(
        "no folder for PostgreSQL's socket: its path may have 107 bytes, and none of {0} can be used ({1})"
    )]
    NoSocketFolder(String, String),
    /// The user that PostgreSQL runs as cannot reach the cluster.
    #[error(
        "the user that PostgreSQL runs as may not enter {0}: let it (`chmod a+x` on the folders above), or name another POSTERN_PG_USER"
    )]
    NotEntered(PathBuf),
    /// A folder that is not ours stands where one of ours belongs.
    #[error("{0} exists but is not a folder of the user that PostgreSQL runs as: remove it")]
    Foreign(PathBuf),
    /// A step of PostgreSQL itself failed.
    #[error("{step} failed; PostgreSQL said:\n{said}")]
    Postgres {
        /// What was being done.
        step: &'static str,
        /// The end of its log.
        said: String,
    },
    /// An earlier PostgreSQL of this folder does not end.
    #[error(
        "an earlier PostgreSQL (process {0}) still runs in this data folder and does not end: stop it"
    )]
    Lingers(u32),
    /// The roles could not be made.
    #[error("the roles of the private database could not be made: {0}")]
    Prepare(#[from] postern_domain::prepare::Error),
    /// The supervising thread ended without a word.
    #[error("the thread that runs PostgreSQL died")]
    Died,
    /// A file or program could not be used.
    #[error("could not {doing} {path}: {error}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system answered.
        error: io::Error,
    },
}

impl Error {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { doing, path, error }
    }
}
