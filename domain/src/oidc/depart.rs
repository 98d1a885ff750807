//! The way out: a browser goes to a provider.

use super::{LIFE, hash, nonce, redirect, verifier};
use crate::{
    Env, Error, Result, account,
    attempt::{self, Subject},
    crypto,
    session::Browser,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{Connect, Provider, SessionId};
use zeroize::Zeroizing;

/// A way that begins.
pub struct Departure {
    /// The provider's page.
    pub to: String,
    /// For the browser's cookie only.
    pub secret: Zeroizing<String>,
}

/// Begins a way to sign in. [`Error::NotFound`] for a provider that is not set up, [`Error::TooMany`] when too many ways of a
/// network lead to nothing.
pub async fn depart(env: &Env, provider: Provider, browser: &Browser) -> Result<Departure> {
    // Each way is one try; whoever comes in by it gives it back.
    attempt::begin(env, &subjects(env, browser)).await?;
    set_out(env, provider, None).await
}

/// Begins a way to connect a provider with the account of a session. [`Error::Invalid`] on `password`.
pub async fn connect(env: &Env, session: SessionId, form: &Connect) -> Result<Departure> {
    account::prove(env, session, &form.password, "password").await?;
    set_out(env, form.provider, Some(session)).await
}

/// What a way is counted against.
pub(super) fn subjects(env: &Env, browser: &Browser) -> [Subject; 1] {
    [Subject::ways(env, "oidc", browser.address)]
}

async fn set_out(env: &Env, provider: Provider, session: Option<SessionId>) -> Result<Departure> {
    let client = env.oidc.client(provider).ok_or(Error::NotFound)?;
    let known = client.known(env, None).await.map_err(|why| {
        tracing::warn!(
            provider = provider.as_str(),
            why,
            "a provider does not answer"
        );
        Error::Upstream(
            format!(
                "{} cannot be reached now. Try again in a minute, or sign in with your password.",
                provider.name()
            )
            .into(),
        )
    })?;
    let (state, secret) = (env.secret(), env.secret());
    let mut global = env.db.global().await?;
    sqlx::query!(
        "INSERT INTO oidc_way (state_hash, browser_hash, provider, session_id, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &hash(&state)[..],
        &hash(&secret)[..],
        provider.as_str(),
        session.map(|session| session.0),
        env.now() + LIFE,
    )
    .execute(global.conn())
    .await?;
    global.commit().await?;
    let challenge = crypto::sha256(verifier(env, &secret).as_bytes());
    let mut to = known.authorize.clone();
    to.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &client.settings.client_id)
        .append_pair("redirect_uri", &redirect(env, provider))
        .append_pair("scope", "openid email profile")
        .append_pair("state", &state)
        .append_pair("nonce", &nonce(env, &secret))
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
        .append_pair("code_challenge_method", "S256")
        .append_pair("prompt", "select_account");
    Ok(Departure {
        to: to.into(),
        secret,
    })
}
