//! The way out: composed, queued, taken by Meta, sent, delivered, read.

use super::{Record, noted, stage, step};
use crate::{Result, Tenant, fault};
use postern_types::{Direction, Stage, Status, StepState, Trace, TraceStep};
use time::OffsetDateTime;

/// A time at which its status moved.
struct Moved {
    status: Status,
    at: OffsetDateTime,
    heard_at: OffsetDateTime,
}

/// The job that sends it.
struct Job {
    state: String,
    run_at: OffsetDateTime,
    attempts: i32,
    fault: Option<String>,
    behind: bool,
}

/// The steps after it was queued, as they follow each other.
const WAY: [Stage; 4] = [Stage::Accepted, Stage::Sent, Stage::Delivered, Stage::Read];

/// The way of a message that a colleague wrote.
pub(super) async fn trace(tenant: &mut Tenant, record: Record) -> Result<Trace> {
    let composed = step(Stage::Composed, StepState::Done, Some(record.received_at));
    if record.direction == Direction::Note {
        let shown = step(Stage::Shown, StepState::Done, Some(record.received_at));
        let note = noted(
            shown,
            "A note to colleagues: it does not leave the workspace.",
        );
        return Ok(record.into_trace(vec![composed, note]));
    }
    let mut moved = moved(tenant, &record).await?;
    // Queued anew, it has its way before it again.
    let begun = moved
        .iter()
        .rposition(|moved| moved.status == Status::Queued);
    let moved = moved.split_off(begun.unwrap_or_default());
    let job = match record.status {
        Status::Queued | Status::Sending | Status::Unknown => job(tenant, &record).await?,
        _ => None,
    };
    let mut steps = vec![composed];
    steps.extend(way(&record, &moved, job.as_ref()));
    Ok(record.into_trace(steps))
}

/// The steps behind the composer. The first that nothing shows to be done is where it waits, or where it failed.
fn way(record: &Record, moved: &[Moved], job: Option<&Job>) -> Vec<TraceStep> {
    let since = match moved.first() {
        Some(first) if first.status == Status::Queued => first.at,
        _ => record.received_at,
    };
    let mut queued = step(Stage::Queued, StepState::Done, Some(since));
    if record.status == Status::Queued {
        queued.state = StepState::Waiting;
        queued = noted(queued, waits(job));
    }
    let mut steps = vec![queued];
    let played = moved.iter().any(|moved| moved.status == Status::Played);
    let stages = WAY.into_iter().chain(played.then_some(Stage::Played));
    // Of before times were kept, the status alone tells.
    let reached = moved
        .iter()
        .map(|moved| moved.status)
        .chain([record.status])
        .filter_map(stage)
        .map(place)
        .max()
        .unwrap_or_default();
    let mut open = record.status != Status::Queued;
    for stage in stages {
        let known = moved
            .iter()
            .rev()
            .find(|moved| super::stage(moved.status) == Some(stage));
        if let Some(moved) = known {
            steps.push(TraceStep {
                heard_at: Some(crate::env::moment(moved.heard_at)),
                ..step(stage, StepState::Done, Some(moved.at))
            });
        } else if reached >= place(stage) {
            steps.push(noted(
                step(stage, StepState::Done, None),
                "WhatsApp did not tell of this step by itself.",
            ));
        } else if open {
            open = false;
            steps.push(next(record, stage, moved));
        } else {
            steps.push(step(stage, StepState::Ahead, None));
        }
    }
    steps
}

/// The step that comes next, or the one that failed.
fn next(record: &Record, stage: Stage, moved: &[Moved]) -> TraceStep {
    if record.status == Status::Failed {
        let failed = moved
            .iter()
            .rev()
            .find(|moved| moved.status == Status::Failed);
        let code = record.fault_code.filter(|code| *code != 0);
        let words = record.fault_reason.clone();
        return TraceStep {
            note: words.or_else(|| code.map(|code| fault::words(code).0.to_owned())),
            code,
            details: record.fault_details.clone(),
            ..step(stage, StepState::Failed, failed.map(|failed| failed.at))
        };
    }
    let waiting = step(stage, StepState::Waiting, None);
    match (record.status, stage) {
        (Status::Sending, _) => noted(waiting, "It is with WhatsApp now; the answer is still out."),
        (Status::Unknown, _) => noted(
            TraceStep {
                state: StepState::Failed,
                ..waiting
            },
            "WhatsApp's answer was lost. A status may still tell; after ten minutes whoever wrote it is asked. It is not \
             sent again by itself.",
        ),
        (_, Stage::Read) => noted(
            waiting,
            "The contact has not read it, or does not let WhatsApp tell.",
        ),
        (_, Stage::Delivered) => {
            noted(waiting, "The contact's phone is off, or has no connection.")
        }
        _ => waiting,
    }
}

fn place(stage: Stage) -> usize {
    let order = [
        Stage::Queued,
        Stage::Accepted,
        Stage::Sent,
        Stage::Delivered,
        Stage::Read,
        Stage::Played,
    ];
    order
        .iter()
        .position(|known| *known == stage)
        .unwrap_or_default()
}

/// What a queued message waits for.
fn waits(job: Option<&Job>) -> String {
    match job {
        None => "No job sends it: this is a fault of ours. Write it anew.".to_owned(),
        Some(job) if job.state == "dead" => {
            "Its job was given up: this is a fault of ours. Write it anew.".to_owned()
        }
        Some(job) if job.behind => {
            "It waits for the message before it in this conversation, so that replies keep their order.".to_owned()
        }
        Some(job) => match &job.fault {
            Some(why) => format!(
                "Tried {} times; the last time: {}. It is tried again at {} UTC.",
                job.attempts,
                reason(why),
                clock(job.run_at)
            ),
            None => "It goes out with the next free worker.".to_owned(),
        },
    }
}

/// A job's fault in words: `meta 131056` names Meta's code.
fn reason(fault: &str) -> String {
    match fault
        .strip_prefix("meta ")
        .and_then(|code| code.parse().ok())
    {
        Some(code) => format!("{} ({code})", fault::words(code).0.trim_end_matches('.')),
        None => fault.to_owned(),
    }
}

fn clock(at: OffsetDateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

async fn moved(tenant: &mut Tenant, record: &Record) -> Result<Vec<Moved>> {
    let workspace = tenant.workspace();
    let moved = sqlx::query_as!(
        Moved,
        r#"SELECT status AS "status: Status", at, heard_at FROM message_status
            WHERE workspace_id = $1 AND message_id = $2 ORDER BY nth LIMIT 100"#,
        workspace.0,
        record.id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(moved)
}

async fn job(tenant: &mut Tenant, record: &Record) -> Result<Option<Job>> {
    let workspace = tenant.workspace();
    let job = sqlx::query_as!(
        Job,
        "SELECT state, run_at, attempts, fault, behind FROM job WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        record.id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(job)
}
