//! Deleting an account or a workspace for good.

use crate::{FactorKind, PasskeyAnswer};
use serde::{Deserialize, Serialize};

/// What goes with a workspace. Each count ends at [`Erasing::MOST`]: to count further would take too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasing {
    /// Its name, to be typed.
    pub name: String,
    /// People who work there or wait to.
    pub members: u32,
    /// Connected numbers.
    pub numbers: u32,
    /// People who wrote.
    pub contacts: u32,
    /// Their conversations.
    pub conversations: u32,
    /// Messages and notes.
    pub messages: u32,
    /// Files in them.
    pub files: u32,
    /// What the one who asks has as a second factor, the best first: one of them is asked for.
    pub factors: Vec<FactorKind>,
}

impl Erasing {
    /// Where counting ends; it stands for as many or more.
    pub const MOST: u32 = 100_000;
}

/// The owner's word that the workspace goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseWorkspace {
    /// Its name, typed.
    pub name: String,
    /// Their password.
    pub password: String,
    /// A code of their application, or one that was written down; empty for a passkey, and for who has no second factor.
    pub code: String,
    /// What their passkey answered.
    #[serde(default)]
    pub passkey: Option<PasskeyAnswer>,
}

/// Somebody's word that their account goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseAccount {
    /// Their address, typed.
    pub email: String,
    /// Their password.
    pub password: String,
    /// A code of their application, or one that was written down; empty for a passkey, and for who has no second factor.
    pub code: String,
    /// What their passkey answered.
    #[serde(default)]
    pub passkey: Option<PasskeyAnswer>,
}

/// What somebody leaves with their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Their workspaces.
    pub places: Vec<LeavingPlace>,
    /// What they have as a second factor, the best first: one of them is asked for.
    pub factors: Vec<FactorKind>,
}

/// A workspace that somebody leaves with their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingPlace {
    /// Its name.
    pub name: String,
    /// True when they are its last owner: then they cannot leave it.
    pub alone: bool,
}
