//! What Meta tells of a number or an account beside messages: kept as it came, sealed, and shown with the number.

mod list;

pub use list::{list, open};

use crate::{Env, Error, Result, Tenant, inbound::Number, payload::FieldNews, vault};
use postern_types::EventId;

pub(crate) const SEALED: &str = "channel_event.sealed";

/// Keeps a change, once: the same one again, in another body or applied again, adds nothing. Of a whole account when it is
/// about no single number.
pub(crate) async fn keep(
    env: &Env,
    tenant: &mut Tenant,
    number: Option<&Number>,
    news: &FieldNews,
) -> Result<bool> {
    let workspace = tenant.workspace();
    let raw = serde_json::to_vec(&news.value).map_err(|error| Error::Internal(error.into()))?;
    let account = number
        .map(|number| number.account.as_str())
        // A partner hears of its clients' accounts: theirs is the one that it is about.
        .or(news.inner_account.as_deref())
        .or(news.account.as_deref())
        .unwrap_or_default();
    let at = news.at.unix_timestamp().to_be_bytes();
    let parts: [&[u8]; 5] = [
        workspace.0.as_bytes(),
        account.as_bytes(),
        news.field.as_bytes(),
        &at,
        &raw,
    ];
    let digest = env.keys.digest("channel_event", &parts);
    let id: EventId = env.id();
    let sealed = vault::seal(env, tenant, SEALED, &id.to_string(), &raw).await?;
    let kept = sqlx::query!(
        "INSERT INTO channel_event (workspace_id, id, channel_id, account_id, field, event, at, received_at, digest, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (workspace_id, digest) DO NOTHING",
        workspace.0,
        id.0,
        number.map(|number| number.channel.0),
        account,
        news.field,
        news.event,
        news.at,
        env.now(),
        &digest[..],
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    Ok(kept.rows_affected() == 1)
}
