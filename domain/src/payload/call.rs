//! Calls: not taken here, but told of in their conversation.

use super::{Contacts, Person, field, lines::lines, moment, wamid};
use postern_types::{Detail, Line};
use serde_json::Value;
use time::OffsetDateTime;

/// What is told of a call at one moment.
#[derive(Debug)]
pub(crate) struct Call {
    /// Meta's id of the call.
    pub id: String,
    /// The contact.
    pub with: Person,
    /// Whether the contact called.
    pub incoming: bool,
    pub at: OffsetDateTime,
    /// Meta's word for where it stands.
    pub state: String,
    /// How long it lasted, seconds.
    pub seconds: Option<i64>,
    lines: Vec<Line>,
}

impl Call {
    /// Reads an element of `calls`, or of the `statuses` beside them. None when it lacks an id, a word, or the contact.
    pub fn read(call: &Value, contacts: &Contacts, received: OffsetDateTime) -> Option<Self> {
        let id = wamid(call)?;
        let incoming = match field(call, "direction").as_deref() {
            Some("BUSINESS_INITIATED") => false,
            Some(_) => true,
            // A status is of a call that we made.
            None => call.get("recipient_id").is_none(),
        };
        let keys: [&str; 2] = match (incoming, call.get("event").is_some()) {
            (true, _) => ["from_user_id", "from"],
            (false, true) => ["to_user_id", "to"],
            (false, false) => ["recipient_user_id", "recipient_id"],
        };
        let with = Person::named(call, keys, contacts);
        if !with.known() {
            return None;
        }
        let state = field(call, "status").or_else(|| field(call, "event"))?;
        Some(Self {
            id,
            with,
            incoming,
            at: moment(call.get("timestamp"), received),
            state: super::storable(&state).chars().take(64).collect(),
            seconds: seconds(call.get("duration")),
            lines: beside(call),
        })
    }

    /// As it is stored.
    pub fn detail(&self) -> Detail {
        Detail::Call {
            incoming: self.incoming,
            state: self.state.clone(),
            seconds: self.seconds,
            lines: self.lines.clone(),
        }
    }

    /// How far the call is by then: what is told late does not take it back.
    pub fn rank(state: &str) -> u8 {
        match state.to_ascii_lowercase().as_str() {
            "connect" => 1,
            "ringing" => 2,
            "accepted" => 3,
            "terminate" | "rejected" | "completed" | "failed" => 5,
            // A recording, or what Meta invents next.
            _ => 4,
        }
    }
}

/// What else it says; the session's technical words are nobody's to read.
fn beside(call: &Value) -> Vec<Line> {
    let mut rest = call.clone();
    if let Value::Object(keys) = &mut rest {
        for told in [
            "id",
            "from",
            "to",
            "from_user_id",
            "to_user_id",
            "recipient_id",
            "recipient_user_id",
            "timestamp",
            "session",
            "direction",
            "event",
            "status",
            "type",
            "duration",
            "start_time",
            "end_time",
        ] {
            keys.remove(told);
        }
    }
    lines(&rest)
}

fn seconds(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|seconds| (0..=604_800).contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(call: &Value) -> Option<Call> {
        let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        Call::read(call, &Contacts::default(), received)
    }

    #[test]
    fn a_call_says_who_called_and_how_far_it_came() {
        let call = read(&json!({"id":"wacid.1","from":"4915112345","to":"1555","event":"connect","timestamp":"1749999000",
            "direction":"USER_INITIATED","session":{"sdp":"v=0"},"deeplink_payload":"shop"}))
        .unwrap();
        assert!(call.incoming);
        assert_eq!(call.with.phone.as_deref(), Some("4915112345"));
        assert_eq!(
            (call.state.as_str(), call.seconds, call.lines.len()),
            ("connect", None, 1)
        );
        let ended = read(&json!({"id":"wacid.1","from":"1555","to":"4915112345","event":"terminate","status":"COMPLETED",
            "direction":"BUSINESS_INITIATED","duration":"42"}))
        .unwrap();
        assert!(!ended.incoming);
        assert_eq!(
            (ended.state.as_str(), ended.seconds),
            ("COMPLETED", Some(42))
        );
        assert_eq!(ended.with.phone.as_deref(), Some("4915112345"));
        let ringing = read(
            &json!({"id":"wacid.1","type":"call","status":"RINGING","recipient_id":"4915112345"}),
        )
        .unwrap();
        assert!(!ringing.incoming && ringing.state == "RINGING");
        for broken in [
            json!({}),
            json!({"id":"wacid.1","from":"4915112345"}),
            json!({"id":"wacid.1","event":"connect"}),
            json!({"event":"connect","from":"4915112345"}),
        ] {
            assert!(read(&broken).is_none(), "{broken}");
        }
        assert_eq!(
            read(&json!({"id":"c","from":"4915112345","event":"terminate","duration":-5}))
                .unwrap()
                .seconds,
            None
        );
    }

    #[test]
    fn a_call_that_ended_does_not_begin_again() {
        for (one, other) in [
            ("connect", "RINGING"),
            ("RINGING", "ACCEPTED"),
            ("ACCEPTED", "terminate"),
            ("new", "FAILED"),
        ] {
            assert!(Call::rank(one) < Call::rank(other), "{one} {other}");
        }
    }
}
