//! What a message has beside its words: a picture, a place, what it answers, how people reacted.
//!
//! It travels as JSON in a text, so that the code that reads it is fetched with the code that shows it, and is no part of
//! the client's first load. To add a kind: a variant of [`Detail`], its reading in `domain::payload::detail`, its view in
//! `app::inbox::rich`.

use crate::{Direction, FileId, MemberId, MessageId, Moment, TaskId};
use serde::{Deserialize, Serialize};

/// An [`Extra`] as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(pub String);

/// All that stands around a message's words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    /// What the message itself says.
    #[serde(skip_serializing_if = "Told::is_empty")]
    pub told: Told,
    /// The file that it brought, or takes along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileView>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quoted>,
    /// How people reacted to it: one of the contact, one of ours at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// When it was changed by who wrote it; what is shown is the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<Moment>,
    /// When it was deleted by who wrote it; then nothing of it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Moment>,
}

/// What a message says beside its text, as it is stored with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// What it is, when it is more than text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// Whether it was passed on from another chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// The advertisement or post that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// The product that it asks about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// True when it was written in the WhatsApp Business app on a phone, not here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_phone: bool,
}

impl Told {
    /// Whether there is nothing beside the text.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How far a message was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    /// From another chat.
    Once,
    /// More than five times.
    Often,
}

/// What a message is, when it is more than text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// An image, video, audio, document or sticker: the message's kind says which. The file itself is [`Extra::file`].
    Media {
        /// Words under it.
        caption: Option<String>,
        /// The name that its sender gave it; a document's.
        name: Option<String>,
        /// Recorded in the chat.
        voice: bool,
        /// A sticker that moves.
        animated: bool,
    },
    /// A place.
    Location {
        /// Degrees north.
        latitude: Option<f64>,
        /// Degrees east.
        longitude: Option<f64>,
        /// What it is called.
        name: Option<String>,
        /// Where it is.
        address: Option<String>,
        /// A web page of it, as its sender gave it; may be anything.
        url: Option<String>,
    },
    /// Contact cards.
    Contacts {
        /// One for each person.
        cards: Vec<Card>,
    },
    /// A button that was pressed, or a row that was chosen.
    Choice {
        /// What it said.
        title: String,
        /// The line below it.
        description: Option<String>,
        /// What its sender had put behind it; for machines.
        id: Option<String>,
    },
    /// A form that was filled in: a flow, an address, a payment method, a permission.
    Form {
        /// Meta's word for the kind of form.
        name: String,
        /// What stands in the chat for it.
        title: Option<String>,
        /// What was filled in.
        lines: Vec<Line>,
    },
    /// A cart of products.
    Order {
        /// Which catalogue.
        catalog: Option<String>,
        /// Words with it.
        note: Option<String>,
        /// What is in it.
        items: Vec<OrderItem>,
    },
    /// A reaction whose message is not here.
    Reaction {
        /// None when it was taken back.
        emoji: Option<String>,
    },
    /// A message that says how another one, which is not here, reads now; or that it was deleted, with nothing in it.
    Change {
        /// What it says now.
        now: Option<Box<Detail>>,
    },
    /// Something that WhatsApp or the contact's phone tells: a new number, new keys, a preference.
    Notice {
        /// Meta's word for it.
        event: String,
        /// More that it says.
        lines: Vec<Line>,
    },
    /// A call.
    Call {
        /// Whether the contact called.
        incoming: bool,
        /// Meta's word for the newest that is known of it: `connect`, `terminate`, `RINGING`, `COMPLETED`, `FAILED`…
        state: String,
        /// How long it lasted.
        seconds: Option<i64>,
        /// More that it says.
        lines: Vec<Line>,
    },
    /// Something that can only be seen on the phone.
    Unsupported {
        /// Meta's word for what it was: `poll_creation`, `view_once`…
        what: Option<String>,
        /// Why it is not here, in Meta's words.
        why: Vec<String>,
    },
    /// Buttons, up to three, that we sent.
    Buttons {
        /// A line above.
        header: Option<String>,
        /// A line below.
        footer: Option<String>,
        /// The buttons.
        buttons: Vec<Choice>,
    },
    /// A list to choose from, that we sent.
    List {
        /// A line above.
        header: Option<String>,
        /// A line below.
        footer: Option<String>,
        /// The words on the button that opens it.
        button: String,
        /// The rows, by section.
        sections: Vec<Section>,
    },
    /// A button with a link, that we sent.
    Link {
        /// A line above.
        header: Option<String>,
        /// A line below.
        footer: Option<String>,
        /// The words on the button.
        label: String,
        /// Where it leads.
        url: String,
    },
    /// A request for the contact's location, that we sent.
    LocationRequest,
    /// A template, filled in, that we sent; its body is the message's.
    Template(TemplateSent),
    /// Said in the portal, on a task; its words are the message's body.
    Portal {
        /// The task.
        task: TaskId,
        /// What it was called then.
        title: String,
        /// The name of a document that was brought.
        document: Option<String>,
    },
    /// A kind that is new to us: what can be read of it.
    Lines {
        /// Every text in it.
        lines: Vec<Line>,
    },
}

/// A name and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// A contact card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// The name to show.
    pub name: String,
    /// Numbers, as written.
    pub phones: Vec<CardPhone>,
    /// Everything else: mail addresses, company, birthday, links, postal addresses.
    pub lines: Vec<Line>,
}

/// A number on a contact card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CardPhone {
    /// As written.
    pub number: String,
    /// Home, work, mobile…
    pub label: Option<String>,
    /// Digits under which it is on WhatsApp.
    pub wa_id: Option<String>,
}

/// A product in a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The seller's id of the product.
    pub product: String,
    /// How many, as told.
    pub quantity: String,
    /// Price of one, as told.
    pub price: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
}

/// A button or a row to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What comes back when it is chosen; 256 bytes for a button, 200 for a row.
    pub id: String,
    /// 20 characters for a button, 24 for a row.
    pub title: String,
    /// 72 characters; of rows alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Rows under a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// 24 characters; may be empty when there is one section.
    pub title: String,
    /// The rows; ten in all sections of a list.
    pub rows: Vec<Choice>,
}

/// A template as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateSent {
    /// Its name at Meta.
    pub name: String,
    /// Its language, as Meta writes it.
    pub language: String,
    /// The line above, filled in.
    pub header: Option<String>,
    /// The line below.
    pub footer: Option<String>,
    /// What stands on its buttons.
    pub buttons: Vec<String>,
}

/// The advertisement or post that brought somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Referral {
    /// `ad` or `post`.
    pub kind: Option<String>,
    /// Meta's id of it.
    pub id: Option<String>,
    /// Its address, as told; may be anything.
    pub url: Option<String>,
    /// Its title.
    pub headline: Option<String>,
    /// Its words.
    pub body: Option<String>,
    /// What greeted the contact.
    pub welcome: Option<String>,
    /// The click, for Meta's reports on advertisements.
    pub click: Option<String>,
}

/// A product that a message asks about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Product {
    /// Which catalogue.
    pub catalog: Option<String>,
    /// The seller's id of it.
    pub id: Option<String>,
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// None when it never came here.
    pub id: Option<MessageId>,
    /// Which way it went.
    pub direction: Direction,
    /// The colleague who wrote it.
    pub author: Option<MemberId>,
    /// Its kind.
    pub kind: String,
    /// The beginning of what it says.
    pub line: String,
}

/// A reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// One emoji.
    pub emoji: String,
    /// True for ours, false for the contact's.
    pub ours: bool,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It is being fetched from Meta.
    Waiting,
    /// It is here, sealed.
    Stored,
    /// It could not be fetched; somebody may try again.
    Failed,
    /// It is not kept: too large, or not what it says it is.
    Refused,
}

/// A file, as a thread shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// The file.
    pub id: FileId,
    /// Whether it is here.
    pub state: FileState,
    /// Its type, read from its first bytes once it is here; before, as claimed.
    pub mime: String,
    /// Its name, made harmless; none when it has none.
    pub name: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
    /// Pixels, of an image.
    pub width: Option<i32>,
    /// Pixels, of an image.
    pub height: Option<i32>,
    /// How long it plays.
    pub seconds: Option<i32>,
    /// How loud it is, one digit a step from `0` to `9`; of a voice note.
    pub wave: Option<String>,
    /// Whether a small picture of it is there.
    pub thumb: bool,
    /// Why it is not here, in words for an agent.
    pub fault: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_written_and_read_and_nothing_else_takes_room() {
        let write = |extra: &Extra| serde_json::to_string(extra).expect("text");
        assert_eq!(write(&Extra::default()), "{}");
        let extra = Extra {
            told: Told {
                detail: Some(Detail::Choice {
                    title: "Red".into(),
                    description: None,
                    id: Some("r".into()),
                }),
                forwarded: Some(Forwarded::Often),
                ..Told::default()
            },
            reactions: vec![Reaction {
                emoji: "👍".into(),
                ours: false,
            }],
            edited: Some(Moment(5)),
            ..Extra::default()
        };
        let written = write(&extra);
        assert_eq!(
            serde_json::from_str::<Extra>(&written).expect("it reads"),
            extra
        );
        assert!(written.contains(r#""choice":{"title":"Red""#), "{written}");
    }
}
