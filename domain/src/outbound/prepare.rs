//! Before the post: is it to be sent, may it be sent now, and by what.

use super::{PATIENCE, content, own, upload::Parcel};
use crate::{
    Env, Result, Tenant, channel,
    conversation::WINDOW,
    fault,
    graph::Recipient,
    job::{self, Job},
    message::step::{self, From, Step},
    rate::{self, Bucket},
    template::{UNWANTED, is_unwanted},
};
use postern_types::{AttemptId, ChannelId, ChannelState, FileId, MessageId, SendFault, Status};
use secrecy::SecretString;
use serde_json::Value;
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// All that a post needs, so that it needs no transaction.
pub(super) struct Letter {
    pub message: MessageId,
    /// It goes along to Meta, and comes back with every status.
    pub attempt: AttemptId,
    pub channel: ChannelId,
    /// When the token was read: a newer one is not to blame for its refusal, and a post must not begin long after.
    pub read_at: OffsetDateTime,
    pub token: SecretString,
    pub phone_number_id: String,
    pub recipient: Recipient,
    /// Meta's object of the message's type.
    pub content: Value,
    /// Meta's id of the message that it answers.
    pub quotes: Option<String>,
    /// The files in it.
    pub files: Vec<FileId>,
    pub number: Bucket,
    pub pair: Bucket,
}

impl Letter {
    /// Whether it is paid for when the account cannot pay.
    pub fn is_template(&self) -> bool {
        content::is_template(Some(&self.content))
    }
}

/// What a job of sending has to do now.
pub(super) enum Next {
    /// Nothing: the message and the job are as they have to be.
    Nothing,
    /// To bring a file to Meta, then to look again.
    Upload(Box<Parcel>),
    /// To post it: it is marked as being sent.
    Post(Box<Letter>),
}

struct Record {
    status: Status,
    ask_at: Option<OffsetDateTime>,
    body: String,
    sending: Option<Value>,
    quotes: Option<String>,
    channel_id: Uuid,
    state: ChannelState,
    phone_number_id: String,
    account_id: String,
    people_scope: String,
    contact_id: Uuid,
    phone: Option<String>,
    reply_to: Option<String>,
    attempt_id: Option<Uuid>,
    heard_at: Option<OffsetDateTime>,
}

const WINDOW_CLOSED: i64 = 131_047;
/// The account cannot pay.
pub(crate) const UNPAID: i64 = 131_042;

pub(crate) const DISCONNECTED: &str =
    "The number is disconnected. An admin has to connect it again; then try again.";

/// Marks the message as being sent and says how, once all that it takes along is at Meta.
/// `at_meta` are the files that it has brought there.
pub(super) async fn prepare(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    at_meta: &BTreeMap<FileId, String>,
) -> Result<Next> {
    let message = job.payload::<MessageId>()?;
    let Some(row) = read(tenant, message).await? else {
        // Erased meanwhile.
        job::done(tenant, job.claim).await?;
        return Ok(Next::Nothing);
    };
    if !is_queued(env, tenant, job, message, &row).await? {
        return Ok(Next::Nothing);
    }
    let template = content::is_template(row.sending.as_ref());
    if !template && row.heard_at.is_none_or(|at| at + WINDOW <= env.now()) {
        fail(env, tenant, job, message, known(WINDOW_CLOSED)).await?;
        return Ok(Next::Nothing);
    }
    if template && is_unwanted(tenant, message).await? {
        fail(env, tenant, job, message, own(UNWANTED)).await?;
        return Ok(Next::Nothing);
    }
    let channel = ChannelId(row.channel_id);
    let token = match row.state {
        ChannelState::Connected => channel::secrets::token(env, tenant, channel).await?,
        ChannelState::Disconnected => None,
    };
    let Some(token) = token else {
        fail(env, tenant, job, message, own(DISCONNECTED)).await?;
        return Ok(Next::Nothing);
    };
    let Some(recipient) = recipient(tenant, &row).await? else {
        let fault = SendFault {
            retry: false,
            ..own("This contact has neither a number nor an id that WhatsApp could send to.")
        };
        fail(env, tenant, job, message, fault).await?;
        return Ok(Next::Nothing);
    };
    if template && rate::is_shut(env, tenant, &unpaid(channel)).await? {
        fail(env, tenant, job, message, known(UNPAID)).await?;
        return Ok(Next::Nothing);
    }
    let written = row.sending.unwrap_or_else(|| content::text(&row.body));
    let files = content::files(&written);
    if let Some(file) = files.iter().find(|file| !at_meta.contains_key(file)) {
        return Ok(Next::Upload(Box::new(Parcel {
            message,
            channel,
            file: *file,
            read_at: env.now(),
            token,
            phone_number_id: row.phone_number_id,
        })));
    }
    let letter = Letter {
        message,
        // The first try goes by its message's id, and a later one by an id of its own.
        attempt: row.attempt_id.map_or(AttemptId(message.0), |_| env.id()),
        channel,
        read_at: env.now(),
        token,
        phone_number_id: row.phone_number_id,
        recipient,
        content: content::filled(written, at_meta),
        quotes: row.quotes,
        files,
        number: number(channel),
        pair: pair(channel, row.contact_id),
    };
    if let Some(at) = wait(env, tenant, &letter).await? {
        job::wait_until(tenant, job.claim, at).await?;
        return Ok(Next::Nothing);
    }
    let from = From {
        states: &[Status::Queued],
        attempt: None,
    };
    let step = Step {
        attempt: Some(letter.attempt),
        ..Step::default()
    };
    step::take(env, tenant, message, from, Status::Sending, step).await?;
    remember(tenant, &letter).await?;
    job::extend(tenant, job.claim, job::LEASE).await?;
    Ok(Next::Post(Box::new(letter)))
}

/// Whether it waits to be sent. What does not has its job put where it belongs.
async fn is_queued(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    message: MessageId,
    row: &Record,
) -> Result<bool> {
    match row.status {
        Status::Queued => return Ok(true),
        Status::Sending => lost(env, tenant, job, message).await?,
        Status::Unknown => match row.ask_at.filter(|at| *at > env.now()) {
            Some(at) => job::wait_until(tenant, job.claim, at).await?,
            // Now it is the agent's: what was written after it may go.
            None => job::done(tenant, job.claim).await?,
        },
        _ => job::done(tenant, job.claim).await?,
    }
    Ok(false)
}

/// What Meta would answer, known before it is asked.
pub(crate) fn known(code: i64) -> SendFault {
    let (words, retry) = fault::words(code);
    SendFault {
        code,
        reason: words.to_owned(),
        retry,
        details: None,
    }
}

/// Keeps the id of a later try: a status names the try that it is about, also when there has been another since.
async fn remember(tenant: &mut Tenant, letter: &Letter) -> Result<()> {
    if letter.attempt.0 == letter.message.0 {
        return Ok(());
    }
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO message_try (workspace_id, id, message_id) VALUES ($1, $2, $3)",
        workspace.0,
        letter.attempt.0,
        letter.message.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Somebody began to send it and is gone: nobody knows how far they came.
async fn lost(env: &Env, tenant: &mut Tenant, job: &Job, message: MessageId) -> Result<()> {
    let ask_at = env.now() + PATIENCE;
    let from = From {
        states: &[Status::Sending],
        attempt: None,
    };
    let step = Step {
        ask_at: Some(ask_at),
        ..Step::default()
    };
    step::take(env, tenant, message, from, Status::Unknown, step).await?;
    job::wait_until(tenant, job.claim, ask_at).await
}

/// What was not handed to Meta fails.
pub(super) async fn fail(
    env: &Env,
    tenant: &mut Tenant,
    job: &Job,
    message: MessageId,
    fault: SendFault,
) -> Result<()> {
    let from = From {
        states: &[Status::Queued],
        attempt: None,
    };
    let step = Step {
        fault: Some(fault),
        ..Step::default()
    };
    step::take(env, tenant, message, from, Status::Failed, step).await?;
    job::done(tenant, job.claim).await
}

async fn read(tenant: &mut Tenant, message: MessageId) -> Result<Option<Record>> {
    let workspace = tenant.workspace();
    let row = sqlx::query_as!(
        Record,
        // Locked: a status, or the agent's word, comes before this or after it, never between.
        r#"SELECT m.status AS "status: Status", m.ask_at, m.body, m.sending, m.quotes, m.channel_id,
                  ch.state AS "state: ChannelState",
                  ch.phone_number_id, ch.account_id, ch.people_scope AS "people_scope!", c.contact_id, p.phone, c.reply_to,
                  m.attempt_id,
                  -- The window is the number's and the contact's, whichever conversation they wrote in last. Who has two
                  -- numbers has two windows.
                  (SELECT max(h.heard_at) FROM conversation h
                    WHERE h.workspace_id = c.workspace_id AND h.contact_id = c.contact_id
                      AND h.channel_id = c.channel_id
                      AND (h.reply_to IS NULL OR c.reply_to IS NULL OR h.reply_to = c.reply_to)) AS heard_at
             FROM message m
             JOIN channel ch ON ch.workspace_id = m.workspace_id AND ch.id = m.channel_id
             JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
             JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
            WHERE m.workspace_id = $1 AND m.id = $2 AND m.direction = 'out'
              FOR UPDATE OF m"#,
        workspace.0,
        message.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(row)
}

/// The number by which they wrote in this conversation; then the one that is shown; then any other; then Meta's id of the
/// person within this portfolio, the one that it gave last.
async fn recipient(tenant: &mut Tenant, row: &Record) -> Result<Option<Recipient>> {
    let workspace = tenant.workspace();
    let known = sqlx::query!(
        "SELECT kind, scope, value FROM contact_identity WHERE workspace_id = $1 AND contact_id = $2
          ORDER BY ended_at DESC NULLS FIRST, kind, scope, value",
        workspace.0,
        row.contact_id,
    )
    .fetch_all(tenant.conn())
    .await?;
    let shown: String = row
        .phone
        .as_deref()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let phones = || known.iter().filter(|identity| identity.kind == "phone");
    let phone = phones()
        .find(|identity| Some(&identity.value) == row.reply_to.as_ref())
        .or_else(|| phones().find(|identity| identity.value == shown))
        .or_else(|| phones().next());
    if let Some(phone) = phone {
        return Ok(Some(Recipient::Phone(phone.value.clone())));
    }
    let of = |scope: &str| {
        known
            .iter()
            .find(|identity| identity.kind == "bsuid" && identity.scope == scope)
    };
    // One that another contact has within the portfolio stayed where it was learnt.
    let person = of(&row.people_scope).or_else(|| of(&row.account_id));
    Ok(person.map(|identity| Recipient::Person(identity.value.clone())))
}

/// What Meta allows a number: 80 a second.
pub(crate) fn number(channel: ChannelId) -> Bucket {
    Bucket {
        name: format!("number:{channel}"),
        holds: 80.0,
        per_second: 80.0,
    }
}

/// What Meta allows between a number and one contact: 45 at once, then one every 6 s.
fn pair(channel: ChannelId, contact: Uuid) -> Bucket {
    Bucket {
        name: format!("pair:{channel}:{contact}"),
        holds: 45.0,
        per_second: 1.0 / 6.0,
    }
}

/// Shut for a while when Meta said that the account cannot pay: no template is sent from the number then.
pub(crate) fn unpaid(channel: ChannelId) -> Bucket {
    Bucket {
        name: format!("unpaid:{channel}"),
        holds: 1.0,
        per_second: 1.0,
    }
}

/// Takes a token of both buckets, or of neither and says when to look again.
async fn wait(env: &Env, tenant: &mut Tenant, letter: &Letter) -> Result<Option<OffsetDateTime>> {
    tenant.mark().await?;
    if let Some(at) = rate::take(env, tenant, &letter.pair).await? {
        tenant.undo().await?;
        rate::set_right(env, tenant, &letter.pair).await?;
        return Ok(Some(at));
    }
    if let Some(at) = rate::take(env, tenant, &letter.number).await? {
        tenant.undo().await?;
        rate::set_right(env, tenant, &letter.number).await?;
        // Many wait for the same number: they come back spread over half a second, not all at once.
        let [spread] = env.bytes();
        return Ok(Some(at + Duration::milliseconds(i64::from(spread) * 2)));
    }
    tenant.keep().await?;
    Ok(None)
}
