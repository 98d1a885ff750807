//! The way in: received, verified, stored, applied, shown.

use super::{Record, noted, number_of, stage, step};
use crate::{Env, Result, Tenant, env::moment, fault, webhook::raw};
use postern_types::{
    ChannelId, Direction, MessageId, PartId, Stage, Status, StepState, Trace, TraceStep,
};
use time::OffsetDateTime;

/// The part that a message came in, when it can be told.
pub(super) async fn part(
    env: &Env,
    tenant: &mut Tenant,
    record: &Record,
) -> Result<Option<raw::Held>> {
    let Some(wamid) = &record.wamid else {
        return Ok(None);
    };
    let places = match record.part {
        Some(part) => raw::Where::Part(PartId(part)),
        None => raw::Where::Before(record.channel, record.received_at),
    };
    let held = raw::holding(env, tenant, places, wamid, 1).await?;
    Ok(held.into_iter().next())
}

/// The way of a message that is here.
pub(super) fn trace(record: Record, held: Option<&raw::Held>) -> Trace {
    let received = held.map_or(record.received_at, |held| held.received_at);
    let stored = step(Stage::Stored, StepState::Done, Some(received));
    let stored = match held.map(|held| held.state.as_str()) {
        Some("kept") => noted(
            stored,
            "Something else in the same webhook was not understood, and is kept.",
        ),
        Some("pending") => noted(
            stored,
            "The rest of the same webhook is still being applied.",
        ),
        _ => stored,
    };
    let shown = step(Stage::Shown, StepState::Done, Some(record.received_at));
    let shown = match record.target {
        Some(_) => noted(shown, "It is shown on the message that it is about."),
        None => shown,
    };
    let steps = vec![
        step(Stage::Received, StepState::Done, Some(received)),
        step(Stage::Verified, StepState::Done, Some(received)),
        stored,
        step(Stage::Applied, StepState::Done, Some(record.received_at)),
        shown,
    ];
    record.into_trace(steps)
}

/// Statuses of a message that is not here: they wait for it.
pub(super) async fn early(env: &Env, tenant: &mut Tenant, wamid: &str) -> Result<Option<Trace>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT e.channel_id AS "channel: ChannelId", e.status AS "status: Status", e.at, e.received_at,
                  e.fault_code, e.fault_details
             FROM status_early e JOIN channel ch ON ch.workspace_id = e.workspace_id AND ch.id = e.channel_id
            WHERE e.workspace_id = $1 AND e.wamid = $2 ORDER BY e.received_at, e.at LIMIT 20"#,
        workspace.0,
        wamid,
    )
    .fetch_all(tenant.conn())
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let (channel, at) = (first.channel, first.received_at);
    let held = raw::holding(env, tenant, raw::Where::Before(channel, at), wamid, 1).await?;
    let mut steps = vec![
        step(Stage::Received, StepState::Done, Some(at)),
        step(Stage::Verified, StepState::Done, Some(at)),
        step(Stage::Stored, StepState::Done, Some(at)),
        noted(
            step(Stage::Applied, StepState::Waiting, None),
            "No message here has this id. It was sent by another program, or WhatsApp's answer to our sending is not \
             stored yet: then it is applied at once.",
        ),
    ];
    for row in &rows {
        steps.push(TraceStep {
            state: match row.status {
                Status::Failed => StepState::Failed,
                _ => StepState::Done,
            },
            heard_at: Some(moment(row.received_at)),
            note: row.fault_code.map(|code| fault::words(code).0.to_owned()),
            code: row.fault_code,
            details: row.fault_details.clone(),
            ..step(
                stage(row.status).unwrap_or(Stage::Sent),
                StepState::Done,
                Some(row.at),
            )
        });
    }
    let words: Vec<_> = rows.iter().map(|row| row.status.as_str()).collect();
    Ok(Some(Trace {
        message: None,
        conversation: None,
        direction: Direction::Out,
        kind: "status".to_owned(),
        line: words.join(", "),
        contact: None,
        number: number_of(tenant, channel).await?,
        wamid: Some(wamid.to_owned()),
        at: moment(at),
        steps,
        told: held.into_iter().flat_map(|held| held.told).collect(),
    }))
}

/// The way of what came in, and became no message.
pub(super) async fn waiting(
    tenant: &mut Tenant,
    parts: Vec<raw::Held>,
    word: &str,
) -> Result<Vec<Trace>> {
    let mut traces = Vec::new();
    for held in parts {
        let at = held.received_at;
        let mut steps = vec![
            step(Stage::Received, StepState::Done, Some(at)),
            step(Stage::Verified, StepState::Done, Some(at)),
            step(Stage::Stored, StepState::Done, Some(at)),
        ];
        steps.extend(rest(&held.state, at));
        traces.push(Trace {
            message: None::<MessageId>,
            conversation: None,
            direction: Direction::In,
            kind: held.kind,
            line: held.line,
            contact: None,
            number: number_of(tenant, held.channel).await?,
            wamid: Some(word.to_owned()).filter(|word| word.contains('.')),
            at: moment(at),
            steps,
            told: held.told,
        });
    }
    Ok(traces)
}

/// What became of a part after it was stored.
fn rest(state: &str, at: OffsetDateTime) -> [TraceStep; 2] {
    let applied = |state, note: &str| noted(step(Stage::Applied, state, None), note);
    let ahead = step(Stage::Shown, StepState::Ahead, None);
    match state {
        "pending" => [
            applied(
                StepState::Waiting,
                "It is being applied, or was cut off: WhatsApp's next delivery goes on with it, or an admin.",
            ),
            ahead,
        ],
        "unshown" => [
            step(Stage::Applied, StepState::Done, Some(at)),
            noted(
                step(Stage::Shown, StepState::Failed, None),
                "It came when its kind was shown nowhere. An admin can apply it again.",
            ),
        ],
        "applied" => [
            step(Stage::Applied, StepState::Done, Some(at)),
            noted(
                step(Stage::Shown, StepState::Done, None),
                "It is no message of a conversation: see the number's events.",
            ),
        ],
        _ => [
            applied(
                StepState::Failed,
                "It was not understood, and is kept as it came. An admin can apply it again after an update.",
            ),
            ahead,
        ],
    }
}
