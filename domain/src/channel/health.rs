//! How a number stands at Meta: what is known of it, what changed, and what an admin should see.
//!
//! It is learnt from two sides: Meta tells of changes (`said`), and is asked every few hours (`check`). Both end in `learn`,
//! where a change for the worse (`worse`) becomes an alert.

mod check;
mod learn;
mod said;
mod show;
mod worse;

pub use check::{check_now, watch};
pub(crate) use check::{promise, run};
pub(crate) use learn::{alarm, settle};
pub use show::{see, see_all, show, standings};
pub(crate) use worse::capacity;

use crate::{Env, Result, Tenant};
use postern_types::{ChannelId, Severity};
use said::Whom;
use serde_json::Value;
use time::OffsetDateTime;

/// Something that an admin should see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// What it is about, in one word.
    pub kind: String,
    pub severity: Severity,
    /// What happened and what to do.
    pub words: String,
}

impl Alarm {
    pub(crate) fn new(kind: &str, severity: Severity, words: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            severity,
            words: words.into(),
        }
    }
}

/// Takes what Meta tells of an account or of its numbers. `account` is the one that the change is about, which the caller
/// has made sure of; `at` is when it happened. Told twice, it changes nothing the second time.
pub(crate) async fn heard(
    env: &Env,
    tenant: &mut Tenant,
    account: &str,
    field: &str,
    value: &Value,
    at: OffsetDateTime,
) -> Result<()> {
    let Some(said) = said::read(field, value) else {
        return Ok(());
    };
    for channel in concerned(tenant, account, &said.whom).await? {
        let mut new = false;
        // First, for they know more than the change of a fact at the same time.
        for alert in &said.alerts {
            new |= alarm(env, tenant, channel, alert, at).await?;
        }
        new |= learn::learn(env, tenant, channel, &said.facts, at).await?;
        if let Some(reason) = said.lost {
            // Tells the feed by itself.
            super::mark_disconnected(env, tenant, channel, at, reason).await?;
        }
        if said.look {
            promise(env, tenant, channel).await?;
        }
        if new {
            super::touch(env, tenant, channel).await?;
        }
    }
    Ok(())
}

/// The numbers of the account that are meant, always in the same order.
async fn concerned(tenant: &mut Tenant, account: &str, whom: &Whom) -> Result<Vec<ChannelId>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: ChannelId", phone, phone_number_id FROM channel
            WHERE workspace_id = $1 AND account_id = $2 ORDER BY id"#,
        workspace.0,
        account,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(rows
        .into_iter()
        .filter(|row| whom.means(&row.phone, &row.phone_number_id))
        .map(|row| row.id)
        .collect())
}

#[cfg(test)]
mod tests;
