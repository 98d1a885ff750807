//! Registering a number with WhatsApp.

use super::{Answer, Meta, Refusal, exchange};
use crate::{Error, Result};
use postern_types::Registration;
use secrecy::SecretString;
use serde_json::json;

/// Does a step of it.
pub async fn register(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    asked: &Registration,
) -> Result<()> {
    let (edge, body) = match asked {
        Registration::RequestCode { voice, language } => (
            Some("request_code"),
            json!({ "code_method": if *voice { "VOICE" } else { "SMS" }, "language": language }),
        ),
        Registration::VerifyCode { code } => (Some("verify_code"), json!({ "code": code })),
        Registration::Register { pin } => (
            Some("register"),
            json!({ "messaging_product": "whatsapp", "pin": pin }),
        ),
        Registration::ChangePin { pin } => (None, json!({ "pin": pin })),
        Registration::Deregister { .. } => (
            Some("deregister"),
            json!({ "messaging_product": "whatsapp" }),
        ),
    };
    let url = match edge {
        Some(edge) => meta.url(&[phone_number_id, edge]),
        None => meta.url(&[phone_number_id]),
    };
    match exchange(meta.http.post(url).json(&body), token).await {
        Answer::Good(_) => Ok(()),
        Answer::Refused(refusal) => Err(words(&refusal, asked)),
        Answer::Ambiguous(_) => Err(Error::Upstream(
            "Meta did not say whether it did this. Look under Health in a minute before you try again.".into(),
        )),
        Answer::NotSent => Err(super::silent()),
    }
}

/// Meta's refusals ("Error codes", registration), beside the field that they are about.
fn words(refusal: &Refusal, asked: &Registration) -> Error {
    let field = match asked {
        Registration::RequestCode { .. } => "language",
        Registration::VerifyCode { .. } => "code",
        Registration::Register { .. } | Registration::ChangePin { .. } => "pin",
        Registration::Deregister { .. } => "name",
    };
    let conflict = |words: &'static str| Error::conflict(words);
    match refusal.code {
        133_000 => conflict(
            "An earlier deregistration has not ended. Take the number off the Cloud API once more, then register it.",
        ),
        133_005 => Error::invalid(
            "pin",
            "This is not the PIN of the number. If nobody knows it, switch it off in WhatsApp manager under two-step \
             verification, wait a few minutes, then register with a new one.",
        ),
        133_006 => conflict("The number has to be verified first: request a code, and enter it."),
        133_008 => conflict(
            "The wrong PIN was entered too often. Meta lets nobody try for some hours: wait until tomorrow, or switch the PIN off in \
             WhatsApp manager.",
        ),
        133_009 => conflict(
            "The PIN was entered too soon after the last try. Wait a minute, then try again.",
        ),
        133_010 => conflict("The number is not registered. Register it first."),
        133_015 => {
            conflict("The number was deleted a moment ago. Wait five minutes, then try again.")
        }
        133_016 => conflict(
            "The number was registered or taken off more than ten times within three days. Meta takes no more before these are over.",
        ),
        136_024 => Error::invalid(
            field,
            format!(
                "Meta did not send a code. It sends a few a day, and none to a number that is verified already. Meta says: {}",
                refusal.details
            ),
        ),
        136_025 => Error::invalid(
            "code",
            "Meta does not accept this code. Request a new one, and enter it at once.",
        ),
        133_004 => super::silent(),
        100 | 131_008 | 131_009 => Error::invalid(
            field,
            format!("Meta did not accept this: {}", refusal.details),
        ),
        _ => super::refused(refusal, field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_a_registration_has_words_of_its_own() {
        let asked = Registration::Register {
            pin: "123456".into(),
        };
        let mut all = Vec::new();
        for code in [
            133_000, 133_004, 133_005, 133_006, 133_008, 133_009, 133_010, 133_015, 133_016,
            136_024, 136_025, 100, 190, 4, 999,
        ] {
            let refusal = Refusal {
                code,
                http: 400,
                details: "Details.".into(),
            };
            let told = words(&refusal, &asked).to_string();
            assert!(
                told.ends_with('.') && !told.contains("123456"),
                "{code}: {told}"
            );
            all.push(told);
        }
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count, "{all:?}");
    }
}
