//! Writing.

pub const REPLY: &str = "Reply";
pub const NOTE: &str = "Note";
pub const MODE: &str = "Reply or note";
pub const REPLY_HINT: &str = "Write a reply…";
pub const NOTE_HINT: &str = "Write a note that only colleagues see…";
pub const SEND: &str = "Send";
pub const ADD_NOTE: &str = "Add note";
pub const KEYS: &str = "Enter sends, Shift+Enter makes a new line";
pub const WINDOW_CLOSED: &str = "You can write again when they do";
pub const NEVER_OPEN: &str = "WhatsApp lets you write freely for 24 hours after a customer's message. They have not written yet: until they do, only a template can be sent.";
pub const NUMBER_LOST: &str = "This number is disconnected, so nothing can be sent. An admin can connect it again under Numbers. Notes still work.";
pub const CLOSED: &str =
    "This conversation is closed. The customer's next message opens a new one.";
pub const REOPEN: &str = "Reopen";
pub const WRITE_NOTE: &str = "Write a note";
pub const KEPT: &str = "What you have written is kept as a draft";

pub fn window_ended(when: &str) -> String {
    format!(
        "WhatsApp lets you write freely for 24 hours after a customer's message. That ended {when}; \
         until their next message only a template can be sent."
    )
}

pub fn window_until(when: &str) -> String {
    format!("You can reply until {when}")
}

pub fn too_long(over: usize) -> String {
    format!(
        "{over} characters too many; 4096 fit in a message. Until it is shorter, it is kept in this tab alone."
    )
}
