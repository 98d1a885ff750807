//! Contacts.

use postern_types::FieldKind;

pub const TITLE: &str = "Contacts";
pub const LEAD: &str = "Everybody who writes to this workspace, and whom you added.";
pub const NOT_READ: &str = "The contacts could not be read.";
pub const NOT_CHANGED: &str = "Nothing was changed.";
pub const NONE: &str = "None";

// The book.
pub const FILTERS: &str = "Look for";
pub const SEARCH: &str = "Name, number or address";
pub const LABEL: &str = "Label";
pub const ANY_LABEL: &str = "Any";
pub const OWNER: &str = "Looked after by";
pub const ANYBODYS: &str = "Anybody";
pub const ORDER: &str = "Order";
pub const BY_NAME: &str = "By name";
pub const BY_AGE: &str = "Newest first";
pub const NOBODY: &str = "Nobody is here yet";
pub const NOBODY_HINT: &str =
    "Whoever writes to one of your numbers becomes a contact by themselves. You can add others.";
pub const NOBODY_FOUND: &str = "Nobody is found";
pub const NOBODY_FOUND_HINT: &str = "Look for another name or number, or choose less.";

// One of them.
pub const NEW: &str = "New contact";
pub const CREATE: &str = "Add contact";
pub const NAME: &str = "Name";
pub const PHONE: &str = "Phone";
pub const PHONE_HINT: &str = "With its country, such as +49 151 23456789.";
pub const EMAIL: &str = "E-mail";
pub const ALL: &str = "All contacts";
pub const NOT_THERE: &str = "This contact is not here";
pub const NOT_THERE_HINT: &str = "The address may be mistyped, or you do not see this contact.";
pub const QR: &str = "QR code";
pub const TO_CONVERSATION: &str = "Conversation";
pub const WHO: &str = "About";
pub const EDIT: &str = "Edit";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "The contact is saved";
pub const SINCE: &str = "Here since";
pub const SAME: &str = "The same person";

// Labels and fields.
pub const KIT: &str = "Labels and fields";
pub const LABELS: &str = "Labels";
pub const CHOOSE_LABELS: &str = "Choose labels";
pub const NO_LABELS: &str =
    "There are no labels yet. Make one on the page Contacts, under Labels and fields.";
pub const LABEL_NAME: &str = "Name of the label";
pub const COLOUR: &str = "Colour";
pub const MAKE_LABEL: &str = "Make label";
pub const LABEL_LOST: &str = "Nothing wears it any more then. Press once more to delete it.";
pub const MANAGERS_ONLY: &str =
    "Managers rename and delete labels, and say which fields contacts have.";
pub const FIELDS: &str = "Fields";
pub const FIELDS_HINT: &str =
    "What your workspace keeps of every contact, beside name, number and address.";
pub const FIELD_NAME: &str = "Name of the field";
pub const FIELD_KIND: &str = "What stands in it";
pub const MAKE_FIELD: &str = "Make field";
pub const FIELD_LOST: &str =
    "What stands in it is shown nowhere then. Press once more to delete it.";
pub const CHOICES: &str = "Choices";
pub const CHOICES_HINT: &str = "One in each line.";

/// Kinds of fields, and what they are called.
pub const KINDS: [(FieldKind, &str); 6] = [
    (FieldKind::Text, "Text"),
    (FieldKind::Number, "Number"),
    (FieldKind::Date, "Date"),
    (FieldKind::Choice, "One of several"),
    (FieldKind::YesNo, "Yes or no"),
    (FieldKind::Link, "Link"),
];

pub fn kind(kind: FieldKind) -> &'static str {
    let found = KINDS.iter().find(|(each, _)| *each == kind);
    found.map_or("", |(_, words)| words)
}

/// The kind that is called so.
pub fn kind_of(words: &str) -> FieldKind {
    let found = KINDS.iter().find(|(_, each)| *each == words);
    found.map_or(FieldKind::Text, |(kind, _)| *kind)
}

/// A choice as it is shown.
pub fn choice(choice: &str) -> String {
    match choice {
        "yes" => "Yes".into(),
        "no" => "No".into(),
        other => other.to_owned(),
    }
}

pub fn move_up(name: &str) -> String {
    format!("Move up: {name}")
}

pub fn move_down(name: &str) -> String {
    format!("Move down: {name}")
}

pub fn moved(name: &str, up: bool) -> String {
    let way = if up { "up" } else { "down" };
    format!("{name} moved {way}")
}

pub fn change(name: &str) -> String {
    format!("Change {name}")
}

pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

pub fn really(name: &str) -> String {
    format!("Really delete {name}")
}

pub fn deleted(name: &str) -> String {
    format!("{name} is deleted")
}

// Notes.
pub const NOTES: &str = "Notes";
pub const NOTES_NOT_READ: &str = "The notes could not be read.";
pub const NO_NOTES: &str = "Nobody has noted anything yet. Contacts never see notes.";
/// Whose a note is that no member wrote.
pub const BY_SERVICE: &str = "Another service";
pub const NEW_NOTE: &str = "New note";
pub const ADD_NOTE: &str = "Add note";
pub const EDIT_NOTE: &str = "Edit note";
pub const DELETE_NOTE: &str = "Delete note";
pub const REALLY_DELETE_NOTE: &str = "Really delete note";
pub const EDITED: &str = "edited";
pub const OLDER: &str = "Show older";

// What happened.
pub const STORY: &str = "Timeline";
pub const STORY_NOT_READ: &str = "The timeline could not be read.";

/// What an entry tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Heard,
    Wrote,
    Noted,
    Answered,
    Task,
    TaskEnded,
    Visit,
    Merged,
    Began,
}

pub fn happened(what: What, by: Option<&str>) -> String {
    let by = |plain: &str, did: &str| match by {
        Some(name) => format!("{name} {did}"),
        None => plain.to_owned(),
    };
    match what {
        What::Heard => "They wrote".into(),
        What::Wrote => by("Written to them", "wrote"),
        What::Noted => by("A note", "noted"),
        What::Answered => by("Said in the portal", "said in the portal"),
        What::Task => by("A task was made", "made a task"),
        What::TaskEnded => "A task was ended".into(),
        What::Visit => "They came to the portal".into(),
        What::Merged => by("Another contact was merged in", "merged another contact in"),
        What::Began => by("They are here since then", "added them"),
    }
}
