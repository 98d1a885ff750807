//! The workspace's logo on a client's pages: had by an address that names the link, as long as that stands.

use crate::{Env, Error, Result, vault, workspace::logo::SEALED};
use postern_types::{LinkId, WorkspaceId};
use uuid::Uuid;

/// What its proof is for.
const PURPOSE: &str = "portal logo";

/// Where it is had. It opens nothing else: whoever has this address has seen the page that it stands on.
pub(super) fn at(env: &Env, workspace: WorkspaceId, link: LinkId) -> String {
    let told = [workspace.0.as_bytes().as_slice(), link.0.as_bytes()].concat();
    format!("/portal/logo?of={}", env.keys.attest(PURPOSE, &told))
}

/// A logo that is given.
pub struct Logo {
    /// Its type: PNG or JPEG.
    pub mime: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// Changes with its bytes.
    pub tag: String,
}

/// The logo at that address. [`Error::NotFound`] when it is no address of ours, its link stands no more, or there is none.
pub async fn logo(env: &Env, of: &str) -> Result<Logo> {
    let told = env.keys.attested(PURPOSE, 32, of).ok_or(Error::NotFound)?;
    let id = |from: usize| Uuid::from_slice(told.get(from..from + 16)?).ok();
    let (workspace, link) = id(0).zip(id(16)).ok_or(Error::NotFound)?;
    let mut tenant = env.db.link(WorkspaceId(workspace), LinkId(link)).await?;
    let row = sqlx::query!(
        "SELECT id, mime, sealed FROM workspace_logo WHERE workspace_id = $1",
        workspace,
    )
    .fetch_one(tenant.conn())
    .await?;
    let id = row.id.to_string();
    let bytes = vault::open(env, &mut tenant, SEALED, &id, &row.sealed).await?;
    tenant.commit().await?;
    Ok(Logo {
        mime: row.mime,
        bytes: bytes.to_vec(),
        tag: format!("\"{}\"", row.id.as_simple()),
    })
}
