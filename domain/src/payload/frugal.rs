//! What reading a webhook takes of the heap: a number that no noise moves, so that a step backwards is seen at once.

use super::{Contacts, Inbound, Side, elements, peel, readable};
use serde_json::Value;
use time::OffsetDateTime;

/// One text of one customer, in the bytes that Meta sends.
const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Sheena Nelson"},"wa_id":"16505551234","user_id":"US.13491208655302741918"}],"messages":[{"from":"16505551234","from_user_id":"US.13491208655302741918","id":"wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=","timestamp":"1749416383","type":"text","text":{"body":"Does it come in another colour\u00e9?"}}]},"field":"messages"}]}]}"#;

/// A little above what it takes today: 126 allocations of 11,397 bytes in all.
const MOST_TIMES: u64 = 128;
const MOST_BYTES: u64 = 11_600;

#[test]
fn reading_one_text_takes_few_allocations() {
    let received = OffsetDateTime::from_unix_timestamp(1_749_416_384).unwrap();
    let mut read = None;
    let taken = allocation_counter::measure(|| {
        read = Some(read_all(BODY, received));
    });
    let messages = read.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body, "Does it come in another colour\u{e9}?");
    assert!(
        taken.count_total <= MOST_TIMES && taken.bytes_total <= MOST_BYTES,
        "{} allocations of {} bytes",
        taken.count_total,
        taken.bytes_total
    );
}

/// The steps of the webhook, without the database between them.
fn read_all(body: &[u8], received: OffsetDateTime) -> Vec<Inbound> {
    let text = readable(body);
    let peeled = peel(&text).unwrap();
    let mut all = Vec::new();
    for change in &peeled.changes {
        let elements = elements(change.raw);
        let value = |raw: &&serde_json::value::RawValue| -> Value {
            serde_json::from_str(raw.get()).unwrap()
        };
        let contacts: Vec<Value> = elements.contacts.iter().map(value).collect();
        let contacts = Contacts::read(&contacts);
        let messages = elements.messages.iter().map(value);
        all.extend(
            messages.filter_map(|one| Inbound::read(&one, Side::Contact, &contacts, received)),
        );
    }
    all
}
