//! Webhooks: endpoints, and what became of each delivery.

use postern_types::{DeliveryState, PausedWhy};

pub const TITLE: &str = "Webhooks";
pub const LEAD: &str = "What happens in this workspace is posted to your own system as it happens, signed, and tried again for three days when that system does not answer.";
pub const NEW: &str = "New endpoint";
pub const NONE: &str = "No endpoint yet";
pub const NONE_HINT: &str = "Name an address of your system, and messages, contacts, tasks and the rest are told to it within moments.";
pub const NOT_READ: &str = "The endpoints could not be read.";
pub const ONE_NOT_READ: &str = "This endpoint could not be read.";
pub const LOG_NOT_READ: &str = "The deliveries could not be read.";
pub const DELIVERY_NOT_READ: &str = "This delivery could not be read.";
pub const OPEN: &str = "Open";
pub const BACK: &str = "All endpoints";

// An endpoint.
pub const ENDPOINT: &str = "Endpoint";
pub const ADDRESS: &str = "Address";
pub const KINDS: &str = "Events";
pub const ALL_KINDS: &str = "All kinds of events";
pub const MADE: &str = "Made";
pub const SECRET: &str = "Signing secret";
pub const SECRET_KEPT: &str = "Was shown once";
pub const ON: &str = "On";

pub fn open_of(host: &str) -> String {
    format!("Open the endpoint {host}")
}

/// Why nothing goes there.
pub fn paused(why: PausedWhy) -> &'static str {
    match why {
        PausedWhy::Asked => "Paused",
        PausedWhy::Failing => "Paused: it failed for three days",
        PausedWhy::Gone => "Paused: it answered 410 Gone",
    }
}

pub fn paused_since(why: PausedWhy, since: &str) -> String {
    format!(
        "{}, {since}. What happens meanwhile waits for up to 30 days.",
        match why {
            PausedWhy::Asked => "A member paused it",
            PausedWhy::Failing => "A delivery failed for three days, so it was paused",
            PausedWhy::Gone => "It answered 410 Gone, so it was paused",
        }
    )
}

pub fn waiting(count: i64) -> String {
    format!("{} waiting", capped(count))
}

pub fn failed(count: i64) -> String {
    format!("{} failed", capped(count))
}

/// They are counted to a thousand.
fn capped(count: i64) -> String {
    if count >= 1000 {
        "1000+".into()
    } else {
        count.to_string()
    }
}

pub fn old_until(until: &str) -> String {
    format!("The one before it signs too, until {until}")
}

// Making and changing one.
pub const NEW_TITLE: &str = "New endpoint";
pub const CHANGE_TITLE: &str = "Change the endpoint";
pub const URL_HINT: &str =
    "With https, and without user and password. Such as https://shop.example.com/hooks/postern.";
pub const DESCRIPTION: &str = "Description";
pub const DESCRIPTION_HINT: &str = "What it is for, in a line. May stay empty.";
pub const KINDS_LEGEND: &str = "Which events go there";
pub const KINDS_HINT: &str = "From now on. One at least.";
pub const CHOOSE_ALL: &str = "Choose all";
pub const CHOOSE_NONE: &str = "Choose none";
pub const MAKE: &str = "Make the endpoint";
pub const CHANGE: &str = "Change";
pub const SAVE: &str = "Save";
pub const CHANGED: &str = "The endpoint is changed. What waits goes to the new address.";
pub const ONCE: &str = "It is shown this once. Put it where your system keeps its secrets: with it each webhook is verified.";
pub const HOW: &str = "Verify with any library of Standard Webhooks: HMAC-SHA-256 over webhook-id, webhook-timestamp and the body as it came.";
pub const DONE: &str = "Done";

// What is done to one.
pub const TEST: &str = "Send a test";
pub const TESTED: &str = "A test event is on its way. What becomes of it stands in the log.";
pub const NOT_TESTED: &str = "No test was sent.";
pub const ROTATE: &str = "New secret";
pub const ROTATE_TITLE: &str = "Another signing secret?";
pub const ROTATE_LEAD: &str = "A new secret is made and shown once. What about the one until now?";
pub const OVERLAP: &str = "It signs as well for 24 hours";
pub const OVERLAP_HINT: &str =
    "Each webhook has both signatures, so your system can change in peace.";
pub const AT_ONCE: &str = "It ends at once";
pub const AT_ONCE_HINT: &str =
    "When it is in wrong hands. Your system refuses webhooks until it has the new one.";
pub const ROTATE_DO: &str = "Make a new secret";
pub const PAUSE: &str = "Pause";
pub const PAUSED: &str = "The endpoint is paused.";
pub const NOT_PAUSED: &str = "The endpoint was not paused.";
pub const RESUME: &str = "Resume";
pub const RESUME_TITLE: &str = "Resume the endpoint?";
pub const RESUME_LEAD: &str = "What about the deliveries that waited meanwhile?";
pub const SEND_WAITED: &str = "Send them now";
pub const SEND_WAITED_HINT: &str = "In their order, under their ids.";
pub const SKIP_WAITED: &str = "Skip them";
pub const SKIP_WAITED_HINT: &str = "They stay in the log, where each can still be sent.";
pub const RESUMED: &str = "The endpoint is on again.";
pub const NOT_RESUMED: &str = "The endpoint was not resumed.";
pub const DELETE: &str = "Delete";
pub const DELETE_TITLE: &str = "Delete this endpoint?";
pub const DELETED: &str = "The endpoint is deleted.";

pub fn lost(host: &str) -> String {
    format!(
        "Nothing goes to {host} any more, at once. Its secret and its log of deliveries are deleted, and so is what waits. This cannot be undone."
    )
}

// The log.
pub const LOG: &str = "Deliveries";
pub const LOG_LEAD: &str = "Kept for 30 days. While something waits this list renews itself.";
pub const STATES: &str = "Which deliveries";
pub const ALL: &str = "All";
pub const RENEW: &str = "Renew";
pub const EVENT: &str = "Event";
pub const STATE: &str = "State";
pub const HAPPENED: &str = "Happened";
pub const ATTEMPTS: &str = "Attempts";
pub const LAST: &str = "Last answer";
pub const NEXT: &str = "Next try";
pub const NOTHING: &str = "Nothing was delivered yet. Send a test, and see it here.";
pub const NOTHING_OF: &str = "None of these.";
pub const MORE: &str = "Show older ones";
pub const SOON: &str = "now";
pub const NO_ANSWER: &str = "no answer";
pub const UNDER_WAY: &str = "under way";
pub const REPLAY_FAILED: &str = "Send all failed again";
pub const REPLAY_RANGE: &str = "Send a time again";
pub const NOT_REPLAYED: &str = "Nothing was sent again.";
pub const RANGE_TITLE: &str = "Send what happened in a time again";
pub const RANGE_LEAD: &str = "Everything of that time goes out once more, also what was delivered. Each keeps its webhook-id, by which your system can tell that it had it.";
pub const FROM: &str = "From";
pub const UNTIL: &str = "Until, not included";
pub const NO_TIME: &str = "Choose a day and a time.";
pub const RANGE_DO: &str = "Send again";

/// The states that one can look for, and their words in the address.
pub const LISTS: [(DeliveryState, &str); 4] = [
    (DeliveryState::Waiting, "waiting"),
    (DeliveryState::Delivered, "delivered"),
    (DeliveryState::Failed, "failed"),
    (DeliveryState::Skipped, "skipped"),
];

pub fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "Waiting",
        DeliveryState::Delivered => "Delivered",
        DeliveryState::Failed => "Failed",
        DeliveryState::Skipped => "Skipped",
    }
}

pub fn replayed(count: u64) -> String {
    match count {
        0 => "There was nothing to send again.".into(),
        1 => "One delivery goes out once more.".into(),
        n => format!("{n} deliveries go out once more."),
    }
}

// A delivery.
pub const DELIVERY: &str = "Delivery";
pub const EVENT_ID: &str = "webhook-id";
pub const TO: &str = "To";
pub const REPLAY: &str = "Send again";
pub const REPLAY_NOW: &str = "Try now";
pub const BODY: &str = "Body";
pub const BODY_HINT: &str = "Written with line breaks for reading. It goes out in one line.";
pub const TRIED: &str = "Attempts";
pub const NOT_TRIED: &str = "It was not tried yet.";
pub const HEAD: &str = "Answer";

pub fn attempt(number: i32) -> String {
    format!("Attempt {number}")
}

pub fn took(ms: i32) -> String {
    format!("{ms} ms")
}
