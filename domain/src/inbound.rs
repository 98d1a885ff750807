//! A message from a contact, put where it belongs: contact, open conversation, thread.

use crate::{
    Env, Error, Result, Tenant, contact,
    message::{self, New},
    payload::Inbound,
};
use postern_types::{ChannelId, ContactId, ConversationId, Direction, Status, WorkspaceId};

/// A number of the workspace, as webhooks name it.
pub(crate) struct Number {
    pub channel: ChannelId,
    /// Meta's id of the number.
    pub id: String,
    /// Meta's id of the business account, within which its ids of people hold.
    pub account: String,
}

/// The workspace's channels of those numbers; numbers that it does not have are left out.
pub(crate) async fn numbers(tenant: &mut Tenant, numbers: &[String]) -> Result<Vec<Number>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_as!(
        Number,
        r#"SELECT id AS "channel: ChannelId", phone_number_id AS "id", account_id AS account
             FROM channel WHERE workspace_id = $1 AND phone_number_id = ANY ($2)"#,
        workspace.0,
        numbers,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// Adds the message to its thread. False when it came before, even if it was erased since.
pub(crate) async fn apply(
    env: &Env,
    tenant: &mut Tenant,
    number: &Number,
    inbound: &Inbound,
) -> Result<bool> {
    // First of all, so that the same message in two bodies at once waits here, and changes nothing after.
    if !remember(env, tenant, number, &inbound.wamid).await? {
        return Ok(false);
    }
    let (account, from) = (&number.account, &inbound.from);
    let contact = match &inbound.moved_to {
        None => contact::resolve(env, tenant, account, from).await?,
        Some(to) => contact::moved(env, tenant, account, from, to, inbound.at).await?,
    };
    let conversation = open_conversation(env, tenant, number.channel, contact, inbound).await?;
    message::add(
        env,
        tenant,
        &New {
            id: env.id(),
            conversation,
            channel: number.channel,
            direction: Direction::In,
            author: None,
            kind: &inbound.kind,
            body: &inbound.body,
            at: inbound.at,
            wamid: Some(&inbound.wamid),
            status: Status::Received,
        },
    )
    .await
}

/// Keeps a keyed hash of the message's id; it outlives the message. False when it was there.
async fn remember(env: &Env, tenant: &mut Tenant, number: &Number, wamid: &str) -> Result<bool> {
    let workspace = tenant.workspace();
    let digest = key(env, workspace, &number.id, wamid);
    let added = sqlx::query!(
        "INSERT INTO message_key (workspace_id, digest) VALUES ($1, $2)
         ON CONFLICT (workspace_id, digest) DO NOTHING",
        workspace.0,
        &digest[..],
    )
    .execute(tenant.conn())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// By Meta's number, not by our channel: a number that is disconnected and connected again is still the same.
pub(crate) fn key(env: &Env, workspace: WorkspaceId, number: &str, wamid: &str) -> [u8; 32] {
    let parts = [workspace.0.as_bytes(), number.as_bytes(), wamid.as_bytes()];
    env.keys.digest("message_key", &parts)
}

/// The one open conversation of that contact over that number, held until the transaction ends; made if there is none.
async fn open_conversation(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    contact: ContactId,
    inbound: &Inbound,
) -> Result<ConversationId> {
    let workspace = tenant.workspace();
    for _ in 0..3 {
        let open = sqlx::query_scalar!(
            // Locked: nobody closes it before the message is in. Not FOR UPDATE, which would wait for a reply that is being
            // written: its message holds a share of the conversation's key, and then wants this lock itself.
            r#"SELECT id AS "id: ConversationId" FROM conversation
                WHERE workspace_id = $1 AND channel_id = $2 AND contact_id = $3 AND state = 'open'
                  FOR NO KEY UPDATE"#,
            workspace.0,
            channel.0,
            contact.0,
        )
        .fetch_optional(tenant.conn())
        .await?;
        if let Some(open) = open {
            return Ok(open);
        }
        let id: ConversationId = env.id();
        let made = sqlx::query!(
            "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at)
             VALUES ($1, $2, $3, $4, 'open', $5, $6)
             ON CONFLICT (workspace_id, channel_id, contact_id) WHERE state = 'open' DO NOTHING",
            workspace.0,
            id.0,
            contact.0,
            channel.0,
            inbound.at,
            env.now(),
        )
        .execute(tenant.conn())
        .await?;
        if made.rows_affected() == 1 {
            return Ok(id);
        }
    }
    // It was opened and closed under our eyes, three times over.
    Err(Error::Unavailable)
}
