//! Providers: how each proves what it posts, which of its ids tells two requests apart, and what it says.
//!
//! To add one: a file here, and a row of [`PROVIDERS`].

mod generic;
mod stripe;

pub use crate::signed::Key;

use crate::{Error, Result, payload};
use postern_types::SourceProvider;
use reqwest::header::HeaderMap;
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq as _};
use time::{Duration, OffsetDateTime};

/// A provider. None of what it does may fail otherwise than by saying so: the bytes are anybody's.
pub(super) struct Provider {
    /// As it is stored; never changes.
    pub word: &'static str,
    /// For people.
    pub name: &'static str,
    /// Whether it brings the secret; one is made here otherwise.
    pub brings_secret: bool,
    /// A secret that was typed, as the key that it is; none when it is none.
    pub key: fn(&str) -> Option<Key>,
    /// What a secret of its looks like, and where it is found.
    pub secret_words: &'static str,
    /// Whether a request is its own, and of now.
    pub prove: fn(&Arrived<'_>, &[u8]) -> std::result::Result<(), Refused>,
    /// The id under which it sends a request again.
    pub id: fn(&Arrived<'_>) -> Option<String>,
    /// What a body says.
    pub read: fn(&[u8]) -> Read,
}

/// The table.
static PROVIDERS: [Provider; 2] = [stripe::STRIPE, generic::GENERIC];

/// Those that a source can be made for.
pub fn list() -> Vec<SourceProvider> {
    let all = PROVIDERS.iter().map(|provider| SourceProvider {
        word: provider.word.to_owned(),
        name: provider.name.to_owned(),
        brings_secret: provider.brings_secret,
    });
    all.collect()
}

pub(super) fn find(word: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.word == word)
}

impl Provider {
    /// [`Error::Invalid`] on `secret` for what is none.
    pub fn key(&self, secret: &str) -> Result<Key> {
        (self.key)(secret.trim()).ok_or_else(|| self.no_secret())
    }

    pub fn no_secret(&self) -> Error {
        Error::invalid("secret", self.secret_words)
    }
}

/// A request as it came.
pub(super) struct Arrived<'a> {
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: OffsetDateTime,
}

impl Arrived<'_> {
    /// The one header of that name; two are none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.get_all(name).iter();
        let first = all.next()?.to_str().ok()?;
        all.next().is_none().then_some(first)
    }
}

/// Why a request was refused. Whoever sent it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// What it is verified by is missing, or is not of its form.
    Header,
    /// No signature is right.
    Signature,
    /// It is signed, and of another time.
    Time,
    /// It is signed, and holds the number of a card.
    Card,
}

impl Refused {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Signature => "signature",
            Self::Time => "time",
            Self::Card => "card",
        }
    }
}

/// What a body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Somebody paid.
    Payment(Payment),
    /// Something to be noted.
    Said(Said),
    /// It means nothing here, and why when that needs words.
    Ignored { kind: String, why: &'static str },
    /// It is not what this provider sends, and why.
    Unreadable { kind: String, why: &'static str },
}

/// By what a contact is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Who {
    pub phone: Option<String>,
    pub email: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    /// What the provider calls the event.
    pub kind: String,
    /// By what names other events tell of the same payment, the first for people to find it by; one at least.
    pub names: Vec<String>,
    /// In the currency's smallest unit, as the provider counts it.
    pub amount: i64,
    /// Three capital letters.
    pub currency: String,
    pub who: Who,
    /// What was paid, when it says so.
    pub what: Option<String>,
    /// It was a trial, and nobody paid.
    pub test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// What the sender calls it.
    pub kind: String,
    pub text: String,
    pub who: Who,
}

/// The id of a request that is signed by `key` as Standard Webhooks has it, and of now.
pub(crate) fn signed_id(
    headers: &HeaderMap,
    body: &[u8],
    key: &[u8],
    now: OffsetDateTime,
) -> Option<String> {
    let arrived = Arrived { headers, body, now };
    generic::is_signed(&arrived, key).ok()?;
    generic::id(&arrived)
}

/// How far a signed time may lie from ours, in either direction.
const TOLERANCE: Duration = Duration::minutes(5);

/// Whether that many seconds since 1970 are now, as far as clocks agree.
fn is_now(seconds: &str, now: OffsetDateTime) -> std::result::Result<(), Refused> {
    if seconds.is_empty() || seconds.len() > 12 || !seconds.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refused::Header);
    }
    let at: i64 = seconds.parse().map_err(|_| Refused::Header)?;
    if (now.unix_timestamp() - at).abs() <= TOLERANCE.whole_seconds() {
        Ok(())
    } else {
        Err(Refused::Time)
    }
}

/// Whether one of them is the expected one; in the same time whichever it is, and wherever a wrong one differs.
fn is_among(expected: &[u8; 32], claimed: &[[u8; 32]]) -> std::result::Result<(), Refused> {
    let mut right = Choice::from(0);
    for one in claimed {
        right |= expected.ct_eq(one);
    }
    if right.into() {
        Ok(())
    } else {
        Err(Refused::Signature)
    }
}

/// A body as JSON, whatever bytes stand in its texts.
fn json(body: &[u8]) -> Option<Value> {
    serde_json::from_str(&payload::readable(body)).ok()
}

/// A text that is there, cut to so many letters.
fn text(value: &Value, most: usize) -> Option<String> {
    let text = payload::storable(value.as_str()?);
    let text: String = text.trim().chars().take(most).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn every_provider_stands_in_the_table_once() {
        for (at, provider) in PROVIDERS.iter().enumerate() {
            let found = find(provider.word).unwrap();
            assert_eq!(found.name, provider.name);
            assert!(
                PROVIDERS[at + 1..]
                    .iter()
                    .all(|other| other.word != provider.word)
            );
        }
        assert!(find("").is_none() && find("Stripe").is_none());
        assert_eq!(list().len(), PROVIDERS.len());
    }

    #[test]
    fn five_minutes_either_way_are_now_and_a_time_is_plain_digits() {
        let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        for (seconds, expected) in [
            ("1700000000", Ok(())),
            ("1699999700", Ok(())),
            ("1700000300", Ok(())),
            ("1699999699", Err(Refused::Time)),
            ("1700000301", Err(Refused::Time)),
            ("0", Err(Refused::Time)),
            // Milliseconds.
            ("1700000000000", Err(Refused::Header)),
            ("", Err(Refused::Header)),
            ("-1700000000", Err(Refused::Header)),
            ("+1700000000", Err(Refused::Header)),
            (" 1700000000", Err(Refused::Header)),
            ("1700000000.5", Err(Refused::Header)),
            ("99999999999999999999", Err(Refused::Header)),
        ] {
            assert_eq!(is_now(seconds, now), expected, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_posted_breaks_a_provider(
            body in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                r#"\{"(id|type|data)":(\{"object":\{\}\}|"[a-z._]{0,20}"|[0-9]{0,3}|null)(,"type":"(invoice.paid|x)")?\}"#
                    .prop_map(String::into_bytes),
            ],
            header in "(t=)?[0-9]{0,12}[, ](v1[=,])?[0-9a-zA-Z+/=, ]{0,90}",
        ) {
            let mut headers = HeaderMap::new();
            for name in ["stripe-signature", "webhook-id", "webhook-timestamp", "webhook-signature"] {
                headers.insert(name, HeaderValue::from_str(&header).unwrap());
            }
            let now = OffsetDateTime::UNIX_EPOCH;
            let arrived = Arrived { headers: &headers, body: &body, now };
            for provider in &PROVIDERS {
                prop_assert!((provider.prove)(&arrived, b"whsec_key").is_err());
                let id = (provider.id)(&arrived);
                prop_assert!(id.is_none_or(|id| (1..=255).contains(&id.chars().count())));
                (provider.read)(&body);
                prop_assert!(provider.key(&header).is_err());
            }
        }
    }
}
