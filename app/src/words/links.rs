//! Portal links, as members see them.

use postern_types::LinkState;

pub const TITLE: &str = "Portal links";
pub const LEAD: &str = "With a link and its PIN this contact sees the tasks that you share with them, and nothing else. Address and PIN are shown once and kept nowhere.";
pub const NONE: &str = "There is no link yet.";
pub const NOT_READ: &str = "The portal links could not be read.";
pub const NEW: &str = "New link";
pub const REVOKE_ALL: &str = "Revoke all";
pub const ENTRY: &str = "Portal link";

// A link.
pub const NEW_PIN: &str = "New PIN";
pub const REVOKE: &str = "Revoke";
pub const NEVER_USED: &str = "Never used";

pub fn called(made: &str) -> String {
    format!("Link made {made}")
}

pub fn new_pin_of(made: &str) -> String {
    format!("Set a new PIN for the link made {made}")
}

pub fn revoke_of(made: &str) -> String {
    format!("Revoke the link made {made}")
}

pub fn by(name: &str) -> String {
    format!("by {name}")
}

/// What it is good for; `until` is the end that belongs to the state.
pub fn state(state: LinkState, until: Option<&str>) -> String {
    match (state, until) {
        (LinkState::Open, Some(until)) => format!("Opens until {until}"),
        (LinkState::Open, None) => "Opens until it is revoked".into(),
        (LinkState::Closed, Some(until)) => format!("Closed until {until}: five wrong PINs"),
        (LinkState::Closed, None) => "Closed for a while: five wrong PINs".into(),
        (LinkState::Locked, _) => "Closed until you set a new PIN: twenty wrong ones".into(),
        (LinkState::Expired, Some(until)) => format!("Expired {until}"),
        (LinkState::Expired, None) => "Expired".into(),
        (LinkState::Revoked, _) => "Revoked".into(),
    }
}

pub fn used(at: &str) -> String {
    format!("Last used {at}")
}

pub fn browsers(n: i64) -> String {
    match n {
        1 => "Signed in in 1 browser".into(),
        n => format!("Signed in in {n} browsers"),
    }
}

pub fn asked(at: &str) -> String {
    format!(
        "They asked for a new PIN {at}. Make sure that it is them, then set one and read it out."
    )
}

// Making one.
pub const NEW_TITLE: &str = "New portal link";
pub const LASTS: &str = "Good for";
pub const LASTS_HINT: &str = "You can revoke it at any time.";
pub const MAKE: &str = "Make the link";
/// Days, and what they are called; none: no end.
pub const LIVES: [(Option<u16>, &str); 6] = [
    (Some(1), "A day"),
    (Some(7), "A week"),
    (Some(30), "30 days"),
    (Some(90), "90 days"),
    (Some(365), "A year"),
    (None, "Until it is revoked"),
];

// What was made.
pub const ADDRESS: &str = "Link";
pub const PIN: &str = "PIN";
pub const ONCE: &str = "Both are shown this once. When the PIN is lost, set a new one.";
pub const PIN_ONCE: &str = "It is shown this once. When it is lost, set another one.";
pub const ONE_FACTOR: &str = "A link and its PIN through one chat are one factor: whoever reads that chat has both. Send the link, and read the PIN out.";
pub const SEND: &str = "Send the link into the chat";
pub const SENT: &str = "The link is sent into the chat. The PIN is not.";
pub const WINDOW_CLOSED: &str = "WhatsApp takes no text now, because the contact did not write in the last 24 hours. Nothing was sent: copy the link, and send it another way.";
pub const READ_OUT: &str = "Read the PIN out";
pub const BACK: &str = "Back";
pub const DONE: &str = "Done";

// Reading it out.
pub const OUT_LEAD: &str = "Call the contact, make sure that it is them, and read this out:";
pub const OUT_NEVER: &str = "Never send it in the same chat as the link.";

// Ending.
pub const REVOKE_TITLE: &str = "Revoke this link?";
pub const REVOKE_LOST: &str = "It opens nothing from now on, and every browser that it opened is signed out at once. What was shared stays shared: another link shows it.";
pub const REVOKED: &str = "The link is revoked";
pub const REVOKE_ALL_TITLE: &str = "Revoke all links?";
pub const REVOKE_ALL_LOST: &str = "None of this contact's links opens anything from now on, and every browser that they opened is signed out at once.";
pub const PIN_TITLE: &str = "Set a new PIN?";
pub const PIN_LOST: &str = "The old PIN opens nothing from now on, and every browser that it opened is signed out at once. The link stays the same.";
pub const SET_PIN: &str = "Set a new PIN";

pub fn revoked_all(n: u32) -> String {
    match n {
        0 => "There was no link to revoke".into(),
        1 => "1 link is revoked".into(),
        n => format!("{n} links are revoked"),
    }
}

/// Six digits in two groups.
pub fn grouped(pin: &str) -> String {
    match pin.split_at_checked(3) {
        Some((first, rest)) => format!("{first} {rest}"),
        None => pin.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_in_two_groups_and_a_state_says_when_it_ends() {
        assert_eq!(grouped("012345"), "012 345");
        assert_eq!(grouped("1"), "1");
        assert_eq!(state(LinkState::Open, Some("14:05")), "Opens until 14:05");
        assert_eq!(revoked_all(1), "1 link is revoked");
    }
}
