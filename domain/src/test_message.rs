//! The log of tests: what a caller's key for trying out would have sent, for the workspace's admins to read. Nothing in it has
//! reached anybody. It is sealed, kept for 30 days, and holds the newest thousand lines.

use crate::{Env, Error, Result, Tenant, env::moment, page as pages, vault};
use postern_types::{TestKind, TestMessagePage, TestMessageView, e164};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a line is sealed.
pub(crate) const SEALED: &str = "test_message.sealed";
/// Lines of a page. The statement says one more, which tells whether another page follows.
const SHOWN: usize = 50;
/// Lines of a workspace that are kept.
const KEPT: i64 = 1_000;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Line {
    phone: String,
    body: String,
}

/// Writes a line: the message that `key` would have sent to `typed`, a number with its country, and its id. [`Error::Invalid`] on
/// `to` for what is no number.
pub async fn message(
    env: &Env,
    tenant: &mut Tenant,
    key: Uuid,
    typed: &str,
    body: &serde_json::Value,
) -> Result<Uuid> {
    let digits = e164(typed).map_err(|fault| Error::invalid("to", fault.to_string()))?;
    let phone = format!("+{digits}");
    deliver(env, tenant, Some(key), &phone, TestKind::Message, body).await
}

/// Writes a line: what `key` would have sent to `phone`. What is older than the newest thousand goes.
pub(crate) async fn deliver(
    env: &Env,
    tenant: &mut Tenant,
    key: Option<Uuid>,
    phone: &str,
    kind: TestKind,
    body: &serde_json::Value,
) -> Result<Uuid> {
    let (workspace, id): (_, Uuid) = (tenant.workspace(), env.id());
    let line = Line {
        phone: phone.to_owned(),
        body: body.to_string(),
    };
    let plain = serde_json::to_vec(&line).map_err(|error| Error::Internal(error.into()))?;
    let sealed = vault::seal(env, tenant, SEALED, &id.to_string(), &plain).await?;
    sqlx::query!(
        "INSERT INTO test_message (workspace_id, id, key_id, kind, at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        id,
        key,
        kind.as_str(),
        env.now(),
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "DELETE FROM test_message WHERE workspace_id = $1 AND id IN (
             SELECT id FROM test_message WHERE workspace_id = $1 ORDER BY at DESC, id DESC OFFSET $2)",
        workspace.0,
        KEPT,
    )
    .execute(tenant.conn())
    .await?;
    Ok(id)
}

/// A page of the log, the newest first; an admin's. A line of a code shows the code: whoever reads it can enter it, in tests.
pub async fn page(env: &Env, tenant: &mut Tenant, after: Option<&str>) -> Result<TestMessagePage> {
    let workspace = tenant.workspace();
    let start = after.map(pages::parse::<Uuid>).transpose()?;
    let mut rows = sqlx::query!(
        r#"SELECT id, key_id, kind AS "kind: TestKind", at, sealed FROM test_message
            WHERE workspace_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
            ORDER BY at DESC, id DESC LIMIT 51"#,
        workspace.0,
        start.map(|(at, _)| at),
        start.map(|(_, id)| id),
    )
    .fetch_all(tenant.conn())
    .await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| pages::key(row.at, row.id));
    let mut messages = Vec::with_capacity(rows.len());
    for row in rows {
        let plain = vault::open(env, tenant, SEALED, &row.id.to_string(), &row.sealed).await?;
        let line: Line =
            serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))?;
        messages.push(TestMessageView {
            id: row.id,
            key: row.key_id,
            kind: row.kind,
            phone: line.phone,
            body: line.body,
            at: moment(row.at),
        });
    }
    Ok(TestMessagePage { messages, next })
}

#[cfg(test)]
mod tests;
