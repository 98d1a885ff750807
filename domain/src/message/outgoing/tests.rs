//! Meta's limits, one after the other.

use super::*;
use postern_types::{CardPhone, Choice, FileId, FileState, MessageId};
use uuid::Uuid;

fn file(mime: &str, size: i64) -> FileView {
    FileView {
        id: FileId(Uuid::nil()),
        state: FileState::Stored,
        mime: mime.into(),
        name: Some("plan.pdf".into()),
        size: Some(size),
        width: None,
        height: None,
        seconds: None,
        wave: None,
        thumb: false,
        fault: None,
    }
}

fn media(voice: bool) -> Outgoing {
    Outgoing::Media {
        file: FileId(Uuid::nil()),
        voice,
    }
}

fn posted(words: &str, outgoing: &Outgoing, file: Option<&FileView>) -> Value {
    ready(words, outgoing, file, Some("wamid.T"))
        .unwrap()
        .sending
}

fn field_of(words: &str, outgoing: &Outgoing) -> Option<&'static str> {
    match ready(words, outgoing, None, Some("wamid.T")) {
        Err(Error::Invalid { field, .. }) => Some(field),
        Err(other) => panic!("{other:?}"),
        Ok(_) => None,
    }
}

#[test]
fn each_file_becomes_the_kind_that_takes_it() {
    let hole = json!({ "file": Uuid::nil() });
    for (mime, voice, words, expected) in [
        (
            "image/png",
            false,
            "Look",
            json!({ "type": "image", "image": { "id": hole, "caption": "Look" } }),
        ),
        (
            "video/mp4",
            false,
            "",
            json!({ "type": "video", "video": { "id": hole } }),
        ),
        (
            "audio/ogg; codecs=opus",
            true,
            "",
            json!({ "type": "audio", "audio": { "id": hole, "voice": true } }),
        ),
        // What an iPhone records is sound, and no voice note.
        (
            "audio/mp4",
            true,
            "",
            json!({ "type": "audio", "audio": { "id": hole } }),
        ),
        (
            "application/pdf",
            false,
            "The plan",
            json!({ "type": "document", "document": { "id": hole, "filename": "plan.pdf", "caption": "The plan" } }),
        ),
        (
            "image/webp",
            false,
            "",
            json!({ "type": "sticker", "sticker": { "id": hole } }),
        ),
    ] {
        assert_eq!(
            posted(words, &media(voice), Some(&file(mime, 100))),
            expected,
            "{mime}"
        );
    }
}

#[test]
fn a_file_that_whatsapp_does_not_take_says_why() {
    let mb = 1024 * 1024;
    for (mime, size, words, field, says) in [
        ("image/jpeg", 5 * mb + 1, String::new(), "file", "5 MB"),
        ("video/mp4", 16 * mb + 1, String::new(), "file", "16 MB"),
        ("audio/ogg", 16 * mb + 1, String::new(), "file", "16 MB"),
        (
            "application/pdf",
            100 * mb + 1,
            String::new(),
            "file",
            "100 MB",
        ),
        (
            "image/webp",
            500 * 1024 + 1,
            String::new(),
            "file",
            "500 KB",
        ),
        ("image/svg+xml", 10, String::new(), "file", "does not take"),
        ("text/html", 10, String::new(), "file", "does not take"),
        ("", 10, String::new(), "file", "does not take"),
        ("image/png", 0, String::new(), "file", "empty"),
        ("audio/ogg", 10, "words".into(), "text", "no caption"),
        ("image/png", 10, "é".repeat(1025), "text", "1024"),
    ] {
        match ready(&words, &media(false), Some(&file(mime, size)), None) {
            Err(Error::Invalid {
                field: found,
                reason,
            }) => {
                assert_eq!(found, field, "{mime}");
                assert!(reason.contains(says), "{mime}: {reason}");
            }
            other => panic!("{mime}: {other:?}"),
        }
    }
    let longest = ready(
        &"é".repeat(1024),
        &media(false),
        Some(&file("image/png", 5 * mb)),
        None,
    );
    assert!(longest.is_ok());
}

fn location(latitude: f64, longitude: f64) -> Outgoing {
    Outgoing::Location {
        latitude,
        longitude,
        name: None,
        address: None,
    }
}

#[test]
fn a_place_is_on_the_earth() {
    for (latitude, longitude, field) in [
        (90.0, 180.0, None),
        (-90.0, -180.0, None),
        (90.1, 0.0, Some("latitude")),
        (f64::NAN, 0.0, Some("latitude")),
        (0.0, -180.5, Some("longitude")),
        (0.0, f64::INFINITY, Some("longitude")),
    ] {
        assert_eq!(field_of("", &location(latitude, longitude)), field);
    }
    assert_eq!(field_of("words", &location(0.0, 0.0)), Some("text"));
    let named = Outgoing::Location {
        latitude: 52.5,
        longitude: 13.25,
        name: Some("Shop".into()),
        address: Some("Main Street 1".into()),
    };
    assert_eq!(
        posted("", &named, None),
        json!({ "type": "location", "location": {
            "latitude": 52.5, "longitude": 13.25, "name": "Shop", "address": "Main Street 1" } })
    );
    assert_eq!(ready("", &named, None, None).unwrap().body, "Shop");
}

fn card(name: &str, numbers: &[&str]) -> Outgoing {
    let phones = numbers.iter().map(|number| CardPhone {
        number: (*number).into(),
        label: None,
        wa_id: None,
    });
    Outgoing::Contacts {
        cards: vec![Card {
            name: name.into(),
            phones: phones.collect(),
            lines: Vec::new(),
        }],
    }
}

#[test]
fn a_contact_card_has_a_name_and_a_number() {
    assert_eq!(
        posted("", &card("Ben", &["+49 (151) 234-567.89"]), None),
        json!({ "type": "contacts", "contacts": [{
            "name": { "formatted_name": "Ben", "first_name": "Ben" },
            "phones": [{ "phone": "+4915123456789", "type": "CELL" }] }] })
    );
    for broken in [
        card("", &["+4915123456789"]),
        card("Ben", &[]),
        card("Ben", &["12"]),
        card("Ben", &["1234567890123456"]),
        card("Ben", &["+49 151 CALL ME"]),
        Outgoing::Contacts { cards: Vec::new() },
    ] {
        assert_eq!(field_of("", &broken), Some("cards"), "{broken:?}");
    }
}

#[test]
fn a_reaction_is_one_emoji_or_none() {
    let reaction = |emoji: &str| Outgoing::Reaction {
        target: MessageId(Uuid::nil()),
        emoji: emoji.into(),
    };
    for emoji in ["", "👍", "❤️", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺"]
    {
        assert_eq!(field_of("", &reaction(emoji)), None, "{emoji}");
    }
    for text in [
        "👍👍",
        "a",
        "ok",
        "1",
        "👍 ",
        "\u{200d}",
        "\u{fe0f}",
        "🇩",
        "<b>",
        "م",
        "👍\u{200d}",
    ] {
        assert_eq!(field_of("", &reaction(text)), Some("emoji"), "{text:?}");
    }
    assert_eq!(
        posted("", &reaction("👍"), None),
        json!({ "type": "reaction", "reaction": { "message_id": "wamid.T", "emoji": "👍" } })
    );
    assert!(
        ready("", &reaction("👍"), None, None).is_err(),
        "of nothing"
    );
}

fn buttons(titles: &[&str]) -> Outgoing {
    Outgoing::Buttons {
        header: None,
        footer: None,
        buttons: titles.iter().map(|title| (*title).into()).collect(),
    }
}

#[test]
fn buttons_are_few_short_and_different() {
    let whole = Outgoing::Buttons {
        header: Some("Above".into()),
        footer: Some("Below".into()),
        buttons: vec!["Yes".into(), "No".into()],
    };
    assert_eq!(
        posted("Shall we?", &whole, None),
        json!({ "type": "interactive", "interactive": {
            "type": "button",
            "header": { "type": "text", "text": "Above" },
            "body": { "text": "Shall we?" },
            "footer": { "text": "Below" },
            "action": { "buttons": [
                { "type": "reply", "reply": { "id": "1", "title": "Yes" } },
                { "type": "reply", "reply": { "id": "2", "title": "No" } }] } } })
    );
    let long = "x".repeat(21);
    for titles in [
        &[][..],
        &["a", "b", "c", "d"],
        &["a", "a"],
        &["a", " "],
        &[&long],
    ] {
        assert_eq!(
            field_of("?", &buttons(titles)),
            Some("buttons"),
            "{titles:?}"
        );
    }
    assert_eq!(field_of("", &buttons(&["a"])), Some("text"));
    assert_eq!(field_of(&"x".repeat(1025), &buttons(&["a"])), Some("text"));
    for (header, footer, field) in [
        (Some("x".repeat(61)), None, "header"),
        (Some(String::new()), None, "header"),
        (None, Some("x".repeat(61)), "footer"),
    ] {
        let around = Outgoing::Buttons {
            header,
            footer,
            buttons: vec!["a".into()],
        };
        assert_eq!(field_of("?", &around), Some(field));
    }
}

/// A section by its title and rows.
type Rows<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

fn list(button: &str, sections: &[Rows<'_>]) -> Outgoing {
    let sections = sections.iter().map(|(title, rows)| Section {
        title: (*title).into(),
        rows: rows
            .iter()
            .map(|(title, description)| Choice {
                id: String::new(),
                title: (*title).into(),
                description: description.map(Into::into),
            })
            .collect(),
    });
    Outgoing::List {
        header: None,
        footer: None,
        button: button.into(),
        sections: sections.collect(),
    }
}

#[test]
fn a_list_has_ten_rows_at_most_and_titles_where_there_are_several_sections() {
    assert_eq!(
        posted(
            "Which?",
            &list("Choose", &[("", &[("Red", Some("warm")), ("Blue", None)])]),
            None
        ),
        json!({ "type": "interactive", "interactive": {
            "type": "list",
            "body": { "text": "Which?" },
            "action": { "button": "Choose", "sections": [{ "rows": [
                { "id": "1", "title": "Red", "description": "warm" },
                { "id": "2", "title": "Blue" }] }] } } })
    );
    let (long, longer) = ("x".repeat(25), "x".repeat(73));
    let row: (&str, Option<&str>) = ("row", None);
    for broken in [
        list("Choose", &[]),
        list("Choose", &[("", &[])]),
        list("Choose", &[("A", &[row; 6]), ("B", &[row; 5])]),
        list("Choose", &[("A", &[row]), ("", &[row])]),
        list("Choose", &[("A", &[row]), ("B", &[])]),
        list("Choose", &[("", &[(&long, None)])]),
        list("Choose", &[("", &[("a", Some(&longer))])]),
        list("Choose", &[(&long, &[row])]),
    ] {
        assert_eq!(field_of("?", &broken), Some("sections"), "{broken:?}");
    }
    assert_eq!(field_of("?", &list(&long, &[("", &[row])])), Some("button"));
    assert_eq!(
        field_of(&"x".repeat(4096), &list("Go", &[("", &[row; 10])])),
        None
    );
    assert_eq!(
        field_of(&"x".repeat(4097), &list("Go", &[("", &[row])])),
        Some("text")
    );
}

#[test]
fn a_link_leads_to_the_web() {
    let link = |label: &str, url: &str| Outgoing::Link {
        header: None,
        footer: None,
        label: label.into(),
        url: url.into(),
    };
    assert_eq!(
        posted("See", &link("Open", "https://example.test/a?b"), None),
        json!({ "type": "interactive", "interactive": {
            "type": "cta_url",
            "body": { "text": "See" },
            "action": { "name": "cta_url", "parameters": {
                "display_text": "Open", "url": "https://example.test/a?b" } } } })
    );
    let long = format!("https://example.test/{}", "x".repeat(2000));
    for url in [
        "",
        "example.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        &long,
    ] {
        assert_eq!(field_of("See", &link("Open", url)), Some("url"), "{url}");
    }
    assert_eq!(field_of("See", &link("", "https://a.test")), Some("label"));
}

#[test]
fn a_location_is_asked_for_in_words() {
    assert_eq!(
        posted("Where are you?", &Outgoing::LocationRequest, None),
        json!({ "type": "interactive", "interactive": {
            "type": "location_request_message",
            "body": { "text": "Where are you?" },
            "action": { "name": "send_location" } } })
    );
    assert_eq!(field_of(" ", &Outgoing::LocationRequest), Some("text"));
}
