//! What a workspace keeps of a person who deletes their account: what they wrote and did, by their number alone.

use crate::{Env, Result, Tenant, event};
use postern_types::{Event, MemberId, MemberView, Role};

/// Takes the name of whoever leaves for good out of the workspace, and calls them `name` from now on. For a tenant that was
/// entered to leave.
pub(crate) async fn forget(env: &Env, tenant: &mut Tenant, name: &str) -> Result<()> {
    let me = tenant.actor().await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM draft WHERE workspace_id = $1 AND member_id = $2",
        workspace.0,
        me.0,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!("SELECT forget_member()")
        .execute(tenant.conn())
        .await?;
    let member = sqlx::query!(
        r#"UPDATE member SET asked_from = NULL WHERE workspace_id = $1 AND id = $2
           RETURNING id AS "id: MemberId", role AS "role: Role""#,
        workspace.0,
        me.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let member = MemberView {
        id: member.id,
        name: name.to_owned(),
        role: member.role,
        active: false,
        waiting: false,
    };
    event::record(env, tenant, &Event::Member { member }).await
}
