//! Links that are mailed to a person: for a forgotten password, and for a letter of something that was not them.

use super::{Deed, audit, checked_email, find};
use crate::{
    Env, Error, Result, account,
    attempt::{self, Subject},
    crypto, factor,
    mail::{self, Letter},
    oidc, password,
    session::{self, Browser},
    wake::Signal,
};
use postern_types::{AccountId, Reset};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How long a link for a new password is good.
const RESET: Duration = Duration::minutes(30);
/// How long one may say that it was somebody else.
const NOT_ME: Duration = Duration::days(30);

/// Mails a link for a new password to whoever has an account with that address. It answers alike, and does as much, when
/// nobody has. [`Error::TooMany`] when an address is asked for again and again, also one that nobody has.
pub async fn forgot(env: &Env, email: &str, browser: &Browser) -> Result<()> {
    // No account has an address that is none.
    let email = checked_email(email)?;
    let network = attempt::network(browser.address);
    let [by, all] = Subject::letters(env, "reset", network.as_bytes(), &email);
    attempt::begin(env, &[Subject::crowd("forgot", browser.address), by, all]).await?;
    let mut global = env.db.global().await?;
    let account = find(global.conn(), &email).await?;
    let secret = env.secret();
    let letter = Letter::new("Set a new password")
        .words("Somebody, hopefully you, asked for a new password. The link is good for 30 minutes, once.")
        .button("Set a new password", env.post.link("reset", &secret))
        .note("If it was not you, nothing needs to be done: your password is still the old one.");
    if let Some(account) = account {
        let link = Link {
            purpose: "reset",
            account,
            email: &email,
            life: RESET,
        };
        keep(env, global.conn(), &link, &secret).await?;
        mail::put(env, global.conn(), &email, &letter).await?;
    } else {
        // As many statements, and a letter that never leaves.
        let _ = spend(env, global.conn(), "reset", &secret).await;
        mail::put_void(env, global.conn(), &letter).await?;
    }
    let address = Some(browser.address);
    audit(env, global.conn(), account, Deed::ResetAsked, address).await?;
    global.ring(Signal::Jobs);
    global.commit().await
}

/// Sets a new password by a mailed link, once, and ends every session. [`Error::NotFound`] when the link is over,
/// [`Error::Invalid`] on `password`: then it is still good.
pub async fn reset(env: &Env, form: &Reset, browser: &Browser) -> Result<()> {
    let mut global = env.db.global().await?;
    let person = sqlx::query!(
        "SELECT a.id, a.name, a.email FROM account_link l JOIN account a ON a.id = l.account_id
          WHERE l.token_hash = $1 AND l.purpose = 'reset' AND l.spent_at IS NULL AND l.expires_at > $2
            AND l.email = a.email AND a.disabled_at IS NULL",
        &hash(&form.token)[..],
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let account = AccountId(person.id);
    let places = account::place_names(global.conn(), account).await?;
    drop(global);
    password::check_own(&form.password, &person.name, &person.email, &places).await?;
    let kept = password::hash(env, &form.password).await?;
    let mut global = env.db.global().await?;
    account::lock(global.conn(), account).await?;
    spend(env, global.conn(), "reset", &form.token).await?;
    let set = sqlx::query!(
        // The address may have been changed while this was hashed: then the link is nobody's. From now on a mailed code adds
        // nothing to this password: both came by the same mailbox.
        "UPDATE account SET password_hash = $2, password_mailed = true
          WHERE id = $1 AND email = $3 AND disabled_at IS NULL",
        account.0,
        kept,
        person.email,
    )
    .execute(global.conn())
    .await?;
    if set.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    account::shut_out(env, global.conn(), account, None, session::Reason::Password).await?;
    let address = Some(browser.address);
    audit(env, global.conn(), account, Deed::PasswordReset, address).await?;
    let letter = Letter::new("Your password was changed")
        .words("It was set anew by a link that was mailed to you, and every session of yours was ended.")
        .facts(vec![("From the network", attempt::network(browser.address))])
        .note("If it was not you, somebody reads your mail: change its password first, then this one.");
    mail::put(env, global.conn(), &person.email, &letter).await?;
    global.ring(Signal::Account(account));
    global.ring(Signal::Jobs);
    global.commit().await
}

/// Ends every session of the person, the one that the letter told of and what it may have opened; no browser is trusted
/// any more, passkeys that were added since the letter are gone, and no provider signs in: whoever came in may have connected
/// theirs. [`Error::NotFound`] when the link is over.
pub async fn not_me(env: &Env, token: &str, browser: &Browser) -> Result<()> {
    let mut global = env.db.global().await?;
    let (account, expires_at) = spend(env, global.conn(), "not_me", token).await?;
    account::lock(global.conn(), account).await?;
    account::shut_out(env, global.conn(), account, None, session::Reason::NotMe).await?;
    // The letter may tell of the passkey itself, which was written a moment before it.
    let since = expires_at - NOT_ME - Duration::minutes(1);
    factor::passkey::remove_since(env, global.conn(), account, since, browser).await?;
    oidc::forget(global.conn(), account).await?;
    let address = Some(browser.address);
    audit(env, global.conn(), account, Deed::NotMe, address).await?;
    global.ring(Signal::Account(account));
    global.commit().await
}

/// The address of a link by which the person can say that it was not them.
pub(crate) async fn not_me_link(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
) -> Result<String> {
    let secret = env.secret();
    let email = sqlx::query_scalar!("SELECT email FROM account WHERE id = $1", account.0)
        .fetch_one(&mut *conn)
        .await?;
    let link = Link {
        purpose: "not_me",
        account,
        email: &email,
        life: NOT_ME,
    };
    keep(env, conn, &link, &secret).await?;
    Ok(env.post.link("not-me", &secret))
}

/// What a link is for.
struct Link<'a> {
    purpose: &'a str,
    account: AccountId,
    /// Where it is mailed to.
    email: &'a str,
    life: Duration,
}

async fn keep(env: &Env, conn: &mut PgConnection, link: &Link<'_>, secret: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO account_link (token_hash, purpose, account_id, email, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &hash(secret)[..],
        link.purpose,
        link.account.0,
        link.email,
        env.now() + link.life,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses a link up: of any number at once, one. Whose it is, and when its time would have been over.
async fn spend(
    env: &Env,
    conn: &mut PgConnection,
    purpose: &str,
    token: &str,
) -> Result<(AccountId, OffsetDateTime)> {
    let link = sqlx::query!(
        "UPDATE account_link SET spent_at = $3
          WHERE token_hash = $1 AND purpose = $2 AND spent_at IS NULL AND expires_at > $3
         RETURNING account_id, expires_at",
        &hash(token)[..],
        purpose,
        env.now(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    Ok((AccountId(link.account_id), link.expires_at))
}

fn hash(secret: &str) -> [u8; 32] {
    crypto::sha256(secret.trim().as_bytes())
}

#[cfg(test)]
mod tests;
