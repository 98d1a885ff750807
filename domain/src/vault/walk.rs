//! Walks over everything that is sealed, a few values a transaction, beside whatever else goes on.

use super::{
    WRAPPED,
    column::{Column, Row},
    current_master_id,
    ring::Owner,
    unwrap,
};
use crate::{Env, Error, Result, Tenant, crypto};
use postern_types::WorkspaceId;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is told on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It waits for transactions that began before, and may still use an older key.
    Waits {
        /// How many.
        transactions: usize,
    },
    /// So many values of a column were looked at since it was begun.
    Walked {
        /// Whose; none for the installation's own.
        workspace: Option<WorkspaceId>,
        /// `table.column`.
        column: &'static str,
        /// Since the column's beginning.
        values: u64,
    },
    /// A value does not open: its key is gone, or it is not what was sealed in that place.
    Broken {
        /// Whose; none for the installation's own.
        workspace: Option<WorkspaceId>,
        /// `table.column`.
        column: &'static str,
        /// The row's id.
        row: String,
    },
}

/// Where notes go.
pub(super) type Say<'a> = dyn FnMut(Note) + Send + 'a;

/// What is done with a value that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    Look,
    /// Seals it under the newest key; what stands there already is not looked at.
    Reseal,
}

/// What one column's walk came to.
#[derive(Default)]
pub(super) struct Walked {
    /// Values by the id of their key.
    pub under: BTreeMap<String, u64>,
    pub broken: u64,
}

impl Walked {
    pub fn values(&self) -> u64 {
        self.under.values().sum()
    }
}

/// What stands under which key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The master key in use.
    pub current_master: String,
    /// Data keys, and values of the installation's own, under each master key, known or not.
    pub masters: BTreeMap<String, (u64, u64)>,
    /// Values under each data key, by its workspace and number.
    pub data: BTreeMap<(WorkspaceId, String), u64>,
    /// Values that do not open.
    pub broken: u64,
}

/// Opens every sealed value there is, and counts what stands under which key. It changes nothing.
pub async fn verify(env: &Env, say: &mut (dyn FnMut(Note) + Send)) -> Result<Standing> {
    let mut standing = Standing::default();
    for id in env.keys.master_ids() {
        standing.masters.insert(id, (0, 0));
    }
    for column in Column::OWN {
        let own = walk(env, Owner::Installation, column, Pass::Look, say).await?;
        standing.broken += own.broken;
        for (id, count) in own.under {
            standing.masters.entry(id).or_default().1 += count;
        }
    }
    for workspace in workspaces(env).await? {
        verify_workspace(env, workspace, &mut standing, say).await?;
    }
    let mut global = env.db.global().await?;
    standing.current_master = current_master_id(env, global.conn()).await?;
    global.commit().await?;
    Ok(standing)
}

async fn verify_workspace(
    env: &Env,
    workspace: WorkspaceId,
    standing: &mut Standing,
    say: &mut Say<'_>,
) -> Result<()> {
    let Some(mut tenant) = enter(env, workspace).await? else {
        return Ok(());
    };
    let keys = sqlx::query!(
        "SELECT number, master_id, wrapped FROM workspace_key WHERE workspace_id = $1 ORDER BY number",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    tenant.commit().await?;
    if keys.is_empty() {
        standing.broken += 1;
        say(lost(workspace));
    }
    for key in keys {
        let written = crypto::key_id(&key.wrapped).ok() == Some(key.master_id.as_str());
        standing.masters.entry(key.master_id).or_default().0 += 1;
        let number = key.number.to_string();
        standing.data.insert((workspace, number.clone()), 0);
        if !written || unwrap(env, workspace, key.number, key.wrapped).is_err() {
            standing.broken += 1;
            say(Note::Broken {
                workspace: Some(workspace),
                column: WRAPPED,
                row: number,
            });
        }
    }
    for column in Column::WORKSPACE {
        let walked = walk(env, Owner::Workspace(workspace), column, Pass::Look, say).await?;
        standing.broken += walked.broken;
        for (number, count) in walked.under {
            *standing.data.entry((workspace, number)).or_default() += count;
        }
    }
    Ok(())
}

/// What is told of a workspace without any key: nothing of it opens, and nothing can be sealed.
pub(super) fn lost(workspace: WorkspaceId) -> Note {
    Note::Broken {
        workspace: Some(workspace),
        column: WRAPPED,
        row: "(all of them are gone)".to_owned(),
    }
}

/// The workspace as its operator sees it; none when it was deleted by now. Nothing else that is not found means that.
pub(super) async fn enter(env: &Env, workspace: WorkspaceId) -> Result<Option<Tenant>> {
    match env.db.operator(workspace).await {
        Err(Error::NotFound) => Ok(None),
        entered => entered.map(Some),
    }
}

/// Every workspace there is now.
pub(super) async fn workspaces(env: &Env) -> Result<Vec<WorkspaceId>> {
    const MOST: i32 = 1000;
    let mut all: Vec<WorkspaceId> = Vec::new();
    loop {
        let after = all.last().map_or(Uuid::nil(), |workspace| workspace.0);
        let mut global = env.db.global().await?;
        let more = sqlx::query_scalar!(
            r#"SELECT workspace_id AS "id!: WorkspaceId" FROM next_workspaces($1, $2)"#,
            after,
            MOST,
        )
        .fetch_all(global.conn())
        .await?;
        global.commit().await?;
        if more.is_empty() {
            return Ok(all);
        }
        all.extend(more);
    }
}

/// Goes through a column once. What two transactions in each other's way undo is tried again.
pub(super) async fn walk(
    env: &Env,
    owner: Owner,
    column: Column,
    pass: Pass,
    say: &mut Say<'_>,
) -> Result<Walked> {
    const TRIES: u32 = 5;
    let mut walked = Walked::default();
    let (mut after, mut tries) = (Uuid::nil(), 1);
    loop {
        let batch = match batch(env, owner, column, pass, after).await {
            Err(error)
                if error.is_passing() && !matches!(error, Error::Unavailable) && tries < TRIES =>
            {
                tries += 1;
                continue;
            }
            done => done?,
        };
        tries = 1;
        let Some(last) = batch.last else {
            return Ok(walked);
        };
        after = last;
        for id in batch.under {
            *walked.under.entry(id).or_default() += 1;
        }
        for row in batch.broken {
            walked.broken += 1;
            say(Note::Broken {
                workspace: owner.workspace(),
                column: column.place(),
                row: row.to_string(),
            });
        }
        say(Note::Walked {
            workspace: owner.workspace(),
            column: column.place(),
            values: walked.values(),
        });
    }
}

#[derive(Default)]
struct Batch {
    last: Option<Uuid>,
    /// The key's id of each value.
    under: Vec<String>,
    broken: Vec<Uuid>,
}

/// One transaction of a walk: the values after `after`.
async fn batch(env: &Env, owner: Owner, column: Column, pass: Pass, after: Uuid) -> Result<Batch> {
    match owner {
        Owner::Workspace(workspace) => {
            let Some(mut tenant) = enter(env, workspace).await? else {
                return Ok(Batch::default());
            };
            let batch = within(env, tenant.conn(), owner, column, pass, after).await?;
            tenant.commit().await?;
            Ok(batch)
        }
        Owner::Installation => {
            let mut global = env.db.global().await?;
            let batch = within(env, global.conn(), owner, column, pass, after).await?;
            global.commit().await?;
            Ok(batch)
        }
    }
}

async fn within(
    env: &Env,
    conn: &mut PgConnection,
    owner: Owner,
    column: Column,
    pass: Pass,
    after: Uuid,
) -> Result<Batch> {
    let new = match pass {
        Pass::Look => None,
        Pass::Reseal => Some(crypto::prefix(&owner.current(env, conn).await?)),
    };
    let rows = column
        .read(conn, owner.uuid(), after, new.as_deref())
        .await?;
    let mut batch = Batch {
        last: rows.last().map(|row| row.id),
        ..Batch::default()
    };
    if rows.is_empty() {
        return Ok(batch);
    }
    let ring = owner.ring(env, conn).await?;
    let (mut ids, mut old, mut resealed) = (Vec::new(), Vec::new(), Vec::new());
    for Row { id, sealed } in rows {
        // What has no key's name is under none.
        let key = crypto::key_id(&sealed).unwrap_or("?").to_owned();
        batch.under.push(key);
        let Some(plain) = ring.open(column, id, &sealed) else {
            batch.broken.push(id);
            continue;
        };
        if pass == Pass::Reseal {
            resealed.push(ring.seal(env, column, id, &plain)?);
            ids.push(id);
            old.push(sealed);
        }
    }
    if !ids.is_empty() {
        column
            .swap(conn, owner.uuid(), &ids, &old, &resealed)
            .await?;
    }
    Ok(batch)
}
