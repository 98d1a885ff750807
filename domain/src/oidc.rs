//! Signing in by way of Google or Microsoft (OpenID Connect Core 1.0, authorization code with PKCE).
//!
//! A browser departs with a state in the address and a secret in a cookie; the provider's answer is taken once
//! ([`arrive`]); what comes of it is asked for by our own page ([`finish`]), whose request carries the cookies that no
//! other site's does. An account is found by issuer and subject alone, never by an address.

mod arrive;
mod connection;
mod depart;
mod exchange;
mod finish;
mod proof;
mod provider;

pub use arrive::{Answer, arrive};
pub use connection::{disconnect, show};
pub(crate) use connection::{forget, undo_since};
pub use depart::{Departure, connect, depart};
pub use finish::{Arrived, enrol, finish};
pub use provider::{Oidc, Settings, is_here};

use crate::{Env, crypto};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::Provider;
use time::Duration;

/// How long a way may take; and after the answer came, what is done with it.
const LIFE: Duration = Duration::minutes(10);

/// Whom a provider vouches for.
struct Vouched {
    issuer: String,
    subject: String,
    email: Option<String>,
    /// Whether it vouches for the address, too.
    verified: bool,
    name: String,
}

/// Where a provider sends the browser back to: by the configured address, never by what a request calls itself.
fn redirect(env: &Env, provider: Provider) -> String {
    let origin = &env.post.origin;
    format!("{origin}/auth/oidc/{}/callback", provider.as_str())
}

/// PKCE's verifier (RFC 7636): drawn from the browser's secret, under a key that stands outside the database.
fn verifier(env: &Env, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(env.keys.digest("oidc verifier", &[secret.as_bytes()]))
}

/// The nonce that the token must repeat, drawn alike.
fn nonce(env: &Env, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(env.keys.digest("oidc nonce", &[secret.as_bytes()]))
}

fn hash(secret: &str) -> [u8; 32] {
    crypto::sha256(secret.as_bytes())
}

#[cfg(test)]
mod tests;
