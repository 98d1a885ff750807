//! Endpoints: where a workspace's events go as signed webhooks (Standard Webhooks).
//!
//! What goes there is cut from the feed and delivered in [`crate::delivery`]. A signing secret is shown when it is made, and
//! never again; the one before it goes on signing beside it for a day, so that nobody has to change two machines at once.

mod secret;
mod state;
mod trial;

pub(crate) use secret::{OLD_SECRET, SECRET, Signers};
pub use secret::{OVERLAP, rotate};
pub use state::{Waiting, pause, resume};
pub(crate) use state::{exists, stop};
pub use trial::trial;

use crate::{Env, Error, Result, Tenant, audit, delivery, env::moment, event, signed, teams};
use postern_types::{
    EndpointForm, EndpointId, EndpointMade, EndpointView, EventKind, PausedWhy, Right,
};
use serde_json::json;
use url::Url;

/// Endpoints of a workspace, at most.
const MOST: i64 = 20;
/// Letters of a description, at most.
const LONGEST: usize = 200;

/// Makes an endpoint, to which the events of these kinds go from now on. `secret` is the caller's own (`whsec_` and base64 of
/// 24 to 64 bytes); without it one is made. [`Error::Invalid`] on `url`, `description`, `kinds` or `secret`;
/// [`Error::Conflict`] when there are 20 already.
pub async fn create(
    env: &Env,
    tenant: &mut Tenant,
    form: &EndpointForm,
    secret: Option<&str>,
) -> Result<EndpointMade> {
    teams::allowed(tenant, Right::Develop).await?;
    let form = read(env, form)?;
    let key = secret.map_or_else(|| Ok(secret::make(env)), secret::parse)?;
    let author = tenant.author().await?.map(|member| member.0);
    // First the place in the feed, whose row holds back others who make one and whoever cuts; then the count.
    let since = event::end(tenant).await?;
    delivery::begin(env, tenant, &since).await?;
    room(tenant).await?;
    let id: EndpointId = env.id();
    let sealed = secret::seal(env, tenant, SECRET, id, &key).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO endpoint (workspace_id, id, url, description, kinds, state, since, secret_sealed, author_id, created_at)
         VALUES ($1, $2, $3, $4, $5, 'on', $6, $7, $8, $9)",
        workspace.0,
        id.0,
        form.url.as_str(),
        form.description,
        &form.kinds,
        since.0,
        sealed,
        author,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "endpoint": id, "host": form.host(), "kinds": form.kinds.join(", ") });
    audit::record(env, tenant, "endpoint.created", &told).await?;
    Ok(EndpointMade {
        id,
        secret: signed::shown(&key),
    })
}

/// All of them, the oldest first.
pub async fn list(env: &Env, tenant: &mut Tenant) -> Result<Vec<EndpointView>> {
    teams::allowed(tenant, Right::Develop).await?;
    read_all(env, tenant, None).await
}

/// One of them.
pub async fn show(env: &Env, tenant: &mut Tenant, id: EndpointId) -> Result<EndpointView> {
    teams::allowed(tenant, Right::Develop).await?;
    let mut found = read_all(env, tenant, Some(id)).await?;
    found.pop().ok_or(Error::NotFound)
}

/// Changes where it is, what it is for and what goes there from now on; what waits goes to the new address.
pub async fn change(
    env: &Env,
    tenant: &mut Tenant,
    id: EndpointId,
    form: &EndpointForm,
) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    let form = read(env, form)?;
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE endpoint SET url = $3, description = $4, kinds = $5
          WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
        form.url.as_str(),
        form.description,
        &form.kinds,
    )
    .execute(tenant.conn())
    .await?;
    teams::found(changed.rows_affected())?;
    let told = json!({ "endpoint": id, "host": form.host(), "kinds": form.kinds.join(", ") });
    audit::record(env, tenant, "endpoint.changed", &told).await
}

/// Deletes it with its secrets; its deliveries go within moments, by a job.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: EndpointId) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let deleted = sqlx::query!(
        "UPDATE endpoint SET deleted_at = $3, url = '', description = '', secret_sealed = '', old_sealed = NULL,
                             old_until = NULL
          WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    teams::found(deleted.rows_affected())?;
    delivery::recall(env, tenant).await?;
    audit::record(env, tenant, "endpoint.deleted", &json!({ "endpoint": id })).await
}

/// What was typed, read.
struct Read {
    url: Url,
    description: String,
    kinds: Vec<String>,
}

impl Read {
    /// For the audit: a path may hold what opens something there.
    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

fn read(env: &Env, form: &EndpointForm) -> Result<Read> {
    let url = env.outside.parse(&form.url)?;
    let description = form.description.trim();
    if description.chars().count() > LONGEST || description.chars().any(char::is_control) {
        return Err(Error::invalid(
            "description",
            "Write one line of up to 200 characters.",
        ));
    }
    let kinds: Vec<_> = EventKind::choosable()
        .filter(|kind| form.kinds.contains(kind))
        .map(|kind| kind.as_str().to_owned())
        .collect();
    if kinds.is_empty() {
        return Err(Error::invalid(
            "kinds",
            "Choose at least one kind of events.",
        ));
    }
    Ok(Read {
        url,
        description: description.to_owned(),
        kinds,
    })
}

async fn room(tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM endpoint WHERE workspace_id = $1 AND deleted_at IS NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if count >= MOST {
        return Err(Error::conflict(
            "This workspace has 20 endpoints, and more are not made. Delete one that is not used any more.",
        ));
    }
    Ok(())
}

async fn read_all(
    env: &Env,
    tenant: &mut Tenant,
    only: Option<EndpointId>,
) -> Result<Vec<EndpointView>> {
    let workspace = tenant.workspace();
    let now = env.now();
    let rows = sqlx::query!(
        r#"SELECT e.id AS "id: EndpointId", e.url, e.description, e.kinds, e.paused_why AS "why: PausedWhy", e.paused_at,
                  e.old_until, e.created_at,
                  (SELECT count(*) FROM (SELECT FROM delivery d WHERE d.workspace_id = $1 AND d.endpoint_id = e.id
                                            AND d.state = 'waiting' LIMIT 1000) w) AS "waiting!",
                  (SELECT count(*) FROM (SELECT FROM delivery d WHERE d.workspace_id = $1 AND d.endpoint_id = e.id
                                            AND d.state = 'failed' LIMIT 1000) f) AS "failed!"
             FROM endpoint e
            WHERE e.workspace_id = $1 AND e.deleted_at IS NULL AND ($2::uuid IS NULL OR e.id = $2) ORDER BY e.id"#,
        workspace.0,
        only.map(|id| id.0),
    )
    .fetch_all(tenant.conn())
    .await?;
    let views = rows.into_iter().map(|row| EndpointView {
        id: row.id,
        url: row.url,
        description: row.description,
        kinds: row
            .kinds
            .iter()
            .filter_map(|word| EventKind::parse(word))
            .collect(),
        paused: row.why.zip(row.paused_at.map(moment)),
        overlap_until: row.old_until.filter(|until| *until > now).map(moment),
        created: moment(row.created_at),
        waiting: row.waiting,
        failed: row.failed,
    });
    Ok(views.collect())
}

#[cfg(test)]
mod tests;
