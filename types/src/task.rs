//! Tasks: what is to be done for a contact.

use crate::{
    CommentId, ContactBrief, ContactId, ConversationId, DocumentId, FileId, MemberId, MessageId,
    Moment, TaskId, TaskItemId,
};
use serde::{Deserialize, Serialize};

/// How far a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Nobody has begun.
    #[default]
    Open,
    /// Somebody works on it.
    Doing,
    /// It waits for the contact, or for somebody else.
    Waiting,
    /// It is done.
    Done,
    /// It is not done, and will not be.
    Cancelled,
}

impl TaskStatus {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Doing,
        Self::Waiting,
        Self::Done,
        Self::Cancelled,
    ];

    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Doing => "doing",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// What [`TaskStatus::as_str`] wrote.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether nothing is left to do.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// Which tasks a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskList {
    /// All that are to be done, the soonest due first.
    #[default]
    Open,
    /// Those of them that are the reader's.
    Mine,
    /// Those whose day is over.
    Overdue,
    /// Those that are due within a week.
    Soon,
    /// Done and cancelled ones, the newest first.
    Done,
}

/// What list of tasks to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskRequest {
    /// Which.
    pub list: TaskList,
    /// Of one contact alone: all of theirs, the newest first, whatever the list says.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// Where the page before this one ended.
    #[serde(default)]
    pub after: Option<String>,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    /// The task.
    pub id: TaskId,
    /// What is to be done.
    pub title: String,
    /// How far it is.
    pub status: TaskStatus,
    /// For whom.
    pub contact: ContactBrief,
    /// The day by which it is due, as `2026-01-31`.
    pub due: Option<String>,
    /// Who looks after it.
    pub owner: Option<MemberId>,
    /// Whether the contact sees it.
    pub shared: bool,
    /// Lines of its list.
    pub items: u32,
    /// Those that are ticked off.
    pub ticked: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPage {
    /// The rows.
    pub rows: Vec<TaskRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// The workspace's own day: what was due before it is overdue.
    pub today: String,
    /// Tasks that are overdue, counted to 100 at most.
    pub overdue: u32,
}

/// A task to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    /// For whom; of one that is made from a message it need not be said.
    pub contact: Option<ContactId>,
    /// The message that it is made from.
    #[serde(default)]
    pub message: Option<MessageId>,
    /// What is to be done: 1 to 200 characters, in one line.
    pub title: String,
    /// More about it: up to 4,000 characters.
    #[serde(default)]
    pub description: String,
    /// The day by which it is due, as `2026-01-31`.
    #[serde(default)]
    pub due: Option<String>,
    /// Who looks after it.
    #[serde(default)]
    pub owner: Option<MemberId>,
    /// Whether the contact sees it.
    #[serde(default)]
    pub shared: bool,
}

/// All that can be changed of a task at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskForm {
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub description: String,
    /// How far it is.
    pub status: TaskStatus,
    /// The day by which it is due, as `2026-01-31`.
    pub due: Option<String>,
    /// Who looks after it.
    pub owner: Option<MemberId>,
    /// Whether the contact sees it.
    pub shared: bool,
    /// Whether the contact is told in the chat of what changes.
    pub tells: bool,
}

/// A line of a task's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskItem {
    /// The line.
    pub id: TaskItemId,
    /// What it says.
    pub body: String,
    /// Whether it is ticked off.
    pub done: bool,
}

/// What is done to a task's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemAct {
    /// A line is put at its end.
    Add(String),
    /// One is ticked off, or not any more.
    Tick(TaskItemId, bool),
    /// One says something else.
    Rename(TaskItemId, String),
    /// One is taken away.
    Remove(TaskItemId),
    /// One is put before another, or at the end.
    Move(TaskItemId, Option<TaskItemId>),
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskComment {
    /// The comment.
    pub id: CommentId,
    /// Who wrote it; none: the contact, in the portal.
    pub author: Option<MemberId>,
    /// For members alone.
    pub internal: bool,
    /// What it says.
    pub body: String,
    /// When.
    pub at: Moment,
}

/// Comments, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentPage {
    /// The comments.
    pub comments: Vec<TaskComment>,
    /// Where the page of older ones begins; none at the beginning.
    pub older: Option<String>,
}

/// A document, or one that the contact is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDocument {
    /// The document.
    pub id: DocumentId,
    /// What it is called.
    pub name: String,
    /// The file; none while it is asked for.
    pub file: Option<FileId>,
    /// Its bytes.
    pub size: Option<i64>,
    /// Who brought it, or asked for it; none: the contact.
    pub author: Option<MemberId>,
    /// Whether the contact was asked for it.
    pub asked: bool,
    /// For members alone.
    pub internal: bool,
    /// When.
    pub at: Moment,
}

/// Something that became of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChange {
    /// When.
    pub at: Moment,
    /// Who; none: the contact.
    pub author: Option<MemberId>,
    /// `created`, `status`, `title`, `description`, `due`, `owner`, `shared`, `unshared`, `item`, `item_done`, `item_undone`,
    /// `item_gone`, `asked`, `document` or `document_gone`.
    pub kind: String,
    /// What it is now.
    pub value: String,
}

/// What became of the last word to the contact in the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum TaskTold {
    /// They were written to.
    Chat,
    /// They were sent the template, for the window had closed.
    Template,
    /// The window had closed, and there was no template that could be sent.
    NoTemplate,
    /// There is no conversation with them.
    NoChat,
}

impl TaskTold {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Template => "template",
            Self::NoTemplate => "no_template",
            Self::NoChat => "no_chat",
        }
    }
}

/// A task in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// The task.
    pub id: TaskId,
    /// Grows with every change by members.
    pub rev: i64,
    /// What can be changed of it.
    pub form: TaskForm,
    /// For whom.
    pub contact: ContactBrief,
    /// Who made it.
    pub author: Option<MemberId>,
    /// The message that it was made from.
    pub message: Option<MessageId>,
    /// The conversation of that message.
    pub conversation: Option<ConversationId>,
    /// When it was made.
    pub created: Moment,
    /// When it was done or cancelled.
    pub ended: Option<Moment>,
    /// The workspace's own day.
    pub today: String,
    /// The list.
    pub items: Vec<TaskItem>,
    /// The newest comments.
    pub comments: CommentPage,
    /// Documents, the oldest first.
    pub documents: Vec<TaskDocument>,
    /// What became of it, the newest first; fifty at most.
    pub changes: Vec<TaskChange>,
    /// What became of the last word to the contact, and when.
    pub told: Option<(TaskTold, Moment)>,
}

/// What a template has to be called that tells of tasks outside the window.
pub const TASK_TEMPLATE: &str = "task_update";
