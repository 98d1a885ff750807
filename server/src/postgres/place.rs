//! Where the cluster and its socket stand: beside the data when PostgreSQL may go there, and on a short path.

use std::{
    fs, io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{Data, Error, user::Runner};

/// Linux keeps 108 bytes for the path of a socket, the closing NUL included (unix(7)).
const LONGEST_SOCKET: usize = 107;

/// The file name of the socket, which carries the port.
pub(super) const SOCKET: &str = ".s.PGSQL.5432";

/// The place of a new cluster, relative when it is inside the data folder, so that the folder can be moved.
pub(super) fn choose(data: &Data, folder: &Path, runner: Runner) -> PathBuf {
    if runner.may_enter(folder) {
        return "postgres".into();
    }
    let place = data.elsewhere.join(name_of(folder));
    tracing::info!(
        data = %folder.display(),
        cluster = %place.display(),
        "PostgreSQL does not run as root, and its own user may not enter the data folder: the database goes elsewhere"
    );
    place
}

/// Makes the place, ours and only to be passed through by others, and says when PostgreSQL could not reach it.
pub(super) fn make(place: &Path, runner: Runner) -> Result<(), Error> {
    let mode = if rustix::process::geteuid().is_root() {
        0o711
    } else {
        0o700
    };
    if !place.is_dir() {
        let make = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(place);
        make.and_then(|()| fs::set_permissions(place, fs::Permissions::from_mode(mode)))
            .map_err(Error::io("make the folder", place))?;
    }
    if runner.may_enter(place) {
        Ok(())
    } else {
        Err(Error::NotEntered(place.to_owned()))
    }
}

/// Makes the folder of the socket, for PostgreSQL's user alone.
pub(super) fn sockets(
    data: &Data,
    folder: &Path,
    place: &Path,
    runner: Runner,
) -> Result<PathBuf, Error> {
    let beside = place.join("sock");
    if fits(&beside) {
        private(&beside, runner)?;
        return Ok(beside);
    }
    let mut reasons = Vec::new();
    for parent in &data.socket_folders {
        let short = parent.join(format!("postern-{}", name_of(folder)));
        if !fits(&short) {
            reasons.push(format!("{} is too long", short.display()));
            continue;
        }
        match private(&short, runner) {
            Ok(()) if runner.may_enter(&short) => return Ok(short),
            Ok(()) => reasons.push(Error::NotEntered(short).to_string()),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    let parents = data
        .socket_folders
        .iter()
        .map(|p| p.display().to_string())
        .collect::<Vec<_>>()
        .join(", ");
    Err(Error::NoSocketFolder(parents, reasons.join("; ")))
}

fn fits(folder: &Path) -> bool {
    folder.join(SOCKET).as_os_str().as_bytes().len() <= LONGEST_SOCKET
}

/// Makes a folder that only PostgreSQL's user (and root) may enter; one that somebody else made first, in a folder
/// open to all, is refused.
pub(super) fn private(folder: &Path, runner: Runner) -> Result<(), Error> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => return runner.give(folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("make the folder", folder)(error)),
    }
    let found = fs::symlink_metadata(folder).map_err(Error::io("look at", folder))?;
    let ours = found.uid() == runner.uid || found.uid() == rustix::process::geteuid().as_raw();
    if !found.is_dir() || !ours {
        return Err(Error::Foreign(folder.to_owned()));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(Error::io("close to others", folder))?;
    runner.give(folder)
}

/// A short name that no other data folder has.
fn name_of(folder: &Path) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(folder.as_os_str().as_bytes());
    digest.iter().take(8).fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}
