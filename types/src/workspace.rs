//! A workspace as its admins set it up.

use crate::Moment;
use serde::{Deserialize, Serialize};

/// So many colours has the palette, `tone-0` and on in the style.
pub const TONES: u8 = 10;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// A time of a day during which somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Minutes since midnight, by the clock on the wall.
    pub from: u16,
    /// The first minute that does not belong to it; 1440 is midnight.
    pub to: u16,
}

/// Seven days from Monday; a day without a span is closed.
pub type Week = Vec<Vec<Span>>;

/// A workspace's settings, as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceView {
    /// Its name.
    pub name: String,
    /// Its colour in the palette; none: the one that its id has.
    pub tone: Option<u8>,
    /// The IANA name of its time zone.
    pub zone: String,
    /// When it is open; none: it keeps no hours.
    pub hours: Option<Week>,
    /// Grows with each change: whoever saves names the one that they saw.
    pub revision: i32,
    /// Where its logo is had, for a while.
    pub logo: Option<String>,
    /// Whether it is open at this moment; none: it keeps no hours.
    pub opening: Option<Opening>,
}

/// What an admin saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceForm {
    /// 1 to 80 characters.
    pub name: String,
    /// A colour of the palette, or the one that its id has.
    pub tone: Option<u8>,
    /// An IANA name.
    pub zone: String,
    /// One or two spans a day, in their order, apart; on one day at least.
    pub hours: Option<Week>,
    /// Of the settings that were changed.
    pub revision: i32,
}

/// Whether a workspace is open, and until when that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Whether it is.
    pub open: bool,
    /// When that changes; none: it does not.
    pub until: Option<Moment>,
}

/// What a new workspace needs, and which of it is done.
#[expect(clippy::struct_excessive_bools, reason = "each is one step")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// A number is connected.
    pub number: bool,
    /// A colleague is there or invited.
    pub team: bool,
    /// Hours are chosen.
    pub hours: bool,
    /// The one who asks has a second factor.
    pub factor: bool,
    /// Somebody was answered.
    pub reply: bool,
    /// An admin has put the list away.
    pub hidden: bool,
}
