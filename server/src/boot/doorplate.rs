//! How other commands on the same data folder find the private PostgreSQL of the running server.

use super::Database;
use secrecy::ExposeSecret as _;
use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

const FILE: &str = "postgres.urls";

/// Writes it down, for the owner of the data folder alone.
pub fn hang(data: &Path, database: &Database) -> io::Result<()> {
    let path = data.join(FILE);
    // A file that was left keeps its old mode: make it anew.
    let _ = fs::remove_file(&path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", database.app.expose_secret())?;
    writeln!(
        file,
        "{}",
        database
            .owner
            .as_ref()
            .map_or("", |owner| owner.expose_secret())
    )
}

/// Reads it.
pub fn read(data: &Path) -> io::Result<Database> {
    let text = fs::read_to_string(data.join(FILE))?;
    let mut lines = text.lines().map(str::to_owned);
    let (Some(app), owner) = (lines.next(), lines.next()) else {
        return Err(io::Error::other("the file postgres.urls is broken"));
    };
    Ok(Database {
        app: app.into(),
        owner: owner.filter(|url| !url.is_empty()).map(Into::into),
        private: None,
    })
}
