//! The keys that development makes for itself and keeps in the data folder; staging and production never do.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
    sync::{Mutex, PoisonError},
};

use base64::Engine as _;
use figment::{
    providers::{Format, Toml},
    value::{Dict, Value},
};
use postern_domain::crypto::{NamedKey, Rings};
use secrecy::{ExposeSecret, SecretSlice};
use zeroize::Zeroizing;

use super::{
    Config, Fault, Key,
    read::{BASE64, KEY_LENGTH, key},
    source::Source,
};

/// The file in the data folder.
pub(crate) const FILE: &str = "keys.toml";

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

/// The keys of the file, which another process may have made by now; else new ones, which stand in it then.
fn make(path: &Path, fill: &dyn Fn(&mut [u8])) -> io::Result<Kept> {
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

/// A key as it stands in a setting.
pub(crate) fn written(key: &Key) -> String {
    format!("{}:{}", key.id, BASE64.encode(key.bytes.expose_secret()))
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

/// What stands in the file: of each kind one key at least, the newest first.
struct Kept {
    master: Vec<Key>,
    jwt: Vec<Key>,
    pepper: SecretSlice<u8>,
}

fn parse(text: &str) -> Option<Kept> {
    let read: Dict = Toml::from_str(text).ok()?;
    let bytes = |value: &Value| {
        let bytes = BASE64.decode(value.as_str()?).ok()?;
        (bytes.len() == KEY_LENGTH).then(|| SecretSlice::from(bytes))
    };
    let ring = |name: &str| {
        // As the first versions wrote it: one key without an id.
        if let Some(only) = read.get(name.trim_end_matches('s')) {
            let id = "dev1".into();
            return Some(vec![Key {
                id,
                bytes: bytes(only)?,
            }]);
        }
        let Value::Array(_, entries) = read.get(name)? else {
            return None;
        };
        let keys: Option<Vec<Key>> = entries
            .iter()
            .map(|entry| {
                let (id, bytes) = key(entry.as_str()?)?;
                (bytes.len() == KEY_LENGTH).then(|| Key {
                    id: id.to_owned(),
                    bytes: SecretSlice::from(bytes),
                })
            })
            .collect();
        keys.filter(|keys| !keys.is_empty())
    };
    Some(Kept {
        master: ring("master_keys")?,
        jwt: ring("jwt_keys")?,
        pepper: bytes(read.get("pepper")?)?,
    })
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

fn read(path: &Path) -> io::Result<Kept> {
    parse(&fs::read_to_string(path)?)
        .ok_or_else(|| io::Error::other("the keys in it cannot be read"))
}

/// For whoever holds the lock: a file of that name that is there is what a process left that was killed.
fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let list = |keys: &[Key]| {
        let entries: Vec<_> = keys
            .iter()
            .map(|key| format!("\"{}\"", written(key)))
            .collect();
        entries.join(", ")
    };
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
        "# Made by Postern for development. What it seals is lost with this file. The newest key stands first.\n\
         master_keys = [{}]\njwt_keys = [{}]\npepper = \"{}\"\n",
        list(&kept.master),
        list(&kept.jwt),
        BASE64.encode(kept.pepper.expose_secret()),
    )?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // What is sealed from now on needs the new file, also after a power cut.
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn load(folder: &Path) -> Config {
        let data = folder.display().to_string();
        let variables = BTreeMap::from([("POSTERN_DATA".to_owned(), data)]);
        Config::load_from(&variables, &os_random).expect("starts")
    }

    fn ids(keys: &[Key]) -> Vec<&str> {
        keys.iter().map(|key| key.id.as_str()).collect()
    }

    fn key_named(id: &str) -> Key {
        Key {
            id: id.into(),
            bytes: SecretSlice::from(vec![7; KEY_LENGTH]),
        }
    }

    #[test]
    fn a_file_of_the_first_versions_is_read_and_keeps_its_keys_as_others_come_and_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        let text = |byte: u8| BASE64.encode([byte; KEY_LENGTH]);
        let old = format!(
            "master_key = \"{}\"\njwt_key = \"{}\"\npepper = \"{}\"\n",
            text(1),
            text(2),
            text(3)
        );
        fs::write(&file, old).expect("a file");
        let config = load(folder.path());
        assert!(config.kept.master && config.kept.jwt);
        let look = reread(&config);
        let first = look().expect("it was never looked at");
        assert_eq!(first.master[0].id, "dev1");
        assert!(look().is_none(), "nothing has changed");

        add(&config, Kind::Master, key_named("k2")).expect("it is added");
        let rings = look().expect("it was written");
        assert_eq!((rings.master.len(), rings.token.len()), (2, 1));
        let config = load(folder.path());
        assert_eq!(ids(&config.master_keys), ["k2", "dev1"]);
        assert_eq!(config.master_keys[1].bytes.expose_secret(), [1; KEY_LENGTH]);
        assert_eq!(config.jwt_keys[0].bytes.expose_secret(), [2; KEY_LENGTH]);
        assert_eq!(config.pepper.expose_secret(), [3; KEY_LENGTH]);
        let mode = fs::metadata(&file).expect("it is there").mode();
        assert_eq!(mode & 0o777, 0o600);

        remove(&config, Kind::Master, "dev1").expect("it is removed");
        assert_eq!(ids(&load(folder.path()).master_keys), ["k2"]);
        assert_eq!(look().expect("it was written").master.len(), 1);

        fs::write(&file, "master_keys = [").expect("damages it");
        assert!(look().is_none(), "what is known stays known");
        assert!(add(&config, Kind::Jwt, key_named("k3")).is_err());
    }

    #[test]
    fn many_who_add_keys_at_once_lose_none_of_them() {
        const EACH: usize = 20;
        let folder = tempfile::tempdir().expect("a folder");
        let config = load(folder.path());
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let config = &config;
                scope.spawn(move || {
                    for nth in 0..EACH {
                        let id = format!("k{writer}-{nth}");
                        add(config, Kind::Jwt, key_named(&id)).expect("it is added");
                    }
                });
            }
        });
        let now = load(folder.path());
        assert_eq!(now.jwt_keys.len(), 4 * EACH + 1);
        assert_eq!(now.pepper.expose_secret(), config.pepper.expose_secret());
        let names = fs::read_dir(folder.path()).expect("a folder");
        let left = names.filter(|name| {
            let name = name.as_ref().expect("a name").file_name();
            name.to_string_lossy().ends_with(".new")
        });
        assert_eq!(left.count(), 0, "nothing half-written is left");
    }

    #[test]
    fn processes_that_start_first_at_once_have_the_same_keys_and_pepper() {
        let folder = tempfile::tempdir().expect("a folder");
        // All of them have found that there is no file before the first one writes it.
        let found = std::sync::Barrier::new(4);
        let started: Vec<Config> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut config = load(&folder.path().join("elsewhere"));
                        config.data = folder.path().to_owned();
                        (config.master_keys, config.jwt_keys) = (Vec::new(), Vec::new());
                        config.pepper = SecretSlice::from(Vec::new());
                        found.wait();
                        let fault = make_missing(&mut config, &os_random);
                        assert!(fault.is_none());
                        config
                    })
                })
                .collect();
            let ended = starts.into_iter().map(|start| start.join().expect("ends"));
            ended.collect()
        });
        let kept = load(folder.path());
        for config in started {
            assert_eq!(config.pepper.expose_secret(), kept.pepper.expose_secret());
            for (mine, theirs) in [
                (&config.master_keys, &kept.master_keys),
                (&config.jwt_keys, &kept.jwt_keys),
            ] {
                assert_eq!(
                    mine[0].bytes.expose_secret(),
                    theirs[0].bytes.expose_secret()
                );
            }
        }
    }

    #[test]
    fn keys_that_are_settings_are_not_replaced_by_those_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        load(folder.path());
        let given = key_named("given");
        let variables = BTreeMap::from([
            (
                "POSTERN_DATA".to_owned(),
                folder.path().display().to_string(),
            ),
            ("POSTERN_MASTER_KEYS".to_owned(), written(&given)),
        ]);
        let config = Config::load_from(&variables, &os_random).expect("starts");
        assert!(!config.kept.master && config.kept.jwt);
        let rings = reread(&config)().expect("it was never looked at");
        assert_eq!(rings.master[0].id, "given");
        assert_eq!(rings.token[0].id, "dev1");
    }
}
