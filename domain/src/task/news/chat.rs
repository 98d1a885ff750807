//! The contact is told in the chat of what they can see of a task: by a text while the window is open, by the template
//! `task_update` after it. What could not be told stands on the task.

use super::{About, CHAT, letters, line, time};
use crate::{Env, Result, Tenant, channel, conversation, crypto, event, message, template};
use postern_types::{
    ChannelState, MemberId, MessageId, Side, TASK_TEMPLATE, TaskId, TaskTold, Told,
};
use time::{Duration, OffsetDateTime};
use uuid::Builder;

/// What is told of a comment, at most.
const TOLD: usize = 1000;

/// Whether the contact is told of what becomes of it.
pub(super) async fn wanted(tenant: &mut Tenant, task: TaskId) -> Result<bool> {
    let workspace = tenant.workspace();
    let wanted = sqlx::query_scalar!(
        r#"SELECT shared AND tells AS "wanted!" FROM task WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        task.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(wanted.unwrap_or_default())
}

/// Tells of all that members did from that second on, as long as a message waits for more. The switch counts as it is now.
pub(super) async fn tell(env: &Env, tenant: &mut Tenant, about: &About, from: i64) -> Result<()> {
    if !about.shared || !about.tells {
        return Ok(());
    }
    let lines = lines(tenant, about, from).await?;
    let Some(author) = about.by.filter(|_| !lines.is_empty()) else {
        return Ok(());
    };
    let id = id_of(about.task, from);
    if line::is_there(tenant, id).await? {
        // Promised once more by a transaction that was very late.
        return Ok(());
    }
    let told = if let Some(talk) = line::newest(tenant, about).await? {
        send(env, tenant, about, (author, id), &talk, &lines).await?
    } else {
        TaskTold::NoChat
    };
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE task SET told = $3, told_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        about.task.0,
        told.as_str(),
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    event::side(env, tenant, Side::Task, about.task.0).await
}

/// One for each task and time: a job that runs twice sends once. No job has such an id.
fn id_of(task: TaskId, from: i64) -> MessageId {
    let bytes = crypto::id_bytes(&format!("task chat:{task}:{from}"));
    MessageId(Builder::from_random_bytes(bytes).into_uuid())
}

/// What the contact can see of it.
async fn lines(tenant: &mut Tenant, about: &About, from: i64) -> Result<Vec<String>> {
    let workspace = tenant.workspace();
    let from = time(from)?;
    let until = from + Duration::seconds(CHAT);
    let changes = sqlx::query!(
        "SELECT kind, value FROM task_change
          WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NOT NULL AND at >= $3 AND at < $4
            AND kind IN ('created', 'shared', 'status')
          ORDER BY at, id",
        workspace.0,
        about.task.0,
        from,
        until,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut lines = Vec::new();
    if changes.iter().any(|change| change.kind != "status") {
        lines.push("New in your portal".to_owned());
    }
    if let Some(last) = changes.iter().rfind(|change| change.kind == "status") {
        lines.push(format!("Status: {}", letters::status(&last.value)));
    }
    let documents = sqlx::query!(
        r#"SELECT name, file_id IS NULL AS "wanted!" FROM task_document
            WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NOT NULL AND NOT internal AND at >= $3 AND at < $4
            ORDER BY at, id LIMIT 20"#,
        workspace.0,
        about.task.0,
        from,
        until,
    )
    .fetch_all(tenant.conn())
    .await?;
    lines.extend(documents.into_iter().map(|document| {
        let what = if document.wanted {
            "Please bring"
        } else {
            "New document"
        };
        format!("{what}: {}", document.name)
    }));
    let comments = sqlx::query_scalar!(
        "SELECT body FROM task_comment
          WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NOT NULL AND NOT internal AND at >= $3 AND at < $4
          ORDER BY at, id LIMIT 20",
        workspace.0,
        about.task.0,
        from,
        until,
    )
    .fetch_all(tenant.conn())
    .await?;
    lines.extend(comments);
    Ok(lines)
}

async fn send(
    env: &Env,
    tenant: &mut Tenant,
    about: &About,
    (author, id): (MemberId, MessageId),
    talk: &line::Talk,
    lines: &[String],
) -> Result<TaskTold> {
    let number = channel::find(tenant, talk.channel).await?;
    if number.state == ChannelState::Disconnected {
        return Ok(TaskTold::NoChat);
    }
    if heard(tenant, talk)
        .await?
        .is_some_and(|at| at + conversation::WINDOW > env.now())
    {
        let body = format!("{}\n{}", about.title, lines.join("\n"));
        let body: String = body.chars().take(TOLD * 2).collect();
        let text = message::Send {
            id,
            conversation: talk.id,
            kind: "text",
            body: body.trim_end(),
            told: &Told::default(),
            quotes: None,
            target: None,
            sending: None,
            file: None,
        };
        message::send_for(env, tenant, author, talk.channel, &text).await?;
        return Ok(TaskTold::Chat);
    }
    let news = template::News {
        id,
        conversation: talk.id,
        contact: about.contact,
        author,
        template: TASK_TEMPLATE,
        values: [&about.title, &lines.join("; ")],
    };
    let sent = template::tell(env, tenant, &number, &news).await?;
    Ok(if sent {
        TaskTold::Template
    } else {
        TaskTold::NoTemplate
    })
}

/// When the contact last wrote over that number: the window is theirs, whichever conversation it was.
async fn heard(tenant: &mut Tenant, talk: &line::Talk) -> Result<Option<OffsetDateTime>> {
    let workspace = tenant.workspace();
    let heard = sqlx::query_scalar!(
        "SELECT max(h.heard_at) FROM conversation c
           JOIN conversation h ON h.workspace_id = c.workspace_id AND h.contact_id = c.contact_id
                              AND h.channel_id = c.channel_id
                              AND (h.reply_to IS NULL OR c.reply_to IS NULL OR h.reply_to = c.reply_to)
          WHERE c.workspace_id = $1 AND c.id = $2",
        workspace.0,
        talk.id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(heard)
}
