//! The way of a webhook's bytes before the database, for the fuzz target: whatever they are, it ends without a panic, and
//! what was read can be stored.

use super::{body::Body, intake::Simple, news};
use crate::payload::{
    self, Call, Elements, FieldNews, Inbound, Moved, Preference, Side, StatusNews,
};
use serde_json::{Value, value::RawValue};
use time::{Duration, OffsetDateTime};

/// Reads them, and panics when something does not hold.
pub fn read(bytes: &[u8]) {
    let received = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
    let text = payload::readable(bytes);
    assert_eq!(text.len(), bytes.len(), "everything stands where it stood");
    let body = Body::read(&text, bytes);
    if let Some(simple) = Simple::read(&body, received) {
        simple.messages.iter().for_each(storable);
    }
    let Some(peeled) = &body.peeled else { return };
    let _ = body.list(&peeled.odd);
    for change in &peeled.changes {
        let elements = payload::elements(change.raw);
        everything(&elements, received);
        let entry = &peeled.entries[change.entry];
        let time = entry.beside.first().and_then(|(_, raw)| news::value(raw));
        let news = FieldNews::read(
            &elements,
            entry.account.clone(),
            change.inner_account.clone(),
            time.as_ref(),
            received,
        );
        assert!(!news.field.contains('\0') && !news.event.contains('\0'));
        let lines = payload::lines(&news.value);
        assert!(lines.iter().all(|line| !line.value.contains('\0')));
    }
    again(&body, peeled.changes.len());
}

/// Everything of a change, each element as all that it could be.
fn everything(elements: &Elements<'_>, received: OffsetDateTime) {
    let contacts = news::contacts(elements);
    let value = |raw: &&RawValue| news::value(raw).unwrap_or_default();
    for element in elements
        .messages
        .iter()
        .chain(&elements.echoes)
        .chain(&elements.calls)
        .chain(&elements.preferences)
        .chain(&elements.moved)
        .chain(&elements.statuses)
        .map(value)
    {
        let _ = payload::of_group(&element);
        for side in [Side::Contact, Side::Phone] {
            if let Some(message) = Inbound::read(&element, side, &contacts, received) {
                storable(&message);
            }
        }
        let _ = Call::read(&element, &contacts, received);
        let _ = Preference::read(&element, &contacts, received);
        let _ = Moved::read(&element, received);
        if let Some(status) = StatusNews::read(&element, received) {
            assert!(!status.wamid.contains('\0'));
            assert!(status.details.is_none_or(|words| !words.contains('\0')));
        }
    }
}

/// PostgreSQL takes no NUL, and a message has an id and somebody who wrote it.
fn storable(message: &Inbound) {
    assert!(message.from.known() && !message.wamid.is_empty());
    let texts = [&message.wamid, &message.kind, &message.body];
    let people = [&message.from.phone, &message.from.bsuid, &message.from.name];
    let mut texts = texts.into_iter().chain(people.into_iter().flatten());
    assert!(texts.all(|text| !text.contains('\0')));
    let told: Value = serde_json::to_value(&message.said.told).unwrap_or_default();
    assert!(
        !told.to_string().contains("\\u0000"),
        "jsonb takes none either"
    );
}

/// What is cut out of a body is as many changes as were in it, and is cut the same again.
fn again(body: &Body<'_>, changes: usize) {
    let whole = body.whole();
    let text = payload::readable(&whole);
    let second = Body::read(&text, &whole);
    let found = second.peeled.as_ref().map(|peeled| peeled.changes.len());
    assert_eq!(found, Some(changes), "no change is lost or made");
    assert!(second.whole() == whole, "it is cut the same again");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prelude::*, sample::Index};

    /// The project's own webhooks.
    fn fixtures() -> Vec<Vec<u8>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/whatsapp");
        let mut all: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .collect();
        all.sort();
        assert!(all.len() > 100, "they are there");
        all.iter()
            .map(|path| std::fs::read(path).unwrap())
            .collect()
    }

    #[test]
    fn every_fixture_is_read_without_a_finding() {
        for body in fixtures() {
            read(&body);
        }
    }

    proptest! {
        #[test]
        fn a_fixture_that_was_cut_and_grafted_is_read_without_a_finding(
            one in any::<Index>(), other in any::<Index>(), cuts in any::<[Index; 4]>(),
        ) {
            let all = fixtures();
            let (one, other) = (one.get(&all), other.get(&all));
            let cut = |body: &[u8], a: Index, b: Index| {
                let (a, b) = (a.index(body.len() + 1), b.index(body.len() + 1));
                (a.min(b), a.max(b))
            };
            let (from, to) = cut(one, cuts[0], cuts[1]);
            let (begin, end) = cut(other, cuts[2], cuts[3]);
            let grafted = [&one[..from], &other[begin..end], &one[to..]].concat();
            read(&grafted);
        }
    }
}
