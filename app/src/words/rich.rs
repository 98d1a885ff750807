//! What stands in and around messages of every kind.

pub const IN_PORTAL: &str = "In the portal, on";
pub const FORWARDED: &str = "Forwarded";
pub const FORWARDED_OFTEN: &str = "Forwarded many times";
pub const EDITED: &str = "Edited";
pub const BY_PHONE: &str = "Sent from the WhatsApp app on the phone";
pub const DELETED_IN: &str = "Deleted by the contact";
pub const DELETED_OUT: &str = "Deleted on the phone";
pub const CHOSE: &str = "Chose";
pub const YOU: &str = "You";
pub const TEAM: &str = "Your team";

pub const QUOTE_GO: &str = "Show the message that this answers";
pub const QUOTE_AWAY: &str = "The message that this answers is not here";
pub const QUOTE_EARLIER: &str =
    "That message is not in this conversation. It may be in an earlier one.";
pub const QUOTE_UNREAD: &str = "The older messages could not be read. Try again.";

pub const FETCHING: &str = "Being fetched from WhatsApp";
pub const FAILED: &str = "This file could not be fetched.";
pub const REFUSED: &str = "This file is not kept.";
pub const FETCH_AGAIN: &str = "Fetch again";
pub const FETCH_ASKED: &str = "Fetching…";
pub const NOT_ASKED: &str = "Not fetched again.";
pub const LINK_FAILED: &str = "This could not be shown.";
pub const DOWNLOAD: &str = "Download";
pub const NOT_DOWNLOADED: &str = "Not downloaded.";
pub const NOT_PLAYED: &str = "This browser cannot play it. Download it to listen.";
pub const UNNAMED: &str = "File without a name";

pub const PHOTO_OPEN: &str = "Open the photo";
pub const VIDEO_OPEN: &str = "Play the video";
pub const STICKER: &str = "Sticker";
pub const LIGHTBOX: &str = "Photos and videos";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";

pub const PLAY: &str = "Play";
pub const PAUSE: &str = "Pause";
pub const VOICE: &str = "Voice message";
pub const AUDIO: &str = "Audio";

pub const LOCATION: &str = "Location";
pub const OPEN_MAP: &str = "Open in maps";
pub const ORDER: &str = "Order";
pub const TOTAL: &str = "Total";
pub const CATALOG: &str = "Catalogue";
pub const PRODUCT: &str = "About a product";
pub const FORM: &str = "Answered a form";
pub const FROM_AD: &str = "Came from an advertisement";
pub const FROM_POST: &str = "Came from a post";
pub const OPEN_LINK: &str = "Open the page";
pub const GREETED: &str = "Greeted with";
pub const SEND_LOCATION: &str = "Send location";
pub const CARD_UNNAMED: &str = "Contact without a name";
pub const ON_WHATSAPP: &str = "On WhatsApp";

pub const CHANGED: &str = "Changed a message that is not here";
pub const REMOVED: &str = "Deleted a message that is not here";
pub const REACTION_GONE: &str = "Took a reaction back from a message that is not here";

pub const ONLY_PHONE: &str = "Only visible in WhatsApp on the phone";

pub fn reacted_away(emoji: &str) -> String {
    format!("Reacted {emoji} to a message that is not here")
}

pub fn reacted(emoji: &str, who: &str) -> String {
    format!("{who} reacted {emoji}")
}

pub fn place_of(n: usize, of: usize) -> String {
    format!("{n} of {of}")
}

pub fn more_cards(n: usize) -> String {
    match n {
        1 => "1 more contact".into(),
        n => format!("{n} more contacts"),
    }
}

pub fn items(n: usize) -> String {
    match n {
        1 => "1 item".into(),
        n => format!("{n} items"),
    }
}

pub fn speed(times: &str) -> String {
    format!("Speed: {times} times")
}

pub fn heard_of(at: &str, of: &str) -> String {
    format!("{at} of {of}")
}

pub fn template(name: &str, language: &str) -> String {
    match language {
        "" => format!("Template {name}"),
        language => format!("Template {name}, {language}"),
    }
}

/// What a call came to. `state` is Meta's word.
pub fn call(incoming: bool, state: &str, lasted: bool) -> &'static str {
    match (state.to_ascii_lowercase().as_str(), incoming) {
        (_, false) if lasted => "Outgoing call",
        (_, true) if lasted => "Incoming call",
        ("connect" | "ringing", false) => "Calling",
        ("accepted", true) => "Incoming call, taken",
        ("accepted", false) => "Outgoing call, taken",
        ("rejected", true) => "Incoming call, declined",
        ("rejected", false) => "Outgoing call, declined",
        ("terminate" | "failed", true) => "Missed call",
        ("terminate" | "failed", false) => "Outgoing call, not answered",
        (_, true) => "Incoming call",
        (_, false) => "Outgoing call",
    }
}

/// What a kind was that only the phone shows. `what` is Meta's word.
pub fn unsupported(what: &str) -> Option<&'static str> {
    Some(match what {
        "view_once" | "ephemeral" => "A photo or video to be seen once",
        "poll" | "poll_creation" => "A poll",
        "poll_update" => "A vote in a poll",
        "event" | "event_creation" => "An event",
        "pin" | "keep_in_chat" => "A message was pinned or kept",
        "edit" => "A message was changed",
        "group_invite" => "An invitation to a group",
        "gif" => "A moving picture",
        "link_preview" => "A link with a preview",
        "product" => "A product",
        "order" => "An order",
        "button" | "list" | "interactive" | "hsm" => "A message of another business",
        "media_placeholder" => "A file",
        _ => return None,
    })
}

/// A form, by Meta's word for it.
pub fn form(name: &str) -> &'static str {
    match name {
        "address_message" => "Address",
        "call_permission_reply" => "May we call?",
        "payment_method" => "Payment",
        _ => FORM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_says_what_it_came_to() {
        for (incoming, state, lasted, expected) in [
            (true, "terminate", true, "Incoming call"),
            (false, "COMPLETED", true, "Outgoing call"),
            (true, "connect", false, "Incoming call"),
            (true, "terminate", false, "Missed call"),
            (false, "RINGING", false, "Calling"),
            (false, "REJECTED", false, "Outgoing call, declined"),
            (false, "FAILED", false, "Outgoing call, not answered"),
            (true, "hologram", false, "Incoming call"),
        ] {
            assert_eq!(call(incoming, state, lasted), expected, "{state}");
        }
    }
}
