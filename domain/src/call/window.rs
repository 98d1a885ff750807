//! So many calls of a workspace in sixty seconds, whichever process takes them (a sliding window: this minute's calls, and of
//! the last one's the share that the window still holds).

use crate::{Env, Result};
use postern_types::WorkspaceId;
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// How a workspace stands with its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether this call came in.
    pub allowed: bool,
    /// Calls that may come now.
    pub remaining: u32,
    /// Seconds until more may come: after a refusal until one does for certain, else until this minute's are forgotten.
    pub reset_s: u32,
}

const MINUTE_MS: i128 = 60_000;
/// How long a process refuses by itself who was refused: a flood makes no write a call.
const FULL_FOR: Duration = Duration::seconds(1);
/// Workspaces that are remembered as full; beyond it all are forgotten.
const MOST_FULL: usize = 10_000;

/// Which workspaces are full, until when, and what they are told.
static FULL: LazyLock<Mutex<HashMap<WorkspaceId, (OffsetDateTime, Taken)>>> =
    LazyLock::new(Mutex::default);

/// Counts a call, unless the last sixty seconds have had `most` already.
pub async fn take(env: &Env, workspace: WorkspaceId, most: u32) -> Result<Taken> {
    let now = env.now();
    if let Some(refused) = is_full(workspace, now) {
        return Ok(refused);
    }
    let now_ms = now.unix_timestamp_nanos() / 1_000_000;
    let into_ms = now_ms.rem_euclid(MINUTE_MS);
    let minute = i64::try_from(now_ms.div_euclid(MINUTE_MS)).unwrap_or(0);
    let left_ms = u32::try_from(MINUTE_MS - into_ms).unwrap_or(60_000);
    let mut alone = env.db.alone().await?;
    let came = sqlx::query_scalar!(
        "SELECT take_call($1, $2, $3, $4)",
        workspace.0,
        i32::try_from(most).unwrap_or(i32::MAX),
        minute,
        f64::from(left_ms) / 60_000.0,
    )
    .fetch_one(&mut *alone)
    .await?;
    let came = came.and_then(|came| u32::try_from(came).ok());
    let wait = left_ms.div_ceil(1000);
    let taken = Taken {
        allowed: came.is_some(),
        remaining: came.map_or(0, |came| most.saturating_sub(came)),
        // A minute that was full leaves room for one more once that much of it is past.
        reset_s: if came.is_some() {
            wait
        } else {
            wait + 60_u32.div_ceil(most.max(1))
        },
    };
    if !taken.allowed {
        let mut full = FULL.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= MOST_FULL {
            full.clear();
        }
        full.insert(workspace, (now + FULL_FOR, taken));
    }
    Ok(taken)
}

fn is_full(workspace: WorkspaceId, now: OffsetDateTime) -> Option<Taken> {
    let full = FULL.lock().unwrap_or_else(PoisonError::into_inner);
    let (until, taken) = full.get(&workspace)?;
    // A clock that was set back remembers nothing.
    (now < *until && *until - now <= FULL_FOR).then_some(*taken)
}
