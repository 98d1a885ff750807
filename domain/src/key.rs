//! API keys: a machine acts in the name of the member who made its key, within the key's scopes.
//!
//! What a key may do is decided when it is made and never changes after: whoever found out once may remember it, as long
//! as each transaction asks the database whether the key still opens ([`Opened::enter`]).

mod list;
mod open;
mod text;

pub use list::list;
pub use open::{Opened, open};

use crate::{Env, Error, Result, Tenant, audit, error::OnConstraint as _};
use ipnet::IpNet;
use postern_types::{KeyId, MadeKey, MemberId, NewKey, Scope};
use serde_json::json;
use std::{collections::BTreeSet, net::IpAddr};
use time::Duration;

/// Keys of one workspace that stand at once, at most.
const MOST: i64 = 100;
const MOST_NETWORKS: usize = 20;

/// Makes a key in the acting member's name. [`Error::Invalid`] on `name`, `scopes`, `networks` or `days`,
/// [`Error::Conflict`] when there are too many.
pub async fn make(env: &Env, tenant: &mut Tenant, new: &NewKey) -> Result<MadeKey> {
    let name = name(&new.name)?;
    let scopes = scopes(new)?;
    let networks = networks(&new.networks)?;
    if new.days.is_some_and(|days| !(1..=730).contains(&days)) {
        return Err(Error::invalid(
            "days",
            "Choose a day to two years, or no end at all.",
        ));
    }
    let author = tenant.actor().await?;
    let workspace = tenant.workspace();
    // Whoever takes the maker's place or access away waits for this key, and ends it.
    sqlx::query!(
        "SELECT id FROM member WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL AND state = 'active' FOR SHARE",
        workspace.0,
        author.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let now = env.now();
    // Those who make keys at once do so one after another: who waited counts what the one before made.
    sqlx::query!(
        "SELECT workspace_id FROM workspace WHERE workspace_id = $1 FOR NO KEY UPDATE",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let stand = sqlx::query_scalar!(
        r#"SELECT count(*) AS "stand!" FROM api_key
            WHERE workspace_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"#,
        workspace.0,
        now,
    )
    .fetch_one(tenant.conn())
    .await?;
    if stand >= MOST {
        return Err(Error::conflict(
            "This workspace has 100 keys that open. No other one was made: revoke those that are not needed.",
        ));
    }
    let (id, key) = (env.id::<KeyId>(), text::draw(env, new.test));
    let expires_at = new.days.map(|days| now + Duration::days(days.into()));
    sqlx::query!(
        "INSERT INTO api_key (workspace_id, id, name, hash, hint, scopes, networks, test, author_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        workspace.0,
        id.0,
        name,
        &text::hash(&key)[..],
        text::hint(&key),
        scopes,
        networks,
        new.test,
        author.0,
        now,
        expires_at,
    )
    .execute(tenant.conn())
    .await
    .on_constraint("api_key_hash_key", || Error::internal("a key was drawn twice"))?;
    let told = json!({ "key": id, "name": name, "scopes": scopes, "networks": networks, "test": new.test, "days": new.days });
    audit::record(env, tenant, "key.made", &told).await?;
    let key = key.to_string();
    Ok(MadeKey { id, key })
}

/// Ends a key, at once and on every process. One that was revoked stays so.
pub async fn revoke(env: &Env, tenant: &mut Tenant, id: KeyId) -> Result<()> {
    let workspace = tenant.workspace();
    let ended = sqlx::query_scalar!(
        "UPDATE api_key SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING name",
        workspace.0,
        id.0,
        env.now(),
    )
    .fetch_optional(tenant.conn())
    .await?;
    if let Some(name) = ended {
        let told = json!({ "key": id, "name": name });
        return audit::record(env, tenant, "key.revoked", &told).await;
    }
    // [`Error::NotFound`] for one that is not there.
    sqlx::query_scalar!(
        "SELECT id FROM api_key WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

/// Ends the keys of a member whose place or access was just taken away: what they made does not open again when they come
/// back.
pub(crate) async fn end_of(env: &Env, tenant: &mut Tenant, member: MemberId) -> Result<()> {
    let workspace = tenant.workspace();
    let ended = sqlx::query!(
        r#"UPDATE api_key SET revoked_at = $3 WHERE workspace_id = $1 AND author_id = $2 AND revoked_at IS NULL
           RETURNING id AS "id: KeyId", name"#,
        workspace.0,
        member.0,
        env.now(),
    )
    .fetch_all(tenant.conn())
    .await?;
    for key in ended {
        let told = json!({ "key": key.id, "name": key.name, "member": member });
        audit::record(env, tenant, "key.revoked", &told).await?;
    }
    Ok(())
}

fn name(text: &str) -> Result<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 80 || name.contains(char::is_control) {
        return Err(Error::invalid("name", "A name has 1 to 80 characters."));
    }
    Ok(name)
}

/// The words of the scopes, in their order.
fn scopes(new: &NewKey) -> Result<String> {
    let scopes: BTreeSet<Scope> = new.scopes.iter().copied().collect();
    if scopes.is_empty() {
        return Err(Error::invalid(
            "scopes",
            "Choose what the key may do: one scope at least.",
        ));
    }
    if new.test && !scopes.iter().all(|scope| scope.in_tests()) {
        return Err(Error::invalid(
            "scopes",
            "A test key reaches nobody: it may send messages and read templates, and nothing else.",
        ));
    }
    let words: Vec<_> = scopes.into_iter().map(Scope::as_str).collect();
    Ok(words.join(" "))
}

/// The networks as they are kept, each once: an address alone is a network of one.
fn networks(given: &[String]) -> Result<String> {
    let mut networks = BTreeSet::new();
    for text in given {
        let text = text.trim();
        let network = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(|address| address.to_canonical().into()))
            .map_err(|_| {
                Error::invalid(
                    "networks",
                    "Write addresses or networks such as 203.0.113.7, 198.51.100.0/24 or 2001:db8::/32, one a line.",
                )
            })?;
        networks.insert(network.trunc());
    }
    if networks.len() > MOST_NETWORKS {
        return Err(Error::invalid("networks", "A key takes 20 networks."));
    }
    let words: Vec<_> = networks.iter().map(IpNet::to_string).collect();
    Ok(words.join(" "))
}

#[cfg(test)]
mod tests;
