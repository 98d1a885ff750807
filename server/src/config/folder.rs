//! The data folder: made on the first start, and marked with the one environment that it belongs to.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

use super::{Config, Environment, Fault, keys, os_random};

const MARKER: &str = "environment";

/// Refuses a data folder that was made in another environment.
pub(super) fn check(config: &Config) -> Option<Fault> {
    let other = match fs::read_to_string(config.data.join(MARKER)) {
        Ok(word) if Environment::from_word(word.trim()) == Some(config.environment) => return None,
        Ok(word) => {
            Environment::from_word(word.trim()).map_or("an unknown environment", Environment::word)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Only development makes keys; a marker can be lost, but those keys must not seal people's data.
            let made = config.environment != Environment::Development
                && config.data.join(keys::FILE).exists();
            made.then_some(Environment::Development.word())?
        }
        Err(error) => {
            let wrong = format!(
                "the file {} cannot be read ({error})",
                config.data.join(MARKER).display()
            );
            return Some(Fault::new(
                "POSTERN_DATA",
                wrong,
                "Let Postern read its data folder",
            ));
        }
    };
    Some(Fault::new(
        "POSTERN_DATA",
        format!(
            "the folder {} was made in {other}, and this is {}",
            config.data.display(),
            config.environment
        ),
        "Name another data folder, or set POSTERN_ENVIRONMENT to what the folder is for",
    ))
}

/// Says when the data folder could not be made or written, and leaves nothing behind: whoever corrects several faults
/// learns of this one with the others.
pub(super) fn try_writing(config: &Config) -> Option<Fault> {
    // The folder, or the nearest one above it that exists, in which it would be made.
    let there = config.data.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(Path::new("."));
    let mut chance = [0; 8];
    os_random(&mut chance);
    let trial = there.join(format!(".postern-{:016x}", u64::from_ne_bytes(chance)));
    let tried = fs::File::create_new(&trial).and_then(|_| fs::remove_file(&trial));
    tried.err().map(|error| not_writable(config, &error))
}

/// Makes the data folder when it is missing, and marks it.
pub(super) fn make(config: &Config) -> Option<Fault> {
    try_make(&config.data, config.environment)
        .err()
        .map(|error| not_writable(config, &error))
}

fn not_writable(config: &Config, error: &io::Error) -> Fault {
    let wrong = format!(
        "the folder {} cannot be made or written ({error})",
        config.data.display()
    );
    Fault::new(
        "POSTERN_DATA",
        wrong,
        "Name a folder that Postern may write",
    )
}

fn try_make(data: &Path, environment: Environment) -> io::Result<()> {
    if !data.exists() {
        // Started as root, the private PostgreSQL runs as another user and must be let through to its own folder.
        let mode = if rustix::process::geteuid().is_root() {
            0o711
        } else {
            0o700
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(data)?;
        fs::set_permissions(data, fs::Permissions::from_mode(mode))?;
    }
    let marker = data.join(MARKER);
    if marker.exists() {
        Ok(())
    } else {
        fs::write(marker, format!("{environment}\n"))
    }
}
