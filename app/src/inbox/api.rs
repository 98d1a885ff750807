//! What an agent does in the inbox, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    ConversationDetails, ConversationId, ConversationRow, LabelId, MemberId, MessageId,
    MessageView, TeamId, ThreadPage, UnknownAnswer,
};

/// What stands beside a thread.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/details", protocol = Api)]
pub async fn details(id: ConversationId) -> Result<ConversationDetails, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let details = postern_domain::conversation::details(&mut tenant, id).await?;
    tenant.commit().await?;
    Ok(details)
}

/// One page of a thread, the newest when `before` is none.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/thread", protocol = Api)]
pub async fn thread(id: ConversationId, before: Option<String>) -> Result<ThreadPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let page = postern_domain::message::thread(&mut tenant, id, before.as_deref()).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Gives a conversation to somebody, or to nobody.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/assign", protocol = Api)]
pub async fn assign(
    id: ConversationId,
    assignee: Option<MemberId>,
) -> Result<ConversationRow, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let row =
        postern_domain::conversation::assign(&crate::ssr::env(), &mut tenant, id, assignee).await?;
    tenant.commit().await?;
    Ok(row)
}

/// Gives a conversation to a team, or to none.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/team", protocol = Api)]
pub async fn assign_team(
    id: ConversationId,
    team: Option<TeamId>,
) -> Result<ConversationRow, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let row = postern_domain::conversation::assign_team(&crate::ssr::env(), &mut tenant, id, team)
        .await?;
    tenant.commit().await?;
    Ok(row)
}

/// Puts a label on a conversation, or takes it off.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/label", protocol = Api)]
pub async fn wear(
    id: ConversationId,
    label: LabelId,
    on: bool,
) -> Result<ConversationRow, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let env = crate::ssr::env();
    let row = postern_domain::contact::label::wear_in(&env, &mut tenant, id, label, on).await?;
    tenant.commit().await?;
    Ok(row)
}

/// Takes a conversation out of the inbox.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/close", protocol = Api)]
pub async fn close(id: ConversationId) -> Result<ConversationRow, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let row = postern_domain::conversation::close(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(row)
}

/// Puts a conversation back.
#[server(client = ApiClient, prefix = "/api", endpoint = "conversation/reopen", protocol = Api)]
pub async fn reopen(id: ConversationId) -> Result<ConversationRow, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let row = postern_domain::conversation::reopen(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(row)
}

/// Sends a failed one again.
#[server(client = ApiClient, prefix = "/api", endpoint = "message/retry", protocol = Api)]
pub async fn retry(id: MessageId) -> Result<MessageView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let message = postern_domain::message::retry(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(message)
}

/// Says what became of one whose fate stayed unknown.
#[server(client = ApiClient, prefix = "/api", endpoint = "message/unknown", protocol = Api)]
pub async fn answer_unknown(id: MessageId, answer: UnknownAnswer) -> Result<MessageView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let message =
        postern_domain::message::answer_unknown(&crate::ssr::env(), &mut tenant, id, answer)
            .await?;
    tenant.commit().await?;
    Ok(message)
}
