//! What a file of keys is, and how it is read.

use std::{fs, io, path::Path};

use base64::Engine as _;
use figment::{
    providers::{Format, Toml},
    value::{Dict, Value},
};
use secrecy::SecretSlice;

use crate::config::{
    Key,
    read::{BASE64, KEY_LENGTH, key},
};

/// The file in the data folder.
pub(crate) const FILE: &str = "keys.toml";

/// What stands in the file: of each kind one key at least, the newest first.
pub(super) struct Kept {
    pub master: Vec<Key>,
    pub jwt: Vec<Key>,
    pub pepper: SecretSlice<u8>,
}

pub(super) fn read(path: &Path) -> io::Result<Kept> {
    parse(&fs::read_to_string(path)?)
        .ok_or_else(|| io::Error::other("the keys in it cannot be read"))
}

pub(super) fn parse(text: &str) -> Option<Kept> {
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
