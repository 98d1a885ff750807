//! Makes the roles and the database that Postern needs, and refuses roles that would bypass its policies.

mod link;
mod script;
mod serving;
mod tables;

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};

pub use link::{Link, link};
pub use script::{quote_ident, quote_literal, sql};
pub use serving::verify_serving_role;

/// The oldest PostgreSQL that is served.
pub const OLDEST_MAJOR: i32 = 15;

/// The names under which the database and its three roles are made. The migrations know the roles by their default
/// names; tests make roles of their own beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The database.
    pub database: String,
    /// Owns the database and migrates it; never serves.
    pub owner: String,
    /// Serves: owns nothing and cannot bypass row-level security.
    pub app: String,
    /// Owns the definer functions; nobody signs in as it.
    pub definer: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            database: "postern".into(),
            owner: "postern_owner".into(),
            app: "postern_app".into(),
            definer: "postern_definer".into(),
        }
    }
}

/// The passwords to set; `None` leaves the one that the role has.
#[derive(Clone, Debug, Default)]
pub struct Passwords {
    /// Of the owner role.
    pub owner: Option<SecretString>,
    /// Of the serving role.
    pub app: Option<SecretString>,
}

/// What [`run`] made.
#[derive(Debug)]
pub struct Prepared {
    /// Signs in as the owner (`DATABASE_OWNER_URL`); without a password when the role kept its own.
    pub owner_url: SecretString,
    /// Signs in as the serving role (`DATABASE_URL`); without a password when the role kept its own.
    pub app_url: SecretString,
    /// Whether the owner's password was set now, so that its URL holds it.
    pub owner_password_set: bool,
    /// Whether the serving role's password was set now, so that its URL holds it.
    pub app_password_set: bool,
    /// Whether the database was made now.
    pub database_made: bool,
}

/// Why a database could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection string cannot be read.
    #[error("the connection string is not understood: {0}")]
    Url(String),
    /// The server is older than [`OLDEST_MAJOR`].
    #[error("this PostgreSQL is {0}; Postern needs {OLDEST_MAJOR} or newer")]
    TooOld(String),
    /// PostgreSQL refused.
    #[error("PostgreSQL refused: {0}")]
    Sql(#[from] sqlx::Error),
}

/// Makes the roles and the database from an administrator's URL; a second run changes nothing but the passwords given.
///
/// A role that is made now gets the password given, or one from `generate`; a role that exists already keeps its
/// password unless one is given, so that preparing again does not sign a running server out.
pub async fn run(
    admin_url: &SecretString,
    names: &Names,
    passwords: Passwords,
    generate: impl Fn() -> SecretString,
) -> Result<Prepared, Error> {
    let (url, options) = link::parse(admin_url)?;
    let mut admin = PgConnection::connect_with(&options).await?;
    refuse_old(&mut admin).await?;
    // Roles belong to the whole server: two preparations at once would trip over each other's rows.
    sqlx::query("SELECT pg_advisory_lock(5063218421)")
        .execute(&mut admin)
        .await?;

    let mut passwords = passwords;
    if passwords.owner.is_none() && !role_exists(&mut admin, &names.owner).await? {
        passwords.owner = Some(generate());
    }
    if passwords.app.is_none() && !role_exists(&mut admin, &names.app).await? {
        passwords.app = Some(generate());
    }

    for statement in script::roles(names, &passwords) {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut admin)
            .await?;
    }
    let database_made = !database_exists(&mut admin, &names.database).await?;
    if database_made {
        sqlx::raw_sql(AssertSqlSafe(script::create_database(names)))
            .execute(&mut admin)
            .await?;
    }
    for statement in script::database(names) {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut admin)
            .await?;
    }
    inside(&options, names).await?;
    admin.close().await?;

    Ok(Prepared {
        owner_url: link::url_for(
            &url,
            &options,
            &names.owner,
            passwords.owner.as_ref(),
            &names.database,
        ),
        app_url: link::url_for(
            &url,
            &options,
            &names.app,
            passwords.app.as_ref(),
            &names.database,
        ),
        owner_password_set: passwords.owner.is_some(),
        app_password_set: passwords.app.is_some(),
        database_made,
    })
}

async fn inside(options: &PgConnectOptions, names: &Names) -> Result<(), Error> {
    let mut database =
        PgConnection::connect_with(&options.clone().database(&names.database)).await?;
    for statement in script::schema(names) {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut database)
            .await?;
    }
    Ok(database.close().await?)
}

async fn refuse_old(admin: &mut PgConnection) -> Result<(), Error> {
    let (number, version): (i32, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version')",
    )
    .fetch_one(admin)
    .await?;
    if number / 10_000 < OLDEST_MAJOR {
        Err(Error::TooOld(version))
    } else {
        Ok(())
    }
}

async fn role_exists(admin: &mut PgConnection, name: &str) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
            .bind(name)
            .fetch_one(admin)
            .await?,
    )
}

async fn database_exists(admin: &mut PgConnection, name: &str) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
            .fetch_one(admin)
            .await?,
    )
}
