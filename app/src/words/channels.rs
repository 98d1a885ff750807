//! Connected numbers.

use crate::channels::Place;
use postern_types::{ChannelState, Fact, Severity};

pub const TITLE: &str = "Numbers";
pub const LEAD: &str =
    "The WhatsApp numbers of this workspace. Customers write to them, your team answers from here.";
pub const CONNECT: &str = "Connect a number";
pub const CONNECT_FIRST: &str = "No number is connected yet";
pub const CONNECT_FIRST_HINT: &str = "You need a WhatsApp Business number at Meta: its two ids and a permanent access token. It takes about two minutes.";
pub const CONNECTING: &str = "Asking Meta…";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "What your team calls this number, for example “Support”.";
pub const PHONE_NUMBER_ID: &str = "Phone number ID";
pub const PHONE_NUMBER_ID_HINT: &str = "Digits. In Meta's WhatsApp manager under API setup.";
pub const ACCOUNT_ID: &str = "WhatsApp Business Account ID";
pub const ACCOUNT_ID_HINT: &str = "Digits. It stands beside the phone number ID.";
pub const TOKEN: &str = "Access token";
pub const TOKEN_HINT: &str =
    "A permanent token of a system user. It is kept encrypted and never shown again.";
pub const APP: &str = "Which Meta app signs the messages?";
pub const SIGNED_BY: &str = "Meta app";
pub const APP_OURS: &str = "This installation's app";
pub const APP_OURS_HINT: &str = "The operator of this server has set it up.";
pub const APP_OWN: &str = "My own Meta app";
pub const APP_OWN_HINT: &str = "You enter its app secret, and give Meta the callback address.";
pub const APP_SECRET: &str = "App secret";
pub const APP_SECRET_HINT: &str = "In Meta's app dashboard under Settings, Basic. Kept encrypted.";
pub const DONE: &str = "The number is connected";
pub const DONE_OWN: &str = "One step is left: in Meta's app dashboard, under WhatsApp, Configuration, enter these two as callback URL and verify token. Then subscribe to “messages”, and to the account's, templates' and phone number's fields: alerts and templates come by them.";
pub const DONE_OURS: &str =
    "Messages to it arrive from now on. Its callback is that of this installation's app.";
pub const ONCE: &str =
    "The verify token is shown only now. If it is lost, connect the number again.";
pub const CALLBACK: &str = "Callback URL";
pub const VERIFY: &str = "Verify token";
pub const FINISH: &str = "I have copied both";
pub const OK: &str = "Done";
pub const DISCONNECT: &str = "Disconnect";
pub const CONNECT_AGAIN: &str = "Connect again";
pub const DISCONNECT_TITLE: &str = "Disconnect this number?";
pub const DISCONNECTED_NOW: &str = "Number disconnected";
pub const NOT_DISCONNECTED: &str = "The number was not disconnected.";
pub const ADMIN_ONLY: &str = "Only admins can connect or disconnect numbers.";
pub const OWN_APP: &str = "Own Meta app";
pub const INSTALLATION_APP: &str = "This installation's app";
pub const SINCE: &str = "Connected";
pub const WHY: &str =
    "Nothing is sent until it is connected again. Messages that come in are kept.";

pub fn state(state: ChannelState) -> &'static str {
    match state {
        ChannelState::Connected => "Connected",
        ChannelState::Disconnected => "Disconnected",
    }
}

pub fn disconnect_lost(name: &str, phone: &str) -> String {
    format!(
        "{name} ({phone}) will stop sending at once, and messages waiting to be sent will fail. \
         Its access token is forgotten. Conversations and messages are kept."
    )
}

// A number's page.
pub const PARTS: &str = "Parts of this number";
pub const NO_SUCH: &str = "There is no such number here";
pub const NO_SUCH_HINT: &str = "The address may be of another workspace.";
pub const NOT_READ: &str = "This could not be read.";
pub const FOR_ADMINS: &str = "Only admins can see this part.";
pub const MORE: &str = "Health, profile, events";

pub fn place(place: Place) -> &'static str {
    match place {
        Place::Health => "Health",
        Place::Alerts => "Alerts",
        Place::Profile => "Profile",
        Place::Registration => "Registration",
        Place::Events => "Events",
    }
}

pub fn unseen(n: usize) -> String {
    match n {
        1 => " 1 alert that nobody has seen".into(),
        n => format!(" {n} alerts that nobody has seen"),
    }
}

// Health.
pub const HINDERED: &str = "What hinders it";
pub const NOTHING_KNOWN: &str =
    "Nothing is known yet. Meta is asked when the number is connected, and every few hours.";
pub const NEVER_CHECKED: &str = "Meta has not been asked yet.";
pub const CHECK: &str = "Check now";
pub const CHECKING: &str = "Asking Meta…";
pub const NOT_CHECKED: &str = "Meta was not asked.";
pub const HISTORY: &str = "What changed";
pub const NO_HISTORY: &str = "Nothing has changed since the number was connected.";
pub const TIMELINE: &str = "Quality until now";

pub fn checked(when: &str) -> String {
    format!("Meta was asked: {when}")
}

pub fn since(date: &str) -> String {
    format!("since {date}")
}

pub fn fact(fact: Fact) -> &'static str {
    match fact {
        Fact::Quality => "Quality",
        Fact::Sending => "Sending",
        Fact::Hindrance => HINDERED,
        Fact::Limit => "People it may write to first",
        Fact::Throughput => "Speed",
        Fact::Status => "State at Meta",
        Fact::NameStatus => "Display name is",
        Fact::Name => "Display name",
        Fact::Review => "Review of the account",
        Fact::Restriction => "Held back",
        Fact::Ban => "Ban of the account",
        Fact::Platform => "Runs on",
        Fact::Mode => "Mode",
        Fact::OnPhone => "Also in the app on a phone",
        Fact::Code => "Code",
    }
}

/// Meta's word as one reads it; a new one as it is, in small letters.
pub fn value(fact: Fact, word: &str) -> String {
    let known = match (fact, word) {
        (Fact::Quality, "GREEN") => "High",
        (Fact::Quality, "YELLOW") => "Medium",
        (Fact::Quality, "RED") => "Low",
        (Fact::Quality, "UNKNOWN") => "Not rated yet",
        (Fact::Sending, "AVAILABLE") => "Works",
        (Fact::Sending, "LIMITED") => "Works in part",
        (Fact::Sending, "BLOCKED") => "Blocked",
        (Fact::Limit, "unlimited") => "Any number",
        (Fact::Throughput, "STANDARD") => "Up to 80 messages a second",
        (Fact::Throughput, "HIGH") => "Up to 1,000 messages a second",
        (Fact::Throughput, "NOT_APPLICABLE") => "Does not apply",
        (Fact::Status, "CONNECTED") => "Connected",
        (Fact::Status, "PENDING") => "Waits to be registered",
        (Fact::Status, "FLAGGED") => "Flagged for low quality",
        (Fact::Status, "RESTRICTED") => "Restricted",
        (Fact::Status, "DISCONNECTED") => "Not registered",
        (Fact::NameStatus, "AVAILABLE_WITHOUT_REVIEW") => "Approved without a review",
        (Fact::NameStatus, "DECLINED") => "Turned down",
        (Fact::NameStatus, "PENDING_REVIEW") => "Under review",
        (Fact::Restriction, "RESTRICTED_BIZ_INITIATED_MESSAGING") => {
            "Nobody can be written to first"
        }
        (Fact::Restriction, "RESTRICTED_CUSTOMER_INITIATED_MESSAGING") => {
            "Customers cannot be answered"
        }
        (Fact::Restriction, "RESTRICTED_ADD_PHONE_NUMBER_ACTION") => "No numbers can be added",
        (Fact::Ban, "SCHEDULE_FOR_DISABLE") => "Meta will disable it",
        (Fact::Ban, "DISABLE") => "Disabled",
        (Fact::Ban, "REINSTATE") => "Reinstated",
        (Fact::Platform, "CLOUD_API") => "Meta's Cloud API",
        (Fact::OnPhone, "true") => "Yes",
        (Fact::OnPhone, "false") => "No",
        (Fact::Limit, digits) if digits.parse::<u64>().is_ok() => {
            return format!("{} within 24 hours", grouped(digits));
        }
        (Fact::Name, name) => return name.into(),
        _ => return told(word),
    };
    known.into()
}

/// `100000` as `100,000`.
fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How good it is, as a colour; none where there is no better and worse.
pub fn tone(fact: Fact, word: &str) -> Option<&'static str> {
    Some(match (fact, word) {
        (Fact::Quality, "GREEN")
        | (Fact::Sending, "AVAILABLE")
        | (Fact::Status, "CONNECTED")
        | (Fact::NameStatus | Fact::Review, "APPROVED" | "AVAILABLE_WITHOUT_REVIEW") => "good",
        (Fact::Quality, "YELLOW")
        | (Fact::Sending, "LIMITED")
        | (Fact::Status, "FLAGGED" | "PENDING" | "RATE_LIMITED")
        | (Fact::NameStatus | Fact::Review, "PENDING_REVIEW" | "PENDING" | "DEFERRED") => "warn",
        (Fact::Quality, "RED")
        | (Fact::Sending, "BLOCKED")
        | (Fact::Status, "RESTRICTED" | "BANNED" | "DISCONNECTED" | "DELETED" | "MIGRATED")
        | (Fact::NameStatus | Fact::Review, "DECLINED" | "REJECTED" | "EXPIRED")
        | (Fact::Restriction, _)
        | (Fact::Ban, "DISABLE" | "SCHEDULE_FOR_DISABLE") => "bad",
        (Fact::Quality | Fact::Sending, _) => "none",
        _ => return None,
    })
}

/// A number at a glance, in its card.
pub fn quality(word: Option<&str>) -> String {
    let word = word.map_or_else(|| "not known yet".into(), |word| value(Fact::Quality, word));
    format!("Quality: {word}")
}

pub fn alerts(n: i64) -> String {
    match n {
        1 => "1 new alert".into(),
        n => format!("{n} new alerts"),
    }
}

// Alerts.
pub const SEEN: &str = "Seen";
pub const SEEN_ALL: &str = "Mark all as seen";
pub const NOT_SEEN: &str = "It was not marked as seen.";
pub const NO_ALERTS: &str = "Nothing to see to";
pub const NO_ALERTS_HINT: &str = "When Meta lowers this number's quality or limit, turns down its name or disconnects it, it is told here, and admins see a mark on “Numbers”.";

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Good to know: ",
        Severity::Warning => "Warning: ",
        Severity::Critical => "Critical: ",
    }
}

pub fn seen_by(name: Option<&str>) -> String {
    name.map_or_else(|| "Settled".into(), |name| format!("Seen by {name}"))
}

// Profile.
pub const PROFILE_LEAD: &str = "What people see who open this number's profile in WhatsApp. It stands at Meta; it is read from there now, and saved there.";
pub const PROFILE_SAVED: &str = "Profile saved";
pub const SAVE: &str = "Save";
pub const SAVING: &str = "Saving…";
pub const ABOUT: &str = "About";
pub const ABOUT_HINT: &str = "A line below the name, up to 139 characters.";
pub const DESCRIPTION: &str = "Description";
pub const ADDRESS: &str = "Address";
pub const EMAIL: &str = "E-mail address";
pub const WEBSITE: &str = "Website";
pub const WEBSITE_HINT: &str = "Begins with https:// or http://.";
pub const WEBSITE_2: &str = "Second website";
pub const VERTICAL: &str = "Trade";

pub fn written(now: usize, most: usize) -> String {
    format!("{now} of {most} characters")
}

pub fn vertical(word: &str) -> String {
    match word {
        "" => "As it is",
        "UNDEFINED" => "Not told",
        "ALCOHOL" => "Alcoholic drinks",
        "APPAREL" => "Clothing",
        "AUTO" => "Cars",
        "BEAUTY" => "Beauty, spa and salon",
        "EDU" => "Education",
        "ENTERTAIN" => "Entertainment",
        "EVENT_PLAN" => "Events",
        "FINANCE" => "Finance",
        "GOVT" => "Public service",
        "GROCERY" => "Food and groceries",
        "HEALTH" => "Health",
        "HOTEL" => "Hotels",
        "MATRIMONY_SERVICE" => "Marriage bureau",
        "NONPROFIT" => "Non-profit",
        "ONLINE_GAMBLING" => "Gambling online",
        "OTC_DRUGS" => "Medicine without prescription",
        "OTHER" => "Other",
        "PHYSICAL_GAMBLING" => "Gambling on site",
        "PROF_SERVICES" => "Professional services",
        "RESTAURANT" => "Restaurant",
        "RETAIL" => "Shops",
        "TRAVEL" => "Travel",
        other => return told(other),
    }
    .into()
}

// Registration.
pub const REGISTRATION_LEAD: &str = "A number sends once it is registered with WhatsApp: verify it with a code, then register it with a PIN of your own. Meta takes ten registrations within three days.";
pub const CODE: &str = "Verify the number";
pub const CODE_HINT: &str = "Meta sends a code to the number. Have its phone at hand.";
pub const BY: &str = "How";
pub const BY_SMS: &str = "By text message";
pub const BY_CALL: &str = "By a call";
pub const LANGUAGE: &str = "Language";
pub const CODE_DO: &str = "Request a code";
pub const CODE_SENT: &str = "Meta sends the code now";
pub const CODE_FIELD: &str = "Code that came";
pub const CODE_FIELD_HINT: &str = "Six digits.";
pub const VERIFY_DO: &str = "Verify";
pub const VERIFIED: &str = "Number verified";
pub const REGISTER: &str = "Register";
pub const REGISTER_HINT: &str = "With the number's PIN, or with a new one if it has none.";
pub const REGISTERED: &str = "Number registered";
pub const CHANGE_PIN: &str = "Change the PIN";
pub const CHANGE_PIN_HINT: &str =
    "The PIN protects the number from being registered by somebody else.";
pub const PIN_CHANGED: &str = "PIN changed";
pub const PIN: &str = "PIN";
pub const PIN_HINT: &str = "Six digits. Postern does not keep them: write them down.";
pub const TAKE_OFF: &str = "Take off the Cloud API";
pub const TAKE_OFF_HINT: &str =
    "For a number that moves elsewhere. It can be registered again later.";
pub const TAKE_OFF_TITLE: &str = "Take this number off the Cloud API?";
pub const TAKEN_OFF: &str = "Number taken off";
pub const TYPE_NAME: &str = "Type its name to go on";

pub fn take_off_lost(name: &str) -> String {
    format!(
        "{name} will neither send nor receive here until it is registered again. Conversations and messages are kept."
    )
}

// Events.
pub const EVENTS_LEAD: &str =
    "What Meta told of this number and its account beside messages, as it came.";
pub const FIELD: &str = "Show";
pub const ALL_FIELDS: &str = "Everything";
pub const OLDER: &str = "Show older ones";
pub const NO_EVENTS: &str = "Nothing has been told yet";
pub const NO_EVENTS_HINT: &str = "Reviews, limits, groups, calls and whatever else Meta tells stands here. Subscribe the account's other fields at Meta to hear more.";
pub const EMPTY_EVENT: &str = "There is no text in it.";

/// A word of Meta's as one reads it: `account_update` is `Account update`.
pub fn told(word: &str) -> String {
    let word = word.replace('_', " ");
    // Words of Meta's are ASCII.
    let mut word = if word.bytes().any(|b| b.is_ascii_lowercase()) {
        word
    } else {
        word.to_ascii_lowercase()
    };
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_metas_is_read_as_a_person_would_and_a_new_one_is_shown_all_the_same() {
        for (fact, word, expected) in [
            (Fact::Quality, "GREEN", "High"),
            (Fact::Limit, "100000", "100,000 within 24 hours"),
            (Fact::Limit, "250", "250 within 24 hours"),
            (Fact::Limit, "unlimited", "Any number"),
            (Fact::Limit, "TIER_NEW", "Tier new"),
            (Fact::Status, "SOMETHING_NEW", "Something new"),
            (Fact::Name, "HARBOUR_COFFEE", "HARBOUR_COFFEE"),
            (Fact::Quality, "", ""),
        ] {
            assert_eq!(value(fact, word), expected, "{word}");
        }
        assert_eq!(told("smb_app_state_sync"), "Smb app state sync");
        assert_eq!(tone(Fact::Quality, "RED"), Some("bad"));
        assert_eq!(tone(Fact::Quality, "A_NEW_ONE"), Some("none"));
        assert_eq!(tone(Fact::Platform, "CLOUD_API"), None);
    }
}
