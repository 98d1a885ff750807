//! The lists of tasks, page by page.

use super::day;
use crate::{Env, Result, Tenant, page};
use postern_types::{
    ContactBrief, ContactId, MemberId, TaskId, TaskList, TaskPage, TaskRequest, TaskRow, TaskStatus,
};
use std::collections::HashMap;
use time::{Date, Duration, OffsetDateTime, macros::date};
use uuid::Uuid;

/// Rows of a page. The statements say `LIMIT 41`, one more, which tells whether another page follows; as a constant, for the
/// planner's sake.
const ROWS: usize = 40;
/// What is due within so many days is due soon.
const SOON: Duration = Duration::days(7);
/// Stands for no day at all: after every real one.
const NO_DAY: Date = date!(9999 - 01 - 01);

/// By what a list stands in order: a time, and the id.
type Place = (OffsetDateTime, Uuid);

/// One page.
pub async fn list(env: &Env, tenant: &mut Tenant, asked: &TaskRequest) -> Result<TaskPage> {
    let today = day::today(env, tenant).await?;
    let after = asked
        .after
        .as_deref()
        .map(page::parse::<Uuid>)
        .transpose()?;
    let mut places = match (asked.contact, asked.list) {
        (Some(contact), _) => of_contact(tenant, contact, after).await?,
        (None, TaskList::Open) => open(tenant, after).await?,
        (None, TaskList::Mine) => mine(tenant, after).await?,
        (None, TaskList::Overdue) => due(tenant, (Date::MIN, today), after).await?,
        (None, TaskList::Soon) => {
            let days = (today, today.saturating_add(SOON + Duration::DAY));
            due(tenant, days, after).await?
        }
        (None, TaskList::Done) => done(tenant, after).await?,
    };
    let more = places.len() > ROWS;
    places.truncate(ROWS);
    let next = places.last().filter(|_| more);
    let next = next.map(|(at, id)| page::key(*at, *id));
    let ids: Vec<_> = places.into_iter().map(|(_, id)| id).collect();
    Ok(TaskPage {
        rows: rows(tenant, &ids).await?,
        next,
        today: day::text(today),
        overdue: overdue(tenant, today).await?,
    })
}

/// A day as a place; none is the last.
fn at(day: Option<Date>) -> OffsetDateTime {
    day.unwrap_or(NO_DAY).midnight().assume_utc()
}

/// The same of where the page before ended: after which day, or after which of those without one.
fn ended(after: Option<Place>) -> (Date, Uuid, Uuid) {
    match after {
        None => (date!(0001 - 01 - 01), Uuid::nil(), Uuid::nil()),
        Some((at, id)) if at.date() >= NO_DAY => (NO_DAY, Uuid::max(), id),
        Some((at, id)) => (at.date(), id, Uuid::nil()),
    }
}

async fn open(tenant: &mut Tenant, after: Option<Place>) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let (day, id, dayless) = ended(after);
    let rows = sqlx::query!(
        // Two stretches of one index, for a comparison with nothing would leave the second out.
        r#"SELECT o.due, o.id AS "id!" FROM (
              (SELECT t.due, t.id FROM task t
                WHERE t.workspace_id = $1 AND t.ended_at IS NULL AND (t.due, t.id) > ($2, $3)
                ORDER BY t.due, t.id LIMIT 41)
              UNION ALL
              (SELECT t.due, t.id FROM task t
                WHERE t.workspace_id = $1 AND t.ended_at IS NULL AND t.due IS NULL AND t.id > $4
                ORDER BY t.due, t.id LIMIT 41)) o
            ORDER BY o.due NULLS LAST, o.id LIMIT 41"#,
        workspace.0,
        day,
        id,
        dayless,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (at(row.due), row.id)).collect())
}

async fn mine(tenant: &mut Tenant, after: Option<Place>) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let me = tenant.actor().await?;
    let (day, id, dayless) = ended(after);
    let rows = sqlx::query!(
        r#"SELECT o.due, o.id AS "id!" FROM (
              (SELECT t.due, t.id FROM task t
                WHERE t.workspace_id = $1 AND t.owner_id = $5 AND t.ended_at IS NULL AND (t.due, t.id) > ($2, $3)
                ORDER BY t.due, t.id LIMIT 41)
              UNION ALL
              (SELECT t.due, t.id FROM task t
                WHERE t.workspace_id = $1 AND t.owner_id = $5 AND t.ended_at IS NULL AND t.due IS NULL AND t.id > $4
                ORDER BY t.due, t.id LIMIT 41)) o
            ORDER BY o.due NULLS LAST, o.id LIMIT 41"#,
        workspace.0,
        day,
        id,
        dayless,
        me.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (at(row.due), row.id)).collect())
}

/// Those that are due from the first day on, and before the second.
async fn due(
    tenant: &mut Tenant,
    (from, until): (Date, Date),
    after: Option<Place>,
) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let (day, id, _) = ended(after);
    let rows = sqlx::query!(
        r#"SELECT due AS "due!", id FROM task
            WHERE workspace_id = $1 AND ended_at IS NULL AND due >= $4 AND due < $5 AND (due, id) > ($2, $3)
            ORDER BY due, id LIMIT 41"#,
        workspace.0,
        day,
        id,
        from.max(date!(0001 - 01 - 01)),
        until,
    )
    .fetch_all(tenant.conn())
    .await?;
    let places = rows.into_iter().map(|row| (at(Some(row.due)), row.id));
    Ok(places.collect())
}

async fn done(tenant: &mut Tenant, after: Option<Place>) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let (ended, id) = after.unwrap_or((at(None), Uuid::max()));
    let rows = sqlx::query!(
        r#"SELECT ended_at AS "ended!", id FROM task
            WHERE workspace_id = $1 AND ended_at IS NOT NULL AND (ended_at, id) < ($2, $3)
            ORDER BY ended_at DESC, id DESC LIMIT 41"#,
        workspace.0,
        ended,
        id,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.ended, row.id)).collect())
}

async fn of_contact(
    tenant: &mut Tenant,
    contact: ContactId,
    after: Option<Place>,
) -> Result<Vec<Place>> {
    let workspace = tenant.workspace();
    let (made, id) = after.unwrap_or((at(None), Uuid::max()));
    let rows = sqlx::query!(
        "SELECT created_at, id FROM task
          WHERE workspace_id = $1 AND contact_id = $2 AND (created_at, id) < ($3, $4)
          ORDER BY created_at DESC, id DESC LIMIT 41",
        workspace.0,
        contact.0,
        made,
        id,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.created_at, row.id))
        .collect())
}

/// Counted to 100 at most.
async fn overdue(tenant: &mut Tenant, today: Date) -> Result<u32> {
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM (SELECT FROM task t
              WHERE t.workspace_id = $1 AND t.ended_at IS NULL AND t.due < $2 ORDER BY t.due, t.id LIMIT 100) o"#,
        workspace.0,
        today,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(u32::try_from(many).unwrap_or_default())
}

/// The rows of these tasks, in their order.
async fn rows(tenant: &mut Tenant, ids: &[Uuid]) -> Result<Vec<TaskRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = tenant.workspace();
    let found = sqlx::query!(
        r#"SELECT t.id AS "id: TaskId", t.title, t.status AS "status: TaskStatus", t.due, t.owner_id AS "owner: MemberId",
                  t.shared, t.contact_id AS "contact: ContactId",
                  coalesce(p.given_name, p.name, p.username) AS name, p.phone AS "phone?",
                  i.items AS "items!", i.ticked AS "ticked!"
             FROM task t
             LEFT JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
            CROSS JOIN LATERAL (
                  SELECT count(*)::int AS items, count(i.done_at)::int AS ticked FROM task_item i
                   WHERE i.workspace_id = $1 AND i.task_id = t.id) i
            WHERE t.workspace_id = $1 AND t.id = ANY ($2)"#,
        workspace.0,
        ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut known: HashMap<Uuid, TaskRow> = found
        .into_iter()
        .map(|row| {
            let task = TaskRow {
                id: row.id,
                title: row.title,
                status: row.status,
                contact: ContactBrief {
                    id: row.contact,
                    name: row.name,
                    phone: row.phone,
                },
                due: row.due.map(day::text),
                owner: row.owner,
                shared: row.shared,
                items: u32::try_from(row.items).unwrap_or_default(),
                ticked: u32::try_from(row.ticked).unwrap_or_default(),
            };
            (row.id.0, task)
        })
        .collect();
    Ok(ids.iter().filter_map(|id| known.remove(id)).collect())
}
