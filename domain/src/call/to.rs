//! Whom and what a call means that names them as people do: a number, a template's name.

use crate::{Env, Error, Result, Tenant, channel, contact, conversation, template};
use postern_types::{
    ChannelId, ChannelState, ChannelView, ConversationId, ConversationState, TemplateId, e164,
};

/// The number to send from: the one that is named, or the only one that is connected.
pub async fn channel(tenant: &mut Tenant, named: Option<ChannelId>) -> Result<ChannelView> {
    if let Some(id) = named {
        return channel::find(tenant, id).await;
    }
    let all = channel::list(tenant).await?;
    let mut able = all
        .into_iter()
        .filter(|channel| channel.state != ChannelState::Disconnected);
    match (able.next(), able.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Error::conflict(
            "No number is connected, so nothing can be sent. An admin connects one under Numbers.",
        )),
        (Some(_), Some(_)) => Err(Error::invalid(
            "channel",
            "Several numbers are connected: name the one to send from. `GET /api/v1/channels` lists them.",
        )),
    }
}

/// The conversation with whoever has that number, in which a reply can go out; one that was closed is open again then.
/// [`Error::WindowClosed`] when they never wrote to us there.
pub async fn conversation(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    phone: &str,
) -> Result<ConversationId> {
    let digits = e164(phone).map_err(|fault| Error::invalid("to", fault.to_string()))?;
    let Some(contact) = contact::of_number(tenant, &digits).await? else {
        return Err(Error::WindowClosed);
    };
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT id AS "id: ConversationId", state AS "state: ConversationState" FROM conversation
            WHERE workspace_id = $1 AND contact_id = $2 AND channel_id = $3
            ORDER BY state = 'open' DESC, last_at DESC LIMIT 1"#,
        workspace.0,
        contact.0,
        channel.0,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or(Error::WindowClosed)?;
    if row.state == ConversationState::Closed {
        conversation::reopen(env, tenant, row.id).await?;
    }
    Ok(row.id)
}

/// The template of that name and language which the number can send.
pub async fn template(
    tenant: &mut Tenant,
    channel: &ChannelView,
    name: &str,
    language: &str,
) -> Result<TemplateId> {
    let workspace = tenant.workspace();
    let found = sqlx::query!(
        r#"SELECT id AS "id: TemplateId", category FROM template
          WHERE workspace_id = $1 AND account_id = $2 AND name = $3 AND language = $4 AND gone_at IS NULL"#,
        workspace.0,
        channel.account_id,
        name,
        language,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let missing = || {
        Error::invalid(
            "template.name",
            "This number has no template of that name in that language. `GET /api/v1/templates` lists them.",
        )
    };
    let found = found.ok_or_else(missing)?;
    // Sent as a message, the code would stand in the conversation and in what is told of it.
    if found.category == template::CODES {
        return Err(Error::invalid(
            "template.name",
            "This template is for one-time codes: `POST /api/v1/otp` sends them. Nothing was sent.",
        ));
    }
    Ok(found.id)
}
