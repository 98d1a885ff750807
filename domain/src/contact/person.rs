//! A contact in full, as members look at it, and what they write there.

use super::{search_range, shown::changed_to, written};
use crate::{Env, Error, Result, Tenant, audit, conversation, env::moment, event, page};
use postern_types::{
    Alike, ContactBrief, ContactId, ConversationId, IdKind, KnownBy, Merged, PersonView, Side, Why,
};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

/// Whoever came by an advertisement and is answered within this time…
const ANSWER_WITHIN: Duration = Duration::hours(24);
/// …may be written to freely for so long from that answer (Meta's free entry point).
const FREE_FOR: Duration = Duration::hours(72);

/// The contact of a conversation.
pub async fn person(
    env: &Env,
    tenant: &mut Tenant,
    conversation: ConversationId,
) -> Result<PersonView> {
    let contact = conversation::row(tenant, conversation).await?.contact.id;
    described(env, tenant, contact, Some(conversation)).await
}

/// A contact, and until when messages to them are free in that conversation of theirs.
pub(super) async fn described(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    conversation: Option<ConversationId>,
) -> Result<PersonView> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT p.id AS "id: ContactId", p.given_name, p.name, p.username, p.created_at, p.marketing_stopped_at,
                  c.ad_at AS "ad_at?",
                  (SELECT min(m.at) FROM message m
                    WHERE m.workspace_id = $1 AND m.conversation_id = c.id AND m.direction = 'out' AND m.at >= c.ad_at
                      AND m.status IN ('accepted', 'sent', 'delivered', 'read', 'played')) AS answered_at
             FROM contact p LEFT JOIN conversation c ON c.workspace_id = p.workspace_id AND c.id = $3
            WHERE p.workspace_id = $1 AND p.id = $2"#,
        workspace.0,
        contact.0,
        conversation.map(|conversation| conversation.0),
    )
    .fetch_one(tenant.conn())
    .await?;
    let known_by = sqlx::query_as!(
        KnownBy,
        r#"SELECT kind AS "kind: IdKind", value, bool_and(ended_at IS NOT NULL) AS "ended!" FROM contact_identity
            WHERE workspace_id = $1 AND contact_id = $2
            GROUP BY kind, value ORDER BY CASE kind WHEN 'phone' THEN 0 ELSE 1 END, 3, kind, value"#,
        workspace.0,
        row.id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let free_until = free_until(row.ad_at, row.answered_at).filter(|until| *until > env.now());
    Ok(PersonView {
        id: row.id,
        given_name: row.given_name,
        name: row.name,
        username: row.username,
        known_by,
        first_seen: moment(row.created_at),
        marketing_stopped: row.marketing_stopped_at.map(moment),
        free_until: free_until.map(moment),
        alike: alike(tenant, row.id).await?,
        merged: merged(tenant, row.id).await?,
    })
}

/// Until when messages are free, for somebody who came by an advertisement.
fn free_until(
    ad_at: Option<OffsetDateTime>,
    answered_at: Option<OffsetDateTime>,
) -> Option<OffsetDateTime> {
    let (ad_at, answered_at) = (ad_at?, answered_at?);
    (answered_at <= ad_at + ANSWER_WITHIN).then(|| answered_at + FREE_FOR)
}

/// Who may be the same person as this contact, or as one who was merged into it.
async fn alike(tenant: &mut Tenant, contact: ContactId) -> Result<Vec<Alike>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT p.id AS "id: ContactId", coalesce(p.given_name, p.name, p.username) AS name, p.phone, s.why AS "why: Why"
             FROM contact o
             JOIN contact_suggestion s ON s.workspace_id = $1 AND o.id IN (s.one_id, s.other_id)
             JOIN contact p ON p.workspace_id = $1
                           AND p.id = CASE s.one_id WHEN o.id THEN s.other_id ELSE s.one_id END
            WHERE o.workspace_id = $1 AND (o.id = $2 OR o.merged_into = $2) AND s.dismissed_at IS NULL
              AND p.merged_into IS NULL AND p.id <> $2
            ORDER BY p.id LIMIT 10"#,
        workspace.0,
        contact.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut alike: Vec<Alike> = Vec::new();
    for row in rows {
        if alike.iter().all(|known| known.contact.id != row.id) {
            let contact = ContactBrief {
                id: row.id,
                name: row.name,
                phone: row.phone,
            };
            let why = row.why;
            alike.push(Alike { contact, why });
        }
    }
    Ok(alike)
}

async fn merged(tenant: &mut Tenant, contact: ContactId) -> Result<Vec<Merged>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT m.id, m.at, p.id AS "gone: ContactId", coalesce(p.given_name, p.name, p.username) AS name, p.phone
             FROM contact_merge m JOIN contact p ON p.workspace_id = $1 AND p.id = m.gone_id
            WHERE m.workspace_id = $1 AND m.kept_id = $2 AND m.undone_at IS NULL
            ORDER BY m.at DESC, m.id LIMIT 20"#,
        workspace.0,
        contact.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let merged = rows.into_iter().map(|row| Merged {
        id: row.id.into(),
        contact: ContactBrief {
            id: row.gone,
            name: row.name,
            phone: row.phone,
        },
        at: moment(row.at),
    });
    Ok(merged.collect())
}

/// Contacts by the beginning of a word of a name, or digits of a number; twenty at most.
pub async fn find(tenant: &mut Tenant, search: &str) -> Result<Vec<ContactBrief>> {
    let search = page::sought("search", search)?;
    if search.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = tenant.workspace();
    let (from, to) = search_range(search);
    let found = sqlx::query_as!(
        ContactBrief,
        r#"SELECT p.id AS "id: ContactId", coalesce(p.given_name, p.name, p.username) AS name, p.phone
             FROM (SELECT DISTINCT contact_id
                     FROM (SELECT t.contact_id FROM contact_term t
                            WHERE t.workspace_id = $1 AND t.term >= $2 AND t.term < $3
                            ORDER BY t.term, t.contact_id LIMIT 200) f) f
             JOIN contact p ON p.workspace_id = $1 AND p.id = f.contact_id
            WHERE p.merged_into IS NULL
            ORDER BY 2, p.id LIMIT 20"#,
        workspace.0,
        from,
        to,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// What members call the contact from now on; with nothing, what they call themselves.
pub async fn rename(env: &Env, tenant: &mut Tenant, id: ContactId, name: &str) -> Result<()> {
    let name = written::name(name)?;
    let workspace = tenant.workspace();
    let renamed = sqlx::query!(
        "UPDATE contact SET given_name = nullif($3, '') WHERE workspace_id = $1 AND id = $2 AND merged_into IS NULL",
        workspace.0,
        id.0,
        name,
    )
    .execute(tenant.conn())
    .await?;
    if renamed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    changed_to(env, tenant, id).await?;
    event::side(env, tenant, Side::Contact, id.0).await?;
    audit::record(env, tenant, "contact.rename", &Renamed { contact: id }).await
}

#[derive(Serialize)]
struct Renamed {
    contact: ContactId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn messages_are_free_for_three_days_after_an_answer_within_one() {
        let ad = datetime!(2026-08-01 10:00 UTC);
        for (ad_at, answered_at, free) in [
            (None, Some(ad), None),
            (Some(ad), None, None),
            (Some(ad), Some(ad), Some(datetime!(2026-08-04 10:00 UTC))),
            (
                Some(ad),
                Some(datetime!(2026-08-02 10:00 UTC)),
                Some(datetime!(2026-08-05 10:00 UTC)),
            ),
            (Some(ad), Some(datetime!(2026-08-02 10:00:01 UTC)), None),
        ] {
            assert_eq!(free_until(ad_at, answered_at), free);
        }
    }
}
