//! Contacts from a file.

use postern_types::{ImportColumn, ImportKnown, ImportState};

pub const TITLE: &str = "Import contacts";
pub const LEAD: &str =
    "From a CSV file: look at it, try it out, import it. For 30 days an import can be undone.";
pub const BUTTON: &str = "Import";
pub const NOT_YOURS: &str = "Managers import contacts";
pub const NOT_YOURS_HINT: &str = "Ask one of them, or add contacts one by one.";
pub const NOT_READ: &str = "The imports could not be read.";
pub const NOT_DONE: &str = "Nothing was done.";
pub const ANOTHER: &str = "Another file";

// The file.
pub const CHOOSE: &str = "Choose a file";
pub const CHOOSE_HINT: &str = "CSV with headings in its first row: 20 MB, 100,000 rows and 200 columns at most. Excel and Google Sheets save as CSV.";
pub const CHOOSE_FILE: &str = "Choose file…";
pub const DROP: &str = "Drop it here, or choose it.";
pub const BRINGING: &str = "Uploading";
pub const NOT_BROUGHT: &str = "The file was not kept.";
pub const TOO_LARGE: &str =
    "A file may have 20 MB at most. Part it in two, and bring them one after the other.";

pub fn bringing(part: u32) -> String {
    if part < 100 {
        format!("{part} %")
    } else {
        "It is looked at…".into()
    }
}

// How it is read.
pub const PLAN: &str = "What becomes of the columns";
pub const PLAN_HINT: &str = "Contacts are known by their number, and where there is none by their address. What you skip is not imported.";
pub const COLUMNS: &str = "Columns and first rows";
pub const ENCODING: &str = "Encoding";
pub const SEPARATOR: &str = "Separator";
pub const SEPARATORS: [(char, &str); 4] = [
    (',', "Comma"),
    (';', "Semicolon"),
    ('\t', "Tab"),
    ('|', "Vertical bar"),
];
pub const CHOICES: [(ImportColumn, &str); 7] = [
    (ImportColumn::Skip, "Skip"),
    (ImportColumn::Name, "Name"),
    (ImportColumn::Phone, "Phone"),
    (ImportColumn::Email, "E-mail"),
    (ImportColumn::Owner, "Looked after by"),
    (ImportColumn::Labels, "Labels"),
    (ImportColumn::Note, "Note"),
];
pub const KNOWN_LABEL: &str = "Contacts that are known";
pub const KNOWN: [(ImportKnown, &str); 3] = [
    (ImportKnown::Fill, "Fill what is empty"),
    (ImportKnown::Overwrite, "Overwrite with the file"),
    (ImportKnown::Leave, "Leave as they are"),
];
pub const COUNTRY: &str = "Country code of numbers without one";
pub const COUNTRY_HINT: &str = "Such as 49. With nothing, such numbers are at fault.";
pub const MAKE_LABELS: &str = "Make labels that are not there";
pub const CHECK: &str = "Try it out";
pub const CHECK_AGAIN: &str = "Try it out again";
pub const CHECK_HINT: &str = "Nobody is added or changed by that.";

pub fn becomes(heading: &str) -> String {
    format!("What becomes of {heading}")
}

pub fn field(name: &str) -> String {
    format!("Field: {name}")
}

// Where it stands.
pub fn stands(state: ImportState) -> &'static str {
    match state {
        ImportState::Read => "Not tried out yet",
        ImportState::Checking => "It is tried out",
        ImportState::Checked => "Tried out",
        ImportState::Importing => "It is imported",
        ImportState::Done => "Imported",
        ImportState::Stopped => "Ended early",
        ImportState::Undoing => "It is undone",
        ImportState::Undone => "Undone",
    }
}

pub fn about(name: &str, lines: u32, at: &str) -> String {
    format!("{name}, {}, uploaded {at}", rows(lines))
}

fn rows(lines: u32) -> String {
    match lines {
        1 => "1 row".into(),
        n => format!("{n} rows"),
    }
}

pub const PROGRESS: &str = "Progress";

pub fn so_far(seen: u32, all: u32) -> String {
    format!(
        "{seen} of {}. You can close this page: it goes on.",
        rows(all)
    )
}

pub const WOULD: [&str; 4] = [
    "contacts would be new",
    "would be changed",
    "would stay as they are",
    "rows are at fault",
];
pub const DID: [&str; 4] = [
    "contacts are new",
    "were changed",
    "stayed as they were",
    "rows were at fault",
];
pub const STOP: &str = "Stop";
pub const STOP_HINT: &str = "What was done by then stays, and can be undone.";
pub const DISCARD: &str = "Discard the file";

pub fn start(contacts: u32) -> String {
    match contacts {
        1 => "Import 1 contact".into(),
        n => format!("Import {n} contacts"),
    }
}

// Taking it back.
pub const UNDO: &str = "Undo this import";
pub const UNDO_TITLE: &str = "Undo this import?";
pub const UNDO_WORDS: &str = "Contacts that it added go, unless somebody wrote with them or changed them since. Contacts that it changed get back what they had, where nobody has changed that since. Labels that it made stay.";
pub const GONE: &str = "contacts are gone again";
pub const RESTORED: &str = "got back what they had";
pub const WRITTEN: &str = "stayed: somebody wrote with them";
pub const USED: &str = "stayed: they have tasks, links, or are known otherwise by now";
pub const TOUCHED: &str = "stayed or kept something: changed since";

pub fn until(day: &str) -> String {
    format!("It can be undone until {day}.")
}

// Rows at fault.
pub fn faults(many: u32) -> String {
    match many {
        1 => "1 row at fault".into(),
        n => format!("{n} rows at fault"),
    }
}

pub const FAULTS_HINT: &str = "The first fifty are here. The file has all of them as they came: mend it, and import it like any other.";
pub const ROW: &str = "Row";
pub const COLUMN: &str = "Column";
pub const WRONG: &str = "What is wrong";
pub const DOWNLOAD: &str = "Download rows at fault";
pub const NOT_SAVED: &str = "The file could not be made.";
pub const FILE_NAME: &str = "contacts-at-fault.csv";

// Earlier ones.
pub const EARLIER: &str = "Earlier imports";

pub fn brief(made: u32, changed: u32, faulty: u32) -> String {
    format!("{made} new, {changed} changed, {faulty} at fault")
}
