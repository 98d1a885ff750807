//! A point in time, as both sides carry it.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC. How it reads in a zone is the browser's business.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// Milliseconds from `earlier` to `self`; negative when `self` came first.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
