//! Where a message is: the steps on its way, and where it stopped.

use crate::{ConversationId, Direction, Line, MessageId, Moment, PartId};
use serde::{Deserialize, Serialize};

/// A message on its way, or what came of one that is not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The message; none for what waits to become one, and for a status whose message is not here.
    pub message: Option<MessageId>,
    /// Where it is shown.
    pub conversation: Option<ConversationId>,
    /// Which way it went.
    pub direction: Direction,
    /// Its kind; `status` for a status whose message is not here; the field for anything else.
    pub kind: String,
    /// The beginning of what it says; a status's word.
    pub line: String,
    /// With whom, as far as it is known.
    pub contact: Option<String>,
    /// Over which of our numbers.
    pub number: Option<String>,
    /// Meta's id of it.
    pub wamid: Option<String>,
    /// When it was written.
    pub at: Moment,
    /// Its way, in order.
    pub steps: Vec<TraceStep>,
    /// What Meta's webhook says of it, for what is not shown anywhere else.
    pub told: Vec<Line>,
}

impl Trace {
    /// Where it stopped, if it did.
    pub fn failing(&self) -> Option<&TraceStep> {
        self.steps
            .iter()
            .find(|step| step.state == StepState::Failed)
    }
}

/// A step on a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Meta's webhook came in.
    Received,
    /// Its signature was right.
    Verified,
    /// It was kept, sealed.
    Stored,
    /// It became a message.
    Applied,
    /// It stands in a thread.
    Shown,
    /// A colleague wrote it.
    Composed,
    /// It waits for the worker.
    Queued,
    /// Meta took it.
    Accepted,
    /// Meta sent it on.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It was read.
    Read,
    /// It was played.
    Played,
}

impl Stage {
    /// Its word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Verified => "verified",
            Self::Stored => "stored",
            Self::Applied => "applied",
            Self::Shown => "shown",
            Self::Composed => "composed",
            Self::Queued => "queued",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
        }
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Done; without a time when nobody told it, and a later step shows it.
    Done,
    /// It comes next.
    Waiting,
    /// Here it stopped.
    Failed,
    /// Not reached.
    Ahead,
}

/// A step, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceStep {
    /// Which.
    pub stage: Stage,
    /// How far it is.
    pub state: StepState,
    /// When it was done; by Meta's clock for what Meta tells.
    pub at: Option<Moment>,
    /// When that was heard here, for what Meta tells.
    pub heard_at: Option<Moment>,
    /// What there is to say of it, for an agent.
    pub note: Option<String>,
    /// Meta's code of a failure.
    pub code: Option<i64>,
    /// Meta's own words for it.
    pub details: Option<String>,
}

/// Raw events that wait to be applied again, in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Parts of webhooks of which something is shown nowhere.
    pub parts: i64,
    /// When the first of them came.
    pub first: Option<Moment>,
    /// When the last of them came.
    pub last: Option<Moment>,
}

/// What came of applying some of them again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reapplied {
    /// Parts of which everything is shown now.
    pub applied: i64,
    /// Parts of which something still waits.
    pub left: i64,
    /// Where to go on; none at the end.
    pub next: Option<PartId>,
}
