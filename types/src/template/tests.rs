//! Filling templates, with what people type and with what they should not.

use super::{
    ButtonKind, FillFault, HeaderFormat, Piece, SlotKind, TemplateButton, TemplateFill,
    TemplateHeader, TemplateParts, TemplateView, pieces,
};
use crate::{FileId, TemplateId};
use uuid::Uuid;

fn body(text: &str) -> TemplateParts {
    TemplateParts {
        body: text.to_owned(),
        ..TemplateParts::default()
    }
}

fn with_header(format: HeaderFormat, text: Option<&str>) -> TemplateParts {
    TemplateParts {
        header: Some(TemplateHeader {
            format,
            text: text.map(str::to_owned),
        }),
        ..body("Hello")
    }
}

fn with_button(kind: ButtonKind, target: Option<&str>) -> TemplateParts {
    TemplateParts {
        buttons: vec![TemplateButton {
            kind,
            text: "Press".to_owned(),
            target: target.map(str::to_owned),
        }],
        ..body("Hello")
    }
}

fn fill(values: &[(&str, &str)]) -> TemplateFill {
    TemplateFill {
        values: values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        file: None,
    }
}

fn keys(parts: &TemplateParts) -> Vec<String> {
    parts.slots().into_iter().map(|slot| slot.key).collect()
}

#[test]
fn a_text_is_taken_apart_at_its_variables_alone() {
    use Piece::{Variable, Words};
    for (text, expected) in [
        ("", vec![]),
        ("plain", vec![Words("plain")]),
        ("Hi {{1}}!", vec![Words("Hi "), Variable("1"), Words("!")]),
        (
            "{{first_name}}{{2}}",
            vec![Variable("first_name"), Variable("2")],
        ),
        ("{{ 1 }}", vec![Variable("1")]),
        ("a {{ b", vec![Words("a {{ b")]),
        (
            "{{}} {{Hi there}} {{é}}",
            vec![Words("{{}} {{Hi there}} {{é}}")],
        ),
        ("{{{1}}}", vec![Words("{"), Variable("1"), Words("}")]),
        ("{{ x {{1}}", vec![Words("{{ x "), Variable("1")]),
        ("é{{1}}é", vec![Words("é"), Variable("1"), Words("é")]),
    ] {
        assert_eq!(pieces(text), expected, "{text}");
    }
}

#[test]
fn each_variable_is_asked_for_once_and_numbers_stand_in_their_order() {
    for (parts, expected) in [
        (body("No variable"), vec![]),
        (
            body("{{10}} {{2}} {{1}} {{2}}"),
            vec!["body.1", "body.2", "body.10"],
        ),
        (
            body("{{name}} {{order_id}} {{name}}"),
            vec!["body.name", "body.order_id"],
        ),
        (
            with_header(HeaderFormat::Text, Some("For {{1}}")),
            vec!["header.1"],
        ),
        (with_header(HeaderFormat::Text, Some("Sale")), vec![]),
        (with_header(HeaderFormat::Image, None), vec!["header.media"]),
        (with_header(HeaderFormat::Video, None), vec!["header.media"]),
        (
            with_header(HeaderFormat::Document, None),
            vec!["header.media"],
        ),
        (
            with_header(HeaderFormat::Location, None),
            vec![
                "header.name",
                "header.address",
                "header.latitude",
                "header.longitude",
            ],
        ),
        (
            with_button(ButtonKind::Url, Some("https://a.example/{{1}}")),
            vec!["button.0"],
        ),
        (
            with_button(ButtonKind::Url, Some("https://a.example/")),
            vec![],
        ),
        (with_button(ButtonKind::CopyCode, None), vec!["button.0"]),
        (with_button(ButtonKind::QuickReply, None), vec![]),
        (with_button(ButtonKind::Phone, Some("+49")), vec![]),
        (with_button(ButtonKind::Flow, None), vec![]),
    ] {
        assert_eq!(keys(&parts), expected, "{parts:?}");
    }
}

#[test]
fn what_goes_in_is_shown_as_it_is_and_never_filled_in_again() {
    let parts = body("Hi {{1}}, your code is {{2}}. Bye {{1}}");
    for (one, two, expected) in [
        ("Amira", "77", "Hi Amira, your code is 77. Bye Amira"),
        ("{{2}}", "77", "Hi {{2}}, your code is 77. Bye {{2}}"),
        (" {{1}} ", "{{", "Hi {{1}}, your code is {{. Bye {{1}}"),
        ("👩‍👩‍👧‍👦", "أحمد", "Hi 👩‍👩‍👧‍👦, your code is أحمد. Bye 👩‍👩‍👧‍👦"),
        (
            "\u{202E}evil",
            "Z̷̨̛a̵l̶g̸o̴",
            "Hi \u{202E}evil, your code is Z̷̨̛a̵l̶g̸o̴. Bye \u{202E}evil",
        ),
        ("<b>", "*x*", "Hi <b>, your code is *x*. Bye <b>"),
        ("", "77", "Hi {{1}}, your code is 77. Bye {{1}}"),
    ] {
        let filled = parts.fill(&fill(&[("body.1", one), ("body.2", two)]));
        assert_eq!(filled.body, expected);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_value_is_held_against_metas_limits_before_meta_is_asked() {
    use FillFault::{CodeSign, Degrees, Missing, NoUrl, OneLine, TooLong, UrlSign};
    let text = || body("{{1}}");
    let url = || with_button(ButtonKind::Url, Some("https://a.example/{{1}}"));
    let code = || with_button(ButtonKind::CopyCode, None);
    let media = || with_header(HeaderFormat::Image, None);
    let long = "é".repeat(1025);
    let longest = "é".repeat(1024);
    let address = format!("https://a.example/{}", "x".repeat(2000));
    for (parts, key, value, expected) in [
        (text(), "body.1", "", Some(Missing)),
        (text(), "body.1", "  ", Some(Missing)),
        (text(), "body.1", "a\nb", Some(OneLine)),
        (text(), "body.1", "a\r\nb", Some(OneLine)),
        (text(), "body.1", "a\tb", Some(OneLine)),
        (text(), "body.1", "a\u{2028}b", Some(OneLine)),
        (text(), "body.1", "a\0b", Some(OneLine)),
        (text(), "body.1", "a    b", Some(OneLine)),
        (text(), "body.1", "a   b", None),
        (text(), "body.1", " trimmed\n", None),
        (text(), "body.1", "👍🏽 مرحبا Z̷̨̛", None),
        (text(), "body.1", "{{1}}", None),
        (text(), "body.1", longest.as_str(), None),
        (
            text(),
            "body.1",
            long.as_str(),
            Some(TooLong {
                most: 1024,
                over: 1,
            }),
        ),
        (url(), "button.0", "orders/7?x=%20", None),
        (url(), "button.0", "a b", Some(UrlSign)),
        (url(), "button.0", "{{1}}", Some(UrlSign)),
        (url(), "button.0", "größe", Some(UrlSign)),
        (url(), "button.0", "🛒", Some(UrlSign)),
        (url(), "button.0", "\"><script>", Some(UrlSign)),
        (code(), "button.0", "SPRING-25", None),
        (code(), "button.0", "TWO WORDS", Some(CodeSign)),
        (
            code(),
            "button.0",
            "1234567890123456",
            Some(TooLong { most: 15, over: 1 }),
        ),
        (media(), "header.media", "https://a.example/p.jpg", None),
        (media(), "header.media", "HTTPS://a.example/p.jpg", None),
        (media(), "header.media", "a.example/p.jpg", Some(NoUrl)),
        (
            media(),
            "header.media",
            "ftp://a.example/p.jpg",
            Some(NoUrl),
        ),
        (media(), "header.media", "javascript:alert(1)", Some(NoUrl)),
        (
            media(),
            "header.media",
            "https://user:pw@a.example/",
            Some(NoUrl),
        ),
        (
            media(),
            "header.media",
            "https://localhost/p.jpg",
            Some(NoUrl),
        ),
        (media(), "header.media", "https://", Some(NoUrl)),
        (
            media(),
            "header.media",
            "https://a.example/a b",
            Some(UrlSign),
        ),
        (media(), "header.media", "é", Some(NoUrl)),
        (
            media(),
            "header.media",
            address.as_str(),
            Some(TooLong {
                most: 2000,
                over: 18,
            }),
        ),
    ] {
        let faults = parts.check(&fill(&[(key, value)]));
        let found = faults.first().map(|(at, fault)| (at.as_str(), *fault));
        assert_eq!(found, expected.map(|fault| (key, fault)), "{value:?}");
    }
    let place = with_header(HeaderFormat::Location, None);
    for (latitude, longitude, expected) in [
        ("48.137", "-11.5", vec![]),
        ("90", "180", vec![]),
        ("90.1", "-180.1", vec![Degrees(90), Degrees(180)]),
        ("NaN", "inf", vec![Degrees(90), Degrees(180)]),
        ("north", "", vec![Degrees(90), Missing]),
    ] {
        let values = [
            ("header.name", "Shop"),
            ("header.address", "Main street 1"),
            ("header.latitude", latitude),
            ("header.longitude", longitude),
        ];
        let faults: Vec<_> = place
            .check(&fill(&values))
            .into_iter()
            .map(|(_, f)| f)
            .collect();
        assert_eq!(faults, expected, "{latitude} {longitude}");
    }
}

#[test]
fn the_whole_text_counts_and_is_told_at_its_last_value() {
    let parts = body(&format!("{}{{{{1}}}} and {{{{2}}}}", "x".repeat(1000)));
    let fits = parts.check(&fill(&[("body.1", "123456789"), ("body.2", "1234567890")]));
    assert_eq!(fits, []);
    let over = parts.check(&fill(&[("body.1", "1234567890"), ("body.2", "1234567890")]));
    assert_eq!(
        over,
        [(
            "body.2".to_owned(),
            FillFault::TooLong {
                most: 1024,
                over: 1
            }
        )]
    );
    let header = with_header(HeaderFormat::Text, Some("For {{1}}"));
    let over = header.check(&fill(&[("header.1", &"é".repeat(57))]));
    assert_eq!(
        over,
        [(
            "header.1".to_owned(),
            FillFault::TooLong { most: 60, over: 1 }
        )]
    );
}

#[test]
fn an_uploaded_file_stands_for_the_address() {
    let parts = with_header(HeaderFormat::Document, None);
    let with = |file: Option<FileId>| TemplateFill {
        file,
        ..TemplateFill::default()
    };
    assert_eq!(parts.check(&with(Some(FileId(Uuid::nil())))), []);
    assert_eq!(
        parts.check(&with(None)),
        [("header.media".to_owned(), FillFault::Missing)]
    );
}

#[test]
fn a_place_is_called_by_its_name_above_the_words() {
    let parts = with_header(HeaderFormat::Location, None);
    assert_eq!(
        parts
            .fill(&fill(&[("header.name", "Harbour")]))
            .header
            .as_deref(),
        Some("Harbour")
    );
    assert!(
        parts
            .slots()
            .iter()
            .any(|slot| slot.kind == SlotKind::Latitude)
    );
}

#[test]
fn only_what_is_approved_and_can_be_filled_in_here_is_sent() {
    let view = |status: &str, category: &str, foreign: Option<&str>| TemplateView {
        id: TemplateId(Uuid::nil()),
        name: "n".to_owned(),
        language: "en".to_owned(),
        category: category.to_owned(),
        status: status.to_owned(),
        quality: None,
        reason: None,
        parts: TemplateParts {
            foreign: foreign.map(str::to_owned),
            ..body("Hello")
        },
    };
    assert_eq!(view("APPROVED", "UTILITY", None).barred(), None);
    assert_eq!(view("APPROVED", "SOMETHING_NEW", None).barred(), None);
    for (status, category, foreign) in [
        ("APPROVED", "AUTHENTICATION", None),
        ("APPROVED", "MARKETING", Some("CAROUSEL")),
        ("PENDING", "UTILITY", None),
        ("REJECTED", "UTILITY", None),
        ("PAUSED", "UTILITY", None),
        ("DISABLED", "UTILITY", None),
        ("SOMETHING_NEW", "UTILITY", None),
        ("", "UTILITY", None),
    ] {
        assert!(
            view(status, category, foreign).barred().is_some(),
            "{status}"
        );
    }
}
