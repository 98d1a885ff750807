//! The second step of a sign-in: asked for once the password was right, unless the browser is trusted.

use super::{is_on, mailed, passkey, recovery, totp};
use crate::{
    Env, Error, Result,
    account::{self, Deed},
    attempt::{self, Subject},
    code::{self, Checked},
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

/// Begins the second step, behind a password or a provider (`by_provider`).
pub(crate) async fn begin(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    browser: &Browser,
    by_provider: bool,
) -> Result<FactorStep> {
    let ticket = env.secret();
    sqlx::query!(
        "INSERT INTO factor_step (ticket_hash, account_id, device, expires_at, by_provider) VALUES ($1, $2, $3, $4, $5)",
        &hash(&ticket)[..],
        account.0,
        &browser.device()[..],
        env.now() + LIFE,
        by_provider,
    )
    .execute(&mut *conn)
    .await?;
    Ok(FactorStep {
        ticket: ticket.to_string(),
        kinds: kinds(conn, account, by_provider).await?,
    })
}

/// What will do, the best first. A mailed code comes last, and neither where a mailed link has set the password nor behind a
/// provider: whoever reads the person's mail would need nothing else.
async fn kinds(
    conn: &mut PgConnection,
    account: AccountId,
    by_provider: bool,
) -> Result<Vec<FactorKind>> {
    let row = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM passkey WHERE account_id = $1) AS "passkey!",
                  EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "totp!",
                  EXISTS (SELECT FROM recovery_code WHERE account_id = $1 AND spent_at IS NULL) AS "recovery!",
                  EXISTS (SELECT FROM account WHERE id = $1 AND NOT password_mailed) AS "email!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    let kinds = [
        (row.passkey, FactorKind::Passkey),
        (row.totp, FactorKind::Totp),
        (row.recovery, FactorKind::Recovery),
        (row.email && !by_provider, FactorKind::Email),
    ];
    Ok(kinds
        .into_iter()
        .filter_map(|(there, kind)| there.then_some(kind))
        .collect())
}

/// A step that is under way.
pub(super) struct Step {
    /// Whose.
    pub account: AccountId,
    /// A provider vouched for them, and they gave no password.
    pub by_provider: bool,
}

/// Whose step it is, for what is asked in it before the try. [`Error::NotFound`] when its time or its tries are over, and
/// from another browser.
pub(super) async fn of(
    env: &Env,
    conn: &mut PgConnection,
    ticket: &str,
    browser: &Browser,
) -> Result<Step> {
    let row = sqlx::query!(
        "SELECT account_id, by_provider FROM factor_step
          WHERE ticket_hash = $1 AND device = $2 AND spent_at IS NULL AND expires_at > $3 AND tries < $4",
        &hash(ticket)[..],
        &browser.device()[..],
        env.now(),
        TRIES,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Step {
        account: AccountId(row.account_id),
        by_provider: row.by_provider,
    })
}

/// As a ticket is kept.
pub(super) fn hash(ticket: &str) -> [u8; 32] {
    crypto::sha256(ticket.as_bytes())
}

/// Signs in with the second factor, from the browser that gave the password. Each try is counted before it is looked at, for
/// the step and for the account. [`Error::Invalid`] on `code` or `passkey`; [`Error::NotFound`] when the step's time or tries
/// are over.
pub async fn finish(
    env: &Env,
    factor: &Factor,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    let ticket = hash(&factor.ticket);
    let mut global = env.db.global().await?;
    let step = of(env, global.conn(), &factor.ticket, browser).await?;
    if step.by_provider && factor.kind == FactorKind::Email {
        return Err(mailed::over());
    }
    let account = step.account;
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

    // No transaction is held open while a mailed code is hashed.
    let checked = match factor.kind {
        FactorKind::Email => {
            let (asked, code) = (factor.asked.as_deref(), &factor.code);
            Some(mailed::check(env, account, &factor.ticket, asked, code).await)
        }
        _ => None,
    };
    let mut global = env.db.global().await?;
    // A new password ends the steps that the old one began: whoever sets one waits for us, or we find the step gone.
    let email = sqlx::query_scalar!(
        "SELECT email FROM account WHERE id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE",
        account.0
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    match prove(env, global.conn(), account, factor, browser, checked).await {
        Ok(()) => {}
        Err(refused @ Error::Invalid { .. }) => {
            let address = Some(browser.address);
            account::audit(env, global.conn(), account, Deed::FactorRefused, address).await?;
            global.commit().await?;
            return Err(refused);
        }
        Err(error) => return Err(error),
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
    if factor.kind == FactorKind::Email {
        let letters = mailed::letters(env, &email, browser);
        attempt::succeeded(env, global.conn(), &letters).await?;
    }
    if factor.kind != FactorKind::Email && !step.by_provider {
        // Whoever set this password has more than the mailbox.
        sqlx::query!(
            "UPDATE account SET password_mailed = false WHERE id = $1 AND password_mailed",
            account.0,
        )
        .execute(global.conn())
        .await?;
    }
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

/// Uses the factor up. [`Error::Invalid`] when it is not the right one.
async fn prove(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    factor: &Factor,
    browser: &Browser,
    checked: Option<Result<Checked>>,
) -> Result<()> {
    let code = factor.code.as_str();
    let right = match factor.kind {
        FactorKind::Passkey => {
            let ticket = factor.asked.as_deref().unwrap_or_default();
            return passkey::prove(env, conn, account, ticket, code, browser).await;
        }
        FactorKind::Totp => totp::take(env, conn, account, code, true).await?,
        FactorKind::Recovery => recovery::take(env, conn, account, code).await?.is_some(),
        FactorKind::Email => {
            let checked = checked.unwrap_or_else(|| Err(mailed::over()))?;
            return match code::spend(env, conn, &checked).await {
                Err(Error::NotFound) => Err(mailed::over()),
                spent => spent,
            };
        }
    };
    if right { Ok(()) } else { Err(totp::wrong()) }
}
