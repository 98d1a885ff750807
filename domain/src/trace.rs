//! Where is my message? Its steps from the webhook to the thread, or from the composer to the contact's eyes.

mod came;
mod find;
mod went;

use crate::{Env, Result, Tenant, env::moment, webhook::raw};
use postern_types::{
    ChannelId, Direction, MessageId, PartId, Role, Stage, Status, StepState, Trace, TraceStep,
};
use time::OffsetDateTime;

/// Ways shown at most.
const MOST: usize = 20;

/// Where the messages are that `what` names, newest first: a phone number, Meta's id of a message or ours. Nothing of
/// another workspace's is found. What is no message, nor a status of one, is among the numbers' events: an admin finds it.
pub async fn find(env: &Env, tenant: &mut Tenant, what: &str) -> Result<Vec<Trace>> {
    let Some(what) = find::What::read(what) else {
        return Ok(Vec::new());
    };
    let mut traces = Vec::new();
    let mut parts = Vec::new();
    for record in find::messages(tenant, &what).await? {
        let came = record.direction == Direction::In || record.by_phone();
        if came {
            let held = came::part(env, tenant, &record).await?;
            parts.extend(held.as_ref().map(|held| held.id));
            traces.push(came::trace(record, held.as_ref()));
        } else {
            traces.push(went::trace(tenant, record).await?);
        }
    }
    if let Some(word) = what.word() {
        traces.extend(came::early(env, tenant, word).await?);
    }
    if let Some(word) = what.in_parts() {
        let fields = tenant.ranks(Role::Admin).await?;
        let waiting = raw::holding(env, tenant, raw::Where::Waiting, word, MOST).await?;
        let waiting = waiting
            .into_iter()
            .filter(|held| !parts.contains(&held.id) && (fields || held.is_message));
        traces.extend(came::waiting(tenant, waiting.collect(), word).await?);
        if traces.is_empty() && what.word().is_some() {
            // Applied, and no message, nor a status that waits for one.
            let held = raw::holding(env, tenant, raw::Where::Newest, word, 1).await?;
            let held = held.into_iter().filter(|held| fields || held.is_message);
            traces.extend(came::waiting(tenant, held.collect(), word).await?);
        }
    }
    traces.sort_by_key(|trace| std::cmp::Reverse(trace.at));
    traces.truncate(MOST);
    Ok(traces)
}

/// Keeps when a status was told that moved nothing on, for a later one was here before it.
pub(crate) async fn told_late(
    env: &Env,
    tenant: &mut Tenant,
    message: MessageId,
    status: Status,
    at: OffsetDateTime,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO message_status (workspace_id, message_id, status, at, heard_at)
         SELECT $1, $2, $3, $4, $5
          WHERE NOT EXISTS (SELECT FROM message_status
                             WHERE workspace_id = $1 AND message_id = $2 AND status = $3)",
        workspace.0,
        message.0,
        status.as_str(),
        at,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Remembers the part that a message came in, when that was some time before.
pub(crate) async fn came_in(
    tenant: &mut Tenant,
    channel: ChannelId,
    wamid: &str,
    part: PartId,
) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE message SET part_id = $4 WHERE workspace_id = $1 AND channel_id = $2 AND wamid = $3",
        workspace.0,
        channel.0,
        wamid,
        part.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// A message, with all that its own row and its neighbours say.
struct Record {
    id: MessageId,
    conversation: postern_types::ConversationId,
    channel: ChannelId,
    direction: Direction,
    author: Option<uuid::Uuid>,
    kind: String,
    line: String,
    at: OffsetDateTime,
    received_at: OffsetDateTime,
    wamid: Option<String>,
    status: Status,
    fault_code: Option<i64>,
    fault_reason: Option<String>,
    fault_details: Option<String>,
    target: Option<uuid::Uuid>,
    part: Option<uuid::Uuid>,
    number: String,
    contact_name: Option<String>,
    contact_phone: Option<String>,
}

impl Record {
    /// Written in the WhatsApp Business app: it came in as an echo.
    fn by_phone(&self) -> bool {
        self.direction == Direction::Out && self.author.is_none()
    }

    fn into_trace(self, steps: Vec<TraceStep>) -> Trace {
        Trace {
            message: Some(self.id),
            conversation: Some(self.conversation),
            direction: self.direction,
            kind: self.kind,
            line: self.line,
            contact: self.contact_name.or(self.contact_phone),
            number: Some(self.number),
            wamid: self.wamid,
            at: moment(self.at),
            steps,
            told: Vec::new(),
        }
    }
}

/// A step without anything to say of it.
fn step(stage: Stage, how_far: StepState, at: Option<OffsetDateTime>) -> TraceStep {
    TraceStep {
        stage,
        state: how_far,
        at: at.map(moment),
        heard_at: None,
        note: None,
        code: None,
        details: None,
    }
}

/// The same with a word for it.
fn noted(step: TraceStep, note: impl Into<String>) -> TraceStep {
    TraceStep {
        note: Some(note.into()),
        ..step
    }
}

/// The step that a status is.
fn stage(status: Status) -> Option<Stage> {
    match status {
        Status::Queued => Some(Stage::Queued),
        Status::Accepted => Some(Stage::Accepted),
        Status::Sent => Some(Stage::Sent),
        Status::Delivered => Some(Stage::Delivered),
        Status::Read => Some(Stage::Read),
        Status::Played => Some(Stage::Played),
        Status::Received | Status::Sending | Status::Unknown | Status::Failed => None,
    }
}

/// Names of the workspace's numbers.
async fn number_of(tenant: &mut Tenant, channel: ChannelId) -> Result<Option<String>> {
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "SELECT name FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(name)
}
