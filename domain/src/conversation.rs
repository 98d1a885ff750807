//! Conversations: the lists of the inbox, and what a member does with one.

mod contact;
mod hand;
mod list;
mod seen;
mod worn;

pub(crate) use contact::tell_of;
pub(crate) use hand::hand_on;
pub use list::{counts, from_now, list, snapshot};

use crate::{
    Env, Error, Result, Tenant, audit, courtesy, env::moment, error::OnConstraint as _, event,
    teams,
};
use postern_types::{
    ChannelId, ContactBrief, ContactId, ContactView, Content, ConversationDetails, ConversationId,
    ConversationRow, ConversationState, Direction, Event, LabelId, LastLine, MemberId, Status,
    TeamId,
};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long after the contact last wrote anything may be sent (Meta's customer service window).
pub const WINDOW: Duration = Duration::hours(24);

/// A row of the view `conversation_row`.
#[derive(sqlx::FromRow)]
pub(crate) struct Record {
    pub id: Uuid,
    pub rev: i64,
    pub contact_id: Uuid,
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    pub channel_id: Uuid,
    pub state: ConversationState,
    pub assignee_id: Option<Uuid>,
    pub last_kind: Option<String>,
    pub last_text: Option<String>,
    pub last_direction: Option<Direction>,
    pub last_status: Option<Status>,
    pub last_at: OffsetDateTime,
    pub unread: i32,
    pub heard_at: Option<OffsetDateTime>,
    pub team_id: Option<Uuid>,
    pub labels: Vec<Uuid>,
}

impl From<Record> for ConversationRow {
    fn from(row: Record) -> Self {
        let last = match (
            row.last_kind,
            row.last_text,
            row.last_direction,
            row.last_status,
        ) {
            (Some(kind), Some(text), Some(direction), Some(status)) => Some(LastLine {
                content: content(kind, text),
                direction,
                status,
            }),
            _ => None,
        };
        Self {
            id: ConversationId(row.id),
            rev: row.rev,
            contact: ContactBrief {
                id: ContactId(row.contact_id),
                name: row.contact_name,
                phone: row.contact_phone,
            },
            channel: ChannelId(row.channel_id),
            state: row.state,
            assignee: row.assignee_id.map(MemberId),
            team: row.team_id.map(TeamId),
            last,
            last_at: moment(row.last_at),
            unread: row.unread,
            window_until: row.heard_at.map(|at| moment(at + WINDOW)),
            labels: row.labels.into_iter().map(LabelId).collect(),
        }
    }
}

/// Message content from its stored kind and body.
pub(crate) fn content(kind: String, body: String) -> Content {
    if kind == "text" {
        Content::Text { text: body }
    } else {
        Content::Other {
            kind,
            summary: body,
        }
    }
}

/// One row of the list.
pub async fn row(tenant: &mut Tenant, id: ConversationId) -> Result<ConversationRow> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as::<_, Record>(
        "SELECT * FROM conversation_row WHERE workspace_id = $1 AND id = $2",
    )
    .bind(workspace.0)
    .bind(id.0)
    .fetch_one(tenant.conn())
    .await?;
    Ok(row.into())
}

/// Whether it is there, for who acts.
pub(crate) async fn is_there(tenant: &mut Tenant, id: ConversationId) -> Result<bool> {
    let workspace = tenant.workspace();
    let there = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM conversation WHERE workspace_id = $1 AND id = $2) AS "there!""#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(there)
}

/// Holds it until the transaction ends. Not FOR UPDATE, which waits for whoever holds a share of its key.
pub(crate) async fn hold(tenant: &mut Tenant, id: ConversationId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "SELECT id FROM conversation WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

/// What stands beside an open thread.
pub async fn details(tenant: &mut Tenant, id: ConversationId) -> Result<ConversationDetails> {
    let workspace = tenant.workspace();
    let row = row(tenant, id).await?;
    let contact = sqlx::query!(
        "SELECT id, coalesce(given_name, name, username) AS name, phone, created_at
           FROM contact WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        row.contact.id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let earlier = sqlx::query_as::<_, Record>(
        "SELECT * FROM conversation_row WHERE workspace_id = $1 AND contact_id = $2 AND id <> $3
          ORDER BY last_at DESC LIMIT 10",
    )
    .bind(workspace.0)
    .bind(row.contact.id.0)
    .bind(id.0)
    .fetch_all(tenant.conn())
    .await?;
    let draft = sqlx::query!(
        "SELECT body, note FROM draft
          WHERE workspace_id = $1 AND conversation_id = $2
            AND member_id = nullif(current_setting('app.member', true), '')::uuid",
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let (draft, draft_note) = draft
        .map(|draft| (draft.body, draft.note))
        .unwrap_or_default();
    Ok(ConversationDetails {
        row,
        contact: ContactView {
            id: ContactId(contact.id),
            name: contact.name,
            phone: contact.phone,
            first_seen: moment(contact.created_at),
        },
        earlier: earlier.into_iter().map(Into::into).collect(),
        draft,
        draft_note,
    })
}

/// Gives it to a member, or to nobody.
pub async fn assign(
    env: &Env,
    tenant: &mut Tenant,
    id: ConversationId,
    assignee: Option<MemberId>,
) -> Result<ConversationRow> {
    if let Some(member) = assignee {
        works_here(tenant, member).await?;
    }
    hold(tenant, id).await?;
    let mut given = row(tenant, id).await?;
    given.assignee = assignee;
    give(env, tenant, given).await
}

/// Gives it to a team, or to none; who looks after it stays.
pub async fn assign_team(
    env: &Env,
    tenant: &mut Tenant,
    id: ConversationId,
    team: Option<TeamId>,
) -> Result<ConversationRow> {
    if let Some(team) = team {
        teams::is_there(tenant, team).await?;
    }
    hold(tenant, id).await?;
    let mut given = row(tenant, id).await?;
    given.team = team;
    give(env, tenant, given).await
}

/// Makes a conversation that is held what `given` says. The feed is told first: who gives it away may not see it afterwards.
async fn give(
    env: &Env,
    tenant: &mut Tenant,
    mut given: ConversationRow,
) -> Result<ConversationRow> {
    given.rev += 1;
    let conversation = given.clone();
    event::record(env, tenant, &Event::Conversation { conversation }).await?;
    let done = sqlx::query_scalar!(
        r#"SELECT hand_conversation($1, $2, $3) AS "done!""#,
        given.id.0,
        given.assignee.map(|member| member.0),
        given.team.map(|team| team.0),
    )
    .fetch_one(tenant.conn())
    .await?;
    if !done {
        return Err(Error::NotFound);
    }
    let detail = json!({ "contact": given.contact.id, "to": given.assignee, "team": given.team });
    audit::record(env, tenant, "conversation.assigned", &detail).await?;
    Ok(given)
}

/// Makes sure that a member can be given something, and goes on to be one until this transaction ends.
pub(crate) async fn works_here(tenant: &mut Tenant, member: MemberId) -> Result<()> {
    let workspace = tenant.workspace();
    let active = sqlx::query_scalar!(
        r#"SELECT removed_at IS NULL AND state = 'active' AS "active!" FROM member
            WHERE workspace_id = $1 AND id = $2 FOR SHARE"#,
        workspace.0,
        member.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if active {
        return Ok(());
    }
    Err(Error::invalid(
        "assignee",
        "This person does not work here at the moment; choose somebody else.",
    ))
}

/// Marks it done. Closing a closed one changes nothing.
pub async fn close(env: &Env, tenant: &mut Tenant, id: ConversationId) -> Result<ConversationRow> {
    let workspace = tenant.workspace();
    let closed = sqlx::query!(
        "UPDATE conversation SET state = 'closed', closed_at = $3, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND state = 'open'",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let row = announce(env, tenant, id, 1).await?;
    if closed.rows_affected() > 0 {
        let detail = json!({ "contact": row.contact.id });
        audit::record(env, tenant, "conversation.closed", &detail).await?;
    }
    Ok(row)
}

/// Brings it back. [`Error::Conflict`] when the contact has a newer open one.
pub async fn reopen(env: &Env, tenant: &mut Tenant, id: ConversationId) -> Result<ConversationRow> {
    let workspace = tenant.workspace();
    let opened = sqlx::query!(
        // They may have written in a later one since: the window is theirs, whichever conversation it was.
        "UPDATE conversation c
            SET state = 'open', closed_at = NULL, rev = c.rev + 1,
                heard_at = greatest(c.heard_at, (
                    SELECT max(h.heard_at) FROM conversation h
                     WHERE h.workspace_id = $1 AND h.contact_id = c.contact_id AND h.channel_id = c.channel_id
                       AND (h.reply_to IS NULL OR c.reply_to IS NULL OR h.reply_to = c.reply_to)))
          WHERE c.workspace_id = $1 AND c.id = $2 AND c.state = 'closed'",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await
    .on_constraint("conversation_open_key", || {
        Error::conflict("This contact has a newer open conversation: go on there.")
    })?;
    let row = announce(env, tenant, id, 1).await?;
    if opened.rows_affected() > 0 {
        let detail = json!({ "contact": row.contact.id });
        audit::record(env, tenant, "conversation.reopened", &detail).await?;
    }
    Ok(row)
}

/// Somebody has looked: nothing in it is unread any more.
pub async fn mark_read(
    env: &Env,
    tenant: &mut Tenant,
    id: ConversationId,
) -> Result<ConversationRow> {
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE conversation SET unread = 0, rev = rev + 1 WHERE workspace_id = $1 AND id = $2 AND unread > 0",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return row(tenant, id).await;
    }
    courtesy::read(env, tenant, id).await?;
    announce(env, tenant, id, 1).await
}

/// Tells the feed of a conversation as it is now.
pub(crate) async fn tell(env: &Env, tenant: &mut Tenant, id: ConversationId) -> Result<()> {
    announce(env, tenant, id, 1).await.map(drop)
}

async fn announce(
    env: &Env,
    tenant: &mut Tenant,
    id: ConversationId,
    changed: u64,
) -> Result<ConversationRow> {
    if changed == 0 {
        return Err(Error::NotFound);
    }
    let conversation = row(tenant, id).await?;
    event::record(
        env,
        tenant,
        &Event::Conversation {
            conversation: conversation.clone(),
        },
    )
    .await?;
    Ok(conversation)
}

#[cfg(test)]
mod tests;
