//! Sessions: one signed-in browser each; its refresh token changes with every use.

mod refresh;

pub use refresh::refresh;

use crate::{
    Env, Error, Result, account,
    account::Deed,
    attempt::{self, Subject},
    crypto, password,
    token::{self, Access},
    wake::Signal,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{AccountId, Credentials, SessionId, SignedIn};
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
}

impl Browser {
    fn device(&self) -> [u8; 32] {
        crypto::sha256(format!("{}\n{}", self.device, self.agent).as_bytes())
    }
}

/// What an opened or renewed session gives out.
pub struct Opened {
    /// The refresh token, for the cookie only; shown once.
    pub refresh: Zeroizing<String>,
    /// When the session ends by itself.
    pub expires_at: OffsetDateTime,
    /// What the page gets.
    pub signed_in: SignedIn,
}

/// Opens a session for whoever knows the password. [`Error::Invalid`] alike for an unknown address, a wrong password
/// and a disabled account; [`Error::TooMany`] after failures.
pub async fn sign_in(env: &Env, credentials: &Credentials, browser: &Browser) -> Result<Opened> {
    let email = account::fold(&credentials.email);
    let (found, known) = look_up(env, &email, browser).await?;
    let subjects = subjects(env, &email, browser, known);
    attempt::begin(env, &subjects).await?;

    // No transaction is held open while the password is hashed.
    let kept = found.as_ref().map(|(_, hash)| hash.as_str());
    let right = password::verify(env, kept, &credentials.password).await?;

    let mut global = env.db.global().await?;
    let account = match found {
        Some((account, _)) if right => account,
        found => {
            if let Some((account, _)) = found {
                let address = Some(browser.address);
                account::audit(env, global.conn(), account, Deed::SignInRefused, address).await?;
                global.commit().await?;
            }
            return Err(Error::invalid(
                "password",
                "The address or the password is not right.",
            ));
        }
    };
    attempt::succeeded(env, global.conn(), &subjects).await?;
    account::audit(
        env,
        global.conn(),
        account,
        Deed::SignIn,
        Some(browser.address),
    )
    .await?;
    let opened = open(env, global.conn(), account, browser).await?;
    global.commit().await?;
    Ok(opened)
}

/// Opens a session without asking for anything: the caller has made sure of the person.
pub(crate) async fn open(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    browser: &Browser,
) -> Result<Opened> {
    let id: SessionId = env.id();
    let refresh = new_token(env);
    let now = env.now();
    let expires_at = now + LIFE;
    sqlx::query!(
        "INSERT INTO session (id, account_id, token_hash, rotated_at, device, label, created_at, expires_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $4, $7, $4)",
        id.0,
        account.0,
        &hash(&refresh)[..],
        now,
        &browser.device()[..],
        label(&browser.agent),
        expires_at,
    )
    .execute(&mut *conn)
    .await?;
    let signed_in = signed_in(env, conn, account, id).await?;
    Ok(Opened {
        refresh,
        expires_at,
        signed_in,
    })
}

/// Ends the session that `refresh` belongs to, in force or spent; a token that is none changes nothing.
pub async fn sign_out(env: &Env, refresh: &str, browser: &Browser) -> Result<()> {
    let mut global = env.db.global().await?;
    let ended = sqlx::query!(
        "UPDATE session SET ended_at = $2, end_reason = 'sign_out'
          WHERE ended_at IS NULL
            AND id IN (SELECT s.id FROM session s WHERE s.token_hash = $1
                       UNION ALL SELECT p.session_id FROM session_spent p WHERE p.token_hash = $1)
         RETURNING id, account_id",
        &hash(refresh)[..],
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?;
    let Some(session) = ended else {
        return Ok(());
    };
    let account = AccountId(session.account_id);
    account::audit(
        env,
        global.conn(),
        account,
        Deed::SignOut,
        Some(browser.address),
    )
    .await?;
    global.ring(Signal::Session(SessionId(session.id)));
    global.ring(Signal::Account(account));
    global.commit().await
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
    Ok(SignedIn {
        token: token::issue(env, Access { account, session })?,
        expires_in: token::LIFE_S,
        me: account::me(conn, account).await?,
    })
}

/// The account of `email` with its password's hash, and whether this browser was signed in to it before.
async fn look_up(
    env: &Env,
    email: &str,
    browser: &Browser,
) -> Result<(Option<(AccountId, String)>, bool)> {
    let mut global = env.db.global().await?;
    let found = sqlx::query!(
        r#"SELECT a.id, a.password_hash,
                  EXISTS (SELECT FROM session s WHERE s.account_id = a.id AND s.device = $2) AS "known!"
             FROM account a WHERE a.email = $1 AND a.disabled_at IS NULL"#,
        email,
        &browser.device()[..],
    )
    .fetch_optional(global.conn())
    .await?;
    Ok(match found {
        Some(row) => (Some((AccountId(row.id), row.password_hash)), row.known),
        None => (None, false),
    })
}

/// A browser that was signed in to the account before has tries of its own: strangers who guess at the account, or
/// neighbours in its network, cannot keep its owner out.
fn subjects(env: &Env, email: &str, browser: &Browser, known: bool) -> Vec<Subject> {
    if known {
        let parts: [&[u8]; 2] = [email.as_bytes(), &browser.device()];
        return vec![Subject::secret(env, "sign-in:device", &parts)];
    }
    vec![
        Subject::network("sign-in", browser.address),
        Subject::secret(env, "sign-in:account", &[email.as_bytes()]),
    ]
}

fn new_token(env: &Env) -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(*Zeroizing::new(env.bytes::<32>())))
}

fn hash(token: &str) -> [u8; 32] {
    crypto::sha256(token.as_bytes())
}

/// How a person recognises the browser in a list: its kind and its system.
fn label(agent: &str) -> String {
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
