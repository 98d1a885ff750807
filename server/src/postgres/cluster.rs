//! The cluster on disk: made once, whole or not at all, and opened again with the passwords that were kept.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use postern_domain::prepare::{Names, Passwords};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Data, Error,
    find::{self, Programs},
    lock, place,
    secrets::{self, Secrets},
    user::Runner,
};

/// A cluster that can be started.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) runner: Runner,
    pub(super) programs: Programs,
    /// PostgreSQL's own data folder.
    pub(super) folder: PathBuf,
    /// The folder of the socket.
    pub(super) sockets: PathBuf,
    /// What PostgreSQL says, in the data folder: nobody else may put another file in its way.
    pub(super) log: PathBuf,
    secrets: Secrets,
    /// Two data folders, one a copy of the other, may name the same cluster.
    _lock: File,
}

/// Who signs in.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Superuser,
    Owner,
    App,
}

/// Opens the cluster of a data folder, and makes it when there is none.
pub(super) fn open(data: &Data, fill: &dyn Fn(&mut [u8])) -> Result<Cluster, Error> {
    let data_folder = data
        .folder
        .canonicalize()
        .map_err(Error::io("find the data folder", &data.folder))?;
    let runner = Runner::find(&data.user)?;
    let kept = Secrets::read(&data_folder)?;
    let chosen = kept.as_ref().map_or_else(
        || place::choose(data, &data_folder, runner),
        |kept| kept.place.clone(),
    );
    let place = data_folder.join(&chosen);
    place::make(&place, runner)?;
    // The kernel tells where a process works without symbolic links, and that is how a live cluster is known.
    let place = place
        .canonicalize()
        .map_err(Error::io("find the folder", &place))?;
    let lock = lock::take(&place)?;

    let (folder, making) = (place.join("cluster"), place.join("making"));
    let programs = find::programs(&folder)?;
    let secrets_file = secrets::file(&data_folder);
    let secrets = match (kept, folder.exists()) {
        (Some(secrets), true) => secrets,
        (None, true) => {
            return Err(Error::NoSecrets {
                cluster: folder,
                secrets: secrets_file,
            });
        }
        (Some(secrets), false) => {
            // The passwords are written when the new cluster is whole, just before it takes its name.
            if !making.exists() {
                return Err(Error::NoCluster {
                    cluster: folder,
                    secrets: secrets_file,
                });
            }
            settle(&making, &folder)?;
            secrets
        }
        (None, false) => {
            let secrets = Secrets::make(chosen, fill);
            initdb(
                &programs,
                &making,
                &place.join("password"),
                &secrets.superuser,
                runner,
            )?;
            secrets.write(&data_folder)?;
            settle(&making, &folder)?;
            secrets
        }
    };
    let sockets = place::sockets(data, &data_folder, &place, runner)?;
    let log = data_folder.join("postgres.log");
    Ok(Cluster {
        runner,
        programs,
        folder,
        sockets,
        log,
        secrets,
        _lock: lock,
    })
}

impl Cluster {
    pub(super) fn url(&self, role: Role) -> SecretString {
        let names = Names::default();
        let (user, password, database) = match role {
            Role::Superuser => ("postgres", &self.secrets.superuser, "postgres"),
            Role::Owner => (
                names.owner.as_str(),
                &self.secrets.owner,
                names.database.as_str(),
            ),
            Role::App => (
                names.app.as_str(),
                &self.secrets.app,
                names.database.as_str(),
            ),
        };
        let host: String =
            url::form_urlencoded::byte_serialize(self.sockets.to_string_lossy().as_bytes())
                .collect();
        format!(
            "postgres://{user}:{}@localhost/{database}?host={host}",
            password.expose_secret()
        )
        .into()
    }

    pub(super) fn passwords(&self) -> Passwords {
        Passwords {
            owner: Some(self.secrets.owner.clone()),
            app: Some(self.secrets.app.clone()),
        }
    }
}

fn settle(making: &Path, folder: &Path) -> Result<(), Error> {
    fs::rename(making, folder).map_err(Error::io("name the new cluster", folder))
}

/// Makes a cluster whose every role needs its password, also on the socket: its folder may be all that stands between
/// it and another user of the machine, and one wall is not enough.
fn initdb(
    programs: &Programs,
    making: &Path,
    password_file: &Path,
    password: &SecretString,
    runner: Runner,
) -> Result<(), Error> {
    if making.exists() {
        fs::remove_dir_all(making).map_err(Error::io("remove the half-made", making))?;
    }
    place::private(making, runner)?;
    let _ = fs::remove_file(password_file);
    let made = write_password(password_file, password, runner).and_then(|()| {
        runner
            .command(&programs.initdb, true)
            .arg("--pgdata")
            .arg(making)
            .arg("--pwfile")
            .arg(password_file)
            .args([
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--data-checksums", "--no-instructions"])
            .output()
            .map_err(Error::io("run", &programs.initdb))
    });
    let removed = fs::remove_file(password_file);
    let output = made?;
    removed.map_err(Error::io("remove", password_file))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Postgres {
        step: "initdb",
        said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

fn write_password(path: &Path, password: &SecretString, runner: Runner) -> Result<(), Error> {
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| writeln!(file, "{}", password.expose_secret()))
        .map_err(Error::io("write", path))?;
    runner.give(path)
}
