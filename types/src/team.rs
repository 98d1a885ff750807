//! A workspace's team, as those see it who run it.

use crate::{InvitationId, MemberId, MemberState, Moment, Role, SessionId};
use serde::{Deserialize, Serialize};

/// Everybody, and those who were asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Those who wait first, then by name; none who was removed.
    pub members: Vec<TeamMember>,
    /// Open invitations, the newest first.
    pub invitations: Vec<InvitationView>,
    /// True when a second factor is required of everybody.
    pub factor_required: bool,
}

/// A member, as an admin sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    /// The member.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their rights; of those who wait, the ones that were offered.
    pub role: Role,
    /// Never [`MemberState::Ended`].
    pub state: MemberState,
    /// When they were approved, or asked to come in.
    pub since: Moment,
    /// From which network they asked (/24, /48); of those who wait.
    pub network: Option<String>,
    /// When they were seen in this workspace last.
    pub seen: Option<Moment>,
    /// Browsers in which they have this workspace open or may open it.
    pub access: Vec<AccessView>,
    /// Conversations that are assigned to them and open.
    pub conversations: u32,
    /// True when they have a second factor.
    pub factor: bool,
    /// True for the one who asks.
    pub you: bool,
}

/// A browser of a member that came into this workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessView {
    /// The session.
    pub session: SessionId,
    /// Its browser and system.
    pub label: String,
    /// Its network (/24, /48).
    pub network: String,
    /// When it came in last.
    pub seen: Moment,
}

/// An invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// The invitation.
    pub id: InvitationId,
    /// Whom it was mailed to; none for a link that anybody may be given.
    pub email: Option<String>,
    /// The domain that an address must have to use the link.
    pub domain: Option<String>,
    /// What it offers.
    pub role: Role,
    /// Who made it, by name.
    pub by: Option<String>,
    /// When it was made, or mailed last.
    pub sent: Moment,
    /// Until when it is good.
    pub expires: Moment,
}

/// An invitation to be mailed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// To whom.
    pub email: String,
    /// What it offers.
    pub role: Role,
}

/// A link to be handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLink {
    /// What it offers.
    pub role: Role,
    /// The domain that an address must have; empty for any.
    pub domain: String,
    /// Days until it expires: 1 to 30.
    pub days: u16,
}

/// The link of an invitation; shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkMade {
    /// The address.
    pub link: String,
}
