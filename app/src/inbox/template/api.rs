//! Templates, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    ChannelId, MessageView, SendTemplate, StartConversation, TemplatePage, TemplateRequest,
};

/// The templates that a number can send.
#[server(client = ApiClient, prefix = "/api", endpoint = "templates/list", protocol = Api)]
pub async fn list(request: TemplateRequest) -> Result<TemplatePage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let page = postern_domain::template::list(&crate::ssr::env(), &mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Has Meta asked for them now.
#[server(client = ApiClient, prefix = "/api", endpoint = "templates/refresh", protocol = Api)]
pub async fn refresh(channel: ChannelId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    postern_domain::template::refresh(&crate::ssr::env(), &mut tenant, channel).await?;
    tenant.commit().await?;
    Ok(())
}

/// Sends one in a conversation.
#[server(client = ApiClient, prefix = "/api", endpoint = "templates/send", protocol = Api)]
pub async fn reply_with(asked: SendTemplate) -> Result<MessageView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let message =
        postern_domain::template::compose(&crate::ssr::env(), &mut tenant, &asked).await?;
    tenant.commit().await?;
    Ok(message)
}

/// Sends one to a number.
#[server(client = ApiClient, prefix = "/api", endpoint = "templates/start", protocol = Api)]
pub async fn begin_with(asked: StartConversation) -> Result<MessageView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let begun = postern_domain::template::start(&crate::ssr::env(), &mut tenant, &asked).await;
    // What was refused stands in the audit.
    tenant.commit().await?;
    Ok(begun?)
}
