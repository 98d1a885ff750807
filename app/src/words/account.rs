//! Setting up and signing in.

pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_LEAD: &str = "Welcome back. Your team's inbox is waiting.";
pub const SIGNING_IN: &str = "Signing in…";
pub const LEAVING: &str = "You are signed out in this browser, but the server does not know it yet: it could not be reached. This is tried again until it is.";
pub const EMAIL: &str = "E-mail";
pub const PASSWORD: &str = "Password";
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
pub const NOTHING_STORED: &str =
    "Messages stay on this server. Nothing is shared with anyone else.";
