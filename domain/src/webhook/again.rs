//! Kept parts applied again by an admin, by the time at which they came.

use super::part::{self, Way};
use crate::{Env, Error, Result, Tenant, audit, env::moment};
use postern_types::{Kept, Moment, PartId, Reapplied, Role, SessionId, WorkspaceId};
use serde::Serialize;
use time::OffsetDateTime;

/// How many parts of that span wait to be applied again.
pub async fn kept(tenant: &mut Tenant, from: Moment, to: Moment) -> Result<Kept> {
    let (from, to) = span(from, to)?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT count(*) AS "parts!", min(received_at) AS first, max(received_at) AS last FROM webhook_part
            WHERE workspace_id = $1 AND state <> 'applied' AND received_at >= $2 AND received_at <= $3"#,
        workspace.0,
        from,
        to,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Kept {
        parts: row.parts,
        first: row.first.map(moment),
        last: row.last.map(moment),
    })
}

#[derive(Serialize)]
struct Again {
    from: Moment,
    to: Moment,
    parts: usize,
    applied: i64,
    left: i64,
}

/// Applies the next parts of that span again, as an admin; what was applied before changes nothing. Some of them at a time,
/// each in transactions of its own: whoever asks goes on from `next` until there is none. An error of the database's ends
/// it, and what was applied until then is.
pub async fn reapply_between(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    from: Moment,
    to: Moment,
    after: Option<PartId>,
) -> Result<Reapplied> {
    let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
    let parts = next(&mut tenant, from, to, after).await?;
    tenant.commit().await?;
    let mut done = Reapplied::default();
    let way = Way::Admin(session, workspace);
    let mut ended = None;
    for part in &parts {
        match part::again(env, way, *part).await {
            Ok(true) => done.applied += 1,
            Ok(false) => done.left += 1,
            Err(error) if error.is_passing() => {
                ended = Some(error);
                break;
            }
            Err(error) => {
                tracing::warn!(workspace.id = %workspace, part.id = %part, %error, "a kept part could not be applied again");
                done.left += 1;
            }
        }
    }
    done.next = parts.last().copied();
    if !parts.is_empty() {
        let again = Again {
            from,
            to,
            parts: parts.len(),
            applied: done.applied,
            left: done.left,
        };
        let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
        audit::record(env, &mut tenant, "webhook.reapply", &again).await?;
        tenant.commit().await?;
    }
    ended.map_or(Ok(done), Err)
}

/// The next few, as they came.
async fn next(
    tenant: &mut Tenant,
    from: Moment,
    to: Moment,
    after: Option<PartId>,
) -> Result<Vec<PartId>> {
    let (from, to) = span(from, to)?;
    let workspace = tenant.workspace();
    let parts = sqlx::query_scalar!(
        r#"SELECT id AS "id: PartId" FROM webhook_part
            WHERE workspace_id = $1 AND state <> 'applied' AND received_at >= $2 AND received_at <= $3
              AND ($4::uuid IS NULL OR id > $4)
            ORDER BY id LIMIT 10"#,
        workspace.0,
        from,
        to,
        after.map(|part| part.0),
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(parts)
}

fn span(from: Moment, to: Moment) -> Result<(OffsetDateTime, OffsetDateTime)> {
    let time = |field, moment: Moment| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(moment.0) * 1_000_000)
            .map_err(|_| Error::invalid(field, "This is no time."))
    };
    let (from, to) = (time("from", from)?, time("to", to)?);
    if to < from {
        return Err(Error::invalid("to", "The end lies before the beginning."));
    }
    Ok((from, to))
}
