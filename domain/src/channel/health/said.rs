//! What Meta's changes of an account say about its numbers, read leniently: strings or numbers, flat or nested, keys missing.

use super::{
    Alarm,
    worse::{self, capacity},
};
use crate::payload::storable;
use postern_types::{Fact, Severity};
use serde_json::Value;

/// What a change says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub whom: Whom,
    pub facts: Vec<(Fact, String)>,
    pub alerts: Vec<Alarm>,
    /// Why nothing goes out any more, and what to do.
    pub lost: Option<&'static str>,
    /// True when Meta should be asked how the number is now.
    pub look: bool,
}

/// Which numbers of the account are meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whom {
    All,
    /// The one with these digits, or with this id of Meta's: it was seen where the number belongs.
    One(String),
}

impl Whom {
    pub fn means(&self, phone: &str, phone_number_id: &str) -> bool {
        match self {
            Self::All => true,
            Self::One(digits) => *digits == digits_of(phone) || digits == phone_number_id,
        }
    }

    fn of(value: &Value, key: &str) -> Self {
        match text(&value[key]).map(|number| digits_of(&number)) {
            Some(digits) if !digits.is_empty() => Self::One(digits),
            _ => Self::All,
        }
    }
}

/// Reads a change; none when it says nothing about the standing of numbers.
pub(super) fn read(field: &str, value: &Value) -> Option<Said> {
    match field {
        "phone_number_quality_update" => quality(value),
        "phone_number_name_update" => name(value),
        "account_update" => account(value),
        "account_alerts" => alert(value),
        "account_review_update" => review(value),
        "business_capability_update" => capability(value),
        "security" => security(value),
        _ => None,
    }
}

impl Said {
    fn new(whom: Whom) -> Self {
        Self {
            whom,
            facts: Vec::new(),
            alerts: Vec::new(),
            lost: None,
            look: false,
        }
    }

    fn fact(mut self, fact: Fact, value: Option<String>) -> Self {
        self.facts.extend(value.map(|value| (fact, value)));
        self
    }

    fn alert(mut self, kind: &str, severity: Severity, words: impl Into<String>) -> Self {
        self.alerts.push(Alarm::new(kind, severity, words));
        self
    }
}

/// `{display_phone_number, event, current_limit?, old_limit?, max_daily_conversations_per_business?}`
fn quality(value: &Value) -> Option<Said> {
    let event = text(&value["event"]).unwrap_or_default();
    // Whose it is must be said: it is about one number.
    let whom = Whom::of(value, "display_phone_number");
    if whom == Whom::All {
        return None;
    }
    let limit = limit(
        value,
        &["max_daily_conversations_per_business", "current_limit"],
    );
    let old = limit_of(&value["old_limit"]);
    let said = Said::new(whom).fact(Fact::Limit, limit.clone());
    let said = match event.as_str() {
        "FLAGGED" => said.fact(Fact::Status, Some("FLAGGED".to_owned())),
        "UNFLAGGED" => said.fact(Fact::Status, Some("CONNECTED".to_owned())),
        "THROUGHPUT_UPGRADE" => said.fact(Fact::Throughput, Some("HIGH".to_owned())),
        // The event says that it went down, also where what it was is not known.
        "DOWNGRADE" => {
            let words = worse::lower_limit(old.as_deref(), limit.as_deref());
            said.alert(Fact::Limit.as_str(), Severity::Warning, words)
        }
        _ => said,
    };
    // How it is rated now is not told along with it.
    Some(Said { look: true, ..said })
}

/// `{display_phone_number, decision, requested_verified_name, rejection_reason}`
fn name(value: &Value) -> Option<Said> {
    let whom = Whom::of(value, "display_phone_number");
    // As the number itself words it when it is asked.
    let decision = match text(&value["decision"])?.as_str() {
        "REJECTED" => "DECLINED".to_owned(),
        "PENDING" => "PENDING_REVIEW".to_owned(),
        decision => decision.to_owned(),
    };
    if whom == Whom::All {
        return None;
    }
    let asked = text(&value["requested_verified_name"]);
    let said = Said::new(whom).fact(Fact::NameStatus, Some(decision.clone()));
    Some(match decision.as_str() {
        "APPROVED" => said.fact(Fact::Name, asked),
        "DECLINED" => {
            let words = worse::name_refused(asked.as_deref(), reason(value, "rejection_reason"));
            said.alert(Fact::NameStatus.as_str(), Severity::Warning, words)
        }
        _ => said,
    })
}

/// `{event, phone_number?, waba_info?, violation_info?, ban_info?, restriction_info?, disconnection_info?, …}`
fn account(value: &Value) -> Option<Said> {
    let event = text(&value["event"])?;
    let said = Said::new(Whom::of(value, "phone_number"));
    let said = match event.as_str() {
        "PARTNER_REMOVED" if text(&value["disconnection_info"]["reason"]).is_some() => Said {
            lost: Some(UNLINKED),
            ..said
        },
        "PARTNER_REMOVED" => Said {
            lost: Some(REMOVED),
            ..said
        },
        "PARTNER_APP_UNINSTALLED" => Said {
            lost: Some(UNINSTALLED),
            ..said
        },
        "ACCOUNT_DELETED" => Said {
            lost: Some(DELETED),
            ..said
        },
        "ACCOUNT_OFFBOARDED" => Said {
            lost: Some(UNLINKED),
            ..said
        },
        "DISABLED_UPDATE" => banned(said, &value["ban_info"]),
        "ACCOUNT_RECONNECTED" => Said {
            look: true,
            ..said.alert("reconnected", Severity::Info, RECONNECTED)
        },
        "ACCOUNT_VIOLATION" => violated(said, &value["violation_info"]),
        "ACCOUNT_RESTRICTION" => restricted(said, &value["restriction_info"]),
        _ => return None,
    };
    Some(said)
}

/// `{waba_ban_state, waba_ban_date}`
fn banned(said: Said, info: &Value) -> Said {
    let state = text(&info["waba_ban_state"]);
    let date = text(&info["waba_ban_date"]);
    let said = said.fact(Fact::Ban, state.clone());
    match state.as_deref() {
        Some("SCHEDULE_FOR_DISABLE") => said.alert(
            Fact::Ban.as_str(),
            Severity::Critical,
            worse::ban_ahead(date),
        ),
        Some("REINSTATE") => Said {
            look: true,
            ..said.alert(Fact::Ban.as_str(), Severity::Info, REINSTATED)
        },
        // The event's name is said; the rest may be missing or new.
        _ => Said {
            lost: Some(DISABLED),
            ..said
        },
    }
}

/// `{violation_type, remediation?}`
fn violated(said: Said, info: &Value) -> Said {
    let words = worse::violation(reason(info, "violation_type"), reason(info, "remediation"));
    said.alert("violation", Severity::Critical, words)
}

/// `[{restriction_type, expiration?, remediation?}]`, or one of them alone.
fn restricted(said: Said, info: &Value) -> Said {
    let all = match info {
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let kinds: Vec<String> = all
        .iter()
        .filter_map(|one| reason(one, "restriction_type"))
        .collect();
    let remedy = all.iter().find_map(|one| reason(one, "remediation"));
    let words = worse::restriction(&kinds, remedy);
    said.fact(Fact::Restriction, Some(kinds.join("\n"))).alert(
        Fact::Restriction.as_str(),
        Severity::Critical,
        words,
    )
}

/// `{entity_type, entity_id, alert_info: {alert_severity, alert_status, alert_type, alert_description}}`, or the same flat.
fn alert(value: &Value) -> Option<Said> {
    let of = |key: &str| text(&value["alert_info"][key]).or_else(|| text(&value[key]));
    // What is over needs nobody's eyes.
    if of("alert_status").as_deref() == Some("NONE") {
        return None;
    }
    let kind = of("alert_type");
    let words = worse::told(kind.as_deref(), of("alert_description"))?;
    let severity = match of("alert_severity").as_deref() {
        Some("CRITICAL") => Severity::Critical,
        Some("INFORMATIONAL") => Severity::Info,
        _ => Severity::Warning,
    };
    let whom = match text(&value["entity_type"]).as_deref() {
        Some("PHONE_NUMBER") => Whom::of(value, "entity_id"),
        _ => Whom::All,
    };
    let kind = kind.unwrap_or_else(|| "alert".to_owned()).to_lowercase();
    Some(Said::new(whom).alert(&kind, severity, words))
}

/// `{decision}`
fn review(value: &Value) -> Option<Said> {
    let decision = text(&value["decision"])?;
    Some(Said::new(Whom::All).fact(Fact::Review, Some(decision)))
}

/// `{max_daily_conversations_per_business, …}`; an integer or a tier. The one for each number is of the time before 2026.
fn capability(value: &Value) -> Option<Said> {
    let limit = limit(
        value,
        &[
            "max_daily_conversations_per_business",
            "max_daily_conversation_per_phone",
        ],
    )?;
    Some(Said::new(Whom::All).fact(Fact::Limit, Some(limit)))
}

/// `{display_phone_number, event, requester?}`
fn security(value: &Value) -> Option<Said> {
    let whom = Whom::of(value, "display_phone_number");
    if whom == Whom::All {
        return None;
    }
    let (kind, words) = match text(&value["event"])?.as_str() {
        "PIN_CHANGED" => (
            "pin_changed",
            "The two-step PIN of this number was changed. If nobody of yours did it, change it again and look at who has \
             access in Meta's business settings.",
        ),
        "PIN_RESET_REQUEST" => (
            "pin_reset",
            "Somebody asked Meta to switch off the two-step PIN of this number. If nobody of yours did, refuse it in Meta's \
             business settings.",
        ),
        "PIN_REQUEST_SUCCESS" => (
            "pin_off",
            "The two-step PIN of this number was switched off. Set a new one under Registration.",
        ),
        _ => return None,
    };
    Some(Said::new(whom).alert(kind, Severity::Warning, words))
}

/// The first of these keys that holds a limit.
fn limit(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| limit_of(&value[*key]))
}

fn limit_of(value: &Value) -> Option<String> {
    text(value).map(|word| capacity(&word))
}

/// A text that says something: Meta writes `NONE` and null for nothing.
fn reason(value: &Value, key: &str) -> Option<String> {
    text(&value[key]).filter(|word| word != "NONE")
}

/// A string or a number as text that can be stored, not too long; none for what is empty or anything else.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => storable(text.trim()),
        Value::Number(number) => number.to_string(),
        Value::Bool(bool) => bool.to_string(),
        _ => return None,
    };
    let text: String = text.chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

/// Meta's words are short; nobody reads more.
const LONGEST: usize = 1000;

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

const REMOVED: &str = "This app was removed from the WhatsApp account at Meta. Give it access again in Meta's business \
                       settings, then connect the number again.";
const UNINSTALLED: &str = "This app was uninstalled from the WhatsApp account at Meta. Install it again in Meta's business \
                           settings, then connect the number again.";
const DELETED: &str = "The WhatsApp account of this number was deleted at Meta. Move the number to another account there, \
                       then connect it again.";
const UNLINKED: &str = "The WhatsApp Business app on the phone is not linked any more: somebody ended it there, or the app was \
                        not opened for too long. Open it on the phone, link it again, then connect the number again.";
const DISABLED: &str = "Meta disabled the WhatsApp account of this number. Ask for a review in Meta's business settings; once it \
                        is reinstated, connect the number again.";
const REINSTATED: &str = "Meta reinstated the WhatsApp account of this number. If the number is shown as disconnected, connect it \
                          again.";
const RECONNECTED: &str = "The WhatsApp Business app on the phone is linked again. If the number is shown as disconnected, connect \
                           it again.";

#[cfg(test)]
mod tests;
