//! Second factors: passkeys (W3C Web Authentication), a code of an authenticator application (RFC 6238), codes that were
//! written down, and codes that are mailed. A passkey is also all that is needed to sign in.

mod mailed;
mod own;
pub mod passkey;
mod recovery;
mod step;
mod totp;

pub use mailed::mail_code;
pub(crate) use own::{kinds, prove};
pub use recovery::renew_recovery;
pub use step::finish;
pub(crate) use step::{begin, is_asked};
use totp::is_confirmed;
pub use totp::{begin_totp, confirm_totp, remove_totp};

use crate::{
    Env, Result,
    account::{self, Deed},
    session::Browser,
};
use postern_types::{AccountId, Factors, SessionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

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
        passkeys: passkey::list(global.conn(), signed.account).await?,
        recovery: u32::try_from(row.recovery).unwrap_or(u32::MAX),
        required: row.required,
    })
}

/// Whether a person has one that is in force. Recovery codes and mailed codes are none by themselves: they stand in for one.
async fn is_on(conn: &mut PgConnection, account: AccountId) -> Result<bool> {
    let on = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL)
                   OR EXISTS (SELECT FROM passkey WHERE account_id = $1)) AS "on!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(on)
}

/// Whether a workspace of theirs requires one.
async fn is_required(conn: &mut PgConnection, account: AccountId) -> Result<bool> {
    let required = sqlx::query_scalar!(r#"SELECT factor_required($1) AS "required!""#, account.0)
        .fetch_one(conn)
        .await?;
    Ok(required)
}

/// Takes away what came since: whoever was let in by mistake may have added a factor of theirs, and each opens the account.
/// Whoever calls it holds the account.
pub(crate) async fn undo_since(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    since: OffsetDateTime,
    browser: &Browser,
) -> Result<()> {
    let keys = passkey::remove_since(&mut *conn, account, since).await?;
    let app = totp::remove_since(&mut *conn, account, since).await?;
    let codes = recovery::remove_since(&mut *conn, account, since).await?;
    let deeds = [
        (keys, Deed::PasskeyRemoved),
        (app, Deed::FactorOff),
        (codes, Deed::RecoveryEnded),
    ];
    let address = Some(browser.address);
    for (_, deed) in deeds.into_iter().filter(|(gone, _)| *gone) {
        account::audit(env, &mut *conn, account, deed, address).await?;
    }
    if (keys || app) && !is_on(&mut *conn, account).await? {
        forget_rest(conn, account).await?;
    }
    Ok(())
}

/// Takes every factor away.
pub(crate) async fn forget(conn: &mut PgConnection, account: AccountId) -> Result<()> {
    sqlx::query!("DELETE FROM totp WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM passkey WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    forget_rest(conn, account).await
}

/// What stood in for a factor goes with the last one.
async fn forget_rest(conn: &mut PgConnection, account: AccountId) -> Result<()> {
    sqlx::query!("DELETE FROM recovery_code WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "DELETE FROM trusted_device WHERE account_id = $1",
        account.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
pub(crate) use tests::shown;

#[cfg(test)]
mod tests;
