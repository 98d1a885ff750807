//! What was sent: the simulator's memory, which tests read.

use serde::Serialize;
use serde_json::Value;

/// A send that was accepted, whether or not its sender was told so.
#[derive(Clone, Debug, Serialize)]
pub struct Sent {
    /// Its place among all accepted sends, from 1.
    pub serial: u64,
    /// The id it got.
    pub wamid: String,
    /// The number it was sent from.
    pub phone_number_id: String,
    /// The customer: digits without `+`, or a business-scoped user id.
    pub to: String,
    /// `text`, `image`, ...
    pub kind: String,
    /// The text, when it is one.
    pub text: Option<String>,
    /// `biz_opaque_callback_data`.
    pub callback_data: Option<String>,
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The whole request.
    pub body: Value,
}

/// A message that was marked as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The number that marked it.
    pub phone_number_id: String,
    /// The customer's message.
    pub message_id: String,
    /// Whether a typing indicator was asked for.
    pub typing: bool,
}

/// A send that was refused, by a limit, a fault or a wrong body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The number in the path.
    pub phone_number_id: String,
    /// The error's code; 0 for a failure without one.
    pub code: i64,
    /// `biz_opaque_callback_data`, when the body could be read so far.
    pub callback_data: Option<String>,
}

/// Everything that happened at `/messages`, in order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    /// Accepted.
    pub sent: Vec<Sent>,
    /// Marked as read.
    pub seen: Vec<Seen>,
    /// Refused.
    pub refused: Vec<Refused>,
}

impl Ledger {
    /// How many sends with this callback data were accepted: more than one is a message sent twice.
    pub fn accepted(&self, callback_data: &str) -> usize {
        self.sent
            .iter()
            .filter(|sent| sent.callback_data.as_deref() == Some(callback_data))
            .count()
    }

    /// What was sent to one customer, in the order of acceptance.
    pub fn to(&self, person: &str) -> Vec<&Sent> {
        let person = person.trim_start_matches('+');
        self.sent.iter().filter(|sent| sent.to == person).collect()
    }

    /// The texts sent to one customer, in the order of acceptance.
    pub fn texts_to(&self, person: &str) -> Vec<&str> {
        self.to(person)
            .into_iter()
            .filter_map(|sent| sent.text.as_deref())
            .collect()
    }

    /// Callback data that were accepted more than once.
    pub fn doubled(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self
            .sent
            .iter()
            .filter_map(|sent| sent.callback_data.as_deref())
            .collect();
        all.sort_unstable();
        let mut doubled: Vec<&str> = all
            .windows(2)
            .filter(|two| two[0] == two[1])
            .map(|two| two[0])
            .collect();
        doubled.dedup();
        doubled
    }
}
