//! The way of a file to an agent's browser, which shows pictures without headers of ours: a link that is good for five
//! minutes and for one session, of one file in one workspace.

use super::{
    KEY,
    seal::{Seal, Variant},
};
use crate::{Env, Error, Result, Tenant, crypto, vault};
use bytes::Bytes;
use futures::Stream;
use postern_types::{DocumentId, FileId, Role, SessionId, WorkspaceId};
use std::ops::Range;
use time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a link is good.
pub const LIFE: Duration = Duration::minutes(5);
/// Files whose links are given at once.
const MOST: usize = 100;

/// A file, where it is had, and where a small picture of it is.
pub type Link = (FileId, String, Option<String>);

/// Links of those files that lie here, for the session that acts; of others nothing is said.
pub async fn links(
    env: &Env,
    tenant: &mut Tenant,
    session: SessionId,
    ids: &[FileId],
) -> Result<Vec<Link>> {
    if ids.len() > MOST {
        return Err(Error::invalid(
            "ids",
            "Links of 100 files are given at once, and no more.",
        ));
    }
    let workspace = tenant.workspace();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: FileId", thumb_object IS NOT NULL AS "thumb!" FROM file
            WHERE workspace_id = $1 AND id = ANY ($2) AND state = 'stored'"#,
        workspace.0,
        &ids,
    )
    .fetch_all(tenant.conn())
    .await?;
    let of = |file, variant| {
        let token = Token {
            workspace,
            file,
            session,
            variant,
            until: (env.now() + LIFE).unix_timestamp(),
        };
        format!("/files/{}", token.write(env))
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let thumb = row.thumb.then(|| of(row.id, Variant::Thumb));
            (row.id, of(row.id, Variant::Full), thumb)
        })
        .collect())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    workspace: WorkspaceId,
    file: FileId,
    session: SessionId,
    variant: Variant,
    until: i64,
}

/// What its proof is for.
const LINK: &str = "file link";
/// Bytes of a token before its proof.
const TOLD: usize = 16 * 3 + 1 + 8;

impl Token {
    fn write(&self, env: &Env) -> String {
        let told = [
            self.workspace.0.as_bytes().as_slice(),
            self.file.0.as_bytes(),
            self.session.0.as_bytes(),
            &[self.variant.byte()],
            &self.until.to_be_bytes(),
        ]
        .concat();
        env.keys.attest(LINK, &told)
    }

    fn read(env: &Env, token: &str) -> Option<Self> {
        let told = env.keys.attested(LINK, TOLD, token)?;
        let id = |from: usize| Uuid::from_slice(told.get(from..from + 16)?).ok();
        let token = Self {
            workspace: WorkspaceId(id(0)?),
            file: FileId(id(16)?),
            session: SessionId(id(32)?),
            variant: match told.get(48)? {
                0 => Variant::Full,
                1 => Variant::Thumb,
                _ => return None,
            },
            until: i64::from_be_bytes(told.get(49..)?.try_into().ok()?),
        };
        (env.now().unix_timestamp() < token.until).then_some(token)
    }
}

/// A file that may be given out.
pub struct Served {
    /// Its type.
    pub mime: String,
    /// Its name.
    pub name: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Changes with its bytes.
    pub tag: String,
    /// Seconds that it may be kept: no longer than its link is good.
    pub fresh_s: i64,
    object: String,
    seal: Seal,
}

/// Opens the file that a link is of. [`Error::Unauthorized`] when it is none of ours, too old, or its session has ended;
/// [`Error::NotFound`] when the file is not there, or its person not in the workspace any more.
pub async fn open(env: &Env, token: &str) -> Result<Served> {
    let token = Token::read(env, token).ok_or(Error::Unauthorized)?;
    let mut tenant = env
        .db
        .member(token.session, token.workspace, Role::Agent)
        .await?;
    let row = sqlx::query!(
        r#"SELECT mime, name, size AS "size!", sha256 AS "sha256!", key_sealed AS "key!", object AS "object!",
                  thumb_object, thumb_size, thumb_mime
             FROM file WHERE workspace_id = $1 AND id = $2 AND state = 'stored'"#,
        token.workspace.0,
        token.file.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let key = key(env, &mut tenant, token.file, &row.key).await?;
    tenant.commit().await?;
    let (object, size, mime) = match token.variant {
        Variant::Full => (Some(row.object), Some(row.size), Some(row.mime)),
        Variant::Thumb => (row.thumb_object, row.thumb_size, row.thumb_mime),
    };
    let (Some(object), Some(size), Some(mime)) = (object, size, mime) else {
        return Err(Error::NotFound);
    };
    Ok(Served {
        seal: Seal::new(&key, token.workspace, token.file, token.variant),
        tag: tag(&row.sha256, token.variant),
        name: row.name,
        size: u64::try_from(size).map_err(|_| Error::internal("a file is shorter than nothing"))?,
        mime,
        fresh_s: token.until - env.now().unix_timestamp(),
        object,
    })
}

/// A task's document as whoever acts may have it: a client what is shared with them, whatever is asked for. It is kept by no
/// browser. [`Error::NotFound`] for one that is not theirs, or has not come.
pub async fn of_document(env: &Env, tenant: &mut Tenant, id: DocumentId) -> Result<Served> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT f.id AS "id: FileId", f.mime, coalesce(f.name, d.name) AS "name!", f.size AS "size!",
                  f.sha256 AS "sha256!", f.key_sealed AS "key!", f.object AS "object!"
             FROM task_document d JOIN file f ON f.workspace_id = $1 AND f.id = d.file_id
            WHERE d.workspace_id = $1 AND d.id = $2 AND f.state = 'stored'"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let key = key(env, tenant, row.id, &row.key).await?;
    Ok(Served {
        seal: Seal::new(&key, workspace, row.id, Variant::Full),
        tag: tag(&row.sha256, Variant::Full),
        name: Some(row.name),
        size: u64::try_from(row.size)
            .map_err(|_| Error::internal("a file is shorter than nothing"))?,
        mime: row.mime,
        fresh_s: 0,
        object: row.object,
    })
}

fn tag(sha256: &[u8], variant: Variant) -> String {
    let hash = hex::encode(sha256);
    let short = hash.get(..32).unwrap_or_default();
    format!("\"{short}-{}\"", variant.byte())
}

/// The key of a file's objects.
pub(super) async fn key(
    env: &Env,
    tenant: &mut Tenant,
    file: FileId,
    sealed: &[u8],
) -> Result<crypto::Key> {
    let plain = vault::open(env, tenant, KEY, &file.to_string(), sealed).await?;
    let key: [u8; 32] = plain
        .as_slice()
        .try_into()
        .map_err(|_| Error::internal("a file's key is not 32 bytes"))?;
    Ok(Zeroizing::new(key))
}

impl Served {
    /// Its bytes within `range`, opened as they come.
    pub async fn read(
        self,
        env: &Env,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        env.files
            .read(&self.object, self.seal, self.size, range)
            .await
    }
}

#[cfg(test)]
#[path = "tests/link.rs"]
mod tests;
