//! Two contacts made one, and two again.
//!
//! All that was the one's moves to the other: conversations, ids, what they are found by. What moved is written down, so that
//! undoing moves back exactly that; what came since stays where it came. Both contacts are locked against whoever takes a
//! message in (`identity::holders`): it lands before the merge and moves along, or after it and finds the one that is left.
//!
//! A contact has one open conversation over a number. Where both have one, the one that was heard of last stays open and
//! the other is closed, its thread whole, listed among their earlier ones; what was unread there counts as unread here.

mod belongings;

use super::{
    preference::{self, Word},
    shown::{changed_to, forget, index},
};
use crate::{Env, Error, Result, Tenant, audit, conversation, event, portal};
use belongings::{Belongings, hand_over};
use postern_types::{ContactId, MergeId, Side};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a merge changed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Moved {
    /// Conversations that were the other's.
    conversations: Vec<Uuid>,
    /// Those that were closed for another one.
    closed: Vec<Closed>,
    /// Kind, scope and value of ids that were the other's.
    ids: Vec<(String, String, String)>,
    /// What the contact that is left lacked and took over.
    took: Vec<String>,
    /// What they had said of marketing. An older merge does not tell.
    #[serde(default)]
    said: Option<Word>,
    /// What hung off the other one.
    #[serde(default)]
    belongings: Belongings,
}

/// A conversation that was closed, and the open one in which its unread messages count.
#[derive(Debug, Serialize, Deserialize)]
struct Closed {
    id: Uuid,
    into: Uuid,
    unread: i32,
}

/// A contact, locked.
struct Held {
    id: Uuid,
    given_name: Option<String>,
    name: Option<String>,
    username: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    owner_id: Option<Uuid>,
    marketing_stopped_at: Option<OffsetDateTime>,
    marketing_told_at: Option<OffsetDateTime>,
    merged_into: Option<Uuid>,
}

impl Held {
    fn word(&self) -> Word {
        Word::new(self.marketing_stopped_at, self.marketing_told_at)
    }
}

#[derive(Serialize)]
struct Told {
    kept: ContactId,
    gone: ContactId,
}

/// Makes `gone` a part of `kept`. [`Error::Conflict`] when one of them was merged already.
pub async fn merge(
    env: &Env,
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
) -> Result<MergeId> {
    if kept == gone {
        return Err(Error::invalid(
            "contact",
            "This is the same contact already.",
        ));
    }
    if tenant.limited().await? {
        return Err(Error::conflict(
            "A merge moves all that is theirs, also what you do not see: ask a manager. Nothing was changed.",
        ));
    }
    let (into, from) = hold_both(tenant, kept, gone).await?;
    if into.merged_into.is_some() || from.merged_into.is_some() {
        return Err(Error::conflict(
            "One of them was merged a moment ago. Nothing was changed: look at them again.",
        ));
    }
    let at = env.now();
    let closed = close_doubles(tenant, kept, gone, at).await?;
    answer_where_they_wrote(tenant, &into, &from).await?;
    let moved = Moved {
        closed,
        conversations: move_conversations(tenant, kept, gone).await?,
        ids: move_ids(tenant, kept, gone).await?,
        took: take_over(tenant, &into, &from).await?,
        said: Some(into.word()),
        belongings: hand_over(tenant, kept, gone).await?,
    };
    portal::moved(env, tenant, gone, kept, moved.belongings.links()).await?;
    let id = write_down(env, tenant, kept, gone, at, &moved).await?;
    forget(tenant, gone).await?;
    changed_to(env, tenant, kept).await?;
    for closed in &moved.closed {
        conversation::tell(env, tenant, closed.id.into()).await?;
    }
    tell_both(env, tenant, kept, gone).await?;
    audit::record(env, tenant, "contact.merge", &Told { kept, gone }).await?;
    Ok(id)
}

/// Parts them again. [`Error::Conflict`] when that was done, or when they were merged further since.
pub async fn undo(env: &Env, tenant: &mut Tenant, id: MergeId) -> Result<ContactId> {
    let workspace = tenant.workspace();
    let merge = sqlx::query!(
        r#"SELECT kept_id AS "kept: ContactId", gone_id AS "gone: ContactId", at, moved, undone_at
             FROM contact_merge WHERE workspace_id = $1 AND id = $2 FOR UPDATE"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if merge.undone_at.is_some() {
        return Err(Error::conflict("This was undone already."));
    }
    let (kept, gone) = (merge.kept, merge.gone);
    let (into, from) = hold_both(tenant, kept, gone).await?;
    if into.merged_into.is_some() {
        return Err(Error::conflict(
            "Both were merged into another contact since: undo that first.",
        ));
    }
    let moved: Moved =
        serde_json::from_value(merge.moved).map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "UPDATE conversation SET contact_id = $3, rev = rev + 1
          WHERE workspace_id = $1 AND id = ANY ($4) AND contact_id = $2",
        workspace.0,
        kept.0,
        gone.0,
        &moved.conversations,
    )
    .execute(tenant.conn())
    .await?;
    give_back_ids(tenant, kept, gone, &moved.ids).await?;
    let links = belongings::give_back(tenant, kept, gone, &moved.belongings).await?;
    portal::moved(env, tenant, kept, gone, &links).await?;
    give_back(tenant, kept, gone, &moved.took).await?;
    let took = moved.took.iter().any(|what| what == MARKETING);
    let (into_says, from_says) = preference::part(into.word(), from.word(), moved.said, took);
    preference::write(tenant, into.id, into_says).await?;
    preference::write(tenant, from.id, from_says).await?;
    for closed in &moved.closed {
        reopen(tenant, closed, merge.at).await?;
    }
    sqlx::query!(
        "UPDATE contact_merge SET undone_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    changed_to(env, tenant, kept).await?;
    index(tenant, gone).await?;
    conversation::tell_of(env, tenant, gone).await?;
    tell_both(env, tenant, kept, gone).await?;
    audit::record(env, tenant, "contact.unmerge", &Told { kept, gone }).await?;
    Ok(gone)
}

/// Tells the pages that show either of them.
async fn tell_both(env: &Env, tenant: &mut Tenant, kept: ContactId, gone: ContactId) -> Result<()> {
    for id in [kept, gone] {
        event::side(env, tenant, Side::Contact, id.0).await?;
    }
    Ok(())
}

/// The contact that is left of this one, held until the transaction ends.
pub(super) async fn standing(tenant: &mut Tenant, contact: ContactId) -> Result<ContactId> {
    let workspace = tenant.workspace();
    let mut contact = contact;
    loop {
        let into = sqlx::query_scalar!(
            r#"SELECT merged_into AS "into: ContactId" FROM contact WHERE workspace_id = $1 AND id = $2 FOR KEY SHARE"#,
            workspace.0,
            contact.0,
        )
        .fetch_one(tenant.conn())
        .await?;
        match into {
            Some(into) => contact = into,
            None => return Ok(contact),
        }
    }
}

/// Locks two contacts, always in one order: nobody takes a message in for one of them meanwhile.
async fn hold_both(tenant: &mut Tenant, kept: ContactId, gone: ContactId) -> Result<(Held, Held)> {
    let workspace = tenant.workspace();
    let mut rows = sqlx::query_as!(
        Held,
        "SELECT id, given_name, name, username, phone, email, owner_id, marketing_stopped_at,
                marketing_told_at, merged_into
           FROM contact WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE",
        workspace.0,
        &[kept.0, gone.0],
    )
    .fetch_all(tenant.conn())
    .await?;
    let (Some(second), Some(first)) = (rows.pop(), rows.pop()) else {
        return Err(Error::NotFound);
    };
    Ok(if first.id == kept.0 {
        (first, second)
    } else {
        (second, first)
    })
}

/// Closes, for each number over which both have an open conversation, the one that was heard of longer ago.
async fn close_doubles(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
    at: OffsetDateTime,
) -> Result<Vec<Closed>> {
    let workspace = tenant.workspace();
    let open = sqlx::query!(
        "SELECT id, channel_id, unread FROM conversation
          WHERE workspace_id = $1 AND contact_id = ANY ($2) AND state = 'open'
          ORDER BY heard_at DESC NULLS LAST, last_at DESC, id FOR NO KEY UPDATE",
        workspace.0,
        &[kept.0, gone.0],
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut stays = HashMap::new();
    let mut closed = Vec::new();
    for row in open {
        let into = *stays.entry(row.channel_id).or_insert(row.id);
        if into != row.id {
            closed.push(Closed {
                id: row.id,
                into,
                unread: row.unread,
            });
        }
    }
    for one in &closed {
        sqlx::query!(
            "UPDATE conversation SET state = 'closed', closed_at = $3, rev = rev + 1 WHERE workspace_id = $1 AND id = $2",
            workspace.0,
            one.id,
            at,
        )
        .execute(tenant.conn())
        .await?;
        count_unread(tenant, one.into, one.unread).await?;
    }
    Ok(closed)
}

async fn count_unread(tenant: &mut Tenant, id: Uuid, more: i32) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE conversation SET unread = greatest(unread + $3, 0), rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND $3 <> 0",
        workspace.0,
        id,
        more,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Two numbers are two windows: who has both is answered, in each conversation, where they wrote.
async fn answer_where_they_wrote(tenant: &mut Tenant, into: &Held, from: &Held) -> Result<()> {
    let workspace = tenant.workspace();
    let (Some(_), Some(_)) = (&into.phone, &from.phone) else {
        return Ok(());
    };
    for contact in [into, from] {
        sqlx::query!(
            "UPDATE conversation SET reply_to = ltrim($3, '+')
              WHERE workspace_id = $1 AND contact_id = $2 AND reply_to IS NULL",
            workspace.0,
            contact.id,
            contact.phone,
        )
        .execute(tenant.conn())
        .await?;
    }
    Ok(())
}

async fn move_conversations(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
) -> Result<Vec<Uuid>> {
    let workspace = tenant.workspace();
    let moved = sqlx::query_scalar!(
        "UPDATE conversation SET contact_id = $3, rev = rev + 1 WHERE workspace_id = $1 AND contact_id = $2
         RETURNING id",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(moved)
}

async fn move_ids(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
) -> Result<Vec<(String, String, String)>> {
    let workspace = tenant.workspace();
    let moved = sqlx::query!(
        "UPDATE contact_identity SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2
         RETURNING kind, scope, value",
        workspace.0,
        gone.0,
        kept.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let ids = moved
        .into_iter()
        .map(|row| (row.kind, row.scope, row.value));
    Ok(ids.collect())
}

/// Among what was taken over: the word on marketing.
const MARKETING: &str = "marketing";

/// What the contact that is left lacks, it takes from the other; a wish for no marketing holds for both. Says what it took.
async fn take_over(tenant: &mut Tenant, into: &Held, from: &Held) -> Result<Vec<String>> {
    let workspace = tenant.workspace();
    let stops = into.word().yields_to(from.word());
    let lacks = [
        (
            "given_name",
            into.given_name.is_none() && from.given_name.is_some(),
        ),
        ("name", into.name.is_none() && from.name.is_some()),
        (
            "username",
            into.username.is_none() && from.username.is_some(),
        ),
        ("phone", into.phone.is_none() && from.phone.is_some()),
        ("email", into.email.is_none() && from.email.is_some()),
        ("owner", into.owner_id.is_none() && from.owner_id.is_some()),
        (MARKETING, stops),
    ];
    sqlx::query!(
        "UPDATE contact SET given_name = coalesce(given_name, $3), name = coalesce(name, $4),
                username = coalesce(username, $5), phone = coalesce(phone, $6), email = coalesce(email, $7),
                owner_id = coalesce(owner_id, $8)
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        into.id,
        from.given_name,
        from.name,
        from.username,
        from.phone,
        from.email,
        from.owner_id,
    )
    .execute(tenant.conn())
    .await?;
    if stops {
        preference::write(tenant, into.id, from.word()).await?;
    }
    sqlx::query!(
        "UPDATE contact SET merged_into = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        from.id,
        into.id,
    )
    .execute(tenant.conn())
    .await?;
    let took = lacks.into_iter().filter(|(_, took)| *took);
    Ok(took.map(|(what, _)| what.to_owned()).collect())
}

async fn write_down(
    env: &Env,
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
    at: OffsetDateTime,
    moved: &Moved,
) -> Result<MergeId> {
    let workspace = tenant.workspace();
    let id: MergeId = env.id();
    let moved = serde_json::to_value(moved).map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "INSERT INTO contact_merge (workspace_id, id, kept_id, gone_id, at, member_id, moved)
         VALUES ($1, $2, $3, $4, $5, nullif(current_setting('app.member', true), '')::uuid, $6)",
        workspace.0,
        id.0,
        kept.0,
        gone.0,
        at,
        moved,
    )
    .execute(tenant.conn())
    .await?;
    Ok(id)
}

/// Ids that were taken from the contact since stay taken.
async fn give_back_ids(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
    ids: &[(String, String, String)],
) -> Result<()> {
    let workspace = tenant.workspace();
    for (kind, scope, value) in ids {
        sqlx::query!(
            "UPDATE contact_identity SET contact_id = $3
              WHERE workspace_id = $1 AND contact_id = $2 AND kind = $4 AND scope = $5 AND value = $6",
            workspace.0,
            kept.0,
            gone.0,
            kind,
            scope,
            value,
        )
        .execute(tenant.conn())
        .await?;
    }
    Ok(())
}

/// What was taken over goes, unless it was changed since.
async fn give_back(
    tenant: &mut Tenant,
    kept: ContactId,
    gone: ContactId,
    took: &[String],
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE contact k
            SET given_name = CASE WHEN 'given_name' = ANY ($4) THEN nullif(k.given_name, g.given_name) ELSE k.given_name END,
                name = CASE WHEN 'name' = ANY ($4) THEN nullif(k.name, g.name) ELSE k.name END,
                username = CASE WHEN 'username' = ANY ($4) THEN nullif(k.username, g.username) ELSE k.username END,
                phone = CASE WHEN 'phone' = ANY ($4) THEN nullif(k.phone, g.phone) ELSE k.phone END,
                email = CASE WHEN 'email' = ANY ($4) THEN nullif(k.email, g.email) ELSE k.email END,
                owner_id = CASE WHEN 'owner' = ANY ($4) THEN nullif(k.owner_id, g.owner_id) ELSE k.owner_id END
           FROM contact g
          WHERE k.workspace_id = $1 AND k.id = $2 AND g.workspace_id = $1 AND g.id = $3",
        workspace.0,
        kept.0,
        gone.0,
        took,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE contact SET merged_into = NULL WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        gone.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// A conversation that was closed for the merge opens again, unless somebody has touched it or there is a newer open one.
async fn reopen(tenant: &mut Tenant, closed: &Closed, at: OffsetDateTime) -> Result<()> {
    let workspace = tenant.workspace();
    let opened = sqlx::query!(
        "UPDATE conversation c SET state = 'open', closed_at = NULL, rev = c.rev + 1
          WHERE c.workspace_id = $1 AND c.id = $2 AND c.state = 'closed' AND c.closed_at = $3
            AND NOT EXISTS (SELECT FROM conversation o
                             WHERE o.workspace_id = $1 AND o.channel_id = c.channel_id AND o.contact_id = c.contact_id
                               AND o.state = 'open')",
        workspace.0,
        closed.id,
        at,
    )
    .execute(tenant.conn())
    .await?;
    if opened.rows_affected() > 0 {
        count_unread(tenant, closed.into, -closed.unread).await?;
    }
    Ok(())
}
