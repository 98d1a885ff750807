//! Interactive messages: a header, a body, a footer, and something to tap.

use std::collections::BTreeSet;

use serde_json::Value;

use super::content::{invalid, letters, media, missing};
use crate::failure::GraphError;

type Checked = Result<(), GraphError>;

pub(super) fn check(object: &Value) -> Checked {
    let kind = object["type"]
        .as_str()
        .ok_or_else(|| missing("interactive.type"))?;
    let action = &object["action"];
    if !action.is_object() {
        return Err(missing("interactive.action"));
    }
    let body = if kind == "list" { 4096 } else { 1024 };
    header(object, kind)?;
    length("footer", &object["footer"]["text"], 0, 60)?;
    // A product may stand alone.
    let least = usize::from(kind != "product");
    length("body", &object["body"]["text"], least, body)?;
    match kind {
        "button" => buttons(&action["buttons"]),
        "list" => list(action),
        "cta_url" => {
            named(action, "cta_url")?;
            let parameters = &action["parameters"];
            length("display_text", &parameters["display_text"], 1, 20)?;
            web(&parameters["url"])
        }
        "location_request_message" => named(action, "send_location"),
        "flow" => flow(action),
        "product" => present(action, &["catalog_id", "product_retailer_id"]),
        "product_list" => products(action),
        "catalog_message" => named(action, "catalog_message"),
        "call_permission_request" => named(action, "call_permission_request"),
        "voice_call" => named(action, "voice_call"),
        "contact_request" => named(action, "request_contact_info"),
        "carousel" => cards(&action["cards"]),
        "address_message" | "order_details" | "order_status" => Ok(()),
        other => Err(GraphError::parameter(format!(
            "Param interactive['type'] must be one of {{BUTTON, LIST, PRODUCT, PRODUCT_LIST, FLOW, CTA_URL, \
             LOCATION_REQUEST_MESSAGE, CATALOG_MESSAGE}} - got \"{other}\"."
        ))),
    }
}

fn header(object: &Value, kind: &str) -> Checked {
    let header = &object["header"];
    if header.is_null() {
        return match kind {
            "product_list" => Err(missing("interactive.header")),
            _ => Ok(()),
        };
    }
    match header["type"].as_str().unwrap_or_default() {
        "text" => length("header", &header["text"], 1, 60),
        format @ ("image" | "video" | "document") if !matches!(kind, "list" | "product_list") => {
            media(format, &header[format])
        }
        other => Err(invalid(format!(
            "Header type '{other}' is not supported for interactive type '{kind}'"
        ))),
    }
}

fn buttons(buttons: &Value) -> Checked {
    let buttons = some(buttons, "action['buttons']", 1, 3)?;
    let mut titles = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for button in buttons {
        let reply = &button["reply"];
        length("Button title", &reply["title"], 1, 20)?;
        length("Button id", &reply["id"], 1, 256)?;
        let once = titles.insert(reply["title"].as_str()) & ids.insert(reply["id"].as_str());
        if !once {
            return Err(invalid("Duplicated button title or id.".to_owned()));
        }
    }
    Ok(())
}

fn list(action: &Value) -> Checked {
    length("action['button']", &action["button"], 1, 20)?;
    let sections = some(&action["sections"], "action['sections']", 1, 10)?;
    let mut ids = BTreeSet::new();
    let mut rows = 0;
    for section in sections {
        let least = usize::from(sections.len() > 1);
        length("Section title", &section["title"], least, 24)?;
        for row in some(&section["rows"], "rows", 1, 10)? {
            length("Row id", &row["id"], 1, 200)?;
            length("Row title", &row["title"], 1, 24)?;
            length("Row description", &row["description"], 0, 72)?;
            if !ids.insert(row["id"].as_str()) {
                return Err(invalid("Duplicated row id.".to_owned()));
            }
            rows += 1;
        }
    }
    if rows > 10 {
        return Err(invalid(format!(
            "Total row count exceed max allowed count: 10, got {rows}"
        )));
    }
    Ok(())
}

fn flow(action: &Value) -> Checked {
    named(action, "flow")?;
    let parameters = &action["parameters"];
    present(parameters, &["flow_message_version", "flow_cta"])?;
    length("flow_cta", &parameters["flow_cta"], 1, 30)?;
    if parameters["flow_id"].is_null() && parameters["flow_name"].is_null() {
        return Err(missing("interactive.action.parameters.flow_id"));
    }
    Ok(())
}

fn products(action: &Value) -> Checked {
    present(action, &["catalog_id"])?;
    let mut products = 0;
    for section in some(&action["sections"], "action['sections']", 1, 10)? {
        products += some(&section["product_items"], "product_items", 1, 30)?.len();
    }
    (products <= 30)
        .then_some(())
        .ok_or_else(|| invalid("There may be 30 products in all sections.".to_owned()))
}

fn cards(cards: &Value) -> Checked {
    some(cards, "action['cards']", 2, 10).map(|_| ())
}

fn named(action: &Value, name: &str) -> Checked {
    (action["name"] == name)
        .then_some(())
        .ok_or_else(|| invalid(format!("Param action['name'] must be '{name}'.")))
}

fn present(object: &Value, keys: &[&str]) -> Checked {
    match keys.iter().find(|key| letters(&object[**key]) == 0) {
        Some(key) => Err(missing(&format!("interactive.action.{key}"))),
        None => Ok(()),
    }
}

fn web(url: &Value) -> Checked {
    let url = url.as_str().unwrap_or_default();
    (url.starts_with("https://") || url.starts_with("http://"))
        .then_some(())
        .ok_or_else(|| invalid("Param action['parameters']['url'] is not a valid URL.".to_owned()))
}

fn length(what: &str, text: &Value, least: usize, most: usize) -> Checked {
    let letters = letters(text);
    (least..=most)
        .contains(&letters)
        .then_some(())
        .ok_or_else(|| {
            invalid(format!(
                "{what} length invalid. Min length: {least}, Max length: {most}"
            ))
        })
}

fn some<'a>(
    list: &'a Value,
    what: &str,
    least: usize,
    most: usize,
) -> Result<&'a [Value], GraphError> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    (least..=most)
        .contains(&list.len())
        .then_some(list)
        .ok_or_else(|| {
            invalid(format!(
                "{what} must have between {least} and {most} elements."
            ))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(kind: &str, more: Value) -> i64 {
        let mut object = json!({ "type": kind, "body": { "text": "Which?" } });
        for (key, value) in more.as_object().unwrap() {
            object[key] = value.clone();
        }
        match check(&object) {
            Ok(()) => 0,
            Err(error) => error.number(),
        }
    }

    fn buttons(titles: &[&str]) -> Value {
        let button = |(at, title): (usize, &&str)| json!({ "type": "reply", "reply": { "id": at.to_string(), "title": title } });
        let buttons: Vec<Value> = titles.iter().enumerate().map(button).collect();
        json!({ "action": { "buttons": buttons } })
    }

    #[test]
    fn one_to_three_buttons_with_short_and_different_titles() {
        assert_eq!(code("button", buttons(&["Yes", "No", "Later"])), 0);
        for wrong in [
            &["a", "b", "c", "d"][..],
            &[],
            &["a", "a"],
            &["a button of 21 letter"],
        ] {
            assert_eq!(code("button", buttons(wrong)), 131_009, "{wrong:?}");
        }
        let mut with = buttons(&["Yes"]);
        with["header"] = json!({ "type": "image", "image": { "id": "1" } });
        assert_eq!(code("button", with.clone()), 0);
        with["header"] = json!({ "type": "text", "text": "x".repeat(61) });
        assert_eq!(code("button", with.clone()), 131_009);
        with["header"] = Value::Null;
        with["body"] = json!({ "text": "x".repeat(1025) });
        assert_eq!(code("button", with), 131_009);
        assert_eq!(code("button", json!({})), 131_008);
    }

    #[test]
    fn ten_rows_in_all_sections_together() {
        let list = |sections: &[usize]| {
            let mut id = 0;
            let mut row = || {
                id += 1;
                json!({ "id": id.to_string(), "title": format!("Row {id}"), "description": "d" })
            };
            let sections: Vec<Value> = sections
                .iter()
                .map(|rows| json!({ "title": "S", "rows": (0..*rows).map(|_| row()).collect::<Vec<_>>() }))
                .collect();
            json!({ "action": { "button": "Choose", "sections": sections } })
        };
        assert_eq!(code("list", list(&[5, 5])), 0);
        assert_eq!(code("list", list(&[6, 5])), 131_009);
        assert_eq!(code("list", list(&[])), 131_009);
        let mut pictured = list(&[1]);
        pictured["header"] = json!({ "type": "image", "image": { "id": "1" } });
        assert_eq!(code("list", pictured), 131_009);
        let mut long = list(&[1]);
        long["body"] = json!({ "text": "x".repeat(4096) });
        assert_eq!(code("list", long), 0);
    }

    #[test]
    fn the_other_kinds_want_their_own_action() {
        let url = |label: &str, url: &str| json!({ "action": { "name": "cta_url", "parameters": { "display_text": label, "url": url } } });
        let flow = |more: &str| json!({ "action": { "name": "flow", "parameters": { "flow_message_version": "3", "flow_cta": "Open", more: "1" } } });
        let table = [
            ("cta_url", url("Shop", "https://example.com"), 0),
            ("cta_url", url("Shop", "javascript:alert(1)"), 131_009),
            (
                "cta_url",
                url(&"x".repeat(21), "https://example.com"),
                131_009,
            ),
            (
                "location_request_message",
                json!({ "action": { "name": "send_location" } }),
                0,
            ),
            ("location_request_message", json!({ "action": {} }), 131_009),
            ("flow", flow("flow_id"), 0),
            ("flow", flow("flow_name"), 0),
            ("flow", flow("mode"), 131_008),
            (
                "product",
                json!({ "action": { "catalog_id": "1", "product_retailer_id": "2" } }),
                0,
            ),
            (
                "product",
                json!({ "action": { "catalog_id": "1" } }),
                131_008,
            ),
            (
                "catalog_message",
                json!({ "action": { "name": "catalog_message" } }),
                0,
            ),
            (
                "contact_request",
                json!({ "action": { "name": "request_contact_info" } }),
                0,
            ),
            ("poll", json!({ "action": {} }), 100),
        ];
        for (kind, more, expected) in table {
            assert_eq!(code(kind, more.clone()), expected, "{kind} {more}");
        }
    }
}
