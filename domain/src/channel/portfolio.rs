//! The business portfolio of an account: Meta's ids of people are the same for all numbers of one.

use crate::{Result, Tenant, contact};
use serde_json::Value;

/// Notes whose an account is. What was learnt of people through it alone holds for the whole portfolio from now on.
pub(crate) async fn learn(tenant: &mut Tenant, account: &str, portfolio: &str) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE channel SET portfolio_id = $3
          WHERE workspace_id = $1 AND account_id = $2 AND portfolio_id IS DISTINCT FROM $3",
        workspace.0,
        account,
        portfolio,
    )
    .execute(tenant.conn())
    .await?;
    // Also when it was known: a message that came in meanwhile may have been told by the account.
    contact::widen(tenant, account, portfolio).await
}

/// What an `account_update` says of whose `account` is. Of one that the workspace has no number of, nothing is learnt: what
/// is taken for an account may be somebody's portfolio, and people known within that would be moved.
pub(crate) async fn heard(tenant: &mut Tenant, account: &str, value: &Value) -> Result<()> {
    let owner = value.pointer("/waba_info/owner_business_id");
    let owner = owner.and_then(Value::as_str);
    let Some(portfolio) = owner.filter(|id| (1..=64).contains(&id.len())) else {
        return Ok(());
    };
    let workspace = tenant.workspace();
    let ours = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM channel WHERE workspace_id = $1 AND account_id = $2) AS "ours!""#,
        workspace.0,
        account,
    )
    .fetch_one(tenant.conn())
    .await?;
    if ours {
        learn(tenant, account, portfolio).await?;
    }
    Ok(())
}
