//! The private PostgreSQL: a cluster of Postern's own, for when no `DATABASE_URL` is given.

mod clean;
mod cluster;
mod error;
mod find;
mod lock;
mod place;
mod secrets;
mod supervise;
mod user;

use std::{path::PathBuf, sync::mpsc, thread};

use secrecy::SecretString;

pub use error::Error;

pub(crate) use secrets::password;

use crate::config::Config;

/// Where the cluster belongs and whom it runs as.
#[derive(Clone, Debug)]
pub struct Data {
    /// Postern's data folder; it must exist.
    pub folder: PathBuf,
    /// Whom PostgreSQL runs as when Postern is root, since it refuses to be root.
    pub user: String,
    /// Where the cluster goes when that user may not enter the data folder.
    pub elsewhere: PathBuf,
    /// Where the socket goes when its path beside the cluster would be too long, first come first served.
    pub socket_folders: Vec<PathBuf>,
}

impl Data {
    /// The usual places around a data folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            user: "postgres".into(),
            elsewhere: "/var/lib/postern".into(),
            socket_folders: vec!["/run".into(), "/tmp".into()],
        }
    }

    /// The places that the configuration names.
    pub fn of(config: &Config) -> Self {
        Self {
            user: config.pg_user.clone(),
            ..Self::new(&config.data)
        }
    }
}

/// A running private PostgreSQL. It ends with [`Private::stop`], when this is dropped, or when the process dies.
#[derive(Debug)]
pub struct Private {
    owner_url: SecretString,
    app_url: SecretString,
    stop: mpsc::Sender<()>,
    supervisor: Option<thread::JoinHandle<()>>,
}

impl Private {
    /// Makes the cluster if there is none, starts it, makes its roles and database, and keeps it running.
    ///
    /// Blocks for some tenths of a second (some seconds the first time): call it before the runtime starts, or from
    /// `spawn_blocking`. PostgreSQL belongs to a thread of its own, which restarts it when it dies and lives until
    /// [`Private::stop`]: the kernel stops PostgreSQL when the *thread* that spawned it ends, and that shall be when
    /// the process ends.
    pub fn start(data: &Data, fill: &dyn Fn(&mut [u8])) -> Result<Self, Error> {
        let lock = lock::take(&data.folder)?;
        let cluster = cluster::open(data, fill)?;
        let (owner_url, app_url) = (
            cluster.url(cluster::Role::Owner),
            cluster.url(cluster::Role::App),
        );
        let (stop, stopped) = mpsc::channel();
        let (ready, readied) = mpsc::sync_channel(1);
        let supervisor = thread::Builder::new()
            .name("postgres".into())
            .spawn(move || supervise::run(&cluster, lock, &stopped, &ready))
            .map_err(Error::io("start a thread for", &data.folder))?;
        let this = Self {
            owner_url,
            app_url,
            stop,
            supervisor: Some(supervisor),
        };
        readied.recv().unwrap_or(Err(Error::Died))?;
        Ok(this)
    }

    /// Signs in as the owner, to migrate.
    pub fn owner_url(&self) -> &SecretString {
        &self.owner_url
    }

    /// Signs in as the serving role.
    pub fn app_url(&self) -> &SecretString {
        &self.app_url
    }

    /// Stops PostgreSQL: a fast shutdown, an immediate one after 20 seconds. Blocks until it has ended.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.stop.send(());
        if let Some(supervisor) = self.supervisor.take() {
            let _ = supervisor.join();
        }
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.end();
    }
}
