//! What comes beside messages: preferences, ids that changed, and every other field, which is kept.

use super::{Contacts, Elements, Person, field, moment, storable};
use serde_json::Value;
use time::OffsetDateTime;

/// What a contact wants of us.
#[derive(Debug)]
pub(crate) struct Preference {
    pub who: Person,
    /// Whether they want no marketing any more.
    pub stop: bool,
    pub at: OffsetDateTime,
}

impl Preference {
    /// Reads an element of `user_preferences`. None when it names nobody, or says nothing of marketing.
    pub fn read(element: &Value, contacts: &Contacts, received: OffsetDateTime) -> Option<Self> {
        let who = Person::named(element, ["user_id", "wa_id"], contacts);
        let marketing =
            field(element, "category").is_none_or(|category| category == "marketing_messages");
        if !who.known() || !marketing {
            return None;
        }
        let stop = match field(element, "value")?.as_str() {
            "stop" => true,
            "resume" | "signup" => false,
            _ => return None,
        };
        Some(Self {
            who,
            stop,
            at: moment(element.get("timestamp"), received),
        })
    }
}

/// An id of a contact that Meta made anew.
#[derive(Debug)]
pub(crate) struct Moved {
    pub from: Person,
    pub to: Person,
    pub at: OffsetDateTime,
}

impl Moved {
    /// Reads an element of `user_id_update`. None when it does not say both ids.
    pub fn read(element: &Value, received: OffsetDateTime) -> Option<Self> {
        let ids = element.get("user_id")?;
        let person = |key: &str| {
            let mut person = Person::default();
            person.learn(field(ids, key));
            person.bsuid.is_some().then_some(person)
        };
        let (mut from, mut to) = (person("previous")?, person("current")?);
        // Their number is the same before and after.
        from.learn(field(element, "wa_id"));
        to.learn(field(element, "wa_id"));
        Some(Self {
            from,
            to,
            at: moment(element.get("timestamp"), received),
        })
    }
}

/// A change that is kept, and shown with the number's events.
#[derive(Debug)]
pub(crate) struct FieldNews {
    /// Meta's word for the field.
    pub field: String,
    /// Meta's word for what happened; may be empty.
    pub event: String,
    /// The account that it came for, and the one that it names itself.
    pub account: Option<String>,
    pub inner_account: Option<String>,
    pub at: OffsetDateTime,
    /// The change's value.
    pub value: Value,
}

impl FieldNews {
    /// What of a change is kept.
    pub fn read(
        elements: &Elements<'_>,
        account: Option<String>,
        inner_account: Option<String>,
        entry_time: Option<&Value>,
        received: OffsetDateTime,
    ) -> Self {
        let value: Value = elements
            .value
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default();
        let time = value.get("timestamp").or(entry_time);
        Self {
            field: storable(&elements.field).chars().take(64).collect(),
            event: storable(&event(&elements.field, &value))
                .chars()
                .take(64)
                .collect(),
            account,
            inner_account,
            at: moment(time, received),
            value,
        }
    }
}

/// What happened, in Meta's word: of groups' messages the kind, of errors `errors`, of everything else what its keys say.
fn event(named: &str, value: &Value) -> String {
    if named == "messages" {
        let kind = value
            .pointer("/messages/0")
            .and_then(|message| field(message, "type"));
        return kind.unwrap_or_else(|| "errors".to_owned());
    }
    ["event", "decision", "status", "type", "new_quality_score"]
        .iter()
        .find_map(|key| field(value, key))
        .or_else(|| {
            value
                .pointer("/groups/0")
                .and_then(|group| field(group, "type"))
        })
        .or_else(|| {
            value
                .pointer("/user_preferences/0")
                .and_then(|one| field(one, "value"))
        })
        .or_else(|| {
            value
                .pointer("/history/0/errors")
                .map(|_| "declined".to_owned())
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::elements;
    use serde_json::{json, value::RawValue};

    fn received() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap()
    }

    #[test]
    fn a_preference_is_about_marketing_and_one_of_three_words() {
        let read = |element: Value| Preference::read(&element, &Contacts::default(), received());
        for (word, stop) in [("stop", true), ("resume", false), ("signup", false)] {
            let preference = read(json!({"wa_id":"4915112345","value":word,"category":"marketing_messages","detail":"D",
                "timestamp":1_749_999_000}))
            .unwrap();
            assert_eq!(preference.stop, stop, "{word}");
        }
        for other in [
            json!({"wa_id":"4915112345","value":"maybe"}),
            json!({"wa_id":"4915112345","value":"stop","category":"calls"}),
            json!({"value":"stop"}),
            json!({"wa_id":"4915112345"}),
        ] {
            assert!(read(other.clone()).is_none(), "{other}");
        }
    }

    #[test]
    fn an_id_that_changed_says_both_ids() {
        let moved = Moved::read(
            &json!({"wa_id":"4915112345","user_id":{"previous":"DE.old","current":"DE.new"},"timestamp":"1749999000"}),
            received(),
        )
        .unwrap();
        assert_eq!(moved.from.bsuid.as_deref(), Some("DE.old"));
        assert_eq!(
            (moved.to.bsuid.as_deref(), moved.to.phone.as_deref()),
            (Some("DE.new"), Some("4915112345"))
        );
        for broken in [
            json!({}),
            json!({"user_id":{"previous":"DE.old"}}),
            json!({"user_id":"DE.new"}),
        ] {
            assert!(Moved::read(&broken, received()).is_none(), "{broken}");
        }
    }

    #[test]
    fn what_is_kept_says_what_happened_in_metas_words() {
        for (change, field, event) in [
            (
                json!({"field":"account_update","value":{"event":"VERIFIED_ACCOUNT"}}),
                "account_update",
                "VERIFIED_ACCOUNT",
            ),
            (
                json!({"field":"account_review_update","value":{"decision":"APPROVED"}}),
                "account_review_update",
                "APPROVED",
            ),
            (
                json!({"field":"group_lifecycle_update","value":{"groups":[{"type":"group_create"}]}}),
                "group_lifecycle_update",
                "group_create",
            ),
            (
                json!({"field":"messages","value":{"errors":[{"code":1}]}}),
                "messages",
                "errors",
            ),
            (
                json!({"field":"messages","value":{"messages":[{"type":"text","group_id":"g"}]}}),
                "messages",
                "text",
            ),
            (
                json!({"metadata":{"phone_number_id":"1"},"history":[{"errors":[{}]}]}),
                "history",
                "declined",
            ),
            (json!({"field":"tea","value":7}), "tea", ""),
            (json!({"field":"te\u{0}a"}), "", ""),
        ] {
            let text = change.to_string();
            let raw: &RawValue = serde_json::from_str(&text).unwrap();
            let news = FieldNews::read(&elements(raw), None, None, None, received());
            assert_eq!(
                (news.field.as_str(), news.event.as_str()),
                (field, event),
                "{change}"
            );
        }
    }
}
