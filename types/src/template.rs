//! Message templates: what Meta has approved, and one that is filled in.

mod check;
mod slots;
mod text;

use crate::{ChannelId, ConversationId, FileId, MessageId, Moment, TemplateId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use check::FillFault;
pub use slots::{Slot, SlotKind};
pub use text::{Filled, Piece, pieces};

/// A template in one language, as Meta last told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// The template.
    pub id: TemplateId,
    /// Its name at Meta.
    pub name: String,
    /// Its language, as Meta writes it: `en_US`.
    pub language: String,
    /// Meta's word: `MARKETING`, `UTILITY`, `AUTHENTICATION`…
    pub category: String,
    /// Meta's word: `APPROVED`, `PAUSED`, `REJECTED`…
    pub status: String,
    /// Meta's word: `GREEN`, `YELLOW`, `RED`; none while nothing is known.
    pub quality: Option<String>,
    /// Meta's word for why it is not approved.
    pub reason: Option<String>,
    /// What it is made of.
    pub parts: TemplateParts,
}

/// What a template is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParts {
    /// Whether its variables have names; otherwise they are numbered.
    pub named: bool,
    /// What stands above.
    pub header: Option<TemplateHeader>,
    /// The words, with their variables.
    pub body: String,
    /// The line below.
    pub footer: Option<String>,
    /// The buttons, in their order.
    pub buttons: Vec<TemplateButton>,
    /// What its author gave as an example for a slot, by the slot's key.
    pub examples: BTreeMap<String, String>,
    /// Meta's word for a part that cannot be filled in here; none when all of them can.
    pub foreign: Option<String>,
}

/// What stands above a template's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateHeader {
    /// What it is.
    pub format: HeaderFormat,
    /// The words, of a text.
    pub text: Option<String>,
}

/// What a header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderFormat {
    /// A line of text.
    Text,
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A document.
    Document,
    /// A place on a map.
    Location,
}

/// A button of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButton {
    /// What it does.
    pub kind: ButtonKind,
    /// What stands on it.
    pub text: String,
    /// The address that it opens, or the number that it calls.
    pub target: Option<String>,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    /// Answers with its words.
    QuickReply,
    /// Opens an address.
    Url,
    /// Calls a number.
    Phone,
    /// Copies a code.
    CopyCode,
    /// Opens a form.
    Flow,
    /// Something that takes nothing from us.
    Other,
}

/// What goes into a template's slots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateFill {
    /// By the slot's key.
    pub values: BTreeMap<String, String>,
    /// The header's picture, film or document, when it was uploaded here; otherwise its slot holds an address.
    pub file: Option<FileId>,
}

/// Which templates to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRequest {
    /// Of this number's account.
    pub channel: ChannelId,
    /// Part of the name or the words; empty for all.
    pub search: String,
    /// Meta's word; none for all.
    pub category: Option<String>,
    /// As Meta writes it; none for all.
    pub language: Option<String>,
}

/// Templates of an account: those that can be sent first, then by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplatePage {
    /// The first of them.
    pub templates: Vec<TemplateView>,
    /// Whether there are more: a search finds them.
    pub more: bool,
    /// The categories that there are.
    pub categories: Vec<String>,
    /// The languages that there are.
    pub languages: Vec<String>,
    /// When Meta last told of all of them.
    pub synced_at: Option<Moment>,
    /// Whether Meta is being asked just now.
    pub asking: bool,
    /// Why Meta could not be asked since, in words.
    pub fault: Option<String>,
}

/// A template to be sent in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendTemplate {
    /// A new UUIDv7, so that sending twice writes once.
    pub id: MessageId,
    /// Where it goes.
    pub conversation: ConversationId,
    /// Which one.
    pub template: TemplateId,
    /// What goes into it.
    pub fill: TemplateFill,
}

/// A template to be sent to a number that may be new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartConversation {
    /// A new UUIDv7, so that sending twice writes once.
    pub id: MessageId,
    /// Over which of our numbers.
    pub channel: ChannelId,
    /// The customer's number, as typed.
    pub phone: String,
    /// Which template.
    pub template: TemplateId,
    /// What goes into it.
    pub fill: TemplateFill,
}

impl TemplateView {
    /// Why it cannot be sent, in words; none when it can.
    pub fn barred(&self) -> Option<&'static str> {
        match self.status.as_str() {
            "APPROVED" if self.category == "AUTHENTICATION" => {
                Some("One-time codes are sent by your own systems, not by hand.")
            }
            "APPROVED" if self.parts.foreign.is_some() => {
                Some("It has a part that cannot be filled in here. Choose another one.")
            }
            "APPROVED" => None,
            "PENDING" | "IN_APPEAL" => Some("Meta is still looking at it. Choose another one."),
            "REJECTED" => Some("Meta rejected it. Choose another one."),
            "PAUSED" => Some(
                "Meta has paused it, because people blocked or reported it. Choose another one.",
            ),
            "DISABLED" => Some("Meta has disabled it. Choose another one."),
            _ => Some("Meta does not let it be sent now. Choose another one."),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
