//! Beside an open conversation.

use postern_types::{IdKind, Why};

pub const DETAILS: &str = "Details";
pub const PHONE: &str = "Phone";
pub const HIDDEN: &str = "Hidden by the customer";
pub const OVER: &str = "Wrote to";
pub const FIRST_SEEN: &str = "First wrote";
pub const ASSIGNEE: &str = "Assigned to";
pub const TEAM: &str = "Team";
pub const NO_TEAM: &str = "No team";
pub const TO_CONTACT: &str = "Open contact";
pub const ASSIGN_ME: &str = "Assign to me";
pub const WINDOW: &str = "Reply window";
pub const STATE: &str = "State";
pub const EARLIER: &str = "Earlier conversations";
pub const NO_EARLIER: &str = "This is their first conversation.";
pub const CLOSED: &str = "Closed";
pub const OPEN: &str = "Open";

pub fn me(name: &str) -> String {
    format!("{name} (you)")
}

/// Who the contact is.
pub const PERSON: &str = "Contact";
pub const PERSON_FAILED: &str = "Who this contact is could not be read.";
pub const RENAME: &str = "Rename";
pub const NAME: &str = "Name for your team";
pub const NAME_HINT: &str = "Leave it empty to use the name they gave themselves.";
pub const SAVE: &str = "Save";
pub const NOT_RENAMED: &str = "The name was not changed.";
pub const OWN_NAME: &str = "Own name";
pub const USERNAME: &str = "Username";
pub const MARKETING: &str = "Marketing";
pub const FREE_UNTIL: &str = "Free until";
pub const FREE_UNTIL_HINT: &str = "They came by an advertisement and were answered within 24 hours: messages to them are free until then.";
pub const ALIKE: &str = "Looks like the same person as";
pub const MERGE: &str = "Merge";
pub const NOT_SAME: &str = "Not the same";
pub const NOT_MERGED: &str = "They were not merged.";
pub const NOT_PARTED: &str = "The merge was not undone.";
pub const NOT_DISMISSED: &str = "Your answer was not kept.";
pub const MERGE_WITH: &str = "Merge with another contact…";
pub const MERGE_HINT: &str =
    "Their conversations and numbers come here. You can undo it here at any time.";
pub const MERGE_SEARCH: &str = "Search name, username or number";
pub const MERGED: &str = "Merged into this contact";
pub const PARTED_NOW: &str = "They are two contacts again";

pub fn id_kind(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Phone => PHONE,
        IdKind::Bsuid => "WhatsApp id",
        IdKind::Parent => "Linked id",
    }
}

pub fn ended(value: &str) -> String {
    format!("{value} (no longer used)")
}

pub fn why(why: Why) -> &'static str {
    match why {
        Why::Id => "An id of one was seen with an id of the other.",
        Why::Number => "They have the same number, written in two ways.",
        Why::Username => "They have the same username.",
    }
}

pub fn merge_with(name: &str) -> String {
    format!("Merge with {name}")
}

pub fn not_same(name: &str) -> String {
    format!("{name} is somebody else")
}

pub fn merged_now(name: &str) -> String {
    format!("Merged with {name}")
}

pub fn undo_merge(name: &str) -> String {
    format!("Undo the merge with {name}")
}

pub fn marketing_stopped(date: &str) -> String {
    format!("Stopped on {date}")
}
