//! Sending what waits: each letter by one process at a time, again when it did not leave.

use super::{SEALED, Waiting, transport::Refusal};
use crate::{Env, Result, vault};
use std::time::Duration;
use uuid::Uuid;

/// How long a process has for one letter; then another takes it.
const LEASE_S: f64 = 120.0;
/// Between the first two tries, in seconds; doubled each time.
const PAUSE_S: f64 = 10.0;
/// The longest pause.
const LONGEST_S: f64 = 3600.0;
/// Tries in some two days; then it is given up.
const TRIES: i32 = 50;

/// What became of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// None is due.
    Nothing,
    /// One left.
    Sent,
    /// One did not, and is tried again; why.
    Later(String),
    /// One never will; why.
    Never(String),
}

/// Sends the letter that is due longest. It may leave twice when a process dies between the mail server's word and ours:
/// with the same id, so that mail programs show it once.
pub async fn deliver(env: &Env) -> Result<Delivered> {
    let mut global = env.db.global().await?;
    let row = sqlx::query!(
        "UPDATE mail SET attempts = attempts + 1, run_at = now() + make_interval(secs => $1)
          WHERE id = (SELECT id FROM mail WHERE run_at <= now() AND dead_at IS NULL
                       ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, sealed, attempts",
        LEASE_S,
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    let Some(row) = row else {
        return Ok(Delivered::Nothing);
    };
    let opened = vault::open_own(env, SEALED, &row.id.to_string(), &row.sealed);
    let letter = opened
        .ok()
        .and_then(|plain| serde_json::from_slice::<Waiting>(&plain).ok());
    let Some(letter) = letter else {
        // A key that this process does not know, perhaps: another one may.
        let why = "the letter does not open".to_owned();
        if row.attempts < TRIES {
            later(env, row.id, row.attempts, &why).await?;
            return Ok(Delivered::Later(why));
        }
        never(env, row.id, &why).await?;
        return Ok(Delivered::Never(why));
    };
    let sent = env
        .post
        .transport
        .send(
            &env.post.from,
            &letter.to,
            &letter.subject,
            letter.text,
            letter.html,
            &row.id.to_string(),
        )
        .await;
    match sent {
        Ok(()) => {
            gone(env, row.id).await?;
            Ok(Delivered::Sent)
        }
        Err(Refusal::Later(why)) if row.attempts < TRIES => {
            later(env, row.id, row.attempts, &why).await?;
            Ok(Delivered::Later(why))
        }
        Err(Refusal::Later(why) | Refusal::Never(why)) => {
            never(env, row.id, &why).await?;
            Ok(Delivered::Never(why))
        }
    }
}

/// How long until the next letter is due; none when none waits.
pub async fn next(env: &Env) -> Result<Option<Duration>> {
    let mut global = env.db.global().await?;
    let seconds = sqlx::query_scalar!(
        r#"SELECT extract(epoch FROM min(run_at) - now())::float8 AS "seconds" FROM mail WHERE dead_at IS NULL"#
    )
    .fetch_one(global.conn())
    .await?;
    Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 3600.0))))
}

async fn gone(env: &Env, id: Uuid) -> Result<()> {
    let mut global = env.db.global().await?;
    sqlx::query!("DELETE FROM mail WHERE id = $1", id)
        .execute(global.conn())
        .await?;
    global.commit().await
}

async fn later(env: &Env, id: Uuid, attempts: i32, why: &str) -> Result<()> {
    let pause = (PAUSE_S * 2f64.powi(attempts.clamp(1, 20) - 1)).min(LONGEST_S);
    let mut global = env.db.global().await?;
    sqlx::query!(
        "UPDATE mail SET run_at = now() + make_interval(secs => $2), fault = $3 WHERE id = $1",
        id,
        pause,
        why,
    )
    .execute(global.conn())
    .await?;
    global.commit().await
}

/// It stays for a month, sealed, for the operator to see why.
async fn never(env: &Env, id: Uuid, why: &str) -> Result<()> {
    let mut global = env.db.global().await?;
    sqlx::query!(
        "UPDATE mail SET dead_at = now(), fault = $2 WHERE id = $1",
        id,
        why,
    )
    .execute(global.conn())
    .await?;
    global.commit().await
}
