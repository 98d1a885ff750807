//! Portal links of a contact, as members see them.

use crate::{LinkId, MemberId, Moment};
use serde::{Deserialize, Serialize};

/// What a link is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It opens with its PIN.
    Open,
    /// Too many wrong PINs: it opens again by itself.
    Closed,
    /// Too many wrong PINs since the PIN was set: it opens again with a new PIN alone.
    Locked,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

impl LinkState {
    /// Whether it can be revoked, and given a new PIN.
    pub fn stands(self) -> bool {
        matches!(self, Self::Open | Self::Closed | Self::Locked)
    }
}

/// A link. Its address and its PIN are not kept: they are shown once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortalLink {
    /// Its id.
    pub id: LinkId,
    /// Who made it.
    pub author: Option<MemberId>,
    /// When.
    pub made: Moment,
    /// Until when it is good; none: until it is revoked.
    pub expires: Option<Moment>,
    /// What it is good for now.
    pub state: LinkState,
    /// When a closed one opens again by itself.
    pub closed_until: Option<Moment>,
    /// When a browser behind it was last seen.
    pub used: Option<Moment>,
    /// Browsers that are signed in by it.
    pub browsers: i64,
    /// When its PIN was set.
    pub pin_set: Moment,
    /// When the contact last asked for a new PIN, if none was set since.
    pub asked: Option<Moment>,
}

/// What a new link is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    /// Days that it is good for, 1 to 365; none: until it is revoked.
    pub days: Option<u16>,
}

/// A link that was made: shown once, and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeLink {
    /// Its id.
    pub id: LinkId,
    /// Its address.
    pub address: String,
    /// Six digits.
    pub pin: String,
}

/// A PIN that was set: shown once, and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadePin {
    /// Six digits.
    pub pin: String,
}
