//! This process's own limit before the shared one: cheap, and still there when the database is not.

use super::wait;
use crate::{Error, Result};
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// How many subjects are held at once. A flood of new ones beyond it is refused, not forgotten.
const HELD: usize = 20_000;
/// Length of a window.
const WINDOW: Duration = Duration::minutes(1);

struct Window {
    began: OffsetDateTime,
    tries: i32,
}

static WINDOWS: LazyLock<Mutex<HashMap<String, Window>>> = LazyLock::new(Mutex::default);

/// Takes one try within a minute, of which a subject has four times its free ones: the shared limit, which knows
/// better, comes first while it can be reached.
pub fn take(key: &str, free: i32, now: OffsetDateTime) -> Result<()> {
    let mut windows = WINDOWS.lock().unwrap_or_else(PoisonError::into_inner);
    if windows.len() >= HELD {
        windows.retain(|_, window| now - window.began < WINDOW);
    }
    if windows.len() >= HELD && !windows.contains_key(key) {
        return Err(Error::TooMany { retry_after_s: 60 });
    }
    let window = windows.entry(key.to_owned()).or_insert(Window {
        began: now,
        tries: 0,
    });
    if now - window.began >= WINDOW {
        *window = Window {
            began: now,
            tries: 0,
        };
    }
    if window.tries >= free * 4 {
        return Err(wait(now, window.began + WINDOW));
    }
    window.tries += 1;
    Ok(())
}
