//! Channels: the WhatsApp numbers that a workspace has connected.

mod connect;
mod disconnect;
pub mod event;
pub mod health;
pub(crate) mod portfolio;
pub mod profile;
pub mod registration;
pub(crate) mod secrets;
mod way;

pub use connect::connect;
pub use disconnect::disconnect;
pub(crate) use disconnect::mark_disconnected;

use crate::{Env, Result, Tenant, env::moment};
use postern_types::{ChannelId, ChannelState, ChannelView, Event};
use time::OffsetDateTime;
use uuid::Uuid;

struct Record {
    id: Uuid,
    rev: i64,
    name: String,
    phone: String,
    phone_number_id: String,
    account_id: String,
    state: ChannelState,
    state_reason: Option<String>,
    callback_key: Option<String>,
    connected_at: OffsetDateTime,
    alert: bool,
}

impl From<Record> for ChannelView {
    fn from(row: Record) -> Self {
        let own_app = row.callback_key.is_some();
        let callback_path = match row.callback_key {
            Some(key) => format!("/webhooks/whatsapp/{key}"),
            None => "/webhooks/whatsapp".to_owned(),
        };
        Self {
            id: ChannelId(row.id),
            rev: row.rev,
            name: row.name,
            phone: row.phone,
            phone_number_id: row.phone_number_id,
            account_id: row.account_id,
            state: row.state,
            state_reason: row.state_reason,
            own_app,
            callback_path,
            connected_at: moment(row.connected_at),
            alert: row.alert,
        }
    }
}

/// Every connected number, by name.
pub async fn list(tenant: &mut Tenant) -> Result<Vec<ChannelView>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Record,
        r#"SELECT id, rev, name, phone, phone_number_id, account_id, state AS "state: ChannelState", state_reason,
                  callback_key, connected_at,
                  EXISTS (SELECT FROM channel_alert a
                           WHERE a.workspace_id = c.workspace_id AND a.channel_id = c.id AND a.seen_at IS NULL) AS "alert!"
             FROM channel c WHERE workspace_id = $1 ORDER BY lower(name), id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One connected number.
pub async fn find(tenant: &mut Tenant, id: ChannelId) -> Result<ChannelView> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        r#"SELECT id, rev, name, phone, phone_number_id, account_id, state AS "state: ChannelState", state_reason,
                  callback_key, connected_at,
                  EXISTS (SELECT FROM channel_alert a
                           WHERE a.workspace_id = c.workspace_id AND a.channel_id = c.id AND a.seen_at IS NULL) AS "alert!"
             FROM channel c WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(row.into())
}

/// Something about a number has changed that stands beside its row: tells the feed of it.
pub(crate) async fn touch(env: &Env, tenant: &mut Tenant, id: ChannelId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE channel SET rev = rev + 1 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    announce(env, tenant, id).await.map(drop)
}

/// Tells the feed of a number as it is now.
pub(crate) async fn announce(env: &Env, tenant: &mut Tenant, id: ChannelId) -> Result<ChannelView> {
    let channel = find(tenant, id).await?;
    crate::event::record(
        env,
        tenant,
        &Event::Channel {
            channel: channel.clone(),
        },
    )
    .await?;
    Ok(channel)
}

#[cfg(test)]
mod tests;
