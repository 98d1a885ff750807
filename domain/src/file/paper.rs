//! Documents of tasks: brought by a member, or by the client in the portal, who may be anybody that a link reached. They go to
//! people and not to WhatsApp, so that what they may be is a list of its own.

mod accept;
mod room;

use super::{
    KEY,
    kind::{self, Kind, Type},
    name,
    taken::{self, Looks, Taken},
    upload::{MB, megabytes, refused, take},
};
use crate::{
    Env, Error, Result, Tenant, event,
    portal::{self, Visit},
    task::{self, News},
    vault,
};
use accept::{accept, is_opened};
use bytes::Bytes;
use futures::Stream;
use postern_types::{
    ContactId, DocumentId, FileId, FileView, Role, SessionId, Side, TaskId, WorkspaceId,
};
use room::{hold, room};

/// Bytes of a document.
pub const LARGEST: u64 = 25 * MB;
/// Characters of a document's name.
const NAME: usize = 200;

/// Who brings one.
#[derive(Clone, Copy, Debug)]
pub enum Bringer {
    /// A member.
    Member(SessionId, WorkspaceId),
    /// The contact, in the portal.
    Client(Visit),
}

impl Bringer {
    async fn enter(&self, env: &Env) -> Result<Tenant> {
        match self {
            Self::Member(session, workspace) => {
                env.db.member(*session, *workspace, Role::Agent).await
            }
            Self::Client(visit) => portal::enter(env, visit).await,
        }
    }

    fn is_client(self) -> bool {
        matches!(self, Self::Client(_))
    }

    /// Where it belongs.
    pub fn workspace(&self) -> WorkspaceId {
        match self {
            Self::Member(_, workspace) => *workspace,
            Self::Client(visit) => visit.workspace,
        }
    }
}

/// What is brought, as the browser says.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The task that it is for.
    pub task: TaskId,
    /// The document that was asked for, when it is one.
    pub asked: Option<DocumentId>,
    /// For members alone; a client brings nothing that they do not see.
    pub internal: bool,
    /// Its name.
    pub name: Option<String>,
    /// Its type, as claimed.
    pub claimed: String,
    /// Bytes, when the browser says how many.
    pub size: Option<u64>,
}

/// A document that may come.
#[derive(Debug)]
pub struct AdmittedPaper {
    by: Bringer,
    contact: ContactId,
    paper: Paper,
}

/// A document that lies here.
#[derive(Debug)]
pub struct Kept {
    /// Which one.
    pub document: DocumentId,
    /// Its file.
    pub file: FileView,
}

/// Lets a document in before any of it is read: from here on its bringer is known to see the task. [`Error::NotFound`] when
/// they do not, [`Error::Conflict`] when what was asked for is there already or no more is taken, [`Error::TooMany`] when a client brought
/// too much within a day, [`Error::Invalid`] when it is too large.
pub async fn admit_paper(env: &Env, by: Bringer, paper: Paper) -> Result<AdmittedPaper> {
    let mut tenant = by.enter(env).await?;
    let workspace = tenant.workspace();
    let contact = sqlx::query_scalar!(
        r#"SELECT contact_id AS "contact: ContactId" FROM task WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        paper.task.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if let Some(asked) = paper.asked {
        let there = sqlx::query_scalar!(
            r#"SELECT file_id IS NOT NULL AS "there!" FROM task_document
                WHERE workspace_id = $1 AND id = $2 AND task_id = $3 AND asked"#,
            workspace.0,
            asked.0,
            paper.task.0,
        )
        .fetch_one(tenant.conn())
        .await?;
        if there {
            return Err(there_already());
        }
    }
    room(
        env,
        &mut tenant,
        &by,
        contact,
        &paper,
        paper.size.unwrap_or_default(),
    )
    .await?;
    tenant.commit().await?;
    if paper.size.is_some_and(|size| size > LARGEST) {
        return Err(refused(format!(
            "A document may have {} at most, and this has {}.",
            megabytes(Some(LARGEST)),
            megabytes(paper.size)
        )));
    }
    Ok(AdmittedPaper { by, contact, paper })
}

/// Takes a document in. [`Error::Invalid`] on `file` says in words what is not taken, and why, or that it did not come whole.
pub async fn receive_paper<S, E>(env: &Env, admitted: AdmittedPaper, body: S) -> Result<Kept>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let workspace = admitted.by.workspace();
    let file: FileId = env.id();
    let taken = take(env, workspace, file, LARGEST, body).await?;
    let shown = admitted.paper.name.as_deref().and_then(name::harmless);
    let claimed = &admitted.paper.claimed;
    let judged = kind::judge(Kind::Document, claimed, shown.as_deref(), &taken.head);
    let judged = judged.and_then(|found| {
        let mime = accept(found, shown.as_deref(), &taken, admitted.by.is_client())?;
        Ok((found, mime))
    });
    let (taken, mime, looks) = look(env, workspace, file, judged, taken).await?;
    let sheet = Sheet {
        file,
        name: shown.unwrap_or_else(|| "document".to_owned()),
        mime,
        taken,
        looks,
    };
    let kept = keep(env, &admitted, &sheet).await;
    // A commit that broke off may have come through all the same: then its objects stay, named or not.
    if matches!(
        kept,
        Err(Error::NotFound
            | Error::Unauthorized
            | Error::Forbidden
            | Error::Conflict(_)
            | Error::TooMany { .. })
    ) {
        sheet.taken.discard(env, Some(sheet.looks)).await;
    }
    kept
}

async fn look(
    env: &Env,
    workspace: WorkspaceId,
    file: FileId,
    judged: Result<(Type, &'static str), String>,
    mut taken: Taken,
) -> Result<(Taken, &'static str, Looks)> {
    let at_hand = taken.is_at_hand();
    let looked = match judged {
        Ok((found, mime)) => match taken.look(env, workspace, file, found).await? {
            Ok(looks) if at_hand && looks.thumb.is_none() && is_opened(found) => {
                Err("This picture cannot be read: it is broken, or something else.".to_owned())
            }
            Ok(looks) => Ok((mime, looks)),
            Err(words) => Err(words),
        },
        Err(words) => Err(words),
    };
    match looked {
        Ok((mime, looks)) => Ok((taken, mime, looks)),
        Err(words) => {
            taken.discard(env, None).await;
            Err(refused(words))
        }
    }
}

fn there_already() -> Error {
    Error::conflict(
        "This document has been brought already. Yours was not kept; add it as a further one.",
    )
}

/// A document that lies in the store; nothing names it yet.
struct Sheet {
    file: FileId,
    name: String,
    mime: &'static str,
    taken: Taken,
    looks: Looks,
}

/// Names it: in a transaction of its bringer's, entered anew, for what they may can have ended meanwhile.
async fn keep(env: &Env, admitted: &AdmittedPaper, sheet: &Sheet) -> Result<Kept> {
    let AdmittedPaper { by, contact, paper } = admitted;
    let mut tenant = by.enter(env).await?;
    let author = if by.is_client() {
        None
    } else {
        Some(tenant.actor().await?.0)
    };
    // Many may come at once: each sees those before it.
    hold(&mut tenant, by, *contact, paper.task).await?;
    room(env, &mut tenant, by, *contact, paper, sheet.taken.size).await?;
    add_file(env, &mut tenant, *contact, author, sheet).await?;
    let named: String = sheet.name.chars().take(NAME).collect();
    let internal = paper.internal && !by.is_client();
    let workspace = tenant.workspace();
    let document = if let Some(asked) = paper.asked {
        let brought = sqlx::query!(
            "UPDATE task_document SET file_id = $4, author_id = $5, at = $6
              WHERE workspace_id = $1 AND id = $2 AND task_id = $3 AND asked AND file_id IS NULL",
            workspace.0,
            asked.0,
            paper.task.0,
            sheet.file.0,
            author,
            env.now(),
        )
        .execute(tenant.conn())
        .await?;
        if brought.rows_affected() == 0 {
            return Err(there_already());
        }
        asked
    } else {
        let id: DocumentId = env.id();
        sqlx::query!(
            "INSERT INTO task_document (workspace_id, id, task_id, name, file_id, author_id, asked, internal, at)
             VALUES ($1, $2, $3, $4, $5, $6, false, $7, $8)",
            workspace.0,
            id.0,
            paper.task.0,
            named,
            sheet.file.0,
            author,
            internal,
            env.now(),
        )
        .execute(tenant.conn())
        .await?;
        id
    };
    sqlx::query!(
        "INSERT INTO task_change (workspace_id, id, task_id, at, author_id, kind, value)
         VALUES ($1, $2, $3, $4, $5, 'document', $6)",
        workspace.0,
        env.id::<DocumentId>().0,
        paper.task.0,
        env.now(),
        author,
        named,
    )
    .execute(tenant.conn())
    .await?;
    event::side(env, &mut tenant, Side::Task, paper.task.0).await?;
    if !internal {
        let news = News::Document(document);
        task::tell(env, &mut tenant, *contact, paper.task, news).await?;
    }
    let file = super::find(&mut tenant, sheet.file).await?;
    tenant.commit().await?;
    Ok(Kept { document, file })
}

async fn add_file(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    author: Option<uuid::Uuid>,
    sheet: &Sheet,
) -> Result<()> {
    let (taken, looks) = (&sheet.taken, &sheet.looks);
    let place = sheet.file.to_string();
    let key = vault::seal(env, tenant, KEY, &place, &*taken.key).await?;
    let thumb = looks.thumb.as_ref();
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO file (workspace_id, id, contact_id, author_id, kind, claimed, mime, name, state, size, sha256, key_sealed,
                           object, thumb_object, thumb_size, thumb_mime, width, height, created_at)
         VALUES ($1, $2, $3, $4, 'document', $5, $5, $6, 'stored', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        workspace.0,
        sheet.file.0,
        contact.0,
        author,
        sheet.mime,
        sheet.name,
        taken::count(taken.size)?,
        &taken.sha256[..],
        key,
        taken.object,
        thumb.map(|thumb| thumb.object.as_str()),
        thumb.map(|thumb| taken::count(thumb.size)).transpose()?,
        thumb.map(|thumb| thumb.mime),
        looks.width,
        looks.height,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
#[path = "tests/paper.rs"]
mod tests;
