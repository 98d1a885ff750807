//! What a client sees: their shared tasks. Everything is read in the client's own transaction, whose policies show nothing
//! else; what is asked here narrows it further.

mod task;

use super::{
    Way, logo,
    when::{Due, Wall},
};
use crate::{Env, Error, Result, Tenant, workspace};
use postern_types::{ContactId, LinkId, TaskId, TaskStatus, WorkspaceId};
pub use task::{Became, By, Change, Comment, Document, Item, Task, task};
use uuid::Uuid;

/// Tasks on the first page, at most: the newest.
const TASKS: i64 = 200;
/// Who invites.
#[derive(Clone, Debug)]
pub struct Host {
    /// Their id, which their own colour hangs off.
    pub workspace: WorkspaceId,
    /// Their name.
    pub name: String,
    /// Their colour in the palette; none: the one that their id has.
    pub tone: Option<u8>,
    /// Where their logo is had.
    pub logo: Option<String>,
}

/// What every page stands in.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Who invites.
    pub host: Host,
    /// What the client is called, as they call themselves; empty when nothing is known.
    pub client: String,
    /// Where the chat opens; none while no number is connected.
    pub chat: Option<String>,
}

/// A task in the list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: TaskId,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub stand: TaskStatus,
    /// By when it is due; none once it is over.
    pub due: Option<Due>,
    /// Points of its list that are done.
    pub done: i64,
    /// All of them.
    pub items: i64,
    /// Documents that the client is asked for and has not brought.
    pub missing: i64,
}

/// The first page.
#[derive(Clone, Debug)]
pub struct Home {
    /// What it stands in.
    pub frame: Frame,
    /// What is shared: first what is not over, what is due soonest before the rest.
    pub tasks: Vec<Line>,
}

/// Everything that is shared with the client.
pub async fn home(env: &Env, tenant: &mut Tenant) -> Result<Home> {
    let (frame, wall, client) = frame(env, tenant).await?;
    let tasks = lines(tenant, &wall, client, None).await?;
    Ok(Home { frame, tasks })
}

/// Who the client is; [`Error::Forbidden`] when it is no client who acts.
pub(super) async fn client(tenant: &mut Tenant) -> Result<ContactId> {
    let client = sqlx::query_scalar::<_, Option<Uuid>>(
        "SELECT nullif(current_setting('app.client', true), '')::uuid",
    )
    .fetch_one(tenant.conn())
    .await?;
    client.map(ContactId).ok_or(Error::Forbidden)
}

/// Who invites by a link that stands, before its PIN.
pub async fn host(env: &Env, way: &Way) -> Result<Host> {
    let face = super::face(env, way).await?;
    Ok(Host {
        workspace: way.workspace,
        name: face.name,
        tone: face.tone,
        logo: face.logo.map(|_| logo::at(env, way.workspace, way.link)),
    })
}

/// By which link the client who acts came; [`Error::Forbidden`] when it is no client who acts.
pub async fn link(tenant: &mut Tenant) -> Result<LinkId> {
    let link = sqlx::query_scalar::<_, Option<Uuid>>(
        "SELECT nullif(current_setting('app.link', true), '')::uuid",
    )
    .fetch_one(tenant.conn())
    .await?;
    link.map(LinkId).ok_or(Error::Forbidden)
}

/// Whether the client who acts came by that link.
pub async fn is_by(tenant: &mut Tenant, way: &Way) -> Result<bool> {
    Ok(tenant.workspace() == way.workspace && link(tenant).await? == way.link)
}

async fn frame(env: &Env, tenant: &mut Tenant) -> Result<(Frame, Wall, ContactId)> {
    let client = client(tenant).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        // What colleagues call a contact is theirs, and not shown.
        r#"SELECT w.name, s.tone AS "tone?", s.zone AS "zone?", l.id AS "logo?", portal_chat() AS chat,
                  coalesce(c.name, '') AS "client!",
                  current_setting('app.link', true)::uuid AS "link!"
             FROM workspace w
             JOIN contact c ON c.workspace_id = $1 AND c.id = $2
             LEFT JOIN workspace_setting s ON s.workspace_id = $1
             LEFT JOIN workspace_logo l ON l.workspace_id = $1
            WHERE w.workspace_id = $1"#,
        workspace.0,
        client.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let digits = |phone: String| -> String { phone.chars().filter(char::is_ascii_digit).collect() };
    let frame = Frame {
        host: Host {
            workspace,
            name: row.name,
            tone: workspace::tone(row.tone),
            logo: row.logo.map(|_| logo::at(env, workspace, row.link.into())),
        },
        client: row.client,
        chat: row
            .chat
            .map(digits)
            .filter(|digits| !digits.is_empty())
            .map(|digits| format!("https://wa.me/{digits}")),
    };
    let wall = Wall::new(row.zone.as_deref(), env.now());
    Ok((frame, wall, client))
}

async fn lines(
    tenant: &mut Tenant,
    wall: &Wall,
    client: ContactId,
    one: Option<TaskId>,
) -> Result<Vec<Line>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT t.id AS "id: TaskId", t.title, t.status AS "stand: TaskStatus", t.due, i.done AS "done!", i.items AS "items!", d.missing AS "missing!"
             FROM task t
             CROSS JOIN LATERAL (
                  SELECT count(i.done_at) AS done, count(*) AS items FROM task_item i
                   WHERE i.workspace_id = $1 AND i.task_id = t.id) i
             CROSS JOIN LATERAL (
                  SELECT count(*) AS missing FROM task_document d
                   WHERE d.workspace_id = $1 AND d.task_id = t.id AND d.file_id IS NULL) d
            WHERE t.workspace_id = $1 AND t.contact_id = $2 AND t.shared AND ($3::uuid IS NULL OR t.id = $3)
            ORDER BY t.ended_at DESC NULLS FIRST, t.due NULLS LAST, t.created_at DESC, t.id DESC
            LIMIT $4"#,
        workspace.0,
        client.0,
        one.map(|id| id.0),
        TASKS,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let over = row.stand.is_end();
            Line {
                id: row.id,
                title: row.title,
                stand: row.stand,
                due: row.due.filter(|_| !over).and_then(|day| wall.due(day)),
                done: row.done,
                items: row.items,
                missing: if over { 0 } else { row.missing },
            }
        })
        .collect())
}

/// What the client's page would show, in short: it differs as soon as something of it does. An open page asks this again and
/// again, so it costs the client's own rows.
pub async fn mark(tenant: &mut Tenant) -> Result<String> {
    let client = client(tenant).await?;
    let workspace = tenant.workspace();
    let mark = sqlx::query_scalar!(
        r#"SELECT coalesce(md5(string_agg(concat_ws(' ', t.id, t.rev, t.status, t.due, t.changed_at, i.points, c.comments,
                                                    d.documents), ',' ORDER BY t.id)), '') AS "mark!"
             FROM task t
             CROSS JOIN LATERAL (
                  SELECT concat_ws(' ', count(*), count(i.done_at), max(i.done_at)) AS points FROM task_item i
                   WHERE i.workspace_id = $1 AND i.task_id = t.id) i
             CROSS JOIN LATERAL (
                  SELECT concat_ws(' ', count(*), max(c.at)) AS comments FROM task_comment c
                   WHERE c.workspace_id = $1 AND c.task_id = t.id) c
             CROSS JOIN LATERAL (
                  SELECT concat_ws(' ', count(*), count(d.file_id), max(d.at)) AS documents FROM task_document d
                   WHERE d.workspace_id = $1 AND d.task_id = t.id) d
            WHERE t.workspace_id = $1 AND t.contact_id = $2 AND t.shared"#,
        workspace.0,
        client.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(mark)
}
