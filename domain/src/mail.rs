//! Letters to people: written by a transaction, sealed until they are sent, and sent by whichever process is free.

mod deliver;
mod letter;
mod transport;

pub use deliver::{Delivered, deliver, next};
pub use letter::Letter;
pub(crate) use letter::unlinked;
pub use lettre::message::Mailbox;
pub use transport::{Smtp, Transport};

use crate::{Env, Error, Result, vault};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

/// How letters leave, whom they are from, and where their links lead.
#[derive(Clone)]
pub struct Post {
    /// How they leave.
    pub transport: Arc<Transport>,
    /// The sender, as in `Postern <postern@example.com>`.
    pub from: Mailbox,
    /// Scheme, host and port of every link, from the configuration: never what a request says.
    pub origin: Arc<str>,
    /// The same of the portal, which may have a host of its own.
    pub portal: Arc<str>,
}

impl Post {
    /// The address of a page, with the secret in the fragment, which browsers keep to themselves.
    pub fn link(&self, page: &str, secret: &str) -> String {
        format!("{}/{page}#{secret}", self.origin)
    }

    /// The address of a portal link.
    pub fn portal_link(&self, token: &str) -> String {
        format!("{}/p/{token}", self.portal)
    }
}

/// A letter as it waits.
#[derive(Serialize, Deserialize)]
struct Waiting {
    to: String,
    subject: String,
    text: String,
    html: String,
}

/// Where letters are sealed.
pub(crate) const SEALED: &str = "mail.sealed";

/// Puts a letter to `to` into the post, in the transaction of what it tells of. Whoever commits rings
/// [`Signal::Jobs`](crate::wake::Signal::Jobs), so that it leaves at once.
pub(crate) async fn put(
    env: &Env,
    conn: &mut PgConnection,
    to: &str,
    letter: &Letter,
) -> Result<()> {
    insert(env, conn, to, letter, false).await
}

/// As much work as [`put`], for nobody: it never leaves.
pub(crate) async fn put_void(env: &Env, conn: &mut PgConnection, letter: &Letter) -> Result<()> {
    insert(env, conn, "", letter, true).await
}

async fn insert(
    env: &Env,
    conn: &mut PgConnection,
    to: &str,
    letter: &Letter,
    void: bool,
) -> Result<()> {
    let waiting = Waiting {
        to: to.to_owned(),
        subject: letter.subject.clone(),
        text: letter.text(),
        html: letter.html(),
    };
    let id: Uuid = env.id();
    let plain = serde_json::to_vec(&waiting).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal_own(env, conn, SEALED, &id.to_string(), &plain).await?;
    sqlx::query!(
        // A clock that goes before the database's must not put it off for the other processes.
        "INSERT INTO mail (id, sealed, created_at, run_at, dead_at, to_digest)
         VALUES ($1, $2, $3, least($3, now()), CASE WHEN $4 THEN now() END, $5)",
        id,
        sealed,
        env.now(),
        void,
        &digest(env, to)[..],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes back every letter to an address that has not left.
pub(crate) async fn forget(env: &Env, conn: &mut PgConnection, to: &str) -> Result<()> {
    sqlx::query!(
        "DELETE FROM mail WHERE to_digest = $1",
        &digest(env, to)[..]
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whom a letter is to, for who knows the address already: the key stands outside the database.
fn digest(env: &Env, to: &str) -> [u8; 32] {
    env.keys.digest("letter to", &[to.as_bytes()])
}

#[cfg(test)]
mod tests;
