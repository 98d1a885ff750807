//! The book of contacts, page by page: of everybody, of one member, under a label, found by a word.
//!
//! A page is found first and read then. What is found has the order of an index, or is few: what somebody looked for, what a
//! limited agent sees, who wears a label. Who was merged into somebody is not in it.

use super::search_range;
use crate::{Result, Tenant, env::moment, page};
use postern_types::{
    BookOrder, BookPage, BookRequest, BookRow, ContactId, LabelId, MemberId, OwnedBy,
};
use std::collections::HashMap;
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

/// Contacts of a page. The statements say one more, which tells whether another page follows.
const ROWS: usize = 50;

/// A contact that was found, with its place in both orders.
#[derive(Debug)]
struct Place {
    id: Uuid,
    name: String,
    at: OffsetDateTime,
}

/// What is asked for, as the statements take it.
struct Asked {
    by_name: bool,
    /// Where the page begins: behind this name, or before this time…
    name: String,
    at: OffsetDateTime,
    /// …and behind this id.
    id: Uuid,
    any: bool,
    owner: Option<Uuid>,
    label: Option<Uuid>,
}

/// One page.
pub async fn book(tenant: &mut Tenant, request: &BookRequest) -> Result<BookPage> {
    let asked = Asked::new(request)?;
    let search = page::sought("search", &request.search)?;
    let mut places = if !search.is_empty() {
        sought(tenant, &asked, search).await?
    } else if tenant.limited().await? {
        seen(tenant, &asked).await?
    } else if asked.label.is_some() {
        labelled(tenant, &asked).await?
    } else if let Some(owner) = asked.owner {
        owned(tenant, &asked, owner).await?
    } else if asked.by_name {
        by_name(tenant, &asked).await?
    } else {
        by_age(tenant, &asked).await?
    };
    let more = places.len() > ROWS;
    places.truncate(ROWS);
    let next = places.last().filter(|_| more).map(|last| {
        if asked.by_name {
            page::word_key(&last.name, last.id)
        } else {
            page::key(last.at, last.id)
        }
    });
    Ok(BookPage {
        rows: rows(tenant, &places).await?,
        next,
    })
}

impl Asked {
    fn new(request: &BookRequest) -> Result<Self> {
        let by_name = request.order == BookOrder::Name;
        let mut asked = Self {
            by_name,
            name: String::new(),
            at: datetime!(9999-01-01 0:00 UTC),
            id: if by_name { Uuid::nil() } else { Uuid::max() },
            any: request.owner == OwnedBy::Anybody,
            owner: match request.owner {
                OwnedBy::Member(member) => Some(member.0),
                OwnedBy::Anybody | OwnedBy::Nobody => None,
            },
            label: request.label.map(|label| label.0),
        };
        match &request.after {
            Some(key) if by_name => (asked.name, asked.id) = page::parse_word(key)?,
            Some(key) => (asked.at, asked.id) = page::parse(key)?,
            None => {}
        }
        Ok(asked)
    }
}

async fn by_name(tenant: &mut Tenant, asked: &Asked) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_as!(
        Place,
        r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at FROM contact c
            WHERE c.workspace_id = $1 AND c.merged_into IS NULL AND (c.sort_name, c.id) > ($2, $3::uuid)
              AND ($4 OR c.owner_id IS NULL)
            ORDER BY c.sort_name, c.id LIMIT 51"#,
        workspace.0,
        asked.name,
        asked.id,
        asked.any,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

async fn by_age(tenant: &mut Tenant, asked: &Asked) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_as!(
        Place,
        r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at FROM contact c
            WHERE c.workspace_id = $1 AND c.merged_into IS NULL AND (c.created_at, c.id) < ($2, $3::uuid)
              AND ($4 OR c.owner_id IS NULL)
            ORDER BY c.created_at DESC, c.id DESC LIMIT 51"#,
        workspace.0,
        asked.at,
        asked.id,
        asked.any,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// One member's: by name in the order of their index, by age all of theirs.
async fn owned(tenant: &mut Tenant, asked: &Asked, owner: Uuid) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let found = if asked.by_name {
        sqlx::query_as!(
            Place,
            r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at FROM contact c
                WHERE c.workspace_id = $1 AND c.owner_id = $2 AND c.merged_into IS NULL
                  AND (c.sort_name, c.id) > ($3, $4::uuid)
                ORDER BY c.sort_name, c.id LIMIT 51"#,
            workspace.0,
            owner,
            asked.name,
            asked.id,
        )
        .fetch_all(tenant.conn())
        .await?
    } else {
        sqlx::query_as!(
            Place,
            r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at FROM contact c
                WHERE c.workspace_id = $1 AND c.owner_id = $2 AND c.merged_into IS NULL
                  AND (c.created_at, c.id) < ($3, $4::uuid)
                ORDER BY c.created_at DESC, c.id DESC LIMIT 51"#,
            workspace.0,
            owner,
            asked.at,
            asked.id,
        )
        .fetch_all(tenant.conn())
        .await?
    };
    Ok(found)
}

/// Who wears a label, in either order.
async fn labelled(tenant: &mut Tenant, asked: &Asked) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_as!(
        Place,
        r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at
             FROM contact_label l JOIN contact c ON c.workspace_id = $1 AND c.id = l.contact_id
            WHERE l.workspace_id = $1 AND l.label_id = $2 AND c.merged_into IS NULL
              AND ($3 OR c.owner_id IS NOT DISTINCT FROM $4::uuid)
              AND CASE WHEN $5 THEN (c.sort_name, c.id) > ($6, $7::uuid) ELSE (c.created_at, c.id) < ($8, $7) END
            ORDER BY CASE WHEN $5 THEN c.sort_name END, CASE WHEN $5 THEN c.id END, c.created_at DESC, c.id DESC
            LIMIT 51"#,
        workspace.0,
        asked.label,
        asked.any,
        asked.owner,
        asked.by_name,
        asked.name,
        asked.id,
        asked.at,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// Who is found by a word: among a thousand at most, however many are called so.
async fn sought(tenant: &mut Tenant, asked: &Asked, search: &str) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let (from, to) = search_range(search);
    let found = sqlx::query_as!(
        Place,
        r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at
             FROM (SELECT DISTINCT f.contact_id
                     FROM (SELECT t.contact_id FROM contact_term t
                            WHERE t.workspace_id = $1 AND t.term >= $2 AND t.term < $3
                            ORDER BY t.term, t.contact_id LIMIT 1000) f) f
             JOIN contact c ON c.workspace_id = $1 AND c.id = f.contact_id
            WHERE c.merged_into IS NULL
              AND ($4 OR c.owner_id IS NOT DISTINCT FROM $5::uuid)
              AND ($6::uuid IS NULL OR EXISTS (SELECT FROM contact_label l
                                                WHERE l.workspace_id = $1 AND l.contact_id = c.id AND l.label_id = $6))
              AND CASE WHEN $7 THEN (c.sort_name, c.id) > ($8, $9::uuid) ELSE (c.created_at, c.id) < ($10, $9) END
            ORDER BY CASE WHEN $7 THEN c.sort_name END, CASE WHEN $7 THEN c.id END, c.created_at DESC, c.id DESC
            LIMIT 51"#,
        workspace.0,
        from,
        to,
        asked.any,
        asked.owner,
        asked.label,
        asked.by_name,
        asked.name,
        asked.id,
        asked.at,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// What a limited agent sees: who writes in their and their teams' conversations, and whom they look after.
async fn seen(tenant: &mut Tenant, asked: &Asked) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let found = sqlx::query_as!(
        Place,
        r#"SELECT c.id, c.sort_name AS "name!", c.created_at AS at
             FROM (SELECT v.contact_id FROM conversation v
                    WHERE v.workspace_id = $1
                      AND v.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                   UNION
                   SELECT v.contact_id
                     FROM unnest((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]) AS t (id)
                     JOIN conversation v ON v.workspace_id = $1 AND v.team_id = t.id
                   UNION
                   SELECT o.id FROM contact o
                    WHERE o.workspace_id = $1
                      AND o.owner_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)) f
             JOIN contact c ON c.workspace_id = $1 AND c.id = f.contact_id
            WHERE c.merged_into IS NULL
              AND ($2 OR c.owner_id IS NOT DISTINCT FROM $3::uuid)
              AND ($4::uuid IS NULL OR EXISTS (SELECT FROM contact_label l
                                                WHERE l.workspace_id = $1 AND l.contact_id = c.id AND l.label_id = $4))
              AND CASE WHEN $5 THEN (c.sort_name, c.id) > ($6, $7::uuid) ELSE (c.created_at, c.id) < ($8, $7) END
            ORDER BY CASE WHEN $5 THEN c.sort_name END, CASE WHEN $5 THEN c.id END, c.created_at DESC, c.id DESC
            LIMIT 51"#,
        workspace.0,
        asked.any,
        asked.owner,
        asked.label,
        asked.by_name,
        asked.name,
        asked.id,
        asked.at,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(found)
}

/// What is shown of them, in their order.
async fn rows(tenant: &mut Tenant, places: &[Place]) -> Result<Vec<BookRow>> {
    let workspace = tenant.workspace();
    let ids: Vec<Uuid> = places.iter().map(|place| place.id).collect();
    let found = sqlx::query!(
        r#"SELECT c.id, coalesce(c.given_name, c.name, c.username) AS name, c.phone, c.email, c.owner_id, c.created_at,
                  ARRAY(SELECT l.label_id FROM contact_label l
                         WHERE l.workspace_id = $1 AND l.contact_id = c.id ORDER BY l.label_id) AS "labels!: Vec<Uuid>"
             FROM contact c WHERE c.workspace_id = $1 AND c.id = ANY ($2)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut found: HashMap<Uuid, BookRow> = found
        .into_iter()
        .map(|row| {
            let shown = BookRow {
                id: ContactId(row.id),
                name: row.name,
                phone: row.phone,
                email: row.email,
                owner: row.owner_id.map(MemberId),
                labels: row.labels.into_iter().map(LabelId).collect(),
                since: moment(row.created_at),
            };
            (row.id, shown)
        })
        .collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
