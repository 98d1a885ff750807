//! Meta, pretended: a Graph API, signed webhooks, scripted customers. It knows no crate of ours.
//!
//! [`Sim::start`] listens and returns a [`SimHandle`], by which tests and the demo make customers write, make things fail
//! and read what was sent. Another kind of message is a constructor in [`wire::Content`]; another field of a webhook a
//! function in [`wire`] that returns a [`wire::Change`]; another failure a variant of [`Fault`]; another thing that may go
//! wrong between Meta and a callback a switch in [`Chaos`]; another file a variant of [`Sample`], and what may be wrong with
//! one a variant of [`Quirk`]; another template of every account an entry in `template/seeded.json`. What drives many events (a script, a load) stands outside and
//! uses the handle, as [`demo`] does; [`load`] needs no simulator, only the shapes of [`wire`].

pub mod escape;
pub mod sign;
pub mod wire;

mod chaos;
mod clock;
mod config;
mod control;
pub mod demo;
mod door;
mod failure;
mod fault;
mod graph;
mod handle;
mod handshake;
mod ids;
mod ledger;
mod limits;
pub mod load;
mod media;
mod meta;
mod post;
mod progress;
mod registration;
mod sample;
mod sender;
mod sim;
mod tasks;
mod template;
mod world;

pub use chaos::Chaos;
pub use config::{Account, Hook, Number, Pace, Retry, SimConfig};
pub use escape::Form;
pub use failure::GraphError;
pub use fault::{Fault, FaultPlan};
pub use handle::SimHandle;
pub use handshake::{HandshakeError, verify as verify_callback};
pub use ids::{Way, media, user_id, wamid};
pub use ledger::{Ledger, Refused, Seen, Sent};
pub use limits::{Limits, Window};
pub use media::{Attachment, Quirk};
pub use meta::UnknownNumber;
pub use registration::Registration;
pub use sample::Sample;
pub use sender::{Deliveries, client, deliver};
pub use sign::sign;
pub use sim::Sim;
pub use template::{Template, TemplateChange};
