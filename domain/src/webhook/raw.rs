//! The kept parts of webhooks, found by a word in them: what a message came in, and what never became one.

use super::{news::value, part::SEALED};
use crate::{
    Env, Result, Tenant,
    payload::{self, Elements},
    vault,
};
use postern_types::{ChannelId, Line, PartId};
use serde_json::value::RawValue;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A part that holds the word.
pub(crate) struct Held {
    pub id: PartId,
    pub channel: ChannelId,
    pub received_at: OffsetDateTime,
    /// `applied`, `kept`, `unshown` or `pending`.
    pub state: String,
    /// Whether a message holds it, or a status of one; else it is another field of Meta's.
    pub is_message: bool,
    /// The kind of what holds it: a message's, `status`, or the field.
    pub kind: String,
    /// A status's word.
    pub line: String,
    /// Everything that this says, and the names of the people it came with.
    pub told: Vec<Line>,
}

/// What parts are looked through.
#[derive(Clone, Copy)]
pub(crate) enum Where {
    /// The one.
    Part(PartId),
    /// Those of a channel that came a little before that time.
    Before(ChannelId, OffsetDateTime),
    /// Those of which something is not shown.
    Waiting,
    /// The newest of all.
    Newest,
}

/// So many bytes of parts are looked through at once.
const MOST_BYTES: i64 = 16 << 20;

/// A part as it stands in the database.
struct Row {
    id: PartId,
    channel: ChannelId,
    sealed: Vec<u8>,
    received_at: OffsetDateTime,
    state: String,
}

/// Parts that hold `word`, the newest first, `most` of them. Only so many are looked through: they are sealed one by one.
pub(crate) async fn holding(
    env: &Env,
    tenant: &mut Tenant,
    places: Where,
    word: &str,
    most: usize,
) -> Result<Vec<Held>> {
    let mut found = Vec::new();
    for row in rows(tenant, places).await? {
        if found.len() >= most {
            break;
        }
        let body = vault::open(env, tenant, SEALED, &row.id.to_string(), &row.sealed).await?;
        found.extend(read(row, &body, word));
    }
    Ok(found)
}

async fn rows(tenant: &mut Tenant, places: Where) -> Result<Vec<Row>> {
    let workspace = tenant.workspace();
    let rows = match places {
        Where::Part(id) => {
            sqlx::query_as!(
                Row,
                r#"SELECT id AS "id: PartId", channel_id AS "channel: ChannelId", sealed, received_at, state
                     FROM webhook_part WHERE workspace_id = $1 AND id = $2"#,
                workspace.0,
                id.0,
            )
            .fetch_all(tenant.conn())
            .await?
        }
        Where::Before(channel, at) => {
            // An id begins with its time: the key itself finds what came then.
            sqlx::query_as!(
                Row,
                r#"SELECT id AS "id: PartId", channel_id AS "channel: ChannelId", sealed, received_at, state
                     FROM webhook_part
                    WHERE workspace_id = $1 AND id >= $2 AND id < $3 AND channel_id = $4
                    ORDER BY id DESC LIMIT 30"#,
                workspace.0,
                first_id(at - Duration::seconds(10)),
                first_id(at + Duration::seconds(1)),
                channel.0,
            )
            .fetch_all(tenant.conn())
            .await?
        }
        Where::Waiting => {
            sqlx::query_as!(
                Row,
                r#"SELECT id AS "id!: PartId", channel_id AS "channel!: ChannelId", sealed AS "sealed!",
                          received_at AS "received_at!", state AS "state!"
                     FROM (SELECT *, sum(octet_length(sealed)) OVER (ORDER BY id DESC) AS bytes
                             FROM webhook_part WHERE workspace_id = $1 AND state <> 'applied'
                            ORDER BY id DESC LIMIT 200) p
                    WHERE bytes <= $2 ORDER BY id DESC"#,
                workspace.0,
                MOST_BYTES,
            )
            .fetch_all(tenant.conn())
            .await?
        }
        Where::Newest => {
            sqlx::query_as!(
                Row,
                r#"SELECT id AS "id!: PartId", channel_id AS "channel!: ChannelId", sealed AS "sealed!",
                          received_at AS "received_at!", state AS "state!"
                     FROM (SELECT *, sum(octet_length(sealed)) OVER (ORDER BY id DESC) AS bytes
                             FROM webhook_part WHERE workspace_id = $1 ORDER BY id DESC LIMIT 200) p
                    WHERE bytes <= $2 ORDER BY id DESC"#,
                workspace.0,
                MOST_BYTES,
            )
            .fetch_all(tenant.conn())
            .await?
        }
    };
    Ok(rows)
}

/// The lowest id that could have been made at that time.
fn first_id(at: OffsetDateTime) -> Uuid {
    let millis = at.unix_timestamp_nanos() / 1_000_000;
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or(0), &[0; 10])
        .into_uuid()
}

/// What holds the word in a part, if something does.
fn read(row: Row, body: &[u8], word: &str) -> Option<Held> {
    let text = payload::readable(body);
    // As it stands in JSON: Meta escapes what an address would need.
    let written = [word.to_owned(), word.replace('/', "\\/")];
    let holds = |raw: &&RawValue| written.iter().any(|word| raw.get().contains(word));
    let peeled = payload::peel(&text)?;
    let change = peeled
        .changes
        .iter()
        .map(|change| change.raw)
        .find(|raw| holds(raw))?;
    let elements = payload::elements(change);
    let mut is_message = true;
    let (kind, line, told) = if let Some(raw) = elements.messages.iter().find(|raw| holds(raw)) {
        (named(raw, "type"), String::new(), told(raw, &elements))
    } else if let Some(raw) = elements.statuses.iter().find(|raw| holds(raw)) {
        (
            "status".to_owned(),
            named(raw, "status"),
            told(raw, &elements),
        )
    } else {
        is_message = false;
        let lines = elements
            .value
            .and_then(value)
            .map(|value| payload::lines(&value));
        (
            elements.field.clone(),
            String::new(),
            lines.unwrap_or_default(),
        )
    };
    Some(Held {
        id: row.id,
        channel: row.channel,
        received_at: row.received_at,
        state: row.state,
        is_message,
        kind,
        line,
        told,
    })
}

fn named(raw: &RawValue, key: &str) -> String {
    let word = value(raw).and_then(|value| Some(value.get(key)?.as_str()?.to_owned()));
    payload::storable(&word.unwrap_or_default())
}

/// An element's lines, then those of the people it came with.
fn told(raw: &RawValue, elements: &Elements<'_>) -> Vec<Line> {
    let people = elements.contacts.iter().take(20);
    std::iter::once(raw)
        .chain(people.copied())
        .filter_map(value)
        .flat_map(|value| payload::lines(&value))
        .collect()
}
