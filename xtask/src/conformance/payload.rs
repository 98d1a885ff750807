//! What a webhook says, read by other means than the product's: whom it names, what it tells of, and every word in it
//! that is for people.

use std::collections::BTreeSet;

use serde_json::Value;

/// A webhook, read.
#[derive(Debug, Default)]
pub struct Payload {
    /// The numbers that it names.
    pub numbers: Vec<Named>,
    /// The accounts that it names without a number.
    pub accounts: Vec<Named>,
    /// True when an entry has the id `0`: Meta's test button.
    pub test_button: bool,
    /// The kinds of the messages that a thread shows, each once.
    pub messages: BTreeSet<String>,
    /// Ids of messages and what became of them.
    pub statuses: BTreeSet<(String, String)>,
    /// The fields of changes beside `messages`.
    pub fields: BTreeSet<String>,
    /// What is for people, as it is to be shown.
    pub words: BTreeSet<String>,
    /// Every text in it, also those for machines.
    pub texts: BTreeSet<String>,
}

/// An id, and the digits of a number that stand beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    /// The account of a number; the same as `id` for an account.
    pub account: String,
    pub digits: Option<String>,
}

impl Payload {
    /// What can be read of these bytes; nothing when they are no JSON.
    pub fn read(bytes: &[u8]) -> Self {
        let mut payload = Self::default();
        if let Ok(root) = serde_json::from_str::<Value>(&whole(bytes)) {
            for envelope in each(&root) {
                payload.envelope(envelope);
            }
            payload.collect(&root, "");
        }
        payload
    }

    /// Whether nothing is in it that could be kept.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
            && self.accounts.is_empty()
            && self.messages.is_empty()
            && self.statuses.is_empty()
            && self.fields.is_empty()
            && self.words.is_empty()
    }

    fn envelope(&mut self, envelope: &Value) {
        for entry in each(&envelope["entry"]) {
            let account = text(&entry["id"]);
            self.test_button |= account.as_deref() == Some("0");
            for change in each(&entry["changes"]) {
                self.change(account.as_deref(), change);
            }
        }
        if envelope.get("entry").is_none() && envelope.is_object() {
            // A change, or what stands in one, without its envelope.
            let value = envelope.get("value").unwrap_or(envelope);
            self.name(None, value);
        }
    }

    fn change(&mut self, account: Option<&str>, change: &Value) {
        let value = &change["value"];
        self.name(account, value);
        match text(&change["field"]).as_deref() {
            Some("messages") | None => self.elements(value),
            Some(field) => {
                self.fields.insert(field.to_owned());
            }
        }
    }

    fn elements(&mut self, value: &Value) {
        for message in each(&value["messages"]) {
            // What is written in a group is kept raw.
            if let (Some(_), Some(kind), None) = (
                text(&message["id"]),
                text(&message["type"]),
                text(&message["group_id"]),
            ) {
                self.messages.insert(kind);
            }
        }
        for status in each(&value["statuses"]) {
            if let (Some(id), Some(word)) = (text(&status["id"]), text(&status["status"])) {
                self.statuses.insert((id, word));
            }
        }
    }

    /// Whom it names: a number within an account, or an account by itself.
    fn name(&mut self, account: Option<&str>, value: &Value) {
        // The sample number of Meta's test button is nobody's.
        let is_test = account == Some("0");
        let account = account.filter(|_| !is_test).map(str::to_owned);
        let inner = text(&value["waba_info"]["waba_id"]);
        let digits = |value: &Value| {
            let digits: String = text(value)?.chars().filter(char::is_ascii_digit).collect();
            (digits.len() >= 5).then_some(digits)
        };
        let number = text(&value["metadata"]["phone_number_id"]);
        if let Some(id) = number.filter(|_| !is_test) {
            if self.numbers.iter().all(|known| known.id != id) {
                self.numbers.push(Named {
                    id,
                    account: account.unwrap_or_default(),
                    digits: digits(&value["metadata"]["display_phone_number"]),
                });
            }
            return;
        }
        // In news for partners the entry's id is the partner's: it is nobody's account here.
        if let Some(id) = inner.or(account)
            && self.accounts.iter().all(|known| known.id != id)
        {
            self.accounts.push(Named {
                account: id.clone(),
                id,
                digits: digits(&value["display_phone_number"])
                    .or_else(|| digits(&value["phone_number"])),
            });
        }
    }

    /// Every string under a key that is for people, and every one within a filled form.
    fn collect(&mut self, value: &Value, key: &str) {
        self.texts.extend(value.as_str().map(str::to_owned));
        match value {
            Value::Array(all) => all.iter().for_each(|one| self.collect(one, key)),
            Value::Object(map) => {
                for (key, value) in map {
                    self.collect(value, key);
                }
            }
            Value::String(said) if key == "response_json" => match serde_json::from_str(said) {
                Ok(form) => self.form(&form, ""),
                Err(_) => self.word(said),
            },
            Value::String(said) if is_for_people(key) => self.word(said),
            _ => {}
        }
    }

    fn form(&mut self, value: &Value, key: &str) {
        match value {
            Value::Array(all) => all.iter().for_each(|one| self.form(one, key)),
            Value::Object(map) => {
                for (key, value) in map {
                    self.form(value, key);
                }
            }
            // A token is for machines.
            Value::String(said) if key != "flow_token" => self.word(said),
            _ => {}
        }
    }

    fn word(&mut self, said: &str) {
        let folded = fold(said);
        if !folded.is_empty() {
            self.words.insert(folded);
        }
    }
}

/// Text, captions, names, titles: keys of what Meta means people to read.
const FOR_PEOPLE: [&str; 33] = [
    "address",
    "birthday",
    "body",
    "caption",
    "city",
    "company",
    "country",
    "department",
    "description",
    "detail",
    "details",
    "email",
    "emoji",
    "filename",
    "first_name",
    "formatted_name",
    "full_name",
    "group_description",
    "group_subject",
    "headline",
    "last_name",
    "message",
    "middle_name",
    "name",
    "phone",
    "recommendation",
    "requested_verified_name",
    "state",
    "street",
    "subject",
    "text",
    "title",
    "zip",
];

fn is_for_people(key: &str) -> bool {
    FOR_PEOPLE.contains(&key)
        || [
            "_description",
            "_element",
            "_footer",
            "_name",
            "_text",
            "_title",
        ]
        .iter()
        .any(|end| key.ends_with(end))
}

/// As it is compared: without NUL, with every run of white space one space.
pub fn fold(text: &str) -> String {
    text.replace('\0', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Bytes as text that JSON can be read from: half a surrogate pair is what stands for the unreadable.
pub fn whole(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let unit = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let length = match unit(escape) {
            Some(0xD800..=0xDBFF)
                if matches!(escape.get(6..).and_then(unit), Some(0xDC00..=0xDFFF)) =>
            {
                12
            }
            Some(0xD800..=0xDFFF) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            // The second of two may be many bytes long.
            _ => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    out + rest
}

/// A list; one thing is a list of itself, and nothing an empty one.
pub fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(all) => all,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// A string or a number as text.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_webhook_names_and_what_it_says_is_found_at_every_depth() {
        let payload = Payload::read(
            br#"{"entry":[{"id":"77001","changes":[{"field":"messages","value":{
                "metadata":{"phone_number_id":12345,"display_phone_number":"+49 30 12345"},
                "contacts":[{"profile":{"name":"Ida\u0000  B"},"wa_id":"4915"}],
                "messages":[{"id":"w1","type":"interactive","interactive":{"nfm_reply":{"name":"flow","body":"Sent",
                    "response_json":"{\"flow_token\":\"t\",\"size\":\"Large\"}"}}},
                    {"id":"w2","type":"text","group_id":"g","text":{"body":"hi"}}],
                "statuses":[{"id":"w3","status":"sent"}]}},
              {"field":"account_update","value":{"event":"X","waba_info":{"waba_id":"88001"}}}]},
             {"id":"0","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"999999"}}}]}]}"#,
        );
        assert_eq!(
            payload.numbers,
            [Named {
                id: "12345".into(),
                account: "77001".into(),
                digits: Some("493012345".into())
            }]
        );
        assert_eq!(payload.accounts.len(), 1);
        assert_eq!(payload.accounts[0].id, "88001");
        assert!(payload.test_button);
        assert_eq!(Vec::from_iter(&payload.messages), ["interactive"]);
        assert_eq!(Vec::from_iter(&payload.fields), ["account_update"]);
        assert_eq!(
            Vec::from_iter(&payload.words),
            ["Ida B", "Large", "Sent", "flow", "hi"]
        );
    }

    #[test]
    fn half_a_pair_is_read_as_the_mark_for_the_unreadable() {
        for (bytes, text) in [
            (r#""a\ud83d""#, "a\u{FFFD}"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\\ud83d\"é""#, "\\ud83d\"é"),
            (r#""\udc00\u00e9""#, "\u{FFFD}é"),
        ] {
            let value: Value = serde_json::from_str(&whole(bytes.as_bytes())).expect(bytes);
            assert_eq!(value, Value::from(text), "{bytes}");
        }
    }
}
