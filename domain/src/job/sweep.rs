//! Housekeeping: rows that nobody will ask for again.

use crate::{Env, Result};

/// Rows of each kind that one transaction deletes, so that it holds nothing for long.
const BATCH: i32 = 1000;
/// Batches of one sweep; the next goes on.
const BATCHES: usize = 200;

/// Deletes what is past its time: statuses that found no message, jobs that were given up, idle send rates and
/// limits, expired tickets, sessions and spent tokens. Cheap when there is nothing; another process that sweeps is left to it.
pub async fn sweep(env: &Env) -> Result<()> {
    for _ in 0..BATCHES {
        if batch(env, BATCH).await? < i64::from(BATCH) {
            break;
        }
    }
    Ok(())
}

/// One batch; says how many went of the kind that had most.
async fn batch(env: &Env, most: i32) -> Result<i64> {
    let mut global = env.db.global().await?;
    let gone = sqlx::query_scalar!(
        r#"SELECT greatest(sweep($1), sweep_limits($1)) AS "gone!""#,
        most
    )
    .fetch_one(global.conn())
    .await?;
    global.commit().await?;
    Ok(gone)
}

#[cfg(test)]
mod tests;
