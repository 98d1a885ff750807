//! Numbers to send from, and the templates that they can send.

use super::{
    gate::Call,
    page::{Asked, Page, time},
    problem::Problem,
};
use axum::Json;
use postern_domain::{call, channel, template};
use postern_types::{
    ChannelId, ChannelState, ChannelView, SlotKind, TemplateRequest, TemplateView,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A number that is connected.
#[derive(Serialize, ToSchema)]
pub struct Channel {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: ChannelId,
    /// What the workspace calls it.
    name: String,
    /// The number, as WhatsApp shows it.
    phone: String,
    /// Whether it can send.
    connected: bool,
    /// When it was connected.
    #[schema(format = DateTime)]
    connected_at: String,
}

impl From<ChannelView> for Channel {
    fn from(view: ChannelView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            phone: view.phone,
            connected: view.state != ChannelState::Disconnected,
            connected_at: time(view.connected_at),
        }
    }
}

/// The connected numbers.
#[utoipa::path(get, path = "/api/v1/channels", tag = "Templates", responses((status = 200, body = Page<Channel>)))]
pub async fn channels(call: Call) -> Result<Json<Page<Channel>>, Problem> {
    let mut tenant = call.enter().await?;
    let all = channel::list(&mut tenant).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: all.into_iter().map(Into::into).collect(),
        next: None,
    }))
}

/// Which templates are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The number that is to send them; it need not be said when only one is connected.
    #[param(value_type = Option<Uuid>)]
    channel: Option<ChannelId>,
    /// Words of the name or the text.
    #[serde(default)]
    #[param(max_length = 200)]
    search: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    category: Option<String>,
    /// As Meta writes it: `en`, `pt_BR`.
    language: Option<String>,
}

/// A template, and what is to be filled in.
#[derive(Serialize, ToSchema)]
pub struct Template {
    /// Its name.
    name: String,
    /// Its language, as Meta writes it.
    language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    category: String,
    /// Meta's word on it: `APPROVED` ones can be sent.
    status: String,
    /// Its text, with `{{1}}` or `{{name}}` where something is filled in.
    body: String,
    /// What is to be filled in, by the keys that `values` of a message takes.
    slots: Vec<Slot>,
    /// Why it cannot be sent; null when it can.
    barred: Option<&'static str>,
}

/// Something that is filled in.
#[derive(Serialize, ToSchema)]
pub struct Slot {
    /// Its key in `values`: `body.1`, `header.name`, `button.0`.
    #[schema(example = "body.1")]
    key: String,
    /// Whether it takes the address of a file.
    file: bool,
}

impl From<TemplateView> for Template {
    fn from(view: TemplateView) -> Self {
        let slots = view.parts.slots().into_iter().map(|slot| Slot {
            file: slot.kind == SlotKind::Media,
            key: slot.key,
        });
        Self {
            slots: slots.collect(),
            barred: view.barred(),
            name: view.name,
            language: view.language,
            category: view.category,
            status: view.status,
            body: view.parts.body,
        }
    }
}

/// The templates that a number can send, with those that it cannot send just now. Sixty at most: look for the others by
/// their words.
#[utoipa::path(get, path = "/api/v1/templates", tag = "Templates", params(Which), responses((status = 200, body = Page<Template>)))]
pub async fn list(call: Call, Asked(which): Asked<Which>) -> Result<Json<Page<Template>>, Problem> {
    let mut tenant = call.enter().await?;
    let channel = call::to::channel(&mut tenant, which.channel).await?;
    let asked = TemplateRequest {
        channel: channel.id,
        search: which.search,
        category: which.category,
        language: which.language,
    };
    let page = template::list(&call.env, &mut tenant, &asked).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.templates.into_iter().map(Into::into).collect(),
        next: None,
    }))
}
