//! The list of conversations.

use postern_types::{ConversationState, InboxView};

pub const CONVERSATIONS: &str = "Conversations";
pub const SEARCH: &str = "Search name or number";
pub const SEARCH_CLEAR: &str = "Clear the search";
pub const OPEN: &str = "Open";
pub const CLOSED: &str = "Closed";
pub const STATE: &str = "Open or closed";
pub const VIEWS: &str = "Whose conversations";
pub const NOTE: &str = "Note";
pub const YOU: &str = "You";
pub const NOTHING_FOUND: &str = "Nobody found";
pub const NOTHING_FOUND_HINT: &str =
    "Try the beginning of a name, or at least four digits of the number.";
pub const NO_NUMBER: &str = "Connect your first number";
pub const NO_NUMBER_HINT: &str =
    "Messages to your WhatsApp number will appear here, the moment they arrive.";
pub const NO_NUMBER_DO: &str = "Connect a number";
pub const NO_NUMBER_AGENT: &str =
    "No number is connected yet. An admin of this workspace can connect one.";
pub const BY_LABEL: &str = "Filter by label";
pub const LABELS_CHOSEN: &str = "Only with these labels";
pub const LABEL_GONE: &str = "A deleted label";
pub const NOTHING_WORN: &str = "Nothing here wears these labels";
pub const NOTHING_WORN_HINT: &str = "Take a label away, or look at another view.";
pub const MORE: &str = "Loading more";

pub fn view(view: InboxView) -> &'static str {
    match view {
        InboxView::Mine => "Mine",
        InboxView::Teams => "My teams",
        InboxView::Unassigned => "Unassigned",
        InboxView::All => "All",
        InboxView::Closing => "Closing soon",
    }
}

/// What an empty list says: a head and what to do next.
pub fn empty(view: InboxView, state: ConversationState) -> (&'static str, &'static str) {
    match (state, view) {
        (ConversationState::Closed, _) => (
            "Nothing is closed yet",
            "Conversations you are done with are kept here. Press e to close one.",
        ),
        (_, InboxView::Mine) => (
            "Nothing is assigned to you",
            "Open one under Unassigned and press a to take it.",
        ),
        (_, InboxView::Teams) => (
            "Your teams have nothing open",
            "What is given to a team that you are in stands here.",
        ),
        (_, InboxView::Unassigned) => (
            "Everything is taken care of",
            "A new conversation starts here until somebody takes it.",
        ),
        (_, InboxView::All) => (
            "The inbox is empty",
            "When a customer writes to your number, the conversation appears here by itself.",
        ),
        (_, InboxView::Closing) => (
            "No reply window is open",
            "Whoever writes can be answered for 24 hours. They stand here then, the shortest time first.",
        ),
    }
}

pub fn without(label: &str) -> String {
    format!("Take away: {label}")
}

pub fn unread(n: i32) -> String {
    match n {
        1 => "1 unread message".into(),
        n => format!("{n} unread messages"),
    }
}

pub fn closing(n: i32) -> String {
    match n {
        1 => "1 closes within 6 hours".into(),
        n => format!("{n} close within 6 hours"),
    }
}

pub fn assigned_to(name: &str) -> String {
    format!("Assigned to {name}")
}

/// The time left to reply freely.
pub fn window_left(ms: i64) -> String {
    match (ms / 3_600_000, ms / 60_000) {
        _ if ms <= 0 => "The 24-hour window is closed".into(),
        (0, ..=1) => "1 minute left to reply".into(),
        (0, minutes) => format!("{minutes} minutes left to reply"),
        (1, _) => "1 hour left to reply".into(),
        (hours, _) => format!("{hours} hours left to reply"),
    }
}

/// The same in as few letters as say it; none when it is closed, which is said where one would write.
pub fn window_left_short(ms: i64) -> Option<String> {
    match (ms / 3_600_000, ms / 60_000) {
        _ if ms <= 0 => None,
        (0, minutes) => Some(format!("{} min left", minutes.max(1))),
        (hours, _) => Some(format!("{hours} h left")),
    }
}
