//! The API's reference page, made from the document: what it says is what the code takes.

use super::{
    problem::CODES,
    samples::{LANGUAGES, Sample},
};
use crate::state::AppState;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use postern_app::reference::{Field, Group, Operation, Page};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// How deep fields within fields are told.
const DEPTH: usize = 3;
/// What stands in for an id.
const ID: &str = "0199a1b2-0000-7000-8000-000000000009";

/// The page: styles of ours, and no script.
pub async fn give(State(state): State<AppState>) -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    let html = PAGE.get_or_init(|| {
        let document = serde_json::to_value(super::document()).unwrap_or_default();
        let package = format!("/{}", state.leptos.site_pkg_dir.trim_matches('/'));
        read(&document).html(&package)
    });
    let mut answer = Html(html.as_str()).into_response();
    answer.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    );
    answer
}

/// The samples of a language, each by the call's id.
pub fn samples(language: &str) -> Vec<(String, String)> {
    let page = read(&serde_json::to_value(super::document()).unwrap_or_default());
    let nth = LANGUAGES.iter().position(|(_, mark)| *mark == language);
    let calls = page.groups.into_iter().flat_map(|group| group.operations);
    calls
        .filter_map(|call| Some((call.id, call.samples.get(nth?)?.clone())))
        .collect()
}

fn read(document: &Value) -> Page {
    let tags = document["tags"].as_array().into_iter().flatten();
    let groups = tags.map(|tag| Group {
        name: text(&tag["name"]),
        about: text(&tag["description"]),
        operations: operations(document, &text(&tag["name"])),
    });
    Page {
        groups: groups.collect(),
        languages: LANGUAGES.to_vec(),
        codes: CODES.to_vec(),
    }
}

/// Those of a group, in the order of their paths.
fn operations(document: &Value, tag: &str) -> Vec<Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut found: Vec<_> = paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path, method.to_uppercase(), operation))
        })
        .filter(|(.., operation)| operation["tags"][0] == tag)
        .map(|(path, method, operation)| operation_of(document, path, &method, operation))
        .collect();
    // What begins something comes before what changes it.
    let rank = |operation: &Operation| {
        ["GET", "POST", "PATCH"]
            .iter()
            .position(|method| *method == operation.method)
    };
    found.sort_by_key(|operation| (operation.path.clone(), rank(operation)));
    found
}

fn operation_of(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let asked = parameters
        .filter(|parameter| parameter["in"] != "header")
        .map(|parameter| Field {
            name: text(&parameter["name"]),
            kind: kind(document, &parameter["schema"]),
            required: parameter["required"] == true,
            about: text(&parameter["description"]),
        });
    let given = &operation["requestBody"]["content"]["application/json"]["schema"];
    let body = (!given.is_null()).then(|| example(document, given));
    let answers = operation["responses"].as_object().into_iter().flatten();
    let answer = answers
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(status, answer)| {
            let schema = &answer["content"]["application/json"]["schema"];
            (status.clone(), fields(document, schema))
        })
        .next();
    let (status, answer) = answer.unwrap_or_default();
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_owned(),
        path: path.to_owned(),
        about: text(&operation["summary"]).replace('\n', " "),
        scope: operation["security"][0]["key"][0]
            .as_str()
            .map(str::to_owned),
        asked: asked.collect(),
        body: fields(document, given),
        status,
        answer,
        samples: Sample {
            id: operation["operationId"].as_str().unwrap_or_default(),
            method,
            path: &path.replace("{id}", ID),
            body: body.as_ref(),
        }
        .written()
        .to_vec(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a schema is called elsewhere, and the one of several that is not null.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return resolved(document, &document["components"]["schemas"][name]);
    }
    let several = schema["oneOf"].as_array().into_iter().flatten();
    match several.into_iter().find(|one| one["type"] != "null") {
        Some(one) => resolved(document, one),
        None => schema,
    }
}

/// The fields of a schema, with those of its parts.
fn properties(document: &Value, schema: &Value) -> (Map<String, Value>, Vec<String>) {
    let schema = resolved(document, schema);
    let (mut found, mut required) = (Map::new(), Vec::new());
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, needed) = properties(document, part);
        found.extend(more);
        required.extend(needed);
    }
    if let Some(own) = schema["properties"].as_object() {
        found.extend(own.clone());
    }
    let own = schema["required"].as_array().into_iter().flatten();
    required.extend(own.map(text));
    (found, required)
}

fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let mut all = Vec::new();
    gather(document, schema, "", DEPTH, &mut all);
    all
}

fn gather(document: &Value, schema: &Value, before: &str, depth: usize, all: &mut Vec<Field>) {
    let (properties, required) = properties(document, schema);
    let mut properties: Vec<_> = properties.into_iter().collect();
    // What has to be there comes first.
    properties.sort_by_key(|(name, _)| !required.contains(name));
    for (name, schema) in properties {
        let inner = resolved(document, &schema);
        let is_list = is(inner, "array");
        let mark = if is_list { "[]" } else { "" };
        let about = [&schema["description"], &inner["description"]];
        let about = about.iter().find_map(|about| about.as_str());
        all.push(Field {
            kind: kind(document, &schema),
            required: required.contains(&name),
            about: about.unwrap_or_default().replace('\n', " "),
            name: format!("{before}{name}"),
        });
        if depth > 1 {
            let within = if is_list { &inner["items"] } else { inner };
            gather(
                document,
                within,
                &format!("{before}{name}{mark}."),
                depth - 1,
                all,
            );
        }
    }
}

fn is(schema: &Value, kind: &str) -> bool {
    let several = schema["type"].as_array().into_iter().flatten();
    schema["type"] == kind || several.into_iter().any(|one| one == kind)
}

/// What stands in a field, in a few words.
fn kind(document: &Value, schema: &Value) -> String {
    let inner = resolved(document, schema);
    if is(inner, "array") {
        return format!("list of {}", kind(document, &inner["items"]));
    }
    if let Some(words) = inner["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        return words.join(", ");
    }
    let format = match inner["format"].as_str() {
        Some("uuid") => "id",
        Some("date-time") => "time",
        Some("date") => "day",
        _ => "",
    };
    let plain = ["string", "integer", "number", "boolean", "object"];
    let plain = plain.into_iter().find(|kind| is(inner, kind));
    let bounds = |least: &str, most: &str| match (&inner[least], &inner[most]) {
        (Value::Number(least), Value::Number(most)) => format!(", {least} to {most}"),
        (Value::Null, Value::Number(most)) => format!(", up to {most}"),
        _ => String::new(),
    };
    match (format, plain) {
        ("", Some("string")) => format!("text{}", bounds("minLength", "maxLength")),
        ("", Some("integer" | "number")) => format!("number{}", bounds("minimum", "maximum")),
        ("", Some("boolean")) => "true or false".to_owned(),
        ("", _) => "object".to_owned(),
        (format, _) => format.to_owned(),
    }
}

/// What could be sent: the schema's own example, or what its fields that have to be there are like.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if is(schema, "array") {
        return json!([example(document, &schema["items"])]);
    }
    let (properties, required) = properties(document, schema);
    if !properties.is_empty() {
        let wanted = properties
            .iter()
            .filter(|(name, _)| required.contains(name))
            .map(|(name, schema)| (name.clone(), example(document, schema)));
        return Value::Object(wanted.collect());
    }
    match schema["format"].as_str() {
        Some("uuid") => return json!(ID),
        Some("date-time") => return json!("2026-11-01T00:00:00Z"),
        Some("date") => return json!("2026-12-31"),
        _ => {}
    }
    if let Some(first) = schema["enum"].as_array().and_then(|words| words.first()) {
        return first.clone();
    }
    if is(schema, "null") {
        Value::Null
    } else if is(schema, "boolean") {
        json!(true)
    } else if is(schema, "integer") || is(schema, "number") {
        json!(1)
    } else {
        json!("Text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ROUTES;

    #[test]
    fn every_route_is_told_with_its_scope_its_fields_and_four_samples() {
        let page = read(&serde_json::to_value(super::super::document()).unwrap());
        let all: Vec<_> = page
            .groups
            .iter()
            .flat_map(|group| &group.operations)
            .collect();
        assert_eq!(all.len(), ROUTES.len());
        for operation in &all {
            let route = ROUTES.iter().find(|(method, path, _)| {
                method.as_str() == operation.method && *path == operation.path
            });
            let scope = route.unwrap().2.map(postern_types::Scope::as_str);
            assert_eq!(operation.scope.as_deref(), scope, "{}", operation.id);
            assert!(!operation.about.is_empty(), "{}", operation.id);
            assert_eq!(operation.samples.len(), LANGUAGES.len());
            assert!(operation.status.starts_with('2') && !operation.answer.is_empty());
        }
        let otp = all.iter().find(|one| one.id == "otp_create").unwrap();
        let to = otp.body.iter().find(|field| field.name == "to").unwrap();
        assert!(to.required && to.kind == "text", "{to:?}");
        assert!(otp.body.iter().any(|field| field.name == "template.name"));
        let html = page.html("/pkg/x");
        assert!(html.contains("id=\"otp_create\"") && html.contains("id=\"window_closed\""));
        assert!(!html.contains("style=") && !html.contains("<script"));
    }
}
