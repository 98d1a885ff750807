//! One status of a message that went out.

use super::{Contacts, Person, field, message::opaque, moment, wamid, why};
use postern_types::{MessageId, Status};
use serde_json::Value;
use time::OffsetDateTime;

/// What became of a message.
#[derive(Debug)]
pub(crate) struct StatusNews {
    pub wamid: String,
    /// None for a word that changes nothing: `deleted`, `warning`, the states of a call, and what Meta invents next.
    pub status: Option<Status>,
    pub at: OffsetDateTime,
    /// Our own id of the message, which we sent along.
    pub ours: Option<MessageId>,
    /// Meta's code, when it failed.
    pub fault: Option<i64>,
    /// Meta's words for that.
    pub details: Option<String>,
    /// Who it went to, as far as it says.
    pub recipient: Option<Person>,
}

impl StatusNews {
    /// Reads an element of `statuses`. None when it lacks an id or a word.
    pub fn read(status: &Value, received: OffsetDateTime) -> Option<Self> {
        let wamid = wamid(status)?;
        let word = field(status, "status")?;
        let call = field(status, "type").is_some_and(|kind| kind == "call");
        let error = status.pointer("/errors/0");
        Some(Self {
            wamid,
            status: of(&word).filter(|_| !call),
            at: moment(status.get("timestamp"), received),
            ours: field(status, "biz_opaque_callback_data").and_then(|id| id.parse().ok()),
            fault: error.map(|error| code(error.get("code"))),
            details: Some(why(status).join(" · ")).filter(|words| !words.is_empty()),
            recipient: recipient(status),
        })
    }

    /// The same, with what its change tells of the recipient.
    pub fn beside(mut self, contacts: &Contacts) -> Self {
        if let Some(recipient) = &mut self.recipient {
            recipient.complete(contacts);
        }
        self
    }
}

fn of(word: &str) -> Option<Status> {
    match word {
        "sent" => Some(Status::Sent),
        "delivered" => Some(Status::Delivered),
        "read" => Some(Status::Read),
        "played" => Some(Status::Played),
        "failed" => Some(Status::Failed),
        _ => None,
    }
}

/// A code that is no number has no words either.
fn code(value: Option<&Value>) -> i64 {
    match value {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    }
    .unwrap_or(-1)
}

fn recipient(status: &Value) -> Option<Person> {
    // A group is nobody.
    if field(status, "recipient_type").is_some_and(|kind| kind == "group") {
        return None;
    }
    let mut person = Person::default();
    person.learn(field(status, "recipient_user_id"));
    person.learn(field(status, "recipient_id"));
    // Until May 2026 it had the other name.
    person.parent = ["recipient_parent_user_id", "parent_recipient_user_id"]
        .into_iter()
        .find_map(|key| opaque(field(status, key)));
    person.known().then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_is_read_with_whatever_it_has() {
        let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        let read = |status: Value| StatusNews::read(&status, received);
        let ours = "0199a1b2-0000-7000-8000-000000000001";
        let news = read(json!({"id":"w","status":"failed","timestamp":"1749999999","biz_opaque_callback_data":ours,
            "recipient_id":"4915112345","recipient_user_id":"DE.x","errors":[{"code":131_047,"title":"t"}]}))
        .unwrap();
        assert_eq!(news.status, Some(Status::Failed));
        assert_eq!(news.fault, Some(131_047));
        assert_eq!(news.details.as_deref(), Some("t"));
        assert_eq!(news.ours.unwrap().to_string(), ours);
        assert_eq!(news.recipient.unwrap().bsuid.as_deref(), Some("DE.x"));
        let news =
            read(json!({"id":"w","status":"sent","biz_opaque_callback_data":"theirs"})).unwrap();
        assert!(news.ours.is_none() && news.fault.is_none() && news.recipient.is_none());
        assert_eq!(news.at, received);
        for word in ["deleted", "warning", "RINGING", "teleported"] {
            assert_eq!(read(json!({"id":"w","status":word})).unwrap().status, None);
        }
        assert_eq!(
            read(json!({"id":"w","type":"call","status":"sent"}))
                .unwrap()
                .status,
            None
        );
        for broken in [
            json!({}),
            json!(1),
            json!({"id":"w"}),
            json!({"status":"sent"}),
            json!({"id":"","status":"sent"}),
            json!({"id":"\u{0}","status":"sent"}),
            json!({"id":"w".repeat(1025),"status":"sent"}),
        ] {
            assert!(read(broken.clone()).is_none(), "{broken}");
        }
    }
}
