//! Around every page: navigation, menu, command bar, connection.

pub const NAVIGATION: &str = "Main";
pub const SKIP: &str = "Skip to the conversation";
pub const INBOX: &str = "Inbox";
pub const CONTACTS: &str = "Contacts";
pub const TASKS: &str = "Tasks";
pub const NUMBERS: &str = "Numbers";
pub const MENU: &str = "Workspace and settings";
pub const WORKSPACES: &str = "Workspaces";
pub const THEME: &str = "Theme";
pub const SYSTEM: &str = "System";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";
pub const DENSITY: &str = "Density";
pub const COMFORTABLE: &str = "Comfortable";
pub const COMPACT: &str = "Compact";
pub const NOTIFY_ON: &str = "Turn on notifications";
pub const NOTIFY_OFF: &str = "Turn off notifications";
pub const NOTIFY_UNSUPPORTED: &str = "This browser shows no notifications of a page";
pub const NOTIFY_REFUSED: &str = "Notifications are blocked in this browser's settings";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const COMMANDS: &str = "Search or run a command";
pub const SIGN_OUT: &str = "Sign out";
pub const OFFLINE: &str =
    "You are offline. What you write stays here; the inbox catches up when the network is back.";
pub const LOST: &str = "The connection was lost. Reconnecting…";
pub const RELOAD: &str = "Reload";
pub const RECONNECT: &str = "Reconnect now";
pub const AWAY: &str = "The server does not answer. Trying again…";
pub const TEAM: &str = "Team";
pub const NUMBER_LOST: &str = "A number is disconnected";
pub const NUMBER_ALERT: &str = "A number has a new alert";
pub const LEAVE: &str = "Leave with something unsent?";
pub const LEAVE_STAY: &str = "Stay";
pub const LEAVE_ANYWAY: &str = "Leave anyway";
pub const LEAVE_DRAFT: &str = "A text that you have begun could not be saved, and will be lost.";
pub const NO_WORKSPACE: &str = "You belong to no workspace";
pub const GONE: &str = "You are no longer in this workspace";
pub const GONE_HINT: &str = "It was deleted, or an admin removed you from it.";
pub const NO_WORKSPACE_HINT: &str = "Ask an admin of your team to add you, then sign in again.";

pub const COMMAND_HINT: &str = "Find a conversation by name or number, or type a command";
pub const COMMAND_NONE: &str =
    "Nothing matches. Try the beginning of a name, or four digits of a number.";
pub const GO_MINE: &str = "Go to: Mine";
pub const GO_TEAMS: &str = "Go to: My teams";
pub const GO_UNASSIGNED: &str = "Go to: Unassigned";
pub const GO_ALL: &str = "Go to: All";
pub const GO_CLOSING: &str = "Go to: Closing soon";
pub const GO_CLOSED: &str = "Go to: Closed";
pub const GO_NUMBERS: &str = "Go to: Numbers";
pub const GO_WHERE: &str = "Where is my message?";
pub const THEME_SYSTEM: &str = "Theme: as the system";
pub const THEME_LIGHT: &str = "Theme: light";
pub const THEME_DARK: &str = "Theme: dark";
pub const DENSITY_COMFORTABLE: &str = "Density: comfortable";
pub const DENSITY_COMPACT: &str = "Density: compact";
pub const CONVERSATIONS: &str = "Conversations";
pub const RESULTS: &str = "Results";

pub fn waiting(n: i32) -> String {
    match n {
        1 => "1 person asks to come in".into(),
        n => format!("{n} people ask to come in"),
    }
}

pub const fn shortcut_list() -> &'static [(&'static str, &'static str)] {
    &[
        ("j  ↓", "Next conversation"),
        ("k  ↑", "Previous conversation"),
        ("Enter", "Open it"),
        ("Esc", "Back to the list"),
        ("r", "Reply"),
        ("n", "Write a note"),
        ("a", "Assign to me"),
        ("e", "Close or reopen"),
        ("/", "Search"),
        ("Ctrl K", "Command bar"),
        ("?", "This list"),
    ]
}

pub fn switch_to(name: &str) -> String {
    format!("Switch to {name}")
}

/// What would be lost by leaving now.
pub fn leave_unsent(n: usize) -> String {
    match n {
        1 => "One message could not be sent yet, and will be lost.".into(),
        n => format!("{n} messages could not be sent yet, and will be lost."),
    }
}

pub fn came_in(n: usize) -> String {
    format!("{n} new messages")
}

/// Who wrote while nobody listened.
pub fn came_from(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("From {one}"),
        [one, two] => format!("From {one} and {two}"),
        [one, rest @ ..] => format!("From {one} and {} others", rest.len()),
    }
}
