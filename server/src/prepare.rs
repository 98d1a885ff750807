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
            ..Names::default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_two_variables_and_which_passwords_stayed() {
        let mut made = prepare::Prepared {
            owner_url: "postgres://postern_owner:o@db/postern".into(),
            app_url: "postgres://postern_app:a@db/postern".into(),
            owner_password_set: true,
            app_password_set: true,
            database_made: true,
        };
        let told = |made: &prepare::Prepared| {
            let mut out = Vec::new();
            tell(made, &mut out).expect("writes");
            String::from_utf8(out).expect("text")
        };
        assert_eq!(
            told(&made),
            "# The database is made. Set:\n\
             DATABASE_URL=postgres://postern_app:a@db/postern\n\
             DATABASE_OWNER_URL=postgres://postern_owner:o@db/postern\n"
        );
        made.database_made = false;
        made.owner_password_set = false;
        let again = told(&made);
        assert!(
            again.starts_with("# The database is as it should be.")
                && again.ends_with("postern   # with the password that this role has\n"),
            "{again}"
        );
    }
}
