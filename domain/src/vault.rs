//! Sealed values of a workspace: one data key each, wrapped by a master key of the configuration. To seal a column: a
//! variant of [`column::Column`] with its two statements.
//!
//! A data key goes once nothing names it any more and every transaction that could have read it has ended. Whoever seals
//! therefore reads the newest data key *in the transaction that writes what it sealed*, and whoever opens reads the sealed
//! value and its key in one transaction. [`seal`] and [`open`] do; nothing is locked for it.

pub(crate) mod column;
mod current;
mod grace;
mod own;
mod retire;
mod ring;
mod rotate;
mod walk;

use current::current_master_id;
pub use current::{agree, current_token, hear_of_retired, use_newest_token};
pub use retire::{retire_master, retire_token};
pub use rotate::{Rotated, rotate_data, rotate_master};
pub use walk::{Note, Standing, verify};

use crate::{
    Env, Error, Result, Tenant,
    crypto::{self, Key, Place},
};
use postern_types::WorkspaceId;
use sqlx::PgConnection;
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
    let workspace = tenant.workspace();
    let newest = sqlx::query!(
        "SELECT number, wrapped FROM workspace_key WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    seal_under(
        env,
        workspace,
        newest.number,
        newest.wrapped,
        column,
        row,
        plain,
    )
}

/// [`seal`] for several rows of one column, in their order.
pub(crate) async fn seal_all(
    env: &Env,
    tenant: &mut Tenant,
    column: &str,
    plain: &[(String, &[u8])],
) -> Result<Vec<Vec<u8>>> {
    let workspace = tenant.workspace();
    let newest = sqlx::query!(
        "SELECT number, wrapped FROM workspace_key WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1",
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let seal = |(row, plain): &(String, &[u8])| {
        let wrapped = newest.wrapped.clone();
        seal_under(env, workspace, newest.number, wrapped, column, row, plain)
    };
    plain.iter().map(seal).collect()
}

/// [`seal`] for whoever read the workspace's newest data key already. It holds only when the transaction that writes the
/// sealed value has read that key, or has seen that it still is the newest.
pub(crate) fn seal_under(
    env: &Env,
    workspace: WorkspaceId,
    number: i32,
    wrapped: Vec<u8>,
    column: &str,
    row: &str,
    plain: &[u8],
) -> Result<Vec<u8>> {
    crypto::seal(
        &unwrap(env, workspace, number, wrapped)?,
        &number.to_string(),
        Place {
            column,
            workspace: &workspace.to_string(),
            row,
        },
        env.bytes(),
        plain,
    )
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

/// Seals what belongs to no workspace, under the master key in use; in the transaction that writes it.
pub async fn seal_own(
    env: &Env,
    conn: &mut PgConnection,
    column: &str,
    row: &str,
    plain: &[u8],
) -> Result<Vec<u8>> {
    let id = current_master_id(env, conn).await?;
    crypto::seal(
        &env.keys.master(&id)?,
        &id,
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

/// Makes a workspace's next data key, the first or a newer one. One that was made at the same moment serves as well.
pub async fn make_key(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let number = sqlx::query_scalar!(
        r#"SELECT coalesce(max(number), 0) + 1 AS "number!" FROM workspace_key WHERE workspace_id = $1"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let master_id = current_master_id(env, tenant.conn()).await?;
    let key: Key = Zeroizing::new(env.bytes());
    let wrapped = wrap(env, workspace, number, &master_id, &key)?;
    sqlx::query!(
        "INSERT INTO workspace_key (workspace_id, number, master_id, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, number) DO NOTHING",
        workspace.0,
        number,
        master_id,
        wrapped,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

pub(crate) const WRAPPED: &str = "workspace_key.wrapped";

fn wrap(
    env: &Env,
    workspace: WorkspaceId,
    number: i32,
    master_id: &str,
    key: &Key,
) -> Result<Vec<u8>> {
    crypto::seal(
        &env.keys.master(master_id)?,
        master_id,
        Place {
            column: WRAPPED,
            workspace: &workspace.to_string(),
            row: &number.to_string(),
        },
        env.bytes(),
        &**key,
    )
}

/// Keys that were unwrapped before, by their place and their wrapped bytes: a key that was replaced, erased or moved
/// elsewhere is not found again.
static UNWRAPPED: LazyLock<Mutex<Unwrapped>> = LazyLock::new(Mutex::default);
type Unwrapped = HashMap<(WorkspaceId, i32, Vec<u8>), Key>;
/// How many are kept; then it begins anew.
const MOST: usize = 1024;

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

/// Lets go of the unwrapped keys of a workspace that is gone.
pub(crate) fn forget(workspace: WorkspaceId) {
    let mut known = UNWRAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|(of, ..), _| *of != workspace);
}

#[cfg(test)]
mod tests;
