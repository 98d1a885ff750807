//! Settings → Workspace.

pub const TITLE: &str = "Workspace";
pub const LEAD: &str = "What your workspace is called, how it looks, and when it is open.";
pub const NOT_READ: &str = "The settings could not be read.";
pub const NOT_YOURS: &str = "Workspace settings are for admins";
pub const NOT_YOURS_HINT: &str =
    "Ask an admin of this workspace to change its name, look or hours.";

pub const LOOK: &str = "Name and look";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "Your team sees it, and so does whoever gets an invitation.";
pub const COLOUR: &str = "Colour";
pub const COLOUR_HINT: &str = "Behind the initials, where there is no logo.";
pub const AUTOMATIC: &str = "Automatic";

pub fn colour(tone: u8) -> &'static str {
    match tone {
        0 => "Blue",
        1 => "Green",
        2 => "Orange",
        3 => "Purple",
        4 => "Teal",
        5 => "Red",
        6 => "Olive",
        7 => "Indigo",
        8 => "Slate",
        _ => "Emerald",
    }
}

pub const LOGO: &str = "Logo";
pub const LOGO_HINT: &str = "A PNG, JPEG, WebP or GIF of up to 5 MB. It is made small, and shown to members alone. It is kept at once.";
pub const LOGO_NONE: &str = "There is no logo.";
pub const LOGO_OF: &str = "The workspace's logo";
pub const LOGO_BRING: &str = "Choose a picture";
pub const LOGO_REMOVE: &str = "Remove the logo";
pub const LOGO_KEPT: &str = "The logo is kept";
pub const LOGO_REMOVED: &str = "The logo is removed";

pub const TIME: &str = "Time zone and hours";
pub const ZONE: &str = "Time zone";
pub const KEEP_HOURS: &str = "We keep business hours";
pub const KEEP_HOURS_HINT: &str = "By the clock of this time zone, in summer and in winter.";
pub const HOURS: &str = "Business hours";
pub const CLOSED: &str = "Closed";
pub const TO: &str = "to";
pub const ADD_SPAN: &str = "Add a second time";
pub const REMOVE_SPAN: &str = "Remove the second time";
pub const ALWAYS_OPEN: &str = "Open now, and always.";
pub const NEVER_OPEN: &str = "Closed now.";

pub const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub fn there(clock: &str) -> String {
    format!("It is {clock} there.")
}

pub fn open_until(clock: &str) -> String {
    format!("Open now, until {clock}.")
}

pub fn opens(clock: &str) -> String {
    format!("Closed now. Opens {clock}.")
}

pub fn is_open(day: &str) -> String {
    format!("Open on {day}")
}

pub fn from(day: &str, second: bool) -> String {
    format!("{day}, {}opens at", again(second))
}

pub fn until(day: &str, second: bool) -> String {
    format!("{day}, {}closes at", again(second))
}

fn again(second: bool) -> &'static str {
    if second { "again " } else { "" }
}

pub fn add_span(day: &str) -> String {
    format!("{ADD_SPAN}: {day}")
}

pub fn remove_span(day: &str) -> String {
    format!("{REMOVE_SPAN}: {day}")
}

/// Days one after the other that are alike: `Mon–Fri`.
pub fn days(first: usize, last: usize) -> String {
    let short = |day: usize| {
        DAYS.get(day)
            .and_then(|day| day.get(..3))
            .unwrap_or_default()
    };
    if first == last {
        short(first).into()
    } else {
        format!("{}–{}", short(first), short(last))
    }
}

pub const SAVE: &str = "Save";
pub const SAVED: &str = "The workspace is saved";
pub const UNSAVED: &str = "You have changes that are not saved.";
pub const DISCARD: &str = "Discard";
pub const KEPT: &str =
    "Your changes to the workspace are not saved. They wait for you there, in this tab.";
pub const CONFLICT: &str =
    "Yours still stand here. Look at what they saved, or save yours in its place.";
pub const THEIRS: &str = "Show what they saved";
pub const MINE: &str = "Save mine";

pub const STEPS_HIDDEN: &str = "The list of first steps is put away.";
pub const STEPS_BACK: &str = "Show the first steps";
pub const NOT_BACK: &str = "The list stays away.";
