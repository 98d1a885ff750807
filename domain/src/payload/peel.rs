//! A body's layers: envelopes, entries, changes, elements. Each layer is read by itself, so that one bad piece is one bad
//! piece.

use serde_json::value::RawValue;
use std::collections::HashMap;

/// A body, taken apart.
#[derive(Default)]
pub(crate) struct Peeled<'a> {
    /// The entries with changes in them.
    pub entries: Vec<Entry<'a>>,
    /// Every change, in the order they came.
    pub changes: Vec<Change<'a>>,
    /// The pieces that are no change.
    pub odd: Vec<&'a RawValue>,
}

/// What stands beside an entry's changes.
#[derive(Default)]
pub(crate) struct Entry<'a> {
    /// Its id: Meta's id of the WhatsApp Business Account.
    pub account: Option<String>,
    /// Its keys beside `changes`, as they came.
    pub beside: Vec<(String, &'a RawValue)>,
}

/// One change, with what says whom it concerns.
pub(crate) struct Change<'a> {
    /// The place of its entry among the body's.
    pub entry: usize,
    /// The account that the change itself names: in news for partners the entry's id is the partner's.
    pub inner_account: Option<String>,
    /// Meta's id of the number, for what concerns one.
    pub number: Option<String>,
    /// Whether it tells of people, who are never shown to all numbers of an account alike.
    pub personal: bool,
    /// The change as it came.
    pub raw: &'a RawValue,
}

/// What a change holds that concerns single people.
#[derive(Default)]
pub(crate) struct Elements<'a> {
    /// Meta's word for what it is; of one that forgot it, the one that its keys tell.
    pub field: String,
    /// Meta's id of the number.
    pub number: Option<String>,
    /// Who the messages are from, as far as it says.
    pub contacts: Vec<&'a RawValue>,
    pub messages: Vec<&'a RawValue>,
    pub statuses: Vec<&'a RawValue>,
    /// Messages that the business wrote on its phone.
    pub echoes: Vec<&'a RawValue>,
    pub calls: Vec<&'a RawValue>,
    pub preferences: Vec<&'a RawValue>,
    /// Ids of people that changed.
    pub moved: Vec<&'a RawValue>,
    /// What Meta says went wrong, of no message.
    pub errors: Vec<&'a RawValue>,
    /// The value, for what is only kept.
    pub value: Option<&'a RawValue>,
    /// True when a list is no list, or the value no object.
    pub broken: bool,
}

impl Elements<'_> {
    /// Whether there is nothing in it that concerns single people.
    pub fn is_empty(&self) -> bool {
        [
            &self.messages,
            &self.statuses,
            &self.echoes,
            &self.calls,
            &self.preferences,
            &self.moved,
        ]
        .iter()
        .all(|list| list.is_empty())
    }

    /// Whether it is kept with the events of its number: everything that has no place in a conversation, and what people
    /// want or are called by beside that.
    pub fn is_kept(&self) -> bool {
        if self.field == MESSAGES {
            return !self.errors.is_empty();
        }
        let told = ["smb_message_echoes", "message_echoes", "calls"].contains(&self.field.as_str());
        !told || self.is_empty() || !self.errors.is_empty()
    }
}

/// More changes than Meta puts into a body, ten times over: each piece takes room and work.
const MOST_PIECES: usize = 10_000;

/// Takes a body apart. None when it is not JSON at all, or falls into more pieces than any of Meta's.
pub(crate) fn peel(text: &str) -> Option<Peeled<'_>> {
    let root: &RawValue = serde_json::from_str(text).ok()?;
    let mut peeled = Peeled::default();
    for envelope in list(root).unwrap_or_else(|| vec![root]) {
        let Some(keys) = object(envelope) else {
            peeled.odd.push(envelope);
            continue;
        };
        match keys.get("entry").map(|entries| list(entries)) {
            Some(Some(entries)) => {
                for entry in entries {
                    peel_entry(entry, &mut peeled);
                }
            }
            // A change without an envelope, or the value of one.
            None if ["field", "value", "metadata"]
                .iter()
                .any(|key| keys.contains_key(*key)) =>
            {
                peeled.changes.push(change(peeled.entries.len(), envelope));
                peeled.entries.push(Entry::default());
            }
            // Keys of an envelope with nothing in it.
            None if keys.keys().all(|key| key == "object") => {}
            _ => peeled.odd.push(envelope),
        }
        if peeled.is_too_much() {
            return None;
        }
    }
    Some(peeled)
}

impl Peeled<'_> {
    fn is_too_much(&self) -> bool {
        self.changes.len() + self.odd.len() > MOST_PIECES
    }
}

fn peel_entry<'a>(entry: &'a RawValue, peeled: &mut Peeled<'a>) {
    let Some(mut keys) = object(entry) else {
        if entry.get() != "null" {
            peeled.odd.push(entry);
        }
        return;
    };
    let Some(changes) = keys.remove("changes") else {
        // An entry may come without changes; one with something else in it (`messaging`) is not WhatsApp's.
        if keys.keys().any(|key| key != "id" && key != "time") {
            peeled.odd.push(entry);
        }
        return;
    };
    let Some(changes) = list(changes) else {
        peeled.odd.push(entry);
        return;
    };
    let account = keys.get("id").and_then(|id| word(id));
    let mut beside: Vec<_> = keys.into_iter().collect();
    beside.sort_by(|one, other| one.0.cmp(&other.0));
    for raw in changes {
        if peeled.is_too_much() {
            break;
        }
        if object(raw).is_some() {
            peeled.changes.push(change(peeled.entries.len(), raw));
        } else if raw.get() != "null" {
            peeled.odd.push(raw);
        }
    }
    peeled.entries.push(Entry { account, beside });
}

/// Words in a change's value that stand for people's own things.
const PERSONAL: [&str; 11] = [
    "messages",
    "statuses",
    "contacts",
    "message_echoes",
    "history",
    "state_sync",
    "calls",
    "user_preferences",
    "user_id_update",
    "groups",
    "automatic_events",
];

fn change(entry: usize, raw: &RawValue) -> Change<'_> {
    let keys = object(raw).unwrap_or_default();
    let value = value_of(&keys, raw).and_then(object);
    // Nobody knows what stands in a value that is none.
    let opaque = value.is_none() && named(&keys).is_none_or(|field| field == MESSAGES);
    let value = value.unwrap_or_default();
    let inner_account = value
        .get("waba_info")
        .and_then(|info| object(info)?.get("waba_id").and_then(|id| word(id)));
    Change {
        entry,
        inner_account,
        number: number(&value),
        personal: opaque || PERSONAL.iter().any(|key| value.contains_key(*key)),
        raw,
    }
}

const MESSAGES: &str = "messages";

/// What a change holds. A list counts in the fields that it belongs to, and in one whose field is not said.
pub(crate) fn elements(change: &RawValue) -> Elements<'_> {
    let keys = object(change).unwrap_or_default();
    let raw = value_of(&keys, change);
    let value = raw.and_then(object);
    let broken = value.is_none() && named(&keys).is_none_or(|field| field == MESSAGES);
    let value = value.unwrap_or_default();
    let field = named(&keys).unwrap_or_else(|| told_by(&value).to_owned());
    let mut elements = Elements {
        number: number(&value),
        value: raw,
        broken,
        ..Elements::default()
    };
    let mut take = |key: &str, fields: &[&str], into: &mut Vec<_>| {
        if !fields.contains(&field.as_str()) {
            return;
        }
        match value.get(key).map(|found| list(found)) {
            Some(Some(found)) => *into = found,
            Some(None) => elements.broken = true,
            None => {}
        }
    };
    let people = [
        MESSAGES,
        "smb_message_echoes",
        "message_echoes",
        "calls",
        "user_preferences",
        "user_id_update",
    ];
    take("contacts", &people, &mut elements.contacts);
    take("messages", &[MESSAGES], &mut elements.messages);
    take("statuses", &[MESSAGES], &mut elements.statuses);
    take("errors", &[MESSAGES, "calls"], &mut elements.errors);
    take(
        "message_echoes",
        &["smb_message_echoes", "message_echoes"],
        &mut elements.echoes,
    );
    take("calls", &["calls"], &mut elements.calls);
    take(
        "user_preferences",
        &["user_preferences"],
        &mut elements.preferences,
    );
    take("user_id_update", &["user_id_update"], &mut elements.moved);
    if field == "calls" {
        // How a call of ours goes is told as a status of it.
        let mut states = Vec::new();
        take("statuses", &["calls"], &mut states);
        elements.calls.extend(states);
    }
    elements.field = field;
    elements
}

/// The change's value; of a value without a change around it, itself.
fn value_of<'a>(
    keys: &HashMap<String, &'a RawValue>,
    change: &'a RawValue,
) -> Option<&'a RawValue> {
    match keys.get("value") {
        Some(value) => Some(*value),
        None if keys.contains_key("metadata") => Some(change),
        None => None,
    }
}

/// The field that a change names.
fn named(keys: &HashMap<String, &RawValue>) -> Option<String> {
    keys.get("field").and_then(|field| word(field))
}

/// The field that a change forgot to name, by its keys.
fn told_by(value: &HashMap<String, &RawValue>) -> &'static str {
    for (key, field) in [
        ("message_echoes", "smb_message_echoes"),
        ("calls", "calls"),
        ("user_preferences", "user_preferences"),
        ("user_id_update", "user_id_update"),
        ("history", "history"),
        ("state_sync", "smb_app_state_sync"),
        ("groups", "group_lifecycle_update"),
    ] {
        if value.contains_key(key) {
            return field;
        }
    }
    MESSAGES
}

fn number(value: &HashMap<String, &RawValue>) -> Option<String> {
    let metadata = object(value.get("metadata")?)?;
    metadata.get("phone_number_id").and_then(|id| word(id))
}

fn object(raw: &RawValue) -> Option<HashMap<String, &RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// A list; `null` is an empty one, a lone object a list of itself.
fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()).ok(),
        Some(b'{') => Some(vec![raw]),
        Some(b'n') => Some(Vec::new()),
        _ => None,
    }
}

/// A string or a number as text; `null` and an empty one are absent. What is there and can be no id, for it is nothing
/// of the kind, too long, or holds what the database does not take, is nobody's: an empty word.
fn word(raw: &RawValue) -> Option<String> {
    if matches!(raw.get(), "null" | "\"\"") {
        return None;
    }
    let word = serde_json::from_str(raw.get())
        .ok()
        .and_then(|value| super::text(&value))
        .filter(|word| word.len() <= super::LONGEST_ID && !word.contains('\0'));
    Some(word.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(text: &str) -> Option<(usize, usize)> {
        peel(text).map(|peeled| (peeled.changes.len(), peeled.odd.len()))
    }

    #[test]
    fn every_layer_may_be_absent_empty_or_strange_without_hurting_the_others() {
        for (text, expected) in [
            ("", None),
            ("no", None),
            ("{\"entry\":[", None),
            ("{}", Some((0, 0))),
            ("[]", Some((0, 0))),
            ("7", Some((0, 1))),
            ("\"x\"", Some((0, 1))),
            (r#"{"object":"whatsapp_business_account"}"#, Some((0, 0))),
            (r#"{"entry":null}"#, Some((0, 0))),
            (r#"{"entry":[]}"#, Some((0, 0))),
            (r#"{"entry":7}"#, Some((0, 1))),
            (
                r#"{"entry":[{"id":"1"},{"id":"1","changes":null},{"changes":[]}]}"#,
                Some((0, 0)),
            ),
            (
                r#"{"entry":[null,7,{"changes":[{"field":"x"},8,null]},{"changes":"y"}]}"#,
                Some((1, 3)),
            ),
            (
                r#"{"object":"page","entry":[{"id":"1","messaging":[{}]}]}"#,
                Some((0, 1)),
            ),
            (
                r#"[{"entry":[{"changes":[{}]}]},{"entry":[{"changes":[{},{}]}]}]"#,
                Some((3, 0)),
            ),
            (r#"{"field":"messages","value":{}}"#, Some((1, 0))),
            (r#"{"history":[{}]}"#, Some((0, 1))),
        ] {
            assert_eq!(counts(text), expected, "{text}");
        }
    }

    #[test]
    fn a_change_says_whom_it_concerns_whatever_the_order_and_form_of_its_keys() {
        let text = r#"{"entry":[{"changes":[{"value":{"metadata":{"phone_number_id":106540352242922},"messages":[]},
            "field":"messages"},{"value":{"waba_info":{"waba_id":"9"}}}],"id":1029,"time":1}]}"#;
        let Peeled {
            entries,
            changes: found,
            odd,
        } = peel(text).unwrap();
        assert!(odd.is_empty());
        assert_eq!(entries[found[0].entry].account.as_deref(), Some("1029"));
        assert_eq!(found[0].number.as_deref(), Some("106540352242922"));
        assert!(found[0].personal);
        assert_eq!(found[1].inner_account.as_deref(), Some("9"));
        assert!(!found[1].personal && found[1].number.is_none());
        let keys: Vec<_> = entries[0]
            .beside
            .iter()
            .map(|(key, _)| key.as_str())
            .collect();
        assert_eq!((entries.len(), keys), (1, vec!["id", "time"]));
    }

    #[test]
    fn an_id_that_can_be_none_names_nobody_and_is_not_taken_for_absent() {
        for (id, named) in [
            ("null", None),
            (r#""""#, None),
            (r#""12""#, Some("12")),
            ("12", Some("12")),
            (r#""1\u00002""#, Some("")),
            (r#""\u0000""#, Some("")),
            ("{}", Some("")),
            ("[1]", Some("")),
            ("true", Some("")),
            ("1e999", Some("")),
            (&format!("\"{}\"", "1".repeat(256)), Some(&"1".repeat(256))),
            (&format!("\"{}\"", "1".repeat(257)), Some("")),
        ] {
            let text = format!(
                r#"{{"entry":[{{"id":{id},"changes":[{{"field":{id},"value":
                    {{"metadata":{{"phone_number_id":{id}}},"waba_info":{{"waba_id":{id}}}}}}}]}}]}}"#
            );
            let peeled = peel(&text).unwrap();
            assert_eq!(peeled.entries[0].account.as_deref(), named, "{id}");
            assert_eq!(peeled.changes[0].number.as_deref(), named, "{id}");
            assert_eq!(peeled.changes[0].inner_account.as_deref(), named, "{id}");
            // Without a field it is known by its keys; with a strange one it is another field's.
            assert_eq!(
                elements(peeled.changes[0].raw).field == MESSAGES,
                named.is_none(),
                "{id}"
            );
        }
    }

    #[test]
    fn a_change_of_messages_without_a_value_is_broken_and_may_be_anybodys() {
        for change in [
            r#"{"field":"messages"}"#,
            r#"{"field":"messages","value":[{"messages":[]}]}"#,
            r#"{"field":"messages","value":"text"}"#,
            r#"{"field":null,"value":7}"#,
            r#"{"value":null}"#,
        ] {
            let text = format!(r#"{{"entry":[{{"id":"1","changes":[{change}]}}]}}"#);
            let peeled = peel(&text).unwrap();
            assert!(peeled.changes[0].personal, "{change}");
            assert!(elements(peeled.changes[0].raw).broken, "{change}");
        }
        let news = r#"{"entry":[{"id":"1","changes":[{"field":"account_update","value":7}]}]}"#;
        let peeled = peel(news).unwrap();
        let elements = elements(peeled.changes[0].raw);
        assert!(!peeled.changes[0].personal && !elements.broken && elements.is_empty());
        assert_eq!(elements.field, "account_update");
    }

    #[test]
    fn a_value_without_a_change_around_it_is_one_of_its_number() {
        let text = r#"{"messaging_product":"whatsapp","metadata":{"phone_number_id":"7"},"history":[{"errors":[{"code":1}]}]}"#;
        let peeled = peel(text).unwrap();
        assert!(peeled.odd.is_empty());
        assert_eq!(peeled.changes[0].number.as_deref(), Some("7"));
        let elements = elements(peeled.changes[0].raw);
        assert_eq!(elements.field, "history");
        assert!(elements.is_empty() && elements.value.is_some());
    }

    #[test]
    fn lists_count_in_the_fields_that_they_belong_to() {
        let of = |field: &str, value: &str| {
            let text = format!(r#"{{"field":"{field}","value":{value}}}"#);
            let peeled = peel(&text).unwrap();
            let elements = elements(peeled.changes[0].raw);
            [
                elements.messages.len(),
                elements.statuses.len(),
                elements.echoes.len(),
                elements.calls.len(),
                elements.preferences.len(),
                elements.moved.len(),
            ]
        };
        let all = r#"{"messages":[{}],"statuses":[{}],"message_echoes":[{}],"calls":[{}],"user_preferences":[{}],"user_id_update":[{}]}"#;
        for (field, counted) in [
            ("messages", [1, 1, 0, 0, 0, 0]),
            ("smb_message_echoes", [0, 0, 1, 0, 0, 0]),
            ("message_echoes", [0, 0, 1, 0, 0, 0]),
            ("calls", [0, 0, 0, 2, 0, 0]),
            ("user_preferences", [0, 0, 0, 0, 1, 0]),
            ("user_id_update", [0, 0, 0, 0, 0, 1]),
            ("history", [0; 6]),
            ("flows", [0; 6]),
        ] {
            assert_eq!(of(field, all), counted, "{field}");
        }
    }

    #[test]
    fn a_body_of_more_pieces_than_any_of_metas_is_not_taken_apart() {
        let entry = |piece: &str, pieces: usize| {
            let pieces = vec![piece; pieces].join(",");
            format!(r#"{{"entry":[{{"id":"1","changes":[{pieces}]}}]}}"#)
        };
        assert_eq!(counts(&entry("{}", MOST_PIECES)), Some((MOST_PIECES, 0)));
        assert_eq!(counts(&entry("7", MOST_PIECES)), Some((0, MOST_PIECES)));
        for piece in ["{}", "7"] {
            assert_eq!(counts(&entry(piece, MOST_PIECES + 1)), None);
            let one = entry(piece, 1);
            let all = vec![one.as_str(); MOST_PIECES + 1].join(",");
            assert_eq!(counts(&format!("[{all}]")), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_peeled_without_a_panic(text in "\\PC{0,200}") {
            let _ = peel(&text);
        }

        #[test]
        fn any_json_is_peeled_and_nothing_in_it_is_lost(
            id in any::<Option<u64>>(), n in 0..4_usize, strange in proptest::collection::vec("[0-9]{1,3}", 0..3),
        ) {
            let mut pieces: Vec<String> = (0..n).map(|at| format!(r#"{{"field":"f{at}","value":{at}}}"#)).collect();
            pieces.extend(strange.iter().map(|word| format!("\"{word}\"")));
            let text = format!(r#"{{"entry":[{{"id":{},"changes":[{}]}}]}}"#, serde_json::json!(id), pieces.join(","));
            prop_assert_eq!(counts(&text), Some((n, strange.len())));
        }
    }
}
