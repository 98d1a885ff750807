//! Reading numbers and accounts.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{bearer, check_account, check_version};
use crate::config::{Account, Number};
use crate::failure::GraphError;
use crate::meta::Meta;

const NUMBER_DEFAULTS: &str = "id,display_phone_number,verified_name,code_verification_status,quality_rating,platform_type,throughput";

type Parameters = Query<HashMap<String, String>>;

/// `GET /{version}/{number or account}?fields=`.
pub(super) async fn read(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    check_version(&version)?;
    let world = meta.world();
    let opened = world.opened_by(bearer(&headers))?;
    let fields = query.get("fields").map(String::as_str);
    for account in opened {
        if account.waba_id == id {
            let known = account_fields(account);
            return select(&known, fields.unwrap_or("id,name")).map(Json);
        }
        if let Some(number) = account.numbers.iter().find(|number| number.id == id) {
            let known = number_fields(number);
            return select(&known, fields.unwrap_or(NUMBER_DEFAULTS)).map(Json);
        }
    }
    Err(GraphError::no_such_object("get", &id))
}

/// `GET /{version}/{account}/phone_numbers`, page by page.
pub(super) async fn phone_numbers(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    let world = meta.world();
    check_account(&world, &headers, "get", &version, &id)?;
    let numbers = world
        .accounts
        .iter()
        .find(|account| account.waba_id == id)
        .map_or(&[][..], |account| &account.numbers);
    let limit = match query.get("limit").map(|limit| limit.parse::<usize>()) {
        None => 25,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => {
            return Err(GraphError::parameter(
                "Param limit must be a positive number",
            ));
        }
    };
    let start = match query.get("after") {
        None => 0,
        Some(cursor) => 1 + position(cursor).ok_or_else(|| GraphError::code(131_059))?,
    };
    let end = numbers.len().min(start.saturating_add(limit));
    let page = numbers.get(start..end).unwrap_or_default();
    let fields = query.get("fields").map_or(NUMBER_DEFAULTS, String::as_str);
    let data = page
        .iter()
        .map(|number| select(&number_fields(number), fields))
        .collect::<Result<Vec<_>, _>>()?;
    let mut answer = json!({ "data": data });
    if !page.is_empty() {
        answer["paging"] =
            json!({ "cursors": { "before": cursor(start), "after": cursor(end - 1) } });
        if end < numbers.len() {
            answer["paging"]["next"] = json!(format!(
                "https://graph.facebook.com/{version}/{id}/phone_numbers?limit={limit}&after={}",
                cursor(end - 1)
            ));
        }
    }
    Ok(Json(answer))
}

fn cursor(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("n{position}"))
}

fn position(cursor: &str) -> Option<usize> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    plain.strip_prefix('n')?.parse().ok()
}

/// The fields asked for, and always the id.
fn select(known: &Value, fields: &str) -> Result<Value, GraphError> {
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

fn number_fields(number: &Number) -> Value {
    json!({
        "id": number.id,
        "display_phone_number": format!("+{}", number.digits),
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "status": "CONNECTED",
        "throughput": { "level": "STANDARD" },
        "platform_type": "CLOUD_API",
        "is_on_biz_app": false,
        "is_official_business_account": false,
        "account_mode": "LIVE",
        "health_status": { "can_send_message": "AVAILABLE" },
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "webhook_configuration": number.hook.as_ref().map_or(json!({}), |hook| json!({ "phone_number": hook.url })),
    })
}

fn account_fields(account: &Account) -> Value {
    json!({
        "id": account.waba_id,
        "name": account.name,
        "currency": "USD",
        "timezone_id": "1",
        "country": "US",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "message_template_namespace": "simulated",
    })
}
