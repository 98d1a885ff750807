//! The second step of a sign-in: asked for once the password was right, unless the browser is trusted.

use super::{is_on, totp};
use crate::{
    Env, Error, Result,
    account::{self, Deed},
    attempt::{self, Subject},
    crypto,
    session::{self, Browser, Opened},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{AccountId, Factor, FactorKind, FactorStep};
use sqlx::PgConnection;
use time::Duration;
use zeroize::Zeroizing;

/// How long the step waits.
const LIFE: Duration = Duration::minutes(10);
/// Tries within one step.
const TRIES: i16 = 5;
/// How long a browser is trusted.
const TRUST: Duration = Duration::days(30);

/// Whether a sign-in of that person from that browser takes a second step.
pub(crate) async fn is_asked(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    browser: &Browser,
) -> Result<bool> {
    if !is_on(conn, account).await? {
        return Ok(false);
    }
    let trusted = browser.returning
        && sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM trusted_device WHERE account_id = $1 AND device = $2 AND until > $3) AS "trusted!""#,
            account.0,
            &browser.device()[..],
            env.now(),
        )
        .fetch_one(conn)
        .await?;
    Ok(!trusted)
}

/// Begins the second step.
pub(crate) async fn begin(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    browser: &Browser,
) -> Result<FactorStep> {
    let ticket = Zeroizing::new(URL_SAFE_NO_PAD.encode(*Zeroizing::new(env.bytes::<32>())));
    sqlx::query!(
        "INSERT INTO factor_step (ticket_hash, account_id, device, expires_at) VALUES ($1, $2, $3, $4)",
        &crypto::sha256(ticket.as_bytes())[..],
        account.0,
        &browser.device()[..],
        env.now() + LIFE,
    )
    .execute(&mut *conn)
    .await?;
    let recovery = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM recovery_code WHERE account_id = $1 AND spent_at IS NULL) AS "left!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    let mut kinds = vec![FactorKind::Totp];
    if recovery {
        kinds.push(FactorKind::Recovery);
    }
    Ok(FactorStep {
        ticket: ticket.to_string(),
        kinds,
    })
}

/// Signs in with the second factor, from the browser that gave the password. Each try is counted before it is looked at, for
/// the step and for the account. [`Error::Invalid`] on `code`; [`Error::NotFound`] when the step's time or tries are over.
pub async fn finish(
    env: &Env,
    factor: &Factor,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    let ticket = crypto::sha256(factor.ticket.as_bytes());
    let mut global = env.db.global().await?;
    let account = sqlx::query_scalar!(
        "UPDATE factor_step SET tries = tries + 1
          WHERE ticket_hash = $1 AND device = $2 AND spent_at IS NULL AND expires_at > $3 AND tries < $4
         RETURNING account_id",
        &ticket[..],
        &browser.device()[..],
        env.now(),
        TRIES,
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    global.commit().await?;
    let account = AccountId(account);
    let subjects = [Subject::secret(env, "factor", &[account.0.as_bytes()])];
    attempt::begin(env, &subjects).await?;

    let mut global = env.db.global().await?;
    let right = match factor.kind {
        FactorKind::Totp => totp::take(env, global.conn(), account, &factor.code, true).await?,
        FactorKind::Recovery => take_recovery(env, global.conn(), account, &factor.code).await?,
    };
    if !right {
        let address = Some(browser.address);
        account::audit(env, global.conn(), account, Deed::FactorRefused, address).await?;
        global.commit().await?;
        return Err(totp::wrong());
    }
    let spent = sqlx::query!(
        "UPDATE factor_step SET spent_at = $2 WHERE ticket_hash = $1 AND spent_at IS NULL",
        &ticket[..],
        env.now(),
    )
    .execute(global.conn())
    .await?;
    if spent.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    attempt::succeeded(env, global.conn(), &subjects).await?;
    if factor.trust {
        sqlx::query!(
            "INSERT INTO trusted_device (account_id, device, until) VALUES ($1, $2, $3)
             ON CONFLICT (account_id, device) DO UPDATE SET until = excluded.until",
            account.0,
            &browser.device()[..],
            env.now() + TRUST,
        )
        .execute(global.conn())
        .await?;
    }
    session::come_in(env, global, account, browser, replaced).await
}

async fn take_recovery(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    code: &str,
) -> Result<bool> {
    let taken = sqlx::query!(
        "UPDATE recovery_code SET spent_at = $3 WHERE account_id = $1 AND digest = $2 AND spent_at IS NULL",
        account.0,
        &totp::digest(env, account, code)[..],
        env.now(),
    )
    .execute(conn)
    .await?;
    Ok(taken.rows_affected() == 1)
}
