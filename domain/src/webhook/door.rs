//! The callbacks that Meta is given, and the secrets behind them.

use crate::{Env, Error, Result, channel, crypto, signature};
use postern_types::{ChannelId, WorkspaceId};
use secrecy::{ExposeSecret as _, SecretString};
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
pub(super) enum Signer {
    /// Every channel under the installation's app.
    Installation,
    /// One channel, and its account's news.
    Channel {
        workspace: WorkspaceId,
        channel: ChannelId,
        account: String,
    },
}

impl Signer {
    pub(super) fn channel(&self) -> Option<ChannelId> {
        match self {
            Self::Installation => None,
            Self::Channel { channel, .. } => Some(*channel),
        }
    }
}

/// Who speaks through a door, and the app secret that proves it.
pub(super) async fn open(env: &Env, door: &Door) -> Result<(Signer, SecretString)> {
    match door {
        Door::Installation => {
            let secret = env.meta.app_secret.clone().ok_or(Error::NotFound)?;
            Ok((Signer::Installation, secret))
        }
        Door::Callback { key } => {
            let secrets = secrets(env, key).await?;
            let signer = Signer::Channel {
                workspace: secrets.workspace,
                channel: secrets.channel,
                account: secrets.account,
            };
            Ok((signer, secrets.app_secret))
        }
    }
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
        Door::Callback { key } => secrets(env, key).await?.verify_token,
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

struct Secrets {
    workspace: WorkspaceId,
    channel: ChannelId,
    account: String,
    app_secret: SecretString,
    verify_token: SecretString,
}

async fn secrets(env: &Env, key: &str) -> Result<Secrets> {
    let mut global = env.db.global().await?;
    let route = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!: WorkspaceId", channel_id AS "channel!: ChannelId"
             FROM route_callback($1)"#,
        &crypto::sha256(key.as_bytes())[..],
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    let route = route.ok_or(Error::NotFound)?;
    let mut tenant = env.db.channel(route.workspace, route.channel).await?;
    let account = channel::find(&mut tenant, route.channel).await?.account_id;
    let app_secret = channel::secrets::app_secret(env, &mut tenant, route.channel).await?;
    let verify_token = channel::secrets::verify_token(env, &mut tenant, route.channel).await?;
    let (Some(app_secret), Some(verify_token)) = (app_secret, verify_token) else {
        return Err(Error::NotFound);
    };
    tenant.commit().await?;
    Ok(Secrets {
        workspace: route.workspace,
        channel: route.channel,
        account,
        app_secret: secret(&app_secret)?,
        verify_token: secret(&verify_token)?,
    })
}

fn secret(bytes: &Zeroizing<Vec<u8>>) -> Result<SecretString> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::internal("a secret is not text"))?;
    Ok(text.into())
}
