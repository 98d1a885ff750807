//! What is a change for the worse, and the words for it: what happened, what it means, what to do.

use super::Alarm;
use postern_types::{Fact, Severity};

/// The alert that a change is worth; none when it is not for the worse. `before` is none when nothing was known.
pub(super) fn worse(fact: Fact, before: Option<&str>, after: &str) -> Option<Alarm> {
    if before == Some(after) {
        return None;
    }
    let alarm = |severity, words: String| Some(Alarm::new(fact.as_str(), severity, words));
    match (fact, after) {
        (Fact::Quality, "YELLOW") if before != Some("RED") => alarm(
            Severity::Warning,
            "The quality of this number is medium now: some people blocked or reported its messages. Write only to those who \
             expect it."
                .to_owned(),
        ),
        (Fact::Quality, "RED") => alarm(
            Severity::Critical,
            "The quality of this number is low now: many people blocked or reported its messages. Stop sending to people who did \
             not ask for it, or Meta will limit the number."
                .to_owned(),
        ),
        (Fact::Limit, _) if before.is_some_and(|before| is_less(after, before)) => {
            alarm(Severity::Warning, lower_limit(before, Some(after)))
        }
        (Fact::Throughput, "STANDARD") if before == Some("HIGH") => alarm(
            Severity::Warning,
            "This number sends more slowly now: 80 messages a second at most.".to_owned(),
        ),
        (Fact::Status, _) => status(after).and_then(|(severity, words)| alarm(severity, words.to_owned())),
        (Fact::NameStatus, "DECLINED") => alarm(Severity::Warning, name_refused(None, None)),
        (Fact::NameStatus, "EXPIRED") => alarm(
            Severity::Warning,
            "The approval of this number's display name has expired. Ask Meta for it again in WhatsApp manager.".to_owned(),
        ),
        (Fact::Sending, "LIMITED") if before != Some("BLOCKED") => alarm(
            Severity::Warning,
            "This number can send only in part. What hinders it stands under Health.".to_owned(),
        ),
        (Fact::Sending, "BLOCKED") => alarm(
            Severity::Critical,
            "This number cannot send. What hinders it stands under Health.".to_owned(),
        ),
        (Fact::Review, "REJECTED") => alarm(
            Severity::Critical,
            "Meta's review turned down the WhatsApp account of this number. Ask for another review in Meta's business settings."
                .to_owned(),
        ),
        _ => None,
    }
}

/// States in which a number does not work as it should; `PENDING` is what every new one is.
fn status(state: &str) -> Option<(Severity, &'static str)> {
    Some(match state {
        "FLAGGED" => (
            Severity::Warning,
            "Meta flagged this number because its quality is low. Unless that gets better within a week, its limit goes down. Send \
             only what people asked for.",
        ),
        "RESTRICTED" => (
            Severity::Critical,
            "Meta restricted this number: it has reached its limit of people to write to first. Answers within 24 hours still go out.",
        ),
        "RATE_LIMITED" => (
            Severity::Warning,
            "This number has sent more than Meta allows in a short time. It goes on by itself.",
        ),
        "BANNED" => (
            Severity::Critical,
            "Meta banned this number. Ask for a review in Meta's business settings.",
        ),
        "DISCONNECTED" | "UNVERIFIED" => (
            Severity::Critical,
            "This number is not registered with WhatsApp any more. Register it again under Registration.",
        ),
        "MIGRATED" => (
            Severity::Critical,
            "This number was moved to another WhatsApp account. Connect it again with the ids that it has there.",
        ),
        "DELETED" => (
            Severity::Critical,
            "This number was deleted at Meta. Add it there again, then connect it again.",
        ),
        _ => return None,
    })
}

/// A limit in one form: digits, or `unlimited`; a word that is new stays as it is.
pub(crate) fn capacity(word: &str) -> String {
    let tier = word.strip_prefix("TIER_").unwrap_or(word);
    let number = match tier.split_at_checked(tier.len().saturating_sub(1)) {
        _ if matches!(tier, "UNLIMITED" | "-1") => return UNLIMITED.to_owned(),
        Some((thousands, "K")) => thousands
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(1000)),
        _ => tier.parse::<u64>().ok(),
    };
    number.map_or_else(|| word.to_owned(), |number| number.to_string())
}

const UNLIMITED: &str = "unlimited";

/// Whether the first limit is lower than the second; words that are new compare with nothing.
fn is_less(one: &str, other: &str) -> bool {
    let number = |word: &str| match word {
        UNLIMITED => Some(u64::MAX),
        digits => digits.parse().ok(),
    };
    matches!((number(one), number(other)), (Some(one), Some(other)) if one < other)
}

pub(super) fn lower_limit(before: Option<&str>, after: Option<&str>) -> String {
    let people = |limit: &str| match limit {
        UNLIMITED => "any number of".to_owned(),
        limit => limit.to_owned(),
    };
    let now = after.map_or_else(
        || "It may write to fewer people first".to_owned(),
        |after| format!("It may write to {} people first", people(after)),
    );
    let was = before.map_or_else(String::new, |before| {
        format!("; before it was {}", people(before))
    });
    format!(
        "Meta lowered the limit of this number. {now} within 24 hours{was}. Answers are not counted."
    )
}

pub(super) fn name_refused(asked: Option<&str>, reason: Option<String>) -> String {
    let name = asked.map_or_else(
        || "the display name of this number".to_owned(),
        |asked| format!("the display name “{asked}”"),
    );
    let reason = reason.map_or_else(String::new, |reason| {
        format!(" Meta's reason: {}.", plain(&reason))
    });
    format!("Meta turned down {name}.{reason} Choose another one in WhatsApp manager.")
}

pub(super) fn ban_ahead(date: Option<String>) -> String {
    let when = date.map_or_else(|| "soon".to_owned(), |date| format!("on {date}"));
    format!(
        "Meta will disable the WhatsApp account of this number {when}. Ask for a review in Meta's business settings before that."
    )
}

pub(super) fn violation(kind: Option<String>, remedy: Option<String>) -> String {
    let kind = kind.map_or_else(String::new, |kind| format!(": {}", plain(&kind)));
    let remedy = remedy.map_or_else(
        || {
            "Look at it in Meta's business settings, and ask for a review there if it is a mistake."
                .to_owned()
        },
        |remedy| format!("Meta says: {remedy}"),
    );
    format!("Meta says that the WhatsApp account of this number broke its rules{kind}. {remedy}")
}

pub(super) fn restriction(kinds: &[String], remedy: Option<String>) -> String {
    let what: Vec<&str> = kinds.iter().map(|kind| held_back(kind)).collect();
    let what = if what.is_empty() {
        "it did not say which".to_owned()
    } else {
        what.join("; ")
    };
    let remedy = remedy.map_or_else(
        || "Meta's business settings say why and until when.".to_owned(),
        |remedy| format!("Meta says: {remedy}"),
    );
    format!("Meta restricts the WhatsApp account of this number: {what}. {remedy}")
}

fn held_back(kind: &str) -> &str {
    match kind {
        "RESTRICTED_ADD_PHONE_NUMBER_ACTION" => "no numbers can be added",
        "RESTRICTED_BIZ_INITIATED_MESSAGING" => "nobody can be written to first",
        "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" => "customers cannot be answered",
        "RESTRICTED_BUSINESS_INITIATED_CALLING" => "nobody can be called",
        "RESTRICTED_USER_INITIATED_CALLING" => "calls of customers are not put through",
        other => other,
    }
}

/// An alert of Meta's in words; none when it says nothing at all.
pub(super) fn told(kind: Option<&str>, description: Option<String>) -> Option<String> {
    let ours = kind.and_then(|kind| {
        Some(match kind {
            "OBA_APPROVED" => "Meta gave this business its official mark.",
            "OBA_REJECTED" => "Meta did not give this business its official mark.",
            "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED" => {
                "Meta did not raise the limit yet: it wants to see more of what is sent first."
            }
            "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED" => "Meta did not raise the limit of this business.",
            "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO" => {
                "Meta wants to know more about this business before it raises the limit. Answer in Meta's business settings."
            }
            "PROFILE_PICTURE_LOST" => "The profile picture of this number is gone. Choose it again in WhatsApp manager.",
            _ => return None,
        })
    });
    match (ours, description) {
        (Some(ours), Some(description)) => Some(format!("{ours} Meta says: {description}")),
        (Some(ours), None) => Some(ours.to_owned()),
        (None, Some(description)) => Some(format!("Meta says: {description}")),
        (None, None) => {
            kind.map(|kind| format!("Meta has an alert for this account: {}.", plain(kind)))
        }
    }
}

/// A word of Meta's as one reads it: `NAME_FORMAT_UNACCEPTABLE` is `name format unacceptable`.
fn plain(word: &str) -> String {
    if word
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    {
        word.replace('_', " ").to_lowercase()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_one_form() {
        for (word, expected) in [
            ("TIER_250", "250"),
            ("TIER_1K", "1000"),
            ("TIER_2K", "2000"),
            ("TIER_100K", "100000"),
            ("TIER_UNLIMITED", "unlimited"),
            ("UNLIMITED", "unlimited"),
            ("-1", "unlimited"),
            ("2000", "2000"),
            ("TIER_NOT_SET", "TIER_NOT_SET"),
            ("TIER_99999999999999999999K", "TIER_99999999999999999999K"),
            ("K", "K"),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(capacity(word), expected, "{word}");
        }
    }

    #[test]
    fn only_what_is_worse_makes_an_alert() {
        use Severity::{Critical, Warning};
        for (fact, before, after, expected) in [
            (Fact::Quality, Some("GREEN"), "YELLOW", Some(Warning)),
            (Fact::Quality, Some("YELLOW"), "RED", Some(Critical)),
            (Fact::Quality, None, "RED", Some(Critical)),
            (Fact::Quality, Some("RED"), "YELLOW", None),
            (Fact::Quality, Some("YELLOW"), "YELLOW", None),
            (Fact::Quality, Some("RED"), "GREEN", None),
            (Fact::Quality, Some("GREEN"), "UNKNOWN", None),
            (Fact::Limit, Some("10000"), "2000", Some(Warning)),
            (Fact::Limit, Some("unlimited"), "100000", Some(Warning)),
            (Fact::Limit, Some("2000"), "unlimited", None),
            (Fact::Limit, None, "250", None),
            (Fact::Limit, Some("TIER_NEW"), "250", None),
            (Fact::Throughput, Some("HIGH"), "STANDARD", Some(Warning)),
            (Fact::Throughput, None, "STANDARD", None),
            (Fact::Status, Some("CONNECTED"), "FLAGGED", Some(Warning)),
            (Fact::Status, Some("FLAGGED"), "RESTRICTED", Some(Critical)),
            (Fact::Status, None, "PENDING", None),
            (Fact::Status, Some("FLAGGED"), "CONNECTED", None),
            (
                Fact::NameStatus,
                Some("PENDING_REVIEW"),
                "DECLINED",
                Some(Warning),
            ),
            (Fact::Sending, Some("AVAILABLE"), "LIMITED", Some(Warning)),
            (Fact::Sending, Some("BLOCKED"), "LIMITED", None),
            (Fact::Sending, None, "BLOCKED", Some(Critical)),
            (Fact::Review, Some("PENDING"), "REJECTED", Some(Critical)),
            (Fact::Name, Some("A"), "B", None),
            (Fact::Quality, None, "A NEW WORD", None),
        ] {
            let alarm = worse(fact, before, after);
            assert_eq!(
                alarm.as_ref().map(|alarm| alarm.severity),
                expected,
                "{fact:?} {before:?} {after}"
            );
            if let Some(alarm) = alarm {
                assert!(alarm.words.ends_with('.'), "{}", alarm.words);
                assert_eq!(alarm.kind, fact.as_str());
            }
        }
    }
}
