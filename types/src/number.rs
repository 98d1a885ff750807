//! How a number stands at Meta, what it shows of its business, and what was told of it: for the pages under Numbers.

use crate::{ChannelId, Line, Moment};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Something that Meta says of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// How people take its messages: `GREEN`, `YELLOW`, `RED`; `UNKNOWN` before it is rated.
    Quality,
    /// Whether messages can be sent at all: `AVAILABLE`, `LIMITED`, `BLOCKED`.
    Sending,
    /// Why not, in Meta's words, a line each.
    Hindrance,
    /// How many people it may write to first within 24 hours: digits, or `unlimited`.
    Limit,
    /// How fast it may send: `STANDARD`, `HIGH`.
    Throughput,
    /// `CONNECTED`, `PENDING`, `FLAGGED`, `RESTRICTED`…
    Status,
    /// What became of its display name: `APPROVED`, `REJECTED`…
    NameStatus,
    /// The display name that customers see.
    Name,
    /// What Meta's review of the account came to: `APPROVED`, `REJECTED`…
    Review,
    /// What the account may not do, a line each; empty when nothing is held back.
    Restriction,
    /// Where the account stands with Meta's bans: `SCHEDULE_FOR_DISABLE`, `DISABLE`, `REINSTATE`.
    Ban,
    /// `CLOUD_API`, `ON_PREMISE`…
    Platform,
    /// `LIVE`, `SANDBOX`.
    Mode,
    /// Whether it also runs in the WhatsApp Business app on a phone: `true`, `false`.
    OnPhone,
    /// Whether its code was verified: `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    Code,
}

impl Fact {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Sending => "sending",
            Self::Hindrance => "hindrance",
            Self::Limit => "limit",
            Self::Throughput => "throughput",
            Self::Status => "status",
            Self::NameStatus => "name_status",
            Self::Name => "name",
            Self::Review => "review",
            Self::Restriction => "restriction",
            Self::Ban => "ban",
            Self::Platform => "platform",
            Self::Mode => "mode",
            Self::OnPhone => "on_phone",
            Self::Code => "code",
        }
    }
}

/// A fact as it is now; its value is Meta's word, which may be new to us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactView {
    /// What.
    pub fact: Fact,
    /// Meta's word.
    pub value: String,
    /// Since when it is so, as far as is known.
    pub since: Moment,
}

/// A fact that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactChange {
    /// What.
    pub fact: Fact,
    /// Meta's word before.
    pub before: String,
    /// Meta's word after.
    pub after: String,
    /// When.
    pub at: Moment,
}

/// How pressing an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// It will get in the way.
    Warning,
    /// Messages do not go out, or soon will not.
    Critical,
}

impl Severity {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Something about a number that an admin should see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertView {
    /// The alert.
    pub id: Uuid,
    /// How pressing.
    pub severity: Severity,
    /// What happened and what to do.
    pub words: String,
    /// When it happened.
    pub at: Moment,
    /// When it was seen.
    pub seen: Option<Moment>,
    /// By whom; none when it was settled by itself.
    pub seen_by: Option<String>,
}

/// How a number stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberHealth {
    /// What is known.
    pub facts: Vec<FactView>,
    /// What changed, newest first, the last hundred.
    pub changes: Vec<FactChange>,
    /// Alerts, newest first, the last hundred.
    pub alerts: Vec<AlertView>,
    /// When Meta was last asked and answered.
    pub checked: Option<Moment>,
    /// Why the last time that Meta was asked came to nothing.
    pub fault: Option<String>,
}

/// How a number stands, at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which.
    pub channel: ChannelId,
    /// [`Fact::Quality`], once it is known.
    pub quality: Option<String>,
    /// [`Fact::Sending`], once it is known.
    pub sending: Option<String>,
    /// [`Fact::Limit`], once it is known.
    pub limit: Option<String>,
    /// Alerts that nobody has seen.
    pub alerts: i64,
}

/// What a number shows of its business to those who open its profile in WhatsApp.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// A line below the name; 1 to 139 characters.
    pub about: String,
    /// Up to 256 characters.
    pub address: String,
    /// Up to 512 characters.
    pub description: String,
    /// Up to 128 characters.
    pub email: String,
    /// Meta's word for the trade: one of [`VERTICALS`].
    pub vertical: String,
    /// Up to two, http or https, 256 characters each.
    pub websites: Vec<String>,
}

/// Meta's words for trades.
pub const VERTICALS: [&str; 23] = [
    "UNDEFINED",
    "ALCOHOL",
    "APPAREL",
    "AUTO",
    "BEAUTY",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GOVT",
    "GROCERY",
    "HEALTH",
    "HOTEL",
    "MATRIMONY_SERVICE",
    "NONPROFIT",
    "ONLINE_GAMBLING",
    "OTC_DRUGS",
    "OTHER",
    "PHYSICAL_GAMBLING",
    "PROF_SERVICES",
    "RESTAURANT",
    "RETAIL",
    "TRAVEL",
];

/// A step of a number's registration with WhatsApp.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Has a code sent to the number.
    RequestCode {
        /// By a call rather than a text message.
        voice: bool,
        /// In which language, as Meta writes it: `en_US`.
        language: String,
    },
    /// Says which code came.
    VerifyCode {
        /// Six digits.
        code: String,
    },
    /// Registers it, with its PIN or a new one.
    Register {
        /// Six digits; kept nowhere.
        pin: String,
    },
    /// Gives it another PIN.
    ChangePin {
        /// Six digits; kept nowhere.
        pin: String,
    },
    /// Takes it off the Cloud API.
    Deregister {
        /// The name of the number, typed by who wants this.
        name: String,
    },
}

impl Registration {
    /// The step alone, for records.
    pub fn step(&self) -> &'static str {
        match self {
            Self::RequestCode { .. } => "request_code",
            Self::VerifyCode { .. } => "verify_code",
            Self::Register { .. } => "register",
            Self::ChangePin { .. } => "change_pin",
            Self::Deregister { .. } => "deregister",
        }
    }
}

// A PIN or a code is never shown, not even in a log of a debugging session.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&self.step()).finish()
    }
}

/// A change that Meta told and that is no message, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldLine {
    /// Its id.
    pub id: Uuid,
    /// Meta's word for the field.
    pub field: String,
    /// Meta's word for what happened; empty when the field says all.
    pub event: String,
    /// When.
    pub at: Moment,
}

/// A page of them, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldPage {
    /// The changes.
    pub lines: Vec<ToldLine>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Every field of which there is one.
    pub fields: Vec<String>,
}

/// One of them, opened: every text in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldWhole {
    /// Where it stands and what it says.
    pub lines: Vec<Line>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_registration_is_never_written_with_its_secret() {
        for step in [
            Registration::Register {
                pin: "482913".into(),
            },
            Registration::ChangePin {
                pin: "482913".into(),
            },
            Registration::VerifyCode {
                code: "482913".into(),
            },
        ] {
            assert!(!format!("{step:?}").contains("482913"), "{}", step.step());
        }
    }
}
