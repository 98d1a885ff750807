//! The callbacks that Meta is given, and the secrets behind them.

use super::{body::Body, split};
use crate::{Env, Error, Result, Tenant, channel, crypto, signature};
use postern_types::{ChannelId, WorkspaceId};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// A callback, by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// `/webhooks/whatsapp`: the installation's Meta app.
    Installation,
    /// `/webhooks/whatsapp/{key}`: a channel's own Meta app.
    Callback {
        /// The channel's key.
        key: String,
    },
}

/// Whose secret signed: it says what a body may speak for.
#[derive(Clone)]
pub(super) enum Signer {
    /// Every channel under the installation's app.
    Installation,
    /// The channels of one workspace that stand under the same Meta app.
    Channel(OwnApp),
}

/// A workspace's own Meta app. Meta gives an app one callback for all its numbers: what is about any of them comes
/// through the door of one.
#[derive(Clone)]
pub(super) struct OwnApp {
    workspace: WorkspaceId,
    /// The one whose door it is.
    door: ChannelId,
    /// Those with the app's secret, each with its account.
    channels: Vec<(ChannelId, String)>,
}

impl OwnApp {
    fn covers(&self, workspace: WorkspaceId, channel: ChannelId, account: Option<&str>) -> bool {
        self.workspace == workspace
            && self
                .channels
                .iter()
                .any(|known| known.0 == channel && account.is_none_or(|id| id == known.1))
    }
}

impl Signer {
    /// Whether it speaks for that channel, and for the account's news where an account is given.
    pub(super) fn covers(
        &self,
        own_app: bool,
        workspace: WorkspaceId,
        channel: ChannelId,
        account: Option<&str>,
    ) -> bool {
        match self {
            Self::Installation => !own_app,
            Self::Channel(app) => app.covers(workspace, channel, account),
        }
    }

    /// The channel through whose door it came.
    pub(super) fn channel(&self) -> Option<ChannelId> {
        match self {
            Self::Installation => None,
            Self::Channel(app) => Some(app.door),
        }
    }
}

/// Who speaks through a door, once its app secret has `proved` the body. [`Error::Unauthorized`] when it does not: then
/// nothing else was looked up.
pub(super) async fn open(env: &Env, door: &Door, proved: impl Fn(&[u8]) -> bool) -> Result<Signer> {
    match door {
        Door::Installation => {
            let secret = env.meta.app_secret.as_ref().ok_or(Error::NotFound)?;
            if !proved(secret.expose_secret().as_bytes()) {
                return Err(Error::Unauthorized);
            }
            Ok(Signer::Installation)
        }
        Door::Callback { key } => {
            let (mut tenant, channel) = enter(env, key).await?;
            let secret = channel::secrets::app_secret(env, &mut tenant, channel).await?;
            let secret = secret.ok_or(Error::NotFound)?;
            if !proved(&secret) {
                return Err(Error::Unauthorized);
            }
            let app = OwnApp {
                workspace: tenant.workspace(),
                door: channel,
                channels: under_one_app(env, &mut tenant, channel, &secret).await?,
            };
            tenant.commit().await?;
            Ok(Signer::Channel(app))
        }
    }
}

/// Whom a body that came through a channel's own door speaks for now. None when it is about no number of that channel's
/// workspace with an app of its own: from the channel alone nobody can tell its workspace, and nothing is asked of others.
pub(super) async fn signer(env: &Env, door: ChannelId, body: &Body<'_>) -> Result<Option<Signer>> {
    let changes = body.peeled.iter().flat_map(|peeled| &peeled.changes);
    let numbers: Vec<String> = changes.filter_map(|change| change.number.clone()).collect();
    let mut global = env.db.global().await?;
    let owners = split::owners(&mut global, &numbers).await?;
    global.commit().await?;
    let mut asked = BTreeSet::new();
    for owner in owners {
        if !owner.own_app || !asked.insert(owner.workspace) {
            continue;
        }
        let mut tenant = env.db.channel(owner.workspace, owner.channel).await?;
        let secret = match channel::secrets::app_secret(env, &mut tenant, door).await {
            // The door is another workspace's.
            Err(Error::NotFound) => continue,
            secret => secret?,
        };
        let Some(secret) = secret else { continue };
        let app = OwnApp {
            workspace: owner.workspace,
            door,
            channels: under_one_app(env, &mut tenant, door, &secret).await?,
        };
        tenant.commit().await?;
        return Ok(Some(Signer::Channel(app)));
    }
    Ok(None)
}

/// The channels of the tenant's workspace whose own app has this secret: `door`, and any that shares its app.
async fn under_one_app(
    env: &Env,
    tenant: &mut Tenant,
    door: ChannelId,
    secret: &[u8],
) -> Result<Vec<(ChannelId, String)>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: ChannelId", account_id FROM channel
            WHERE workspace_id = $1 AND app_secret_sealed IS NOT NULL ORDER BY id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut channels = Vec::new();
    for row in rows {
        let same = row.id == door
            || match channel::secrets::app_secret(env, tenant, row.id).await {
                Ok(other) => other.is_some_and(|other| signature::same(&other, secret)),
                Err(error) if error.is_passing() => return Err(error),
                // Another channel's secret that cannot be opened is that channel's trouble.
                Err(_) => false,
            };
        if same {
            channels.push((row.id, row.account_id));
        }
    }
    Ok(channels)
}

/// Answers the handshake by which Meta checks a callback: the challenge, when `mode` and `token` are right.
/// [`Error::NotFound`] for a door that is not there, [`Error::Forbidden`] for anything that does not fit.
pub async fn verify_handshake(
    env: &Env,
    door: &Door,
    mode: &str,
    token: &str,
    challenge: &str,
) -> Result<String> {
    let expected = match door {
        Door::Installation => env.meta.verify_token.clone().ok_or(Error::NotFound)?,
        Door::Callback { key } => {
            let (mut tenant, channel) = enter(env, key).await?;
            let token = channel::secrets::verify_token(env, &mut tenant, channel).await?;
            tenant.commit().await?;
            text(&token.ok_or(Error::NotFound)?)?
        }
    };
    let same = signature::same(expected.expose_secret().as_bytes(), token.as_bytes());
    // Meta's challenge is a number; what could be read as a page is not echoed even to one who knows the token.
    let plain = (1..=200).contains(&challenge.len())
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !same || mode != "subscribe" || !plain {
        return Err(Error::Forbidden);
    }
    Ok(challenge.to_owned())
}

/// Whether there is such a door, open or not.
pub async fn exists(env: &Env, door: &Door) -> Result<bool> {
    match door {
        Door::Installation => Ok(true),
        Door::Callback { key } => Ok(route(env, key).await?.is_some()),
    }
}

/// Into the workspace of a callback's channel.
async fn enter(env: &Env, key: &str) -> Result<(Tenant, ChannelId)> {
    let (workspace, channel) = route(env, key).await?.ok_or(Error::NotFound)?;
    let tenant = env.db.channel(workspace, channel).await?;
    Ok((tenant, channel))
}

async fn route(env: &Env, key: &str) -> Result<Option<(WorkspaceId, ChannelId)>> {
    let mut global = env.db.global().await?;
    let route = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!: WorkspaceId", channel_id AS "channel!: ChannelId"
             FROM route_callback($1)"#,
        &crypto::sha256(key.as_bytes())[..],
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    Ok(route.map(|route| (route.workspace, route.channel)))
}

fn text(secret: &Zeroizing<Vec<u8>>) -> Result<SecretString> {
    let text = std::str::from_utf8(secret).map_err(|_| Error::internal("a secret is not text"))?;
    Ok(text.into())
}
