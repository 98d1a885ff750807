//! Templates: choosing one, filling it in, and beginning a conversation with it.

use postern_types::{SlotKind, TemplateView};

pub const TITLE: &str = "Send a template";
pub const NEW: &str = "New conversation";
pub const OPEN: &str = "Template";
pub const CHOOSE: &str = "Choose a template";
pub const SEARCH: &str = "Search templates";
pub const LIST: &str = "Templates";
pub const CATEGORIES: &str = "Category";
pub const LANGUAGE: &str = "Language";
pub const EVERY_LANGUAGE: &str = "Every language";
pub const LIST_FAILED: &str = "The templates could not be read.";
pub const NOT_FOUND: &str = "No template has these words.";
pub const MORE: &str = "There are more. Search for a word of the one you want.";
pub const NONE: &str = "No templates yet";
pub const NONE_HINT: &str =
    "An admin makes them in WhatsApp Manager. They appear here once Meta has approved them.";
pub const NONE_CHOSEN: &str = "Choose a template";
pub const NONE_CHOSEN_HINT: &str =
    "You see it here as the customer will, and fill in what it asks for.";
pub const ASKING: &str = "Asking Meta for the templates…";
pub const REFRESH: &str = "Ask Meta for the templates again";
pub const BACK: &str = "Back to the templates";
pub const PREVIEW: &str = "As the customer will see it";
pub const SEND: &str = "Send";
pub const SENDING: &str = "Sending…";
pub const PHONE: &str = "Customer's WhatsApp number";
pub const PHONE_HINT: &str = "With its country code, such as +49 151 23456789. Write only to people who agreed to hear from you.";
pub const CHANNEL: &str = "From your number";
pub const UPLOAD: &str = "Upload a file";
pub const REMOVE_FILE: &str = "Remove the file";
pub const IMAGE: &str = "Image";
pub const VIDEO: &str = "Video";
pub const DOCUMENT: &str = "Document";
pub const LOCATION: &str = "Location";

pub fn as_of(when: &str) -> String {
    format!("As Meta told them {when}")
}

pub fn example(example: &str) -> String {
    format!("For example: {example}")
}

pub fn uploading(hundredths: u32) -> String {
    format!("Uploading, {hundredths} %")
}

pub fn uploaded(name: &str) -> String {
    if name.is_empty() {
        "The file is here".into()
    } else {
        name.to_owned()
    }
}

/// A category's name; all of them for none.
pub fn category(word: Option<&str>) -> String {
    match word {
        None => "All".into(),
        Some("MARKETING") => "Marketing".into(),
        Some("UTILITY") => "Utility".into(),
        Some("AUTHENTICATION") => "One-time codes".into(),
        Some(other) => other.to_ascii_lowercase().replace('_', " "),
    }
}

/// Beside the chosen template's name.
pub fn about(template: &TemplateView) -> String {
    format!(
        "{} · {}",
        category(Some(&template.category)),
        template.language
    )
}

/// How a template stands: a colour's class, and the words.
pub fn standing(template: &TemplateView) -> (&'static str, &'static str) {
    match (template.status.as_str(), template.quality.as_deref()) {
        ("APPROVED", Some("RED")) => ("bad", "Approved; many people block or report it"),
        ("APPROVED", Some("YELLOW")) => ("warn", "Approved; some people block or report it"),
        ("APPROVED", Some("GREEN")) => ("good", "Approved; people take it well"),
        ("APPROVED", _) => ("good", "Approved"),
        ("PENDING" | "IN_APPEAL", _) => ("wait", "Meta is looking at it"),
        ("PAUSED", _) => ("warn", "Paused by Meta"),
        ("REJECTED", _) => ("bad", "Rejected by Meta"),
        ("DISABLED", _) => ("bad", "Disabled by Meta"),
        _ => ("wait", "Cannot be sent now"),
    }
}

/// What a slot is called.
pub fn slot(kind: SlotKind, name: &str) -> String {
    match kind {
        SlotKind::Header => format!("In the title: {{{{{name}}}}}"),
        SlotKind::Body => format!("{{{{{name}}}}}"),
        SlotKind::Url => format!("End of the link on “{name}”"),
        SlotKind::Code => format!("Code on “{name}”"),
        SlotKind::Media => "Link to the file above the text".into(),
        SlotKind::Latitude => "Latitude".into(),
        SlotKind::Longitude => "Longitude".into(),
        SlotKind::PlaceName => "Name of the place".into(),
        SlotKind::Address => "Address of the place".into(),
    }
}

/// What helps to fill it in; empty when nothing does.
pub fn hint(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Media => "WhatsApp fetches it from there: the address must be open to everybody.",
        SlotKind::Latitude => "Degrees north, such as 48.137",
        SlotKind::Longitude => "Degrees east, such as 11.575",
        _ => "",
    }
}
