//! Tasks.

use postern_types::{TaskList, TaskStatus, TaskTold};

pub const TITLE: &str = "Tasks";
pub const LEAD: &str = "What is to be done for contacts.";
pub const NOT_READ: &str = "The tasks could not be read.";
pub const NOT_CHANGED: &str = "Nothing was changed.";
pub const NOT_ASKED: &str = "Nothing was asked for.";
pub const NOT_BROUGHT: &str = "The document was not kept.";
pub const NOT_SAVED: &str = "The document was not downloaded.";
pub const MORE: &str = "Load more";

// The lists.
pub const LISTS: &str = "Lists of tasks";
pub const OPEN: &str = "Open";
pub const MINE: &str = "Mine";
pub const OVERDUE: &str = "Overdue";
pub const SOON: &str = "Due soon";
pub const DONE: &str = "Done";
pub const SHARED: &str = "Shared";
pub const SHARED_HINT: &str = "The contact sees it in their portal";
pub const NONE_OF_CONTACT: &str = "No tasks yet. Make one for what you promised them.";
pub const ALL: &str = "All tasks";
pub const GONE: &str = "This task is not there";
pub const GONE_HINT: &str = "It was deleted, or it is not yours to see.";

/// What an empty list says.
pub fn none(list: TaskList) -> (&'static str, &'static str) {
    match list {
        TaskList::Open => (
            "Nothing to do",
            "Make a task for what you promised a contact: here, on their page, or from the menu of their message.",
        ),
        TaskList::Mine => (
            "No task is yours",
            "Open one and choose yourself as its owner.",
        ),
        TaskList::Overdue => ("Nothing is overdue", "Tasks whose day is over stand here."),
        TaskList::Soon => (
            "Nothing is due within a week",
            "Give tasks a day, and they stand here in time.",
        ),
        TaskList::Done => (
            "Nothing is done yet",
            "Done and cancelled tasks stand here.",
        ),
    }
}

pub fn status(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Open => "Open",
        TaskStatus::Doing => "In progress",
        TaskStatus::Waiting => "Waiting",
        TaskStatus::Done => "Done",
        TaskStatus::Cancelled => "Cancelled",
    }
}

pub fn overdue_by(days: i64) -> String {
    match days {
        1 => "Overdue since yesterday".into(),
        n => format!("Overdue by {n} days"),
    }
}

pub fn due_in(days: i64) -> String {
    match days {
        0 => "Due today".into(),
        1 => "Due tomorrow".into(),
        n => format!("Due in {n} days"),
    }
}

pub fn due_on(day: &str) -> String {
    format!("Due {day}")
}

pub fn ticked(ticked: u32, all: u32) -> String {
    format!("{ticked} of {all} ticked off")
}

// A new one.
pub const NEW: &str = "New task";
pub const CREATE: &str = "Make task";
pub const MADE: &str = "The task is made";
pub const CONTACT: &str = "For whom";
pub const CONTACT_HINT: &str = "Part of a name, or four digits of a number.";
pub const NOBODY_FOUND: &str = "Nobody is called so.";
pub const FOUND: &str = "Contacts";
pub const OTHER_CONTACT: &str = "Choose somebody else";
pub const THIS_CONTACT: &str = "This contact";
pub const WHAT: &str = "What is to be done";
pub const WHAT_HINT: &str = "Up to 200 characters.";
pub const DESCRIPTION: &str = "Description";
pub const DUE: &str = "Due";
pub const OWNER: &str = "Owner";
pub const SHARE: &str = "Share with the contact";
pub const SHARE_HINT: &str =
    "They see the task, its list, its documents and what is written to them in their portal.";

// One.
pub const FOR: &str = "For";
pub const CONVERSATION: &str = "From their conversation";
pub const ABOUT: &str = "About this task";
pub const EDIT: &str = "Edit";
pub const EDIT_TITLE: &str = "Edit task";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "The task is saved";
pub const STATUS: &str = "Status";
pub const TELL: &str = "Tell them in the chat";
pub const TELL_HINT: &str =
    "Of a new status, of documents and of what is written to them; once in five minutes at most.";
pub const DELETE: &str = "Delete task";
pub const DELETE_DO: &str = "Delete task";
pub const DELETE_LOST: &str =
    "Its list, comments, documents and history are deleted with it. This cannot be undone.";
pub const DELETED: &str = "The task is deleted";

pub fn delete_title(title: &str) -> String {
    format!("Delete {title}?")
}

/// What became of the last word to the contact.
pub fn told(told: TaskTold) -> &'static str {
    match told {
        TaskTold::Chat => "They were told in the chat:",
        TaskTold::Template => {
            "They were sent the template task_update, for the 24-hour window is closed:"
        }
        TaskTold::NoTemplate => {
            "Not told: the 24-hour window is closed, and there is no approved template task_update with two variables:"
        }
        TaskTold::NoChat => "Not told: there is no conversation with them over a connected number:",
    }
}

// The list to tick off.
pub const ITEMS: &str = "List";
pub const ADD_ITEM: &str = "Add a line";
pub const ADD: &str = "Add";

pub fn item_up(body: &str) -> String {
    format!("Move up: {body}")
}

pub fn item_down(body: &str) -> String {
    format!("Move down: {body}")
}

pub fn item_rename(body: &str) -> String {
    format!("Rename: {body}")
}

pub fn item_remove(body: &str) -> String {
    format!("Remove: {body}")
}

// Documents.
pub const DOCUMENTS: &str = "Documents";
pub const NO_DOCUMENTS: &str = "No documents yet.";
pub const BRING: &str = "Add a document";
pub const CONTACT_SEES: &str = "The contact sees it";
pub const ASK_FOR: &str = "Ask the contact for a document";
pub const ASK: &str = "Ask";

pub fn bringing(part: u32) -> String {
    format!("Uploading… {part} %")
}

pub fn brought_by(who: &str, at: &str, size: Option<String>) -> String {
    match size {
        Some(size) => format!("{size} · {who}, {at}"),
        None => format!("{who}, {at}"),
    }
}

pub fn asked_by(who: &str, at: &str) -> String {
    format!("Asked for by {who}, {at}")
}

pub fn save_label(name: &str) -> String {
    format!("Download {name}")
}

pub fn take_label(name: &str) -> String {
    format!("Take {name} away")
}

// Comments.
pub const COMMENTS: &str = "Comments";
pub const OLDER: &str = "Older comments";
pub const WRITE: &str = "Write a comment";
pub const COMMENT: &str = "Comment";
pub const INTERNAL: &str = "To colleagues";
pub const TO_CONTACT: &str = "To the contact";
pub const COLLEAGUES_READ: &str = "Colleagues read it, the contact does not.";
pub const CONTACT_READS: &str = "The contact reads it in their portal.";

// History.
pub const HISTORY: &str = "History";

/// What somebody did, after their name.
pub fn became(kind: &str, value: &str) -> String {
    let empty = value.is_empty();
    match kind {
        "created" => "made the task".into(),
        "status" => format!("set the status to {value}"),
        "title" => format!("called it {value}"),
        "description" => "changed the description".into(),
        "due" if empty => "took the day away".into(),
        "due" => format!("made it due {value}"),
        "owner" if empty => "gave it to nobody".into(),
        "owner" => format!("gave it to {value}"),
        "shared" => "shared it with the contact".into(),
        "unshared" => "no longer shares it with the contact".into(),
        "item" => format!("wrote on the list: {value}"),
        "item_done" => format!("ticked off: {value}"),
        "item_undone" => format!("ticked on again: {value}"),
        "item_gone" => format!("took off the list: {value}"),
        "asked" => format!("asked for {value}"),
        "document" => format!("brought {value}"),
        "document_gone" if empty => "took a document away".into(),
        "document_gone" => format!("took {value} away"),
        other => other.into(),
    }
}
