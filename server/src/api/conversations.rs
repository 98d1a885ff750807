//! Conversations: the inbox, and what is in it.

use super::{
    gate::Call,
    messages::Message,
    page::{Asked, Id, Page, time},
    problem::Problem,
    write::{Nothing, Write},
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::{conversation, message};
use postern_types::{
    ChannelId, ContactId, ConversationId, ConversationRow, ConversationState, InboxView, LabelId,
    ListRequest, MemberId, TeamId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A conversation.
#[derive(Serialize, ToSchema)]
pub struct Conversation {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: ConversationId,
    /// With whom.
    #[schema(value_type = Uuid)]
    contact: ContactId,
    /// What they are called.
    name: Option<String>,
    /// Their number in E.164.
    phone: Option<String>,
    /// Over which number of ours.
    #[schema(value_type = Uuid)]
    channel: ChannelId,
    /// `open` or `closed`.
    #[schema(value_type = String, example = "open")]
    state: ConversationState,
    /// Who looks after it.
    #[schema(value_type = Option<Uuid>)]
    assignee: Option<MemberId>,
    /// Which team it is given to.
    #[schema(value_type = Option<Uuid>)]
    team: Option<TeamId>,
    /// Its labels.
    #[schema(value_type = Vec<Uuid>)]
    labels: Vec<LabelId>,
    /// Messages that came in since somebody looked.
    unread: i32,
    /// When something last happened.
    #[schema(format = DateTime)]
    last_at: String,
    /// Until when anything but a template may be sent.
    #[schema(format = DateTime)]
    window_until: Option<String>,
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id,
            contact: row.contact.id,
            name: row.contact.name,
            phone: row.contact.phone,
            channel: row.channel,
            state: row.state,
            assignee: row.assignee,
            team: row.team,
            labels: row.labels,
            unread: row.unread,
            last_at: time(row.last_at),
            window_until: row.window_until.map(time),
        }
    }
}

/// Open or closed.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In the inbox.
    #[default]
    Open,
    /// Done.
    Closed,
}

/// Which conversations are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `open` (by default) or `closed`.
    #[serde(default)]
    #[param(inline)]
    state: State,
    /// The beginning of a word of the contact's name, or four or more digits of the number.
    #[serde(default)]
    #[param(max_length = 200)]
    search: String,
    /// Those that wear this label.
    #[param(value_type = Option<Uuid>)]
    label: Option<LabelId>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Conversations, the newest first.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "Conversations", params(Which),
    responses((status = 200, body = Page<Conversation>))
)]
pub async fn list(
    call: Call,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<Conversation>>, Problem> {
    let mut tenant = call.enter().await?;
    let asked = ListRequest {
        view: InboxView::All,
        state: match which.state {
            State::Open => ConversationState::Open,
            State::Closed => ConversationState::Closed,
        },
        search: which.search,
        labels: which.label.into_iter().collect(),
        after: which.after,
    };
    let page = conversation::list(&mut tenant, &asked).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

/// One conversation.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation.")), responses((status = 200, body = Conversation))
)]
pub async fn one(call: Call, Id(id): Id<ConversationId>) -> Result<Json<Conversation>, Problem> {
    let mut tenant = call.enter().await?;
    let row = conversation::row(&mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(row.into()))
}

/// Which page of messages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// `next` of the page before, which was of newer ones.
    after: Option<String>,
}

/// The messages of a conversation, the newest page first, each page from its oldest message to its newest.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/messages", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation."), Before),
    responses((status = 200, body = Page<Message>))
)]
pub async fn messages(
    call: Call,
    Id(id): Id<ConversationId>,
    Asked(before): Asked<Before>,
) -> Result<Json<Page<Message>>, Problem> {
    let mut tenant = call.enter().await?;
    let page = message::thread(&mut tenant, id, before.after.as_deref()).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.messages.into_iter().map(Into::into).collect(),
        next: page.older,
    }))
}

/// Closes a conversation. The contact's next message opens a new one.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/close", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation.")), responses((status = 200, body = Conversation))
)]
pub async fn close(Id(id): Id<ConversationId>, write: Write<Nothing>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, _| {
            conversation::close(env, tenant, id)
                .await
                .map(Conversation::from)
        })
        .await
}

/// Opens a closed conversation again.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/reopen", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation.")), responses((status = 200, body = Conversation))
)]
pub async fn reopen(
    Id(id): Id<ConversationId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, _| {
            conversation::reopen(env, tenant, id)
                .await
                .map(Conversation::from)
        })
        .await
}

/// Who is to look after a conversation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// The member; null for nobody.
    #[schema(value_type = Option<Uuid>, required)]
    assignee: Option<MemberId>,
}

/// Gives a conversation to a member, or to nobody.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/assign", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation.")), request_body = Assign,
    responses((status = 200, body = Conversation))
)]
pub async fn assign(Id(id): Id<ConversationId>, write: Write<Assign>) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, assign| {
            let given = conversation::assign(env, tenant, id, assign.assignee).await;
            // A member who is not there is no missing conversation.
            conversation::row(tenant, id).await?;
            given.map(Conversation::from).map_err(|error| match error {
                postern_domain::Error::NotFound => {
                    postern_domain::Error::invalid("assignee", "There is no such member here.")
                }
                other => other,
            })
        })
        .await
}
