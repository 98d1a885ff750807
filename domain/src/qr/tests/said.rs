//! Cards and calendars, read back by `calcard`: what comes out is what went in, and nothing besides.

use super::*;
use crate::qr::{card, event, wifi};
use calcard::{
    Entry, Parser,
    icalendar::{ICalendarComponentType, ICalendarProperty, ICalendarValue},
    vcard::{VCardProperty, VCardValue},
};
use postern_types::QrCard;
use proptest::prelude::*;

/// The properties of the one card that the text is, in their order.
fn read_card(text: &str) -> Vec<(VCardProperty, Vec<String>)> {
    let mut parser = Parser::new(text);
    let Entry::VCard(card) = parser.entry() else {
        panic!("no card: {text:?}");
    };
    assert!(matches!(parser.entry(), Entry::Eof), "one card: {text:?}");
    let all = card.entries.into_iter();
    all.map(|entry| {
        let values = entry.values.into_iter().flat_map(|value| match value {
            VCardValue::Text(text) => vec![text],
            VCardValue::Component(texts) => texts,
            other => panic!("{other:?}"),
        });
        (entry.name, values.collect())
    })
    .filter(|(name, _)| {
        !matches!(
            name,
            VCardProperty::Begin | VCardProperty::End | VCardProperty::Version
        )
    })
    .collect()
}

fn full(text: &str) -> QrCard {
    QrCard {
        name: text.to_owned(),
        organisation: text.to_owned(),
        title: text.to_owned(),
        phone: String::new(),
        email: "ana@example.com".to_owned(),
        website: "https://example.com/a;b,c?d=1:2".to_owned(),
        place: text.to_owned(),
        note: text.to_owned(),
    }
}

/// Whether a card with that text in each of its fields says it, and nothing else.
fn says(text: &str) {
    use VCardProperty::{Adr, Email, Fn, N, Note, Org, Tel, Title, Url};
    let written = card::text(&full(text), Some("4915123456789")).unwrap();
    assert!(
        written.split("\r\n").all(|line| line.len() <= 75),
        "{written:?}"
    );
    assert_eq!(
        written.matches("\r\n").count(),
        written.matches('\n').count()
    );
    let of = |values: &[&str]| {
        values
            .iter()
            .map(|value| (*value).to_owned())
            .collect::<Vec<_>>()
    };
    let read = read_card(&written);
    let names: Vec<_> = read.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(
        names,
        [Fn, N, Org, Title, Tel, Email, Url, Adr, Note],
        "{written:?}"
    );
    let values: Vec<_> = read.into_iter().map(|(_, values)| values).collect();
    let expected = [
        of(&[text]),
        of(&["", text, "", "", ""]),
        of(&[text]),
        of(&[text]),
        of(&["+4915123456789"]),
        of(&["ana@example.com"]),
        of(&["https://example.com/a;b,c?d=1:2"]),
        of(&["", "", text, "", "", "", ""]),
        of(&[text]),
    ];
    assert_eq!(values, expected, "{written:?}");
}

#[test]
fn a_card_is_read_back_as_it_was_whatever_stands_in_its_fields() {
    for text in [
        "Ana García",
        "a;b,c\\d:e",
        "\\n is no line break, nor is \\N",
        "\\",
        "\\\\;;,,",
        "END:VCARD",
        "x BEGIN:VCARD VERSION:4.0 FN:Mallory END:VCARD",
        "\"quoted\"; TYPE=\"x\"",
        "日本語の名前、とても長い名前です。日本語の名前、とても長い名前です。",
        "👩‍👩‍👧‍👦 👋🏽",
        "أحمد",
        "=?utf-8?Q?no?= =0D=0A",
        "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x",
    ] {
        says(text);
    }
    let mut card = full("Ana");
    let lines = "one\ntwo; three\nBEGIN:VCARD\nFN:Mallory";
    (card.note, card.place) = (lines.replace('\n', "\r\n"), lines.to_owned());
    let written = card::text(&card, None).unwrap();
    let read = read_card(&written);
    let note = read.iter().find(|(name, _)| *name == VCardProperty::Note);
    assert_eq!(note.unwrap().1, [lines]);
    assert_eq!(
        read.iter()
            .filter(|(name, _)| *name == VCardProperty::Fn)
            .count(),
        1
    );
}

type Set = fn(&mut QrCard, String);

#[test]
fn no_field_of_a_card_begins_a_line_of_it_and_what_is_too_long_is_named() {
    let set: [(&str, usize, Set); 7] = [
        ("name", 120, |card, text| card.name = text),
        ("organisation", 120, |card, text| card.organisation = text),
        ("title", 120, |card, text| card.title = text),
        ("place", 300, |card, text| card.place = text),
        ("note", 500, |card, text| card.note = text),
        ("website", 1000, |card, text| card.website = text),
        ("email", 1000, |card, text| card.email = text),
    ];
    for (name, most, set) in set {
        let with = |text: &str| {
            let mut card = full("Ana");
            set(&mut card, text.to_owned());
            card::text(&card, None)
        };
        for wrong in [
            "a\0b",
            "a\u{1b}b",
            "a\u{85}b",
            "a\u{2028}BEGIN:VCARD",
            "a\rb",
            "a\tb\u{7}",
        ] {
            assert_eq!(field(with(wrong)), name, "{wrong:?}");
        }
        assert_eq!(field(with(&"x".repeat(most + 1))), name);
        let injected = with("a\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:Mallory");
        if matches!(name, "place" | "note") {
            // It may have several lines: they are one value.
            let read = read_card(&injected.unwrap());
            assert_eq!(
                read.iter()
                    .filter(|(name, _)| *name == VCardProperty::Fn)
                    .count(),
                1
            );
        } else {
            assert_eq!(field(injected), name);
        }
    }
    assert_eq!(field(card::text(&QrCard::default(), None)), "name");
}

proptest! {
    #[test]
    fn a_card_is_read_back_as_it_was_at_random(text in "[a-z\\\\;,:\"'=?.nN^{}<>éß日👋 ]{1,100}") {
        prop_assume!(text.trim() == text && !text.is_empty());
        says(&text);
    }
}

const DAY: i64 = 86_400_000;

fn entry(text: &str) -> QrEvent {
    QrEvent {
        title: text.to_owned(),
        place: text.to_owned(),
        note: text.to_owned(),
        start: Some(Moment(20_000 * DAY)),
        end: Some(Moment(20_000 * DAY + 5_400_000)),
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_entry_of_a_calendar_is_read_back_as_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    for text in [
        "Dinner",
        "a;b,c\\d:e",
        "END:VEVENT",
        "\\n",
        "日本語 👋 日本語 👋 日本語 👋 日本語 👋 日本語 👋",
    ] {
        let written = event::text(&env, &entry(text)).unwrap();
        assert!(
            written.split("\r\n").all(|line| line.len() <= 75),
            "{written:?}"
        );
        let mut parser = Parser::new(&written);
        let Entry::ICalendar(calendar) = parser.entry() else {
            panic!("{written:?}");
        };
        assert!(matches!(parser.entry(), Entry::Eof));
        let [_, one] = &calendar.components[..] else {
            panic!("{calendar:?}");
        };
        assert_eq!(one.component_type, ICalendarComponentType::VEvent);
        let texts = |name: ICalendarProperty| {
            let found: Vec<_> = one
                .entries
                .iter()
                .filter(|entry| entry.name == name)
                .collect();
            assert_eq!(found.len(), 1, "{name:?}");
            match &found[0].values[..] {
                [ICalendarValue::Text(text)] => text.clone(),
                [ICalendarValue::PartialDateTime(at)] => format!(
                    "{:?}-{:?}-{:?} {:?}:{:?} {:?}",
                    at.year.unwrap(),
                    at.month.unwrap(),
                    at.day.unwrap(),
                    at.hour.unwrap(),
                    at.minute.unwrap(),
                    at.tz_hour,
                ),
                other => panic!("{name:?}: {other:?}"),
            }
        };
        for name in [
            ICalendarProperty::Summary,
            ICalendarProperty::Location,
            ICalendarProperty::Description,
        ] {
            assert_eq!(texts(name), text);
        }
        assert_eq!(texts(ICalendarProperty::Dtstart), "2024-10-4 0:0 Some(0)");
        assert_eq!(texts(ICalendarProperty::Dtend), "2024-10-4 1:30 Some(0)");
        // The same entry is the same to a calendar.
        let again = event::text(&env, &entry(text)).unwrap();
        assert_eq!(written, again);
    }
    let with = |change: fn(&mut QrEvent)| {
        let mut one = entry("Dinner");
        change(&mut one);
        field(event::text(&env, &one))
    };
    assert_eq!(with(|one| one.title.clear()), "title");
    assert_eq!(with(|one| one.title.push_str("\r\nEND:VEVENT")), "title");
    assert_eq!(with(|one| one.place.push('\u{0}')), "place");
    assert_eq!(with(|one| one.note = "x".repeat(501)), "note");
    assert_eq!(with(|one| one.note.push_str("\r\nEND:VEVENT")), "taken");
    assert_eq!(with(|one| one.start = None), "start");
    assert_eq!(with(|one| one.start = Some(Moment(-1))), "start");
    assert_eq!(with(|one| one.end = one.start), "end");
    assert_eq!(with(|one| one.end = Some(Moment(i64::MAX))), "end");
}

#[test]
fn a_network_is_written_as_telephones_read_it() {
    let of = |network: &str, password: &str, hidden| {
        wifi::text(&QrWifi {
            network: network.to_owned(),
            password: password.to_owned(),
            hidden,
        })
    };
    for (network, password, hidden, expected) in [
        (
            "Harbour",
            "another harbour",
            false,
            "WIFI:T:WPA;S:Harbour;P:another harbour;;",
        ),
        ("Open", "", false, "WIFI:T:nopass;S:Open;;"),
        ("Quiet", "", true, "WIFI:T:nopass;S:Quiet;H:true;;"),
        (
            "a;b,c:d\"e\\f",
            "p;P:\\,\";T:x",
            true,
            "WIFI:T:WPA;S:a\\;b\\,c\\:d\\\"e\\\\f;P:p\\;P\\:\\\\\\,\\\"\\;T\\:x;H:true;;",
        ),
    ] {
        assert_eq!(of(network, password, hidden).unwrap(), expected);
    }
    assert_eq!(field(of("", "", false)), "network");
    assert_eq!(field(of(&"ä".repeat(17), "", false)), "network");
    assert_eq!(field(of("a\nb", "", false)), "network");
    assert_eq!(field(of("a", "1234567", false)), "password");
    assert_eq!(field(of("a", &"1".repeat(64), false)), "password");
    assert_eq!(field(of("a", "12345678\u{0}", false)), "password");
}
