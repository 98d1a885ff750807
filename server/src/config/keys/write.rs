//! Writing the file of keys: one process at a time, whole or not at all.

use std::{fs, io, os::unix::fs::OpenOptionsExt, path::Path};

use base64::Engine as _;
use secrecy::{ExposeSecret, SecretSlice};

use super::{
    Kind,
    file::{FILE, Kept, read},
};
use crate::{
    config::{
        Config, Key,
        read::{BASE64, KEY_LENGTH},
    },
    secret_file,
};

/// The keys of the file, which another process may have made by now; else new ones, which stand in it then.
pub(super) fn make(path: &Path, fill: &dyn Fn(&mut [u8])) -> io::Result<Kept> {
    let _alone = alone(path)?;
    if path.exists() {
        return read(path);
    }
    let random = || {
        let mut bytes = vec![0; KEY_LENGTH];
        fill(&mut bytes);
        SecretSlice::from(bytes)
    };
    let first = || Key {
        id: "dev1".into(),
        bytes: random(),
    };
    // All three, whichever is missing: the file is written once, and a setting may be taken away later.
    let made = Kept {
        master: vec![first()],
        jwt: vec![first()],
        pepper: random(),
    };
    write(path, &made)?;
    Ok(made)
}

/// Puts a key before the others of its kind in the file: it is the newest.
pub(crate) fn add(config: &Config, kind: Kind, key: Key) -> io::Result<()> {
    change(config, kind, |ring| ring.insert(0, key))
}

/// Takes a key out of the file.
pub(crate) fn remove(config: &Config, kind: Kind, id: &str) -> io::Result<()> {
    change(config, kind, |ring| ring.retain(|key| key.id != id))
}

fn change(config: &Config, kind: Kind, change: impl FnOnce(&mut Vec<Key>)) -> io::Result<()> {
    let path = config.data.join(FILE);
    let _alone = alone(&path)?;
    let mut kept = read(&path)?;
    change(match kind {
        Kind::Master => &mut kept.master,
        Kind::Jwt => &mut kept.jwt,
    });
    write(&path, &kept)
}

/// Nobody else reads the file in order to write it, in any process, as long as this is held; the system lets go of it when
/// the process ends, however it does.
fn alone(path: &Path) -> io::Result<fs::File> {
    let lock = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// For whoever holds the lock.
fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let list = |keys: &[Key]| {
        let entries: Vec<_> = keys
            .iter()
            .map(|key| format!("\"{}\"", written(key)))
            .collect();
        entries.join(", ")
    };
    let text = format!(
        "# Made by Postern for development. What it seals is lost with this file. The newest key stands first.\n\
         master_keys = [{}]\njwt_keys = [{}]\npepper = \"{}\"\n",
        list(&kept.master),
        list(&kept.jwt),
        BASE64.encode(kept.pepper.expose_secret()),
    );
    secret_file::replace(path, &text)
}

/// A key as it stands in a setting.
pub(crate) fn written(key: &Key) -> String {
    format!("{}:{}", key.id, BASE64.encode(key.bytes.expose_secret()))
}
