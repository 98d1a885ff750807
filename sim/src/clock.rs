//! The wall clock and the machine's randomness, read here and nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is the outside world: it has no environment to be handed"
)]
pub fn now_us() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    now_us() / 1000
}

/// Seconds since 1970, as Meta counts in its webhooks.
pub fn now() -> u64 {
    now_ms() / 1000
}

/// `N` bytes that nobody can guess; zeros if the machine has none to give, which only a test could mind.
#[expect(
    clippy::disallowed_methods,
    reason = "ids must differ between two runs, whatever the seed of the chaos"
)]
pub fn entropy<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the machine gives no randomness");
    }
    bytes
}
