//! Words of the portal, which clients read.

pub const LEAD: &str = "Enter the PIN that you were given. It has six digits.";
pub const LEAD_NEUTRAL: &str =
    "Enter the PIN that you were given with your link. It has six digits.";
pub const WELCOME: &str = "Welcome";
pub const PIN: &str = "PIN";
pub const OPEN: &str = "Open";
pub const LOST: &str = "Lost your PIN?";
pub const LOST_HINT: &str = "Ask for a new one. Whoever sent you the link will give it to you themselves; it is never sent by this page.";
pub const ASK_FOR_PIN: &str = "Ask for a new PIN";
pub const ASKED: &str = "They have been told that you need a new PIN. You will hear from them.";
pub const WRONG_PIN: &str = "The link or the PIN is wrong. Check both and try again.";
pub const NO_LINK_TITLE: &str = "Open your link";
pub const NO_LINK: &str = "This page opens by the link that you were sent. Open that link again, from the chat or the letter it came in.";
pub const ENDED_TITLE: &str = "This visit has ended";
pub const ENDED: &str = "You signed out, or your link was changed or closed. To come in again, open the link that you were sent. If it does not open any more, ask for a new one.";
pub const SIGN_OUT: &str = "Sign out";
pub const ASK_US: &str = "Ask us";
pub const SHARED_WITH_YOU: &str = "Shared with you";
pub const NOTHING_TITLE: &str = "Nothing here yet";
pub const NOTHING: &str = "What is shared with you shows up here, with what has become of it. You need not do anything now.";
pub const FINISHED: &str = "Finished";
pub const BACK: &str = "All that is shared";
pub const STEPS: &str = "Steps";
pub const STEP_DONE: &str = "done";
pub const STEP_OPEN: &str = "not done yet";
pub const DOCUMENTS: &str = "Documents";
pub const NO_DOCUMENTS: &str = "There are no documents yet.";
pub const ASKED_FOR: &str = "Asked of you";
pub const BRING: &str = "Bring it";
pub const ADD_DOCUMENT: &str = "Add a document";
pub const CHOOSE: &str = "Choose a file";
pub const SEND_FILE: &str = "Send";
pub const FILE_HINT: &str = "A picture, a PDF, text, or an office document, of 25 MB at most.";
pub const DOWNLOAD: &str = "Download";
pub const COMMENTS: &str = "Comments";
pub const NO_COMMENTS: &str =
    "Write here what belongs to this; the people who look after it will see it.";
pub const YOUR_COMMENT: &str = "Your comment";
pub const SEND: &str = "Send";
pub const HISTORY: &str = "What has happened";
pub const YOU: &str = "You";
pub const LATE: &str = "overdue";
pub const BROKEN_TITLE: &str = "That did not work";
pub const TO_START: &str = "Back to the start";
pub const FOOT: &str = "Private: for the person whom this link was given to.";
pub const FORM_OLD: &str = "This page had been open for too long, or in another window. Nothing was sent. What you wrote is still here: send it again.";
pub const UPLOAD_FAILED: &str =
    "The file did not arrive. Nothing was kept; check the connection and try again.";
pub const UPLOADING: &str = "Sending…";
pub const NO_FILE: &str = "Choose a file first.";
pub const BROUGHT: &str = "Your document has arrived.";
pub const COMMENTED: &str = "Your comment was sent.";
pub const NOT_BEGUN: &str = "Not begun";
pub const IN_PROGRESS: &str = "In progress";
pub const WAITING: &str = "Waiting";
pub const DONE: &str = "Done";
pub const CANCELLED: &str = "Cancelled";
pub const NOT_DUE: &str = "No longer due on a day";
pub const TO_CONTENT: &str = "Skip to the content";
pub const NOT_FOUND_TITLE: &str = "There is nothing here";
pub const NOT_FOUND: &str = "It is not shared with you any more, or the address is mistyped.";

/// Whose page it is.
pub fn title(page: &str, host: &str) -> String {
    if host.is_empty() {
        page.to_owned()
    } else {
        format!("{page} · {host}")
    }
}

/// Who is greeted.
pub fn hello(name: &str) -> String {
    if name.is_empty() {
        "Hello".into()
    } else {
        format!("Hello, {name}")
    }
}

pub fn due(day: &str) -> String {
    format!("Due {day}")
}

pub fn steps(done: i64, all: i64) -> String {
    format!("{done} of {all} done")
}

pub fn missing(count: i64) -> String {
    match count {
        1 => "1 document is asked of you".into(),
        n => format!("{n} documents are asked of you"),
    }
}

/// A document's line: who brought it, when, and how large it is.
pub fn brought(by: &str, at: &str, size: u64) -> String {
    format!("{by}, {at} · {}", bytes(size))
}

fn bytes(size: u64) -> String {
    const MB: u64 = 1024 * 1024;
    if size < MB {
        format!("{} KB", size.div_ceil(1024))
    } else {
        let tenths = size.saturating_mul(10).div_ceil(MB);
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

pub fn item_done(item: &str) -> String {
    format!("Done: {item}")
}

pub fn item_undone(item: &str) -> String {
    format!("To be done again: {item}")
}

/// Too many PINs, or too many of anything.
pub fn wait(seconds: u32) -> String {
    let minutes = seconds.div_ceil(60).max(1);
    match minutes {
        1 => "Too many tries. Wait a minute, then try again.".into(),
        n => format!("Too many tries. Wait {n} minutes, then try again."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_sizes_read_as_people_say_them() {
        assert_eq!(missing(1), "1 document is asked of you");
        assert_eq!(missing(3), "3 documents are asked of you");
        assert_eq!(bytes(1), "1 KB");
        assert_eq!(bytes(1024 * 1024 * 3 / 2), "1.5 MB");
        assert_eq!(wait(0), wait(60));
        assert_eq!(
            wait(900),
            "Too many tries. Wait 15 minutes, then try again."
        );
    }
}
