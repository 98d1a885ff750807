//! Roles, suspension, removal: each takes effect at once, on open pages too, and none leaves a workspace without an owner.

use super::{Place, announce, parting, place};
use crate::{Env, Error, Result, Tenant, audit, conversation, key, teams, wake::Signal};
use postern_types::{MemberId, MemberState, Role};
use serde_json::json;

/// Gives a member another role. [`Error::Forbidden`] where either role is above one's own, [`Error::Conflict`] for the last
/// owner and for who waits.
pub async fn change_role(env: &Env, tenant: &mut Tenant, id: MemberId, role: Role) -> Result<()> {
    let who = within_reach(tenant, id).await?;
    if !tenant.ranks(role).await? {
        return Err(Error::Forbidden);
    }
    if who.state == MemberState::Waiting {
        return Err(Error::conflict(
            "They wait for approval: choose the role there.",
        ));
    }
    if role != Role::Owner {
        keep_an_owner(tenant, id, &who).await?;
    }
    set_role(tenant, id, role).await?;
    teams::seen_otherwise(env, tenant, who.role, role).await?;
    let detail = json!({ "member": id, "from": who.role, "to": role });
    told(env, tenant, id, &who, "member.role_changed", &detail).await
}

/// Gives the workspace to another member: they become an owner, the caller an admin.
pub async fn hand_over(env: &Env, tenant: &mut Tenant, to: MemberId) -> Result<()> {
    if !tenant.ranks(Role::Owner).await? {
        return Err(Error::Forbidden);
    }
    let me = tenant.actor().await?;
    if me == to {
        return Err(Error::conflict("It is yours already."));
    }
    // In the order of their ids, so that two who give it to each other do not wait for each other.
    let (mine, theirs) = if me < to {
        let mine = place(tenant, me).await?;
        (mine, place(tenant, to).await?)
    } else {
        let theirs = place(tenant, to).await?;
        (place(tenant, me).await?, theirs)
    };
    if mine.role != Role::Owner {
        return Err(Error::Forbidden);
    }
    if theirs.state != MemberState::Active {
        return Err(Error::conflict(
            "They cannot work here at the moment: choose somebody else.",
        ));
    }
    set_role(tenant, to, Role::Owner).await?;
    set_role(tenant, me, Role::Admin).await?;
    teams::seen_otherwise(env, tenant, theirs.role, Role::Owner).await?;
    announce(env, tenant, me).await?;
    tenant.ring(Signal::Account(mine.account));
    let detail = json!({ "from": me, "to": to });
    told(env, tenant, to, &theirs, "workspace.handed_over", &detail).await
}

/// Shuts a member out until somebody lets them in again; what is assigned to them stays.
pub async fn suspend(env: &Env, tenant: &mut Tenant, id: MemberId) -> Result<()> {
    let who = within_reach(tenant, id).await?;
    not_oneself(tenant, id).await?;
    if who.state != MemberState::Active {
        return Err(Error::conflict(
            "They do not work here at the moment. Nothing was changed.",
        ));
    }
    keep_an_owner(tenant, id, &who).await?;
    set_state(tenant, id, "suspended").await?;
    told(
        env,
        tenant,
        id,
        &who,
        "member.suspended",
        &json!({ "member": id }),
    )
    .await
}

/// Lets a suspended member in again.
pub async fn restore(env: &Env, tenant: &mut Tenant, id: MemberId) -> Result<()> {
    let who = within_reach(tenant, id).await?;
    if who.state != MemberState::Suspended {
        return Err(Error::conflict(
            "They are not suspended. Nothing was changed.",
        ));
    }
    set_state(tenant, id, "active").await?;
    told(
        env,
        tenant,
        id,
        &who,
        "member.restored",
        &json!({ "member": id }),
    )
    .await
}

/// Removes a member for good; their open conversations go to `heir`, or to nobody. Their contacts and their open tasks become
/// nobody's.
pub async fn remove(
    env: &Env,
    tenant: &mut Tenant,
    id: MemberId,
    heir: Option<MemberId>,
) -> Result<()> {
    if heir == Some(id) {
        return Err(Error::invalid("heir", "Choose somebody else."));
    }
    // In the order of their ids, so that two who are removed in favour of each other do not wait for each other.
    if let Some(heir) = heir.filter(|heir| *heir < id) {
        place(tenant, heir).await?;
    }
    let who = within_reach(tenant, id).await?;
    not_oneself(tenant, id).await?;
    if who.state == MemberState::Waiting {
        return Err(Error::conflict(
            "They wait for approval: decline them there.",
        ));
    }
    keep_an_owner(tenant, id, &who).await?;
    let given = part(env, tenant, id, heir).await?;
    let Given {
        conversations,
        contacts,
        tasks,
    } = given;
    let detail = json!({
        "member": id, "heir": heir, "conversations": conversations, "contacts": contacts, "tasks": tasks,
    });
    told(env, tenant, id, &who, "member.removed", &detail).await
}

/// Leaves the workspace; open conversations, contacts and open tasks become nobody's. [`Error::Conflict`] for the last owner.
pub async fn leave(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let me = tenant.actor().await?;
    let who = place(tenant, me).await?;
    keep_an_owner(tenant, me, &who).await?;
    let given = part(env, tenant, me, None).await?;
    let Given {
        conversations,
        contacts,
        tasks,
    } = given;
    let detail = json!({
        "member": me, "conversations": conversations, "contacts": contacts, "tasks": tasks,
    });
    told(env, tenant, me, &who, "member.left", &detail).await
}

/// Ends the access of every browser of a member to this workspace; signing in opens it again.
pub async fn end_access(env: &Env, tenant: &mut Tenant, id: MemberId) -> Result<()> {
    let who = within_reach(tenant, id).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE member SET access_from = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    forget_access(tenant, id).await?;
    key::end_of(env, tenant, id).await?;
    told(
        env,
        tenant,
        id,
        &who,
        "member.access_ended",
        &json!({ "member": id }),
    )
    .await
}

/// A member whom the caller may act upon: none who ranks above them.
async fn within_reach(tenant: &mut Tenant, id: MemberId) -> Result<Place> {
    let who = place(tenant, id).await?;
    if !tenant.ranks(Role::Admin).await? || !tenant.ranks(who.role).await? {
        return Err(Error::Forbidden);
    }
    Ok(who)
}

async fn not_oneself(tenant: &mut Tenant, id: MemberId) -> Result<()> {
    match tenant.actor().await {
        Ok(me) if me == id => Err(Error::conflict(
            "This is you: leave the workspace in your own settings.",
        )),
        Ok(_) | Err(Error::Forbidden) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses what would leave no owner who works there. The owners are locked: of two who unmake each other, one does.
async fn keep_an_owner(tenant: &mut Tenant, id: MemberId, who: &Place) -> Result<()> {
    if who.role != Role::Owner {
        return Ok(());
    }
    let workspace = tenant.workspace();
    // By what is true once the lock is had, and not by what this statement's snapshot says.
    sqlx::query!(
        "SELECT workspace_id FROM workspace WHERE workspace_id = $1 FOR NO KEY UPDATE",
        workspace.0
    )
    .fetch_one(tenant.conn())
    .await?;
    let others = sqlx::query_scalar!(
        r#"SELECT count(*) AS "others!" FROM member
            WHERE workspace_id = $1 AND id <> $2 AND role = 'owner' AND state = 'active' AND removed_at IS NULL"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if others == 0 {
        return Err(Error::conflict(
            "This is the last owner: hand the workspace over first. Nothing was changed.",
        ));
    }
    Ok(())
}

async fn set_role(tenant: &mut Tenant, id: MemberId, role: Role) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE member SET role = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        role.as_str(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

async fn set_state(tenant: &mut Tenant, id: MemberId, state: &str) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE member SET state = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        state,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Forgets which browsers of a member opened this workspace.
async fn forget_access(tenant: &mut Tenant, id: MemberId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "DELETE FROM member_access WHERE workspace_id = $1 AND member_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// How much a member had in hand.
struct Given {
    conversations: usize,
    contacts: usize,
    tasks: usize,
}

/// Takes a member's place away and hands on what they had in hand; says how much.
async fn part(
    env: &Env,
    tenant: &mut Tenant,
    id: MemberId,
    heir: Option<MemberId>,
) -> Result<Given> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE member SET removed_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    forget_access(tenant, id).await?;
    key::end_of(env, tenant, id).await?;
    sqlx::query!(
        "DELETE FROM team_member WHERE workspace_id = $1 AND member_id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    let conversations = conversation::hand_on(env, tenant, id, heir).await?;
    // A limited agent who leaves does not see what is not theirs any more.
    let limited = tenant.limited().await?;
    if limited {
        tenant.widen().await?;
    }
    let (contacts, tasks) = parting::let_go(env, tenant, id).await?;
    if limited {
        tenant.narrow().await?;
    }
    Ok(Given {
        conversations,
        contacts,
        tasks,
    })
}

/// Tells everybody, has the member's open pages look again, and writes it down.
async fn told(
    env: &Env,
    tenant: &mut Tenant,
    id: MemberId,
    who: &Place,
    action: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    announce(env, tenant, id).await?;
    tenant.ring(Signal::Account(who.account));
    audit::record(env, tenant, action, detail).await
}
