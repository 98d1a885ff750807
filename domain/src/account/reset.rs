//! A forgotten password: a link is mailed, and sets a new one.

use super::{
    Deed, audit, checked_email, find,
    link::{self, Link},
    ways,
};
use crate::{
    Env, Error, Result, account,
    attempt::{self, Subject},
    mail::{self, Letter},
    password,
    session::{self, Browser},
    wake::Signal,
};
use postern_types::{AccountId, Reset};
use sqlx::PgConnection;
use time::Duration;

/// How long a link for a new password is good.
const LIFE: Duration = Duration::minutes(30);

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
            life: LIFE,
        };
        link::keep(env, global.conn(), &link, &secret).await?;
        mail::put(env, global.conn(), &email, &letter).await?;
    } else {
        // As many statements, and a letter that never leaves.
        let _ = link::spend(env, global.conn(), "reset", &secret).await;
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
        &link::hash(&form.token)[..],
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
    link::spend(env, global.conn(), "reset", &form.token).await?;
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
    let letter = ways::told(env, global.conn(), account, letter).await?;
    mail::put(env, global.conn(), &person.email, &letter).await?;
    global.ring(Signal::Account(account));
    global.ring(Signal::Jobs);
    global.commit().await
}

/// Keeps a link for a new password; gives its secret.
pub(super) async fn offer(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    email: &str,
) -> Result<String> {
    let secret = env.secret();
    let link = Link {
        purpose: "reset",
        account,
        email,
        life: LIFE,
    };
    link::keep(env, conn, &link, &secret).await?;
    Ok(secret.to_string())
}

#[cfg(test)]
mod tests;
