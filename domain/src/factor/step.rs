//! The second step of a sign-in: asked for once the password was right, unless the browser is trusted.

use super::{is_on, totp};
use crate::{
    Env, Error, Result,
    account::{self, Deed},
    attempt::{self, Subject},
    crypto,
    session::{self, Browser, Opened},
};
use postern_types::{AccountId, Factor, FactorKind, FactorStep};
use sqlx::PgConnection;
use time::Duration;

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
    let ticket = env.secret();
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
        "SELECT account_id FROM factor_step
          WHERE ticket_hash = $1 AND device = $2 AND spent_at IS NULL AND expires_at > $3 AND tries < $4",
        &ticket[..],
        &browser.device()[..],
        env.now(),
        TRIES,
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let account = AccountId(account);
    let known = session::is_of(global.conn(), account, browser).await?;
    drop(global);
    let subjects = subjects(env, account, browser, known);
    attempt::begin(env, &subjects).await?;
    let mut global = env.db.global().await?;
    let counted = sqlx::query!(
        "UPDATE factor_step SET tries = tries + 1 WHERE ticket_hash = $1 AND spent_at IS NULL AND tries < $2",
        &ticket[..],
        TRIES,
    )
    .execute(global.conn())
    .await?;
    global.commit().await?;
    if counted.rows_affected() == 0 {
        return Err(Error::NotFound);
    }

    let mut global = env.db.global().await?;
    // A new password ends the steps that the old one began: whoever sets one waits for us, or we find the step gone.
    sqlx::query!(
        "SELECT id FROM account WHERE id = $1 AND disabled_at IS NULL FOR SHARE",
        account.0
    )
    .fetch_one(global.conn())
    .await?;
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
    let trust = factor.trust.then(|| env.now() + TRUST);
    session::come_in(env, global, account, browser, replaced, trust).await
}

/// A browser that the account knows has tries of its own: whoever knows the password alone cannot keep its owner out.
fn subjects(env: &Env, account: AccountId, browser: &Browser, known: bool) -> Vec<Subject> {
    let account = account.0.as_bytes();
    if known {
        let parts: [&[u8]; 2] = [account, &browser.device()];
        return vec![Subject::secret(env, "factor:device", &parts)];
    }
    let here = attempt::network(browser.address);
    vec![
        Subject::secret(env, "factor:here", &[account, here.as_bytes()]),
        Subject::everywhere(env, "factor:account", &[account]),
    ]
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
