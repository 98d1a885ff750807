//! One-time codes that callers have sent to people, and the log of what tests would have sent.

use crate::{ChannelId, Moment, OtpId, Status};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A code that a caller asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskOtp {
    /// To whom, with the country: `+49 1512 3456789`.
    pub phone: String,
    /// What for, in the caller's own word: up to 40 of `a-z`, `0-9`, `_` and `-`. A new code ends the pending one of the same
    /// person and purpose.
    pub purpose: Option<String>,
    /// Which template it goes out in; an approved one of the kind for codes when none is named.
    pub template: Option<OtpTemplate>,
    /// For how many seconds it is good: 60 to 600; 300 when none is named.
    pub ttl_s: Option<u32>,
    /// Over which number; the one that is connected longest when none is named.
    pub channel: Option<ChannelId>,
}

/// A template for codes, by what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpTemplate {
    /// Its name at Meta.
    pub name: String,
    /// Its language, as Meta writes it: `en_US`.
    #[serde(default)]
    pub language: Option<String>,
}

/// How far a code came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum OtpState {
    /// It can still be entered.
    Pending,
    /// It was entered.
    Verified,
    /// Three others were.
    Failed,
    /// A newer one took its place.
    Superseded,
    /// Its time is over.
    Expired,
}

impl OtpState {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Expired => "expired",
        }
    }
}

/// A code that was asked for: never the code itself, nor the whole number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpView {
    /// What it is verified by.
    pub id: OtpId,
    /// How far it came.
    pub state: OtpState,
    /// What for.
    pub purpose: String,
    /// Whether it was for trying out: then nothing was sent, and the code stands in the log of tests.
    pub test: bool,
    /// The caller's key that asked.
    pub key: Option<Uuid>,
    /// The last four digits of the number.
    pub last_digits: String,
    /// The number's country, as ISO 3166 writes it; none where the number is of none.
    pub country: Option<String>,
    /// Over which of our numbers.
    pub channel: Option<ChannelId>,
    /// The template it goes out in.
    pub template: Option<OtpTemplate>,
    /// Tries that were taken.
    pub tries: u8,
    /// Tries that are left; none once it is over.
    pub tries_left: u8,
    /// When it was asked for.
    pub created_at: Moment,
    /// When its time is over.
    pub expires_at: Moment,
    /// When it was entered, or ended otherwise.
    pub ended_at: Option<Moment>,
    /// How far its message came; none in a test.
    pub delivery: Option<Status>,
    /// When it came so far.
    pub delivery_at: Option<Moment>,
    /// Meta's code for why it did not arrive; 0 for ours.
    pub fault_code: Option<i64>,
    /// The same in words.
    pub fault: Option<String>,
}

/// What came of a code that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpVerdict {
    /// It is the one. This is said once.
    Verified,
    /// It is another one.
    Wrong,
    /// There were three tries already.
    NoTries,
    /// Its time is over.
    Expired,
    /// It was entered before.
    Used,
    /// A newer one took its place.
    Superseded,
}

/// The answer to a code that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpAnswer {
    /// What came of it.
    pub verdict: OtpVerdict,
    /// Tries that are left.
    pub tries_left: u8,
}

/// Which codes to read, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtpRequest {
    /// Those that came so far; all when none.
    pub state: Option<OtpState>,
    /// Those of tests, or the others; all when none.
    pub test: Option<bool>,
    /// Those of this whole number; all when empty.
    pub phone: String,
    /// The key of the page.
    pub after: Option<String>,
}

/// Codes, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpPage {
    /// The codes.
    pub codes: Vec<OtpView>,
    /// The key of the next page, when there is one.
    pub next: Option<String>,
}

/// What a workspace lets its callers ask for. A number has five codes in any hour, whatever stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpSettings {
    /// Codes in an hour to numbers that begin alike: the country code and four digits.
    pub prefix_hour: u32,
    /// The same in a day.
    pub prefix_day: u32,
    /// Codes in an hour.
    pub workspace_hour: u32,
    /// Codes in a day.
    pub workspace_day: u32,
    /// The countries that codes are sent to, as ISO 3166 writes them; all when empty.
    pub countries: Vec<String>,
}

impl Default for OtpSettings {
    /// What a shop of some thousand customers does not meet, and what an attack does not cost a fortune with.
    fn default() -> Self {
        Self {
            prefix_hour: 50,
            prefix_day: 300,
            workspace_hour: 500,
            workspace_day: 5_000,
            countries: Vec::new(),
        }
    }
}

/// What a test would have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// A one-time code.
    Otp,
    /// A message.
    Message,
}

impl TestKind {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Otp => "otp",
            Self::Message => "message",
        }
    }
}

/// A line of the log of tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMessageView {
    /// The line.
    pub id: Uuid,
    /// The caller's key that wrote it.
    pub key: Option<Uuid>,
    /// What it is.
    pub kind: TestKind,
    /// To whom it would have gone.
    pub phone: String,
    /// What it says, as JSON.
    pub body: String,
    /// When.
    pub at: Moment,
}

/// Lines of the log of tests, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMessagePage {
    /// The lines.
    pub messages: Vec<TestMessageView>,
    /// The key of the next page, when there is one.
    pub next: Option<String>,
}
