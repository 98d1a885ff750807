//! Reading templates: to choose one, and to send it.

use super::{account, parts, sync};
use crate::{Env, Result, Tenant, env::moment, page};
use postern_types::{ChannelId, TemplateId, TemplatePage, TemplateRequest, TemplateView};
use serde_json::Value;
use time::Duration;
use uuid::Uuid;

/// Templates of a page. The statement says `LIMIT 61`, one more, which tells whether there are others.
const SHOWN: usize = 60;
/// Who wants it again within this time has it already.
const JUST_NOW: Duration = Duration::seconds(10);

struct Record {
    id: Uuid,
    name: String,
    language: String,
    category: String,
    status: String,
    quality: Option<String>,
    reason: Option<String>,
    named: bool,
    components: Value,
}

impl From<Record> for TemplateView {
    fn from(row: Record) -> Self {
        Self {
            id: TemplateId(row.id),
            name: row.name,
            language: row.language,
            category: row.category,
            status: row.status,
            quality: row.quality,
            reason: row.reason,
            parts: parts::read(&row.components, row.named),
        }
    }
}

/// The templates that a number can send, with those that it cannot send just now. Meta is asked for them when nobody has
/// for long.
pub async fn list(
    env: &Env,
    tenant: &mut Tenant,
    request: &TemplateRequest,
) -> Result<TemplatePage> {
    let workspace = tenant.workspace();
    let account = account(tenant, request.channel).await?;
    let words: Vec<String> = page::sought("search", &request.search)?
        .replace('\0', "\u{FFFD}")
        .to_lowercase()
        .split_whitespace()
        .take(12)
        .map(str::to_owned)
        .collect();
    let rows = sqlx::query_as!(
        Record,
        // An account has some hundreds: they are looked through.
        "SELECT id, name, language, category, status, quality, reason, named, components
           FROM template t
          WHERE workspace_id = $1 AND account_id = $2 AND gone_at IS NULL
            AND ($3::text IS NULL OR category = $3) AND ($4::text IS NULL OR language = $4)
            AND NOT EXISTS (SELECT FROM unnest($5::text[]) AS w(word) WHERE strpos(t.sought, w.word) = 0)
          ORDER BY status <> 'APPROVED', name, language LIMIT 61",
        workspace.0,
        account,
        request.category,
        request.language,
        &words,
    )
    .fetch_all(tenant.conn())
    .await?;
    let there = sqlx::query!(
        r#"SELECT coalesce(array_agg(DISTINCT category ORDER BY category), '{}') AS "categories!",
                  coalesce(array_agg(DISTINCT language ORDER BY language), '{}') AS "languages!"
             FROM template WHERE workspace_id = $1 AND account_id = $2 AND gone_at IS NULL"#,
        workspace.0,
        account,
    )
    .fetch_one(tenant.conn())
    .await?;
    let mut page = TemplatePage {
        more: rows.len() > SHOWN,
        templates: rows.into_iter().take(SHOWN).map(Into::into).collect(),
        categories: there.categories,
        languages: there.languages,
        ..TemplatePage::default()
    };
    let state = sqlx::query!(
        "SELECT asked_at, tried_at, synced_at, fault FROM template_sync WHERE workspace_id = $1 AND account_id = $2",
        workspace.0,
        account,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let now = env.now();
    let overdue = state.as_ref().is_none_or(|state| {
        state.asked_at.max(state.tried_at.unwrap_or(state.asked_at)) + sync::STALE < now
    });
    if overdue {
        sync::schedule(env, tenant, &account).await?;
    }
    if let Some(state) = state {
        page.synced_at = state.synced_at.map(moment);
        page.fault = state.fault;
        page.asking = state.tried_at.is_none_or(|tried| tried < state.asked_at);
    }
    page.asking |= overdue;
    Ok(page)
}

/// Has Meta asked now for what the number can send; once, however often that is wanted.
pub async fn refresh(env: &Env, tenant: &mut Tenant, channel: ChannelId) -> Result<()> {
    let workspace = tenant.workspace();
    let account = account(tenant, channel).await?;
    let just_now = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM template_sync WHERE workspace_id = $1 AND account_id = $2 AND asked_at > $3)
               AS "just_now!""#,
        workspace.0,
        account,
        env.now() - JUST_NOW,
    )
    .fetch_one(tenant.conn())
    .await?;
    if just_now {
        return Ok(());
    }
    sync::schedule(env, tenant, &account).await
}

/// One template that the number can send; not found when Meta does not have it any more.
pub(super) async fn find(
    tenant: &mut Tenant,
    channel: ChannelId,
    id: TemplateId,
) -> Result<TemplateView> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        "SELECT t.id, t.name, t.language, t.category, t.status, t.quality, t.reason, t.named, t.components
           FROM template t
           JOIN channel c ON c.workspace_id = t.workspace_id AND c.account_id = t.account_id
          WHERE t.workspace_id = $1 AND t.id = $2 AND c.id = $3 AND t.gone_at IS NULL",
        workspace.0,
        id.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(row.into())
}
