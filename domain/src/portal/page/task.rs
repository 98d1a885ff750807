//! The page of one task.

use super::{Frame, Line, frame, lines};
use crate::{
    Env, Error, Result, Tenant,
    portal::when::{Wall, When, named},
};
use postern_types::{DocumentId, TaskId, TaskStatus};

/// Comments and changes of one task, at most: the newest.
const ENTRIES: i64 = 500;

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
    Stands(TaskStatus),
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
                "status" => Became::Stands(TaskStatus::parse(&row.value).unwrap_or_default()),
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
