//! People and their places in workspaces.

use crate::{
    AccountId, EraseAccount, EraseWorkspace, MemberId, Moment, PasskeyId, Provider, SessionId,
    TrustId, WorkspaceId,
};
use serde::{Deserialize, Serialize};

/// What a member may do, from least to most: the order is the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers customers.
    Agent,
    /// Answers, and assigns the work of others.
    Manager,
    /// Runs numbers, team and security.
    Admin,
    /// An admin who cannot be removed by one.
    Owner,
}

impl Role {
    /// The word stored in the database and sent over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// How a person stands in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Works there.
    Active,
    /// Asked to come in; an admin has not decided yet. Sees nothing.
    Waiting,
    /// Shut out until an admin says otherwise.
    Suspended,
    /// Works there, but an admin ended the access of this session: a new sign-in opens it again.
    Ended,
    /// Works there once they have a second factor, which the workspace requires.
    Unproven,
}

/// One workspace that the signed-in person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub workspace_name: String,
    /// The person's id within it.
    pub member: MemberId,
    /// The person's rights within it.
    pub role: Role,
    /// Whether they may work there now.
    pub state: MemberState,
    /// Its colour in the palette; none: the one that its id has.
    pub tone: Option<u8>,
    /// Where its logo is had, for this session and for a while; none while they are not let in.
    pub logo: Option<String>,
}

/// Of which messages a person hears while they look elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Announce {
    /// Of all.
    Everything,
    /// Of their own conversations, and of those that nobody has yet.
    #[default]
    Open,
    /// Of their own conversations alone.
    Mine,
    /// Of none.
    Nothing,
}

/// How a person reads dates, and what they hear of; the same in each of their browsers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// How dates and times are written: one of [`LOCALES`]; none: as the browser does.
    pub locale: Option<String>,
    /// Of which messages.
    pub announce: Announce,
    /// Whether that may be heard as well as seen.
    pub sound: bool,
    /// Whether they are mailed what becomes of their tasks.
    #[serde(default = "yes")]
    pub task_mail: bool,
}

/// What a page says that does not know of a switch yet.
fn yes() -> bool {
    true
}

impl Default for Habits {
    /// As the browser writes dates; the conversations that one may have to answer, with a sound.
    fn default() -> Self {
        Self {
            locale: None,
            announce: Announce::default(),
            sound: true,
            task_mail: true,
        }
    }
}

/// Ways to write dates and times, as BCP 47 names them. Each is one that every browser's `Intl` takes.
pub const LOCALES: [&str; 24] = [
    "ar-AE", "ar-EG", "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "en-AU", "en-CA", "en-GB",
    "en-IN", "en-US", "es-ES", "es-MX", "fr-FR", "id-ID", "it-IT", "ja-JP", "nl-NL", "pl-PL",
    "pt-BR", "pt-PT", "sv-SE", "tr-TR",
];

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub account: AccountId,
    /// Their own name.
    pub name: String,
    /// Their sign-in address.
    pub email: String,
    /// Where they belong, by name; empty when they were removed everywhere.
    pub memberships: Vec<Membership>,
    /// How they want to read and hear.
    pub habits: Habits,
}

/// Answer to a sign-in, a refresh and the first set-up: what the page keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The access token (JWT), for the `Authorization` header only.
    pub token: String,
    /// Seconds until it expires.
    pub expires_in: u32,
    /// Who it speaks for.
    pub me: Me,
}

/// Milliseconds after its rotation for which a refresh token may come again: for an answer that was lost. The browser
/// asks for the second time within it.
pub const REFRESH_GRACE_MS: u32 = 10_000;

/// What a person signs in with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Their address; case and space around it do not matter.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// The first set-up of an installation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    /// The secret that the server printed when it started.
    pub token: String,
    /// The first workspace's name.
    pub workspace_name: String,
    /// The owner's own name.
    pub name: String,
    /// The owner's sign-in address.
    pub email: String,
    /// The owner's password: 8 to 128 characters.
    pub password: String,
}

/// How strangers may come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpState {
    /// True until there is an owner.
    pub needed: bool,
    /// True when anybody may register a workspace of their own.
    pub open: bool,
    /// Who else vouches for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Provider>,
}

/// What comes of a right password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Signed in.
    In(SignedIn),
    /// A second factor is asked for.
    Factor(FactorStep),
}

/// The second step of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorStep {
    /// Stands for the first step; good for ten minutes.
    pub ticket: String,
    /// What will do, the best first.
    pub kinds: Vec<FactorKind>,
}

/// A second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A passkey: asked for first.
    Passkey,
    /// A code of an authenticator application (RFC 6238).
    Totp,
    /// One of the codes that were written down; each is good once.
    Recovery,
    /// A code that is mailed when it is asked for: weaker than the others.
    Email,
}

/// A second factor, as it is given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Of [`FactorStep`].
    pub ticket: String,
    /// Which one.
    pub kind: FactorKind,
    /// Six digits, a recovery code, or what the passkey answered, as JSON.
    pub code: String,
    /// What was asked for first: of [`PasskeyAsked`] or [`CodeSent`].
    #[serde(default)]
    pub asked: Option<String>,
    /// Not to ask again in this browser for 30 days.
    pub trust: bool,
}

/// What the browser asks a passkey, or a device that is to keep a new one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyAsked {
    /// Stands for the question; good for five minutes, once.
    pub ticket: String,
    /// The options for `navigator.credentials`, as JSON.
    pub options: String,
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyAnswer {
    /// Of [`PasskeyAsked`].
    pub ticket: String,
    /// What the browser gave, as JSON.
    pub credential: String,
}

/// Somebody who wants an account: by invitation, or with a workspace of their own where that is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The secret of an invitation's link.
    pub invitation: Option<String>,
    /// The name of the new workspace; without an invitation.
    pub workspace_name: Option<String>,
    /// Their own name.
    pub name: String,
    /// Their address: a code is mailed to it.
    pub email: String,
    /// 8 to 128 characters.
    pub password: String,
}

/// A code is on its way to an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSent {
    /// Stands for what the code confirms; good for ten minutes.
    pub ticket: String,
}

/// A mailed code, as it is typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// Of [`CodeSent`].
    pub ticket: String,
    /// Six digits.
    pub code: String,
}

/// A secret out of a mailed link's fragment, sent along by a click.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkToken {
    /// The secret.
    pub token: String,
}

/// What came of the link of a letter that told of somebody else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The secret that sets a new password, as a mailed link's would; none when the letter went to an address that the
    /// account does not have any more.
    pub reset: Option<String>,
}

/// An address whose owner forgot the password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgot {
    /// The address.
    pub email: String,
}

/// A new password, by a mailed link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// The link's secret.
    pub token: String,
    /// 8 to 128 characters.
    pub password: String,
}

/// What an invitation's link is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The workspace's name.
    pub workspace_name: String,
    /// What one would be there.
    pub role: Role,
    /// The one address that it is for, when it was mailed.
    pub email: Option<String>,
    /// The domain that the address must have, when the link says so.
    pub domain: Option<String>,
}

/// One signed-in browser of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// Its browser and system, as a person would call it.
    pub label: String,
    /// The network it was seen in last (/24, /48).
    pub network: String,
    /// When it was signed in.
    pub since: Moment,
    /// When it was used last, within ten minutes.
    pub seen: Moment,
    /// True for the one that asks.
    pub current: bool,
    /// True when no second factor is asked for in this browser.
    pub trusted: bool,
}

/// One passkey of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    /// The passkey.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub added: Moment,
    /// When it signed somebody in last.
    pub used: Option<Moment>,
}

/// A browser that is trusted and in which the person is not signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedView {
    /// It.
    pub id: TrustId,
    /// Its browser and system, as a person would call it; empty when that is not known any more.
    pub label: String,
    /// The network it was trusted from (/24, /48).
    pub network: String,
    /// Since when.
    pub since: Moment,
    /// Until when.
    pub until: Moment,
}

/// How a person's account is kept safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// True when an authenticator application is set up.
    pub totp: bool,
    /// The passkeys, the oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Recovery codes that are left.
    pub recovery: u32,
    /// True when a workspace of theirs requires a second factor.
    pub required: bool,
}

/// An authenticator application is set up with it; shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpSeed {
    /// Base32, to be typed.
    pub secret: String,
    /// The squares of the QR code of its `otpauth://` address, row by row: true is dark. As many rows as columns.
    pub squares: Vec<bool>,
}

macro_rules! never_shown {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

// None is ever shown whole, not even in a log of a debugging session.
never_shown!(
    Credentials,
    SetUp,
    Factor,
    PasskeyAsked,
    PasskeyAnswer,
    Register,
    Confirm,
    LinkToken,
    Ended,
    Forgot,
    Reset,
    TotpSeed,
    EraseAccount,
    EraseWorkspace
);
/// A colleague, as shown beside conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// The colleague.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// Their rights.
    pub role: Role,
    /// False once removed: shown beside old messages, not offered for assignment.
    pub active: bool,
    /// True while they wait for an admin's word.
    #[serde(default)]
    pub waiting: bool,
}
