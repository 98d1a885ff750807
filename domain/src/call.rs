//! Calls of the API: how many a workspace may make, and what was answered to a write that comes once more.

mod again;
mod plan;
pub mod to;
mod window;

pub(crate) use again::SEALED;
pub use again::{Answer, Asked, Before};
pub use plan::choose_plan;
pub use window::{Taken, take};

#[cfg(test)]
mod tests;
