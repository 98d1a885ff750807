//! Developers: keys for machines.

use postern_types::KeyState;

pub const TITLE: &str = "Developers";
pub const LEAD: &str = "Let your own systems send messages and work with this workspace.";
pub const REFERENCE: &str = "API reference";
pub const NOT_YOURS: &str = "Admins make API keys";
pub const NOT_YOURS_HINT: &str = "Ask one of them when a system needs to come in.";
pub const KEYS: &str = "API keys";
pub const KEYS_LEAD: &str = "A key acts in your name and may do what you choose here, and nothing else. It stops when you are no admin any more: make lasting keys from an account that stays.";
pub const NONE: &str = "There is no key yet.";
pub const NOT_READ: &str = "The keys could not be read.";
pub const NEW: &str = "New key";

// A key.
pub const TEST: &str = "Test";
pub const SCOPES: &str = "May";
pub const REVOKE: &str = "Revoke";
pub const NEVER_USED: &str = "Never used";

pub fn hint(hint: &str) -> String {
    format!("{hint}…")
}

pub fn revoke_of(name: &str) -> String {
    format!("Revoke the key {name}")
}

pub fn made(at: &str, by: &str) -> String {
    if by.is_empty() {
        format!("Made {at}")
    } else {
        format!("Made {at} by {by}")
    }
}

pub fn used(at: &str, from: &str) -> String {
    format!("Last used {at} from {from}")
}

pub fn only_from(networks: &[String]) -> String {
    format!("Only from {}", networks.join(", "))
}

/// What it is good for; `until` is its end.
pub fn state(state: KeyState, until: Option<&str>) -> String {
    match (state, until) {
        (KeyState::Open, Some(until)) => format!("Opens until {until}"),
        (KeyState::Open, None) => "Opens until it is revoked".into(),
        (KeyState::Expired, Some(until)) => format!("Expired {until}"),
        (KeyState::Expired, None) => "Expired".into(),
        (KeyState::Revoked, _) => "Revoked".into(),
        (KeyState::Stopped, _) => "Stopped: who made it is no admin any more".into(),
    }
}

// Making one.
pub const NEW_TITLE: &str = "New API key";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "The system that will use it.";
pub const KIND: &str = "What for";
pub const LIVE: &str = "In earnest";
pub const LIVE_HINT: &str = "What it sends reaches people.";
pub const TRIAL: &str = "Test key";
pub const TRIAL_HINT: &str = "Reaches nobody: what it would send stands in the test log, or is refused. It reads and writes nothing of people.";
pub const SCOPES_HINT: &str = "As little as it needs.";
pub const LASTS: &str = "Good for";
pub const NETWORKS: &str = "Only from these networks";
pub const NETWORKS_HINT: &str =
    "Such as 203.0.113.7 or 198.51.100.0/24, several by commas. Empty: from everywhere.";
pub const MAKE: &str = "Make the key";
/// Days, and what they are called; none: no end.
pub const LIVES: [(Option<u16>, &str); 5] = [
    (Some(7), "A week"),
    (Some(30), "30 days"),
    (Some(90), "90 days"),
    (Some(365), "A year"),
    (None, "Until it is revoked"),
];

// What was made.
pub const KEY: &str = "API key";
pub const ONCE: &str = "It is shown this once and kept nowhere. Put it where your system keeps its secrets, not into its code.";
pub const TRY: &str = "Try it";
pub const DONE: &str = "Done";

pub fn try_it(origin: &str, key: &str) -> String {
    format!("curl {origin}/api/v1/me -H \"Authorization: Bearer {key}\"")
}

// Ending one.
pub const REVOKE_TITLE: &str = "Revoke this key?";
pub const REVOKED: &str = "The key is revoked.";

pub fn lost(name: &str) -> String {
    format!(
        "“{name}” opens nothing any more, at once. What uses it stops working. This cannot be undone."
    )
}
