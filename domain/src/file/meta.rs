//! Handing a file over to Meta, before its message is sent.

use super::{
    link::key,
    seal::{Seal, Variant},
};
use crate::{
    Env, Error, Result, Tenant,
    graph::{self, Fault, Going},
    job::{self, Claim},
};
use postern_types::FileId;
use secrecy::SecretString;
use time::Duration;

/// How long Meta's id of an uploaded file is used: it lives 30 days.
const LIFE: Duration = Duration::days(25);
/// How often a transfer extends its job's claim.
const EXTEND: std::time::Duration = std::time::Duration::from_secs(15);

/// What became of handing it over.
pub enum Handed {
    /// Meta's id of it.
    Id(String),
    /// It does not go, or not now.
    Not(Fault),
}

/// Meta's id of a file for a message that the claimed job sends: the one it has, or one that it is handed over for now,
/// which may take minutes. In no transaction of the caller's; the claim holds while it goes on, and is fresh after.
/// [`Error::NotFound`] when the claim was lost, or the file is not there.
pub async fn meta_id(
    env: &Env,
    claim: Claim,
    file: FileId,
    token: &SecretString,
    phone_number_id: &str,
) -> Result<Handed> {
    let mut tenant = claim.enter(env).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT media_id, media_at, mime, name, size AS "size!", key_sealed AS "key!", object AS "object!"
             FROM file WHERE workspace_id = $1 AND id = $2 AND state = 'stored' AND author_id IS NOT NULL"#,
        workspace.0,
        file.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if let (Some(id), Some(at)) = (row.media_id, row.media_at)
        && at + LIFE > env.now()
    {
        return Ok(Handed::Id(id));
    }
    let key = key(env, &mut tenant, file, &row.key).await?;
    job::extend(&mut tenant, claim, job::LEASE).await?;
    tenant.commit().await?;

    let size =
        u64::try_from(row.size).map_err(|_| Error::internal("a file is shorter than nothing"))?;
    let seal = Seal::new(&key, workspace, file, Variant::Full);
    let bytes = env.files.read(&row.object, seal, size, 0..size).await?;
    let name = row.name.unwrap_or_else(|| "file".to_owned());
    let going = Going {
        bytes,
        size,
        mime: row.mime,
        name,
    };
    let handing = graph::upload_media(&env.meta, token, phone_number_id, going);
    let id = match held(env, claim, handing).await? {
        Ok(id) => id,
        Err(fault) => return Ok(Handed::Not(fault)),
    };
    let mut tenant = claim.enter(env).await?;
    sqlx::query!(
        "UPDATE file SET media_id = $3, media_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        file.0,
        id,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    job::extend(&mut tenant, claim, job::LEASE).await?;
    tenant.commit().await?;
    Ok(Handed::Id(id))
}

/// Forgets Meta's id of a file that Meta lost or could not read: it is handed over anew.
pub(crate) async fn forget_meta_id(tenant: &mut Tenant, file: FileId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE file SET media_id = NULL, media_at = NULL
          WHERE workspace_id = $1 AND id = $2 AND author_id IS NOT NULL",
        workspace.0,
        file.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Does `work` and holds the claim meanwhile; ends it when the claim is lost.
async fn held<T>(env: &Env, claim: Claim, work: impl Future<Output = T>) -> Result<T> {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            () = tokio::time::sleep(EXTEND) => {
                let mut tenant = claim.enter(env).await?;
                job::extend(&mut tenant, claim, job::LEASE).await?;
                tenant.commit().await?;
            }
        }
    }
}
