//! A message that Meta tells of, put where it belongs: contact, open conversation, thread.

use crate::{
    Env, Error, Result, Tenant, contact, file,
    message::{self, New},
    payload::{Call, Inbound, Person, Side},
};
use postern_types::{
    ChannelId, ContactId, ConversationId, Detail, Direction, MessageId, Status, Told, WorkspaceId,
};
use time::OffsetDateTime;

/// A number of the workspace, as webhooks name it.
pub(crate) struct Number {
    pub channel: ChannelId,
    /// Meta's id of the number.
    pub id: String,
    /// Meta's id of the business account.
    pub account: String,
    /// Within which Meta's ids of people hold: its id of the business portfolio, or of the account where that is not known.
    pub people: String,
}

/// The workspace's channels of those numbers; numbers that it does not have are left out.
pub(crate) async fn numbers(tenant: &mut Tenant, numbers: &[String]) -> Result<Vec<Number>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_as!(
        Number,
        r#"SELECT id AS "channel: ChannelId", phone_number_id AS "id", account_id AS account,
                  people_scope AS "people!"
             FROM channel WHERE workspace_id = $1 AND phone_number_id = ANY ($2)"#,
        workspace.0,
        numbers,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// Adds the message to its thread, or changes the message that it is about. False when it came before, even if it was
/// erased since.
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
    if inbound.side == Side::Phone && is_known(tenant, number.channel, &inbound.wamid).await? {
        // We sent it ourselves.
        return Ok(false);
    }
    let (people, from) = (&number.people, &inbound.from);
    let contact = match &inbound.moved_to {
        None => contact::resolve(env, tenant, people, from).await?,
        Some(to) => contact::moved(env, tenant, people, from, to, inbound.at).await?,
    };
    let (direction, status) = match inbound.side {
        Side::Contact => (Direction::In, Status::Received),
        Side::Phone => (Direction::Out, Status::Sent),
    };
    let target = target(tenant, number.channel, contact, direction, inbound).await?;
    let conversation = if let Some(target) = &target {
        target.conversation
    } else {
        let who = inbound.moved_to.as_ref().unwrap_or(from);
        open_conversation(env, tenant, number.channel, contact, who, inbound.at).await?
    };
    let file = match &inbound.said.media {
        Some(media) => Some(file::expect(env, tenant, number.channel, &inbound.kind, media).await?),
        None => None,
    };
    let new = New {
        id: env.id(),
        conversation,
        channel: number.channel,
        direction,
        author: None,
        kind: &inbound.kind,
        body: &inbound.body,
        at: inbound.at,
        wamid: Some(&inbound.wamid),
        status,
        told: &inbound.said.told,
        quotes: inbound.said.quotes.as_deref(),
        target: inbound.said.target.as_deref(),
        file,
    };
    match target {
        Some(target) => message::change(env, tenant, &new, target.id).await,
        None => message::add(env, tenant, &new).await,
    }
}

/// A message that another one is about.
struct Target {
    id: MessageId,
    conversation: ConversationId,
}

/// What a reaction, an edit or a deletion is about, when it is here. Everybody changes their own messages alone, and
/// reacts within their own conversations.
async fn target(
    tenant: &mut Tenant,
    channel: ChannelId,
    contact: ContactId,
    direction: Direction,
    inbound: &Inbound,
) -> Result<Option<Target>> {
    let Some(wamid) = &inbound.said.target else {
        return Ok(None);
    };
    let workspace = tenant.workspace();
    let side = match direction {
        Direction::In => "in",
        Direction::Out | Direction::Note => "out",
    };
    let target = sqlx::query_as!(
        Target,
        r#"SELECT m.id AS "id: MessageId", m.conversation_id AS "conversation: ConversationId"
             FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            WHERE m.workspace_id = $1 AND m.channel_id = $2 AND m.wamid = $3 AND c.contact_id = $4
              AND m.target_id IS NULL AND ($5 = 'reaction' OR m.direction = $6)"#,
        workspace.0,
        channel.0,
        wamid,
        contact.0,
        inbound.kind,
        side,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(target)
}

async fn is_known(tenant: &mut Tenant, channel: ChannelId, wamid: &str) -> Result<bool> {
    let workspace = tenant.workspace();
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM message
                           WHERE workspace_id = $1 AND channel_id = $2 AND wamid = $3) AS "known!""#,
        workspace.0,
        channel.0,
        wamid,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(known)
}

/// Tells of a call in its conversation: one line, which says the newest that is known.
pub(crate) async fn call(
    env: &Env,
    tenant: &mut Tenant,
    number: &Number,
    call: &Call,
) -> Result<()> {
    let workspace = tenant.workspace();
    let known = sqlx::query!(
        r#"SELECT id AS "id: MessageId", told FROM message
            WHERE workspace_id = $1 AND channel_id = $2 AND wamid = $3 FOR UPDATE"#,
        workspace.0,
        number.channel.0,
        call.id,
    )
    .fetch_optional(tenant.conn())
    .await?;
    if let Some(known) = known {
        let before: Told = message::told(known.told);
        return match before.detail {
            Some(Detail::Call { state, .. }) if Call::rank(&state) < Call::rank(&call.state) => {
                message::retell(env, tenant, known.id, &told_of(call)).await
            }
            // It came late, or twice.
            _ => Ok(()),
        };
    }
    let contact = contact::resolve(env, tenant, &number.people, &call.with).await?;
    let (direction, status) = if call.incoming {
        (Direction::In, Status::Received)
    } else {
        (Direction::Out, Status::Sent)
    };
    let new = New {
        id: env.id(),
        conversation: open_conversation(env, tenant, number.channel, contact, &call.with, call.at)
            .await?,
        channel: number.channel,
        direction,
        author: None,
        kind: "calls",
        body: "",
        at: call.at,
        wamid: Some(&call.id),
        status,
        told: &told_of(call),
        quotes: None,
        target: None,
        file: None,
    };
    message::add(env, tenant, &new).await.map(drop)
}

fn told_of(call: &Call) -> Told {
    Told {
        detail: Some(call.detail()),
        ..Told::default()
    }
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

/// The one open conversation of that contact over that number, held until the transaction ends; made if there is none. A new
/// one begins with the window that an earlier one left open.
pub(crate) async fn open_conversation(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    contact: ContactId,
    who: &Person,
    at: OffsetDateTime,
) -> Result<ConversationId> {
    let workspace = tenant.workspace();
    for _ in 0..3 {
        let open = sqlx::query!(
            // Locked: nobody closes it before the message is in. Not FOR UPDATE, which would wait for a reply that is being
            // written: its message holds a share of the conversation's key, and then wants this lock itself.
            r#"SELECT id AS "id: ConversationId", reply_to FROM conversation
                WHERE workspace_id = $1 AND channel_id = $2 AND contact_id = $3 AND state = 'open'
                  FOR NO KEY UPDATE"#,
            workspace.0,
            channel.0,
            contact.0,
        )
        .fetch_optional(tenant.conn())
        .await?;
        if let Some(open) = open {
            if open.reply_to.is_some() && who.phone.is_some() && open.reply_to != who.phone {
                answer_by(tenant, open.id, who).await?;
            }
            return Ok(open.id);
        }
        let id: ConversationId = env.id();
        let made = sqlx::query!(
            "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at, reply_to,
                                       heard_at)
             VALUES ($1, $2, $3, $4, 'open', $5, $6, $7,
                     (SELECT max(h.heard_at) FROM conversation h
                       WHERE h.workspace_id = $1 AND h.contact_id = $3 AND h.channel_id = $4
                         AND (h.reply_to IS NULL OR $7::text IS NULL OR h.reply_to = $7)))
             ON CONFLICT (workspace_id, channel_id, contact_id) WHERE state = 'open' DO NOTHING",
            workspace.0,
            id.0,
            contact.0,
            channel.0,
            at,
            env.now(),
            who.phone,
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

/// They wrote by another number of theirs: they are answered there from now on.
async fn answer_by(tenant: &mut Tenant, open: ConversationId, who: &Person) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE conversation SET reply_to = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        open.0,
        who.phone,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
