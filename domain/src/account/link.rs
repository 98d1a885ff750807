//! Links that are mailed to a person, each for one purpose, good once and for a time.

use crate::{Env, Error, Result, crypto};
use postern_types::AccountId;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// What a link is for.
pub(super) struct Link<'a> {
    pub purpose: &'a str,
    pub account: AccountId,
    /// Where it is mailed to.
    pub email: &'a str,
    pub life: Duration,
}

/// A link that was used up.
pub(super) struct Spent {
    pub account: AccountId,
    /// Where it was mailed to.
    pub email: String,
    /// When its letter was written.
    pub written_at: OffsetDateTime,
}

pub(super) async fn keep(
    env: &Env,
    conn: &mut PgConnection,
    link: &Link<'_>,
    secret: &str,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO account_link (token_hash, purpose, account_id, email, expires_at, written_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &hash(secret)[..],
        link.purpose,
        link.account.0,
        link.email,
        env.now() + link.life,
        env.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses a link up: of any number at once, one. [`Error::NotFound`] when it is over.
pub(super) async fn spend(
    env: &Env,
    conn: &mut PgConnection,
    purpose: &str,
    token: &str,
) -> Result<Spent> {
    let link = sqlx::query!(
        "UPDATE account_link SET spent_at = $3
          WHERE token_hash = $1 AND purpose = $2 AND spent_at IS NULL AND expires_at > $3
         RETURNING account_id, email, written_at",
        &hash(token)[..],
        purpose,
        env.now(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Spent {
        account: AccountId(link.account_id),
        email: link.email,
        written_at: link.written_at,
    })
}

pub(super) fn hash(secret: &str) -> [u8; 32] {
    crypto::sha256(secret.trim().as_bytes())
}
