//! What customers see of the business.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::json;

use super::check_number;
use super::nodes::Parameters;
use super::numbers::{Answer, Place, check_product, checked, with};
use crate::failure::GraphError;
use crate::meta::Meta;

/// What can be read and written.
const FIELDS: [&str; 6] = [
    "about",
    "address",
    "description",
    "email",
    "vertical",
    "websites",
];

/// What can be read; it is written by a handle of an upload.
const PICTURE: &str = "profile_picture_url";

/// `GET /{version}/{number}/whatsapp_business_profile?fields=`; what nobody wrote is left out.
pub(super) async fn read(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Answer {
    let world = meta.world();
    check_number(&world, &headers, "get", &version, &id)?;
    let mut told = json!({ "messaging_product": "whatsapp" });
    let fields = query.get("fields").map_or("about", String::as_str);
    for field in fields.split(',').map(str::trim) {
        if !FIELDS.contains(&field) && field != PICTURE {
            return Err(GraphError::parameter(format!(
                "Tried accessing nonexisting field ({field})"
            )));
        }
        let number = world.number(&id).map(|(_, number)| number);
        if let Some(value) = number.and_then(|number| number.profile.get(field)) {
            told[field] = value.clone();
        }
    }
    Ok(Json(json!({ "data": [told] })))
}

/// `POST /{version}/{number}/whatsapp_business_profile`: the keys that are there change.
pub(super) async fn write(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Place,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let asked = checked(&meta, &headers, &version, &id, &body)?;
    check_product(&asked)?;
    if asked["websites"]
        .as_array()
        .is_some_and(|all| all.len() > 2)
    {
        return Err(GraphError::parameter(
            "Param websites must have at most 2 elements.",
        ));
    }
    for (key, most) in [
        ("about", 139),
        ("address", 256),
        ("description", 512),
        ("email", 128),
    ] {
        if asked[key].as_str().unwrap_or_default().chars().count() > most {
            return Err(GraphError::parameter(format!(
                "Param {key} must be at most {most} characters long."
            )));
        }
    }
    with(&meta, &id, |number| {
        for key in FIELDS {
            if let Some(value) = asked.get(key) {
                number.profile.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(handle) = asked["profile_picture_handle"].as_str() {
            let picture = json!(format!("https://pps.whatsapp.net/v/{handle}"));
            number.profile.insert(PICTURE.to_owned(), picture);
        }
        Ok(())
    })
}
