//! Messages: sending one of any kind, and what became of it.

mod form;

use super::{
    gate::Call,
    page::{Id, time},
    problem::{Problem, renamed},
    write::Write,
};
use axum::{Json, http::StatusCode, response::Response};
use form::NewMessage;
use postern_domain::{
    Env, Error, Result as Done, Tenant, audit, call, env::moment, message, template, test_message,
};
use postern_types::{
    Compose, Content, ConversationId, Direction, KeyId, MemberId, MessageId, MessageView, Packed,
    SendTemplate, StartConversation, Status, TemplateFill,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Bytes of a message in the log of tests, at most.
const TRIED: usize = 16 * 1024;

/// A message, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct Message {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: MessageId,
    /// The conversation that it belongs to; null for a test key's, which is in none.
    #[schema(value_type = Option<Uuid>)]
    conversation: Option<ConversationId>,
    /// `in` from the contact, `out` to them, `note` between colleagues.
    #[schema(value_type = String, example = "out")]
    direction: Direction,
    /// `text`, `template`, `image`, `location`… as WhatsApp names it.
    r#type: String,
    /// Its words: a text, a caption, a title.
    text: String,
    /// How far it came: `received`; `queued`, `sending`, `accepted`, `sent`, `delivered`, `read`, `played`; `failed`; or
    /// `unknown` while WhatsApp does not say whether it took it.
    #[schema(value_type = String, example = "delivered")]
    status: Status,
    /// When it came that far.
    #[schema(format = DateTime)]
    status_at: String,
    /// When it was written.
    #[schema(format = DateTime)]
    at: String,
    /// The member who wrote it, or in whose name a key did.
    #[schema(value_type = Option<Uuid>)]
    author: Option<MemberId>,
    /// Why it failed.
    error: Option<Fault>,
}

/// Why a message failed.
#[derive(Serialize, ToSchema)]
pub struct Fault {
    /// Meta's error code; 0 for our own.
    pub code: i64,
    /// The reason in words.
    pub reason: String,
    /// Whether sending it again can help.
    pub retry: bool,
}

impl From<MessageView> for Message {
    fn from(view: MessageView) -> Self {
        let (kind, text) = match view.content {
            Content::Text { text } => ("text".to_owned(), text),
            Content::Other { kind, summary } => (kind, summary),
        };
        Self {
            id: view.id,
            conversation: Some(view.conversation),
            direction: view.direction,
            r#type: kind,
            text,
            status: view.status,
            status_at: time(view.status_at),
            at: time(view.at),
            author: view.author,
            error: view.fault.map(|fault| Fault {
                code: fault.code,
                reason: fault.reason,
                retry: fault.retry,
            }),
        }
    }
}

/// Sends a message. It is queued and answered at once; what becomes of it is told by `GET /api/v1/messages/{id}` and by
/// events. Within 24 hours of the contact's last message anything may be sent, later a template alone. A test key's goes to the
/// log of tests and to nobody.
#[utoipa::path(
    post, path = "/api/v1/messages", tag = "Messages", request_body = NewMessage,
    responses((status = 202, body = Message))
)]
pub async fn send(write: Write<NewMessage>) -> Result<Response, Problem> {
    let by = write.call().by.clone();
    let said = write.said();
    write
        .act(StatusCode::ACCEPTED, async |env, tenant, new| {
            if by.test {
                return try_out(env, tenant, by.key, &new, &said).await;
            }
            let message = deliver(env, tenant, new).await?;
            // A message names its member alone: which key wrote it is told by the audit.
            let detail = json!({ "message": message.id });
            audit::record(env, tenant, "key.sent", &detail).await?;
            Ok(Message::from(message))
        })
        .await
}

/// What a test key sends: looked at as far as that needs nobody, and written into the log of tests.
async fn try_out(
    env: &Env,
    tenant: &mut Tenant,
    key: KeyId,
    new: &NewMessage,
    said: &Value,
) -> Done<Message> {
    let form::Whom::Number(to) = new.whom()? else {
        return Err(Error::invalid(
            "conversation",
            "A test key is in no conversation: say a number in `to`. Nothing was written.",
        ));
    };
    if said.to_string().len() > TRIED {
        return Err(Error::invalid(
            "body",
            "The log of tests takes messages of up to 16 kB. Nothing was written.",
        ));
    }
    let text = match new.template()? {
        Some(_) => String::new(),
        None => new.outgoing()?.0,
    };
    let id = test_message::message(env, tenant, key.0, to, said).await?;
    let now = time(moment(env.now()));
    Ok(Message {
        id: MessageId(id),
        conversation: None,
        direction: Direction::Out,
        r#type: new.kind().to_owned(),
        text,
        status: Status::Queued,
        status_at: now.clone(),
        at: now,
        author: None,
        error: None,
    })
}

async fn deliver(env: &Env, tenant: &mut Tenant, new: NewMessage) -> Done<MessageView> {
    let id: MessageId = env.id();
    let whom = new.whom()?;
    if let Some(sent) = new.template()? {
        let fill = TemplateFill {
            values: sent.values.clone(),
            file: None,
        };
        let (channel, phone) = match whom {
            form::Whom::Conversation(conversation) => {
                let row = postern_domain::conversation::row(tenant, conversation).await?;
                (Some(row.channel), None)
            }
            form::Whom::Number(phone) => (new.channel, Some(phone)),
        };
        let channel = call::to::channel(tenant, channel).await?;
        let template = call::to::template(tenant, &channel, &sent.name, &sent.language).await?;
        return match (whom, phone) {
            (form::Whom::Conversation(conversation), _) => {
                let asked = SendTemplate {
                    id,
                    conversation,
                    template,
                    fill,
                };
                template::compose(env, tenant, &asked).await
            }
            (form::Whom::Number(_), phone) => {
                let asked = StartConversation {
                    id,
                    channel: channel.id,
                    phone: phone.unwrap_or_default().to_owned(),
                    template,
                    fill,
                };
                template::start(env, tenant, &asked)
                    .await
                    .map_err(|error| renamed(error, "phone", "to"))
            }
        };
    }
    let (text, outgoing) = new.outgoing()?;
    let conversation = match whom {
        form::Whom::Conversation(conversation) => conversation,
        form::Whom::Number(phone) => {
            let channel = call::to::channel(tenant, new.channel).await?;
            call::to::conversation(env, tenant, channel.id, phone).await?
        }
    };
    let sends = outgoing
        .map(|outgoing| serde_json::to_string(&outgoing).map(Packed))
        .transpose()
        .map_err(|error| Error::Internal(error.into()))?;
    let compose = Compose {
        id,
        conversation,
        text,
        note: false,
        reply_to: new.reply_to,
        sends,
    };
    message::compose(env, tenant, &compose).await
}

/// One message.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", tag = "Messages", params(("id" = Uuid, Path, description = "The message.")),
    responses((status = 200, body = Message))
)]
pub async fn one(call: Call, Id(id): Id<MessageId>) -> Result<Json<Message>, Problem> {
    let mut tenant = call.enter().await?;
    let message = message::find(&mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(message.into()))
}
