//! Tasks, as server functions: every agent's, but for deleting one.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    CommentId, CommentPage, ContactBrief, DocumentId, ItemAct, NewTask, TaskForm, TaskId, TaskPage,
    TaskRequest, TaskView,
};

/// A page of a list.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/list", protocol = Api)]
pub async fn list(request: TaskRequest) -> Result<TaskPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let page = postern_domain::task::list(&crate::ssr::env(), &mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(page)
}

/// One task in full.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/show", protocol = Api)]
pub async fn show(id: TaskId) -> Result<TaskView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let task = postern_domain::task::show(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(task)
}

/// For whom one can be: contacts by name or number.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/contacts", protocol = Api)]
pub async fn contacts(search: String) -> Result<Vec<ContactBrief>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let found = postern_domain::contact::find(&mut tenant, &search).await?;
    tenant.commit().await?;
    Ok(found)
}

/// Makes one.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/create", protocol = Api)]
pub async fn create(task: NewTask) -> Result<TaskId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let id = postern_domain::task::create(&crate::ssr::env(), &mut tenant, &task).await?;
    tenant.commit().await?;
    Ok(id)
}

/// Makes it what the form says, if nobody changed it since `rev`.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/change", protocol = Api)]
pub async fn change(id: TaskId, rev: i64, form: TaskForm) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    postern_domain::task::change(&crate::ssr::env(), &mut tenant, id, rev, &form).await?;
    tenant.commit().await?;
    Ok(())
}

/// Deletes it for good.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/delete", protocol = Api)]
pub async fn delete(id: TaskId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::DeleteTasks.role()).await?;
    postern_domain::task::delete(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Does something to its list.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/items", protocol = Api)]
pub async fn items(id: TaskId, act: ItemAct) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    postern_domain::task::change_items(&crate::ssr::env(), &mut tenant, id, &act).await?;
    tenant.commit().await?;
    Ok(())
}

/// Comments on it, to colleagues or to the contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/comment", protocol = Api)]
pub async fn comment(id: TaskId, text: String, internal: bool) -> Result<CommentId, ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let comment = postern_domain::task::comment(&env, &mut tenant, id, &text, internal).await?;
    tenant.commit().await?;
    Ok(comment)
}

/// Older comments.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/comments", protocol = Api)]
pub async fn comments(id: TaskId, before: Option<String>) -> Result<CommentPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let page = postern_domain::task::comments(&mut tenant, id, before.as_deref()).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Asks the contact for a document.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/ask", protocol = Api)]
pub async fn ask(id: TaskId, name: String) -> Result<DocumentId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let document = postern_domain::task::ask(&crate::ssr::env(), &mut tenant, id, &name).await?;
    tenant.commit().await?;
    Ok(document)
}

/// Takes a document away.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/take-away", protocol = Api)]
pub async fn take_away(id: TaskId, document: DocumentId) -> Result<(), ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    postern_domain::task::take_away(&env, &mut tenant, id, document).await?;
    tenant.commit().await?;
    Ok(())
}

/// Where a document is had for five minutes.
#[server(client = ApiClient, prefix = "/api", endpoint = "task/document", protocol = Api)]
pub async fn document(id: TaskId, document: DocumentId) -> Result<String, ApiError> {
    let session = crate::ssr::caller()?.session;
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Tasks.role()).await?;
    let link = postern_domain::task::link(&env, &mut tenant, session, id, document).await?;
    tenant.commit().await?;
    Ok(link)
}
