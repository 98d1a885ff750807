//! Sessions: one signed-in browser each; its refresh token changes with every use.

mod list;
mod refresh;

pub(crate) use list::{Reason, end_others};
pub use list::{forget_trusted, list, revoke, revoke_others, trusted};
pub use refresh::refresh;

use crate::{
    Env, Error, Result, account,
    account::Deed,
    attempt::{self, Subject},
    crypto,
    db::Global,
    factor,
    mail::{self, Letter},
    password,
    token::{self, Access},
    vault,
    wake::Signal,
};
use postern_types::{AccountId, Credentials, FactorStep, SessionId, SignedIn};
use sqlx::PgConnection;
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// From sign-in to its end, whatever happens in between.
pub const LIFE: Duration = Duration::days(7);

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The client's address, behind the configured proxies.
    pub address: IpAddr,
    /// What it calls itself.
    pub agent: String,
    /// The secret of its long-lived device cookie.
    pub device: String,
    /// True when it brought that cookie along; false when it is given one now, and cannot be known yet.
    pub returning: bool,
}

impl Browser {
    pub(crate) fn device(&self) -> [u8; 32] {
        // The cookie alone: what a browser calls itself changes with each of its updates.
        crypto::sha256(self.device.as_bytes())
    }
}

/// What an opened or renewed session gives out.
pub struct Opened {
    /// The session.
    pub session: SessionId,
    /// The refresh token, for the cookie only; shown once.
    pub refresh: Zeroizing<String>,
    /// When the session ends by itself.
    pub expires_at: OffsetDateTime,
    /// What the page gets.
    pub signed_in: SignedIn,
}

/// What comes of a right password.
pub enum Entered {
    /// A session.
    In(Opened),
    /// The question for a second factor.
    Factor(FactorStep),
}

/// Opens a session for whoever knows the password, and ends the one whose refresh token the browser gives up for it
/// (`replaced`); or asks for the second factor of whoever has one. [`Error::Invalid`] alike for an unknown address, a wrong password and a disabled account;
/// [`Error::TooMany`] after failures.
pub async fn sign_in(
    env: &Env,
    credentials: &Credentials,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Entered> {
    // No account has an address that is none: then nothing is looked for, but all else happens as it would.
    let email = account::sought(&credentials.email);
    let email = email.as_deref();
    let known = is_known(env, email, browser).await?;
    let subjects = subjects(env, email, browser, known);
    attempt::begin(env, &subjects).await?;
    let found = look_up(env, email).await?;

    // No transaction is held open while the password is hashed.
    let kept = found.as_ref().map(|(_, hash)| hash.as_str());
    let right = password::verify(env, kept, &credentials.password).await?;

    let mut global = env.db.global().await?;
    let found = match found {
        // The password may have been changed while this one was hashed: whoever changes it waits for us, or we see it.
        Some((account, hash)) if right && stands(global.conn(), account, &hash).await? => {
            Ok(account)
        }
        found => Err(found),
    };
    let account = match found {
        Ok(account) => account,
        Err(found) => {
            // Written for somebody unknown too: the time that it takes would tell them apart.
            let account = found.map(|(account, _)| account);
            let address = Some(browser.address);
            account::audit(env, global.conn(), account, Deed::SignInRefused, address).await?;
            global.commit().await?;
            return Err(Error::invalid(
                "password",
                "The address or the password is not right.",
            ));
        }
    };
    attempt::succeeded(env, global.conn(), &subjects).await?;
    if factor::is_asked(env, global.conn(), account, browser).await? {
        let step = factor::begin(env, global.conn(), account, browser, false).await?;
        global.commit().await?;
        return Ok(Entered::Factor(step));
    }
    let opened = come_in(env, global, account, browser, replaced, None).await?;
    Ok(Entered::In(opened))
}

/// Opens a session for whoever has proved who they are, and commits it: the replaced one ends, and a browser that the
/// account has not seen is told of by mail. The second factor is not asked for in this browser until `trust`.
pub(crate) async fn come_in(
    env: &Env,
    mut global: Global,
    account: AccountId,
    browser: &Browser,
    replaced: Option<&str>,
    trust: Option<OffsetDateTime>,
) -> Result<Opened> {
    let new = !is_of(global.conn(), account, browser).await?;
    let address = Some(browser.address);
    account::audit(env, global.conn(), account, Deed::SignIn, address).await?;
    if let Some(left) = end(env, global.conn(), replaced, browser).await? {
        global.ring(Signal::Session(left));
    }
    let opened = open(env, global.conn(), account, browser).await?;
    if let Some(until) = trust {
        sqlx::query!(
            "INSERT INTO trusted_device (account_id, device, until, label, network, since) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (account_id, device) DO UPDATE
                SET until = excluded.until, label = excluded.label, network = excluded.network, since = excluded.since",
            account.0,
            &browser.device()[..],
            until,
            label(&browser.agent),
            attempt::network(browser.address),
            env.now(),
        )
        .execute(global.conn())
        .await?;
    }
    if new {
        tell_of_new(env, &mut global, account, browser).await?;
    }
    global.commit().await?;
    Ok(opened)
}

/// Whether this browser was signed in to the account before.
pub(crate) async fn is_of(
    conn: &mut PgConnection,
    account: AccountId,
    browser: &Browser,
) -> Result<bool> {
    if !browser.returning {
        return Ok(false);
    }
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM session WHERE account_id = $1 AND device = $2
                           -- One that was shut out comes back as a stranger.
                           AND coalesce(end_reason, '') NOT IN ('replay', 'revoked', 'not_me')) AS "known!""#,
        account.0,
        &browser.device()[..],
    )
    .fetch_one(conn)
    .await?;
    Ok(known)
}

async fn tell_of_new(
    env: &Env,
    global: &mut Global,
    account: AccountId,
    browser: &Browser,
) -> Result<()> {
    let email = sqlx::query_scalar!("SELECT email FROM account WHERE id = $1", account.0)
        .fetch_one(global.conn())
        .await?;
    let not_me = account::not_me_link(env, global.conn(), account, &email).await?;
    let letter = Letter::new("New sign-in to your account")
        .words("Somebody signed in to your account from a browser that it has not seen before.")
        .facts(vec![
            ("Browser", label(&browser.agent)),
            ("Network", attempt::network(browser.address)),
            ("Time", told(env.now())),
        ])
        .note("If it was you, nothing needs to be done.")
        .link(
            "This was not me: end the access and set a new password",
            not_me,
        );
    mail::put(env, global.conn(), &email, &letter).await?;
    global.ring(Signal::Jobs);
    Ok(())
}

/// A moment in a letter, whose reader's zone nobody knows.
fn told(at: OffsetDateTime) -> String {
    let minute = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    at.format(&minute).unwrap_or_default()
}

/// Opens a session without asking for anything: the caller has made sure of the person.
pub(crate) async fn open(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    browser: &Browser,
) -> Result<Opened> {
    let id: SessionId = env.id();
    let refresh = env.secret();
    let now = env.now();
    let expires_at = now + LIFE;
    sqlx::query!(
        "INSERT INTO session (id, account_id, token_hash, rotated_at, device, label, created_at, expires_at, seen_at, network)
         VALUES ($1, $2, $3, $4, $5, $6, $4, $7, $4, $8)",
        id.0,
        account.0,
        &hash(&refresh)[..],
        now,
        &browser.device()[..],
        label(&browser.agent),
        expires_at,
        attempt::network(browser.address),
    )
    .execute(&mut *conn)
    .await?;
    let signed_in = signed_in(env, conn, account, id).await?;
    Ok(Opened {
        session: id,
        refresh,
        expires_at,
        signed_in,
    })
}

/// Ends the session that `refresh` belongs to, in force or spent; a token that is none changes nothing.
pub async fn sign_out(env: &Env, refresh: &str, browser: &Browser) -> Result<()> {
    let mut global = env.db.global().await?;
    if let Some(session) = end(env, global.conn(), Some(refresh), browser).await? {
        global.ring(Signal::Session(session));
    }
    global.commit().await
}

/// Ends the session of that token and writes it down; whoever commits it rings. None when there is none to end.
pub(crate) async fn end(
    env: &Env,
    conn: &mut PgConnection,
    refresh: Option<&str>,
    browser: &Browser,
) -> Result<Option<SessionId>> {
    let Some(refresh) = refresh else {
        return Ok(None);
    };
    let ended = sqlx::query!(
        "UPDATE session SET ended_at = $2, end_reason = 'sign_out'
          WHERE ended_at IS NULL
            AND id IN (SELECT s.id FROM session s WHERE s.token_hash = $1
                       UNION ALL SELECT p.session_id FROM session_spent p WHERE p.token_hash = $1)
         RETURNING id, account_id",
        &hash(refresh)[..],
        env.now(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(session) = ended else {
        return Ok(None);
    };
    let (account, address) = (AccountId(session.account_id), Some(browser.address));
    account::audit(env, conn, account, Deed::SignOut, address).await?;
    Ok(Some(SessionId(session.id)))
}

/// True while the session lives and its account is not disabled.
pub async fn lives(conn: &mut PgConnection, session: SessionId) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT s.id FROM session s JOIN account a ON a.id = s.account_id
          WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL",
        session.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// The access token and the person, as the page keeps them.
async fn signed_in(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    session: SessionId,
) -> Result<SignedIn> {
    let agreed = vault::current_token(env, conn).await?;
    Ok(SignedIn {
        token: token::issue(env, agreed.as_deref(), Access { account, session })?,
        expires_in: token::LIFE_S,
        me: account::me(env, conn, account, Some(session)).await?,
    })
}

/// Whether this browser was signed in to the account of `email` before.
async fn is_known(env: &Env, email: Option<&str>, browser: &Browser) -> Result<bool> {
    let Some(email) = email.filter(|_| browser.returning) else {
        return Ok(false);
    };
    let mut global = env.db.global().await?;
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM session s JOIN account a ON a.id = s.account_id
                           WHERE a.email = $1 AND a.disabled_at IS NULL AND s.device = $2
                             AND coalesce(s.end_reason, '') NOT IN ('replay', 'revoked', 'not_me')) AS "known!""#,
        email,
        &browser.device()[..],
    )
    .fetch_one(global.conn())
    .await?;
    Ok(known)
}

/// The account of `email` with its password's hash.
async fn look_up(env: &Env, email: Option<&str>) -> Result<Option<(AccountId, String)>> {
    let Some(email) = email else {
        return Ok(None);
    };
    let mut global = env.db.global().await?;
    let found = sqlx::query!(
        "SELECT id, password_hash FROM account WHERE email = $1 AND disabled_at IS NULL",
        email,
    )
    .fetch_optional(global.conn())
    .await?;
    Ok(found.map(|row| (AccountId(row.id), row.password_hash)))
}

/// Whether that still is the password, until this transaction ends.
async fn stands(conn: &mut PgConnection, account: AccountId, hash: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM account WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL FOR SHARE",
        account.0,
        hash,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// A browser that was signed in to the account before has tries of its own: strangers who guess at the account, or
/// neighbours in its network, cannot keep its owner out. Strangers of one network wait soon; only those of many
/// networks together make its owner wait on a browser that is new.
fn subjects(env: &Env, email: Option<&str>, browser: &Browser, known: bool) -> Vec<Subject> {
    let network = Subject::network("sign-in", browser.address);
    let Some(email) = email.map(str::as_bytes) else {
        return vec![network];
    };
    if known {
        let parts: [&[u8]; 2] = [email, &browser.device()];
        return vec![Subject::secret(env, "sign-in:device", &parts)];
    }
    let here = attempt::network(browser.address);
    vec![
        network,
        Subject::secret(env, "sign-in:here", &[email, here.as_bytes()]),
        Subject::everywhere(env, "sign-in:account", &[email]),
    ]
}

fn hash(token: &str) -> [u8; 32] {
    crypto::sha256(token.as_bytes())
}

/// How a person recognises the browser in a list: its kind and its system.
pub(crate) fn label(agent: &str) -> String {
    let first = |words: &[(&str, &'static str)]| {
        words
            .iter()
            .find(|(word, _)| agent.contains(word))
            .map(|(_, name)| *name)
    };
    // Most of them also claim to be Safari and Chrome: the order matters.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrom", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests;
