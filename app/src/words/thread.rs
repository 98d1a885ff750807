//! An open conversation.

use postern_types::{Content, Status};

pub const MESSAGES: &str = "Messages";
pub const NOTHING_OPEN: &str = "Choose a conversation";
pub const NOTHING_OPEN_HINT: &str =
    "Pick one on the left, or press j and Enter. Press ? for all shortcuts.";
pub const BEGINNING: &str = "The conversation begins here";
pub const NEW: &str = "New";
pub const NEWEST: &str = "Jump to the newest";
pub const NOTE: &str = "Note to colleagues";
pub const RETRY: &str = "Retry";
pub const RETRYING: &str = "Sending…";
pub const ACTIONS: &str = "Actions for this message";
pub const EDIT: &str = "Edit";
pub const DISCARD: &str = "Discard";
pub const UNKNOWN: &str = "We do not know whether this arrived.";
pub const UNKNOWN_WAIT: &str =
    "We do not know whether this arrived. We are waiting for WhatsApp to tell.";
pub const SEND_AGAIN: &str = "Send again";
pub const ARRIVED: &str = "It arrived";
pub const FAILED: &str = "Not delivered";
pub const BACK: &str = "Back to the list";
pub const SHOW_DETAILS: &str = "Show details";
pub const HIDE_DETAILS: &str = "Hide details";
pub const CLOSE_IT: &str = "Close conversation";
pub const REOPEN_IT: &str = "Reopen conversation";
pub const CLOSED_NOW: &str = "Conversation closed";
pub const REOPENED_NOW: &str = "Conversation reopened";
pub const ASSIGNED_ME: &str = "Assigned to you";
pub const GONE: &str = "This conversation is not here";
pub const GONE_HINT: &str = "It may have gone to somebody else, or belong to another workspace.";

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Received => "Received",
        Status::Queued | Status::Sending => "Waiting to be sent",
        Status::Unknown => "Unknown",
        Status::Accepted | Status::Sent => "Sent",
        Status::Delivered => "Delivered",
        Status::Read => "Read",
        Status::Played => "Played",
        Status::Failed => FAILED,
    }
}

pub fn kind(kind: &str) -> &'static str {
    match kind {
        "image" => "Photo",
        "video" => "Video",
        "audio" => "Audio",
        "voice" => "Voice message",
        "document" => "Document",
        "sticker" => "Sticker",
        "location" => "Location",
        "contacts" => "Contact card",
        "reaction" => "Reaction",
        "reaction_removed" => "Reaction removed",
        "button" | "interactive" => "Choice",
        "order" => "Order",
        "template" => "Template",
        "portal" => "In the portal",
        "system" => "System message",
        "edit" => "Message edited",
        "revoke" => "Message deleted",
        "unsupported" | "unknown" => "Only visible in WhatsApp on the phone",
        "errors" => "A message that WhatsApp could not pass on",
        "call" | "calls" => "Call",
        "user_preferences" => "Marketing preference changed",
        "request_welcome" => "Opened this chat for the first time",
        _ => "A kind of message that is not shown yet",
    }
}

/// A message in one line; `named` when no icon says what it is.
pub fn line(content: &Content, named: bool) -> String {
    let (kind_of, summary) = match content {
        Content::Text { text } => return text.clone(),
        Content::Other { kind, summary } => (kind.as_str(), summary),
    };
    let label = match (kind_of, summary.is_empty()) {
        ("reaction", true) => return kind("reaction_removed").into(),
        (_, true) => return kind(kind_of).into(),
        ("reaction", false) => return format!("Reacted {summary}"),
        ("edit", false) => return format!("Edited: {summary}"),
        // They say in words what they are.
        ("system" | "button" | "interactive" | "template" | "portal", false) => {
            return summary.clone();
        }
        (_, false) => kind(kind_of),
    };
    if named {
        format!("{label}: {summary}")
    } else {
        summary.clone()
    }
}

pub fn new_below(n: usize) -> String {
    match n {
        1 => "1 new message".into(),
        n => format!("{n} new messages"),
    }
}

pub fn typing(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is replying…"),
        [one, two] => format!("{one} and {two} are replying…"),
        [one, rest @ ..] => format!("{one} and {} others are replying…", rest.len()),
    }
}

pub fn looking(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is here too"),
        [one, rest @ ..] => format!("{one} and {} more are here too", rest.len()),
    }
}

/// For those who listen: what just came in.
pub fn heard(who: &str, text: &str) -> String {
    format!("{who}: {text}")
}

#[cfg(test)]
mod tests {
    use super::{kind, line};
    use postern_types::Content;

    #[test]
    fn every_kind_that_is_known_has_words_of_its_own() {
        let other = kind("hologram");
        for known in [
            "image",
            "video",
            "audio",
            "voice",
            "document",
            "sticker",
            "location",
            "contacts",
            "reaction",
            "reaction_removed",
            "button",
            "interactive",
            "order",
            "template",
            "system",
            "edit",
            "revoke",
            "unsupported",
            "unknown",
            "errors",
            "request_welcome",
            "call",
            "calls",
            "user_preferences",
        ] {
            assert_ne!(kind(known), other, "{known}");
        }
        assert_ne!(kind("reaction"), kind("reaction_removed"));
    }

    #[test]
    fn a_line_says_what_came_with_an_icon_beside_it_or_without() {
        for (kind, summary, beside_icon, alone) in [
            ("image", "The door", "The door", "Photo: The door"),
            ("image", "", "Photo", "Photo"),
            ("reaction", "👍", "Reacted 👍", "Reacted 👍"),
            ("reaction", "", "Reaction removed", "Reaction removed"),
            ("edit", "At six", "Edited: At six", "Edited: At six"),
            ("revoke", "", "Message deleted", "Message deleted"),
            ("button", "Yes", "Yes", "Yes"),
            ("template", "Hello Ana", "Hello Ana", "Hello Ana"),
            ("calls", "", "Call", "Call"),
        ] {
            let content = Content::Other {
                kind: kind.into(),
                summary: summary.into(),
            };
            assert_eq!(line(&content, false), beside_icon, "{kind}");
            assert_eq!(line(&content, true), alone, "{kind}");
        }
        let text = Content::Text { text: "Hi".into() };
        assert_eq!(
            (line(&text, true), line(&text, false)),
            ("Hi".into(), "Hi".into())
        );
    }
}
