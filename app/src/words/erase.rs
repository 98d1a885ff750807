//! Deleting an account or a workspace for good.

use postern_types::Erasing;

pub const PASSWORD: &str = "Your password";
pub const CODE: &str = "Code from the app, or a recovery code";
pub const RECOVERY: &str = "A recovery code";
pub const PASSKEY_HINT: &str = "Leave it empty to be asked for your passkey.";
pub const NOT_READ: &str = "This could not be read.";

// The account.
pub const ACCOUNT: &str = "Delete your account";
pub const ACCOUNT_LEAD: &str = "Your name, your address and your sessions go at once and for good. What you wrote to customers stays in the workspaces, under “Deleted member”.";
pub const ACCOUNT_DO: &str = "Delete account";
pub const ACCOUNT_LOST: &str = "You are signed out everywhere, and leave these workspaces at once. Open conversations that are assigned to you become nobody's. Nobody can undo this.";
pub const NO_PLACES: &str = "You are signed out everywhere. Nobody can undo this.";
pub const ALONE: &str = "You are the last owner of these workspaces. Hand each over in Settings → Team, or delete it, before you go:";
pub const PLACES: &str = "Workspaces that you leave";
pub const HELD: &str = "Workspaces that hold you";
pub const EMAIL: &str = "Type your e-mail address to confirm";

// The workspace.
pub const WORKSPACE: &str = "Delete this workspace";
pub const WORKSPACE_LEAD: &str = "Everything in it goes for good, for everybody in it.";
pub const WORKSPACE_DO: &str = "Delete workspace";
pub const GOES: &str = "What goes";
pub const AT_ONCE: &str = "At once nobody can open it, its keys are destroyed and messages to its numbers are not taken any more. What it holds is taken away in the background; files cannot be read from the first moment on. Backups that were made before keep what they hold. Nobody can undo this.";
pub const STAYS: &str = "Everybody keeps their account, and is told by e-mail. The numbers can be connected somewhere else.";
pub const NOT_YOURS: &str = "Owners delete a workspace";
pub const NOT_YOURS_HINT: &str =
    "Ask an owner of this workspace. You can leave it in Settings → Account.";
pub const NAME: &str = "Type the workspace's name to confirm";
pub const ASKED: &str = "Delete it for good?";

pub fn typed_hint(what: &str) -> String {
    format!("It is {what}")
}

pub fn lost(name: &str) -> String {
    format!("{name} and everything in it is gone the moment that you confirm.")
}

/// What goes, a line each; what there is none of is left out.
pub fn counted(erasing: &Erasing) -> Vec<String> {
    [
        (erasing.members, "member", "members"),
        (erasing.numbers, "connected number", "connected numbers"),
        (erasing.contacts, "contact", "contacts"),
        (erasing.conversations, "conversation", "conversations"),
        (erasing.messages, "message or note", "messages and notes"),
        (erasing.files, "file", "files"),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, many)| match n {
        1 => format!("1 {one}"),
        n if n >= Erasing::MOST => format!("{} or more {many}", Erasing::MOST),
        n => format!("{n} {many}"),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_counted_as_far_as_counting_went() {
        let erasing = Erasing {
            name: "Harbour".into(),
            members: 1,
            numbers: 2,
            contacts: 0,
            conversations: 12,
            messages: Erasing::MOST,
            files: 0,
            factors: Vec::new(),
        };
        assert_eq!(
            counted(&erasing),
            [
                "1 member",
                "2 connected numbers",
                "12 conversations",
                "100000 or more messages and notes"
            ]
        );
    }
}
