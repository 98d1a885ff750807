//! The object that a message's type names, and the limits of its parts.

use serde_json::Value;

use super::interactive;
use crate::failure::GraphError;

pub(super) fn check(kind: &str, object: &Value) -> Result<(), GraphError> {
    match kind {
        "text" => text(object),
        "image" | "video" | "audio" | "document" | "sticker" => media(kind, object),
        "location" => location(object),
        "contacts" => contacts(object),
        "reaction" => reaction(object),
        "interactive" => interactive::check(object),
        "template" if !object["name"].is_string() => Err(missing("template.name")),
        "template" if !object["language"]["code"].is_string() => Err(missing("template.language")),
        _ => Ok(()),
    }
}

fn text(object: &Value) -> Result<(), GraphError> {
    within("text['body']", letters(&object["body"]), 4096)?;
    match letters(&object["body"]) {
        0 => Err(missing("text.body")),
        _ => Ok(()),
    }
}

/// By id or by address; only what carries a caption may have one.
pub(super) fn media(kind: &str, object: &Value) -> Result<(), GraphError> {
    let (id, link) = (object["id"].as_str(), object["link"].as_str());
    if id.is_none() && link.is_none() {
        return Err(missing(&format!("{kind}.id")));
    }
    if let Some(link) = link
        && !(link.starts_with("https://") || link.starts_with("http://"))
    {
        return Err(GraphError::parameter(format!(
            "Param {kind}['link'] is not a valid URL."
        )));
    }
    if matches!(kind, "audio" | "sticker") && !object["caption"].is_null() {
        return Err(GraphError::parameter(format!(
            "Unexpected key \"caption\" on param \"{kind}\"."
        )));
    }
    within(
        &format!("{kind}['caption']"),
        letters(&object["caption"]),
        1024,
    )
}

fn location(object: &Value) -> Result<(), GraphError> {
    for (key, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let degrees = &object[key];
        let degrees = degrees
            .as_f64()
            .or_else(|| degrees.as_str()?.parse().ok())
            .ok_or_else(|| missing(&format!("location.{key}")))?;
        if degrees.abs() > most {
            return Err(invalid(format!("Param location['{key}'] is out of range.")));
        }
    }
    Ok(())
}

fn contacts(object: &Value) -> Result<(), GraphError> {
    let cards = object.as_array().map_or(&[][..], Vec::as_slice);
    if cards.is_empty() || cards.len() > 257 {
        return Err(invalid(
            "Param contacts must have between 1 and 257 elements.".to_owned(),
        ));
    }
    for card in cards {
        let name = &card["name"];
        if letters(&name["formatted_name"]) == 0 {
            return Err(missing("contacts.name.formatted_name"));
        }
        let others = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if others.iter().all(|other| letters(&name[*other]) == 0) {
            return Err(GraphError::parameter(
                "Param contacts['name'] needs one more name beside formatted_name.",
            ));
        }
    }
    Ok(())
}

fn reaction(object: &Value) -> Result<(), GraphError> {
    let id = object["message_id"].as_str();
    let id = id.ok_or_else(|| missing("reaction.message_id"))?;
    if !object["emoji"].is_string() {
        return Err(missing("reaction.emoji"));
    }
    if id.starts_with("wamid.") {
        Ok(())
    } else {
        Err(invalid("Message id is not valid.".to_owned()))
    }
}

pub(super) fn letters(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

pub(super) fn within(param: &str, letters: usize, most: usize) -> Result<(), GraphError> {
    (letters <= most).then_some(()).ok_or_else(|| {
        GraphError::parameter(format!(
            "Param {param} must be at most {most} characters long."
        ))
    })
}

pub(super) fn missing(parameter: &str) -> GraphError {
    GraphError::code(131_008).details(format!("Parameter '{parameter}' is mandatory"))
}

pub(super) fn invalid(details: String) -> GraphError {
    GraphError::code(131_009).details(details)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(kind: &str, object: Value) -> i64 {
        match check(kind, &object) {
            Ok(()) => 0,
            Err(error) => error.number(),
        }
    }

    #[test]
    fn each_type_has_its_limits() {
        let link = "https://example.com/x";
        let name =
            |first: &str| json!([{ "name": { "formatted_name": "Ann", "first_name": first } }]);
        let table = [
            (
                "image",
                json!({ "link": link, "caption": "é".repeat(1024) }),
                0,
            ),
            (
                "image",
                json!({ "link": link, "caption": "é".repeat(1025) }),
                100,
            ),
            ("image", json!({ "link": "file:///etc/passwd" }), 100),
            ("video", json!({ "id": "1" }), 0),
            ("audio", json!({ "id": "1", "voice": true }), 0),
            ("audio", json!({ "id": "1", "caption": "no" }), 100),
            ("sticker", json!({}), 131_008),
            ("document", json!({ "id": "1", "filename": "a.pdf" }), 0),
            (
                "location",
                json!({ "latitude": 1.5, "longitude": "2.5" }),
                0,
            ),
            (
                "location",
                json!({ "latitude": 91, "longitude": 2 }),
                131_009,
            ),
            ("location", json!({ "latitude": 1 }), 131_008),
            ("contacts", name("Ann"), 0),
            ("contacts", name(""), 100),
            (
                "contacts",
                json!([{ "name": { "first_name": "Ann" } }]),
                131_008,
            ),
            ("contacts", json!([]), 131_009),
            (
                "reaction",
                json!({ "message_id": "wamid.1", "emoji": "" }),
                0,
            ),
            ("reaction", json!({ "message_id": "wamid.1" }), 131_008),
            (
                "reaction",
                json!({ "message_id": "1", "emoji": "👍" }),
                131_009,
            ),
            ("template", json!({ "name": "a" }), 131_008),
        ];
        for (kind, object, expected) in table {
            assert_eq!(code(kind, object.clone()), expected, "{kind} {object}");
        }
        let crowd = vec![name("Ann")[0].clone(); 258];
        assert_eq!(code("contacts", json!(crowd)), 131_009);
    }
}
