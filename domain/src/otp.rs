//! One-time codes that callers have sent to people: six digits, ten minutes at most, three tries, one success.
//!
//! A code is kept as argon2id of a keyed hash that takes its challenge's id in. In clear it stands nowhere but sealed in the job
//! that sends it, which goes with the sending; of the number there is a keyed hash and its last four digits, and of Meta's id,
//! which holds the number, a digest. It makes no contact, no conversation and no message.

mod budget;
mod create;
mod finish;
mod list;
mod send;
mod settings;
mod told;
mod verify;

pub use create::{Admitted, By, Drawn, ask};
pub use list::{page, whole};
pub(crate) use send::{give_up, run};
pub use settings::{save, settings};
pub(crate) use told::told;
pub use verify::{Looked, Try, take};

use crate::Env;
use postern_types::{ChannelId, WorkspaceId};

/// Tries at one code.
const TRIES: i16 = 3;

/// A number by which it is found again, and not read.
fn phone_hash(env: &Env, workspace: WorkspaceId, digits: &str) -> [u8; 32] {
    let parts = [&workspace.0.as_bytes()[..], digits.as_bytes()];
    env.keys.digest("otp phone", &parts)
}

/// Meta's id of what was sent, likewise.
fn wamid_hash(env: &Env, channel: ChannelId, wamid: &str) -> [u8; 32] {
    let parts = [&channel.0.as_bytes()[..], wamid.as_bytes()];
    env.keys.digest("otp wamid", &parts)
}

/// What is shown of a number: its last four digits.
fn last_digits(digits: &str) -> &str {
    digits
        .len()
        .checked_sub(4)
        .and_then(|from| digits.get(from..))
        .unwrap_or(digits)
}

/// The same, as the audit shows it.
fn shortened(digits: &str) -> String {
    format!("… {}", last_digits(digits))
}

#[cfg(test)]
mod tests;
