//! Rotation: everything goes under the newest key, beside whatever else goes on. Cut off anywhere, it goes on the next
//! time.

use super::{
    WRAPPED,
    column::Column,
    current::use_newest_master,
    grace::grace,
    make_key,
    ring::Owner,
    unwrap,
    walk::{Note, Pass, Say, enter, lost, walk, workspaces},
    wrap,
};
use crate::{Env, Error, Result, crypto};
use postern_types::WorkspaceId;
use uuid::Uuid;

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys: wrapped anew, or old ones that are gone now.
    pub keys: u64,
    /// Values that were sealed anew.
    pub values: u64,
    /// What does not open, and stays as it is with its key.
    pub broken: u64,
}

/// Uses the newest master key from now on, and puts everything under it that stood under another.
pub async fn rotate_master(env: &Env, say: &mut (dyn FnMut(Note) + Send)) -> Result<Rotated> {
    let to = use_newest_master(env).await?;
    // Whoever still uses the key before is heard out: from here on nothing new comes under it.
    grace(env, say).await?;
    let mut rotated = Rotated::default();
    for workspace in workspaces(env).await? {
        rewrap(env, workspace, &to, &mut rotated, say).await?;
    }
    for column in Column::OWN {
        let walked = walk(env, Owner::Installation, column, Pass::Reseal, say).await?;
        rotated.values += walked.values() - walked.broken;
        rotated.broken += walked.broken;
    }
    Ok(rotated)
}

/// Puts a workspace's data keys under another master key; the keys themselves stay what they are.
async fn rewrap(
    env: &Env,
    workspace: WorkspaceId,
    to: &str,
    rotated: &mut Rotated,
    say: &mut Say<'_>,
) -> Result<()> {
    let Some(mut tenant) = enter(env, workspace).await? else {
        return Ok(());
    };
    let keys = sqlx::query!(
        "SELECT number, master_id, wrapped FROM workspace_key WHERE workspace_id = $1 AND master_id <> $2",
        workspace.0,
        to,
    )
    .fetch_all(tenant.conn())
    .await?;
    let (mut done, mut broken) = (0, 0);
    for key in keys {
        let Ok(plain) = unwrap(env, workspace, key.number, key.wrapped) else {
            broken += 1;
            say(Note::Broken {
                workspace: Some(workspace),
                column: WRAPPED,
                row: key.number.to_string(),
            });
            continue;
        };
        let wrapped = wrap(env, workspace, key.number, to, &plain)?;
        sqlx::query_scalar!(
            "SELECT rewrap_key($1, $2, $3, $4)",
            key.number,
            key.master_id,
            to,
            wrapped,
        )
        .fetch_one(tenant.conn())
        .await?;
        done += 1;
    }
    tenant.commit().await?;
    rotated.keys += done;
    rotated.broken += broken;
    Ok(())
}

/// Gives each workspace, or one, a new data key, seals everything of it anew, and forgets the old key. A rotation that
/// was cut off is gone on with; then no further key is made. What does not open keeps the old keys, and is no reason to
/// stay with a key that may have leaked: the next rotation makes a new one all the same.
pub async fn rotate_data(
    env: &Env,
    only: Option<WorkspaceId>,
    say: &mut (dyn FnMut(Note) + Send),
) -> Result<Rotated> {
    let mut rotated = Rotated::default();
    if let Some(workspace) = only {
        env.db.operator(workspace).await?.commit().await?;
        rotate_workspace(env, workspace, &mut rotated, say).await?;
        return Ok(rotated);
    }
    for workspace in workspaces(env).await? {
        rotate_workspace(env, workspace, &mut rotated, say).await?;
    }
    Ok(rotated)
}

async fn rotate_workspace(
    env: &Env,
    workspace: WorkspaceId,
    rotated: &mut Rotated,
    say: &mut Say<'_>,
) -> Result<()> {
    let Some(mut tenant) = enter(env, workspace).await? else {
        return Ok(());
    };
    let keys = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM workspace_key WHERE workspace_id = $1"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if keys == 0 {
        // A new first key would have the name of the one that is lost.
        rotated.broken += 1;
        say(lost(workspace));
        return tenant.commit().await;
    }
    if keys == 1 {
        make_key(env, &mut tenant).await?;
    }
    tenant.commit().await?;
    let (mut moved, mut broken) = reseal(env, workspace, say).await?;
    if keys > 1 && moved == 0 && broken > 0 {
        // Nothing was left to do of the rotation before but what does not open.
        let Some(mut tenant) = enter(env, workspace).await? else {
            return Ok(());
        };
        make_key(env, &mut tenant).await?;
        tenant.commit().await?;
        (moved, broken) = reseal(env, workspace, &mut |_| {}).await?;
    }
    rotated.values += moved;
    rotated.broken += broken;
    if broken == 0 {
        rotated.keys += forget(env, workspace).await?;
    }
    Ok(())
}

/// Seals everything under the newest data key, and comes back when nobody needs an older one; how many values it moved,
/// and how many do not open.
async fn reseal(env: &Env, workspace: WorkspaceId, say: &mut Say<'_>) -> Result<(u64, u64)> {
    // Whoever read the key before as the newest has committed what they sealed with it, or has nothing to commit.
    grace(env, say).await?;
    let (mut moved, mut broken) = (0, 0);
    for column in Column::WORKSPACE {
        let walked = walk(env, Owner::Workspace(workspace), column, Pass::Reseal, say).await?;
        moved += walked.values() - walked.broken;
        broken += walked.broken;
    }
    // Whoever read a value as it was has opened it by now, for which they need the key.
    grace(env, say).await?;
    Ok((moved, broken))
}

/// Forgets the keys before the newest, when nothing stands under them; how many.
pub(super) async fn forget(env: &Env, workspace: WorkspaceId) -> Result<u64> {
    let owner = Owner::Workspace(workspace);
    let Some(mut tenant) = enter(env, workspace).await? else {
        return Ok(0);
    };
    let newest = owner.current(env, tenant.conn()).await?;
    let but = crypto::prefix(&newest);
    for column in Column::WORKSPACE {
        let left = column.read(tenant.conn(), workspace.0, Uuid::nil(), Some(&but));
        if !left.await?.is_empty() {
            return Err(Error::conflict(format!(
                "Values of {} in workspace {workspace} are under another data key than the newest: another rotation \
                 runs, or ran just now. All of them open; run the command again.",
                column.place(),
            )));
        }
    }
    let old = sqlx::query_scalar!(
        r#"SELECT drop_key(number) AS "dropped!" FROM workspace_key WHERE workspace_id = $1 AND number::text <> $2"#,
        workspace.0,
        newest,
    )
    .fetch_all(tenant.conn())
    .await?;
    tenant.commit().await?;
    Ok(old.into_iter().filter(|dropped| *dropped).count() as u64)
}
