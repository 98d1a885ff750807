//! The passwords of the private cluster and where it stands, kept in the data folder for its owner alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use figment::{
    providers::{Format, Toml},
    value::Dict,
};
use secrecy::{ExposeSecret, SecretString};

use super::Error;
use crate::secret_file;

/// The file in the data folder.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("postgres.toml")
}

/// What the file holds.
#[derive(Clone, Debug)]
pub(super) struct Secrets {
    /// The folder of the cluster, its socket apart.
    pub(super) place: PathBuf,
    pub(super) superuser: SecretString,
    pub(super) owner: SecretString,
    pub(super) app: SecretString,
}

impl Secrets {
    pub(super) fn make(place: PathBuf, fill: &dyn Fn(&mut [u8])) -> Self {
        Self {
            place,
            superuser: password(fill),
            owner: password(fill),
            app: password(fill),
        }
    }

    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let path = file(folder);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map(Some).ok_or(Error::BadSecrets(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &path)(error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let read: Dict = Toml::from_str(text).ok()?;
        let word = |name: &str| {
            read.get(name)?
                .as_str()
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
        };
        Some(Self {
            place: word("place")?.into(),
            superuser: word("superuser_password")?.into(),
            owner: word("owner_password")?.into(),
            app: word("app_password")?.into(),
        })
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = file(folder);
        self.try_write(&path).map_err(Error::io("write", &path))
    }

    fn try_write(&self, path: &Path) -> io::Result<()> {
        let place = self
            .place
            .to_str()
            .ok_or_else(|| io::Error::other("the path is not UTF-8"))?;
        let text = format!(
            "# Made by Postern for its private PostgreSQL.\nplace = {}\nsuperuser_password = \"{}\"\nowner_password = \"{}\"\napp_password = \"{}\"\n",
            quoted(place),
            self.superuser.expose_secret(),
            self.owner.expose_secret(),
            self.app.expose_secret(),
        );
        secret_file::replace(path, &text)
    }
}

/// A basic string of TOML: JSON writes the same escapes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// 256 bits in letters and digits, so that no quoting rule touches it.
pub(crate) fn password(fill: &dyn Fn(&mut [u8])) -> SecretString {
    use std::fmt::Write as _;
    let mut bytes = [0; 32];
    fill(&mut bytes);
    let text = bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
    SecretString::from(text)
}
