//! At the door: signing in, setting up, registering, invitations, forgotten passwords; and who is not let in, or not yet.

use postern_types::{Provider, Refusal, Refused, Role};

// Signing in.
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_LEAD: &str = "Welcome back. Your team's inbox is waiting.";
pub const SIGNING_IN: &str = "Signing in…";
pub const LEAVING: &str = "You are signed out in this browser, but the server does not know it yet: it could not be reached. This is tried again until it is.";
pub const EMAIL: &str = "E-mail";
pub const PASSWORD: &str = "Password";
pub const BY_PASSKEY: &str = "Sign in with a passkey";
pub const NO_ACCOUNT: &str = "No account yet?";
pub const OTHER_WAYS: &str = "Other ways in";
pub const TO_SIGN_IN: &str = "Back to sign-in";

// By way of Google or Microsoft.
pub const OR: &str = "or";
pub const CAME_BACK: &str = "You come back from another sign-in page.";
pub const TO_YOUR_ACCOUNT: &str = "To your account";
pub const NOBODY: &str = "Your first time here";
pub const NOBODY_TITLE: &str = "You have no account here";
pub const NOBODY_HINT: &str = "People come in by invitation. Ask an admin of your team for one, and open its link in this browser.";
pub const ENROL: &str = "Make my account";
pub const ENROL_LEAD: &str = "You get an account, and a workspace that you own.";
pub const ENROL_INVITED: &str =
    "You get an account, and ask to join the workspace that you are invited to.";
pub const ENROLLING: &str = "Making it…";

pub fn continue_with(provider: Provider) -> String {
    format!("Continue with {}", provider.name())
}

/// Whom the provider vouches for.
pub fn vouched(provider: Provider, email: &str) -> String {
    format!("{} says that you are {email}.", provider.name())
}

/// What happened, and what to do.
pub fn refused(refused: Refused) -> (String, String) {
    let name = refused.provider.map_or("The other page", Provider::name);
    let (title, hint) = match refused.why {
        Refusal::Declined => (
            format!("You declined at {name}"),
            "Nothing was changed. Sign in with your password, or try again.".to_owned(),
        ),
        Refusal::Expired => (
            "That took too long".to_owned(),
            "Or it was done already, or was begun in another browser. Begin again.".to_owned(),
        ),
        Refusal::Unproven => (
            format!("{name} did not prove who you are"),
            "Its answer did not come, or was not good. Nothing was changed. Try again in a minute, or sign in with your password.".to_owned(),
        ),
        Refusal::Unverified => (
            format!("{name} does not vouch for your address"),
            "Nobody is connected with that identity here. Sign in with your password and connect it in Settings → Account; without an account, register with your address and a password.".to_owned(),
        ),
        Refusal::Taken => (
            "There is an account with your address".to_owned(),
            format!("Sign in with its password once, then connect {name} in Settings → Account. Until you say so there, {name} opens nothing."),
        ),
        Refusal::Disabled => (
            "This account is switched off".to_owned(),
            "Ask whoever runs this installation.".to_owned(),
        ),
        Refusal::Elsewhere => (
            format!("This {name} identity is another account's"),
            "Nothing was changed. Disconnect it there first, or choose another one.".to_owned(),
        ),
        Refusal::Another => (
            format!("Your account has another {name} identity"),
            "Nothing was changed. Disconnect that one first.".to_owned(),
        ),
    };
    (title, hint)
}

// The second step of it.
pub const FACTOR: &str = "One more step";
pub const FACTOR_LEAD: &str = "The first step is done. Now show that it is you.";
pub const TOTP: &str = "Code from your authenticator app";
pub const TOTP_HINT: &str = "Six digits. A new code comes every 30 seconds.";
pub const RECOVERY: &str = "Recovery code";
pub const RECOVERY_HINT: &str =
    "One of the codes that you kept when you set up the second step. Each is good once.";
pub const PASSKEY_HINT: &str =
    "Your browser asks for your finger, your face or the PIN of your device.";
pub const PASSKEY_DO: &str = "Continue with a passkey";
pub const PASSKEY_DOING: &str = "Waiting for your device…";
pub const MAIL_HINT: &str = "This protects you less than the other ways: whoever reads your mail has the code, too. Use it when you have nothing else at hand.";
pub const MAIL_DO: &str = "Send a code";
pub const MAIL_DOING: &str = "Sending a code…";
pub const MAIL_SENT: &str = "A code is on its way to your e-mail address. If it does not come, look for it among the unwanted.";
pub const USE_PASSKEY: &str = "Use a passkey";
pub const USE_MAIL: &str = "Have a code mailed";
pub const USE_TOTP: &str = "Use the authenticator app";
pub const USE_RECOVERY: &str = "Use a recovery code";
pub const TRUST: &str = "Do not ask again in this browser for 30 days";
pub const GO_ON: &str = "Continue";
pub const CHECKING: &str = "Checking…";
pub const FACTOR_OVER: &str = "That took too long";
pub const FACTOR_OVER_HINT: &str =
    "The first step is good for ten minutes, and for a few tries. Nothing was changed.";
pub const BEGIN_AGAIN: &str = "Begin again";

// The first owner.
pub const SET_UP: &str = "Set up Postern";
pub const SET_UP_LEAD: &str =
    "You make the first workspace and become its owner. This can be done once.";
pub const SET_UP_DO: &str = "Make the workspace";
pub const SETTING_UP: &str = "Making it…";
pub const SET_UP_DONE: &str = "Postern is set up already";
pub const SET_UP_DONE_HINT: &str = "Its owner can add you. If you have an account, sign in.";
pub const CODE: &str = "Set-up code";
pub const CODE_HINT: &str =
    "Run “postern setup-link” on the server; it prints a link that holds the code.";
pub const WORKSPACE: &str = "Workspace";
pub const WORKSPACE_HINT: &str = "Your company or team, as colleagues will see it.";
pub const YOUR_NAME: &str = "Your name";
pub const PASSWORD_HINT: &str =
    "8 to 128 characters, without your name, e-mail or workspace in it.";
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";
pub const NOTHING_STORED: &str =
    "Messages stay on this server. Nothing is shared with anyone else.";

// A workspace of one's own.
pub const REGISTER: &str = "Register a workspace";
pub const REGISTER_LEAD: &str = "An inbox for your team. You become its owner.";
pub const REGISTERING: &str = "Sending a code…";
pub const CLOSED: &str = "Registration is closed here";
pub const CLOSED_HINT: &str =
    "People come in by invitation. Ask an admin of your team for one, and open its link.";
pub const NOT_KNOWN: &str = "It could not be found out whether you may register.";

// A code by mail.
pub const CHECK_MAIL: &str = "Check your mail";
pub const CHECK_MAIL_LEAD: &str = "One code, and you are done.";
pub const MAILED_CODE: &str = "Code from the e-mail";
pub const MAILED_CODE_HINT: &str = "Six digits, good for ten minutes.";
pub const CONFIRM: &str = "Confirm";
pub const ANOTHER_CODE: &str = "Send another code";
pub const OTHER_ADDRESS: &str = "Change the address";
pub const CODE_OVER: &str = "This code is not good any more";
pub const CODE_OVER_HINT: &str =
    "Its ten minutes or its five tries are used up, or the invitation is. No account was made.";

/// Where to look for the code.
pub fn code_sent(email: &str) -> String {
    format!(
        "We sent a 6-digit code to {email}. If it does not come, look for it among the unwanted."
    )
}

pub fn another_sent(email: &str) -> String {
    format!("Another code is on its way to {email}. The one before is not good any more.")
}

// An invitation.
pub const INVITATION: &str = "You are invited";
pub const INVITATION_LEAD: &str = "Ask to come in. An admin of the workspace then lets you in.";
pub const INVITED_EMAIL_HINT: &str = "The invitation is for this address.";
pub const ASK: &str = "Ask to join";
pub const JOINING: &str = "Asking…";
pub const HAVE_ACCOUNT: &str = "I have an account: sign in";
pub const OTHER_ACCOUNT: &str = "Use another account";
pub const INVITATION_OVER: &str = "This invitation is not good any more";
pub const INVITATION_OVER_HINT: &str = "It was used, was taken back, or is too old. Ask whoever invited you for a new one. If you have used it, sign in.";
pub const NOT_LOOKED_UP: &str = "The invitation could not be looked up.";

pub fn offered(role: Role) -> &'static str {
    match role {
        Role::Agent => "You would be an agent there: you answer customers.",
        Role::Manager => {
            "You would be a manager there: you answer customers and give work to others."
        }
        Role::Admin => "You would be an admin there: you run numbers and team.",
        Role::Owner => "You would be an owner there.",
    }
}

pub fn domain_hint(domain: &str) -> String {
    format!("The invitation is for addresses at {domain}.")
}

pub fn join_as(workspace: &str, name: &str, email: &str) -> String {
    format!("Join {workspace} as {name} ({email})")
}

/// The invitation is not for whoever is signed in.
pub fn for_another(invited: &str, email: &str) -> String {
    format!("The invitation is for {invited}, and you are signed in as {email}.")
}

// A password that was forgotten.
pub const FORGOT: &str = "Forgot your password?";
pub const FORGOT_LEAD: &str = "We mail you a link by which you set a new one.";
pub const FORGOT_DO: &str = "Send the link";
pub const FORGOT_SENDING: &str = "Sending…";
pub const FORGOT_DONE: &str =
    "If an account has that address, a link is on its way. It is good for 30 minutes.";
pub const RESET: &str = "Set a new password";
pub const RESET_LEAD: &str = "Every browser that is signed in as you is signed out by it.";
pub const NEW_PASSWORD: &str = "New password";
pub const NEW_PASSWORD_HINT: &str = "8 to 128 characters, without your name or e-mail in it.";
pub const RESET_DO: &str = "Set the password";
pub const RESETTING: &str = "Setting it…";
pub const RESET_DONE: &str = "Your new password is set";
pub const RESET_DONE_HINT: &str =
    "All other sessions were ended: wherever you were signed in, the new password is asked for.";
pub const LINK_OVER: &str = "This link is not good any more";
pub const RESET_OVER_HINT: &str =
    "It was used already, or is older than 30 minutes. The password was not changed.";
pub const NEW_LINK: &str = "Ask for a new link";

// Somebody else signed in.
pub const NOT_ME: &str = "This was not you?";
pub const NOT_ME_LEAD: &str = "End the access that the e-mail told you of.";
pub const NOT_ME_TEXT: &str = "Every browser that is signed in as you is signed out at once, this one too, and none is trusted any more. What was added to your account since the e-mail is removed: passkeys, an authenticator app, recovery codes, Google or Microsoft. The old password is not good any more, and you set a new one here.";
pub const NOT_ME_DO: &str = "End the access";
pub const NOT_ME_DOING: &str = "Ending it…";
pub const NOT_ME_DONE: &str = "The access is ended";
pub const NOT_ME_NEXT: &str = "Nobody is signed in as you any more, and the old password is not good any more. Set a new one, within 30 minutes.";
pub const NOT_ME_DONE_HINT: &str = "Nobody is signed in as you any more, and the old password is not good any more. A link for a new one goes to the address that your account has now.";
pub const NOT_ME_OVER_HINT: &str = "It was used already, or is older than 7 days. If you are in doubt, set a new password: that ends every session, too.";

// Who is not let in, or not yet.
pub const ASKED_HINT: &str = "They were told by e-mail. Once one of them lets you in, this page goes on by itself; you get an e-mail, too.";
pub const SUSPENDED_HINT: &str =
    "An admin of the workspace did this and can undo it. Ask one of them. What you wrote is kept.";
pub const ENDED: &str = "An admin ended your access in this browser";
pub const ENDED_HINT: &str = "Sign in again to go on.";
pub const SIGN_IN_AGAIN: &str = "Sign in again";
pub const UNPROVEN_HINT: &str =
    "Everybody there signs in with a second step. Set up yours in your account, and you are in.";
pub const TO_ACCOUNT: &str = "Set it up";
pub const BACK: &str = "Back";
pub const OTHER_WORKSPACES: &str = "Your other workspaces";

pub fn asked(workspace: &str) -> String {
    format!("Your request is with the admins of {workspace}")
}

pub fn suspended(workspace: &str) -> String {
    format!("You are suspended from {workspace}")
}

pub fn unproven(workspace: &str) -> String {
    format!("{workspace} requires two-step sign-in")
}

pub fn open_now(workspace: &str) -> String {
    format!("{workspace} is open to you now")
}

pub fn signed_in_as(name: &str, email: &str) -> String {
    format!("Signed in as {name} ({email})")
}
