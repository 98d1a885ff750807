//! What contacts see of those who read and type.

pub const TITLE: &str = "What customers see";
pub const RECEIPTS: &str = "Read receipts";
pub const RECEIPTS_HINT: &str = "Blue ticks on what they wrote, once a colleague has read it";
pub const TYPING: &str = "Typing";
pub const TYPING_HINT: &str = "“typing…” in their chat while a colleague writes a reply";
pub const NOT_CHOSEN: &str = "The choice was not saved.";

pub fn refused(times: i64, code: Option<i64>) -> String {
    match code {
        Some(code) if code != 0 => {
            format!("WhatsApp did not take {times} of these so far; the last time it said {code}.")
        }
        _ => format!("{times} of these did not reach WhatsApp so far."),
    }
}
