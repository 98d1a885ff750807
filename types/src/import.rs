//! Contacts from a file: how it is read, what becomes of its columns, how far it is.

use crate::{FieldId, FieldView, ImportId, MemberId, Moment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Bytes of a file at most.
pub const IMPORT_BYTES: u64 = 20 * 1024 * 1024;

/// Encodings of text that may be chosen, by the names that the web has for them, and what they are called.
pub const IMPORT_ENCODINGS: [(&str, &str); 14] = [
    ("utf-8", "Unicode (UTF-8)"),
    ("utf-16le", "Unicode (UTF-16, little-endian)"),
    ("utf-16be", "Unicode (UTF-16, big-endian)"),
    ("windows-1252", "Western (Windows-1252)"),
    ("iso-8859-15", "Western (ISO 8859-15)"),
    ("macintosh", "Western (Mac)"),
    ("windows-1250", "Central European (Windows-1250)"),
    ("windows-1251", "Cyrillic (Windows-1251)"),
    ("windows-1253", "Greek (Windows-1253)"),
    ("windows-1254", "Turkish (Windows-1254)"),
    ("windows-1255", "Hebrew (Windows-1255)"),
    ("windows-1256", "Arabic (Windows-1256)"),
    ("shift_jis", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
];

/// Signs that may part cells.
pub const IMPORT_SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// What becomes of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportColumn {
    /// Nothing.
    #[default]
    Skip,
    /// The name; several such columns make one name.
    Name,
    /// The number.
    Phone,
    /// The address.
    Email,
    /// Who looks after them: a member's name or address.
    Owner,
    /// Labels, several with commas or semicolons between them.
    Labels,
    /// A note; several such columns make one.
    Note,
    /// A field that the workspace made.
    Field(FieldId),
}

/// What becomes of contacts that are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKnown {
    /// What is empty is filled.
    #[default]
    Fill,
    /// What the file says stands from then on.
    Overwrite,
    /// Nothing.
    Leave,
}

/// How a file is read, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// One of [`IMPORT_ENCODINGS`].
    pub encoding: String,
    /// One of [`IMPORT_SEPARATORS`].
    pub separator: char,
    /// What becomes of each column.
    pub columns: Vec<ImportColumn>,
    /// And of contacts that are known.
    pub known: ImportKnown,
    /// The country code of numbers that have none; empty for none.
    pub country: String,
    /// Whether labels are made that are not there.
    pub labels: bool,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type))]
#[cfg_attr(feature = "sql", sqlx(type_name = "text", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file lies here.
    Read,
    /// It is tried out.
    Checking,
    /// It was tried out: what would become of it is known.
    Checked,
    /// Contacts are made and changed.
    Importing,
    /// All of it is done.
    Done,
    /// It was ended before all of it was done.
    Stopped,
    /// It is taken back.
    Undoing,
    /// It was taken back.
    Undone,
}

impl ImportState {
    /// Whether something is being done.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Importing | Self::Undoing)
    }

    /// Whether contacts were made or changed that can be taken back.
    pub fn is_undoable(self) -> bool {
        matches!(self, Self::Done | Self::Stopped)
    }
}

/// What became of rows, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// Rows that were dealt with.
    pub seen: u32,
    /// Contacts that were not known.
    pub made: u32,
    /// Known ones that became otherwise.
    pub changed: u32,
    /// Known ones that stayed as they were.
    pub same: u32,
    /// Rows that were at fault.
    pub faulty: u32,
}

/// What was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportUndone {
    /// Contacts that are gone again.
    pub gone: u32,
    /// Those that were given back what they had.
    pub restored: u32,
    /// Those that stayed, for somebody wrote with them…
    pub written: u32,
    /// …or something hangs off them: a task, a portal link, a merge…
    pub used: u32,
    /// …or somebody has changed them since.
    pub touched: u32,
}

/// An import, as it stands in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Which one.
    pub id: ImportId,
    /// The file's name.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// Who brought it.
    pub author: Option<MemberId>,
    /// When.
    pub at: Moment,
    /// Where it stands.
    pub state: ImportState,
    /// Rows of the file.
    pub lines: u32,
    /// What became of them.
    pub counts: ImportCounts,
    /// Why it ended before its time, if it did so by itself.
    pub fault: Option<String>,
    /// What was taken back.
    pub undone: Option<ImportUndone>,
    /// Until when it can be undone.
    pub until: Option<Moment>,
    /// Whether the file lies here still, and what was at fault in it.
    pub kept: bool,
}

/// A row at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFault {
    /// Which one, as spreadsheets count: the headings are the first.
    pub row: u32,
    /// The heading of the cell that is at fault; empty for the row as a whole.
    pub column: String,
    /// What is wrong with it.
    pub words: String,
}

/// An import with all that its page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPage {
    /// Where it stands.
    pub view: ImportView,
    /// What was chosen last.
    pub plan: ImportPlan,
    /// The fields that there are to choose from.
    pub fields: Vec<FieldView>,
    /// The first rows at fault.
    pub faults: Vec<ImportFault>,
}

/// The beginning of a file, read in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLook {
    /// How it was read, and what its headings suggest.
    pub plan: ImportPlan,
    /// The first row.
    pub headings: Vec<String>,
    /// The rows behind it, five at most.
    pub rows: Vec<Vec<String>>,
}

/// A part of the rows at fault, as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPiece {
    /// As CSV.
    pub csv: String,
    /// Where the next part begins; none at the end.
    pub next: Option<Uuid>,
}
