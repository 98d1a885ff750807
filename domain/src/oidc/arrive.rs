//! The way back: the provider's answer is taken once, and what it proves is kept for the page that asks for it.

use super::{LIFE, Vouched, exchange, hash, nonce, proof, redirect, verifier};
use crate::{Env, Result};
use postern_types::Provider;
use std::time::Duration;
use tokio::time::timeout;

/// All that is asked of a provider while the browser waits.
const PATIENCE: Duration = Duration::from_secs(12);

/// What a provider's answer carries.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Ours, given back.
    pub state: String,
    /// What is given for the token.
    pub code: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

/// Takes an answer, from the browser that departed (`secret`) and at the provider it departed to, once: of any number at once
/// one. Whatever is wrong with it is kept for [`super::finish`] to tell; an answer to no way of that browser changes nothing.
pub async fn arrive(env: &Env, provider: Provider, secret: &str, answer: &Answer) -> Result<()> {
    let state = hash(&answer.state);
    let mut global = env.db.global().await?;
    let taken = sqlx::query!(
        "UPDATE oidc_way SET back_at = $4
          WHERE state_hash = $1 AND browser_hash = $2 AND provider = $3 AND back_at IS NULL AND expires_at > $4",
        &state[..],
        &hash(secret)[..],
        provider.as_str(),
        env.now(),
    )
    .execute(global.conn())
    .await?;
    global.commit().await?;
    if taken.rows_affected() == 0 {
        return Ok(());
    }
    let outcome = match &answer.error {
        Some(error) if error == "access_denied" => Err("declined"),
        Some(_) => Err("unproven"),
        // No transaction is open while the provider is asked.
        None => {
            let asked = timeout(PATIENCE, vouched(env, provider, secret, answer)).await;
            asked.unwrap_or(Err("no answer in time")).map_err(|why| {
                let provider = provider.as_str();
                tracing::warn!(provider, why, "an answer of a provider proves nothing");
                "unproven"
            })
        }
    };
    keep(env, &state, outcome).await
}

async fn vouched(
    env: &Env,
    provider: Provider,
    secret: &str,
    answer: &Answer,
) -> exchange::Told<Vouched> {
    let client = env
        .oidc
        .client(provider)
        .ok_or("it is not set up any more")?;
    let known = client.known(env, None).await?;
    match &answer.iss {
        Some(iss) if !known.is_named(iss) => return Err("another provider answered"),
        None if known.names_itself => return Err("the answer does not say who answers"),
        _ => {}
    }
    let code = answer.code.as_deref().ok_or("the answer holds no code")?;
    let (back, verifier) = (redirect(env, provider), verifier(env, secret));
    let token = exchange::redeem(client, &known, code, &back, &verifier).await?;
    proof::read(env, client, &token, &nonce(env, secret)).await
}

async fn keep(env: &Env, state: &[u8], outcome: Result<Vouched, &'static str>) -> Result<()> {
    let (vouched, refused) = match outcome {
        Ok(vouched) => (Some(vouched), None),
        Err(refused) => (None, Some(refused)),
    };
    let verified = vouched.as_ref().is_some_and(|it| it.verified);
    let told = vouched.as_ref();
    let mut global = env.db.global().await?;
    sqlx::query!(
        "UPDATE oidc_way SET refused = $2, issuer = $3, subject = $4, email = $5, verified = $6, name = $7, expires_at = $8
          WHERE state_hash = $1",
        state,
        refused,
        told.map(|it| it.issuer.as_str()),
        told.map(|it| it.subject.as_str()),
        told.and_then(|it| it.email.as_deref()),
        verified,
        told.map(|it| it.name.as_str()),
        env.now() + LIFE,
    )
    .execute(global.conn())
    .await?;
    global.commit().await
}
