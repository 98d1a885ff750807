//! The keys that development makes for itself and keeps in the data folder; staging and production never do.

mod file;
mod write;

pub(crate) use file::FILE;
pub(crate) use write::{add, remove, written};

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    sync::{Mutex, PoisonError},
};

use postern_domain::crypto::{NamedKey, Rings};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{Config, Fault, Key, source::Source};
use file::parse;
use write::make;

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
    if source.text("master_keys").is_none() {
        config.master_keys = kept.master;
        config.kept.master = true;
    }
    if source.text("jwt_keys").is_none() {
        config.jwt_keys = kept.jwt;
        config.kept.jwt = true;
    }
    if source.text("pepper").is_none() {
        config.pepper = kept.pepper;
    }
}

/// Makes and keeps the keys that are still missing.
pub(super) fn make_missing(config: &mut Config, fill: &dyn Fn(&mut [u8])) -> Option<Fault> {
    let complete = !config.master_keys.is_empty() && !config.jwt_keys.is_empty();
    if complete && !config.pepper.expose_secret().is_empty() {
        return None;
    }
    let path = config.data.join(FILE);
    let made = match make(&path, fill) {
        Ok(made) => made,
        Err(error) => {
            let wrong = format!("the file cannot be written ({error})");
            return Some(Fault::new(
                path.display().to_string(),
                wrong,
                "Let Postern write its data folder",
            ));
        }
    };
    if config.master_keys.is_empty() {
        config.master_keys = made.master;
        config.kept.master = true;
    }
    if config.jwt_keys.is_empty() {
        config.jwt_keys = made.jwt;
        config.kept.jwt = true;
    }
    if config.pepper.expose_secret().is_empty() {
        config.pepper = made.pepper;
    }
    None
}

/// Which keys the file gives; the others are settings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InFile {
    /// The master keys.
    pub master: bool,
    /// The keys of access tokens.
    pub jwt: bool,
}

/// A ring of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Master,
    Jwt,
}

impl Kind {
    /// The setting that gives them, where the file does not.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Self::Master => "POSTERN_MASTER_KEYS",
            Self::Jwt => "POSTERN_JWT_KEYS",
        }
    }

    /// Whether they stand in the file.
    pub(crate) fn in_file(self, config: &Config) -> bool {
        match self {
            Self::Master => config.kept.master,
            Self::Jwt => config.kept.jwt,
        }
    }
}

/// The keys of a configuration, as the domain holds them.
pub(crate) fn rings(config: &Config) -> Rings {
    Rings {
        master: named(&config.master_keys),
        token: named(&config.jwt_keys),
    }
}

/// Gives the keys of the file whenever it was written since the last time; a look at a file that was not costs a
/// microsecond. One that is gone or damaged changes nothing: what is known stays known.
pub(crate) fn reread(config: &Config) -> impl Fn() -> Option<Rings> + Send + Sync + 'static {
    let config = config.clone();
    let seen = Mutex::new(None);
    move || {
        let path = config.data.join(FILE);
        let file = fs::metadata(&path).ok()?;
        // It is replaced and never written into.
        let now = Some((file.ino(), file.mtime(), file.mtime_nsec()));
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return None;
        }
        *seen = now;
        let Some(kept) = fs::read_to_string(&path).ok().as_deref().and_then(parse) else {
            tracing::error!(file = %path.display(), "the keys in it cannot be read; those that are known stay in use");
            return None;
        };
        let mut rings = rings(&config);
        if config.kept.master {
            rings.master = named(&kept.master);
        }
        if config.kept.jwt {
            rings.token = named(&kept.jwt);
        }
        Some(rings)
    }
}

fn named(keys: &[Key]) -> Vec<NamedKey> {
    keys.iter()
        .map(|key| NamedKey {
            id: key.id.clone(),
            secret: Zeroizing::new(key.bytes.expose_secret().to_vec()),
        })
        .collect()
}

#[cfg(test)]
mod tests;
