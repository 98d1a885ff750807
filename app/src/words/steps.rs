//! The first steps of a workspace.

pub const TITLE: &str = "First steps";
pub const DONE: &str = ", done";
pub const PUT_AWAY_DO: &str = "Put this list away";
pub const PUT_AWAY: &str = "The list is put away. Settings → Workspace brings it back.";
pub const NOT_PUT_AWAY: &str = "The list stays.";

/// A step, and what it is good for.
pub type Step = (&'static str, &'static str);

pub const NUMBER: Step = (
    "Connect your WhatsApp number",
    "Messages to it appear in the inbox.",
);
pub const TEAM: Step = (
    "Invite a colleague",
    "They see nothing until you let them in.",
);
pub const HOURS: Step = (
    "Choose your business hours",
    "With your time zone, so that everybody knows when you are open.",
);
pub const FACTOR: Step = (
    "Protect your account with a second step",
    "A code from your phone, so that a password alone opens nothing.",
);
pub const REPLY: Step = (
    "Answer your first customer",
    "You can reply for 24 hours after they wrote.",
);

pub fn done_of(done: usize, all: usize) -> String {
    format!("{done} of {all} done")
}
