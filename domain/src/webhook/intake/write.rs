//! One transaction for many bodies: where they belong, their parts and messages, and what the feeds are told.

use super::{
    super::{door::Signer, part},
    Simple, Taken,
};
use crate::{
    Env, Error, Result, conversation, db::Global, env::moment, inbound, message, vault,
    wake::Signal,
};
use postern_types::{
    ChannelId, ConversationRow, ConversationState, Direction, Event, MessageId, MessageView,
    PartId, Status, WorkspaceId,
};
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// Takes what can be taken, in one transaction, and says of each body what became of it.
pub(super) async fn write(env: &Env, bodies: Vec<(Simple, Signer)>) -> Result<Vec<Taken>> {
    let mut global = env.db.global().await?;
    let routes = routes(&mut global, &bodies).await?;
    let now = env.now();
    let mut taken = vec![Taken::Not; bodies.len()];
    let mut columns = Columns::default();
    for (place, (body, signer)) in bodies.into_iter().enumerate() {
        if let Some(route) = routes.get(&body.number)
            && signer.covers(route.own_app, route.workspace, route.channel, None)
        {
            // A workspace whose key does not open is told of by the long way, and holds nobody up here.
            columns.add(env, route, place, body);
        }
    }
    if columns.parts.is_empty() {
        global.commit().await?;
        return Ok(taken);
    }
    let mut rows = messages(&mut global, now, &columns).await?;
    step_by_step(&mut rows);
    let (mut numbers, mut told) = (Vec::new(), Vec::new());
    for row in rows {
        let element = usize::try_from(row.element).unwrap_or(0) - 1;
        let part = usize::try_from(columns.part[element]).unwrap_or(0) - 1;
        taken[columns.places[part]] = if row.replay {
            Taken::Replay
        } else {
            Taken::Applied
        };
        let Some(arrival) = row.arrival else { continue };
        global.ring(Signal::Feed(columns.workspaces[part]));
        numbers.push(columns.numbers[part].clone());
        told.push(columns.event(now, element, arrival, row)?);
    }
    if !told.is_empty() {
        sqlx::query!("SELECT intake_events($1, $2, $3)", now, &numbers, &told)
            .execute(global.conn())
            .await?;
    }
    global.commit().await?;
    Ok(taken)
}

/// A conversation that several messages changed is told of as it is after all of them. Each of their events is a step of its
/// own all the same: who hears them knows by the revision that something came in.
fn step_by_step(rows: &mut [Row]) {
    let mut later = HashMap::new();
    for row in rows.iter_mut().rev() {
        if let (Some(id), Some(rev)) = (row.id, &mut row.rev) {
            let behind = later.entry(id).or_insert(0);
            *rev -= *behind;
            *behind += 1;
        }
    }
}

/// Where a number belongs.
struct Route {
    workspace: WorkspaceId,
    channel: ChannelId,
    own_app: bool,
    key: i32,
    wrapped: Vec<u8>,
}

async fn routes(
    global: &mut Global,
    bodies: &[(Simple, Signer)],
) -> Result<HashMap<String, Route>> {
    let numbers: HashSet<_> = bodies.iter().map(|(body, _)| body.number.clone()).collect();
    let rows = sqlx::query!(
        r#"SELECT number AS "number!", workspace_id AS "workspace!: WorkspaceId", channel_id AS "channel!: ChannelId",
                  own_app AS "own_app!", key_number AS "key!", wrapped AS "wrapped!"
             FROM intake_routes($1)"#,
        &Vec::from_iter(numbers),
    )
    .fetch_all(global.conn())
    .await?;
    let routes = rows.into_iter().map(|row| {
        let route = Route {
            workspace: row.workspace,
            channel: row.channel,
            own_app: row.own_app,
            key: row.key,
            wrapped: row.wrapped,
        };
        (row.number, route)
    });
    Ok(routes.collect())
}

/// What is written, column by column.
#[derive(Default)]
struct Columns {
    // A place for each part.
    /// Which of the bodies it is.
    places: Vec<usize>,
    workspaces: Vec<WorkspaceId>,
    numbers: Vec<String>,
    parts: Vec<Uuid>,
    digests: Vec<Vec<u8>>,
    sealed: Vec<Vec<u8>>,
    // A place for each message.
    /// The place of its part, from 1.
    part: Vec<i32>,
    keys: Vec<Vec<u8>>,
    ids: Vec<Uuid>,
    phones: Vec<Option<String>>,
    bsuids: Vec<Option<String>>,
    names: Vec<Option<String>>,
    kinds: Vec<String>,
    bodies: Vec<String>,
    lines: Vec<String>,
    ats: Vec<OffsetDateTime>,
    wamids: Vec<String>,
    /// Digests of parts and keys of messages that are in already: what comes twice goes the long way.
    seen: HashSet<Vec<u8>>,
}

impl Columns {
    fn add(&mut self, env: &Env, route: &Route, place: usize, body: Simple) {
        let digest = part::digest(env, &body.part);
        let key = |wamid: &str| inbound::key(env, route.workspace, &body.number, wamid).to_vec();
        let keys: Vec<_> = body
            .messages
            .iter()
            .map(|message| key(&message.wamid))
            .collect();
        let fresh: HashSet<_> = keys.iter().chain([&digest]).collect();
        if fresh.len() <= keys.len() || fresh.into_iter().any(|digest| self.seen.contains(digest)) {
            return;
        }
        let id: PartId = env.id();
        let sealed = vault::seal_under(
            env,
            route.workspace,
            route.key,
            route.wrapped.clone(),
            part::SEALED,
            &id.to_string(),
            &body.part,
        );
        let Ok(sealed) = sealed else { return };
        self.seen.extend(keys.iter().cloned());
        self.seen.insert(digest.clone());
        self.sealed.push(sealed);
        self.places.push(place);
        self.workspaces.push(route.workspace);
        self.numbers.push(body.number);
        self.parts.push(id.0);
        self.digests.push(digest);
        let part = i32::try_from(self.parts.len()).unwrap_or(i32::MAX);
        for (message, key) in body.messages.into_iter().zip(keys) {
            self.part.push(part);
            self.keys.push(key);
            self.ids.push(env.id::<MessageId>().0);
            self.lines.push(message::line(&message.body));
            self.names.push(message.from.called());
            self.phones.push(message.from.phone);
            self.bsuids.push(message.from.bsuid);
            self.kinds.push(message.kind);
            self.bodies.push(message.body);
            self.ats.push(message.at);
            self.wamids.push(message.wamid);
        }
    }

    /// What the feed is told of a message that was added.
    fn event(&self, now: OffsetDateTime, element: usize, arrival: i64, row: Row) -> Result<String> {
        let conversation = row.conversation()?;
        let message = MessageView {
            id: MessageId(self.ids[element]),
            rev: 1,
            conversation: conversation.id,
            direction: Direction::In,
            author: None,
            content: conversation::content(
                self.kinds[element].clone(),
                self.bodies[element].clone(),
            ),
            at: moment(self.ats[element]),
            arrival,
            status: Status::Received,
            status_at: moment(now),
            fault: None,
            ask_at: None,
            extra: None,
        };
        let event = Event::Message {
            message,
            conversation,
        };
        serde_json::to_string(&event).map_err(|error| Error::Internal(error.into()))
    }
}

/// What `intake_messages` says of an element.
struct Row {
    element: i32,
    replay: bool,
    arrival: Option<i64>,
    id: Option<Uuid>,
    rev: Option<i64>,
    contact_id: Option<Uuid>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    channel_id: Option<Uuid>,
    state: Option<ConversationState>,
    assignee_id: Option<Uuid>,
    last_kind: Option<String>,
    last_text: Option<String>,
    last_direction: Option<Direction>,
    last_status: Option<Status>,
    last_at: Option<OffsetDateTime>,
    unread: Option<i32>,
    heard_at: Option<OffsetDateTime>,
    team_id: Option<Uuid>,
    labels: Option<Vec<Uuid>>,
}

impl Row {
    /// Its conversation as it is now.
    fn conversation(self) -> Result<ConversationRow> {
        let record = || {
            Some(conversation::Record {
                id: self.id?,
                rev: self.rev?,
                contact_id: self.contact_id?,
                contact_name: self.contact_name,
                contact_phone: self.contact_phone,
                channel_id: self.channel_id?,
                state: self.state?,
                assignee_id: self.assignee_id,
                last_kind: self.last_kind,
                last_text: self.last_text,
                last_direction: self.last_direction,
                last_status: self.last_status,
                last_at: self.last_at?,
                unread: self.unread?,
                heard_at: self.heard_at,
                team_id: self.team_id,
                labels: self.labels.unwrap_or_default(),
            })
        };
        let record =
            record().ok_or_else(|| Error::internal("a message was added to no conversation"))?;
        Ok(record.into())
    }
}

async fn messages(global: &mut Global, now: OffsetDateTime, columns: &Columns) -> Result<Vec<Row>> {
    let workspaces: Vec<_> = columns.workspaces.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT element AS "element!", replay AS "replay!", arrival, id, rev, contact_id, contact_name, contact_phone,
                  channel_id, state AS "state: ConversationState", assignee_id, last_kind, last_text,
                  last_direction AS "last_direction: Direction", last_status AS "last_status: Status", last_at, unread,
                  heard_at, team_id, labels
             FROM intake_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"#,
        now,
        &workspaces,
        &columns.numbers,
        &columns.parts,
        &columns.digests,
        &columns.sealed,
        &columns.part,
        &columns.keys,
        &columns.ids,
        &columns.phones as &[Option<String>],
        &columns.bsuids as &[Option<String>],
        &columns.names as &[Option<String>],
        &columns.kinds,
        &columns.bodies,
        &columns.lines,
        &columns.ats,
        &columns.wamids,
    )
    .fetch_all(global.conn())
    .await?;
    Ok(rows)
}
