//! What contacts are told of an agent who reads or types.

use crate::Moment;
use serde::{Deserialize, Serialize};

/// A workspace's choice, and how it fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courtesy {
    /// Whether they see that their messages were read.
    pub receipts: bool,
    /// Whether they see that an answer is being written.
    pub typing: bool,
    /// How often Meta did not take one.
    pub refused: i64,
    /// Its code the last time; 0 when it did not answer.
    pub refused_code: Option<i64>,
    /// When that was.
    pub refused_at: Option<Moment>,
}

impl Default for Courtesy {
    /// Both on.
    fn default() -> Self {
        Self {
            receipts: true,
            typing: true,
            refused: 0,
            refused_code: None,
            refused_at: None,
        }
    }
}
