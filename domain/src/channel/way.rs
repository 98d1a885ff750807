//! The way to Meta for a number, for what an admin asks of it: outside of any transaction.

use super::{find, secrets};
use crate::{Env, Error, Result};
use postern_types::{ChannelId, ChannelState, ChannelView, Role, SessionId, WorkspaceId};
use secrecy::SecretString;

/// A number and what opens it at Meta.
pub(super) struct Way {
    pub channel: ChannelView,
    pub token: SecretString,
}

/// Finds the way as somebody who is an admin now. [`Error::Conflict`] while the number is disconnected.
pub(super) async fn open(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    id: ChannelId,
) -> Result<Way> {
    let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
    let channel = find(&mut tenant, id).await?;
    let token = match channel.state {
        ChannelState::Connected => secrets::token(env, &mut tenant, id).await?,
        ChannelState::Disconnected => None,
    };
    tenant.commit().await?;
    let token = token.ok_or_else(|| {
        Error::conflict(
            "The number is disconnected, so Meta cannot be asked about it. Connect it again first.",
        )
    })?;
    Ok(Way { channel, token })
}
