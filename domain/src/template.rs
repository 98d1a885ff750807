//! Message templates: what Meta has approved for the workspace's business accounts, and sending one of them.

mod code;
mod compose;
mod heard;
mod letter;
mod list;
mod parts;
mod sync;
mod tell;
mod unwanted;

pub(crate) use code::{CODES, CodeTemplate, for_codes};
pub use compose::{compose, start};
pub(crate) use heard::heard;
pub use list::{list, refresh};
pub(crate) use sync::{refused, run, schedule};
pub(crate) use tell::{News, tell};
pub(crate) use unwanted::{UNWANTED, is_unwanted};

use crate::{Env, Result, Tenant, channel};
use postern_types::ChannelId;

/// The business account of a number.
async fn account(tenant: &mut Tenant, channel: ChannelId) -> Result<String> {
    let workspace = tenant.workspace();
    let account = sqlx::query_scalar!(
        "SELECT account_id FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(account)
}

/// Tells the feed that templates of the account changed: its numbers have a new revision, at which an open picker reads
/// them again.
async fn announce(env: &Env, tenant: &mut Tenant, account: &str) -> Result<()> {
    let workspace = tenant.workspace();
    let channels = sqlx::query_scalar!(
        r#"UPDATE channel SET rev = rev + 1 WHERE workspace_id = $1 AND account_id = $2
           RETURNING id AS "id: ChannelId""#,
        workspace.0,
        account,
    )
    .fetch_all(tenant.conn())
    .await?;
    for id in channels {
        channel::announce(env, tenant, id).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
