//! Coming in by a key.

use super::text;
use crate::{Env, Error, Result, Tenant, attempt, db};
use ipnet::IpNet;
use postern_types::{KeyId, Right, Scope, WorkspaceId};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};
use time::{Duration, OffsetDateTime};
use tokio::sync::Semaphore;

/// How long what a key may do is remembered. That it was used is noted as often, and so is another plan noticed.
const REMEMBERED: Duration = Duration::seconds(30);
/// Keys that are remembered; beyond it all are forgotten, and looked up once more.
const MOST: usize = 10_000;

/// What a key may do. None of it changes; whether the key still opens is asked by [`Opened::enter`].
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its id.
    pub key: KeyId,
    /// Reaches the log of test messages and nobody.
    pub test: bool,
    /// What the operator chose for the workspace; none: the configuration's own choice.
    pub plan: Option<Arc<str>>,
    scopes: Arc<[Scope]>,
    networks: Arc<[IpNet]>,
    address: IpAddr,
}

impl Opened {
    /// What it may do.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Enters its workspace in the name of the member who made it. [`Error::Unauthorized`] once it was revoked or is over, or
    /// that member may make no keys any more.
    pub async fn enter(&self, env: &Env) -> Result<Tenant> {
        let network = attempt::network(self.address);
        let by = db::ByKey {
            workspace: self.workspace,
            key: self.key,
            network,
        };
        let entered = env.db.key(by, Right::Develop.role()).await;
        entered.map_err(|error| match error {
            Error::Forbidden | Error::Unauthorized => {
                known_now().retain(|_, known| known.opened.key != self.key);
                Error::Unauthorized
            }
            other => other,
        })
    }

    fn comes_from_where_it_may(&self) -> Result<()> {
        let holds = |network: &IpNet| network.contains(&self.address);
        if self.networks.is_empty() || self.networks.iter().any(holds) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }
}

/// What was found out of a key, and when.
struct Known {
    opened: Opened,
    at: OffsetDateTime,
}

static KNOWN: LazyLock<Mutex<HashMap<[u8; 32], Known>>> = LazyLock::new(Mutex::default);

fn known_now() -> MutexGuard<'static, HashMap<[u8; 32], Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keys that are looked up at once: of many calls by one key that nobody remembers the first looks it up, and whoever makes
/// keys up takes no more of the database than this.
static LOOK_UPS: Semaphore = Semaphore::const_new(2);

/// What `key` may do when it comes from `address`. [`Error::Unauthorized`] for what opens nothing, [`Error::Forbidden`] from
/// where it may not come.
pub async fn open(env: &Env, key: &str, address: IpAddr) -> Result<Opened> {
    if !text::is_one(key) {
        return Err(Error::Unauthorized);
    }
    let address = address.to_canonical();
    let hash = text::hash(key);
    let opened = if let Some(opened) = known(env, &hash, address) {
        opened
    } else {
        let _place = LOOK_UPS.acquire().await;
        // Somebody may have looked it up meanwhile.
        match known(env, &hash, address) {
            Some(opened) => opened,
            None => look_up(env, hash, address).await?,
        }
    };
    opened.comes_from_where_it_may()?;
    Ok(opened)
}

fn known(env: &Env, hash: &[u8; 32], address: IpAddr) -> Option<Opened> {
    let held = known_now();
    let known = held.get(hash)?;
    let age = env.now() - known.at;
    // A clock that was set back remembers nothing.
    let fresh = age >= Duration::ZERO && age < REMEMBERED;
    fresh.then(|| Opened {
        address,
        ..known.opened.clone()
    })
}

async fn look_up(env: &Env, hash: [u8; 32], address: IpAddr) -> Result<Opened> {
    let now = env.now();
    let mut alone = env.db.alone().await?;
    let found = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!: WorkspaceId", id AS "id!: KeyId" FROM find_api_key($1, $2)"#,
        &hash[..],
        now,
    )
    .fetch_optional(&mut *alone)
    .await?
    .ok_or(Error::Unauthorized)?;
    drop(alone);
    let mut opened = Opened {
        workspace: found.workspace,
        key: found.id,
        test: false,
        plan: None,
        scopes: Arc::new([]),
        networks: Arc::new([]),
        address,
    };
    let mut tenant = opened.enter(env).await?;
    let row = sqlx::query!(
        r#"SELECT k.scopes, k.networks, k.test,
                  (SELECT s.plan FROM workspace_setting s WHERE s.workspace_id = $1) AS "plan"
             FROM api_key k WHERE k.workspace_id = $1 AND k.id = $2"#,
        found.workspace.0,
        found.id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    opened.test = row.test;
    opened.plan = row.plan.map(Arc::from);
    opened.scopes = row.scopes.split(' ').filter_map(Scope::parse).collect();
    // What cannot be read lets nobody in: no network would mean everywhere.
    opened.networks = row
        .networks
        .split_whitespace()
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| Error::internal("a network of a key cannot be read"))?;
    opened.comes_from_where_it_may()?;
    sqlx::query!(
        "UPDATE api_key SET used_at = $3, used_from = $4 WHERE workspace_id = $1 AND id = $2",
        found.workspace.0,
        found.id.0,
        now,
        attempt::network(address),
    )
    .execute(tenant.conn())
    .await?;
    tenant.commit().await?;
    let mut held = known_now();
    if held.len() >= MOST {
        held.clear();
    }
    let known = Known {
        opened: opened.clone(),
        at: now,
    };
    held.insert(hash, known);
    Ok(opened)
}
