//! What happened with a contact: what was written, noted, made and visited, newest first.

use super::{is_standing, note::END_OF_TIME};
use crate::{Result, Tenant, conversation, env::moment, page};
use postern_types::{ContactId, Happened, Happening, MemberId, Timeline};
use time::OffsetDateTime;
use uuid::Uuid;

/// Entries of a page. The statement says one more.
const ENTRIES: usize = 50;

/// A page of it.
pub async fn timeline(
    tenant: &mut Tenant,
    contact: ContactId,
    after: Option<&str>,
) -> Result<Timeline> {
    is_standing(tenant, contact).await?;
    let (at, id) = match after {
        Some(key) => page::parse::<Uuid>(key)?,
        None => (END_OF_TIME, Uuid::max()),
    };
    let mut rows = read(tenant, contact, (at, id)).await?;
    let more = rows.len() > ENTRIES;
    rows.truncate(ENTRIES);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| page::key(row.at, row.id));
    Ok(Timeline {
        entries: rows.into_iter().filter_map(Row::happened).collect(),
        next,
    })
}

struct Row {
    id: Uuid,
    at: OffsetDateTime,
    member: Option<Uuid>,
    what: String,
    /// The conversation of a message.
    place: Option<Uuid>,
    kind: String,
    text: String,
}

impl Row {
    fn happened(self) -> Option<Happening> {
        let (kind, text) = (self.kind, self.text);
        let what = match (self.what.as_str(), self.place) {
            ("in", Some(place)) => Happened::Heard(place.into(), conversation::content(kind, text)),
            ("out", Some(place)) => {
                Happened::Wrote(place.into(), conversation::content(kind, text))
            }
            ("note", Some(place)) => {
                Happened::Remarked(place.into(), conversation::content(kind, text))
            }
            ("noted", _) => Happened::Noted(text),
            ("task", _) => Happened::Task(self.id.into(), text),
            ("task_ended", _) => Happened::TaskEnded(self.id.into(), text),
            ("visit", _) => Happened::Visit,
            ("merge", _) => Happened::Merged(text),
            ("began", _) => Happened::Began,
            _ => return None,
        };
        Some(Happening {
            id: self.id,
            at: moment(self.at),
            by: self.member.map(MemberId),
            what,
        })
    }
}

/// Of each kind a page, each by its own index, and the newest of them all.
async fn read(
    tenant: &mut Tenant,
    contact: ContactId,
    (at, id): (OffsetDateTime, Uuid),
) -> Result<Vec<Row>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT h.id AS "id!", h.at AS "at!", h.member AS "member?", h.what AS "what!", h.place AS "place?",
                  h.kind AS "kind!", h.text AS "text!"
             FROM (
               (SELECT m.id, m.at, m.author_id AS member, m.direction AS what, m.conversation_id AS place,
                       -- What was taken back is not told again.
                       CASE WHEN m.deleted_at IS NULL THEN m.kind ELSE 'revoke' END AS kind,
                       CASE WHEN m.deleted_at IS NULL THEN left(coalesce(m.edited_body, m.body), 300) ELSE '' END AS text
                  FROM conversation c
                 CROSS JOIN LATERAL (
                       SELECT r.id, r.at, r.author_id, r.direction, r.conversation_id, r.kind, r.body, r.edited_body,
                              r.deleted_at
                         FROM message_row r
                        WHERE r.workspace_id = $1 AND r.conversation_id = c.id AND r.target_id IS NULL
                          AND (r.at, r.id) < ($3, $4::uuid)
                        ORDER BY r.at DESC, r.id DESC LIMIT 51) m
                 WHERE c.workspace_id = $1 AND c.contact_id = $2
                 ORDER BY m.at DESC, m.id DESC LIMIT 51)
               UNION ALL
               (SELECT n.id, n.at, n.author_id, 'noted', NULL, '', left(n.body, 300) FROM contact_note n
                 WHERE n.workspace_id = $1 AND n.contact_id = $2 AND (n.at, n.id) < ($3, $4::uuid)
                 ORDER BY n.at DESC, n.id DESC LIMIT 51)
               UNION ALL
               (SELECT t.id, t.created_at, t.author_id, 'task', NULL, '', t.title FROM task t
                 WHERE t.workspace_id = $1 AND t.contact_id = $2 AND (t.created_at, t.id) < ($3, $4::uuid)
                 ORDER BY t.created_at DESC, t.id DESC LIMIT 51)
               UNION ALL
               (SELECT t.id, t.ended_at, NULL, 'task_ended', NULL, '', t.title FROM task t
                 WHERE t.workspace_id = $1 AND t.contact_id = $2 AND (t.ended_at, t.id) < ($3, $4::uuid)
                 ORDER BY t.ended_at DESC, t.id DESC LIMIT 51)
               UNION ALL
               (SELECT s.id, s.created_at, NULL, 'visit', NULL, '', '' FROM portal_link l
                  JOIN portal_session s ON s.workspace_id = $1 AND s.link_id = l.id
                 WHERE l.workspace_id = $1 AND l.contact_id = $2 AND (s.created_at, s.id) < ($3, $4::uuid)
                 ORDER BY s.created_at DESC, s.id DESC LIMIT 51)
               UNION ALL
               (SELECT g.id, g.at, g.member_id, 'merge', NULL, '', coalesce(p.given_name, p.name, p.username, p.phone, '')
                  FROM contact_merge g JOIN contact p ON p.workspace_id = $1 AND p.id = g.gone_id
                 WHERE g.workspace_id = $1 AND g.kept_id = $2 AND g.undone_at IS NULL AND (g.at, g.id) < ($3, $4::uuid)
                 ORDER BY g.at DESC, g.id DESC LIMIT 51)
               UNION ALL
               (SELECT b.id, b.created_at, NULL, 'began', NULL, '', '' FROM contact b
                 WHERE b.workspace_id = $1 AND b.id = $2 AND (b.created_at, b.id) < ($3, $4::uuid))) h
            ORDER BY h.at DESC, h.id DESC LIMIT 51"#,
        workspace.0,
        contact.0,
        at,
        id,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows)
}
