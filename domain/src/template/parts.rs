//! A template's parts, read out of Meta's form of it: leniently, for Meta adds to it.

use postern_types::{
    ButtonKind, HeaderFormat, Piece, TemplateButton, TemplateHeader, TemplateParts, pieces,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads Meta's `components`.
pub(super) fn read(components: &Value, named: bool) -> TemplateParts {
    let mut parts = TemplateParts {
        named,
        ..TemplateParts::default()
    };
    for component in components.as_array().into_iter().flatten() {
        let kind = word(&component["type"]);
        match kind.as_str() {
            "HEADER" => header(&mut parts, component),
            "BODY" => {
                parts.body = text(&component["text"]).unwrap_or_default();
                let given = &component["example"];
                examples(&mut parts.examples, "body", &given["body_text"][0]);
                named_examples(
                    &mut parts.examples,
                    "body",
                    &given["body_text_named_params"],
                );
            }
            "FOOTER" => parts.footer = text(&component["text"]),
            "BUTTONS" => {
                for button in component["buttons"].as_array().into_iter().flatten() {
                    read_button(&mut parts, button);
                }
            }
            // They take more than can be given here.
            "CAROUSEL" | "LIMITED_TIME_OFFER" => parts.foreign = Some(kind),
            // What is new to us takes nothing, as far as is known: Meta says if it does.
            _ => {}
        }
    }
    parts
}

fn header(parts: &mut TemplateParts, component: &Value) {
    let format = match word(&component["format"]).as_str() {
        "TEXT" => HeaderFormat::Text,
        "IMAGE" => HeaderFormat::Image,
        "VIDEO" => HeaderFormat::Video,
        "DOCUMENT" => HeaderFormat::Document,
        "LOCATION" => HeaderFormat::Location,
        other => {
            parts.foreign = Some(format!("HEADER {other}"));
            return;
        }
    };
    let given = &component["example"];
    if format == HeaderFormat::Text {
        examples(&mut parts.examples, "header", &given["header_text"]);
        let named = &given["header_text_named_params"];
        named_examples(&mut parts.examples, "header", named);
    }
    parts.header = Some(TemplateHeader {
        format,
        text: text(&component["text"]),
    });
}

fn read_button(parts: &mut TemplateParts, button: &Value) {
    let word = word(&button["type"]);
    let kind = match word.as_str() {
        "QUICK_REPLY" => ButtonKind::QuickReply,
        "URL" => ButtonKind::Url,
        "PHONE_NUMBER" => ButtonKind::Phone,
        "COPY_CODE" => ButtonKind::CopyCode,
        "FLOW" => ButtonKind::Flow,
        other => {
            if matches!(other, "OTP" | "MPM" | "SPM" | "ORDER_DETAILS") {
                parts.foreign = Some(other.to_owned());
            }
            ButtonKind::Other
        }
    };
    let target = text(&button["url"]).or_else(|| text(&button["phone_number"]));
    let given = &button["example"];
    if let Some(example) = text(&given[0]).or_else(|| text(given)) {
        // Of an address the whole of it is given, and its end is asked for.
        let before = target.as_deref().map(before_variable).unwrap_or_default();
        let end = example.strip_prefix(before).unwrap_or(&example).to_owned();
        let key = format!("button.{}", parts.buttons.len());
        parts.examples.insert(key, end);
    }
    parts.buttons.push(TemplateButton {
        kind,
        text: text(&button["text"]).unwrap_or_default(),
        target,
    });
}

fn before_variable(url: &str) -> &str {
    match pieces(url).first() {
        Some(Piece::Words(before)) => before,
        _ => "",
    }
}

/// Examples of numbered variables, the first for `{{1}}`.
fn examples(all: &mut BTreeMap<String, String>, part: &str, given: &Value) {
    for (nth, example) in given.as_array().into_iter().flatten().enumerate() {
        if let Some(example) = text(example) {
            all.insert(format!("{part}.{}", nth + 1), example);
        }
    }
}

fn named_examples(all: &mut BTreeMap<String, String>, part: &str, given: &Value) {
    for named in given.as_array().into_iter().flatten() {
        if let (Some(name), Some(example)) = (text(&named["param_name"]), text(&named["example"])) {
            all.insert(format!("{part}.{name}"), example);
        }
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_ascii_uppercase()
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_meta_lists_is_read_part_by_part() {
        let parts = read(
            &json!([
                { "type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": { "header_text": ["77"] } },
                { "type": "BODY", "text": "Hi {{1}}, it is {{2}}.", "example": { "body_text": [["Pablo", "packed"]] } },
                { "type": "FOOTER", "text": "Harbour" },
                { "type": "BUTTONS", "buttons": [
                    { "type": "QUICK_REPLY", "text": "Stop" },
                    { "type": "URL", "text": "Track", "url": "https://a.example/t/{{1}}", "example": ["https://a.example/t/9"] },
                    { "type": "PHONE_NUMBER", "text": "Call", "phone_number": "+4915112345" },
                    { "type": "COPY_CODE", "text": "Copy", "example": "SPRING" },
                    { "type": "VOICE_CALL", "text": "Talk" },
                ] },
            ]),
            false,
        );
        assert_eq!(
            parts.header.as_ref().and_then(|h| h.text.as_deref()),
            Some("Order {{1}}")
        );
        assert_eq!(parts.body, "Hi {{1}}, it is {{2}}.");
        assert_eq!(parts.footer.as_deref(), Some("Harbour"));
        let kinds: Vec<_> = parts.buttons.iter().map(|button| button.kind).collect();
        assert_eq!(
            kinds,
            [
                ButtonKind::QuickReply,
                ButtonKind::Url,
                ButtonKind::Phone,
                ButtonKind::CopyCode,
                ButtonKind::Other
            ]
        );
        assert_eq!(parts.foreign, None);
        let given: Vec<_> = parts
            .examples
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            given,
            [
                ("body.1", "Pablo"),
                ("body.2", "packed"),
                ("button.1", "9"),
                ("button.3", "SPRING"),
                ("header.1", "77")
            ]
        );
    }

    #[test]
    fn named_variables_have_their_examples_by_name() {
        let parts = read(
            &json!([{ "type": "body", "text": "Hi {{name}}", "example": {
                "body_text_named_params": [{ "param_name": "name", "example": "Ana" }, { "param_name": 7 }] } }]),
            true,
        );
        assert!(parts.named);
        assert_eq!(
            parts.examples.get("body.name").map(String::as_str),
            Some("Ana")
        );
    }

    #[test]
    fn what_cannot_be_filled_in_here_is_named_and_nonsense_is_passed_over() {
        for (components, foreign) in [
            (
                json!([{ "type": "CAROUSEL", "cards": [] }]),
                Some("CAROUSEL"),
            ),
            (
                json!([{ "type": "LIMITED_TIME_OFFER" }]),
                Some("LIMITED_TIME_OFFER"),
            ),
            (
                json!([{ "type": "HEADER", "format": "HOLOGRAM" }]),
                Some("HEADER HOLOGRAM"),
            ),
            (
                json!([{ "type": "BUTTONS", "buttons": [{ "type": "MPM" }] }]),
                Some("MPM"),
            ),
            (
                json!([{ "type": "BUTTONS", "buttons": [{ "type": "OTP" }] }]),
                Some("OTP"),
            ),
            (
                json!([{ "type": "BUTTONS", "buttons": "none" }, 7, null, { "type": 7 }]),
                None,
            ),
            (
                json!([{ "type": "BODY", "text": 7, "example": [[]] }]),
                None,
            ),
            (json!("no"), None),
            (json!(null), None),
        ] {
            assert_eq!(
                read(&components, false).foreign.as_deref(),
                foreign,
                "{components}"
            );
        }
    }
}
