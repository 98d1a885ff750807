//! Letters to a task's owner and to those who commented.

use super::About;
use crate::{
    Env, Result, Tenant,
    mail::{self, Letter, unlinked},
    wake::Signal,
};
use postern_types::{MemberId, TaskStatus};
use time::{Duration, OffsetDateTime};

/// What a letter tells of a comment, at most.
const TOLD: usize = 1000;
/// Comments of one letter. The statement says one more, which tells whether there are others.
const TOGETHER: usize = 10;

pub(super) async fn commented(
    env: &Env,
    tenant: &mut Tenant,
    about: &About,
    body: &str,
) -> Result<()> {
    let letter = begin(about, "commented on").words(unlinked(&cut(body)));
    post(env, tenant, about, letter).await
}

pub(super) async fn brought(
    env: &Env,
    tenant: &mut Tenant,
    about: &About,
    name: &str,
) -> Result<()> {
    let letter = begin(about, "brought a document for").facts(vec![("Document", unlinked(name))]);
    post(env, tenant, about, letter).await
}

/// Of all that the contact said and brought within some minutes.
pub(super) async fn said(
    env: &Env,
    tenant: &mut Tenant,
    about: &About,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    let comments = sqlx::query_scalar!(
        "SELECT body FROM task_comment
          WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NULL AND at >= $3 AND at < $4
          ORDER BY at, id LIMIT 11",
        workspace.0,
        about.task.0,
        from,
        until,
    )
    .fetch_all(tenant.conn())
    .await?;
    let documents = sqlx::query_scalar!(
        "SELECT name FROM task_document
          WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NULL AND file_id IS NOT NULL AND at >= $3 AND at < $4
          ORDER BY at, id LIMIT 20",
        workspace.0,
        about.task.0,
        from,
        until,
    )
    .fetch_all(tenant.conn())
    .await?;
    let did = match (comments.len(), documents.len()) {
        // It was taken away since.
        (0, 0) => return Ok(()),
        (0, 1) => "brought a document for",
        (0, _) => "brought documents for",
        (_, 0) => "commented on",
        _ => "commented and brought documents for",
    };
    let mut letter = begin(about, did);
    for body in comments.iter().take(TOGETHER) {
        letter = letter.words(unlinked(&cut(body)));
    }
    if comments.len() > TOGETHER {
        letter = letter.note("There is more: the rest stands on the task.");
    }
    if !documents.is_empty() {
        let named = documents.iter().map(|name| ("Document", unlinked(name)));
        letter = letter.facts(named.collect());
    }
    post(env, tenant, about, letter).await
}

/// Of all that one member changed within some minutes.
pub(super) async fn changed(
    env: &Env,
    tenant: &mut Tenant,
    about: &About,
    from: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    let changes = sqlx::query!(
        "SELECT kind, value FROM task_change
          WHERE workspace_id = $1 AND task_id = $2 AND author_id IS NOT DISTINCT FROM $3 AND at >= $4 AND at < $5
          ORDER BY at, id LIMIT 30",
        workspace.0,
        about.task.0,
        about.by.map(|member| member.0),
        from,
        from + Duration::seconds(super::LETTER),
    )
    .fetch_all(tenant.conn())
    .await?;
    if changes.is_empty() {
        return Ok(());
    }
    let made = changes.iter().any(|change| change.kind == "created");
    let mut facts = Vec::new();
    for change in changes {
        let value = match change.kind.as_str() {
            "owner" => owner(tenant, &change.value).await?,
            "status" => status(&change.value).to_owned(),
            _ => unlinked(&change.value),
        };
        if let Some(label) = label(&change.kind) {
            facts.push((
                label,
                if value.is_empty() {
                    "—".into()
                } else {
                    value
                },
            ));
        }
    }
    let letter = begin(about, if made { "made the task" } else { "changed" });
    let letter = if facts.is_empty() {
        letter
    } else {
        letter.facts(facts)
    };
    post(env, tenant, about, letter).await
}

fn begin(about: &About, did: &str) -> Letter {
    let who = if about.who.is_empty() {
        "The contact"
    } else {
        &about.who
    };
    Letter::new(format!(
        "{} {did} {}",
        unlinked(who),
        unlinked(&about.title)
    ))
}

/// What changed, in words; nothing for what the subject says.
fn label(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "title" => "Called",
        "description" => "Description",
        "status" => "Status",
        "due" => "Due",
        "owner" => "Owner",
        "shared" => "Shared with the contact",
        "unshared" => "Not shared with the contact any more",
        "item" => "On the list",
        "item_done" => "Ticked off",
        "item_undone" => "Not ticked off any more",
        "item_gone" => "Off the list",
        "asked" => "Asked for",
        "document" => "Document",
        "document_gone" => "Document taken away",
        _ => return None,
    })
}

/// A status in words.
pub(super) fn status(word: &str) -> &'static str {
    match TaskStatus::parse(word) {
        Some(TaskStatus::Doing) => "In progress",
        Some(TaskStatus::Waiting) => "Waiting",
        Some(TaskStatus::Done) => "Done",
        Some(TaskStatus::Cancelled) => "Cancelled",
        Some(TaskStatus::Open) | None => "Open",
    }
}

async fn owner(tenant: &mut Tenant, id: &str) -> Result<String> {
    let Ok(member) = id.parse::<MemberId>() else {
        return Ok("nobody".into());
    };
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "SELECT a.name FROM member m JOIN account a ON a.id = m.account_id WHERE m.workspace_id = $1 AND m.id = $2",
        workspace.0,
        member.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(name.map(|name| unlinked(&name)).unwrap_or_default())
}

fn cut(body: &str) -> String {
    let mut text: String = body.chars().take(TOLD).collect();
    if body.chars().nth(TOLD).is_some() {
        text.push('…');
    }
    text
}

/// To the owner and to whoever commented, but for who did it and for those who want no letters of tasks. Where agents are limited, those who commented and see nothing
/// of the contact any more hear nothing either.
async fn post(env: &Env, tenant: &mut Tenant, about: &About, letter: Letter) -> Result<()> {
    let workspace = tenant.workspace();
    let readers = sqlx::query_scalar!(
        "SELECT a.email FROM task t
           JOIN member m ON m.workspace_id = t.workspace_id
            AND (m.id = t.owner_id
                 OR m.id IN (SELECT c.author_id FROM task_comment c WHERE c.workspace_id = $1 AND c.task_id = t.id))
           JOIN account a ON a.id = m.account_id
           LEFT JOIN account_setting s ON s.account_id = a.id
           JOIN workspace w ON w.workspace_id = t.workspace_id
          WHERE t.workspace_id = $1 AND t.id = $2 AND m.id IS DISTINCT FROM $3
            AND m.state = 'active' AND m.removed_at IS NULL AND a.disabled_at IS NULL
            AND s.task_mail IS NOT FALSE
            AND (NOT w.agents_limited OR m.role <> 'agent' OR m.id = t.owner_id
                 OR EXISTS (SELECT FROM contact p
                             WHERE p.workspace_id = $1 AND p.id = t.contact_id AND p.owner_id = m.id)
                 OR EXISTS (SELECT FROM conversation v
                             WHERE v.workspace_id = $1 AND v.contact_id = t.contact_id
                               AND (v.assignee_id = m.id
                                    OR v.team_id IN (SELECT x.team_id FROM team_member x
                                                      WHERE x.workspace_id = $1 AND x.member_id = m.id))))
          ORDER BY m.id LIMIT 50",
        workspace.0,
        about.task.0,
        about.by.map(|member| member.0),
    )
    .fetch_all(tenant.conn())
    .await?;
    let page = format!("{}/tasks/{}", env.post.origin, about.task);
    let choice = format!("{}/settings/account#hearing-head", env.post.origin);
    let letter = letter
        .button("Open the task", page)
        .link("No e-mails about tasks? Choose it in your account", choice);
    for reader in &readers {
        mail::put(env, tenant.conn(), reader, &letter).await?;
    }
    if !readers.is_empty() {
        tenant.ring(Signal::Jobs);
    }
    Ok(())
}
