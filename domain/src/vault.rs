//! Sealed values of a workspace: one data key each, wrapped by a master key of the configuration.

use crate::{
    Env, Error, Result, Tenant,
    crypto::{self, Key, Place},
};
use postern_types::WorkspaceId;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Seals `plain` for `column` (`table.column`) of `row` in the tenant's workspace.
pub async fn seal(
    env: &Env,
    tenant: &mut Tenant,
    column: &str,
    row: &str,
    plain: &[u8],
) -> Result<Vec<u8>> {
    let (number, wrapped) = current_key(tenant).await?;
    DataKey {
        number,
        wrapped: &wrapped,
    }
    .seal(env, tenant.workspace(), column, row, plain)
}

/// A workspace's data key as it stands in the database.
pub(crate) struct DataKey<'a> {
    pub number: i32,
    pub wrapped: &'a [u8],
}

impl DataKey<'_> {
    /// [`seal`] under this key, which was read in the transaction that keeps the sealed value.
    pub fn seal(
        &self,
        env: &Env,
        workspace: WorkspaceId,
        column: &str,
        row: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>> {
        let key = unwrap(env, workspace, self.number, self.wrapped.to_vec())?;
        let place = Place {
            column,
            workspace: &workspace.to_string(),
            row,
        };
        crypto::seal(&key, &self.number.to_string(), place, env.bytes(), plain)
    }
}

/// Opens what [`seal`] made for the same place.
pub async fn open(
    env: &Env,
    tenant: &mut Tenant,
    column: &str,
    row: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let number = crypto::key_id(sealed)?;
    let number = number
        .parse()
        .map_err(|_| Error::internal("a data key's number is not one"))?;
    let key = data_key(env, tenant, number).await?;
    let workspace = tenant.workspace().to_string();
    crypto::open(
        &key,
        Place {
            column,
            workspace: &workspace,
            row,
        },
        sealed,
    )
}

/// Seals what belongs to no workspace, under the installation's master key.
pub fn seal_own(env: &Env, column: &str, row: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let (id, key) = env.keys.current_master()?;
    crypto::seal(
        &key,
        id,
        Place {
            column,
            workspace: "",
            row,
        },
        env.bytes(),
        plain,
    )
}

/// Opens what [`seal_own`] made.
pub fn open_own(env: &Env, column: &str, row: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let key = env.keys.master(crypto::key_id(sealed)?)?;
    crypto::open(
        &key,
        Place {
            column,
            workspace: "",
            row,
        },
        sealed,
    )
}

/// Makes the first data key of a new workspace.
pub async fn make_key(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let key: Key = Zeroizing::new(env.bytes());
    let (master_id, master) = env.keys.current_master()?;
    let wrapped = crypto::seal(
        &master,
        master_id,
        Place {
            column: WRAPPED,
            workspace: &workspace.to_string(),
            row: "1",
        },
        env.bytes(),
        &*key,
    )?;
    sqlx::query!(
        "INSERT INTO workspace_key (workspace_id, number, master_id, wrapped, created_at) VALUES ($1, 1, $2, $3, $4)",
        workspace.0,
        master_id,
        wrapped,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

const WRAPPED: &str = "workspace_key.wrapped";

/// Keys that were unwrapped before, by their place and their wrapped bytes: a key that was replaced, erased or moved
/// elsewhere is not found again.
static UNWRAPPED: LazyLock<Mutex<Unwrapped>> = LazyLock::new(Mutex::default);
type Unwrapped = HashMap<(WorkspaceId, i32, Vec<u8>), Key>;
/// How many are kept; then it begins anew.
const MOST: usize = 1024;

async fn current_key(tenant: &mut Tenant) -> Result<(i32, Vec<u8>)> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT number, wrapped FROM workspace_key WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok((row.number, row.wrapped))
}

async fn data_key(env: &Env, tenant: &mut Tenant, number: i32) -> Result<Key> {
    let workspace = tenant.workspace();
    let wrapped = sqlx::query_scalar!(
        "SELECT wrapped FROM workspace_key WHERE workspace_id = $1 AND number = $2",
        workspace.0,
        number,
    )
    .fetch_one(tenant.conn())
    .await?;
    unwrap(env, workspace, number, wrapped)
}

fn unwrap(env: &Env, workspace: WorkspaceId, number: i32, wrapped: Vec<u8>) -> Result<Key> {
    let at = (workspace, number, wrapped);
    let mut known = UNWRAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = known.get(&at) {
        return Ok(key.clone());
    }
    let (workspace, number, wrapped) = &at;
    let master = env.keys.master(crypto::key_id(wrapped)?)?;
    let place = Place {
        column: WRAPPED,
        workspace: &workspace.to_string(),
        row: &number.to_string(),
    };
    let plain = crypto::open(&master, place, wrapped)?;
    let key: [u8; 32] = plain
        .as_slice()
        .try_into()
        .map_err(|_| Error::internal("a data key is not 32 bytes"))?;
    let key = Zeroizing::new(key);
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(at, key.clone());
    Ok(key)
}

#[cfg(test)]
mod tests;
