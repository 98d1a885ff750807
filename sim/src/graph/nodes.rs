//! Reading numbers, accounts, templates and files by their ids.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::page::{page, select};
use super::{bearer, check_account, check_version, media};
use crate::config::{Account, Number};
use crate::failure::GraphError;
use crate::meta::Meta;

const NUMBER_DEFAULTS: &str = "id,display_phone_number,verified_name,code_verification_status,quality_rating,platform_type,throughput";
pub(super) const TEMPLATE_DEFAULTS: &str =
    "name,parameter_format,components,language,status,category";

pub(super) type Parameters = Query<HashMap<String, String>>;

/// `GET /{version}/{number, account, template or file}?fields=`.
pub(super) async fn read(
    State(meta): State<Arc<Meta>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Parameters,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    check_version(&version)?;
    if let Some(info) = media::info(&meta, &headers, &id)? {
        return Ok(Json(info));
    }
    let world = meta.world();
    let opened = world.opened_by(bearer(&headers))?;
    let fields = |defaults| query.get("fields").map_or(defaults, String::as_str);
    for account in opened {
        if account.waba_id == id {
            return select(&account_fields(account), fields("id,name")).map(Json);
        }
        if let Some(number) = account.numbers.iter().find(|number| number.id == id) {
            let known = number_fields(account, number);
            return select(&known, fields(NUMBER_DEFAULTS)).map(Json);
        }
        let mut templates = account.templates.iter();
        if let Some(template) = templates.find(|template| template.id.to_string() == id) {
            return select(&template.node(), fields(TEMPLATE_DEFAULTS)).map(Json);
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
    let all: Vec<Value> = world
        .accounts
        .iter()
        .filter(|account| account.waba_id == id)
        .flat_map(|account| {
            let fields = move |number| number_fields(account, number);
            account.numbers.iter().map(fields)
        })
        .collect();
    let path = format!("/{version}/{id}/phone_numbers");
    page(&all, &query, &path, NUMBER_DEFAULTS).map(Json)
}

fn number_fields(account: &Account, number: &Number) -> Value {
    let mut fields = json!({
        "id": number.id,
        "display_phone_number": format!("+{}", number.digits),
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "quality_score": { "score": "GREEN" },
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "status": if number.registration.off { "DISCONNECTED" } else { "CONNECTED" },
        "throughput": { "level": "STANDARD" },
        "platform_type": "CLOUD_API",
        "is_on_biz_app": false,
        "is_official_business_account": false,
        "is_pin_enabled": number.registration.pin.is_some(),
        "is_preverified_number": false,
        "account_mode": "LIVE",
        "health_status": health(account, number),
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "webhook_configuration": number.hook.as_ref().map_or(json!({}), |hook| json!({ "phone_number": hook.url })),
    });
    for (field, value) in &number.facts {
        fields[field] = value.clone();
    }
    fields
}

fn health(account: &Account, number: &Number) -> Value {
    let able = |yes: bool| if yes { "AVAILABLE" } else { "BLOCKED" };
    let (account_able, number_able) = (!account.banned, !number.registration.off);
    json!({
        "can_send_message": able(account_able && number_able),
        "entities": [
            { "entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": able(number_able) },
            { "entity_type": "WABA", "id": account.waba_id, "can_send_message": able(account_able) },
            { "entity_type": "BUSINESS", "id": format!("9{}", account.waba_id), "can_send_message": "AVAILABLE" },
            { "entity_type": "APP", "id": "670843887433847", "can_send_message": "AVAILABLE" },
        ],
    })
}

fn account_fields(account: &Account) -> Value {
    json!({
        "id": account.waba_id,
        "name": account.name,
        "currency": "USD",
        "timezone_id": "1",
        "country": "US",
        "status": if account.banned { "DISABLED" } else { "ACTIVE" },
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "health_status": { "can_send_message": if account.banned { "BLOCKED" } else { "AVAILABLE" } },
        "message_template_namespace": "simulated",
        "owner_business_info": { "id": format!("9{}", account.waba_id), "name": account.name },
    })
}
