//! Groups of members, to whom conversations are given.

use crate::{ChannelId, MemberId, TeamId};
use serde::{Deserialize, Serialize};

/// A team, as whoever gives it a conversation knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamBrief {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// True when the reader is in it.
    #[serde(default)]
    pub mine: bool,
}

/// All teams, as those see them who manage them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teams {
    /// By name.
    pub teams: Vec<TeamView>,
    /// The connected numbers, by name.
    pub numbers: Vec<TeamNumber>,
    /// True when agents see their own and their teams' conversations alone.
    pub limited: bool,
}

/// A team in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Who is in it.
    pub members: Vec<MemberId>,
    /// Open conversations that are its.
    pub conversations: u32,
}

/// A number, and where its new conversations go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamNumber {
    /// The number.
    pub id: ChannelId,
    /// What the workspace calls it.
    pub name: String,
    /// As it is dialled.
    pub phone: String,
    /// To this team; none for nobody's.
    pub team: Option<TeamId>,
}
