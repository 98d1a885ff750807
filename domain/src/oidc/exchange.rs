//! What is asked of a provider: with a bound to the answer, a bound to the time, and no trust in either.

use super::provider::{Client, Known};
use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// What came, or why it is worth nothing: for the log, and without a word of the answer.
pub(super) type Told<T> = Result<T, &'static str>;

/// An answer larger than this is no provider's.
const MOST: usize = 256 * 1024;

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The answer's JSON.
pub(super) async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Told<T> {
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return Err("no answer in time"),
        Err(_) => return Err("it cannot be reached"),
    };
    if !answer.status().is_success() {
        return Err("it refused the request");
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|_| "the answer was cut short")?
    {
        if body.len() + chunk.len() > MOST {
            return Err("the answer is too large");
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| "the answer is not what it should be")
}

/// Gives the code for an ID token. What else comes with it (a token for the provider's own interfaces) is not kept.
pub(super) async fn redeem(
    client: &Client,
    known: &Known,
    code: &str,
    redirect: &str,
    verifier: &str,
) -> Told<String> {
    let settings = &client.settings;
    let form = Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect)
        .append_pair("client_id", &settings.client_id)
        .append_pair("client_secret", settings.client_secret.expose_secret())
        .append_pair("code_verifier", verifier)
        .finish();
    let request = client
        .http
        .post(known.token.clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form);
    json::<Tokens>(request).await.map(|tokens| tokens.id_token)
}
