//! One-time codes that callers had sent, and the log of tests.

use postern_types::{OtpState, Status, TestKind};

pub const TITLE: &str = "One-time codes";
pub const LEAD: &str = "Codes that your systems had sent to people. Neither a code nor a whole number stands here, and after 30 days nothing does.";
pub const NONE: &str = "No code yet";
pub const NONE_HINT: &str = "A system with an API key has a code sent to a person, and asks whether what they entered is it.";
pub const NONE_OF: &str = "No code is like that.";
pub const NOT_READ: &str = "The codes could not be read.";
pub const FILTERS: &str = "Which codes";
pub const STATE: &str = "State";
pub const EVERY_STATE: &str = "All";
pub const PHONE: &str = "Whole number";
pub const PHONE_HINT: &str = "With its country, such as +49 1512 3456789.";
pub const FIND: &str = "Find";
pub const WHEN: &str = "Asked for";
pub const NUMBER: &str = "Number";
pub const PURPOSE: &str = "Purpose";
pub const TRIES: &str = "Tries";
pub const DELIVERY: &str = "Message";
pub const TEST: &str = "Test";
pub const MORE: &str = "Show older ones";

/// The states that one can look for.
pub const STATES: [OtpState; 5] = [
    OtpState::Pending,
    OtpState::Verified,
    OtpState::Failed,
    OtpState::Superseded,
    OtpState::Expired,
];

pub fn state(state: OtpState) -> &'static str {
    match state {
        OtpState::Pending => "Pending",
        OtpState::Verified => "Verified",
        OtpState::Failed => "Three wrong tries",
        OtpState::Superseded => "A newer one came",
        OtpState::Expired => "Expired",
    }
}

/// What stands of a number.
pub fn number(last: &str, country: Option<&str>) -> String {
    match country {
        Some(country) => format!("… {last}, {country}"),
        None => format!("… {last}"),
    }
}

/// How far its message came; none in a test.
pub fn delivery(status: Option<Status>) -> &'static str {
    match status {
        None => "Not sent: a test",
        Some(Status::Queued | Status::Sending) => "Waits to be sent",
        Some(Status::Unknown) => "Unknown",
        Some(Status::Accepted | Status::Sent | Status::Received) => "Sent",
        Some(Status::Delivered) => "Delivered",
        Some(Status::Read | Status::Played) => "Read",
        Some(Status::Failed) => "Not delivered",
    }
}

/// Why it did not arrive; 0 is a fault of ours.
pub fn fault(code: Option<i64>, words: Option<&str>) -> Option<String> {
    let code = code.filter(|code| *code != 0);
    match (code, words) {
        (Some(code), Some(words)) => Some(format!("{words} ({code})")),
        (Some(code), None) => Some(format!("Meta's code {code}")),
        (None, words) => words.map(str::to_owned),
    }
}

// What callers may ask for.
pub const BUDGETS: &str = "Limits";
pub const BUDGETS_LEAD: &str = "They hold up whoever has codes sent to earn on them. Beside these a single number gets five codes in any hour.";
pub const BUDGETS_NOT_READ: &str = "The limits could not be read.";
pub const PREFIX_HOUR: &str = "Numbers that begin alike, in an hour";
pub const PREFIX_DAY: &str = "The same, in a day";
pub const PREFIX_HINT: &str =
    "Codes to numbers with the same country code and the same four digits behind it.";
pub const WORKSPACE_HOUR: &str = "All codes, in an hour";
pub const WORKSPACE_DAY: &str = "The same, in a day";
pub const COUNTRIES: &str = "Only to these countries";
pub const COUNTRIES_HINT: &str = "Each as two letters, such as DE, AT, CH. Empty: to all.";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "The limits are saved. What was asked for already stays counted.";

// The log of tests.
pub const TESTS: &str = "Test log";
pub const TESTS_LEAD: &str = "What test keys would have sent. Nothing of it reached anybody. The newest thousand lines are kept, for 30 days.";
pub const TESTS_NONE: &str = "No test yet";
pub const TESTS_NONE_HINT: &str = "Make a test key under API keys. What a system would have sent with it stands here, and goes to nobody.";
pub const TESTS_NOT_READ: &str = "The log could not be read.";
pub const RENEW: &str = "Renew";
pub const WOULD: &str = "Would have gone to";
pub const BODY: &str = "What it says";

pub fn kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Otp => "One-time code",
        TestKind::Message => "Message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_by_what_is_known_of_it() {
        assert_eq!(fault(None, None), None);
        assert_eq!(
            fault(Some(0), Some("Given up.")).as_deref(),
            Some("Given up.")
        );
        assert_eq!(
            fault(Some(131_026), None).as_deref(),
            Some("Meta's code 131026")
        );
        assert_eq!(
            fault(Some(131_026), Some("Not on WhatsApp")).as_deref(),
            Some("Not on WhatsApp (131026)")
        );
    }
}
