//! Beside an open conversation.

pub const DETAILS: &str = "Details";
pub const PHONE: &str = "Phone";
pub const HIDDEN: &str = "Hidden by the customer";
pub const OVER: &str = "Wrote to";
pub const FIRST_SEEN: &str = "First wrote";
pub const ASSIGNEE: &str = "Assigned to";
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
