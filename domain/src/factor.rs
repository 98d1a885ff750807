//! Second factors: a code of an authenticator application (RFC 6238), and codes that were written down.

mod step;
mod totp;

pub use step::finish;
pub(crate) use step::{begin, is_asked};
pub use totp::{begin_totp, confirm_totp, remove_totp, renew_recovery};

use crate::{Env, Result, account};
use postern_types::{AccountId, Factors, SessionId};
use sqlx::PgConnection;

/// Where seeds are sealed.
pub(crate) const SEALED: &str = "totp.sealed";

/// How the account of a session is kept safe.
pub async fn show(env: &Env, session: SessionId) -> Result<Factors> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let row = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "totp!",
                  (SELECT count(*) FROM recovery_code WHERE account_id = $1 AND spent_at IS NULL) AS "recovery!",
                  factor_required($1) AS "required!""#,
        signed.account.0,
    )
    .fetch_one(global.conn())
    .await?;
    Ok(Factors {
        totp: row.totp,
        recovery: u32::try_from(row.recovery).unwrap_or(u32::MAX),
        required: row.required,
    })
}

/// Whether a person has one that is in force.
async fn is_on(conn: &mut PgConnection, account: AccountId) -> Result<bool> {
    let on = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "on!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(on)
}

#[cfg(test)]
mod tests;
