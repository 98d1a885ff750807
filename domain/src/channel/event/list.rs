//! What Meta told of a number beside messages, for the admins who read it.

use super::SEALED;
use crate::{Env, Error, Result, Tenant, env::moment, page, payload, vault};
use postern_types::{ChannelId, EventId, ToldLine, ToldPage, ToldWhole};
use uuid::Uuid;

/// Changes of one page.
const PAGE: u8 = 50;

/// A page of what was told of a number, or of its whole account: newest first, of one field or of all.
pub async fn list(
    tenant: &mut Tenant,
    id: ChannelId,
    field: Option<&str>,
    after: Option<&str>,
) -> Result<ToldPage> {
    let account = account(tenant, id).await?;
    let (at, last) = match after.map(page::parse::<Uuid>).transpose()? {
        Some((at, last)) => (Some(at), Some(last)),
        None => (None, None),
    };
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT id, field, event, at FROM channel_event
            WHERE workspace_id = $1 AND (channel_id = $2 OR (channel_id IS NULL AND account_id = $3))
              AND ($4::text IS NULL OR field = $4)
              AND ($5::timestamptz IS NULL OR (at, id) < ($5, $6))
            ORDER BY at DESC, id DESC LIMIT $7"#,
        workspace.0,
        id.0,
        account,
        field,
        at,
        last,
        i64::from(PAGE) + 1,
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > usize::from(PAGE);
    let rows: Vec<_> = rows.into_iter().take(usize::from(PAGE)).collect();
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.at, row.id));
    Ok(ToldPage {
        lines: rows
            .into_iter()
            .map(|row| ToldLine {
                id: row.id,
                field: row.field,
                event: row.event,
                at: moment(row.at),
            })
            .collect(),
        next,
        fields: fields(tenant, id, &account).await?,
    })
}

async fn fields(tenant: &mut Tenant, id: ChannelId, account: &str) -> Result<Vec<String>> {
    let workspace = tenant.workspace();
    let fields = sqlx::query_scalar!(
        "SELECT DISTINCT field FROM channel_event
          WHERE workspace_id = $1 AND (channel_id = $2 OR (channel_id IS NULL AND account_id = $3))
          ORDER BY field",
        workspace.0,
        id.0,
        account,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(fields)
}

/// Every text of one of them, as it came. [`Error::NotFound`] for one that is not about this number or its account.
pub async fn open(
    env: &Env,
    tenant: &mut Tenant,
    id: ChannelId,
    event: EventId,
) -> Result<ToldWhole> {
    let account = account(tenant, id).await?;
    let workspace = tenant.workspace();
    let sealed = sqlx::query_scalar!(
        "SELECT sealed FROM channel_event
          WHERE workspace_id = $1 AND id = $4 AND (channel_id = $2 OR (channel_id IS NULL AND account_id = $3))",
        workspace.0,
        id.0,
        account,
        event.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let raw = vault::open(env, tenant, SEALED, &event.to_string(), &sealed).await?;
    let value = serde_json::from_slice(&raw).map_err(|error| Error::Internal(error.into()))?;
    Ok(ToldWhole {
        lines: payload::lines(&value),
    })
}

async fn account(tenant: &mut Tenant, id: ChannelId) -> Result<String> {
    let workspace = tenant.workspace();
    let account = sqlx::query_scalar!(
        "SELECT account_id FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(account)
}
