//! What is posted of a message.

use postern_types::FileId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The object of a text. A preview is asked for where there is something to show one of.
pub(super) fn text(body: &str) -> Value {
    let link = body.contains("https://") || body.contains("http://");
    json!({ "type": "text", "text": { "body": body, "preview_url": link } })
}

/// Whether it may be sent outside the window.
pub(super) fn is_template(sending: Option<&Value>) -> bool {
    sending.is_some_and(|sending| sending["type"] == "template")
}

/// The files that it takes along, each once.
pub(super) fn files(content: &Value) -> Vec<FileId> {
    let mut found = Vec::new();
    walk(content, &mut found);
    found.sort();
    found.dedup();
    found
}

fn walk(value: &Value, found: &mut Vec<FileId>) {
    if let Some(file) = hole(value) {
        found.push(file);
        return;
    }
    match value {
        Value::Array(all) => all.iter().for_each(|value| walk(value, found)),
        Value::Object(all) => all.values().for_each(|value| walk(value, found)),
        _ => {}
    }
}

/// The same with Meta's id in the place of each file; one without an id stays as it was.
pub(super) fn filled(content: Value, ids: &BTreeMap<FileId, String>) -> Value {
    if let Some(id) = hole(&content).and_then(|file| ids.get(&file)) {
        return Value::String(id.clone());
    }
    match content {
        Value::Array(all) => all.into_iter().map(|value| filled(value, ids)).collect(),
        Value::Object(all) => {
            let all = all
                .into_iter()
                .map(|(key, value)| (key, filled(value, ids)));
            Value::Object(all.collect())
        }
        other => other,
    }
}

/// Where Meta's id of a file belongs: `{"file": our id}`.
fn hole(value: &Value) -> Option<FileId> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("file")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn files_are_found_wherever_they_stand_and_nothing_else_is_taken_for_one() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let content = json!({ "type": "template", "template": { "components": [
            { "type": "header", "parameters": [{ "type": "image", "image": { "id": { "file": one } } }] },
            { "type": "carousel", "cards": [{ "image": { "id": { "file": two } } }, { "image": { "id": { "file": one } } }] },
            { "type": "body", "parameters": [{ "type": "text", "text": "{\"file\":\"x\"}" }] },
            { "file": "no id" }, { "file": one, "more": 1 },
        ] } });
        assert_eq!(files(&content), [FileId(one), FileId(two)]);
        let ids = BTreeMap::from([
            (FileId(one), "m1".to_owned()),
            (FileId(two), "m2".to_owned()),
        ]);
        let filled = filled(content.clone(), &ids);
        assert_eq!(
            filled["template"]["components"][0]["parameters"][0]["image"]["id"],
            "m1"
        );
        assert_eq!(
            filled["template"]["components"][1]["cards"][0]["image"]["id"],
            "m2"
        );
        for other in [2, 3, 4] {
            let same = |content: &Value| content["template"]["components"][other].clone();
            assert_eq!(same(&filled), same(&content));
        }
        assert!(files(&filled).is_empty());
    }

    #[test]
    fn a_text_asks_for_a_preview_where_it_has_a_link() {
        for (body, expected) in [
            ("See https://example.test", true),
            ("http://a.test", true),
            ("example.test", false),
            ("", false),
        ] {
            assert_eq!(text(body)["text"]["preview_url"], expected, "{body}");
        }
        assert!(!is_template(None) && !is_template(Some(&text("hi"))));
        assert!(is_template(Some(&json!({ "type": "template" }))));
    }
}
