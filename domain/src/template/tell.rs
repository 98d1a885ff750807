//! Sending a template of a fixed name in a member's name, where the workspace has one: for what the server tells by itself.

use super::{letter, list, unwanted::is_unwanted_by};
use crate::{Env, Result, Tenant, message};
use postern_types::{
    ChannelView, ContactId, ConversationId, Detail, MemberId, MessageId, SlotKind, TemplateFill,
    TemplateId, TemplateView, Told,
};

/// The longest value, so that the whole stays within what Meta takes.
const LONGEST: usize = 400;

/// What is told.
pub(crate) struct News<'a> {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub contact: ContactId,
    /// In whose name.
    pub author: MemberId,
    /// What the template is called.
    pub template: &'a str,
    /// What it is about, and what is new. A template that takes one value takes the second.
    pub values: [&'a str; 2],
}

/// Sends it; false when the workspace has none that can be sent so.
pub(crate) async fn tell(
    env: &Env,
    tenant: &mut Tenant,
    channel: &ChannelView,
    news: &News<'_>,
) -> Result<bool> {
    let Some(view) = choose(tenant, channel, news).await? else {
        return Ok(false);
    };
    let Some(fill) = filled(&view, news.values) else {
        return Ok(false);
    };
    if is_unwanted_by(tenant, news.contact, &view.category).await? {
        return Ok(false);
    }
    let sending = letter::letter(&view, &fill, None);
    let whole = view.parts.fill(&fill);
    let body = whole.body.clone();
    let told = Told {
        detail: Some(Detail::Template(letter::sent(&view, whole))),
        ..Told::default()
    };
    let send = message::Send {
        id: news.id,
        conversation: news.conversation,
        kind: "template",
        body: &body,
        told: &told,
        quotes: None,
        target: None,
        sending: Some(&sending),
        file: None,
    };
    message::send_for(env, tenant, news.author, channel.id, &send).await?;
    Ok(true)
}

/// In the language of the last template of the conversation, or in English, or in whichever there is.
async fn choose(
    tenant: &mut Tenant,
    channel: &ChannelView,
    news: &News<'_>,
) -> Result<Option<TemplateView>> {
    let workspace = tenant.workspace();
    let ids = sqlx::query_scalar!(
        r#"SELECT t.id AS "id: TemplateId" FROM template t
             JOIN channel c ON c.workspace_id = t.workspace_id AND c.account_id = t.account_id
            WHERE t.workspace_id = $1 AND c.id = $2 AND t.name = $3 AND t.gone_at IS NULL
            ORDER BY t.language IS NOT DISTINCT FROM (
                        SELECT m.told -> 'detail' -> 'template' ->> 'language' FROM message m
                         WHERE m.workspace_id = $1 AND m.conversation_id = $4 AND m.kind = 'template'
                         ORDER BY m.at DESC LIMIT 1) DESC,
                     starts_with(t.language, 'en') DESC, t.language, t.id
            LIMIT 20"#,
        workspace.0,
        channel.id.0,
        news.template,
        news.conversation.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    for id in ids {
        let view = list::find(tenant, channel.id, id).await?;
        if view.barred().is_none() {
            return Ok(Some(view));
        }
    }
    Ok(None)
}

/// None when it asks for something else than these two.
fn filled(view: &TemplateView, values: [&str; 2]) -> Option<TemplateFill> {
    let slots = view.parts.slots();
    let values = match slots.len() {
        0 => &values[..0],
        1 => &values[1..],
        2 => &values[..],
        _ => return None,
    };
    let words = slots.iter().all(|slot| slot.kind == SlotKind::Body);
    let fill = TemplateFill {
        values: slots
            .iter()
            .zip(values)
            .map(|(slot, value)| (slot.key.clone(), in_one_line(value)))
            .collect(),
        file: None,
    };
    (words && view.parts.check(&fill).is_empty()).then_some(fill)
}

/// Meta takes no line breaks in a value, and no wide gaps.
fn in_one_line(value: &str) -> String {
    let words: Vec<_> = value.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST).collect()
}
