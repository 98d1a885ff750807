//! Whether the parameters that are sent fit a template.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Template;
use crate::failure::GraphError;

/// So long may a body be when its variables are filled in.
const BODY: usize = 1024;

type Fit = Result<(), GraphError>;

/// Checks the `template` object of a request as Meta does.
pub(crate) fn fit(template: &Template, sent: &Value) -> Fit {
    let named = template.parameter_format == "NAMED";
    let parts = list(&sent["components"]);
    for part in parts {
        let known = [
            "header",
            "body",
            "footer",
            "button",
            "carousel",
            "limited_time_offer",
        ];
        if !known.contains(&kind(part).as_str()) {
            return Err(GraphError::parameter(format!(
                "Unexpected key \"{}\" on param \"template['components'][0]['type']\".",
                kind(part)
            )));
        }
    }
    fit_parts(&template.components, parts, named)
}

/// The names or places of a text's variables, each once.
pub(crate) fn variables(text: &str) -> BTreeSet<String> {
    let rest = text.split("{{").skip(1);
    rest.filter_map(|piece| Some(piece.split_once("}}")?.0.trim().to_owned()))
        .collect()
}

fn fit_parts(components: &[Value], sent: &[Value], named: bool) -> Fit {
    let of = |name: &str| sent.iter().find(|part| kind(part) == name);
    for component in components {
        match component["type"].as_str().unwrap_or_default() {
            "HEADER" => fit_header(component, of("header"), named)?,
            "BODY" => {
                let text = component["text"].as_str().unwrap_or_default();
                fit_text("body", text, of("body"), named)?;
            }
            "BUTTONS" => {
                for (index, button) in list(&component["buttons"]).iter().enumerate() {
                    let its = sent.iter().find(|part| {
                        kind(part) == "button" && place(&part["index"]) == Some(index)
                    });
                    fit_button(index, button, its)?;
                }
            }
            "CAROUSEL" => fit_cards(list(&component["cards"]), of("carousel"), named)?,
            "LIMITED_TIME_OFFER" if of("limited_time_offer").is_none() => {
                return Err(missing("limited_time_offer", 1, 0));
            }
            _ => {}
        }
    }
    Ok(())
}

fn fit_header(component: &Value, sent: Option<&Value>, named: bool) -> Fit {
    let format = component["format"].as_str().unwrap_or("TEXT");
    if format == "TEXT" {
        let text = component["text"].as_str().unwrap_or_default();
        return fit_text("header", text, sent, named);
    }
    let parameters = parameters(sent);
    let [parameter] = parameters else {
        return Err(missing("header", 1, parameters.len()));
    };
    let wanted = format.to_lowercase();
    if parameter["type"] != wanted.as_str() {
        return Err(GraphError::code(132_012).details(format!(
            "header: Format mismatch, expected {format}, received {}",
            parameter["type"]
                .as_str()
                .unwrap_or("UNKNOWN")
                .to_uppercase()
        )));
    }
    let object = &parameter[&wanted];
    let there = match wanted.as_str() {
        "location" => object["latitude"].is_number() || object["latitude"].is_string(),
        _ => object["id"].is_string() || object["link"].is_string(),
    };
    there.then_some(()).ok_or_else(|| {
        GraphError::code(131_008).details(format!(
            "Parameter of type {wanted} is missing {wanted} value"
        ))
    })
}

fn fit_text(part: &str, text: &str, sent: Option<&Value>, named: bool) -> Fit {
    let wanted = variables(text);
    let given = parameters(sent);
    if wanted.len() != given.len() {
        return Err(missing(part, wanted.len(), given.len()));
    }
    let mut length = text.chars().count();
    for parameter in given {
        if named {
            let name = parameter["parameter_name"].as_str().unwrap_or_default();
            if !wanted.contains(name) {
                return Err(GraphError::parameter(format!(
                    "Invalid parameter: parameter name is missing or unknown in {part}: '{name}'"
                )));
            }
        }
        length += fit_word(part, parameter)?;
    }
    if part == "body" && length > BODY {
        return Err(
            GraphError::code(132_005).details(format!("{part}: text exceeds {BODY} characters"))
        );
    }
    Ok(())
}

/// How long the text is that this parameter becomes.
fn fit_word(part: &str, parameter: &Value) -> Result<usize, GraphError> {
    let text = match parameter["type"].as_str() {
        Some("text") => &parameter["text"],
        Some(kind @ ("currency" | "date_time")) => &parameter[kind]["fallback_value"],
        other => {
            return Err(GraphError::code(132_012).details(format!(
                "{part}: Format mismatch, expected TEXT, received {}",
                other.unwrap_or("UNKNOWN").to_uppercase()
            )));
        }
    };
    let text = text.as_str().unwrap_or_default();
    if text.is_empty() {
        return Err(
            GraphError::code(131_008).details("Parameter of type text is missing text value")
        );
    }
    if text.contains(['\n', '\r', '\t']) || text.contains("    ") {
        return Err(GraphError::code(132_018).details(
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        ));
    }
    Ok(text.chars().count())
}

fn fit_button(index: usize, button: &Value, sent: Option<&Value>) -> Fit {
    let kind = button["type"].as_str().unwrap_or_default();
    let variable = button["url"]
        .as_str()
        .is_some_and(|url| !variables(url).is_empty());
    let wanted = match kind {
        "URL" if variable => "text",
        "OTP" => "text",
        "COPY_CODE" => "coupon_code",
        "URL" | "PHONE_NUMBER" if !parameters(sent).is_empty() => {
            return Err(missing("button", 0, parameters(sent).len()));
        }
        _ => return Ok(()),
    };
    let given = parameters(sent);
    let [parameter] = given else {
        return Err(GraphError::code(131_008).details(format!(
            "buttons: Button at index {index} of type {kind} requires a parameter"
        )));
    };
    let value = parameter[wanted].as_str().unwrap_or_default();
    if parameter["type"] != wanted || value.is_empty() {
        return Err(GraphError::code(132_012).details(format!(
            "buttons: Button at index {index} expects a parameter of type {wanted}"
        )));
    }
    let sub_type = sent.map_or("", |part| part["sub_type"].as_str().unwrap_or_default());
    let expected = if kind == "OTP" {
        "url".to_owned()
    } else {
        kind.to_lowercase()
    };
    sub_type
        .eq_ignore_ascii_case(&expected)
        .then_some(())
        .ok_or_else(|| {
            GraphError::code(132_012).details(format!(
                "buttons: Button at index {index} is of type {expected}, not {sub_type}"
            ))
        })
}

fn fit_cards(cards: &[Value], sent: Option<&Value>, named: bool) -> Fit {
    let given = sent.map_or(&[][..], |part| list(&part["cards"]));
    if cards.len() != given.len() {
        return Err(missing("carousel", cards.len(), given.len()));
    }
    for (index, card) in cards.iter().enumerate() {
        let its = given
            .iter()
            .find(|one| place(&one["card_index"]) == Some(index))
            .ok_or_else(|| missing("carousel", cards.len(), index))?;
        fit_parts(list(&card["components"]), list(&its["components"]), named)?;
    }
    Ok(())
}

fn missing(part: &str, wanted: usize, given: usize) -> GraphError {
    GraphError::code(132_000).details(format!(
        "{part}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    ))
}

fn kind(part: &Value) -> String {
    part["type"].as_str().unwrap_or_default().to_lowercase()
}

fn parameters(part: Option<&Value>) -> &[Value] {
    part.map_or(&[], |part| list(&part["parameters"]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An index, which comes as a number or as text.
fn place(index: &Value) -> Option<usize> {
    let number = index
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    number.or_else(|| index.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(text: &str) -> Value {
        json!({ "type": "text", "text": text })
    }

    fn named(name: &str, value: &str) -> Value {
        json!({ "type": "text", "text": value, "parameter_name": name })
    }

    fn code(name: &str, language: &str, components: Value) -> i64 {
        let all = Template::seeded("1");
        let template = all
            .iter()
            .find(|one| one.name == name && one.language == language)
            .unwrap();
        match fit(template, &json!({ "components": components })) {
            Ok(()) => 0,
            Err(error) => error.number(),
        }
    }

    #[test]
    fn texts_want_as_many_words_as_they_have_variables() {
        let ar = |header: &[&str], body: &[&str]| {
            let words = |all: &[&str]| all.iter().map(|one| text(one)).collect::<Vec<_>>();
            code(
                "summer_sale",
                "ar",
                json!([
                    { "type": "header", "parameters": words(header) },
                    { "type": "BODY", "parameters": words(body) },
                ]),
            )
        };
        assert_eq!(ar(&["a"], &["b", "c"]), 0);
        assert_eq!(ar(&[], &["b", "c"]), 132_000);
        assert_eq!(ar(&["a"], &["b"]), 132_000);
        assert_eq!(ar(&["a"], &["b", "c", "d"]), 132_000);
        assert_eq!(ar(&["a"], &["b", "c\nd"]), 132_018);
        assert_eq!(ar(&["a"], &["b", "c    d"]), 132_018);
        assert_eq!(ar(&["a"], &["b", ""]), 131_008);
        assert_eq!(ar(&["a"], &["b", &"c".repeat(1024)]), 132_005);
        assert_eq!(code("hello_world", "en_US", json!([])), 0);
        assert_eq!(
            code("hello_world", "en_US", json!([{ "type": "shoe" }])),
            100
        );
    }

    #[test]
    fn named_variables_are_filled_by_name() {
        let pt = |date: Value| {
            code(
                "appointment_reminder",
                "pt_BR",
                json!([
                    { "type": "header", "parameters": [named("customer_name", "João")] },
                    { "type": "body", "parameters": [named("customer_name", "João"), date] },
                ]),
            )
        };
        assert_eq!(pt(named("course_date", "14/3")), 0);
        assert_eq!(pt(named("date", "14/3")), 100);
        assert_eq!(pt(text("14/3")), 100);
    }

    #[test]
    fn headers_want_their_own_kind_and_places_their_place() {
        let body = json!({ "type": "body", "parameters": [text("a"), text("b")] });
        let header = |parameter: Value| {
            let header = json!({ "type": "header", "parameters": [parameter] });
            code("order_confirmation", "en_US", json!([header, body]))
        };
        let link = json!({ "link": "https://example.com/x.pdf" });
        assert_eq!(header(json!({ "type": "document", "document": link })), 0);
        assert_eq!(header(json!({ "type": "image", "image": link })), 132_012);
        assert_eq!(
            header(json!({ "type": "document", "document": {} })),
            131_008
        );
        assert_eq!(code("order_confirmation", "en_US", json!([body])), 132_000);
        let place = json!({ "latitude": 1.0, "longitude": 2.0, "name": "a", "address": "b" });
        let header =
            json!({ "type": "header", "parameters": [{ "type": "location", "location": place }] });
        assert_eq!(code("delivery_update", "en_US", json!([header, body])), 0);
    }

    #[test]
    fn buttons_with_a_variable_want_it_and_codes_want_a_code() {
        let image = json!({ "type": "image", "image": { "id": "1" } });
        let sale = |button: Value| {
            let mut parts = vec![
                json!({ "type": "header", "parameters": [image] }),
                json!({ "type": "body", "parameters": [text("a"), text("b"), text("c")] }),
            ];
            parts.extend(button.is_object().then_some(button));
            code("summer_sale", "en_US", json!(parts))
        };
        let url = |index: Value, kind: &str| json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [text("x")] });
        assert_eq!(sale(url(json!("0"), "url")), 0);
        assert_eq!(sale(url(json!(0), "URL")), 0);
        assert_eq!(sale(url(json!("1"), "url")), 131_008);
        assert_eq!(sale(url(json!("0"), "quick_reply")), 132_012);
        assert_eq!(sale(Value::Null), 131_008);
        let coupon = json!({
            "type": "button", "sub_type": "copy_code", "index": "1",
            "parameters": [{ "type": "coupon_code", "coupon_code": "HARBOUR10" }],
        });
        let body = json!({ "type": "body", "parameters": [text("a"), text("b")] });
        assert_eq!(code("welcome_coupon", "en", json!([body, coupon])), 0);
        assert_eq!(code("welcome_coupon", "en", json!([body])), 131_008);
    }

    #[test]
    fn a_one_time_code_stands_in_the_words_and_in_the_button() {
        let body = |code: &str| json!({ "type": "body", "parameters": [text(code)] });
        let button = |kind: &str, parameter: Value| json!({ "type": "button", "sub_type": kind, "index": "0", "parameters": [parameter] });
        let send = |parts: &[Value]| code("verification_code", "en_US", json!(parts));
        let url = button("url", text("012345"));
        assert_eq!(send(&[body("012345"), url.clone()]), 0);
        assert_eq!(send(&[body("012345")]), 131_008, "the button is missing");
        assert_eq!(
            send(std::slice::from_ref(&url)),
            132_000,
            "the words are missing"
        );
        let coupon = json!({ "type": "coupon_code", "coupon_code": "012345" });
        assert_eq!(
            send(&[body("012345"), button("copy_code", coupon)]),
            132_012
        );
        assert_eq!(send(&[body(""), url]), 131_008);
    }

    #[test]
    fn a_carousel_wants_all_its_cards() {
        let card = |index: usize| {
            json!({ "card_index": index, "components": [
                { "type": "header", "parameters": [{ "type": "image", "image": { "id": "1" } }] },
                { "type": "body", "parameters": [text("€25")] },
                { "type": "button", "sub_type": "url", "index": "1", "parameters": [text("x")] },
            ]})
        };
        let carousel = |cards: Vec<Value>| {
            code(
                "tasting_carousel",
                "en_US",
                json!([
                    { "type": "body", "parameters": [text("Omar")] },
                    { "type": "carousel", "cards": cards },
                ]),
            )
        };
        assert_eq!(carousel(vec![card(0), card(1)]), 0);
        assert_eq!(carousel(vec![card(0)]), 132_000);
        assert_eq!(carousel(vec![card(0), card(5)]), 132_000);
    }
}
