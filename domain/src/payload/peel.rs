//! A body's layers: envelopes, entries, changes, elements. Each layer is read by itself, so that one bad piece is one bad
//! piece.

use serde_json::value::RawValue;
use std::collections::HashMap;

/// One change of an entry, with what says whom it concerns.
pub(crate) struct Change<'a> {
    /// The entry's id: Meta's id of the WhatsApp Business Account.
    pub account: Option<String>,
    /// The account that the change itself names: in news for partners the entry's id is the partner's.
    pub inner_account: Option<String>,
    /// Meta's id of the number, for what concerns one.
    pub number: Option<String>,
    /// Whether it tells of people, who are never shown to all numbers of an account alike.
    pub personal: bool,
    /// The keys of its entry beside `changes`, as they came.
    pub entry: Vec<(String, &'a RawValue)>,
    /// The change as it came.
    pub raw: &'a RawValue,
}

/// What a change of the field `messages` holds.
#[derive(Default)]
pub(crate) struct Elements<'a> {
    /// Meta's id of the number.
    pub number: Option<String>,
    /// Who the messages are from, as far as it says.
    pub contacts: Vec<&'a RawValue>,
    pub messages: Vec<&'a RawValue>,
    pub statuses: Vec<&'a RawValue>,
    /// True when a list is no list.
    pub broken: bool,
}

/// Every change of a body, and the pieces that are no change. None when the body is not JSON at all.
pub(crate) fn changes(text: &str) -> Option<(Vec<Change<'_>>, Vec<&RawValue>)> {
    let root: &RawValue = serde_json::from_str(text).ok()?;
    let (mut found, mut strange) = (Vec::new(), Vec::new());
    for envelope in list(root).unwrap_or_else(|| vec![root]) {
        let Some(keys) = object(envelope) else {
            strange.push(envelope);
            continue;
        };
        match keys.get("entry").map(|entries| list(entries)) {
            Some(Some(entries)) => {
                for entry in entries {
                    peel_entry(entry, &mut found, &mut strange);
                }
            }
            None if keys.contains_key("field") || keys.contains_key("value") => {
                found.push(change(None, Vec::new(), envelope));
            }
            // Keys of an envelope with nothing in it.
            None if keys.keys().all(|key| key == "object") => {}
            _ => strange.push(envelope),
        }
    }
    Some((found, strange))
}

fn peel_entry<'a>(
    entry: &'a RawValue,
    found: &mut Vec<Change<'a>>,
    strange: &mut Vec<&'a RawValue>,
) {
    let Some(mut keys) = object(entry) else {
        if entry.get() != "null" {
            strange.push(entry);
        }
        return;
    };
    let Some(changes) = keys.remove("changes") else {
        // An entry may come without changes; one with something else in it (`messaging`) is not WhatsApp's.
        if keys.keys().any(|key| key != "id" && key != "time") {
            strange.push(entry);
        }
        return;
    };
    let Some(changes) = list(changes) else {
        strange.push(entry);
        return;
    };
    let account = keys.get("id").and_then(|id| word(id));
    let mut others: Vec<_> = keys.into_iter().collect();
    others.sort_by(|one, other| one.0.cmp(&other.0));
    for raw in changes {
        if object(raw).is_some() {
            found.push(change(account.clone(), others.clone(), raw));
        } else if raw.get() != "null" {
            strange.push(raw);
        }
    }
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

fn change<'a>(
    account: Option<String>,
    entry: Vec<(String, &'a RawValue)>,
    raw: &'a RawValue,
) -> Change<'a> {
    let value = object(raw)
        .and_then(|keys| keys.get("value").and_then(|value| object(value)))
        .unwrap_or_default();
    let inner_account = value
        .get("waba_info")
        .and_then(|info| object(info)?.get("waba_id").and_then(|id| word(id)));
    Change {
        account,
        inner_account,
        number: number(&value),
        personal: PERSONAL.iter().any(|key| value.contains_key(*key)),
        entry,
        raw,
    }
}

/// The elements of a change; none of a field whose content is only kept.
pub(crate) fn elements(change: &RawValue) -> Option<Elements<'_>> {
    let keys = object(change)?;
    let field = keys.get("field").and_then(|field| word(field));
    // A change that forgot its field is known by its keys.
    if !matches!(field.as_deref(), Some("messages") | None) {
        return None;
    }
    let value = object(keys.get("value")?)?;
    let mut elements = Elements {
        number: number(&value),
        ..Elements::default()
    };
    for (key, into) in [
        ("contacts", &mut elements.contacts),
        ("messages", &mut elements.messages),
        ("statuses", &mut elements.statuses),
    ] {
        match value.get(key).map(|found| list(found)) {
            Some(Some(found)) => *into = found,
            Some(None) => elements.broken = true,
            None => {}
        }
    }
    Some(elements)
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

/// A string or a number as text; an empty one is absent.
fn word(raw: &RawValue) -> Option<String> {
    let value = serde_json::from_str(raw.get()).ok()?;
    super::text(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(text: &str) -> Option<(usize, usize)> {
        changes(text).map(|(found, strange)| (found.len(), strange.len()))
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
        let (found, strange) = changes(text).unwrap();
        assert!(strange.is_empty());
        assert_eq!(found[0].account.as_deref(), Some("1029"));
        assert_eq!(found[0].number.as_deref(), Some("106540352242922"));
        assert!(found[0].personal);
        assert_eq!(found[1].inner_account.as_deref(), Some("9"));
        assert!(!found[1].personal && found[1].number.is_none());
        let keys: Vec<_> = found[0].entry.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["id", "time"]);
    }

    proptest! {
        #[test]
        fn any_text_is_peeled_without_a_panic(text in "\\PC{0,200}") {
            let _ = changes(&text);
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
