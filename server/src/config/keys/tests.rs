//! The file of keys, read and written by many at once.

use super::*;
use crate::config::read::{BASE64, KEY_LENGTH};
use base64::Engine as _;
use secrecy::SecretSlice;
use std::{collections::BTreeMap, path::Path};

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
