//! What somebody had in hand when they went: their contacts and open tasks become nobody's, some hundreds at a time, so that
//! removing them is done at once however much that is.

use crate::{
    Env, Error, Result, Tenant, contact,
    job::{self, Job, Kind},
    task,
};
use postern_types::MemberId;

/// Lets go of the first of it and promises the rest; how many contacts and tasks there are. For whoever sees them all.
pub(super) async fn let_go(env: &Env, tenant: &mut Tenant, id: MemberId) -> Result<(usize, usize)> {
    let contacts = contact::theirs(tenant, id).await?;
    let tasks = task::theirs(tenant, id).await?;
    // Where no person acts, it is the member's own leaving: none would be the contact.
    let author = match tenant.actor().await {
        Ok(member) => member,
        Err(Error::Forbidden) => id,
        Err(error) => return Err(error),
    };
    some(env, tenant, id, author).await?;
    // Also when nothing seems to be left: something may have been given to them meanwhile.
    let kind = Kind::LetGo;
    let lane = format!("left:{id}");
    job::add(
        env,
        tenant,
        job::id_of(kind, &lane),
        kind,
        &lane,
        &(id, author),
    )
    .await?;
    Ok((contacts, tasks))
}

/// Does one step of it, and asks for the next until nothing is theirs any more.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let (id, author): (MemberId, MemberId) = job.payload()?;
    // Who is here again keeps what they get.
    if !is_gone(&mut tenant, id).await? {
        job::done(&mut tenant, job.claim).await?;
        return tenant.commit().await;
    }
    if some(env, &mut tenant, id, author).await? {
        job::anew(&mut tenant, job.claim, env.now()).await?;
    } else {
        job::done(&mut tenant, job.claim).await?;
    }
    tenant.commit().await
}

async fn is_gone(tenant: &mut Tenant, id: MemberId) -> Result<bool> {
    let workspace = tenant.workspace();
    let gone = sqlx::query_scalar!(
        r#"SELECT removed_at IS NOT NULL AS "gone!" FROM member WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(gone.unwrap_or(true))
}

async fn some(env: &Env, tenant: &mut Tenant, id: MemberId, author: MemberId) -> Result<bool> {
    let contacts = contact::let_go(env, tenant, id).await?;
    let tasks = task::let_go(env, tenant, id, author).await?;
    Ok(contacts || tasks)
}
