//! Deleting an account or a workspace for good.

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
    /// True when the one who asks has a second factor, which is asked for.
    pub factor: bool,
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
    /// Their second factor; empty when they have none.
    pub code: String,
}

/// Somebody's word that their account goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseAccount {
    /// Their address, typed.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Their second factor; empty when they have none.
    pub code: String,
}

/// What somebody leaves with their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Their workspaces.
    pub places: Vec<LeavingPlace>,
    /// True when they have a second factor, which is asked for.
    pub factor: bool,
}

/// A workspace that somebody leaves with their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingPlace {
    /// Its name.
    pub name: String,
    /// True when they are its last owner: then they cannot leave it.
    pub alone: bool,
}
