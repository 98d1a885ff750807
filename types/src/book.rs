//! The book of contacts: its pages, labels, fields and notes, and what happened with a contact.

use crate::{
    ContactId, Content, ConversationId, FieldId, LabelId, MemberId, Moment, NoteId, PersonView,
    TaskId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which contacts are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookRequest {
    /// The beginning of a word of the name or address, or four or more digits of a number; empty for all.
    pub search: String,
    /// Those who wear this label.
    pub label: Option<LabelId>,
    /// Whose.
    pub owner: OwnedBy,
    /// In which order.
    pub order: BookOrder,
    /// Where the page before this one ended.
    pub after: Option<String>,
}

/// Whose contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnedBy {
    /// Everybody's.
    #[default]
    Anybody,
    /// Nobody's.
    Nobody,
    /// That member's.
    Member(MemberId),
}

/// An order of contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookOrder {
    /// By name.
    #[default]
    Name,
    /// Who came last, first.
    Newest,
}

/// A page of contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookPage {
    /// The contacts.
    pub rows: Vec<BookRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A contact in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookRow {
    /// The contact.
    pub id: ContactId,
    /// What to call them.
    pub name: Option<String>,
    /// Their number in E.164.
    pub phone: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Who looks after them.
    pub owner: Option<MemberId>,
    /// What they wear.
    pub labels: Vec<LabelId>,
    /// When they first wrote, or were added.
    pub since: Moment,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelView {
    /// The label.
    pub id: LabelId,
    /// What stands on it.
    pub name: String,
    /// Its colour in the palette.
    pub tone: u8,
}

/// A field that a workspace has made for its contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldView {
    /// The field.
    pub id: FieldId,
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub kind: FieldKind,
    /// What may be chosen, in order; of a choice alone.
    pub choices: Vec<String>,
}

/// What stands in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    #[default]
    Text,
    /// A decimal number, with a point.
    Number,
    /// A day, as 2026-01-31.
    Date,
    /// One of its choices.
    Choice,
    /// `yes` or `no`.
    YesNo,
    /// An address of the web.
    Link,
}

/// What stands in a contact's field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field.
    pub field: FieldId,
    /// As its kind writes it.
    pub value: String,
}

/// What members write of a contact in one form; an empty text stands for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactForm {
    /// What members call them.
    pub name: String,
    /// The number that is shown, as somebody typed it.
    pub phone: String,
    /// Their address.
    pub email: String,
    /// Who looks after them.
    pub owner: Option<MemberId>,
}

/// A contact's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPage {
    /// Names, ids, who may be the same person. Another id than was asked for: they were merged into that one.
    pub person: PersonView,
    /// The number that is shown, in E.164.
    pub phone: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Who looks after them.
    pub owner: Option<MemberId>,
    /// What they wear.
    pub labels: Vec<LabelId>,
    /// What stands in their fields.
    pub values: Vec<FieldValue>,
    /// The conversation that was heard of last.
    pub conversation: Option<ConversationId>,
}

/// What members noted of a contact, a page, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotePage {
    /// The notes.
    pub notes: Vec<NoteView>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A note of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    /// The note.
    pub id: NoteId,
    /// What it says.
    pub body: String,
    /// Who wrote it.
    pub author: Option<MemberId>,
    /// When.
    pub at: Moment,
    /// When it was changed.
    pub edited: Option<Moment>,
}

/// What happened with a contact, a page, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// What happened.
    pub entries: Vec<Happening>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// Something that happened with a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// What it happened to: a message, a note, a task, a visit.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// Who did it; none for the contact, or where nobody did.
    pub by: Option<MemberId>,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// The contact wrote.
    Heard(ConversationId, Content),
    /// Somebody wrote to them.
    Wrote(ConversationId, Content),
    /// Somebody noted something in the conversation.
    Remarked(ConversationId, Content),
    /// Somebody noted something of the contact.
    Noted(String),
    /// A task was made, which is called so.
    Task(TaskId, String),
    /// It was done, or cancelled.
    TaskEnded(TaskId, String),
    /// They came to the portal.
    Visit,
    /// Another contact, who was called so, was merged into this one.
    Merged(String),
    /// They first wrote, or were added.
    Began,
}
