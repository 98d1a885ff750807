//! What a workspace can take away as CSV.

use crate::BookRequest;
use serde::{Deserialize, Serialize};

/// A kind of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// Contacts with their labels and fields; those that the book is asked for.
    #[default]
    Contacts,
    /// What was noted of contacts.
    Notes,
    /// Conversations.
    Conversations,
    /// Messages and notes of conversations.
    Messages,
    /// What was sent and brought, without its bytes.
    Files,
    /// Tasks.
    Tasks,
    /// The lists of tasks.
    TaskItems,
    /// Comments on tasks.
    TaskComments,
    /// Documents of tasks, without their bytes.
    TaskDocuments,
    /// Portal links, without what opens them.
    Links,
    /// Members.
    Members,
    /// Teams and who is in them.
    Teams,
    /// Labels.
    Labels,
    /// The fields that contacts have.
    Fields,
    /// Numbers, without their tokens.
    Channels,
    /// Templates.
    Templates,
}

impl ExportKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 16] = [
        Self::Contacts,
        Self::Notes,
        Self::Conversations,
        Self::Messages,
        Self::Files,
        Self::Tasks,
        Self::TaskItems,
        Self::TaskComments,
        Self::TaskDocuments,
        Self::Links,
        Self::Members,
        Self::Teams,
        Self::Labels,
        Self::Fields,
        Self::Channels,
        Self::Templates,
    ];

    /// Its word: in the audit, and in the file's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Notes => "notes",
            Self::Conversations => "conversations",
            Self::Messages => "messages",
            Self::Files => "files",
            Self::Tasks => "tasks",
            Self::TaskItems => "task-lists",
            Self::TaskComments => "task-comments",
            Self::TaskDocuments => "task-documents",
            Self::Links => "portal-links",
            Self::Members => "members",
            Self::Teams => "teams",
            Self::Labels => "labels",
            Self::Fields => "fields",
            Self::Channels => "numbers",
            Self::Templates => "templates",
        }
    }
}

/// What is taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// Of which kind.
    pub kind: ExportKind,
    /// Which contacts, where it is about them; their order and its page do not matter.
    pub book: BookRequest,
    /// Where the piece before this one ended.
    pub after: Option<String>,
}

/// A piece of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPiece {
    /// Whole lines; the first piece has the mark of UTF-8 and the heads of the columns before them.
    pub csv: String,
    /// How many records are in it.
    pub lines: u32,
    /// Where the next piece begins; none at the end.
    pub next: Option<String>,
}
