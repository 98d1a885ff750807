//! Teams: groups of members to whom conversations are given.

pub const TITLE: &str = "Teams";
pub const LEAD: &str = "Groups of colleagues to whom conversations are given.";
pub const NOT_READ: &str = "The teams could not be read.";
pub const NOT_YOURS: &str = "Managers look after the teams";
pub const NOT_YOURS_HINT: &str = "Ask a manager or an admin when you should be in another team.";
pub const NONE: &str = "No teams yet";
pub const NONE_HINT: &str =
    "Make one for each group that works on conversations of its own, such as Sales or Support.";

pub const NEW: &str = "New team";
pub const CREATE: &str = "Create team";
pub const NAME: &str = "Name of the team";
pub const NAME_HINT: &str = "Up to 60 characters. No two teams are called the same.";
pub const RENAME: &str = "Rename";
pub const SAVE_NAME: &str = "Save name";
pub const DELETE: &str = "Delete";
pub const DELETE_DO: &str = "Delete team";
pub const NOT_CHANGED: &str = "Nothing was changed.";

pub fn named(name: &str) -> String {
    format!("The team {name} is saved")
}

pub fn rename_title(name: &str) -> String {
    format!("Rename {name}")
}

pub fn delete_label(name: &str) -> String {
    format!("Delete {name}")
}

pub fn delete_title(name: &str) -> String {
    format!("Delete {name}?")
}

/// What is lost with it.
pub fn delete_lost(open: u32) -> String {
    let conversations = match open {
        0 => "It has no open conversation.".to_owned(),
        1 => "Its one open conversation will be no team's.".to_owned(),
        n => format!("Its {n} open conversations will be no team's."),
    };
    format!(
        "{conversations} Whoever looks after one keeps it. Where agents see only their own and their teams' conversations, nobody but managers and admins sees the rest until it is given to somebody. Its numbers' new conversations go to no team. This cannot be undone."
    )
}

pub fn deleted(name: &str) -> String {
    format!("The team {name} is deleted")
}

pub fn open(n: u32) -> String {
    match n {
        1 => "1 open conversation".to_owned(),
        n => format!("{n} open conversations"),
    }
}

// Members.
pub const NOBODY: &str = "Nobody is in this team yet.";
pub const ADD: &str = "Add somebody…";

pub fn add_to(team: &str) -> String {
    format!("Add somebody to {team}")
}

pub fn added(who: &str, team: &str) -> String {
    format!("{who} is in {team} now")
}

pub fn take_out(who: &str, team: &str) -> String {
    format!("Take {who} out of {team}")
}

pub fn taken_out(who: &str, team: &str) -> String {
    format!("{who} is not in {team} any more")
}

// Numbers.
pub const NUMBERS: &str = "Where new conversations go";
pub const NUMBERS_HINT: &str = "A customer's new conversation goes to the team of the number that they write to. Conversations that are there already stay where they are.";
pub const NO_NUMBERS: &str = "No number is connected yet.";
pub const NO_TEAM: &str = "No team";

pub fn number_chosen(number: &str) -> String {
    format!("New conversations of {number} go there now")
}

// Who sees what.
pub const WHO_SEES: &str = "Who sees what";
pub const LIMIT: &str = "Agents see only their own and their teams' conversations";
pub const LIMIT_HINT: &str = "What is neither assigned to them nor given to a team of theirs is not there for agents: not in lists, not in searches, not in notifications. It holds at once, in open pages too. Managers, admins and owners always see everything.";
pub const ADMINS_ONLY: &str = "Admins turn this on and off.";
pub const LIMITED: &str = "Agents see only their own and their teams' conversations now";
pub const UNLIMITED: &str = "Agents see all conversations again";
