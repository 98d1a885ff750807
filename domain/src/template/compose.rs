//! Sending a template: in a conversation, whether its window is open or not, or to a number that may be new.

use super::{
    letter, list,
    unwanted::{UNWANTED, is_unwanted_by},
};
use crate::{
    Env, Error, Result, Tenant, audit, channel, contact, conversation, file, inbound, message,
    payload::Person,
};
use postern_types::{
    ChannelState, ChannelView, ContactId, ConversationId, Detail, FileId, HeaderFormat, MessageId,
    MessageView, SendTemplate, SlotKind, StartConversation, TemplateFill, TemplateId,
    TemplateParts, Told, e164,
};
use serde_json::{Value, json};

/// Sends a template in a conversation, in the acting member's name. The same id again changes nothing and answers alike.
pub async fn compose(env: &Env, tenant: &mut Tenant, asked: &SendTemplate) -> Result<MessageView> {
    if let Some(known) = known(tenant, asked.id).await? {
        return if known.conversation == asked.conversation {
            Ok(known)
        } else {
            Err(taken())
        };
    }
    let row = conversation::row(tenant, asked.conversation).await?;
    let channel = channel::find(tenant, row.channel).await?;
    let letter = write(tenant, &channel, asked.template, &asked.fill).await?;
    if is_unwanted_by(tenant, row.contact.id, &letter.category).await? {
        return Err(Error::conflict(UNWANTED));
    }
    post(env, tenant, asked.id, row.id, &letter).await
}

/// Said to a limited agent of a number that they may not write to, whatever the reason: somebody else has it, or its contact
/// wants no marketing. What the two have in common is all that is told.
const CLOSED_TO: &str = "You cannot write to this number. Ask a manager. Nothing was sent.";

/// Sends a template to a number: in the conversation that is open with them, or in a new one, which is the acting
/// member's. The same id again changes nothing and answers alike. Of what fails nothing is left, but for a line in the audit
/// when a limited agent tried a number that is not theirs: also then the transaction is to be committed.
pub async fn start(
    env: &Env,
    tenant: &mut Tenant,
    asked: &StartConversation,
) -> Result<MessageView> {
    tenant.mark().await?;
    let begun = begin(env, tenant, asked).await;
    if let Ok(Some(message)) = begun {
        tenant.keep().await?;
        return Ok(message);
    }
    tenant.undo().await?;
    begun?;
    let detail = json!({ "channel": asked.channel, "phone": asked.phone });
    audit::record(env, tenant, "conversation.refused", &detail).await?;
    Err(Error::conflict(CLOSED_TO))
}

/// None when the number is not the acting member's to write to.
async fn begin(
    env: &Env,
    tenant: &mut Tenant,
    asked: &StartConversation,
) -> Result<Option<MessageView>> {
    if let Some(known) = known(tenant, asked.id).await? {
        return Ok(Some(known));
    }
    let digits = e164(&asked.phone).map_err(|fault| Error::invalid("phone", fault.to_string()))?;
    let channel = channel::find(tenant, asked.channel).await?;
    let own = channel.phone.chars().filter(char::is_ascii_digit);
    if own.eq(digits.chars()) {
        return Err(Error::invalid(
            "phone",
            "This is your own number. Enter the customer's.",
        ));
    }
    // All that can be wrong with it, before anybody is looked for: whoever would find out by it which numbers are not theirs
    // writes to all the others.
    let letter = write(tenant, &channel, asked.template, &asked.fill).await?;
    let person = Person {
        phone: Some(digits),
        ..Person::default()
    };
    // A number has one contact, and a contact one open conversation, whoever sees them: they are found among all.
    let limited = tenant.limited().await?;
    if limited {
        tenant.widen().await?;
    }
    let contact = contact::resolve(env, tenant, &channel.account_id, &person).await?;
    let conversation =
        inbound::open_conversation(env, tenant, channel.id, contact, &person, env.now()).await?;
    take_new(tenant, conversation).await?;
    if limited {
        tenant.narrow().await?;
        if !conversation::is_there(tenant, conversation).await? {
            return Ok(None);
        }
    }
    if is_unwanted_by(tenant, contact, &letter.category).await? {
        // What a contact wants is told to those who knew them.
        if limited && !was_seen(tenant, contact, conversation).await? {
            return Ok(None);
        }
        return Err(Error::conflict(UNWANTED));
    }
    post(env, tenant, asked.id, conversation, &letter)
        .await
        .map(Some)
}

/// Whether who acts sees more of a contact than a conversation that was opened just now.
async fn was_seen(tenant: &mut Tenant, contact: ContactId, new: ConversationId) -> Result<bool> {
    let workspace = tenant.workspace();
    let seen = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM conversation
                           WHERE workspace_id = $1 AND contact_id = $2
                             AND (id <> $3 OR last_message_id IS NOT NULL)) AS "seen!""#,
        workspace.0,
        contact.0,
        new.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(seen)
}

/// A template that may go out, filled in.
struct Letter {
    category: String,
    body: String,
    told: Told,
    sending: Value,
    file: Option<FileId>,
}

/// Fills a template in, and says what is wrong with it, whoever it is for.
async fn write(
    tenant: &mut Tenant,
    channel: &ChannelView,
    template: TemplateId,
    fill: &TemplateFill,
) -> Result<Letter> {
    let view = list::find(tenant, channel.id, template).await?;
    if channel.state == ChannelState::Disconnected {
        return Err(Error::conflict(
            "This number is disconnected, so nothing can be sent. An admin can connect it again under Numbers.",
        ));
    }
    if let Some(why) = view.barred() {
        return Err(Error::conflict(why));
    }
    check(&view.parts, fill)?;
    let name = match fill.file {
        Some(id) => uploaded(tenant, channel, &view.parts, id).await?,
        None => document_name(&view.parts, fill),
    };
    let sending = letter::letter(&view, fill, name.as_deref());
    let filled = view.parts.fill(fill);
    let body = filled.body.clone();
    let told = Told {
        detail: Some(Detail::Template(letter::sent(&view, filled))),
        ..Told::default()
    };
    Ok(Letter {
        category: view.category,
        body,
        told,
        sending,
        file: fill.file,
    })
}

async fn post(
    env: &Env,
    tenant: &mut Tenant,
    id: MessageId,
    conversation: ConversationId,
    letter: &Letter,
) -> Result<MessageView> {
    let send = message::Send {
        id,
        conversation,
        kind: "template",
        body: &letter.body,
        told: &letter.told,
        quotes: None,
        target: None,
        sending: Some(&letter.sending),
        file: letter.file,
    };
    message::send(env, tenant, &send).await
}

/// The message that has the id already, when the acting member wrote it.
async fn known(tenant: &mut Tenant, id: MessageId) -> Result<Option<MessageView>> {
    let author = tenant.actor().await?;
    match message::find(tenant, id).await {
        Ok(known) if known.author == Some(author) => Ok(Some(known)),
        Ok(_) => Err(taken()),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn taken() -> Error {
    Error::conflict("This id is taken by another message.")
}

/// Whoever begins a conversation looks after it.
async fn take_new(tenant: &mut Tenant, conversation: ConversationId) -> Result<()> {
    let member = tenant.actor().await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE conversation SET assignee_id = $3
          WHERE workspace_id = $1 AND id = $2 AND last_message_id IS NULL AND assignee_id IS NULL",
        workspace.0,
        conversation.0,
        member.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// The first thing that is wrong, named as the form names it.
fn check(parts: &TemplateParts, fill: &TemplateFill) -> Result<()> {
    let faults = parts.check(fill);
    let Some((key, fault)) = faults.first() else {
        return Ok(());
    };
    let slot = parts.slots().into_iter().find(|slot| slot.key == *key);
    let what = match slot.map(|slot| (slot.kind, slot.name)) {
        Some((SlotKind::Header | SlotKind::Body, name)) => format!("{{{{{name}}}}}: "),
        Some((SlotKind::Url | SlotKind::Code, name)) => format!("{name}: "),
        _ => String::new(),
    };
    Err(Error::invalid("fill", format!("{what}{fault}")))
}

/// The name of an uploaded file, when it is what the template takes and may be sent over that number.
async fn uploaded(
    tenant: &mut Tenant,
    channel: &ChannelView,
    parts: &TemplateParts,
    id: FileId,
) -> Result<Option<String>> {
    let kind = file::sendable(tenant, id, channel.id).await?;
    let wanted = parts.header.as_ref().map(|header| header.format);
    let words = match (wanted, kind) {
        (Some(HeaderFormat::Image), file::Kind::Image)
        | (Some(HeaderFormat::Video), file::Kind::Video)
        | (Some(HeaderFormat::Document), file::Kind::Document) => {
            return Ok(file::find(tenant, id).await?.name);
        }
        (Some(HeaderFormat::Image), _) => "This template takes an image: a JPEG or a PNG.",
        (Some(HeaderFormat::Video), _) => "This template takes a video: an MP4 or a 3GP.",
        (Some(HeaderFormat::Document), _) => "This template takes a document, such as a PDF.",
        _ => "This template takes no file.",
    };
    Err(Error::invalid("fill", words))
}

/// What a document is called that Meta fetches from an address: the end of that address.
fn document_name(parts: &TemplateParts, fill: &TemplateFill) -> Option<String> {
    let header = parts.header.as_ref()?;
    if header.format != HeaderFormat::Document || fill.file.is_some() {
        return None;
    }
    let path = fill.value("header.media")?.split(['?', '#']).next()?;
    let name = path.split('/').skip(3).last()?;
    (1..=240).contains(&name.len()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_types::TemplateHeader;

    #[test]
    fn a_document_is_called_as_its_address_ends() {
        let parts = TemplateParts {
            header: Some(TemplateHeader {
                format: HeaderFormat::Document,
                text: None,
            }),
            ..TemplateParts::default()
        };
        for (address, expected) in [
            (
                "https://a.example/x/price-list.pdf?v=1",
                Some("price-list.pdf"),
            ),
            ("https://a.example/price.pdf#2", Some("price.pdf")),
            ("https://a.example/", None),
            ("https://a.example", None),
        ] {
            let fill = TemplateFill {
                values: [("header.media".to_owned(), address.to_owned())].into(),
                file: None,
            };
            assert_eq!(
                document_name(&parts, &fill).as_deref(),
                expected,
                "{address}"
            );
        }
    }
}
