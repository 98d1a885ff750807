//! Meta's Graph API, as far as Postern speaks it.

mod health;
mod media;
mod number;
mod owner;
mod profile;
mod registration;
mod send;
mod templates;

pub use health::{Looked, look};
pub use media::{
    Coming, Fault, Going, Lying, fetch as fetch_media, find as find_media, upload as upload_media,
};
pub use number::{Number, check_number, subscribe};
pub use owner::owner;
pub use profile::{read_profile, write_profile};
pub use registration::register;
pub use send::{Outcome, Recipient, mark_read, send};
pub(crate) use templates::{Listing, Place, list_templates};

use crate::Error;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// How the installation is known to Meta, and the way there. Cheap to clone.
#[derive(Clone)]
pub struct Meta {
    /// Base of the Graph API with its version, e.g. `https://graph.facebook.com/v24.0`.
    pub graph: Url,
    /// App secret of the installation's own Meta app; none when every channel brings its own.
    pub app_secret: Option<SecretString>,
    /// Verify token of the installation's callback.
    pub verify_token: Option<SecretString>,
    /// For Graph alone: made by [`Meta::http`].
    pub http: reqwest::Client,
}

/// An answer larger than this is not Meta's.
const MOST: usize = 512 * 1024;
/// The longest exchange with Graph.
pub(crate) const TOTAL: Duration = Duration::from_secs(20);
/// A connection that has rested longer may have been closed by the other side, which costs a message its answer.
const REST: Duration = Duration::from_secs(15);

impl Meta {
    /// A client for Graph: it connects within 5 s and has its answer within 20 s, follows no redirect, uses no proxy
    /// of the environment, and repeats nothing by itself.
    pub fn http() -> reqwest::Result<reqwest::Client> {
        Self::http_within(TOTAL)
    }

    /// The same with another limit to the whole exchange.
    pub fn http_within(total: Duration) -> reqwest::Result<reqwest::Client> {
        reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(total)
            .pool_idle_timeout(REST)
            .redirect(reqwest::redirect::Policy::none())
            // One connection a request: what is lost with one is one answer.
            .http1_only()
            .retry(reqwest::retry::never())
            .no_proxy()
            .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
            .build()
    }

    /// `{graph}/{node}/{edge}`; each part is escaped.
    fn url(&self, parts: &[&str]) -> Url {
        let mut url = self.graph.clone();
        // Only a base like `mailto:` has no path; configuration takes http and https alone.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }
}

/// An error as Graph tells it; decided upon by its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Meta's error code.
    pub code: i64,
    /// The HTTP status that it came with.
    pub http: u16,
    /// What Meta says of it; for an admin, never for a log: it can name a number.
    pub details: String,
}

/// What came back from Graph.
enum Answer {
    /// JSON without an error.
    Good(Value),
    /// JSON with an error.
    Refused(Refusal),
    /// Something came, or nothing, and it does not say whether the request was acted upon.
    Ambiguous(&'static str),
    /// No connection was made: nothing was acted upon.
    NotSent,
}

/// Sends the request with the token and reads what comes back.
async fn exchange(request: reqwest::RequestBuilder, token: &SecretString) -> Answer {
    exchange_up_to(MOST, request, token).await
}

/// The same for an answer of up to `most` bytes.
async fn exchange_up_to(
    most: usize,
    request: reqwest::RequestBuilder,
    token: &SecretString,
) -> Answer {
    let request = request.bearer_auth(token.expose_secret());
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() || error.is_builder() => return Answer::NotSent,
        Err(error) if error.is_timeout() => return Answer::Ambiguous("no answer in time"),
        Err(_) => return Answer::Ambiguous("the connection was lost"),
    };
    let status = response.status();
    let Ok(body) = body(response, most).await else {
        return Answer::Ambiguous("the answer was cut short");
    };
    let Ok(json) = serde_json::from_slice::<Value>(&body) else {
        return Answer::Ambiguous("the answer is not Meta's");
    };
    let Some(error) = json.get("error") else {
        return if status.is_success() {
            Answer::Good(json)
        } else {
            Answer::Ambiguous("the answer says nothing")
        };
    };
    refusal(error, status.as_u16()).map_or(
        Answer::Ambiguous("the answer's error has no code"),
        Answer::Refused,
    )
}

/// Reads an error; none when it has no code. Nothing else is needed to decide.
fn refusal(error: &Value, http: u16) -> Option<Refusal> {
    let code = match (integer(&error["code"])?, integer(&error["error_subcode"])) {
        // "Unsupported post request": what the address names is gone, or is not for this token.
        (100, Some(33)) => 33,
        (code, _) => code,
    };
    let details = [&error["error_data"]["details"], &error["message"]];
    Some(Refusal {
        code,
        http,
        details: details
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    })
}

/// A number, or its digits.
fn integer(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

async fn body(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, ()> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(drop)? {
        if body.len() + chunk.len() > most {
            return Err(());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Nobody was there.
fn silent() -> Error {
    Error::Upstream("Meta cannot be reached now. Try again in a minute.".into())
}

/// A refusal in words for an admin; `field` is what is to blame when Meta does not know what was asked for.
fn refused(refusal: &Refusal, field: &'static str) -> Error {
    match refusal.code {
        0 | 102 | 104 | 190 => Error::invalid(
            "token",
            "Meta refuses this access token. Make a permanent one for a system user, and paste it whole.",
        ),
        3 | 10 | 200..=299 | 131_005 => Error::invalid(
            "token",
            "This access token lacks a permission. It needs whatsapp_business_messaging and \
             whatsapp_business_management.",
        ),
        100 | 33 | 2500 => Error::invalid(
            field,
            "Meta knows nothing under this id that the access token opens. Check the id, and that the system user has \
             been given this account.",
        ),
        4 | 17 | 613 | 80_007..=80_008 => Error::Upstream(
            "Meta asks for fewer requests just now. Try again in a few minutes.".into(),
        ),
        1 | 2 => silent(),
        code => Error::Upstream(format!("Meta refuses this, with its error {code}.").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_is_read_with_whatever_it_has_beside_its_code() {
        let read =
            |error: Value| refusal(&error, 400).map(|refusal| (refusal.code, refusal.details));
        for (error, code, details) in [
            (json!({ "code": 190, "message": "m" }), 190, "m"),
            (json!({ "code": "131047" }), 131_047, ""),
            (
                json!({ "code": " 4 ", "message": 7, "error_data": "odd" }),
                4,
                "",
            ),
            (
                json!({ "code": 1, "message": null, "error_data": { "details": "d" } }),
                1,
                "d",
            ),
            (
                json!({ "code": 2, "message": "m", "error_data": { "details": null } }),
                2,
                "m",
            ),
            // The asset is gone: as 33.
            (json!({ "code": 100, "error_subcode": 33 }), 33, ""),
            (json!({ "code": "100", "error_subcode": "33" }), 33, ""),
            (json!({ "code": 100, "error_subcode": 2_494_010 }), 100, ""),
            (json!({ "code": 100 }), 100, ""),
        ] {
            assert_eq!(
                read(error.clone()),
                Some((code, details.to_owned())),
                "{error}"
            );
        }
        for error in [
            json!({}),
            json!("no"),
            json!({ "code": "none" }),
            json!({ "code": null }),
        ] {
            assert_eq!(read(error.clone()), None, "{error}");
        }
    }
}
