//! One template of a listing, in a form that can be kept.

use crate::payload::storable;
use serde_json::Value;
use std::collections::BTreeMap;

/// Meta's own limit is 512; longer ones would fit no index.
const LONGEST_NAME: usize = 600;
/// Words of Meta's: categories, statuses, languages.
const LONGEST_WORD: usize = 80;

/// A template as Meta lists it.
#[derive(Debug, PartialEq)]
pub(super) struct Item {
    pub meta_id: Option<String>,
    pub name: String,
    pub language: String,
    pub category: String,
    pub status: String,
    pub quality: Option<String>,
    pub reason: Option<String>,
    pub named: bool,
    pub components: Value,
    /// Its name and words in small letters, for those who look for it.
    pub sought: String,
}

impl Item {
    /// Reads a page: each name and language once, in their order, so that two who keep the same do not block one another.
    pub fn read_all(templates: &[Value]) -> Vec<Self> {
        let mut items = BTreeMap::new();
        for item in templates.iter().filter_map(Self::read) {
            items.insert((item.name.clone(), item.language.clone()), item);
        }
        items.into_values().collect()
    }

    /// None for what has no name or no language: nothing could be sent by it.
    fn read(template: &Value) -> Option<Self> {
        let components = clean(&template["components"]);
        let name = text(&template["name"]).filter(|name| name.len() <= LONGEST_NAME)?;
        let score = &template["quality_score"];
        Some(Self {
            meta_id: text(&template["id"]).filter(|id| id.len() <= LONGEST_WORD),
            language: word(&template["language"])?,
            category: word(&template["category"]).unwrap_or_default(),
            status: word(&template["status"]).unwrap_or_default(),
            quality: known(word(&score["score"]).or_else(|| word(score))),
            reason: known(word(&template["rejected_reason"])),
            named: word(&template["parameter_format"]).as_deref() == Some("NAMED"),
            sought: sought(&name, &components),
            components,
            name,
        })
    }
}

/// What a search looks at.
pub(in crate::template) fn sought(name: &str, components: &Value) -> String {
    let mut words = vec![name.to_lowercase(), name.replace('_', " ").to_lowercase()];
    for component in components.as_array().into_iter().flatten() {
        words.extend(component["text"].as_str().map(str::to_lowercase));
    }
    words.join("\n")
}

/// A text or a number as text.
pub(in crate::template) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => storable(text),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn word(value: &Value) -> Option<String> {
    text(value).filter(|word| word.len() <= LONGEST_WORD)
}

/// Meta says `NONE` and `UNKNOWN` where there is nothing to say.
pub(in crate::template) fn known(word: Option<String>) -> Option<String> {
    word.filter(|word| !matches!(word.as_str(), "NONE" | "UNKNOWN"))
}

/// The same without NUL, which no text of the database can hold.
fn clean(value: &Value) -> Value {
    match value {
        Value::String(text) => storable(text).into(),
        Value::Array(all) => all.iter().map(clean).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(key, value)| (storable(key), clean(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_is_read_with_whatever_meta_leaves_out() {
        let whole = json!({
            "id": "17", "name": "order_packed", "language": "en_US", "category": "UTILITY", "status": "APPROVED",
            "quality_score": { "score": "GREEN" }, "rejected_reason": "NONE", "parameter_format": "NAMED",
            "components": [{ "type": "BODY", "text": "Hi\0 {{who}}" }],
        });
        let [item] = &Item::read_all(&[whole])[..] else {
            panic!("it is read");
        };
        assert_eq!(
            item.components,
            json!([{ "type": "BODY", "text": "Hi {{who}}" }])
        );
        assert_eq!(
            (item.quality.as_deref(), item.reason.as_deref()),
            (Some("GREEN"), None)
        );
        assert!(
            item.named
                && item.sought.contains("order packed")
                && item.sought.contains("hi {{who}}")
        );
        let bare = Item::read_all(&[
            json!({ "name": "n", "language": "de", "id": 17_000_000_000_000_017_u64 }),
        ]);
        assert_eq!(bare[0].meta_id.as_deref(), Some("17000000000000017"));
        assert_eq!(
            (bare[0].status.as_str(), bare[0].quality.as_deref()),
            ("", None)
        );
    }

    #[test]
    fn what_cannot_be_kept_is_passed_over_and_twins_are_one() {
        for template in [
            json!(null),
            json!([]),
            json!({ "name": "n" }),
            json!({ "language": "de" }),
            json!({ "name": "", "language": "de" }),
            json!({ "name": "x".repeat(601), "language": "de" }),
            json!({ "name": "n", "language": "x".repeat(81) }),
        ] {
            assert_eq!(
                Item::read_all(std::slice::from_ref(&template)),
                [],
                "{template}"
            );
        }
        let twin = |status: &str| json!({ "name": "n", "language": "de", "status": status });
        let items = Item::read_all(&[twin("PENDING"), twin("APPROVED")]);
        let statuses: Vec<_> = items.iter().map(|item| item.status.as_str()).collect();
        assert_eq!(statuses, ["APPROVED"]);
    }
}
