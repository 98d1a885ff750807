//! Anything, line by line: what is new to us, or only kept, can be read by a person all the same.

use super::{field, storable, text};
use postern_types::Line;
use serde_json::Value;

/// Lines of one thing at most.
const MOST: usize = 200;
/// Levels that are gone down at most.
const DEEPEST: usize = 12;
/// Characters of one value.
const LONGEST: usize = 4096;

/// Every text and number in `value`, each with the keys that lead to it.
pub(crate) fn lines(value: &Value) -> Vec<Line> {
    let mut found = Vec::new();
    gather(value, String::new(), DEEPEST, &mut found);
    found
}

fn gather(value: &Value, label: String, deeper: usize, found: &mut Vec<Line>) {
    if found.len() >= MOST {
        return;
    }
    match value {
        Value::Object(keys) if deeper > 0 => {
            for (key, value) in keys {
                gather(value, join(&label, key), deeper - 1, found);
            }
        }
        Value::Array(all) if deeper > 0 => {
            for value in all {
                gather(value, label.clone(), deeper - 1, found);
            }
        }
        Value::Bool(is) => push(label, if *is { "yes" } else { "no" }, found),
        scalar => {
            if let Some(value) = text(scalar) {
                push(label, &value, found);
            }
        }
    }
}

fn push(label: String, value: &str, found: &mut Vec<Line>) {
    let value: String = storable(value).chars().take(LONGEST).collect();
    if !value.is_empty() {
        found.push(Line { label, value });
    }
}

/// Keys as words: `added_participants` is "added participants", within what stands above it.
fn join(above: &str, key: &str) -> String {
    let key: String = storable(key).replace('_', " ").chars().take(80).collect();
    match above {
        "" => key,
        above if above.len() > 200 => above.to_owned(),
        above => format!("{above} · {key}"),
    }
}

/// What Meta says of why something is not here: each of its words once.
pub(crate) fn why(element: &Value) -> Vec<String> {
    let errors = element.get("errors").and_then(Value::as_array);
    let mut words: Vec<String> = Vec::new();
    for error in errors.into_iter().flatten().take(20) {
        let data = error.get("error_data").unwrap_or(&Value::Null);
        for text in [
            field(error, "title"),
            field(error, "message"),
            field(data, "details"),
            field(error, "details"),
        ]
        .into_iter()
        .flatten()
        {
            let text: String = storable(&text).chars().take(LONGEST).collect();
            if !text.is_empty() && !words.contains(&text) {
                words.push(text);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Vec<(String, String)> {
        lines(value)
            .into_iter()
            .map(|line| (line.label, line.value))
            .collect()
    }

    #[test]
    fn every_text_in_it_is_a_line_with_the_keys_that_lead_there() {
        let value = json!({"groups":[{"group_subject":"Tea\u{0}","added":[{"wa_id":4915}],"open":true}],"none":null,"empty":""});
        let found = read(&value);
        for line in [
            ("groups · group subject", "Tea"),
            ("groups · added · wa id", "4915"),
            ("groups · open", "yes"),
        ] {
            assert!(found.contains(&(line.0.into(), line.1.into())), "{found:?}");
        }
        assert_eq!(found.len(), 3);
        assert_eq!(read(&json!("x")), [(String::new(), "x".to_owned())]);
        assert!(read(&json!(null)).is_empty());
    }

    #[test]
    fn what_is_endless_ends() {
        let mut deep = json!("bottom");
        for _ in 0..100 {
            deep = json!({ "k": deep });
        }
        assert!(read(&deep).is_empty());
        let wide = json!(vec!["x"; 10_000]);
        assert_eq!(read(&wide).len(), MOST);
        let long = json!({ "a": "é".repeat(100_000) });
        assert_eq!(read(&long)[0].1.chars().count(), LONGEST);
    }

    #[test]
    fn why_says_each_of_metas_words_once() {
        let message = json!({"errors":[{"title":"T","message":"T","error_data":{"details":"D"}},{"title":"U","details":"D"},7]});
        assert_eq!(why(&message), ["T", "D", "U"]);
        assert!(why(&json!({"errors":"no"})).is_empty());
    }
}
