//! Reading the inbox, and handing over what was written, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    Compose, ConversationId, ConversationRow, InboxCounts, InboxPage, InboxSnapshot, LabelId,
    ListRequest, MessageView,
};

/// The inbox at one moment, with the place from which to listen.
#[server(client = ApiClient, prefix = "/api", endpoint = "inbox/snapshot", protocol = Api)]
pub async fn snapshot(request: ListRequest) -> Result<InboxSnapshot, ApiError> {
    use crate::ssr;
    let (env, mut tenant) = (ssr::env(), ssr::member(postern_types::Role::Agent).await?);
    let snapshot = postern_domain::conversation::snapshot(&env, &mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(snapshot)
}

/// One page of a list.
#[server(client = ApiClient, prefix = "/api", endpoint = "inbox/list", protocol = Api)]
pub async fn list(request: ListRequest) -> Result<InboxPage, ApiError> {
    use postern_domain::conversation;
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let request = conversation::from_now(&crate::ssr::env(), &request);
    let page = conversation::list(&mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(page)
}

/// The unread counts, of what wears these labels.
#[server(client = ApiClient, prefix = "/api", endpoint = "inbox/counts", protocol = Api)]
pub async fn counts(#[server(default)] labels: Vec<LabelId>) -> Result<InboxCounts, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let env = crate::ssr::env();
    let counts = postern_domain::conversation::counts(&env, &mut tenant, &labels).await?;
    tenant.commit().await?;
    Ok(counts)
}

/// A ticket that opens one socket within thirty seconds.
#[server(client = ApiClient, prefix = "/api", endpoint = "live/ticket", protocol = Api)]
pub async fn ticket() -> Result<String, ApiError> {
    use crate::ssr;
    let (env, caller) = (ssr::env(), ssr::caller()?);
    let mut tenant = ssr::member(postern_types::Role::Agent).await?;
    let ticket = postern_domain::live::ticket(&env, &mut tenant, caller.session).await?;
    tenant.commit().await?;
    Ok(ticket)
}

/// Keeps what the reader has begun to write: a reply, or a note.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/draft", protocol = Api)]
pub async fn save_draft(
    id: ConversationId,
    text: String,
    #[server(default)] note: bool,
) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    postern_domain::draft::save(&crate::ssr::env(), &mut tenant, id, &text, note).await?;
    tenant.commit().await?;
    Ok(())
}

/// Sends a reply or keeps a note.
#[server(client = ApiClient, prefix = "/api", endpoint = "message/compose", protocol = Api)]
pub async fn send_message(line: Compose) -> Result<MessageView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let message = postern_domain::message::compose(&crate::ssr::env(), &mut tenant, &line).await?;
    tenant.commit().await?;
    Ok(message)
}

/// Somebody has looked.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/read", protocol = Api)]
pub async fn mark_read(id: ConversationId) -> Result<ConversationRow, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let row = postern_domain::conversation::mark_read(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(row)
}
