//! What Meta tells of templates by webhook. Whatever it is, a listing tells the whole of it: what is told of a template
//! that is not known here, or in a way that is not, has Meta asked.

use super::{
    announce,
    sync::{known, schedule, sought, text},
};
use crate::{Env, Result, Tenant};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a webhook says became of a template.
#[derive(Debug, PartialEq)]
enum News {
    /// Its status, and why.
    Status(String, Option<String>),
    /// Meta does not have it any more.
    Gone,
    /// How people take it.
    Quality(Option<String>),
    /// What it counts as, and costs.
    Category(String),
    /// Its words.
    Parts,
    /// Something: Meta is asked what.
    Unclear,
}

/// Takes what a change of one of the template fields says of a template of `account`, as it was at `at`. It is told apart
/// by its keys, for Meta's own sample of a quality update has the field of another.
pub(crate) async fn heard(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    value: &Value,
    at: OffsetDateTime,
) -> Result<()> {
    let news = read(value);
    let known = match &news {
        News::Unclear => None,
        _ => find(tenant, account, value).await?,
    };
    let Some(known) = known else {
        return schedule(env, tenant, account).await;
    };
    if known.told_at > at {
        // Told late, or told again. What was listed since may be older than this all the same.
        return schedule(env, tenant, account).await;
    }
    write(env, tenant, &known, &news, value, at).await?;
    if news == News::Parts {
        // A webhook leaves out the examples, and much of the buttons.
        schedule(env, tenant, account).await?;
    }
    announce(env, tenant, account).await
}

fn read(value: &Value) -> News {
    if let Some(quality) = text(&value["new_quality_score"]) {
        return News::Quality(self::known(Some(quality)));
    }
    if value.get("message_template_element").is_some() {
        return News::Parts;
    }
    if let Some(category) = text(&value["new_category"]) {
        return News::Category(category);
    }
    let Some(event) = text(&value["event"]) else {
        return News::Unclear;
    };
    let reason = self::known(text(&value["reason"]));
    match event.as_str() {
        "REINSTATED" => News::Status("APPROVED".to_owned(), None),
        "APPROVED" | "PENDING" | "REJECTED" | "PAUSED" | "DISABLED" | "IN_APPEAL" | "ARCHIVED"
        | "LIMIT_EXCEEDED" | "PENDING_DELETION" => News::Status(event, reason),
        "DELETED" => News::Gone,
        // It can be sent, or not: the word does not say.
        _ => News::Unclear,
    }
}

struct Known {
    id: Uuid,
    told_at: OffsetDateTime,
    name: String,
    components: Value,
}

/// By Meta's id; by name and language when that is another one's, or not told.
async fn find(tenant: &mut Tenant, account: &str, value: &Value) -> Result<Option<Known>> {
    let workspace = tenant.workspace();
    let id = text(&value["message_template_id"]).unwrap_or_default();
    let name = text(&value["message_template_name"]).unwrap_or_default();
    // Webhooks write `en-US` where listings write `en_US`.
    let language = text(&value["message_template_language"]).unwrap_or_default();
    let known = sqlx::query_as!(
        Known,
        "SELECT id, told_at, name, components FROM template
          WHERE workspace_id = $1 AND account_id = $2
            AND (meta_id = $3 OR (name = $4 AND language = $5))
          ORDER BY meta_id = $3 DESC NULLS LAST LIMIT 1 FOR UPDATE",
        workspace.0,
        account,
        id,
        name,
        language.replace('-', "_"),
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(known)
}

async fn write(
    env: &Env,
    tenant: &mut Tenant,
    known: &Known,
    news: &News,
    value: &Value,
    at: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    let (mut status, mut reason, mut quality, mut category, mut components) = Default::default();
    let (mut with_reason, mut with_quality, mut gone) = (false, false, None);
    match news {
        News::Status(now, why) => {
            (status, reason, with_reason) = (Some(now.as_str()), why.as_deref(), true);
        }
        News::Gone => gone = Some(at),
        News::Quality(now) => (quality, with_quality) = (now.as_deref(), true),
        News::Category(now) => category = Some(now.as_str()),
        News::Parts => components = Some(amended(&known.components, value)),
        News::Unclear => {}
    }
    let sought = components.as_ref().map(|parts| sought(&known.name, parts));
    sqlx::query!(
        "UPDATE template
            SET status = coalesce($3, status), reason = CASE WHEN $4 THEN $5 ELSE reason END,
                quality = CASE WHEN $6 THEN $7 ELSE quality END, category = coalesce($8, category),
                components = coalesce($9, components), sought = coalesce($10, sought),
                gone_at = $11, told_at = $12, updated_at = $13
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        known.id,
        status,
        with_reason,
        reason,
        with_quality,
        quality,
        category,
        components,
        sought,
        gone,
        at,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// The parts with the words that they have now. What a webhook does not tell of stays.
fn amended(components: &Value, value: &Value) -> Value {
    let mut parts = components.as_array().cloned().unwrap_or_default();
    for (kind, key) in [
        ("HEADER", "message_template_title"),
        ("BODY", "message_template_element"),
        ("FOOTER", "message_template_footer"),
    ] {
        let Some(now) = text(&value[key]) else {
            continue;
        };
        match parts.iter_mut().find(|part| part["type"] == kind) {
            Some(part) if part.is_object() => part["text"] = now.into(),
            _ if kind == "HEADER" => {
                parts.push(json!({ "type": kind, "format": "TEXT", "text": now }));
            }
            _ => parts.push(json!({ "type": kind, "text": now })),
        }
    }
    parts.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_told_apart_by_their_keys_and_what_is_new_to_us_is_asked_about() {
        let status =
            |word: &str, why: Option<&str>| News::Status(word.to_owned(), why.map(str::to_owned));
        for (value, expected) in [
            (
                json!({ "event": "APPROVED", "reason": "NONE" }),
                status("APPROVED", None),
            ),
            (
                json!({ "event": "APPROVED", "reason": null }),
                status("APPROVED", None),
            ),
            (json!({ "event": "REINSTATED" }), status("APPROVED", None)),
            (
                json!({ "event": "REJECTED", "reason": "SCAM" }),
                status("REJECTED", Some("SCAM")),
            ),
            (json!({ "event": "PAUSED" }), status("PAUSED", None)),
            (json!({ "event": "DELETED" }), News::Gone),
            (json!({ "event": "FLAGGED" }), News::Unclear),
            (json!({ "event": "LOCKED" }), News::Unclear),
            (json!({ "event": "UNARCHIVED" }), News::Unclear),
            (json!({ "event": "SOMETHING_NEW" }), News::Unclear),
            (json!({ "event": 7 }), News::Unclear),
            (
                json!({ "previous_quality_score": "GREEN", "new_quality_score": "YELLOW" }),
                News::Quality(Some("YELLOW".to_owned())),
            ),
            (
                json!({ "new_quality_score": "UNKNOWN" }),
                News::Quality(None),
            ),
            (json!({ "message_template_element": "Hi" }), News::Parts),
            (
                json!({ "correct_category": "MARKETING", "new_category": "UTILITY" }),
                News::Category("UTILITY".to_owned()),
            ),
            (json!({}), News::Unclear),
            (json!(null), News::Unclear),
            (json!([1]), News::Unclear),
        ] {
            assert_eq!(read(&value), expected, "{value}");
        }
    }

    #[test]
    fn the_words_change_and_the_rest_stays() {
        let before = json!([
            { "type": "HEADER", "format": "TEXT", "text": "Old" },
            { "type": "BODY", "text": "Hi {{1}}", "example": { "body_text": [["Ana"]] } },
            { "type": "BUTTONS", "buttons": [] },
        ]);
        let told = json!({ "message_template_title": "New", "message_template_element": "Hello {{1}}",
            "message_template_footer": "Bye" });
        let expected = json!([
            { "type": "HEADER", "format": "TEXT", "text": "New" },
            { "type": "BODY", "text": "Hello {{1}}", "example": { "body_text": [["Ana"]] } },
            { "type": "BUTTONS", "buttons": [] },
            { "type": "FOOTER", "text": "Bye" },
        ]);
        assert_eq!(amended(&before, &told), expected);
        let from_nothing = json!([{ "type": "HEADER", "format": "TEXT", "text": "New" },
            { "type": "BODY", "text": "Hello {{1}}" }, { "type": "FOOTER", "text": "Bye" }]);
        assert_eq!(amended(&json!(null), &told), from_nothing);
    }
}
