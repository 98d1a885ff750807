//! Every word that a person reads, in one place, so that it can be translated.
//!
//! To add one: a constant, or a function where something is put in. What comes from the server in words (a reason, an
//! explanation of Meta's) is shown as it came.

pub mod account;
pub mod audit;
pub mod channels;
pub mod composer;
pub mod contacts;
pub mod courtesy;
pub mod details;
pub mod developers;
pub mod erase;
pub mod export;
pub mod fault;
pub mod frame;
pub mod import;
pub mod kit;
pub mod links;
pub mod list;
pub mod passkey;
pub mod portal;
pub mod qr;
pub mod reference;
pub mod rich;
pub mod settings;
pub mod steps;
pub mod tasks;
pub mod team;
pub mod teams;
pub mod template;
pub mod thread;
pub mod trace;
pub mod workspace;

/// The product.
pub const PRODUCT: &str = "Postern";
pub const CLOSE: &str = "Close";
pub const CANCEL: &str = "Cancel";
pub const WAIT: &str = "One moment…";
pub const COPY: &str = "Copy";
pub const COPIED: &str = "Copied";
pub const NOT_COPIED: &str = "Select and copy it";
pub const UNDO: &str = "Undo";
pub const TRY_AGAIN: &str = "Try again";
pub const PART_MISSING: &str = "This part could not be fetched";
pub const PART_MISSING_HINT: &str =
    "Nothing that you wrote is lost. Check the connection and try again, or reload the page.";
pub const LOADING: &str = "Loading";
pub const TODAY: &str = "Today";
pub const YESTERDAY: &str = "Yesterday";
pub const UNKNOWN_CONTACT: &str = "WhatsApp user";
pub const NOBODY: &str = "Nobody";
pub const FORMER: &str = "Former colleague";
pub const NOT_FOUND: &str = "There is nothing here";
pub const NOT_FOUND_HINT: &str = "The address may be mistyped, or what was here is gone.";
pub const TO_INBOX: &str = "Go to the inbox";

/// What a contact is called: by whatever is known of them.
pub fn called(label: &str) -> String {
    if label.is_empty() {
        UNKNOWN_CONTACT.into()
    } else {
        label.to_owned()
    }
}

/// A page's title in the tab.
pub fn title(page: &str) -> String {
    format!("{page} · {PRODUCT}")
}

/// A page's title with what is unread; 100 stands for a hundred or more.
pub fn title_unread(page: &str, unread: i32) -> String {
    match unread {
        ..=0 => title(page),
        n => format!("({}) {}", count(n), title(page)),
    }
}

/// A capped count.
pub fn count(n: i32) -> String {
    if n > 99 { "99+".into() } else { n.to_string() }
}

pub fn copy_of(label: &str) -> String {
    format!("Copy: {label}")
}

pub fn tomorrow_at(clock: &str) -> String {
    format!("tomorrow at {clock}")
}

pub fn yesterday_at(clock: &str) -> String {
    format!("yesterday at {clock}")
}

pub fn date_at(date: &str, clock: &str) -> String {
    format!("{date} at {clock}")
}
