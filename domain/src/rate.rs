//! Send rates: buckets of tokens, kept in the database so that every process draws from the same.

use crate::{Env, Result, Tenant};
use time::{Duration, OffsetDateTime};

/// A bucket and how it fills.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name within the workspace; ids alone, never a phone number.
    pub name: String,
    /// Tokens it holds when full: the burst.
    pub holds: f64,
    /// Tokens it gains in a second.
    pub per_second: f64,
}

/// Takes a token, or says when there will be one.
pub async fn take(
    env: &Env,
    tenant: &mut Tenant,
    bucket: &Bucket,
) -> Result<Option<OffsetDateTime>> {
    let workspace = tenant.workspace();
    let now = env.now();
    let taken = sqlx::query!(
        // A time to come counts as now; a moment ahead is another host's clock, and sets nothing back.
        "INSERT INTO rate_bucket AS b (workspace_id, name, tokens, at) VALUES ($1, $2, $3::float8 - 1, $5)
         ON CONFLICT (workspace_id, name) DO UPDATE
            SET tokens = least($3, b.tokens + $4::float8 * greatest(0, extract(epoch FROM $5 - b.at)::float8)) - 1,
                at = CASE WHEN b.at > $5 + interval '5 seconds' THEN $5 ELSE greatest(b.at, $5) END
          WHERE least($3, b.tokens + $4::float8 * greatest(0, extract(epoch FROM $5 - b.at)::float8)) >= 1",
        workspace.0,
        bucket.name,
        bucket.holds,
        bucket.per_second,
        now,
    )
    .execute(tenant.conn())
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let row = sqlx::query!(
        "SELECT tokens, at FROM rate_bucket WHERE workspace_id = $1 AND name = $2",
        workspace.0,
        bucket.name,
    )
    .fetch_one(tenant.conn())
    .await?;
    let lacking = (1.0 - row.tokens).max(0.0) / bucket.per_second;
    // A microsecond more, lest rounding leaves the token a hair short of whole.
    let at = row.at.min(now) + Duration::seconds_f64(lacking) + Duration::microseconds(1);
    Ok(Some(at.max(now)))
}

/// Sets a bucket right whose time is still to come, for another process's clock goes before ours: it would gain nothing
/// until then.
pub async fn set_right(env: &Env, tenant: &mut Tenant, bucket: &Bucket) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE rate_bucket SET at = $3 WHERE workspace_id = $1 AND name = $2 AND at - interval '5 seconds' > $3",
        workspace.0,
        bucket.name,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Empties a bucket so that its next token comes at `until`: somebody who counts better said so.
pub async fn shut(
    env: &Env,
    tenant: &mut Tenant,
    bucket: &Bucket,
    until: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    let now = env.now();
    sqlx::query!(
        "INSERT INTO rate_bucket AS b (workspace_id, name, tokens, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, name) DO UPDATE
            SET tokens = least(b.tokens, excluded.tokens), at = excluded.at",
        workspace.0,
        bucket.name,
        1.0 - bucket.per_second * (until - now).as_seconds_f64(),
        now,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Whether it is empty because it was shut.
pub async fn is_shut(env: &Env, tenant: &mut Tenant, bucket: &Bucket) -> Result<bool> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT tokens, at FROM rate_bucket WHERE workspace_id = $1 AND name = $2",
        workspace.0,
        bucket.name,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row.is_some_and(|row| {
        let gained = (env.now() - row.at).as_seconds_f64() * bucket.per_second;
        row.tokens + gained < 1.0
    }))
}
