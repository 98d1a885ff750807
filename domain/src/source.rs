//! Sources: other providers that post webhooks to a workspace.
//!
//! Each has an address of its own, whose token nobody can guess, and a secret of its own. What [`receive`] has verified is kept as
//! it came, sealed, and only then answered; a job of its own reads it and notes it of a contact ([`apply`]). The log keeps it
//! for 90 days, for longer than any provider sends an event again. To add a provider: a file in [`provider`], and a row there.

mod apply;
mod card;
mod log;
mod money;
pub mod provider;
mod receive;

pub use apply::apply_again;
pub(crate) use apply::{give_up, run};
pub use log::{entries, entry};
pub use receive::{exists, receive};

use crate::{Env, Error, Result, Tenant, audit, crypto, env::moment, signed, teams, vault};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{
    Right, SigningSecret, SourceForm, SourceId, SourceMade, SourceSecret, SourceView, WorkspaceId,
};
use provider::{Key, Provider};
use serde_json::json;

/// Where a source's secret is sealed.
pub(crate) const SECRET: &str = "source.secret_sealed";
/// Where what came is.
pub(crate) const BODY: &str = "source_entry.sealed";

/// Sources of a workspace, at most.
const MOST: i64 = 20;
/// Letters of a description, at most.
const LONGEST: usize = 200;

/// Makes a source. [`Error::Invalid`] on `provider`, `description` or `secret`; [`Error::Conflict`] when there are 20 already.
pub async fn create(env: &Env, tenant: &mut Tenant, form: &SourceForm) -> Result<SourceMade> {
    teams::allowed(tenant, Right::Develop).await?;
    let provider = provider::find(&form.provider).ok_or_else(|| {
        Error::invalid(
            "provider",
            "This is no provider that Postern knows. Choose one of the list.",
        )
    })?;
    let description = described(&form.description)?;
    let (key, shown) = match (&form.secret, provider.brings_secret) {
        (Some(secret), true) => (provider.key(secret)?, None),
        (None, false) => made(env),
        (None, true) => return Err(provider.no_secret()),
        (Some(_), false) => return Err(ours()),
    };
    room(tenant).await?;
    let author = tenant.author().await?.map(|member| member.0);
    let (workspace, id) = (tenant.workspace(), env.id::<SourceId>());
    let token = token(env, workspace, id);
    let sealed = vault::seal(env, tenant, SECRET, &id.to_string(), &key).await?;
    sqlx::query!(
        "INSERT INTO source (workspace_id, id, provider, description, token_hash, secret_sealed, author_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        workspace.0,
        id.0,
        provider.word,
        description,
        &crypto::sha256(token.as_bytes())[..],
        sealed,
        author,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "source": id, "provider": provider.word });
    audit::record(env, tenant, "source.created", &told).await?;
    Ok(SourceMade {
        id,
        url: url(env, &token),
        secret: shown,
    })
}

/// All of them, the oldest first.
pub async fn list(env: &Env, tenant: &mut Tenant) -> Result<Vec<SourceView>> {
    teams::allowed(tenant, Right::Develop).await?;
    read_all(env, tenant, None).await
}

/// One of them.
pub async fn show(env: &Env, tenant: &mut Tenant, id: SourceId) -> Result<SourceView> {
    teams::allowed(tenant, Right::Develop).await?;
    let mut found = read_all(env, tenant, Some(id)).await?;
    found.pop().ok_or(Error::NotFound)
}

/// Changes what it is for, and its secret: the one before verifies nothing from now on. Gives one that was made here, shown now
/// and never again. [`Error::Invalid`] on `description` or `secret`.
pub async fn change(
    env: &Env,
    tenant: &mut Tenant,
    id: SourceId,
    description: &str,
    secret: &SourceSecret,
) -> Result<Option<SigningSecret>> {
    teams::allowed(tenant, Right::Develop).await?;
    let description = described(description)?;
    let workspace = tenant.workspace();
    let word = sqlx::query_scalar!(
        "SELECT provider FROM source WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL FOR UPDATE",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let provider = known(&word)?;
    let (key, shown) = match (secret, provider.brings_secret) {
        (SourceSecret::Keep, _) => (None, None),
        (SourceSecret::Take(secret), true) => (Some(provider.key(secret)?), None),
        (SourceSecret::Make, false) => {
            let (key, shown) = made(env);
            (Some(key), shown)
        }
        (SourceSecret::Make, true) => return Err(provider.no_secret()),
        (SourceSecret::Take(_), false) => return Err(ours()),
    };
    let sealed = match &key {
        Some(key) => Some(vault::seal(env, tenant, SECRET, &id.to_string(), key).await?),
        None => None,
    };
    sqlx::query!(
        "UPDATE source SET description = $3, secret_sealed = coalesce($4, secret_sealed)
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        description,
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "source": id, "secret": key.is_some() });
    audit::record(env, tenant, "source.changed", &told).await?;
    Ok(shown)
}

/// Deletes it with its secret: its address answers as if it had never been. What came from it stays in the log, and what waits
/// is applied.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: SourceId) -> Result<()> {
    teams::allowed(tenant, Right::Develop).await?;
    let workspace = tenant.workspace();
    let deleted = sqlx::query!(
        "UPDATE source SET deleted_at = $3, token_hash = NULL, secret_sealed = '', description = ''
          WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    teams::found(deleted.rows_affected())?;
    audit::record(env, tenant, "source.deleted", &json!({ "source": id })).await
}

/// Made from what never changes and the database does not hold: it can be shown again, and stands nowhere.
fn token(env: &Env, workspace: WorkspaceId, id: SourceId) -> String {
    let parts: [&[u8]; 2] = [workspace.0.as_bytes(), id.0.as_bytes()];
    URL_SAFE_NO_PAD.encode(env.keys.digest("source token", &parts))
}

fn url(env: &Env, token: &str) -> String {
    format!("{}/webhooks/in/{token}", env.post.origin)
}

fn made(env: &Env) -> (Key, Option<SigningSecret>) {
    let key = Key::new(env.bytes::<32>().to_vec());
    let shown = signed::shown(&key);
    (key, Some(shown))
}

fn known(word: &str) -> Result<&'static Provider> {
    provider::find(word).ok_or_else(|| Error::internal("a source is of an unknown provider"))
}

fn ours() -> Error {
    Error::invalid(
        "secret",
        "The secret is made here, and shown once: leave it out, and give the provider that one.",
    )
}

fn described(description: &str) -> Result<String> {
    let description = description.trim();
    if description.chars().count() > LONGEST || description.chars().any(char::is_control) {
        return Err(Error::invalid(
            "description",
            "Write one line of up to 200 characters.",
        ));
    }
    Ok(description.to_owned())
}

async fn room(tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    // Those who make one at once do so one after another: who waited counts what the one before made.
    sqlx::query!(
        "SELECT workspace_id FROM workspace WHERE workspace_id = $1 FOR NO KEY UPDATE",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM source WHERE workspace_id = $1 AND deleted_at IS NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if count >= MOST {
        return Err(Error::conflict(
            "This workspace has 20 sources, and more are not made. Delete one that is not used any more.",
        ));
    }
    Ok(())
}

async fn read_all(
    env: &Env,
    tenant: &mut Tenant,
    only: Option<SourceId>,
) -> Result<Vec<SourceView>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT s.id AS "id: SourceId", s.provider, s.description, s.created_at, s.refused, s.refused_at,
                  (SELECT max(e.at) FROM source_entry e
                    WHERE e.workspace_id = $1 AND e.source_id = s.id AND e.state <> 'refused') AS "last",
                  (SELECT count(*) FROM (SELECT FROM source_entry e WHERE e.workspace_id = $1 AND e.source_id = s.id
                                            AND e.state = 'no_contact' LIMIT 1000) n) AS "no_contact!"
             FROM source s
            WHERE s.workspace_id = $1 AND s.deleted_at IS NULL AND ($2::uuid IS NULL OR s.id = $2) ORDER BY s.id"#,
        workspace.0,
        only.map(|id| id.0),
    )
    .fetch_all(tenant.conn())
    .await?;
    let views = rows.into_iter().map(|row| SourceView {
        id: row.id,
        provider_name: provider::find(&row.provider)
            .map_or(row.provider.as_str(), |provider| provider.name)
            .to_owned(),
        provider: row.provider,
        description: row.description,
        url: url(env, &token(env, workspace, row.id)),
        created: moment(row.created_at),
        last: row.last.map(moment),
        no_contact: row.no_contact,
        refused: row.refused,
        refused_at: row.refused_at.map(moment),
    });
    Ok(views.collect())
}

#[cfg(test)]
mod tests;
