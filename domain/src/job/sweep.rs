//! Housekeeping: rows that nobody will ask for again.

use crate::{Env, Result};
use sqlx::PgConnection;

/// Rows of each kind that one transaction deletes, so that it holds nothing for long.
const BATCH: i32 = 1000;
/// Batches of one sweep; the next goes on.
const BATCHES: usize = 200;

/// Deletes what is past its time: statuses that found no message, jobs that were given up, idle send rates and
/// limits, expired tickets, codes, links, sessions, spent tokens, visits in the portal, answers to calls, deliveries to
/// endpoints, callers' codes, the log of tests and what came from other providers. Cheap when there is nothing; another process that sweeps is left to it.
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
        r#"SELECT greatest(sweep($1), sweep_limits($1), sweep_visits($1), sweep_calls($1), sweep_deliveries($1),
                  sweep_codes($1), sweep_sources($1)) AS "gone!""#,
        most
    )
    .fetch_one(global.conn())
    .await?;
    let gone = gone.max(accounts(global.conn(), most).await?);
    global.commit().await?;
    Ok(gone)
}

/// Codes, links, steps and questions to passkeys that are over, letters that were given up; by the database's clock alone.
async fn accounts(conn: &mut PgConnection, most: i32) -> Result<i64> {
    let most = i64::from(most);
    let codes = sqlx::query!(
        "DELETE FROM mailed_code WHERE id IN (
             SELECT id FROM mailed_code WHERE expires_at < now() - interval '1 day' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let links = sqlx::query!(
        "DELETE FROM account_link WHERE token_hash IN (
             SELECT token_hash FROM account_link WHERE expires_at < now() - interval '1 day' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let steps = sqlx::query!(
        "DELETE FROM factor_step WHERE ticket_hash IN (
             SELECT ticket_hash FROM factor_step WHERE expires_at < now() - interval '1 day' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let questions = sqlx::query!(
        "DELETE FROM passkey_state WHERE id IN (
             SELECT id FROM passkey_state WHERE expires_at < now() - interval '1 day' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let ways = sqlx::query!(
        "DELETE FROM oidc_way WHERE state_hash IN (
             SELECT state_hash FROM oidc_way WHERE expires_at < now() - interval '1 hour' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let letters = sqlx::query!(
        "DELETE FROM mail WHERE id IN (
             SELECT id FROM mail WHERE dead_at < now() - interval '30 days' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let trusted = sqlx::query!(
        "DELETE FROM trusted_device WHERE (account_id, device) IN (
             SELECT account_id, device FROM trusted_device WHERE until < now() - interval '1 day' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let seeds = sqlx::query!(
        "DELETE FROM totp WHERE id IN (
             SELECT id FROM totp WHERE confirmed_at IS NULL AND created_at < now() - interval '1 day' LIMIT $1)",
        most,
    )
    .execute(&mut *conn)
    .await?;
    let gone = [
        codes, links, steps, questions, ways, letters, trusted, seeds,
    ]
    .map(|deleted| deleted.rows_affected());
    let gone = gone.into_iter().max().unwrap_or(0);
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
