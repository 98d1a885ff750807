//! What becomes of a task is told by jobs: in the conversation, by mail, to the contact.
//!
//! A comment and a document stand in the conversation at once, and a member's are mailed at once. What the contact says and
//! brings is told by mail once in two minutes and task, what members change once in two minutes and member, and to the contact
//! once in five minutes ([`chat`]): who works through a list floods nobody. What is told twice changes nothing, but for a
//! mail.

mod chat;
mod letters;
mod line;

use crate::{
    Env, Error, Result, Tenant, event,
    job::{self, Job, Kind},
};
use postern_types::{
    CommentId, ContactId, Detail, Direction, DocumentId, FileId, MemberId, MessageId, Side, TaskId,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

/// Changes of one member within so long make one letter.
const LETTER: i64 = 120;
/// All that becomes of a task within so long makes one message to the contact.
const CHAT: i64 = 300;
/// After its time is over, a transaction that was late is waited for so long.
const SLACK: i64 = 5;

/// Something that became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum News {
    /// Somebody commented.
    Comment(CommentId),
    /// Somebody brought a document.
    Document(DocumentId),
    /// It changed.
    Changed,
}

/// What a job of this kind does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    Comment(CommentId),
    Document(DocumentId),
    /// Letters of what changed from that second on.
    Changed(i64),
    /// A letter of what the contact said and brought from the one second on, until the other.
    Said(i64, i64),
    /// A message of it to the contact.
    Chat(i64),
}

#[derive(Serialize, Deserialize)]
struct Payload {
    task: TaskId,
    /// Who did it; none: the contact.
    by: Option<MemberId>,
    work: Work,
}

/// Promises to tell of it, in the transaction of what is told. A client's transaction may promise jobs of its own lane alone.
pub(crate) async fn tell(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    task: TaskId,
    news: News,
) -> Result<()> {
    let by = tenant.author().await?;
    let now = env.now().unix_timestamp();
    let work = match news {
        News::Comment(id) => Work::Comment(id),
        News::Document(id) => Work::Document(id),
        News::Changed => Work::Changed(now),
    };
    if let (Some(member), Work::Changed(_)) = (by, work) {
        let from = now - now.rem_euclid(LETTER);
        let work = Work::Changed(from);
        let payload = Payload { task, by, work };
        let about = format!("changed:{task}:{member}:{from}");
        later(env, tenant, &about, from + LETTER, &payload).await?;
    } else {
        let lane = format!("portal:{contact}");
        let payload = Payload { task, by, work };
        job::add(env, tenant, env.id(), Kind::TaskNews, &lane, &payload).await?;
    }
    if by.is_some() && chat::wanted(tenant, task).await? {
        let from = now - now.rem_euclid(CHAT);
        let work = Work::Chat(from);
        let payload = Payload { task, by, work };
        let about = format!("chat:{task}:{from}");
        later(env, tenant, &about, from + CHAT, &payload).await?;
    }
    Ok(())
}

/// A job that is done once its time is over, however often it is promised within it. It has a lane of its own: it holds up
/// nothing that is told at once.
async fn later(
    env: &Env,
    tenant: &mut Tenant,
    about: &str,
    until: i64,
    payload: &Payload,
) -> Result<()> {
    let id = job::id_of(Kind::TaskNews, about);
    let wait = until + SLACK - env.now().unix_timestamp();
    let wait = Duration::from_secs(u64::try_from(wait).unwrap_or_default());
    let lane = format!("news:{id}");
    job::add_after(env, tenant, id, Kind::TaskNews, &lane, wait, payload).await
}

/// Tells of it.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let Payload { task, by, work } = job.payload()?;
    // A task that was deleted since is no news.
    if let Some(about) = About::read(&mut tenant, task, by).await? {
        match work {
            Work::Comment(id) => comment(env, &mut tenant, &about, id).await?,
            Work::Document(id) => document(env, &mut tenant, &about, id).await?,
            Work::Changed(from) => letters::changed(env, &mut tenant, &about, time(from)?).await?,
            Work::Said(from, until) => {
                letters::said(env, &mut tenant, &about, time(from)?, time(until)?).await?;
            }
            Work::Chat(from) => chat::tell(env, &mut tenant, &about, from).await?,
        }
    }
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}

fn time(second: i64) -> Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(second).map_err(|_| Error::internal("a job is of no time"))
}

/// The task that news are of, and who did what is told.
struct About {
    task: TaskId,
    /// The contact that is left, of one that was merged.
    contact: ContactId,
    title: String,
    shared: bool,
    tells: bool,
    by: Option<MemberId>,
    /// What they are called.
    who: String,
}

impl About {
    async fn read(tenant: &mut Tenant, task: TaskId, by: Option<MemberId>) -> Result<Option<Self>> {
        let workspace = tenant.workspace();
        let row = sqlx::query!(
            r#"SELECT coalesce(p.merged_into, p.id) AS "contact!: ContactId", t.title, t.shared, t.tells,
                      coalesce((SELECT a.name FROM member m JOIN account a ON a.id = m.account_id
                                 WHERE m.workspace_id = $1 AND m.id = $3),
                               p.given_name, p.name, p.username, p.phone, '') AS "who!"
                 FROM task t JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
                WHERE t.workspace_id = $1 AND t.id = $2"#,
            workspace.0,
            task.0,
            by.map(|member| member.0),
        )
        .fetch_optional(tenant.conn())
        .await?;
        Ok(row.map(|row| Self {
            task,
            contact: row.contact,
            title: row.title,
            shared: row.shared,
            tells: row.tells,
            by,
            who: row.who,
        }))
    }
}

async fn comment(env: &Env, tenant: &mut Tenant, about: &About, id: CommentId) -> Result<()> {
    let workspace = tenant.workspace();
    let said = sqlx::query!(
        r#"SELECT author_id AS "author: MemberId", internal, body, at FROM task_comment
            WHERE workspace_id = $1 AND id = $2 AND task_id = $3"#,
        workspace.0,
        id.0,
        about.task.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(said) = said else { return Ok(()) };
    if !said.internal {
        let line = line::Line {
            id: MessageId(id.0),
            author: said.author,
            body: &said.body,
            document: None,
            at: said.at,
        };
        line::land(env, tenant, about, &line).await?;
    }
    if said.author.is_none() {
        return gather(env, tenant, about, said.at).await;
    }
    letters::commented(env, tenant, about, &said.body).await
}

/// Promises a letter of what the contact did, with what else they do until it goes. The client's own transaction could not: its
/// jobs stand in one lane, where one that waits holds up the others.
async fn gather(env: &Env, tenant: &mut Tenant, about: &About, at: OffsetDateTime) -> Result<()> {
    let now = env.now().unix_timestamp();
    let from = now - now.rem_euclid(LETTER);
    let key = format!("said:{}:{from}", about.task);
    let workspace = tenant.workspace();
    let promised = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM job WHERE workspace_id = $1 AND id = $2) AS "promised!""#,
        workspace.0,
        job::id_of(Kind::TaskNews, &key).0,
    )
    .fetch_one(tenant.conn())
    .await?;
    // The first one's letter tells of all that came behind it.
    if promised {
        return Ok(());
    }
    let until = from + LETTER;
    let payload = Payload {
        task: about.task,
        by: None,
        work: Work::Said(at.unix_timestamp(), until),
    };
    later(env, tenant, &key, until, &payload).await
}

async fn document(env: &Env, tenant: &mut Tenant, about: &About, id: DocumentId) -> Result<()> {
    let workspace = tenant.workspace();
    let brought = sqlx::query!(
        r#"SELECT author_id AS "author: MemberId", internal, name, at, file_id AS "file: FileId" FROM task_document
            WHERE workspace_id = $1 AND id = $2 AND task_id = $3 AND file_id IS NOT NULL"#,
        workspace.0,
        id.0,
        about.task.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    // It may have been taken away since.
    let Some(brought) = brought else {
        return Ok(());
    };
    if let (None, Some(file)) = (brought.author, brought.file) {
        let body = format!("brought {}", brought.name);
        let line = line::Line {
            // By the file: what is asked for may be brought more than once.
            id: MessageId(file.0),
            author: None,
            body: &body,
            document: Some(&brought.name),
            at: brought.at,
        };
        line::land(env, tenant, about, &line).await?;
    }
    if brought.author.is_none() {
        return gather(env, tenant, about, brought.at).await;
    }
    letters::brought(env, tenant, about, &brought.name).await
}

#[cfg(test)]
mod tests;
