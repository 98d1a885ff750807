//! The keys of one owner of sealed values: a workspace's data keys, or the installation's master keys.

use super::{column::Column, current_master_id, unwrap};
use crate::{
    Env, Error, Result,
    crypto::{self, Key, Place},
};
use postern_types::WorkspaceId;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Whose sealed values they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Workspace(WorkspaceId),
    Installation,
}

/// Its keys by their ids. One that does not open opens nothing, and neither do keys that are all gone: what stands under
/// them is broken, and no reason to stop.
pub(super) struct Ring {
    workspace: String,
    current: String,
    keys: HashMap<String, Option<Key>>,
}

impl Owner {
    pub fn workspace(self) -> Option<WorkspaceId> {
        match self {
            Self::Workspace(workspace) => Some(workspace),
            Self::Installation => None,
        }
    }

    pub fn uuid(self) -> Uuid {
        self.workspace()
            .map_or(Uuid::nil(), |workspace| workspace.0)
    }

    /// The id of the key that is used for new values; empty for a workspace that lost its keys.
    pub async fn current(self, env: &Env, conn: &mut PgConnection) -> Result<String> {
        let Self::Workspace(workspace) = self else {
            return current_master_id(env, conn).await;
        };
        let number = sqlx::query_scalar!(
            r#"SELECT coalesce(max(number)::text, '') AS "number!" FROM workspace_key WHERE workspace_id = $1"#,
            workspace.0,
        )
        .fetch_one(conn)
        .await?;
        Ok(number)
    }

    /// All of its keys. Read after the values that they are to open: none of theirs is gone then.
    pub async fn ring(self, env: &Env, conn: &mut PgConnection) -> Result<Ring> {
        let Self::Workspace(workspace) = self else {
            let ids = env.keys.master_ids().into_iter();
            return Ok(Ring {
                workspace: String::new(),
                current: current_master_id(env, conn).await?,
                keys: ids
                    .map(|id| (id.clone(), env.keys.master(&id).ok()))
                    .collect(),
            });
        };
        let rows = sqlx::query!(
            "SELECT number, wrapped FROM workspace_key WHERE workspace_id = $1 ORDER BY number",
            workspace.0,
        )
        .fetch_all(conn)
        .await?;
        Ok(Ring {
            workspace: workspace.to_string(),
            current: rows
                .last()
                .map_or_else(String::new, |row| row.number.to_string()),
            keys: rows
                .into_iter()
                .map(|row| {
                    let key = unwrap(env, workspace, row.number, row.wrapped).ok();
                    (row.number.to_string(), key)
                })
                .collect(),
        })
    }
}

impl Ring {
    /// Opens a value; none when its key is not here, or it is not what was sealed in that place.
    pub fn open(&self, column: Column, row: Uuid, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.keys.get(crypto::key_id(sealed).ok()?)?.as_ref()?;
        let row = row.to_string();
        crypto::open(key, self.place(column, &row), sealed).ok()
    }

    /// Seals a value under the key for new ones.
    pub fn seal(&self, env: &Env, column: Column, row: Uuid, plain: &[u8]) -> Result<Vec<u8>> {
        let key = self.keys.get(&self.current).and_then(Option::as_ref);
        let key = key.ok_or_else(|| Error::internal("the newest key does not open"))?;
        let row = row.to_string();
        let place = self.place(column, &row);
        crypto::seal(key, &self.current, place, env.bytes(), plain)
    }

    fn place<'a>(&'a self, column: Column, row: &'a str) -> Place<'a> {
        Place {
            column: column.place(),
            workspace: &self.workspace,
            row,
        }
    }
}
