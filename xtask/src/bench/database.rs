//! The database of the installation that is measured, by its roles and with PostgreSQL's own programs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{postgres, shell};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The serving role, under the policies.
    App,
    /// The owner of the tables; policies hold for it too, unless FORCE is lifted in its transaction.
    Owner,
    /// The superuser of the private cluster, whom no policy keeps from any workspace.
    Admin,
}

/// The private PostgreSQL of a data folder whose server runs.
pub struct Database {
    app: Login,
    owner: Login,
    admin: Login,
    programs: PathBuf,
    /// The cluster's own folder.
    pub cluster: PathBuf,
}

struct Login {
    host: String,
    user: String,
    password: String,
    database: String,
}

#[derive(Deserialize)]
struct Kept {
    place: PathBuf,
    superuser_password: String,
}

impl Database {
    /// Reads what the running server wrote into its data folder.
    pub fn of(data: &Path) -> Result<Self> {
        let urls = std::fs::read_to_string(data.join("postgres.urls"))
            .context("the server has not written postgres.urls")?;
        let kept: Kept = toml::from_str(&std::fs::read_to_string(data.join("postgres.toml"))?)?;
        let mut logins = urls.lines().map(login);
        let (Some(app), Some(owner)) = (logins.next(), logins.next()) else {
            bail!("postgres.urls holds no two addresses");
        };
        let (app, owner) = (app?, owner?);
        let admin = Login {
            host: owner.host.clone(),
            user: "postgres".to_owned(),
            password: kept.superuser_password,
            database: owner.database.clone(),
        };
        Ok(Self {
            app,
            owner,
            admin,
            programs: postgres::binaries()?,
            cluster: data.join(kept.place).join("cluster"),
        })
    }

    /// A program of PostgreSQL's, which finds the database and the role in its environment.
    pub fn program(&self, name: &str, role: Role) -> Command {
        self.program_at(&self.programs.join(name), role)
    }

    /// The same of any other program that reads it.
    pub fn program_at(&self, program: &Path, role: Role) -> Command {
        let login = match role {
            Role::App => &self.app,
            Role::Owner => &self.owner,
            Role::Admin => &self.admin,
        };
        let mut command = Command::new(program);
        command
            .env("PGHOST", &login.host)
            .env("PGUSER", &login.user)
            .env("PGPASSWORD", &login.password)
            .env("PGDATABASE", &login.database)
            .env_remove("PGOPTIONS");
        command
    }

    fn psql(&self, role: Role) -> Command {
        let mut psql = self.program("psql", role);
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        psql
    }

    /// Runs SQL and returns what it prints: a line a row, columns parted by `|`.
    pub fn ask(&self, role: Role, sql: &str) -> Result<String> {
        let told = shell::output(self.psql(role).args(["-c", sql]))?;
        Ok(told.trim_end().to_owned())
    }

    /// Asks for one number.
    pub fn number(&self, role: Role, sql: &str) -> Result<i64> {
        let told = self.ask(role, sql)?;
        told.parse()
            .with_context(|| format!("`{told}` is no number"))
    }

    /// Runs a long script that `script` pours into psql, and returns the little that it prints.
    pub fn pour(
        &self,
        role: Role,
        script: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<String> {
        let mut psql = self.psql(role);
        psql.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = shell::spawn(&mut psql)?;
        let wrote = {
            let stdin = child.stdin.take().context("psql takes no input")?;
            let mut buffered = std::io::BufWriter::with_capacity(1 << 20, stdin);
            script(&mut buffered).and_then(|()| Ok(buffered.flush()?))
        };
        end(child, wrote)
    }

    /// The process that all of PostgreSQL's others are children of.
    pub fn postmaster(&self) -> Result<u32> {
        let text = std::fs::read_to_string(self.cluster.join("postmaster.pid"))?;
        let pid = text.lines().next().context("postmaster.pid is empty")?;
        Ok(pid.trim().parse()?)
    }
}

/// What psql said comes before the broken pipe that it left behind.
fn end(child: Child, wrote: Result<()>) -> Result<String> {
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("psql failed: {}", shell::tail(&said, 12));
    }
    wrote?;
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

/// `postgres://user:password@localhost/database?host=%2Fsocket`.
fn login(url: &str) -> Result<Login> {
    let parts = || {
        let rest = url.strip_prefix("postgres://")?;
        let (who, rest) = rest.split_once('@')?;
        let (user, password) = who.split_once(':')?;
        let (_, rest) = rest.split_once('/')?;
        let (database, host) = rest.split_once("?host=")?;
        Some(Login {
            host: decoded(host)?,
            user: user.to_owned(),
            password: password.to_owned(),
            database: database.to_owned(),
        })
    };
    parts().context("an address in postgres.urls is not of a private PostgreSQL")
}

fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let login = login("postgres://postern_app:ab12@localhost/postern?host=%2Fvar%2Flib%2Fx-1")
            .expect("an address");
        assert_eq!(
            [&login.user, &login.password, &login.database, &login.host],
            ["postern_app", "ab12", "postern", "/var/lib/x-1"]
        );
        assert!(super::login("postgres://db.example/postern").is_err());
    }
}
