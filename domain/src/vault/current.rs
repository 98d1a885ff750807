//! Which of the known keys is used for new things: written in the database, so that every process uses the same.

use crate::{Env, Error, Result};
use sqlx::PgConnection;
use time::Duration;

/// The id of the master key under which new things are put. Whoever uses it reads it in the transaction that writes them.
pub(super) async fn current_master_id(env: &Env, conn: &mut PgConnection) -> Result<String> {
    let agreed = sqlx::query_scalar!("SELECT master_id FROM installation")
        .fetch_one(conn)
        .await?;
    match agreed {
        Some(id) => Ok(id),
        None => newest(env.keys.master_ids(), "master"),
    }
}

/// The id of the token key that signs; none before the first start. Which keys are retired is taken in with it.
pub async fn current_token(env: &Env, conn: &mut PgConnection) -> Result<Option<String>> {
    let now = env.now();
    let agreed = sqlx::query!("SELECT token_id, token_retired FROM installation")
        .fetch_one(conn)
        .await?;
    env.keys.retire_tokens(agreed.token_retired, now);
    Ok(agreed.token_id)
}

/// Before a token is read: asks which keys are retired, when nobody did in the last seconds. A process that was not
/// restarted since a key was retired refuses its tokens that much later than the others.
pub async fn hear_of_retired(env: &Env) -> Result<()> {
    let now = env.now();
    if !env.keys.is_to_ask(now - RETIRED, now) {
        return Ok(());
    }
    let asked = async {
        let mut global = env.db.global().await?;
        current_token(env, global.conn()).await?;
        global.commit().await
    };
    let asked = asked.await;
    if asked.is_err() {
        env.keys.unheard();
    }
    asked
}

/// How old may be what is known of retired keys.
const RETIRED: Duration = Duration::seconds(5);

/// At a start: the first process says which keys are used, and every later one keeps to it. It fails where the master key
/// in use is not known.
pub async fn agree(env: &Env) -> Result<()> {
    let mut global = env.db.global().await?;
    sqlx::query!(
        "UPDATE installation SET master_id = coalesce(master_id, $1), token_id = coalesce(token_id, $2),
                                 token_since = coalesce(token_since, $3)
          WHERE master_id IS NULL OR token_id IS NULL",
        newest(env.keys.master_ids(), "master")?,
        newest(env.keys.token_ids(), "token")?,
        env.now(),
    )
    .execute(global.conn())
    .await?;
    let master = current_master_id(env, global.conn()).await?;
    let token = current_token(env, global.conn()).await?;
    global.commit().await?;
    env.keys.master(&master)?;
    if let Some(token) = token.filter(|id| env.keys.token(id).is_none()) {
        tracing::warn!(
            key.id = token,
            "the key that signs access tokens is not known to this process, which signs with its newest instead: \
             processes that do not know each other's key send people to fetch a new token"
        );
    }
    Ok(())
}

/// From now on new things are put under the newest master key, whose id it gives. Refused where the one in use is not
/// known: whoever has an older setting would go back to a key that the others have left.
pub(super) async fn use_newest_master(env: &Env) -> Result<String> {
    let known = env.keys.master_ids();
    let id = newest(known.clone(), "master")?;
    let mut global = env.db.global().await?;
    let changed = sqlx::query!(
        "UPDATE installation SET master_id = $1 WHERE master_id IS NULL OR master_id = ANY($2)",
        id,
        &known,
    )
    .execute(global.conn())
    .await?;
    let current = current_master_id(env, global.conn()).await?;
    global.commit().await?;
    if changed.rows_affected() == 0 {
        return Err(Error::conflict(format!(
            "The master key {current} is in use, and is not known here; nothing was changed. Run the command with the \
             keys that the servers have, the newest first."
        )));
    }
    Ok(id)
}

/// From now on the newest token key signs, whose id it gives; true when another one did before.
pub async fn use_newest_token(env: &Env) -> Result<(String, bool)> {
    let id = newest(env.keys.token_ids(), "token")?;
    let mut global = env.db.global().await?;
    let changed = sqlx::query!(
        "UPDATE installation SET token_id = $1, token_since = $2
          WHERE token_id IS DISTINCT FROM $1 AND $1 <> ALL (token_retired)",
        id,
        env.now(),
    )
    .execute(global.conn())
    .await?;
    let current = current_token(env, global.conn()).await?;
    global.commit().await?;
    if current.as_ref() != Some(&id) {
        return Err(Error::conflict(format!(
            "The key {id} is retired and signs nothing any more; nothing was changed. Make another one with `postern \
             keys add --jwt`, or run the command with the keys that the servers have."
        )));
    }
    Ok((id, changed.rows_affected() > 0))
}

fn newest(ids: Vec<String>, kind: &str) -> Result<String> {
    ids.into_iter()
        .next()
        .ok_or_else(|| Error::internal(format!("no {kind} key is configured")))
}
