//! The team: who asks to come in, who works here, who was invited, and what is required of them.

use postern_types::Role;

pub const TITLE: &str = "Team";
pub const LEAD: &str =
    "Who works in this workspace, what each of them may do, and who asks to come in.";
pub const NOT_READ: &str = "The team could not be read.";
pub const NOT_YOURS: &str = "Admins run the team";

/// Whom to ask, in place of the list.
pub fn run_by(admins: &[String]) -> String {
    let ask = match admins {
        [] => "Ask one of them".into(),
        [one] => format!("Ask {one}"),
        [one, two] => format!("Ask {one} or {two}"),
        [one, two, ..] => format!("Ask {one}, {two} or another admin"),
    };
    format!("{ask} when somebody should join, or needs another role.")
}

// Roles.
pub const ROLE: &str = "Role";
pub const RIGHTS: &str = "What each role may do";
pub const RIGHT: &str = "Right";
pub const MAY: &str = "Yes";
pub const MAY_NOT: &str = "No";
pub const LAST_OWNER: &str = "The last owner. Hand the workspace over first.";
pub const NOT_CHANGED: &str = "The role was not changed.";

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "Agent",
        Role::Manager => "Manager",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}

/// What it is for, in a line.
pub fn role_line(role: Role) -> &'static str {
    match role {
        Role::Agent => "Answers customers, and gives conversations to colleagues and teams.",
        Role::Manager => {
            "Does what an agent does, makes teams, and always sees every conversation."
        }
        Role::Admin => "Runs the numbers, the team and its security as well.",
        Role::Owner => "An admin whom no admin can change. Owners make owners.",
    }
}

pub fn role_of(name: &str) -> String {
    format!("Role of {name}")
}

pub fn is_now(name: &str, role: Role) -> String {
    let role = match role {
        Role::Agent => "an agent",
        Role::Manager => "a manager",
        Role::Admin => "an admin",
        Role::Owner => "an owner",
    };
    format!("{name} is {role} now")
}

// Those who wait.
pub const WAITING: &str = "Waiting for approval";
pub const APPROVE: &str = "Approve";
pub const NOT_APPROVED: &str = "Nobody was let in.";
pub const DECLINE: &str = "Decline";
pub const DECLINE_LEAD: &str = "They are told by e-mail, and see nothing of the workspace. If they use an invitation again, they ask anew.";
pub const REASON: &str = "Reason";
pub const REASON_HINT: &str = "They read it in the e-mail. You may leave it empty.";

pub fn asked(ago_ms: i64, network: Option<&str>) -> String {
    let ago = ago(ago_ms);
    match network {
        Some(network) => format!("Asked {ago} from network {network}"),
        None => format!("Asked {ago}"),
    }
}

fn ago(ms: i64) -> String {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    match ms / 60_000 {
        ..=0 => "just now".into(),
        minutes if minutes < HOUR => format!("{minutes} min ago"),
        minutes if minutes < DAY => format!("{} h ago", minutes / HOUR),
        minutes if minutes < 2 * DAY => "a day ago".into(),
        minutes => format!("{} days ago", minutes / DAY),
    }
}

pub fn approve(name: &str) -> String {
    format!("Approve {name}")
}

pub fn approved(name: &str) -> String {
    format!("{name} is in, and is told by e-mail")
}

pub fn decline(name: &str) -> String {
    format!("Decline {name}")
}

pub fn decline_title(name: &str) -> String {
    format!("Decline {name}?")
}

pub fn declined(name: &str) -> String {
    format!("{name} was declined, and is told by e-mail")
}

// Members.
pub const MEMBERS: &str = "Members";
pub const PERSON: &str = "Person";
pub const STATE: &str = "State";
pub const SEEN: &str = "Last seen";
pub const OPEN: &str = "Open";
pub const OPEN_HINT: &str = "Open conversations that are assigned to them";
pub const ACTIONS: &str = "Actions";
pub const YOU: &str = "You";
pub const ACTIVE: &str = "Active";
pub const SUSPENDED: &str = "Suspended";
pub const TWO_STEP_ON: &str = "Two-step on";
pub const TWO_STEP_OFF: &str = "Two-step off";
pub const NEVER: &str = "Never";
pub const NO_BROWSER: &str = "No browser";

pub fn browsers(n: usize) -> String {
    match n {
        1 => "1 browser".into(),
        n => format!("{n} browsers"),
    }
}

pub fn actions_for(name: &str) -> String {
    format!("Actions for {name}")
}

// What is done to them.
pub const SUSPEND: &str = "Suspend";
pub const NOT_SUSPENDED: &str = "Nobody was suspended.";
pub const LET_IN: &str = "Let back in";
pub const NOT_LET_IN: &str = "Nobody was let back in.";
pub const REMOVE: &str = "Remove";
pub const REMOVE_DO: &str = "Remove from the team";
pub const NO_CONVERSATIONS: &str = "No open conversation is assigned to them.";
pub const TO_NOBODY: &str = "Leave them unassigned";
pub const END_ACCESS: &str = "End access";
pub const HAND_OVER: &str = "Hand over the workspace";
pub const HAND_OVER_DO: &str = "Hand it over";
pub const TYPE_NAME: &str = "Type the workspace's name to go on";
pub const NOT_ITS_NAME: &str = "This is not its name.";
pub const STEP_DOWN_TITLE: &str = "Give up your role?";

pub fn suspended(name: &str) -> String {
    format!("{name} is suspended")
}

pub fn let_in(name: &str) -> String {
    format!("{name} is back in")
}

pub fn remove_title(name: &str) -> String {
    format!("Remove {name}?")
}

pub fn remove_lost(name: &str) -> String {
    format!(
        "{name} loses access at once, on every open page, and what is written there and not sent. What they sent stays, \
         with their name beside it. Their contacts and open tasks become nobody's. Only a new invitation brings them back."
    )
}

pub fn give(conversations: u32) -> String {
    match conversations {
        1 => "Give 1 open conversation to".into(),
        n => format!("Give {n} open conversations to"),
    }
}

pub fn removed(name: &str) -> String {
    format!("{name} is removed")
}

pub fn me(name: &str) -> String {
    format!("{name} (you)")
}

pub fn end_access(name: &str) -> String {
    format!("End access of {name}")
}

pub fn end_access_title(name: &str) -> String {
    format!("End access of {name}?")
}

pub fn end_access_lost(name: &str) -> String {
    format!(
        "This workspace closes at once in every browser of {name}, and what is written there and not sent may be lost. \
         {name} stays in the team: after a new sign-in it opens again."
    )
}

pub fn access_ended(name: &str) -> String {
    format!("The access of {name} is ended")
}

pub fn hand_over_title(name: &str) -> String {
    format!("Hand over to {name}?")
}

pub fn hand_over_lost(name: &str, workspace: &str) -> String {
    format!(
        "{name} becomes an owner of {workspace}, and you become an admin. You can no longer make owners. Only an owner \
         can give that back to you."
    )
}

pub fn handed_over(name: &str) -> String {
    format!("{name} is an owner now, and you are an admin")
}

/// What one loses by taking a lower role oneself.
pub fn step_down_lost(to: Role) -> &'static str {
    match to {
        Role::Agent | Role::Manager => {
            "You can no longer run the team or the numbers, and this page closes. Only an admin can give that back to you."
        }
        Role::Admin | Role::Owner => {
            "You can no longer make owners or hand the workspace over. Only an owner can give that back to you."
        }
    }
}

pub fn step_down_do(to: Role) -> &'static str {
    match to {
        Role::Agent => "Become an agent",
        Role::Manager => "Become a manager",
        Role::Admin => "Become an admin",
        Role::Owner => "Become an owner",
    }
}

pub fn stepped_down(to: Role) -> &'static str {
    match to {
        Role::Agent => "You are an agent now",
        Role::Manager => "You are a manager now",
        Role::Admin => "You are an admin now",
        Role::Owner => "You are an owner now",
    }
}

// Inviting.
pub const INVITE: &str = "Invite";
pub const INVITE_TITLE: &str = "Invite to the team";
pub const HOW: &str = "How";
pub const BY_MAIL: &str = "By e-mail";
pub const BY_MAIL_HINT: &str = "For one address. Good once, for seven days.";
pub const BY_LINK: &str = "By link";
pub const BY_LINK_HINT: &str = "You hand it on yourself, to as many as you like.";
pub const EMAIL: &str = "E-mail";
pub const EMAIL_HINT: &str = "After they accept, an admin lets them in.";
pub const INVITE_DO: &str = "Send the invitation";
pub const DONE: &str = "Done";
pub const DOMAIN: &str = "Only addresses at";
pub const DOMAIN_HINT: &str = "A domain, like example.com. Empty for any address.";
pub const DAYS: &str = "Good for how many days";
pub const DAYS_HINT: &str = "1 to 30.";
pub const LINK_DO: &str = "Make the link";
pub const LINK: &str = "Link to join";
pub const LINK_ONCE: &str = "The link is shown only now. Copy it before you close this.";
pub const LINK_MEANS: &str =
    "Whoever has it can ask to join. They see nothing until an admin approves them, one by one.";
pub const ANOTHER: &str = "Make another";

pub fn invited(email: &str) -> String {
    format!("Invited: {email}")
}

/// In the form, which stays for the next one.
pub fn on_its_way(email: &str) -> String {
    format!("The invitation to {email} is on its way. Who is next?")
}

// Invitations.
pub const INVITATIONS: &str = "Invitations";
pub const RESEND: &str = "Resend";
pub const NOT_RESENT: &str = "The invitation was not sent again.";
pub const WITHDRAW: &str = "Withdraw";
pub const NOT_WITHDRAWN: &str = "The invitation was not withdrawn.";

pub fn link_for(domain: Option<&str>) -> String {
    match domain {
        Some(domain) => format!("Link for anyone at {domain}"),
        None => "Link for anyone".into(),
    }
}

pub fn sent(when: &str, by: Option<&str>) -> String {
    match by {
        Some(by) => format!("Sent {when} by {by}"),
        None => format!("Sent {when}"),
    }
}

pub fn made(when: &str, by: Option<&str>) -> String {
    match by {
        Some(by) => format!("Made {when} by {by}"),
        None => format!("Made {when}"),
    }
}

pub fn good_until(date: &str) -> String {
    format!("Good until {date}")
}

pub fn resend(whom: &str) -> String {
    format!("Resend: {whom}")
}

pub fn resent(whom: &str) -> String {
    format!("Sent again to {whom}. The link before it is void")
}

pub fn withdraw(whom: &str) -> String {
    format!("Withdraw: {whom}")
}

pub fn withdrawn(whom: &str) -> String {
    format!("Withdrawn: {whom}. Its link is void")
}

// Security.
pub const SECURITY: &str = "Security";
pub const REQUIRE: &str = "Require two-step sign-in";
pub const REQUIRED: &str = "Two-step sign-in is required now";
pub const NOT_REQUIRED: &str = "Two-step sign-in is up to each of them now";
pub const NOT_CHOSEN: &str = "Nothing was changed.";
pub const TO_ACCOUNT: &str = "Go to your account";

/// Whom it stops, and what they do about it.
pub fn require_hint(without: usize) -> String {
    let who = match without {
        0 => return "Everybody here has it. Whoever joins sets it up first.".into(),
        1 => "One member does not have it yet, and sets".to_owned(),
        n => format!("{n} members do not have it yet, and set"),
    };
    format!("{who} it up before they can go on. So does whoever joins.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_somebody_asked_is_told_in_one_unit() {
        let minute = 60_000;
        for (ms, expected) in [
            (-5, "just now"),
            (59_999, "just now"),
            (minute, "1 min ago"),
            (59 * minute, "59 min ago"),
            (60 * minute, "1 h ago"),
            (24 * 60 * minute, "a day ago"),
            (48 * 60 * minute, "2 days ago"),
        ] {
            assert_eq!(ago(ms), expected);
        }
        assert_eq!(
            asked(minute, Some("203.0.113.0/24")),
            "Asked 1 min ago from network 203.0.113.0/24"
        );
    }

    #[test]
    fn who_is_not_an_admin_learns_whom_to_ask() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        };
        for (admins, expected) in [
            (names(&[]), "Ask one of them when"),
            (names(&["Ana"]), "Ask Ana when"),
            (names(&["Ana", "Bo"]), "Ask Ana or Bo when"),
            (
                names(&["Ana", "Bo", "Cy"]),
                "Ask Ana, Bo or another admin when",
            ),
        ] {
            assert!(run_by(&admins).starts_with(expected), "{admins:?}");
        }
    }
}
