//! Sending a message.

use super::{Answer, Meta, Refusal, exchange};
use secrecy::SecretString;
use serde_json::{Value, json};

/// Whom a message goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A phone number, digits with the country code.
    Phone(String),
    /// Meta's id of a person, for those who show no number.
    Person(String),
}

/// What became of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Meta took it.
    Accepted {
        /// Meta's id of the message.
        wamid: String,
        /// True while Meta holds it back to look at its quality.
        held: bool,
    },
    /// Meta did not take it.
    Refused(Refusal),
    /// Nobody can tell: it must not be sent again before something tells.
    Ambiguous(&'static str),
    /// It surely did not leave.
    NotSent,
}

/// Sends a message from a number: `content` is Meta's object of its type, with that type; `quotes` is what it answers, and
/// `callback_data` comes back with every status.
pub async fn send(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    recipient: &Recipient,
    content: &Value,
    quotes: Option<&str>,
    callback_data: &str,
) -> Outcome {
    let mut body = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": callback_data,
    });
    if let (Some(body), Some(content)) = (body.as_object_mut(), content.as_object()) {
        body.extend(content.clone());
    }
    match recipient {
        // Without the plus Meta would put the sender's country code before it.
        Recipient::Phone(digits) => body["to"] = json!(format!("+{digits}")),
        Recipient::Person(id) => body["recipient"] = json!(id),
    }
    if let Some(wamid) = quotes {
        body["context"] = json!({ "message_id": wamid });
    }
    let url = meta.url(&[phone_number_id, "messages"]);
    match exchange(meta.http.post(url).json(&body), token).await {
        Answer::Good(answer) => accepted(&answer),
        Answer::Refused(refusal) => Outcome::Refused(refusal),
        Answer::Ambiguous(why) => Outcome::Ambiguous(why),
        Answer::NotSent => Outcome::NotSent,
    }
}

/// Tells the contact that a message and all before it were read; with `typing`, that an answer is being written. Doing it
/// twice does no harm. What Meta does not take is told by its code; 0 stands for no answer.
pub async fn mark_read(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    wamid: &str,
    typing: bool,
) -> Result<(), i64> {
    let mut body = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
    });
    if typing {
        body["typing_indicator"] = json!({ "type": "text" });
    }
    let url = meta.url(&[phone_number_id, "messages"]);
    match exchange(meta.http.post(url).json(&body), token).await {
        Answer::Good(_) => Ok(()),
        Answer::Refused(refusal) => Err(refusal.code),
        Answer::Ambiguous(_) | Answer::NotSent => Err(0),
    }
}

fn accepted(answer: &Value) -> Outcome {
    let message = &answer["messages"][0];
    match message["id"].as_str() {
        Some(wamid) if !wamid.is_empty() => Outcome::Accepted {
            wamid: wamid.to_owned(),
            held: message["message_status"]
                .as_str()
                .is_some_and(|status| status != "accepted"),
        },
        _ => Outcome::Ambiguous("the answer names no message"),
    }
}
