//! What a client sees: their shared tasks. Everything is read in the client's own transaction, whose policies show nothing
//! else; what is asked here narrows it further.

use super::{
    Way, logo,
    when::{Due, Wall, When, named},
};
use crate::{Env, Error, Result, Tenant, workspace};
use postern_types::{ContactId, DocumentId, LinkId, TaskId, WorkspaceId};
use uuid::Uuid;

/// Tasks on the first page, at most: the newest.
const TASKS: i64 = 200;
/// Comments and changes of one task, at most: the newest.
const ENTRIES: i64 = 500;

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

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Not begun.
    Open,
    /// Begun.
    Doing,
    /// It waits for somebody.
    Waiting,
    /// Done.
    Done,
    /// It will not be done.
    Cancelled,
}

impl Stand {
    fn of(word: &str) -> Self {
        match word {
            "doing" => Self::Doing,
            "waiting" => Self::Waiting,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::Open,
        }
    }

    /// Whether nothing more is to be done.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// A task in the list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: TaskId,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub stand: Stand,
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

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The client.
    You,
    /// Somebody of the workspace, by name.
    Them(String),
}

/// A point of a task's list.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is to be done.
    pub body: String,
    /// Whether it is.
    pub done: bool,
}

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// What it is, or what was asked for.
    pub name: String,
    /// Who brought it, or asked for it.
    pub by: By,
    /// When.
    pub at: When,
    /// Its bytes; none while it is asked for and has not come.
    pub size: Option<u64>,
}

/// A comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Who wrote it.
    pub by: By,
    /// What.
    pub body: String,
    /// When.
    pub at: When,
}

/// What became of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was shared, or made before their eyes.
    Shared,
    /// It stands like that since.
    Stands(Stand),
    /// It is due then; none: on no day any more.
    Due(Option<String>),
    /// A point was done.
    ItemDone(String),
    /// A point is to be done again.
    ItemUndone(String),
}

/// When something became of it.
#[derive(Clone, Debug)]
pub struct Change {
    /// What.
    pub what: Became,
    /// By whom; none: nobody in person.
    pub by: By,
    /// When.
    pub at: When,
}

/// The page of one task.
#[derive(Clone, Debug)]
pub struct Task {
    /// What it stands in.
    pub frame: Frame,
    /// As in the list.
    pub line: Line,
    /// What it is about.
    pub description: String,
    /// Its list.
    pub items: Vec<Item>,
    /// Its documents, those that are asked for first.
    pub documents: Vec<Document>,
    /// What was written, the oldest first.
    pub comments: Vec<Comment>,
    /// What became of it, the newest first.
    pub history: Vec<Change>,
}

/// Everything that is shared with the client.
pub async fn home(env: &Env, tenant: &mut Tenant) -> Result<Home> {
    let (frame, wall, client) = frame(env, tenant).await?;
    let tasks = lines(tenant, &wall, client, None).await?;
    Ok(Home { frame, tasks })
}

/// One task. [`Error::NotFound`] for one that is not shared with this client, whoever's it is.
pub async fn task(env: &Env, tenant: &mut Tenant, id: TaskId) -> Result<Task> {
    let (frame, wall, client) = frame(env, tenant).await?;
    let workspace = tenant.workspace();
    let line = lines(tenant, &wall, client, Some(id)).await?;
    let line = line.into_iter().next().ok_or(Error::NotFound)?;
    let description = sqlx::query_scalar!(
        "SELECT description FROM task WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let items = sqlx::query!(
        "SELECT body, done_at FROM task_item WHERE workspace_id = $1 AND task_id = $2 ORDER BY position, id",
        workspace.0,
        id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(Task {
        frame,
        line,
        description,
        items: items
            .into_iter()
            .map(|row| Item {
                body: row.body,
                done: row.done_at.is_some(),
            })
            .collect(),
        documents: documents(tenant, &wall, id).await?,
        comments: comments(tenant, &wall, id).await?,
        history: history(tenant, &wall, id).await?,
    })
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
        r#"SELECT t.id AS "id: TaskId", t.title, t.status, t.due, i.done AS "done!", i.items AS "items!", d.missing AS "missing!"
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
            let stand = Stand::of(&row.status);
            Line {
                id: row.id,
                title: row.title,
                stand,
                due: row
                    .due
                    .filter(|_| !stand.is_over())
                    .and_then(|day| wall.due(day)),
                done: row.done,
                items: row.items,
                missing: if stand.is_over() { 0 } else { row.missing },
            }
        })
        .collect())
}

fn by(name: Option<String>) -> By {
    name.map_or(By::You, By::Them)
}

async fn documents(tenant: &mut Tenant, wall: &Wall, id: TaskId) -> Result<Vec<Document>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT d.id AS "id: DocumentId", d.name, a.name AS "author?", d.at, f.size AS "size?"
             FROM task_document d
             LEFT JOIN file f ON f.workspace_id = $1 AND f.id = d.file_id AND f.state = 'stored'
             LEFT JOIN member m ON m.workspace_id = $1 AND m.id = d.author_id
             LEFT JOIN account a ON a.id = m.account_id
            WHERE d.workspace_id = $1 AND d.task_id = $2 AND NOT d.internal
            ORDER BY (d.file_id IS NULL) DESC, d.at, d.id
            LIMIT $3"#,
        workspace.0,
        id.0,
        ENTRIES,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Document {
            id: row.id,
            name: row.name,
            by: by(row.author),
            at: wall.moment(row.at),
            size: row.size.and_then(|size| u64::try_from(size).ok()),
        })
        .collect())
}

async fn comments(tenant: &mut Tenant, wall: &Wall, id: TaskId) -> Result<Vec<Comment>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT c.body, c.at, a.name AS "author?"
             FROM task_comment c
             LEFT JOIN member m ON m.workspace_id = $1 AND m.id = c.author_id
             LEFT JOIN account a ON a.id = m.account_id
            WHERE c.workspace_id = $1 AND c.task_id = $2 AND NOT c.internal
            ORDER BY c.at DESC, c.id DESC
            LIMIT $3"#,
        workspace.0,
        id.0,
        ENTRIES,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .rev()
        .map(|row| Comment {
            by: by(row.author),
            body: row.body,
            at: wall.moment(row.at),
        })
        .collect())
}

/// Since it was shared: what was before is the workspace's own.
async fn history(tenant: &mut Tenant, wall: &Wall, id: TaskId) -> Result<Vec<Change>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT h.kind, h.value, h.at, a.name AS "author?"
             FROM task_change h
             LEFT JOIN member m ON m.workspace_id = $1 AND m.id = h.author_id
             LEFT JOIN account a ON a.id = m.account_id
            WHERE h.workspace_id = $1 AND h.task_id = $2
              AND h.kind IN ('created', 'status', 'due', 'shared', 'item_done', 'item_undone')
              AND h.at >= coalesce((SELECT max(s.at) FROM task_change s
                                     WHERE s.workspace_id = $1 AND s.task_id = $2 AND s.kind = 'shared'), h.at)
            ORDER BY h.at DESC, h.id DESC
            LIMIT $3"#,
        workspace.0,
        id.0,
        ENTRIES,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Change {
            what: match row.kind.as_str() {
                "status" => Became::Stands(Stand::of(&row.value)),
                "due" => Became::Due(named(&row.value)),
                "item_done" => Became::ItemDone(row.value),
                "item_undone" => Became::ItemUndone(row.value),
                _ => Became::Shared,
            },
            by: by(row.author),
            at: wall.moment(row.at),
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
