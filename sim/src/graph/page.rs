//! Lists page by page, and of each object the fields that were asked for.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::failure::GraphError;

/// The page of a list that the query asks for: `limit`, and `after` or `before` a cursor. `path` is the list's own,
/// version included; `defaults` are the fields of who asks for none.
pub(super) fn page(
    all: &[Value],
    query: &HashMap<String, String>,
    path: &str,
    defaults: &str,
) -> Result<Value, GraphError> {
    let limit = match query.get("limit").map(|limit| limit.parse::<usize>()) {
        None => 25,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => {
            return Err(GraphError::parameter(
                "Param limit must be a positive number",
            ));
        }
    };
    let at = |cursor: &String| position(cursor).ok_or_else(|| GraphError::code(131_059));
    let start = match (query.get("after"), query.get("before")) {
        (Some(cursor), _) => at(cursor)?.saturating_add(1),
        (None, Some(cursor)) => at(cursor)?.saturating_sub(limit),
        (None, None) => 0,
    };
    let end = match query.get("before").filter(|_| !query.contains_key("after")) {
        Some(cursor) => at(cursor)?.min(all.len()),
        None => all.len().min(start.saturating_add(limit)),
    };
    let here = all.get(start..end).unwrap_or_default();
    let fields = query.get("fields").map_or(defaults, String::as_str);
    let data = here
        .iter()
        .map(|one| select(one, fields))
        .collect::<Result<Vec<_>, _>>()?;
    let mut answer = json!({ "data": data });
    if !here.is_empty() {
        let (first, last) = (cursor(start), cursor(end - 1));
        answer["paging"] = json!({ "cursors": { "before": first, "after": last } });
        let address = |way: &str, cursor: &str| {
            json!(format!(
                "https://graph.facebook.com{path}?limit={limit}&{way}={cursor}"
            ))
        };
        if end < all.len() {
            answer["paging"]["next"] = address("after", &last);
        }
        if start > 0 {
            answer["paging"]["previous"] = address("before", &first);
        }
    }
    Ok(answer)
}

/// The fields asked for, and always the id.
pub(super) fn select(known: &Value, fields: &str) -> Result<Value, GraphError> {
    let mut answer = json!({ "id": known["id"] });
    for field in fields
        .split(',')
        .map(str::trim)
        .filter(|field| !field.is_empty())
    {
        let value = known.get(field).ok_or_else(|| {
            GraphError::parameter(format!("Tried accessing nonexisting field ({field})"))
        })?;
        answer[field] = value.clone();
    }
    Ok(answer)
}

fn cursor(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("n{position}"))
}

fn position(cursor: &str) -> Option<usize> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    plain.strip_prefix('n')?.parse().ok()
}
