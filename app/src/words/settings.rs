//! The way between the pages of settings, and a person's own account.

use postern_types::{Announce, Provider, Role};

pub const SETTINGS: &str = "Settings";
pub const ACCOUNT: &str = "Account";
pub const WORKSPACE: &str = "Workspace";
pub const TEAM: &str = "Team";
pub const TEAMS: &str = "Teams";
pub const NUMBERS: &str = "Numbers";
pub const DELETE: &str = "Delete workspace";

pub const LEAD: &str = "What you are called, how you sign in, where you are signed in, and how you want to read and hear.";
pub const NOT_READ: &str = "This could not be read.";
pub const YOUR_PASSWORD: &str = "Your password";

// Who one is.
pub const PROFILE: &str = "Profile";
pub const NAME: &str = "Your name";
pub const NAME_HINT: &str = "Your colleagues see it, in every workspace of yours.";
pub const SAVE_NAME: &str = "Save name";
pub const NAME_SAVED: &str = "Your name is saved";
pub const EMAIL: &str = "E-mail";
pub const EMAIL_HINT: &str = "You sign in with it.";
pub const CHANGE: &str = "Change";
pub const CHANGE_EMAIL: &str = "Change e-mail";
pub const EMAIL_LEAD: &str = "A code is sent to the new address. Until you type it here, you sign in with the old one. Then your other browsers are signed out.";
pub const NEW_EMAIL: &str = "New e-mail";
pub const SEND_CODE: &str = "Send a code";
pub const MAILED_CODE: &str = "Code from the e-mail";
pub const MAILED_CODE_HINT: &str = "Six digits, good for ten minutes.";
pub const OTHER_ADDRESS: &str = "Back";
pub const EMAIL_CHANGED: &str = "Your e-mail is changed. Your other browsers are signed out.";
pub const CODE_OVER: &str =
    "This code is not good any more. Your e-mail is as it was. Go back and have a new code sent.";

pub fn code_sent(email: &str) -> String {
    format!("A code is on its way to {email}. If it does not come, look for it among the unwanted.")
}

// The password.
pub const PASSWORD: &str = "Password";
pub const PASSWORD_LEAD: &str = "When you change it, your other browsers are signed out.";
pub const CHANGE_PASSWORD: &str = "Change password";
pub const OLD_PASSWORD: &str = "Current password";
pub const NEW_PASSWORD: &str = "New password";
pub const NEW_PASSWORD_HINT: &str = "8 to 128 characters, without your name or e-mail in it.";
pub const PASSWORD_CHANGED: &str = "Your password is changed. Your other browsers are signed out.";

// Who else signs one in.
pub const SIGN_INS: &str = "Other ways to sign in";
pub const SIGN_INS_LEAD: &str =
    "Besides your password. Two-step sign-in, if you have it, is asked for all the same.";
pub const NOT_CONNECTED: &str = "Not connected";
pub const NO_PASSWORD: &str = "Your account has no password yet. To change anything here, sign out and set one with “Forgot your password?”.";

pub fn connect(provider: Provider, on: bool) -> String {
    format!("{} {}", act(on), provider.name())
}

pub fn act(on: bool) -> &'static str {
    if on { "Connect" } else { "Disconnect" }
}

pub fn connect_lead(provider: Provider, on: bool) -> String {
    let name = provider.name();
    if on {
        format!(
            "First, show that it is you. Then {name} asks which of your identities there it is."
        )
    } else {
        format!("From then on {name} does not sign you in. Your password does.")
    }
}

pub fn connected_as(email: &str) -> String {
    if email.is_empty() {
        return "Connected".to_owned();
    }
    format!("Connected as {email}")
}

pub fn connected(provider: Provider) -> String {
    format!("{} is connected", provider.name())
}

pub fn disconnected(provider: Provider) -> String {
    format!("{} is disconnected", provider.name())
}

// The second factor.
pub const TWO_STEP: &str = "Two-step sign-in";
pub const TWO_STEP_LEAD: &str = "After your password, one more thing is asked for: a passkey, or a code that an app on your phone shows. Whoever learns your password cannot sign in with it alone.";
pub const ON: &str = "On";
pub const OFF: &str = "Off";
pub const SET_UP: &str = "Set up two-step sign-in";
pub const MUST_SET_UP: &str =
    "A workspace of yours requires two-step sign-in. You can work there once it is set up.";
pub const MUST_KEEP: &str =
    "It cannot be turned off: a workspace of yours requires two-step sign-in.";
pub const SET_UP_LEAD: &str =
    "You need an authenticator app on your phone. First, show that it is you.";
pub const GO_ON: &str = "Continue";
pub const SCAN: &str =
    "Scan this with your authenticator app. Then type the code that the app shows.";
pub const QR: &str = "QR code for your authenticator app";
pub const SECRET: &str = "Key to type, when you cannot scan";
pub const SET_UP_APP: &str = "Set up an authenticator app";
pub const APP_ADDED: &str = "The authenticator app is set up";
pub const BY_PASSKEYS: &str = "A passkey is asked for as the second step.";
pub const REMOVE_APP: &str = "Remove the app";
pub const REMOVE_APP_TITLE: &str = "Remove the authenticator app?";
pub const REMOVE_APP_LOST: &str =
    "The entry in your app stops working. Your passkeys and your recovery codes stay.";
pub const APP_REMOVED: &str = "The authenticator app is removed";
pub const APP_CODE: &str = "Code from the app";
pub const APP_CODE_HINT: &str = "Six digits. A new code comes every 30 seconds.";
pub const TURN_ON: &str = "Turn on";
pub const TURNED_OFF: &str = "Two-step sign-in is off";
pub const TURN_OFF: &str = "Turn off";
pub const TURN_OFF_TITLE: &str = "Turn off two-step sign-in?";
pub const TURN_OFF_LOST: &str = "Your password alone will open your account again. The entry in your app and all your recovery codes stop working.";

// Recovery codes.
pub const RENEW: &str = "Make new recovery codes";
pub const RENEW_LOST: &str = "The recovery codes that you have now stop working.";
pub const CODES: &str = "Your recovery codes";
pub const CODES_LEAD: &str = "Each opens your account once, when your phone is not at hand. They are shown only now: keep them where you keep your passwords.";
pub const COPY_CODES: &str = "Copy";
pub const DOWNLOAD: &str = "Download";
pub const NOT_DOWNLOADED: &str = "The file was not made. Copy the codes, or write them down.";
pub const FILE_NAME: &str = "postern-recovery-codes.txt";
pub const KEPT: &str = "I have kept them";
pub const CODES_WAIT: &str = "You have not kept your new recovery codes yet.";
pub const SHOW_CODES: &str = "Show the codes";
pub const FEW_CODES: &str = "Make new ones before they run out.";

pub fn codes_left(n: u32) -> String {
    match n {
        0 => "No recovery code is left.".into(),
        1 => "1 recovery code is left.".into(),
        n => format!("{n} recovery codes are left."),
    }
}

/// What stands in the file; each code is on a line of its own.
pub fn codes_file(email: &str, codes: &[String]) -> String {
    format!(
        "Recovery codes for {} of {email}\r\nEach is good once, instead of the code from the app.\r\n\r\n{}\r\n",
        super::PRODUCT,
        codes.join("\r\n")
    )
}

// Passkeys.
pub const PASSKEYS: &str = "Passkeys";
pub const PASSKEYS_LEAD: &str = "A passkey signs you in with your finger, your face or the PIN of your device, without your password. Your device or your password manager keeps it.";
pub const NO_PASSKEYS: &str = "You have none yet.";
pub const PASSKEY_ADD: &str = "Add a passkey";
pub const PASSKEY_ADD_LEAD: &str =
    "First, show that it is you. Then your browser asks where the passkey is to be kept.";
pub const PASSKEY_NAME: &str = "Name of the passkey";
pub const PASSKEY_NAME_HINT: &str = "So that you know it again, such as “Work laptop”.";
pub const PASSKEY_NAMELESS: &str = "Give the passkey a name.";
pub const PASSKEY_ADDED: &str = "The passkey is added";
pub const PASSKEY_RENAME: &str = "Rename the passkey";
pub const PASSKEY_RENAMED: &str = "The passkey is renamed";
pub const PASSKEY_LOST: &str =
    "It signs you in no more. Your device may go on offering it: take it away there, too.";
pub const PASSKEY_REMOVED: &str = "The passkey is removed";
pub const NEVER_USED: &str = "Not used yet";
pub const RENAME: &str = "Rename";
pub const REMOVE: &str = "Remove";

pub fn rename_of(name: &str) -> String {
    format!("Rename: {name}")
}

pub fn remove_of(name: &str) -> String {
    format!("Remove: {name}")
}

pub fn remove_title(name: &str) -> String {
    format!("Remove the passkey {name}?")
}

pub fn added(date: &str) -> String {
    format!("Added: {date}")
}

// Sessions.
pub const SESSIONS: &str = "Sessions";
pub const SESSIONS_LEAD: &str =
    "Browsers that are signed in as you. End what you do not know, then change your password.";
pub const THIS_BROWSER: &str = "This browser";
pub const TRUSTED: &str = "Trusted";
pub const TRUSTED_HINT: &str = "No second step is asked for in this browser";
pub const END: &str = "End";
pub const SESSION_ENDED: &str = "The session is ended";
pub const NOT_ENDED: &str = "Nothing was ended.";
pub const END_OTHERS: &str = "End all others";
pub const ALONE: &str = "You are signed in nowhere else.";

pub fn end_of(label: &str) -> String {
    format!("End: {label}")
}

pub fn signed_in(date: &str) -> String {
    format!("Signed in: {date}")
}

pub fn seen(when: &str) -> String {
    format!("Last used: {when}")
}

pub fn end_others_title(n: usize) -> String {
    match n {
        1 => "End the other session?".into(),
        n => format!("End {n} other sessions?"),
    }
}

pub fn end_others_lost(n: usize) -> String {
    match n {
        1 => "That browser is signed out at once, and what is written there and not sent may be lost. This browser stays signed in.".into(),
        n => format!("These {n} browsers are signed out at once, and what is written there and not sent may be lost. This browser stays signed in."),
    }
}

pub fn end_others_do(n: usize) -> String {
    match n {
        1 => "End 1 session".into(),
        n => format!("End {n} sessions"),
    }
}

pub fn ended(n: u32) -> String {
    match n {
        0 => "There was no other session".into(),
        1 => "1 session is ended".into(),
        n => format!("{n} sessions are ended"),
    }
}

// Trusted browsers.
pub const TRUSTED_BROWSERS: &str = "Trusted browsers";
pub const TRUSTED_LEAD: &str = "You are signed out there, and no second step is asked for when you come back. Forget those that you do not use any more.";
pub const SOME_BROWSER: &str = "A browser";
pub const FORGET: &str = "Forget";
pub const FORGOTTEN: &str = "The browser is not trusted any more";
pub const NOT_FORGOTTEN: &str = "Nothing was changed.";

pub fn forget_of(label: &str) -> String {
    format!("Forget: {label}")
}

pub fn trusted_since(when: &str) -> String {
    format!("Trusted: {when}")
}

pub fn trusted_until(when: &str) -> String {
    format!("Until: {when}")
}

// Workspaces.
pub const WORKSPACES: &str = "Workspaces";
pub const LEAVE: &str = "Leave";

pub fn you_are(role: Role) -> &'static str {
    match role {
        Role::Agent => "You are an agent here.",
        Role::Manager => "You are a manager here.",
        Role::Admin => "You are an admin here.",
        Role::Owner => "You are an owner here.",
    }
}

pub fn leave(name: &str) -> String {
    format!("Leave {name}")
}

pub fn leave_title(name: &str) -> String {
    format!("Leave {name}?")
}

pub fn leave_lost(name: &str) -> String {
    format!(
        "You lose the conversations, contacts and numbers of {name} at once. Your open conversations, contacts and open \
         tasks become nobody's. What you wrote stays. Only a new invitation brings you back."
    )
}

// Reading and hearing.
pub const HABITS_SAVED: &str = "Saved for all of your browsers";
pub const HABITS_NOT_SAVED: &str = "Nothing was changed.";
pub const READING: &str = "Dates and look";
pub const LOCALE: &str = "How dates and times are written";
pub const AS_THE_BROWSER: &str = "As this browser writes them";
pub const THEME_HINT: &str =
    "The theme is kept in this browser alone. Postern itself speaks English.";
pub const HEARING: &str = "Notifications";
pub const HEARING_LEAD: &str =
    "While you look elsewhere, a browser that you turned them on in shows new messages.";
pub const HERE: &str = "In this browser";
pub const HERE_ON: &str = "Notifications are on.";
pub const HERE_OFF: &str =
    "Notifications are off: nothing is shown here, whatever is chosen below.";
pub const ANNOUNCE: &str = "Show new messages of";
pub const SOUND: &str = "With a sound";
pub const SOUND_HINT: &str = "The one of your browser and system, where they make one.";
pub const TASK_MAIL: &str = "Mail about tasks";
pub const TASK_MAIL_HINT: &str =
    "An e-mail when something happens to a task that is yours, or that you commented on.";
pub const LETTERS: &str = "E-mails about the security of your account, such as a new password or a new browser, are always sent. They cannot be turned off.";

pub fn example(written: &str) -> String {
    format!("For example: {written}")
}

pub fn announce(announce: Announce) -> (&'static str, &'static str) {
    match announce {
        Announce::Everything => ("Every conversation", "Also those of colleagues."),
        Announce::Open => (
            "Mine, and those that nobody has yet",
            "What you may have to answer.",
        ),
        Announce::Mine => ("Mine alone", "What is assigned to you."),
        Announce::Nothing => ("None", "The counts in the tab and the list go on."),
    }
}

/// A language as its speakers and their country call it, in English.
pub fn locale(tag: &str) -> &'static str {
    match tag {
        "ar-AE" => "Arabic (United Arab Emirates)",
        "ar-EG" => "Arabic (Egypt)",
        "cs-CZ" => "Czech",
        "da-DK" => "Danish",
        "de-AT" => "German (Austria)",
        "de-CH" => "German (Switzerland)",
        "de-DE" => "German (Germany)",
        "en-AU" => "English (Australia)",
        "en-CA" => "English (Canada)",
        "en-GB" => "English (United Kingdom)",
        "en-IN" => "English (India)",
        "en-US" => "English (United States)",
        "es-ES" => "Spanish (Spain)",
        "es-MX" => "Spanish (Mexico)",
        "fr-FR" => "French",
        "id-ID" => "Indonesian",
        "it-IT" => "Italian",
        "ja-JP" => "Japanese",
        "nl-NL" => "Dutch",
        "pl-PL" => "Polish",
        "pt-BR" => "Portuguese (Brazil)",
        "pt-PT" => "Portuguese (Portugal)",
        "sv-SE" => "Swedish",
        "tr-TR" => "Turkish",
        _ => "Another",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_each_code_on_a_line_of_its_own() {
        let codes = ["abcd-efgh".to_owned(), "ijkl-mnop".to_owned()];
        let file = codes_file("ana@example.com", &codes);
        assert!(file.starts_with("Recovery codes for Postern of ana@example.com\r\n"));
        assert!(file.lines().any(|line| line == "abcd-efgh"));
        assert!(file.lines().any(|line| line == "ijkl-mnop"));
    }

    #[test]
    fn every_way_to_write_dates_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = postern_types::LOCALES
            .iter()
            .map(|tag| locale(tag))
            .collect();
        assert_eq!(names.len(), postern_types::LOCALES.len());
        assert!(!names.contains("Another"));
    }
}
