//! People and their places in workspaces.

use crate::{AccountId, MemberId, WorkspaceId};
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
}

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

/// Whether the installation still waits for its first set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpState {
    /// True until there is an owner.
    pub needed: bool,
}

// Neither is ever shown whole, not even in a log of a debugging session.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SetUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetUp").finish_non_exhaustive()
    }
}

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
}
