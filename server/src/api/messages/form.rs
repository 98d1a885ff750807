//! What a caller sends as a message.

use postern_domain::{Error, Result};
use postern_types::{
    Card, CardPhone, ChannelId, Choice, ConversationId, MessageId, Outgoing, Section,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A message to be sent: to a number or into a conversation, with the part that its `type` names.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": "+4915112345678", "type": "text", "text": { "body": "Your parcel is on its way." } }))]
pub struct NewMessage {
    /// The number that it goes to, with its country code. Either this or `conversation`.
    #[serde(default)]
    #[schema(example = "+4915112345678")]
    to: Option<String>,
    /// The conversation that it goes into.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    conversation: Option<ConversationId>,
    /// The number of ours that sends it; it need not be said when only one is connected, or with `conversation`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub channel: Option<ChannelId>,
    /// The message that it answers, of the same conversation.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub reply_to: Option<MessageId>,
    /// What it is.
    r#type: Kind,
    #[serde(default)]
    text: Option<Text>,
    #[serde(default)]
    template: Option<Template>,
    #[serde(default)]
    location: Option<Location>,
    #[serde(default)]
    contacts: Option<Contacts>,
    #[serde(default)]
    reaction: Option<Reaction>,
    #[serde(default)]
    buttons: Option<Buttons>,
    #[serde(default)]
    list: Option<List>,
    #[serde(default)]
    link: Option<Link>,
    #[serde(default)]
    location_request: Option<Text>,
}

/// What a message is.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageKind)]
enum Kind {
    Text,
    Template,
    Location,
    Contacts,
    Reaction,
    Buttons,
    List,
    Link,
    LocationRequest,
}

/// Words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageText)]
pub struct Text {
    /// 1 to 4,096 characters; above buttons 1,024.
    #[schema(min_length = 1, max_length = 4096)]
    body: String,
}

/// A template that Meta has approved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageTemplate)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its language, as Meta writes it.
    #[schema(example = "en")]
    pub language: String,
    /// What goes into its slots, by their keys: `body.1`, `header.name`, `button.0`.
    #[serde(default)]
    #[schema(example = json!({ "body.1": "Ada" }))]
    pub values: BTreeMap<String, String>,
}

/// A place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageLocation)]
pub struct Location {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
    /// What it is called.
    #[serde(default)]
    name: Option<String>,
    /// Where it is.
    #[serde(default)]
    address: Option<String>,
}

/// Cards of people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageContacts)]
pub struct Contacts {
    /// One for each person.
    #[schema(min_items = 1)]
    cards: Vec<Person>,
}

/// A card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessagePerson)]
pub struct Person {
    /// What they are called.
    name: String,
    /// Their numbers.
    phones: Vec<String>,
}

/// An emoji on a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageReaction)]
pub struct Reaction {
    /// Which message.
    #[schema(value_type = Uuid)]
    message: MessageId,
    /// Empty takes it back.
    emoji: String,
}

/// Words with up to three buttons.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageButtons)]
#[expect(clippy::struct_field_names, reason = "what callers write")]
pub struct Buttons {
    /// The words.
    body: String,
    /// A line above.
    #[serde(default)]
    header: Option<String>,
    /// A line below.
    #[serde(default)]
    footer: Option<String>,
    /// What stands on them, 20 characters each.
    #[schema(min_items = 1, max_items = 3)]
    buttons: Vec<String>,
}

/// Words with a list to choose from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageList)]
pub struct List {
    /// The words.
    body: String,
    /// A line above.
    #[serde(default)]
    header: Option<String>,
    /// A line below.
    #[serde(default)]
    footer: Option<String>,
    /// What stands on the button that opens it.
    button: String,
    /// The rows by section, ten in all.
    sections: Vec<Rows>,
}

/// Rows under a title.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageRows)]
pub struct Rows {
    /// It may be empty when there is one section.
    #[serde(default)]
    title: String,
    /// The rows.
    rows: Vec<Row>,
}

/// A row.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageRow)]
pub struct Row {
    /// 24 characters.
    title: String,
    /// 72 characters.
    #[serde(default)]
    description: Option<String>,
}

/// Words with a button that leads somewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageLink)]
pub struct Link {
    /// The words.
    body: String,
    /// A line above.
    #[serde(default)]
    header: Option<String>,
    /// A line below.
    #[serde(default)]
    footer: Option<String>,
    /// What stands on the button.
    label: String,
    /// Where it leads; http or https.
    url: String,
}

/// Where a message goes.
#[derive(Clone, Copy)]
pub enum Whom<'a> {
    Number(&'a str),
    Conversation(ConversationId),
}

impl NewMessage {
    /// What it is, in WhatsApp's word.
    pub fn kind(&self) -> &'static str {
        match self.r#type {
            Kind::Text => "text",
            Kind::Template => "template",
            Kind::Location => "location",
            Kind::Contacts => "contacts",
            Kind::Reaction => "reaction",
            Kind::Buttons => "buttons",
            Kind::List => "list",
            Kind::Link => "link",
            Kind::LocationRequest => "location_request",
        }
    }

    /// Where it goes.
    pub fn whom(&self) -> Result<Whom<'_>> {
        match (&self.to, self.conversation) {
            (Some(number), None) => Ok(Whom::Number(number)),
            (None, Some(conversation)) => Ok(Whom::Conversation(conversation)),
            (None, None) => Err(Error::invalid(
                "to",
                "Say where it goes: a number in `to`, or a `conversation`.",
            )),
            (Some(_), Some(_)) => Err(Error::invalid(
                "to",
                "Say either the number in `to` or the `conversation`, not both.",
            )),
        }
    }

    /// The template, when it is one.
    pub fn template(&self) -> Result<Option<&Template>> {
        match self.r#type {
            Kind::Template => {
                let template = self.template.as_ref();
                template.map(Some).ok_or_else(|| missing("template"))
            }
            _ => Ok(None),
        }
    }

    /// The words of what is no template, and what it is beside text.
    pub fn outgoing(&self) -> Result<(String, Option<Outgoing>)> {
        let blank = String::new;
        Ok(match self.r#type {
            Kind::Template => return Err(missing("template")),
            Kind::Text => (part(self.text.as_ref(), "text")?.body.clone(), None),
            Kind::LocationRequest => {
                let asked = part(self.location_request.as_ref(), "location_request")?;
                (asked.body.clone(), Some(Outgoing::LocationRequest))
            }
            Kind::Location => {
                let place = part(self.location.as_ref(), "location")?;
                let outgoing = Outgoing::Location {
                    latitude: place.latitude,
                    longitude: place.longitude,
                    name: place.name.clone(),
                    address: place.address.clone(),
                };
                (blank(), Some(outgoing))
            }
            Kind::Contacts => {
                let people = part(self.contacts.as_ref(), "contacts")?;
                let cards = people.cards.iter().map(Person::card).collect();
                (blank(), Some(Outgoing::Contacts { cards }))
            }
            Kind::Reaction => {
                let reaction = part(self.reaction.as_ref(), "reaction")?;
                let outgoing = Outgoing::Reaction {
                    target: reaction.message,
                    emoji: reaction.emoji.clone(),
                };
                (blank(), Some(outgoing))
            }
            Kind::Buttons => {
                let given = part(self.buttons.as_ref(), "buttons")?;
                let outgoing = Outgoing::Buttons {
                    header: given.header.clone(),
                    footer: given.footer.clone(),
                    buttons: given.buttons.clone(),
                };
                (given.body.clone(), Some(outgoing))
            }
            Kind::List => {
                let given = part(self.list.as_ref(), "list")?;
                let outgoing = Outgoing::List {
                    header: given.header.clone(),
                    footer: given.footer.clone(),
                    button: given.button.clone(),
                    sections: given.sections.iter().map(Rows::section).collect(),
                };
                (given.body.clone(), Some(outgoing))
            }
            Kind::Link => {
                let given = part(self.link.as_ref(), "link")?;
                let outgoing = Outgoing::Link {
                    header: given.header.clone(),
                    footer: given.footer.clone(),
                    label: given.label.clone(),
                    url: given.url.clone(),
                };
                (given.body.clone(), Some(outgoing))
            }
        })
    }
}

fn part<'a, T>(given: Option<&'a T>, name: &'static str) -> Result<&'a T> {
    given.ok_or_else(|| missing(name))
}

fn missing(name: &'static str) -> Error {
    Error::invalid(name, "The part that `type` names is missing.")
}

impl Person {
    fn card(&self) -> Card {
        let phones = self.phones.iter().map(|number| CardPhone {
            number: number.clone(),
            ..CardPhone::default()
        });
        Card {
            name: self.name.clone(),
            phones: phones.collect(),
            lines: Vec::new(),
        }
    }
}

impl Rows {
    fn section(&self) -> Section {
        let rows = self.rows.iter().map(|row| Choice {
            id: String::new(),
            title: row.title.clone(),
            description: row.description.clone(),
        });
        Section {
            title: self.title.clone(),
            rows: rows.collect(),
        }
    }
}
