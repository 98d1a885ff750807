//! The verification of a callback, from Meta's side.

use reqwest::{Client, StatusCode};

use crate::clock;

/// Why a callback is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// It did not answer.
    #[error("the callback does not answer: {0}")]
    Unreached(#[from] reqwest::Error),
    /// It answered with something else than 200.
    #[error("the callback answered {0}")]
    Refused(StatusCode),
    /// It answered 200 with something else than the challenge.
    #[error("the callback did not give the challenge back")]
    WrongChallenge,
}

/// Asks the callback to give a challenge back, as Meta does whenever a callback is saved.
pub async fn verify(client: &Client, url: &str, verify_token: &str) -> Result<(), HandshakeError> {
    let challenge = u32::from_le_bytes(clock::entropy()).to_string();
    let mut address =
        reqwest::Url::parse(url).map_err(|_| HandshakeError::Refused(StatusCode::NOT_FOUND))?;
    address
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", verify_token);
    let answer = client.get(address).send().await?;
    if answer.status() != StatusCode::OK {
        return Err(HandshakeError::Refused(answer.status()));
    }
    if answer.bytes().await? == challenge.as_bytes() {
        Ok(())
    } else {
        Err(HandshakeError::WrongChallenge)
    }
}
