//! Where is my message?

use postern_types::{Stage, StepState, Trace};

pub const TITLE: &str = "Where is my message?";
pub const LEAD: &str = "Every step of a message on its way, with its times, and where it stopped.";
pub const WHAT: &str = "Phone number or id";
pub const WHAT_HINT: &str =
    "A contact's phone number, WhatsApp's id of a message (wamid…), or our own.";
pub const FIND: &str = "Find it";
pub const NOTHING: &str = "Nothing of that is here";
pub const NOTHING_HINT: &str = "No message of this workspace goes by it. If WhatsApp shows the message as sent, the number may not be connected here: the operator finds it in quarantine.";
pub const NOT_FOUND_OUT: &str = "It could not be found out.";
pub const OURS: &str = "Our id";
pub const METAS: &str = "WhatsApp's id";
pub const OPEN: &str = "Open the conversation";
pub const HEARD: &str = "heard here";
pub const META_SAYS: &str = "WhatsApp says:";
pub const DONE: &str = "done";
pub const WAITING: &str = "waiting";
pub const STOPPED: &str = "stopped here";
pub const AHEAD: &str = "not reached";
pub const AGAIN: &str = "Apply kept events again";
pub const AGAIN_HINT: &str = "What WhatsApp sent and Postern did not understand is kept as it came. After an update it can be applied again. What is shown already is not doubled.";
pub const FROM: &str = "From";
pub const TO: &str = "Until";
pub const COUNT: &str = "See what waits";
pub const COUNTING: &str = "Counting…";
pub const NOTHING_WAITS: &str = "Nothing waits in that time.";
pub const APPLY: &str = "Apply again";
pub const NOT_APPLIED: &str =
    "Not all of it could be applied. What was applied stays; begin again to go on.";

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Received => "Received",
        Stage::Verified => "Signature verified",
        Stage::Stored => "Stored",
        Stage::Applied => "Applied",
        Stage::Shown => "Shown",
        Stage::Composed => "Composed",
        Stage::Queued => "Queued",
        Stage::Accepted => "Taken by WhatsApp",
        Stage::Sent => "Sent",
        Stage::Delivered => "Delivered",
        Stage::Read => "Read",
        Stage::Played => "Played",
    }
}

/// How far it is, in two words.
pub fn state(trace: &Trace) -> String {
    if trace.failing().is_some() {
        return "Stopped".into();
    }
    let done = trace.steps.iter().rev();
    let mut done = done.filter(|step| step.state == StepState::Done);
    done.next()
        .map_or_else(String::new, |step| stage(step.stage).into())
}

pub fn code(code: i64) -> String {
    format!("WhatsApp's code {code}")
}

pub fn waits(parts: i64) -> String {
    match parts {
        1 => "One webhook waits.".into(),
        n => format!("{n} webhooks wait."),
    }
}

pub fn span(first: &str, last: &str) -> String {
    if first == last {
        format!("It came {first}.")
    } else {
        format!("The first came {first}, the last {last}.")
    }
}

pub fn applying(done: i64, of: i64) -> String {
    format!("{done} of {of} applied")
}

pub fn applied(applied: i64, left: i64) -> String {
    let shown = match applied {
        1 => "One webhook is shown in full now.".to_owned(),
        n => format!("{n} webhooks are shown in full now."),
    };
    match left {
        0 => shown,
        1 => format!("{shown} One still waits."),
        n => format!("{shown} {n} still wait."),
    }
}
