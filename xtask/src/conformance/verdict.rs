//! Whether a webhook was understood: its kind, its flags, every word for people, and each of its siblings.

use serde::Serialize;

use super::manifest::{Case, Values};
use super::payload::{Payload, fold};
use super::seen::Stored;

/// What is reported of a webhook.
#[derive(Debug, Serialize)]
pub struct Report {
    pub file: String,
    #[serde(rename = "type")]
    pub of_type: Option<String>,
    pub values: &'static str,
    /// Of the answer.
    pub status: u16,
    pub stored: Vec<Stored>,
    /// The kind as which it was stored.
    pub kind: Option<String>,
    /// What its contacts are known by.
    pub identities: Vec<String>,
    /// The words for people that are shown.
    pub shown: Vec<String>,
    pub understood: bool,
    /// Why it was not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
}

/// What comes behind a kind and says more of it, and is no kind of event.
const FLAGS: [&str; 3] = ["forwarded", "referral", "referred_product"];
/// Also told of a kind, and nothing that is shown as a word: what it answers, where it was written, what it came with.
const BESIDE: [&str; 4] = ["reply", "group", "noenvelope", "declined"];

/// Weighs what came of a webhook against what it said.
pub fn weigh(case: &Case, payload: &Payload, status: u16, stored: Vec<Stored>) -> Report {
    let mut why = Vec::new();
    if status != 200 {
        why.push(format!("answered {status}"));
    }
    let fits = case
        .kind
        .as_deref()
        .map(|kind| Wanted::of(kind).fits(&stored, payload));
    let kind = match fits {
        Some(Ok(place)) => stored.get(place).map(|one| one.kind.clone()),
        _ => stored.first().map(|one| one.kind.clone()),
    };
    let seen: Vec<String> = stored
        .iter()
        .flat_map(|one| &one.texts)
        .map(|text| fold(text))
        .collect();
    let is_seen = |word: &&String| seen.iter().any(|seen| seen.contains(word.as_str()));
    let shown: Vec<String> = payload.words.iter().filter(is_seen).cloned().collect();
    if payload.test_button || case.values == Values::Negative {
        // Meta's test button is answered and kept as it came, and so is what cannot be understood.
        if stored.is_empty() && !payload.is_empty() {
            why.push("nothing of it was kept".to_owned());
        }
    } else {
        if let Some(Err(missing)) = fits {
            why.push(missing);
        }
        if stored
            .iter()
            .all(|one| matches!(one.what, "quarantine" | "part"))
        {
            why.push("nothing of it is shown".to_owned());
        }
        let missing = payload.words.iter().filter(|word| !is_seen(word));
        why.extend(missing.map(|word| format!("not shown: {}", cut(word))));
        why.extend(siblings(payload, &stored));
    }
    let mut identities: Vec<String> = stored
        .iter()
        .flat_map(|one| one.identities.clone())
        .collect();
    identities.sort();
    identities.dedup();
    Report {
        file: case.file.clone(),
        of_type: case.kind.clone(),
        values: case.values.word(),
        status,
        stored,
        kind,
        identities,
        shown,
        understood: why.is_empty(),
        why,
    }
}

/// Everything that one webhook brings counts, not the first of it alone.
fn siblings(payload: &Payload, stored: &[Stored]) -> Vec<String> {
    let has = |fits: &dyn Fn(&Stored) -> bool| stored.iter().any(fits);
    let messages = payload.messages.iter();
    let messages = messages
        .filter(|kind| !has(&|one| one.what == "message" && one.kind == **kind))
        .map(|kind| format!("a message of kind {kind} is not there"));
    let statuses = payload.statuses.iter();
    let statuses = statuses
        .filter(|(_, word)| !has(&|one| one.event.as_ref() == Some(word)))
        .map(|(_, word)| format!("the status {word} is not there"));
    let fields = payload.fields.iter();
    let fields = fields
        .filter(|field| !has(&|one| is_of_field(one, field)))
        .map(|field| format!("nothing of the field {field} is there"));
    messages.chain(statuses).chain(fields).collect()
}

/// Whether it is what a field brings: an event of it, or what stands in a thread for it.
fn is_of_field(one: &Stored, field: &str) -> bool {
    match one.what {
        "event" => one.kind == field,
        "message" => match field {
            "smb_message_echoes" | "message_echoes" => one.flags.contains(&"by_phone"),
            _ => one.kind == field,
        },
        _ => false,
    }
}

/// A type of the manifest, taken apart.
struct Wanted<'a> {
    kind: &'a str,
    /// What of its kind.
    event: Option<&'a str>,
    flags: Vec<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(name: &'a str) -> Self {
        let (name, _) = name.split_once('+').unwrap_or((name, ""));
        let mut parts = name.split('-');
        let kind = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let flags: Vec<&str> = rest
            .iter()
            .copied()
            .filter(|part| FLAGS.contains(part))
            .collect();
        let says = |part: &&str| !FLAGS.contains(part) && !BESIDE.contains(part) && *part != "None";
        let mut events = rest.iter().copied().filter(says);
        Self {
            kind,
            // `calls-status-RINGING`: the last of them is the event.
            event: if kind == "calls" {
                events.next_back()
            } else {
                events.next()
            },
            flags,
        }
    }

    /// Where among them it stands, or what is missing.
    fn fits(&self, stored: &[Stored], payload: &Payload) -> Result<usize, String> {
        let of_kind = |one: &Stored| match self.kind {
            "status" => one.what == "status",
            "value_errors" => one.what == "event" && one.event.as_deref() == Some("errors"),
            kind if is_of_field(one, kind) => true,
            // What is written in a group is kept with the number, by its kind.
            kind => {
                one.what == "event" && one.kind == "messages" && one.event.as_deref() == Some(kind)
            }
        };
        let mut places = stored
            .iter()
            .enumerate()
            .filter(|(_, one)| of_kind(one))
            .peekable();
        let Some((first, _)) = places.peek().copied() else {
            let kinds: Vec<_> = stored.iter().map(|one| one.kind.as_str()).collect();
            return Err(format!("kind: {} wanted, found {kinds:?}", self.kind));
        };
        let fits = |one: &Stored| {
            let flags = self.flags.iter().all(|flag| one.flags.contains(flag));
            flags && self.is_event(one, payload)
        };
        match places.find(|(_, one)| fits(one)) {
            Some((place, _)) => Ok(place),
            None => Err(format!(
                "{} as {:?} with {:?} wanted, found {:?} with {:?}",
                self.kind, self.event, self.flags, stored[first].event, stored[first].flags
            )),
        }
    }

    /// Whether it is the event that is wanted. What was chosen in a list or a form is shown by its words, not by Meta's
    /// name for the control; and a call that ended by how it ended. A word that the webhook does not say is no event, but
    /// somebody's note on the file.
    fn is_event(&self, one: &Stored, payload: &Payload) -> bool {
        let Some(wanted) = self.event else {
            return true;
        };
        let told =
            one.event.as_deref() == Some(wanted) || one.texts.iter().any(|text| text == wanted);
        match (one.what, self.kind) {
            ("message", "calls") if wanted == "terminate" => one.event.is_some(),
            ("message", "system" | "calls") | ("event", _) => {
                told || !payload.texts.contains(wanted)
            }
            ("message", _) => true,
            _ => one.event.as_deref() == Some(wanted),
        }
    }
}

fn cut(word: &str) -> String {
    let mut cut: String = word.chars().take(120).collect();
    if cut.len() < word.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(what: &'static str, kind: &str, event: Option<&str>, texts: &[&str]) -> Stored {
        Stored {
            what,
            kind: kind.to_owned(),
            event: event.map(str::to_owned),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..Stored::default()
        }
    }

    fn case(kind: &str) -> Case {
        Case {
            file: "f.json".into(),
            path: "f.json".into(),
            kind: Some(kind.to_owned()),
            values: Values::Deliverable,
        }
    }

    #[test]
    fn a_type_is_a_kind_an_event_and_flags() {
        let mut payload = Payload::default();
        payload
            .texts
            .extend(["DISABLED_UPDATE", "user_changed_number"].map(str::to_owned));
        let message = |kind| stored("message", kind, None, &[]);
        let event = |field, word| stored("event", field, Some(word), &[]);
        for (name, one, fits) in [
            ("text", message("text"), true),
            ("text", message("image"), false),
            ("text-reply", message("text"), true),
            ("text-forwarded", message("text"), false),
            ("text-group", event("messages", "text"), true),
            ("interactive-list_reply", message("interactive"), true),
            (
                "interactive-None+value_errors",
                message("interactive"),
                true,
            ),
            (
                "system-user_changed_number",
                stored("message", "system", Some("user_changed_number"), &[]),
                true,
            ),
            (
                "calls-status-RINGING",
                stored("message", "calls", Some("RINGING"), &[]),
                true,
            ),
            (
                "status-read",
                stored("status", "status", Some("read"), &[]),
                true,
            ),
            (
                "status-read",
                stored("status", "status", Some("sent"), &[]),
                false,
            ),
            (
                "account_update-DISABLED_UPDATE",
                event("account_update", "DISABLED_UPDATE"),
                true,
            ),
            (
                "account_update-DISABLED_UPDATE",
                event("account_update", "VERIFIED_ACCOUNT"),
                false,
            ),
            (
                "account_update-flat",
                event("account_update", "VERIFIED_ACCOUNT"),
                true,
            ),
            ("text-unicode", message("text"), true),
            ("system-user_changed_number", message("system"), false),
            ("value_errors", event("messages", "errors"), true),
            (
                "history-declined-noenvelope",
                event("history", "declined"),
                true,
            ),
        ] {
            let fit = Wanted::of(name).fits(&[one], &payload);
            assert_eq!(fit.is_ok(), fits, "{name}");
        }
        let mut forwarded = message("text");
        forwarded.flags = vec!["forwarded"];
        assert!(
            Wanted::of("text-forwarded")
                .fits(&[forwarded], &payload)
                .is_ok()
        );
    }

    #[test]
    fn what_is_not_shown_and_a_sibling_that_is_lost_are_told() {
        let payload = Payload::read(
            br#"{"entry":[{"id":"77001","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"12345"},
                "messages":[{"id":"a","type":"text","text":{"body":"Two  words"}},{"id":"b","type":"image","image":{"caption":"Cap"}}]}}]}]}"#,
        );
        let both = vec![
            stored("message", "text", None, &["Two words"]),
            stored("message", "image", None, &["Cap"]),
        ];
        let report = weigh(&case("text"), &payload, 200, both.clone());
        assert!(report.understood, "{:?}", report.why);
        assert_eq!(report.shown, ["Cap", "Two words"]);
        let report = weigh(&case("text"), &payload, 200, both[..1].to_vec());
        assert_eq!(
            report.why,
            ["not shown: Cap", "a message of kind image is not there"]
        );
        let report = weigh(&case("text"), &payload, 503, both);
        assert_eq!(report.why, ["answered 503"]);
    }
}
