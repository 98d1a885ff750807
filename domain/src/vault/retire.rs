//! Whether a key of the configuration may go.

use super::{
    column::Column,
    current_master_id, current_token,
    grace::grace,
    ring::Owner,
    walk::{Pass, enter, walk, workspaces},
};
use crate::{Env, Error, Result, token};
use time::Duration;

/// Machines' clocks may differ by this much.
const SKEW: Duration = Duration::seconds(30);

/// Refuses a master key that is in use, or under which anything stands.
pub async fn retire_master(env: &Env, id: &str) -> Result<()> {
    known(&env.keys.master_ids(), id)?;
    let mut global = env.db.global().await?;
    let current = current_master_id(env, global.conn()).await?;
    global.commit().await?;
    if current == id {
        return Err(Error::conflict(format!(
            "The master key {id} is in use, and was kept: make another one with `postern keys add`, use it with \
             `postern keys rotate`, then retire this one."
        )));
    }
    // Whoever still puts something under it has committed it.
    grace(env, &mut |_| {}).await?;
    let mut keys = 0;
    for workspace in workspaces(env).await? {
        let Some(mut tenant) = enter(env, workspace).await? else {
            continue;
        };
        keys += sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM workspace_key WHERE workspace_id = $1 AND master_id = $2"#,
            workspace.0,
            id,
        )
        .fetch_one(tenant.conn())
        .await?;
        tenant.commit().await?;
    }
    let mut own = 0;
    for column in Column::OWN {
        let walked = walk(env, Owner::Installation, column, Pass::Look, &mut |_| {}).await?;
        own += walked.under.get(id).copied().unwrap_or(0);
    }
    if keys > 0 || own > 0 {
        return Err(Error::conflict(format!(
            "{keys} data keys (workspace_key) and {own} values of the installation stand under the master key {id}, which \
             was kept: run `postern keys rotate`, then retire it."
        )));
    }
    Ok(())
}

/// Retires a token key: no process signs with it or reads what it signed, whether it still knows the key or not. Refuses
/// one that signs, or that signed so lately that tokens of it may still be in use; `at_once` signs their
/// holders out until they have fetched a new one.
pub async fn retire_token(env: &Env, id: &str, at_once: bool) -> Result<()> {
    let mut global = env.db.global().await?;
    let agreed = current_token(env, global.conn()).await?;
    let since = sqlx::query_scalar!("SELECT token_since FROM installation")
        .fetch_one(global.conn())
        .await?;
    global.commit().await?;
    // One that is retired already may still have to go out of the file.
    known(&[env.keys.token_ids(), env.keys.retired_ids()].concat(), id)?;
    // As `token::issue` has it.
    let agreed = agreed.filter(|agreed| env.keys.token(agreed).is_some());
    let usable = |id: &String| env.keys.token(id).is_some();
    let signs = agreed.or_else(|| env.keys.token_ids().into_iter().find(usable));
    if signs.is_none_or(|signs| signs == id) {
        return Err(Error::conflict(format!(
            "The key {id} signs access tokens, and was kept: make another one with `postern keys add --jwt`, use it \
             with `postern keys rotate --jwt`, then retire this one."
        )));
    }
    let free = since.map(|since| since + Duration::seconds(token::LIFE_S.into()) + SKEW);
    if let Some(free) = free.filter(|free| *free > env.now() && !at_once) {
        return Err(Error::conflict(format!(
            "Tokens that the key {id} signed may live for another {} s, and it was kept: retire it then, or with `--now` \
             if it leaked.",
            (free - env.now()).whole_seconds() + 1,
        )));
    }
    let mut global = env.db.global().await?;
    sqlx::query!(
        "UPDATE installation SET token_retired = array_append(token_retired, $1)
          WHERE $1 <> ALL (token_retired) AND token_id IS DISTINCT FROM $1",
        id,
    )
    .execute(global.conn())
    .await?;
    current_token(env, global.conn()).await?;
    global.commit().await?;
    if env.keys.retired_ids().iter().all(|retired| retired != id) {
        return Err(Error::conflict(format!(
            "The key {id} signs access tokens since a moment ago, and was kept."
        )));
    }
    Ok(())
}

fn known(ids: &[String], id: &str) -> Result<()> {
    if ids.iter().any(|known| known == id) {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "There is no key {id:?} here; there are {}.",
        ids.join(", ")
    )))
}
