//! The keys that development makes for itself and keeps in the data folder; staging and production never do.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::Engine as _;
use figment::{
    providers::{Format, Toml},
    value::Dict,
};
use secrecy::{ExposeSecret, SecretSlice};

use super::{
    Config, Fault, Key,
    read::{BASE64, KEY_LENGTH},
    source::Source,
};

/// The file in the data folder.
pub(super) const FILE: &str = "keys.toml";

/// Fills the bytes from the operating system: the one place of this crate where chance comes in.
#[expect(
    clippy::disallowed_methods,
    reason = "the source that everything else is given"
)]
pub fn os_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

/// Takes from the file, when there is one, the keys that no setting gives.
pub(super) fn recall(config: &mut Config, source: &Source, faults: &mut Vec<Fault>) {
    let path = config.data.join(FILE);
    let kept = match fs::read_to_string(&path) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(_) => None,
    };
    let Some(kept) = kept else {
        let remedy = "Bring it back from a copy; without it what it sealed is lost, and an empty data folder is needed";
        faults.push(Fault::new(
            path.display().to_string(),
            "the keys in it cannot be read",
            remedy,
        ));
        return;
    };
    let Kept {
        master,
        jwt,
        pepper,
    } = kept;
    if source.text("master_keys").is_none() {
        config.master_keys = vec![master];
    }
    if source.text("jwt_keys").is_none() {
        config.jwt_keys = vec![jwt];
    }
    if source.text("pepper").is_none() {
        config.pepper = pepper;
    }
}

/// Makes and keeps the keys that are still missing.
pub(super) fn make_missing(config: &mut Config, fill: &dyn Fn(&mut [u8])) -> Option<Fault> {
    let path = config.data.join(FILE);
    let complete = !config.master_keys.is_empty() && !config.jwt_keys.is_empty();
    if path.exists() || (complete && !config.pepper.expose_secret().is_empty()) {
        return None;
    }
    let random = || {
        let mut bytes = vec![0; KEY_LENGTH];
        fill(&mut bytes);
        SecretSlice::from(bytes)
    };
    // All three, whichever is missing: the file is written once, and a setting may be taken away later.
    let made = Kept {
        master: Key {
            id: "dev1".into(),
            bytes: random(),
        },
        jwt: Key {
            id: "dev1".into(),
            bytes: random(),
        },
        pepper: random(),
    };
    if let Err(error) = write(&path, &made) {
        let wrong = format!("the file cannot be written ({error})");
        return Some(Fault::new(
            path.display().to_string(),
            wrong,
            "Let Postern write its data folder",
        ));
    }
    let Kept {
        master,
        jwt,
        pepper,
    } = made;
    if config.master_keys.is_empty() {
        config.master_keys = vec![master];
    }
    if config.jwt_keys.is_empty() {
        config.jwt_keys = vec![jwt];
    }
    if config.pepper.expose_secret().is_empty() {
        config.pepper = pepper;
    }
    None
}

struct Kept {
    master: Key,
    jwt: Key,
    pepper: SecretSlice<u8>,
}

fn parse(text: &str) -> Option<Kept> {
    let read: Dict = Toml::from_str(text).ok()?;
    let bytes = |name: &str| {
        let bytes = BASE64.decode(read.get(name)?.as_str()?).ok()?;
        (bytes.len() == KEY_LENGTH).then(|| SecretSlice::from(bytes))
    };
    Some(Kept {
        master: Key {
            id: "dev1".into(),
            bytes: bytes("master_key")?,
        },
        jwt: Key {
            id: "dev1".into(),
            bytes: bytes("jwt_key")?,
        },
        pepper: bytes("pepper")?,
    })
}

fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let text = |bytes: &SecretSlice<u8>| BASE64.encode(bytes.expose_secret());
    // Whole or not at all: a half-written file would lock the data folder up.
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    write!(
        file,
        "# Made by Postern for development. What it seals is lost with this file.\nmaster_key = \"{}\"\njwt_key = \"{}\"\npepper = \"{}\"\n",
        text(&kept.master.bytes),
        text(&kept.jwt.bytes),
        text(&kept.pepper),
    )?;
    file.sync_all()?;
    fs::rename(&new, path)
}
