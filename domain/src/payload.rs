//! What Meta's webhooks say, read leniently: every key may be missing, every id is opaque, unknown words are kept.

mod beside;
mod call;
mod detail;
#[cfg(test)]
mod frugal;
mod lines;
mod message;
mod peel;
mod readable;
mod status;
mod summary;

pub(crate) use beside::{FieldNews, Moved, Preference};
pub(crate) use call::Call;
pub(crate) use detail::{Media, Said};
pub(crate) use lines::lines;
use lines::why;
pub(crate) use message::{Contacts, Inbound, Person, Side, of_group};
pub(crate) use peel::{Change, Elements, Peeled, elements, peel};
pub(crate) use readable::{readable, storable};
pub(crate) use status::StatusNews;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// Ids are opaque, but none is longer: what is would fit no index.
const LONGEST_ID: usize = 256;
/// Meta's ids of messages grow with what is encoded in them.
const LONGEST_WAMID: usize = 1024;

/// A string or a number as text; none for what is empty or anything else.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The text under `key`.
fn field(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(text)
}

/// 2009, when WhatsApp began: nothing was written before.
const FIRST: i64 = 1_230_768_000;
/// By how much Meta's clock may be ahead of ours.
const AHEAD: Duration = Duration::minutes(5);

/// Meta's id of a message, of which an element tells; none when it could not be one.
fn wamid(element: &Value) -> Option<String> {
    let wamid = storable(&field(element, "id")?);
    (1..=LONGEST_WAMID).contains(&wamid.len()).then_some(wamid)
}

/// Meta's time: seconds as text or number, or milliseconds where seconds would be implausibly large. What cannot be a
/// time, lies before WhatsApp or some minutes ahead, is the time it was received at: nothing stands on top for ever, and
/// no window stays open longer than it should.
fn moment(value: Option<&Value>, received: OffsetDateTime) -> OffsetDateTime {
    let number = match value {
        Some(Value::String(text)) => text.trim().parse::<i64>().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        _ => None,
    };
    let Some(number) = number else {
        return received;
    };
    // As seconds, 10^11 lies in the year 5138; as milliseconds, in 1973.
    let seconds = if number >= 100_000_000_000 {
        number / 1000
    } else {
        number
    };
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .filter(|at| seconds >= FIRST && *at <= received + AHEAD)
        .unwrap_or(received)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn times_are_read_in_every_form_they_come_in() {
        let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
        for (value, seconds) in [
            (json!("1749999000"), 1_749_999_000),
            (json!(1_749_999_000), 1_749_999_000),
            (json!(" 1749999000 "), 1_749_999_000),
            (json!("1749999000123"), 1_749_999_000),
            (json!(1_749_999_000_123_i64), 1_749_999_000),
            (json!("1504902988"), 1_504_902_988),
            // A few minutes ahead is somebody's clock; more is nonsense, and so is a time before WhatsApp.
            (json!(1_750_000_300), 1_750_000_300),
            (json!(1_750_000_301), 1_750_000_000),
            (json!(1_230_768_000), 1_230_768_000),
            (json!(1_230_767_999), 1_750_000_000),
            (json!("1"), 1_750_000_000),
            (json!(100_000_000_000_i64), 1_750_000_000),
            (json!("99999999999999999999"), 1_750_000_000),
            (json!(9.5), 1_750_000_000),
            (json!(0), 1_750_000_000),
            (json!(-5), 1_750_000_000),
            (json!("soon"), 1_750_000_000),
            (json!(null), 1_750_000_000),
            (json!({}), 1_750_000_000),
        ] {
            assert_eq!(
                moment(Some(&value), received).unix_timestamp(),
                seconds,
                "{value}"
            );
        }
        assert_eq!(moment(None, received), received);
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            proptest::sample::select(vec![
                "text",
                "edit",
                "contacts",
                "order",
                "sent",
                "w1",
                "4915112345"
            ])
            .prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 60, 6, |inner| {
            let key = proptest::sample::select(vec![
                "id",
                "from",
                "from_user_id",
                "timestamp",
                "type",
                "text",
                "body",
                "edit",
                "message",
                "contacts",
                "name",
                "phones",
                "profile",
                "wa_id",
                "interactive",
                "order",
                "product_items",
                "errors",
                "status",
                "code",
                "system",
                "recipient_id",
                "location",
                "latitude",
                "longitude",
                "unsupported",
            ]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(key.prop_map(str::to_owned), inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_element_is_read_or_not_and_what_is_read_can_be_stored(
            element in anything(), contacts in proptest::collection::vec(anything(), 0..3),
        ) {
            let received = OffsetDateTime::from_unix_timestamp(1_750_000_000).unwrap();
            let contacts = Contacts::read(&contacts);
            if let Some(message) = Inbound::read(&element, Side::Contact, &contacts, received) {
                prop_assert!(message.from.known() && !message.wamid.is_empty());
                let mut stored = vec![message.wamid, message.kind, message.body];
                stored.extend([message.from.phone, message.from.bsuid, message.from.name].into_iter().flatten());
                stored.extend([message.said.quotes, message.said.target].into_iter().flatten());
                prop_assert!(stored.iter().all(|text| !text.contains('\0')));
                prop_assert!(!serde_json::to_string(&message.said.told).expect("JSON").contains("\\u0000"));
                prop_assert!(message.at <= received + AHEAD);
            }
            if let Some(status) = StatusNews::read(&element, received) {
                prop_assert!(!status.wamid.contains('\0'));
            }
            let _ = Call::read(&element, &contacts, received);
            let _ = Preference::read(&element, &contacts, received);
            let _ = Moved::read(&element, received);
        }
    }
}
