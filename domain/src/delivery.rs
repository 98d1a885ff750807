//! Deliveries: one event for one endpoint, cut from the feed in its order, posted until the endpoint takes it, and kept for 30
//! days.
//!
//! One job a workspace cuts ([`cut`]): the rows and the place in the feed that it came to commit together, so that nothing is
//! lost or doubled wherever it dies. One job for each object of an endpoint delivers ([`send`]): what happened in one
//! conversation goes out one after the other, and one that fails holds up no other conversation. An endpoint sees an event at
//! least once, always under the same `webhook-id`.

mod cut;
mod lane;
mod log;
mod replay;
mod retry;
mod send;
mod settle;

pub use cut::wake;
pub(crate) use cut::{begin, recall, run as run_cut};
pub(crate) use lane::{put, rouse, skip};
pub use log::{list, show};
pub(crate) use replay::paused;
pub use replay::{replay, replay_failed, replay_range};
pub(crate) use send::run;

/// Where the body of a delivery is sealed.
pub(crate) const SEALED: &str = "delivery.sealed";

/// For how long deliveries are kept; the sweep goes by the database's clock.
const KEPT: time::Duration = time::Duration::days(30);

#[cfg(test)]
mod tests;
