//! `postern db prepare`: makes the roles and the database on a PostgreSQL that somebody else runs.

use std::io::{self, Write};

use postern_domain::prepare::{self, Names, Passwords};
use secrecy::{ExposeSecret, SecretString};

use crate::postgres::password;

/// Makes the roles and the database that Postern needs, on any PostgreSQL 15 or newer. Running it again is harmless.
#[derive(Clone, Debug, clap::Args)]
pub struct Prepare {
    /// Signs in as an administrator, who may make roles and databases.
    #[arg(
        long,
        env = "POSTERN_PREPARE_ADMIN_URL",
        hide_env_values = true,
        required_unless_present = "print"
    )]
    pub admin_url: Option<SecretString>,
    /// Prints the SQL for psql instead, for somebody else to run.
    #[arg(long)]
    pub print: bool,
    /// The database.
    #[arg(long, default_value = "postern")]
    pub database: String,
    /// The role that owns and migrates it.
    #[arg(long, default_value = "postern_owner")]
    pub owner: String,
    /// The role that serves.
    #[arg(long, default_value = "postern_app")]
    pub app: String,
    /// The role that owns the definer functions.
    #[arg(long, default_value = "postern_definer")]
    pub definer: String,
    /// The owner's password; without it a new role gets one made, and an existing role keeps its own.
    #[arg(long, env = "POSTERN_PREPARE_OWNER_PASSWORD", hide_env_values = true)]
    pub owner_password: Option<SecretString>,
    /// The serving role's password, likewise.
    #[arg(long, env = "POSTERN_PREPARE_APP_PASSWORD", hide_env_values = true)]
    pub app_password: Option<SecretString>,
}

/// Why the preparation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database could not be prepared.
    #[error(transparent)]
    Prepare(#[from] prepare::Error),
    /// The answer could not be written.
    #[error("could not write the answer: {0}")]
    Write(#[from] io::Error),
}

impl Prepare {
    /// Does it, and writes what the operator needs next: the two variables to set, or the script.
    pub async fn run(self, fill: &dyn Fn(&mut [u8]), out: &mut dyn Write) -> Result<(), Error> {
        let names = Names {
            database: self.database,
            owner: self.owner,
            app: self.app,
            definer: self.definer,
        };
        let passwords = Passwords {
            owner: self.owner_password,
            app: self.app_password,
        };
        match self.admin_url.filter(|_| !self.print) {
            Some(admin_url) => {
                let made = prepare::run(&admin_url, &names, passwords, || password(fill)).await?;
                Ok(tell(&made, out)?)
            }
            None => Ok(print(&names, passwords, fill, out)?),
        }
    }
}

fn tell(made: &prepare::Prepared, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# The database is {}. Set:",
        if made.database_made {
            "made"
        } else {
            "as it should be"
        }
    )?;
    let urls = [
        ("DATABASE_URL", &made.app_url, made.app_password_set),
        (
            "DATABASE_OWNER_URL",
            &made.owner_url,
            made.owner_password_set,
        ),
    ];
    for (variable, url, password_set) in urls {
        let note = if password_set {
            ""
        } else {
            "   # with the password that this role has"
        };
        writeln!(out, "{variable}={}{note}", url.expose_secret())?;
    }
    Ok(())
}

fn print(
    names: &Names,
    passwords: Passwords,
    fill: &dyn Fn(&mut [u8]),
    out: &mut dyn Write,
) -> io::Result<()> {
    let passwords = Passwords {
        owner: passwords.owner.or_else(|| Some(password(fill))),
        app: passwords.app.or_else(|| Some(password(fill))),
    };
    writeln!(
        out,
        "-- For psql, as an administrator of PostgreSQL {} or newer. It holds passwords:",
        prepare::OLDEST_MAJOR
    )?;
    writeln!(
        out,
        "-- Postern signs in with them (DATABASE_URL as the serving role, DATABASE_OWNER_URL as the owner)."
    )?;
    for line in prepare::sql(names, &passwords) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
