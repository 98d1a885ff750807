//! QR codes.

use postern_types::QrLevel;

pub const TITLE: &str = "QR codes";
pub const LEAD: &str = "A code for a poster, a card or a window: whoever points their phone at it has what stands in it. Nothing of it is kept here.";
pub const FORM: &str = "What stands in it";
pub const KIND: &str = "Kind";
pub const CODE: &str = "Code";
pub const LOOK: &str = "How it looks";

/// The kinds, by their word.
pub const KINDS: [(&str, &str); 6] = [
    ("chat", "WhatsApp chat with you"),
    ("card", "Contact card"),
    ("phone", "Phone number"),
    ("link", "Web page"),
    ("wifi", "Wi-Fi"),
    ("event", "Event for a calendar"),
];

// A chat.
pub const NUMBER: &str = "Your number";
pub const NO_NUMBER: &str = "No number is connected yet";
pub const TEXT: &str = "Message that is there already";
pub const TEXT_HINT: &str = "They see it before they send it, and can change it.";

// A number, a page.
pub const PHONE: &str = "Phone";
pub const PHONE_HINT: &str = "With its country, like +49 151 2345678.";
pub const ADDRESS: &str = "Address";
pub const ADDRESS_HINT: &str = "Like https://example.com.";

// A card.
pub const NAME: &str = "Name";
pub const ORGANISATION: &str = "Organisation";
pub const POSITION: &str = "Position";
pub const EMAIL: &str = "E-mail";
pub const WEBSITE: &str = "Web page";
pub const PLACE: &str = "Address";
pub const NOTE: &str = "Note";
pub const NOT_READ: &str = "The contact could not be read.";

// A network.
pub const NETWORK: &str = "Name of the network";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_HINT: &str = "Whoever reads the code has it. Empty where none is asked for.";
pub const HIDDEN: &str = "The network is hidden";

// An event.
pub const WHAT: &str = "What";
pub const WHERE: &str = "Where";
pub const STARTS: &str = "Starts";
pub const ENDS: &str = "Ends";
pub const ZONE_HINT: &str = "By your clock; phones show it by theirs.";

// The look.
pub const SIZE: &str = "Size";
pub const MARGIN: &str = "Margin";
pub const DARK: &str = "Colour";
pub const LIGHT: &str = "Ground";
pub const LEVEL: &str = "Error correction";
pub const LEVEL_HINT: &str = "With more of it a code is read that is scratched or partly covered; with less there is room for more.";

pub fn pixels(size: u16) -> String {
    format!("{size} pixels")
}

pub fn squares(margin: u8) -> String {
    format!("{margin} squares")
}

/// What a level is called.
pub const LEVELS: [(QrLevel, &str); 4] = [
    (QrLevel::Low, "Low (7 %)"),
    (QrLevel::Medium, "Medium (15 %)"),
    (QrLevel::Quartile, "High (25 %)"),
    (QrLevel::High, "Highest (30 %)"),
];

// The picture.
pub const PICTURE: &str = "QR code of what you filled in";
pub const EMPTY: &str = "Fill in the form: the code appears here.";
pub const CORRECT: &str = "There is no code: see what the form says.";
pub const DRAWN: &str = "The code is ready.";
pub const DRAWING: &str = "The code is being drawn…";
pub const NOT_DRAWN: &str = "The code was not drawn.";
pub const SVG: &str = "Download SVG";
pub const PNG: &str = "Download PNG";
pub const PRINT: &str = "Print";
pub const INSIDE: &str = "What stands in it, letter by letter";
pub const TRY: &str = "Try it with a phone before you print many.";

// A portal link's.
pub const SHOW: &str = "Show as QR code";
pub const HIDE: &str = "Hide the QR code";
pub const PORTAL: &str = "QR code of the portal link";
pub const PORTAL_HINT: &str = "It is the address alone. The PIN does not stand in it.";
