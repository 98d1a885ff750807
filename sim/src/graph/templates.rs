//! `/{version}/{account}/message_templates`: reading, creating and deleting; editing one by its id.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::nodes::{Parameters, TEMPLATE_DEFAULTS};
use super::page::page;
use super::{check_account, parse};
use crate::failure::GraphError;
use crate::meta::Meta;
use crate::template::{Template, variables};

type Answer = Result<Json<Value>, GraphError>;

/// Page by page, filtered by `name` (a part of it), `status`, `language` and `category`.
pub(super) async fn list(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Answer {
    let world = meta.world();
    check_account(&world, &headers, "get", &version, &id)?;
    let is = |key: &str, value: &str| query.get(key).is_none_or(|wanted| wanted == value);
    let fits = |one: &&Template| {
        query.get("name").is_none_or(|part| one.name.contains(part))
            && is("status", &one.status)
            && is("language", &one.language)
            && is("category", &one.category)
    };
    let all: Vec<Value> = world
        .accounts
        .iter()
        .filter(|account| account.waba_id == id)
        .flat_map(|account| &account.templates)
        .filter(fits)
        .map(Template::node)
        .collect();
    let path = format!("/{version}/{id}/message_templates");
    page(&all, &query, &path, TEMPLATE_DEFAULTS).map(Json)
}

/// A new one waits for Meta's decision, which the control API makes.
pub(super) async fn create(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let mut world = meta.world();
    check_account(&world, &headers, "post", &version, &id)?;
    let asked = parse(&body)?;
    let template = read(&id, &asked)?;
    let Some(account) = world.account_mut(&id) else {
        return Err(GraphError::no_such_object("post", &id));
    };
    let alike = |one: &Template| one.name == template.name && one.language == template.language;
    if account.templates.iter().any(alike) {
        return Err(GraphError::parameter(
            "There is already content in this language for this template. You can create a new template and try again.",
        )
        .subcode(2_388_024));
    }
    let answer = json!({ "id": template.id.to_string(), "status": template.status, "category": template.category });
    account.templates.push(template);
    Ok(Json(answer))
}

/// `POST /{version}/{template}`: other components, once more for Meta to decide; `None` when no template has the id.
pub(super) fn edit(meta: &Meta, id: &str, asked: &Value) -> Option<Result<(), GraphError>> {
    let mut world = meta.world();
    let template = world
        .accounts
        .iter_mut()
        .flat_map(|account| &mut account.templates)
        .find(|template| template.id.to_string() == id)?;
    Some(change(template, asked))
}

fn change(template: &mut Template, asked: &Value) -> Result<(), GraphError> {
    if !["APPROVED", "REJECTED", "PAUSED"].contains(&template.status.as_str()) {
        return Err(GraphError::parameter(
            "Message templates can only be edited when they are approved, rejected or paused.",
        )
        .subcode(2_388_025));
    }
    if let Some(category) = asked["category"].as_str() {
        if template.status == "APPROVED" && category != template.category {
            return Err(GraphError::parameter(
                "The category of an approved template cannot be changed.",
            ));
        }
        check_category(category)?.clone_into(&mut template.category);
    }
    if let Some(components) = asked["components"].as_array() {
        check_components(components)?;
        template.components.clone_from(components);
    }
    "PENDING".clone_into(&mut template.status);
    Ok(())
}

/// All languages of a `name`, or the one with the `hsm_id`.
pub(super) async fn delete(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Answer {
    let mut world = meta.world();
    check_account(&world, &headers, "delete", &version, &id)?;
    let name = query
        .get("name")
        .ok_or_else(|| GraphError::parameter("The parameter name is required."))?;
    let Some(account) = world.account_mut(&id) else {
        return Err(GraphError::no_such_object("delete", &id));
    };
    let goes = |one: &Template| {
        one.name == *name
            && query
                .get("hsm_id")
                .is_none_or(|id| *id == one.id.to_string())
    };
    if account
        .templates
        .iter()
        .any(|one| goes(one) && one.status == "DISABLED")
    {
        return Err(GraphError::parameter(
            "Disabled templates cannot be deleted.",
        ));
    }
    let before = account.templates.len();
    account.templates.retain(|one| !goes(one));
    if account.templates.len() == before {
        return Err(GraphError::parameter("Message template was not found.").subcode(2_593_002));
    }
    Ok(Json(json!({ "success": true })))
}

fn read(waba_id: &str, asked: &Value) -> Result<Template, GraphError> {
    let word = |key: &str| {
        asked[key]
            .as_str()
            .filter(|word| !word.is_empty())
            .ok_or_else(|| GraphError::parameter(format!("The parameter {key} is required.")))
    };
    let (name, language) = (word("name")?, word("language")?);
    let letters =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.len() > 512 || !name.chars().all(letters) {
        return Err(GraphError::parameter(
            "Param name must be at most 512 lower-case letters, digits and underscores.",
        ));
    }
    let category = check_category(word("category")?)?;
    let components = asked["components"].as_array().cloned().unwrap_or_default();
    check_components(&components)?;
    let mut template = Template::plain(waba_id, name, language, "");
    category.clone_into(&mut template.category);
    "PENDING".clone_into(&mut template.status);
    if let Some(format) = asked["parameter_format"].as_str() {
        template.parameter_format = format.to_uppercase();
    }
    template.components = components;
    Ok(template)
}

fn check_category(category: &str) -> Result<&str, GraphError> {
    ["MARKETING", "UTILITY", "AUTHENTICATION"]
        .contains(&category)
        .then_some(category)
        .ok_or_else(|| {
            GraphError::parameter(
                "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.",
            )
        })
}

/// The limits of the parts; examples for variables; no variable at a body's beginning or end.
fn check_components(components: &[Value]) -> Result<(), GraphError> {
    let of = |kind: &str| {
        components.iter().find(|one| {
            one["type"]
                .as_str()
                .is_some_and(|found| found.eq_ignore_ascii_case(kind))
        })
    };
    let text = |kind: &str| {
        of(kind)
            .and_then(|one| one["text"].as_str())
            .unwrap_or_default()
    };
    let invalid = |words: String| Err(GraphError::parameter(words).subcode(2_388_043));
    if of("BODY").is_none() {
        return invalid("The body component is required.".to_owned());
    }
    for (kind, most) in [("HEADER", 60), ("BODY", 1024), ("FOOTER", 60)] {
        if text(kind).chars().count() > most {
            return invalid(format!(
                "The {kind} text must be at most {most} characters long."
            ));
        }
        let lacks = of(kind).is_some_and(|one| one["example"].is_null());
        if kind != "FOOTER" && lacks && !variables(text(kind)).is_empty() {
            return invalid(format!("The {kind} has variables and no example."));
        }
    }
    let body = text("BODY").trim();
    if body.starts_with("{{") || body.ends_with("}}") {
        return invalid("Variables can't be at the start or end of the template.".to_owned());
    }
    let buttons = of("BUTTONS").and_then(|one| one["buttons"].as_array());
    let buttons = buttons.map_or(&[][..], Vec::as_slice);
    let long = |one: &Value| one["text"].as_str().unwrap_or_default().chars().count() > 25;
    if buttons.len() > 10 || buttons.iter().any(long) {
        return invalid("There may be 10 buttons, each with a text of 25 characters.".to_owned());
    }
    Ok(())
}
