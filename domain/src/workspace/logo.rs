//! A workspace's logo: what an admin brings is made anew from its pixels, small, and kept sealed. It is had as files are, by
//! a link of one session, and every time it is asked whether that person is still let in.

use super::settings;
use crate::{Env, Error, Result, Tenant, audit, file, vault};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use postern_types::{Right, Role, SessionId, WorkspaceId, WorkspaceView};
use serde_json::json;
use std::pin::pin;
use uuid::Uuid;

/// Bytes of a picture that is brought.
const LARGEST: usize = 5 * 1024 * 1024;
/// Pixels of the longest side of what is kept.
const SIDE: u32 = 256;
/// Where it is sealed.
pub(crate) const SEALED: &str = "workspace_logo.sealed";
/// Seconds. A link is good for one of these at least, and for two at most: within one it stays the same, so that a browser
/// fetches a logo once.
const LIFE_S: i64 = 30 * 60;

/// A picture that may come.
#[derive(Debug)]
pub struct Admitted {
    session: SessionId,
    workspace: WorkspaceId,
}

/// Lets an admin's picture in before any of it is read. [`Error::Invalid`] on `logo` when it says that it is too large.
pub async fn admit(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    size: Option<u64>,
) -> Result<Admitted> {
    let role = Right::Workspace.role();
    env.db
        .member(session, workspace, role)
        .await?
        .commit()
        .await?;
    if size.is_some_and(|size| size > LARGEST as u64) {
        return Err(large());
    }
    Ok(Admitted { session, workspace })
}

/// Takes it in, in the place of the one before. [`Error::Invalid`] on `logo` says why it is not taken.
pub async fn receive<S, E>(env: &Env, admitted: Admitted, body: S) -> Result<WorkspaceView>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let picture = whole(body).await?;
    let (mime, small) = file::remade(env, picture, SIDE).await?;
    let Admitted { session, workspace } = admitted;
    let role = Right::Workspace.role();
    let mut tenant = env.db.member(session, workspace, role).await?;
    let id: Uuid = env.id();
    let sealed = vault::seal(env, &mut tenant, SEALED, &id.to_string(), &small).await?;
    sqlx::query!(
        "INSERT INTO workspace_logo (workspace_id, id, mime, sealed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id) DO UPDATE SET id = excluded.id, mime = excluded.mime, sealed = excluded.sealed",
        workspace.0,
        id,
        mime,
        sealed,
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "logo": id, "bytes": small.len() });
    audit::record(env, &mut tenant, "workspace.logo", &told).await?;
    let view = settings::show(env, &mut tenant, session).await?;
    tenant.commit().await?;
    Ok(view)
}

/// Takes the logo away; nothing when there is none.
pub async fn remove_logo(env: &Env, tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    let gone = sqlx::query!(
        "DELETE FROM workspace_logo WHERE workspace_id = $1",
        workspace.0
    )
    .execute(tenant.conn())
    .await?;
    if gone.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(env, tenant, "workspace.logo", &json!({ "logo": null })).await
}

async fn whole<S, E>(body: S) -> Result<Vec<u8>>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let mut body = pin!(body);
    let mut whole = Vec::new();
    while let Some(bytes) = body.next().await {
        let Ok(bytes) = bytes else {
            return Err(Error::invalid(
                "logo",
                "The picture did not come whole. The logo is as it was; try again.",
            ));
        };
        if whole.len() + bytes.len() > LARGEST {
            return Err(large());
        }
        whole.extend_from_slice(&bytes);
    }
    Ok(whole)
}

fn large() -> Error {
    Error::invalid("logo", "A logo may have 5 MB at most.")
}

/// Where a logo is had: by that session, until a while from now.
pub(crate) fn link(env: &Env, workspace: WorkspaceId, logo: Uuid, session: SessionId) -> String {
    let token = Token {
        workspace,
        logo,
        session,
        until: (env.now().unix_timestamp().div_euclid(LIFE_S) + 2) * LIFE_S,
    };
    format!("/files/logo/{}", token.write(env))
}

/// A logo that is given.
pub struct Served {
    /// Its type: PNG or JPEG.
    pub mime: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// Changes with its bytes.
    pub tag: String,
    /// Seconds that it may be kept: no longer than its link is good.
    pub fresh_s: i64,
}

/// Opens the logo that a link is of. [`Error::Unauthorized`] when it is none of ours, too old, or its session has ended;
/// [`Error::NotFound`] when the workspace has another one by now, or its person is not in it any more.
pub async fn open(env: &Env, token: &str) -> Result<Served> {
    let token = Token::read(env, token).ok_or(Error::Unauthorized)?;
    let mut tenant = env
        .db
        .member(token.session, token.workspace, Role::Agent)
        .await?;
    let row = sqlx::query!(
        "SELECT mime, sealed FROM workspace_logo WHERE workspace_id = $1 AND id = $2",
        token.workspace.0,
        token.logo,
    )
    .fetch_one(tenant.conn())
    .await?;
    let id = token.logo.to_string();
    let bytes = vault::open(env, &mut tenant, SEALED, &id, &row.sealed).await?;
    tenant.commit().await?;
    Ok(Served {
        mime: row.mime,
        bytes: bytes.to_vec(),
        tag: format!("\"{}\"", token.logo.as_simple()),
        fresh_s: token.until - env.now().unix_timestamp(),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    workspace: WorkspaceId,
    logo: Uuid,
    session: SessionId,
    until: i64,
}

/// What its proof is for.
const LINK: &str = "logo link";
/// Bytes of a token before its proof.
const TOLD: usize = 16 * 3 + 8;

impl Token {
    fn write(&self, env: &Env) -> String {
        let told = [
            self.workspace.0.as_bytes().as_slice(),
            self.logo.as_bytes(),
            self.session.0.as_bytes(),
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
            logo: id(16)?,
            session: SessionId(id(32)?),
            until: i64::from_be_bytes(told.get(48..)?.try_into().ok()?),
        };
        (token.until > env.now().unix_timestamp()).then_some(token)
    }
}
