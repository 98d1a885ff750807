//! What can be sent beside text, and what is done with a message.

pub const ATTACH: &str = "Attach";
pub const PICTURE: &str = "Photo or video";
pub const DOCUMENT: &str = "Document";
pub const LOCATION: &str = "Location";
pub const CONTACT: &str = "Contact";
pub const BUTTONS: &str = "Buttons";
pub const LIST: &str = "List";
pub const LINK: &str = "Link";
pub const ASK_LOCATION: &str = "Ask for location";
pub const FILES: &str = "Files to send";
pub const DROP: &str = "Drop files to send them";
pub const UPLOADING: &str = "Uploading";
pub const RECORD: &str = "Record a voice message";
pub const RECORDING: &str = "Recording";
pub const NO_MICROPHONE: &str =
    "The browser does not let this page hear you. Allow the microphone for it, then try again.";
pub const US: &str = "this number";
pub const NO_ANSWER: &str = "Do not answer this message";
pub const REACT: &str = "React";
pub const OTHER_EMOJI: &str = "Another emoji, then Enter";
pub const NOT_REACTED: &str = "Your reaction was not sent.";
pub const COPY_TEXT: &str = "Copy text";
pub const MAKE_TASK: &str = "Make a task";
pub const WHERE: &str = "Where is it?";
pub const MY_POSITION: &str = "Use my position";
pub const NO_POSITION: &str =
    "The browser does not tell where you are. Allow it for this page, or write the degrees.";
pub const LATITUDE: &str = "Latitude";
pub const LATITUDE_HINT: &str = "Degrees north, from -90 to 90";
pub const LONGITUDE: &str = "Longitude";
pub const LONGITUDE_HINT: &str = "Degrees east, from -180 to 180";
pub const PLACE_NAME: &str = "Name (optional)";
pub const PLACE_ADDRESS: &str = "Address (optional)";
pub const CARD_NAME: &str = "Name";
pub const NUMBER_HINT: &str = "With the country code, like +49 151 23456789";
pub const FIND_CONTACT: &str = "Find somebody the workspace knows";
pub const BODY: &str = "Text";
pub const HEADER: &str = "Line above (optional)";
pub const FOOTER: &str = "Line below (optional)";
pub const BUTTON_LABELS: [&str; 3] = [
    "First button",
    "Second button (optional)",
    "Third button (optional)",
];
pub const LINK_LABEL: &str = "Words on the button";
pub const LINK_URL: &str = "Address, beginning with https://";
pub const LIST_BUTTON: &str = "Words on the button that opens the list";
pub const ROW: &str = "Row";
pub const ROW_LINE: &str = "Line below it (optional)";
pub const ADD_ROW: &str = "Add a row";
pub const REMOVE_ROW: &str = "Remove this row";
pub const PREVIEW: &str = "Preview";

pub fn answering(who: &str) -> String {
    format!("Answering {who}")
}

pub fn too_many(most: usize) -> String {
    format!("{most} files fit in one go: send these first.")
}

pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

pub fn percent(done: u32) -> String {
    format!("{done} %")
}

pub fn of(length: usize, most: usize) -> String {
    format!("{length} of {most}")
}

pub fn card_number(nth: usize) -> &'static str {
    if nth == 0 {
        "Number"
    } else {
        "Another number (optional)"
    }
}

/// Minutes and seconds.
pub fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
