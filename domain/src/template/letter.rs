//! A template filled in, as it is posted and as a thread shows it.

use postern_types::{
    ButtonKind, Filled, HeaderFormat, Slot, SlotKind, TemplateFill, TemplateSent, TemplateView,
};
use serde_json::{Value, json};

/// What Meta takes (Cloud API, "Messages", `type: template`), without recipient. In the place of the id of an uploaded
/// file stands `{"file": id}`; `name` is that file's, of a document.
pub(super) fn letter(view: &TemplateView, fill: &TemplateFill, name: Option<&str>) -> Value {
    let slots = view.parts.slots();
    let mut components = Vec::new();
    if let Some(parameters) = header(view, fill, &slots, name) {
        components.push(json!({ "type": "header", "parameters": parameters }));
    }
    let body = words(view, fill, &slots, SlotKind::Body);
    if !body.is_empty() {
        components.push(json!({ "type": "body", "parameters": body }));
    }
    for (index, button) in view.parts.buttons.iter().enumerate() {
        let key = format!("button.{index}");
        // Only what the template asks for: Meta counts.
        let asked = slots.iter().find(|slot| slot.key == key);
        let value = asked.and_then(|slot| fill.value(&slot.key));
        let (kind, parameter) = match (button.kind, value) {
            (ButtonKind::Url, Some(end)) => ("url", json!({ "type": "text", "text": end })),
            (ButtonKind::CopyCode, Some(code)) => (
                "copy_code",
                json!({ "type": "coupon_code", "coupon_code": code }),
            ),
            // A form is opened with a token, which comes back with what was filled in. We have nothing to tell by it.
            (ButtonKind::Flow, _) => (
                "flow",
                json!({ "type": "action", "action": { "flow_token": "unused" } }),
            ),
            _ => continue,
        };
        components.push(json!({
            "type": "button", "sub_type": kind, "index": index.to_string(), "parameters": [parameter],
        }));
    }
    let mut template = json!({ "name": view.name, "language": { "code": view.language } });
    if !components.is_empty() {
        template["components"] = components.into();
    }
    json!({ "type": "template", "template": template })
}

/// What a thread shows of it; the body is the message's own.
pub(super) fn sent(view: &TemplateView, filled: Filled) -> TemplateSent {
    TemplateSent {
        name: view.name.clone(),
        language: view.language.clone(),
        header: filled.header,
        footer: filled.footer,
        buttons: filled.buttons,
    }
}

fn header(
    view: &TemplateView,
    fill: &TemplateFill,
    slots: &[Slot],
    name: Option<&str>,
) -> Option<Vec<Value>> {
    let media = |kind: &str| {
        let mut object = match fill.file {
            Some(id) => json!({ "id": { "file": id } }),
            None => json!({ "link": fill.value("header.media").unwrap_or_default() }),
        };
        if let Some(name) = name.filter(|_| kind == "document") {
            object["filename"] = name.into();
        }
        vec![json!({ "type": kind, kind: object })]
    };
    let parameters = match view.parts.header.as_ref()?.format {
        HeaderFormat::Text => words(view, fill, slots, SlotKind::Header),
        HeaderFormat::Image => media("image"),
        HeaderFormat::Video => media("video"),
        HeaderFormat::Document => media("document"),
        HeaderFormat::Location => {
            let text = |key| fill.value(key).unwrap_or_default();
            let degrees = |key| text(key).parse::<f64>().unwrap_or_default();
            vec![json!({ "type": "location", "location": {
                "latitude": degrees("header.latitude"), "longitude": degrees("header.longitude"),
                "name": text("header.name"), "address": text("header.address"),
            } })]
        }
    };
    (!parameters.is_empty()).then_some(parameters)
}

fn words(view: &TemplateView, fill: &TemplateFill, slots: &[Slot], kind: SlotKind) -> Vec<Value> {
    slots
        .iter()
        .filter(|slot| slot.kind == kind)
        .map(|slot| {
            let text = fill.value(&slot.key).unwrap_or_default();
            if view.parts.named {
                json!({ "type": "text", "parameter_name": slot.name, "text": text })
            } else {
                json!({ "type": "text", "text": text })
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::parts;
    use postern_types::{FileId, TemplateId};
    use uuid::Uuid;

    fn view(components: &Value, named: bool) -> TemplateView {
        TemplateView {
            id: TemplateId(Uuid::nil()),
            name: "order_packed".to_owned(),
            language: "en_US".to_owned(),
            category: "UTILITY".to_owned(),
            status: "APPROVED".to_owned(),
            quality: None,
            reason: None,
            parts: parts::read(components, named),
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

    #[test]
    fn each_part_stands_as_meta_takes_it() {
        let body = json!({ "type": "BODY", "text": "Hi {{2}} and {{1}}" });
        let ab = fill(&[("body.1", "a"), ("body.2", "{{1}}")]);
        let ab_sent = json!({ "type": "body", "parameters": [
            { "type": "text", "text": "a" }, { "type": "text", "text": "{{1}}" }] });
        let header = |format: &str| json!([{ "type": "HEADER", "format": format }]);
        let buttons = |buttons: Value| json!([{ "type": "BUTTONS", "buttons": buttons }]);
        for (components, named, fill, expected) in [
            (
                json!([{ "type": "BODY", "text": "Hi" }]),
                false,
                fill(&[]),
                None,
            ),
            (json!([body]), false, ab, Some(json!([ab_sent]))),
            (
                json!([{ "type": "BODY", "text": "Hi {{who}}" }]),
                true,
                fill(&[("body.who", " Ana ")]),
                Some(json!([{ "type": "body", "parameters": [
                    { "type": "text", "parameter_name": "who", "text": "Ana" }] }])),
            ),
            (
                json!([{ "type": "HEADER", "format": "TEXT", "text": "For {{1}}" }]),
                false,
                fill(&[("header.1", "Ana")]),
                Some(
                    json!([{ "type": "header", "parameters": [{ "type": "text", "text": "Ana" }] }]),
                ),
            ),
            (
                header("IMAGE"),
                false,
                fill(&[("header.media", "https://a.example/p.jpg")]),
                Some(json!([{ "type": "header", "parameters": [
                    { "type": "image", "image": { "link": "https://a.example/p.jpg" } }] }])),
            ),
            (
                header("VIDEO"),
                false,
                TemplateFill {
                    file: Some(FileId(Uuid::nil())),
                    ..fill(&[])
                },
                Some(json!([{ "type": "header", "parameters": [
                    { "type": "video", "video": { "id": { "file": Uuid::nil() } } }] }])),
            ),
            (
                header("DOCUMENT"),
                false,
                fill(&[("header.media", "https://a.example/p.pdf")]),
                Some(json!([{ "type": "header", "parameters": [
                    { "type": "document", "document": { "link": "https://a.example/p.pdf", "filename": "p.pdf" } }] }])),
            ),
            (
                header("LOCATION"),
                false,
                fill(&[
                    ("header.name", "Shop"),
                    ("header.address", "Main street 1"),
                    ("header.latitude", "48.5"),
                    ("header.longitude", "-11"),
                ]),
                Some(
                    json!([{ "type": "header", "parameters": [{ "type": "location", "location": {
                    "latitude": 48.5, "longitude": -11.0, "name": "Shop", "address": "Main street 1" } }] }]),
                ),
            ),
            (
                buttons(json!([
                    { "type": "QUICK_REPLY", "text": "Yes" },
                    { "type": "URL", "text": "Track", "url": "https://a.example/{{1}}" },
                    { "type": "URL", "text": "Site", "url": "https://a.example/" },
                    { "type": "COPY_CODE", "text": "Copy" },
                    { "type": "FLOW", "text": "Fill" },
                ])),
                false,
                fill(&[("button.1", "t/9"), ("button.3", "SPRING")]),
                Some(json!([
                    { "type": "button", "sub_type": "url", "index": "1", "parameters": [{ "type": "text", "text": "t/9" }] },
                    { "type": "button", "sub_type": "copy_code", "index": "3", "parameters": [
                        { "type": "coupon_code", "coupon_code": "SPRING" }] },
                    { "type": "button", "sub_type": "flow", "index": "4", "parameters": [
                        { "type": "action", "action": { "flow_token": "unused" } }] },
                ])),
            ),
        ] {
            let letter = letter(&view(&components, named), &fill, Some("p.pdf"));
            let mut template = json!({ "name": "order_packed", "language": { "code": "en_US" } });
            if let Some(components) = expected {
                template["components"] = components;
            }
            assert_eq!(letter, json!({ "type": "template", "template": template }));
        }
    }

    #[test]
    fn a_value_for_a_button_that_takes_none_is_not_posted() {
        let site = json!([{ "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "Site", "url": "https://a.example/" }] }]);
        let letter = letter(&view(&site, false), &fill(&[("button.0", "x")]), None);
        assert_eq!(letter["template"].get("components"), None);
    }
}
