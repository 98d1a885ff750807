//! Tasks: what is to be done for a contact.

use super::{
    gate::Call,
    page::{Asked, Id, Page, Said, time},
    problem::Problem,
    write::Write,
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::{Env, Result as Done, Tenant, task};
use postern_types::{
    ContactId, MemberId, NewTask, TaskForm, TaskId, TaskList, TaskRequest, TaskRow, TaskStatus,
    TaskView,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A task in a list.
#[derive(Serialize, ToSchema)]
pub struct TaskBrief {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: TaskId,
    /// For whom.
    #[schema(value_type = Uuid)]
    contact: ContactId,
    /// What is to be done.
    title: String,
    /// `open`, `doing`, `waiting`, `done` or `cancelled`.
    #[schema(value_type = String, example = "open")]
    status: TaskStatus,
    /// The day by which it is due.
    #[schema(format = Date)]
    due: Option<String>,
    /// Who looks after it.
    #[schema(value_type = Option<Uuid>)]
    owner: Option<MemberId>,
    /// Whether the contact sees it in the portal.
    shared: bool,
}

impl From<TaskRow> for TaskBrief {
    fn from(row: TaskRow) -> Self {
        Self {
            id: row.id,
            contact: row.contact.id,
            title: row.title,
            status: row.status,
            due: row.due,
            owner: row.owner,
            shared: row.shared,
        }
    }
}

/// A task.
#[derive(Serialize, ToSchema)]
pub struct Task {
    #[serde(flatten)]
    brief: TaskBrief,
    /// More about it.
    description: String,
    /// Whether the contact is told in the chat of what changes.
    tells: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    created: String,
    /// When it was done or cancelled.
    #[schema(format = DateTime)]
    ended: Option<String>,
}

impl From<TaskView> for Task {
    fn from(view: TaskView) -> Self {
        Self {
            brief: TaskBrief {
                id: view.id,
                contact: view.contact.id,
                title: view.form.title,
                status: view.form.status,
                due: view.form.due,
                owner: view.form.owner,
                shared: view.form.shared,
            },
            description: view.form.description,
            tells: view.form.tells,
            created: time(view.created),
            ended: view.ended.map(time),
        }
    }
}

/// Which list.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// What is to be done, the soonest due first.
    #[default]
    Open,
    /// What is overdue.
    Overdue,
    /// What is done or cancelled, the newest first.
    Done,
}

/// Which tasks are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `open` (by default), `overdue` or `done`.
    #[serde(default)]
    #[param(inline)]
    list: List,
    /// All tasks of this contact, whatever the list.
    #[param(value_type = Option<Uuid>)]
    contact: Option<ContactId>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Tasks.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "Tasks", params(Which), responses((status = 200, body = Page<TaskBrief>)))]
pub async fn list(
    call: Call,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<TaskBrief>>, Problem> {
    let mut tenant = call.enter().await?;
    let asked = TaskRequest {
        list: match which.list {
            List::Open => TaskList::Open,
            List::Overdue => TaskList::Overdue,
            List::Done => TaskList::Done,
        },
        contact: which.contact,
        after: which.after,
    };
    let page = task::list(&call.env, &mut tenant, &asked).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

/// A task to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTask)]
pub struct Wanted {
    /// For whom.
    #[schema(value_type = Uuid)]
    contact: ContactId,
    /// What is to be done, in one line.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// More about it.
    #[serde(default)]
    #[schema(max_length = 4000)]
    description: String,
    /// The day by which it is due.
    #[serde(default)]
    #[schema(format = Date)]
    due: Option<String>,
    /// Who looks after it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    owner: Option<MemberId>,
    /// Whether the contact sees it in the portal.
    #[serde(default)]
    shared: bool,
}

/// Makes a task.
#[utoipa::path(post, path = "/api/v1/tasks", tag = "Tasks", request_body = Wanted, responses((status = 201, body = Task)))]
pub async fn create(write: Write<Wanted>) -> Result<Response, Problem> {
    write
        .act(StatusCode::CREATED, async |env, tenant, wanted| {
            let new = NewTask {
                contact: Some(wanted.contact),
                message: None,
                title: wanted.title,
                description: wanted.description,
                due: wanted.due,
                owner: wanted.owner,
                shared: wanted.shared,
            };
            let id = task::create(env, tenant, &new).await?;
            read(env, tenant, id).await
        })
        .await
}

async fn read(env: &Env, tenant: &mut Tenant, id: TaskId) -> Done<Task> {
    task::show(env, tenant, id).await.map(Into::into)
}

/// One task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}", tag = "Tasks", params(("id" = Uuid, Path, description = "The task.")),
    responses((status = 200, body = Task))
)]
pub async fn one(call: Call, Id(id): Id<TaskId>) -> Result<Json<Task>, Problem> {
    let mut tenant = call.enter().await?;
    let task = read(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(task))
}

/// What is to be changed of a task: what is left out stays, null empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "done" }))]
pub struct TaskChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    description: Option<String>,
    /// `open`, `doing`, `waiting`, `done` or `cancelled`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    status: Option<TaskStatus>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    due: Said<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    owner: Said<MemberId>,
    #[serde(default)]
    shared: Option<bool>,
    #[serde(default)]
    tells: Option<bool>,
}

/// Changes a task.
#[utoipa::path(
    patch, path = "/api/v1/tasks/{id}", tag = "Tasks", params(("id" = Uuid, Path, description = "The task.")),
    request_body = TaskChange, responses((status = 200, body = Task))
)]
pub async fn change(Id(id): Id<TaskId>, write: Write<TaskChange>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, change| {
            let was = task::show(env, tenant, id).await?;
            let form = TaskForm {
                title: change.title.unwrap_or(was.form.title),
                description: change.description.unwrap_or(was.form.description),
                status: change.status.unwrap_or(was.form.status),
                due: change.due.over(was.form.due),
                owner: change.owner.over(was.form.owner),
                shared: change.shared.unwrap_or(was.form.shared),
                tells: change.tells.unwrap_or(was.form.tells),
            };
            task::change(env, tenant, id, was.rev, &form).await?;
            read(env, tenant, id).await
        })
        .await
}
