//! What people see of a webhook, read back through the product's own interface.

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::payload::{Payload, each, text};
use super::stage::{Channel, Stage};

/// One thing that came of a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// `message`, `event` or `status`; `quarantine` or `part` for what is kept as it came and shown nowhere.
    pub what: &'static str,
    /// A message's kind; an event's field; `status`; why it is in quarantine; a part's state.
    pub kind: String,
    /// What of its kind: an event's word, a status, a call's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// `forwarded`, `referral`, `referred_product`, `by_phone`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<&'static str>,
    /// Every text that is shown of it.
    #[serde(skip)]
    pub texts: Vec<String>,
    /// By what its contact is known.
    #[serde(skip)]
    pub identities: Vec<String>,
}

/// All that came of it.
pub fn read(stage: &Stage, channels: &[Channel], payload: &Payload) -> Result<Vec<Stored>> {
    let mut stored = messages(stage)?;
    let mut known = Vec::new();
    for channel in channels {
        events(stage, channel, &mut known, &mut stored)?;
    }
    for (id, _) in &payload.statuses {
        statuses(stage, id, &mut stored)?;
    }
    if stored.is_empty() || payload.test_button {
        let kept = |what| {
            move |kind| Stored {
                what,
                kind,
                ..Stored::default()
            }
        };
        stored.extend(stage.quarantined()?.into_iter().map(kept("quarantine")));
        stored.extend(stage.kept()?.into_iter().map(kept("part")));
    }
    Ok(stored)
}

fn messages(stage: &Stage) -> Result<Vec<Stored>> {
    let mut stored = Vec::new();
    let mut after = Value::Null;
    loop {
        let request = json!({ "view": "all", "state": "open", "search": "", "after": after });
        let page = stage.call("inbox/list", &json!({ "request": request }))?;
        for row in each(&page["rows"]) {
            conversation(stage, &row["id"], &mut stored)?;
        }
        after = page["next"].clone();
        if after.is_null() {
            return Ok(stored);
        }
    }
}

fn conversation(stage: &Stage, id: &Value, stored: &mut Vec<Stored>) -> Result<()> {
    let details = stage.call("conversation/details", &json!({ "id": id }))?;
    let mut contact = details["contact"].clone();
    if let Some(contact) = contact.as_object_mut() {
        contact.remove("id");
    }
    let mut identities = Vec::new();
    strings(&contact, &mut identities);
    let mut before = Value::Null;
    loop {
        let page = stage.call(
            "conversation/thread",
            &json!({ "id": id, "before": before }),
        )?;
        for line in each(&page["messages"]) {
            let message = message(line, &identities)?;
            stored.extend(changes(line, &message));
            stored.push(message);
        }
        before = page["older"].clone();
        if before.is_null() {
            return Ok(());
        }
    }
}

/// A line of a thread, with what stands around it.
fn message(line: &Value, identities: &[String]) -> Result<Stored> {
    let extra = match line["extra"].as_str() {
        Some(packed) => serde_json::from_str(packed).context("a message's extra is no JSON")?,
        None => Value::Null,
    };
    let content = &line["content"];
    let kind = match content["type"].as_str() {
        Some("other") => text(&content["kind"]).unwrap_or_default(),
        _ => "text".to_owned(),
    };
    let told = &extra["told"];
    let mut texts = identities.to_vec();
    strings(content, &mut texts);
    strings(&extra, &mut texts);
    strings(&line["fault"], &mut texts);
    let flags = [
        ("forwarded", "forwarded"),
        ("referral", "referral"),
        ("product", "referred_product"),
        ("by_phone", "by_phone"),
    ];
    let is_there = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    let detail = &told["detail"];
    Ok(Stored {
        what: "message",
        kind,
        event: text(&detail["call"]["state"]).or_else(|| text(&detail["notice"]["event"])),
        flags: flags
            .into_iter()
            .filter(|(key, _)| is_there(&told[key]))
            .map(|(_, flag)| flag)
            .collect(),
        texts,
        identities: identities.to_vec(),
    })
}

/// What changed the message, and is shown on it: reactions, an edit, a deletion.
fn changes(line: &Value, message: &Stored) -> Vec<Stored> {
    let extra: Value = line["extra"]
        .as_str()
        .and_then(|packed| serde_json::from_str(packed).ok())
        .unwrap_or_default();
    let shown = [
        ("reactions", "reaction"),
        ("edited", "edit"),
        ("deleted", "revoke"),
    ];
    shown
        .into_iter()
        .filter(|(key, _)| !extra[key].is_null())
        .map(|(_, kind)| Stored {
            kind: kind.to_owned(),
            event: None,
            ..message.clone()
        })
        .collect()
}

/// What is kept with a number, or with its account; the same one is read once, whatever numbers the account has.
fn events(
    stage: &Stage,
    channel: &Channel,
    known: &mut Vec<Value>,
    stored: &mut Vec<Stored>,
) -> Result<()> {
    let mut after = Value::Null;
    loop {
        let asked = json!({ "id": channel.id, "field": null, "after": after });
        let page = stage.call("channels/events", &asked)?;
        for line in each(&page["lines"]) {
            if known.contains(&line["id"]) {
                continue;
            }
            known.push(line["id"].clone());
            let asked = json!({ "id": channel.id, "event": line["id"] });
            let whole = stage.call("channels/event", &asked)?;
            let mut texts = Vec::new();
            strings(&whole, &mut texts);
            stored.push(Stored {
                what: "event",
                kind: text(&line["field"]).unwrap_or_default(),
                event: text(&line["event"]),
                texts,
                ..Stored::default()
            });
        }
        after = page["next"].clone();
        if after.is_null() {
            return Ok(());
        }
    }
}

/// What is told of a message that was not sent from here: it waits for it, and can be asked for.
fn statuses(stage: &Stage, id: &str, stored: &mut Vec<Stored>) -> Result<()> {
    let traces = stage.call("trace/find", &json!({ "what": id }))?;
    for trace in each(&traces) {
        if trace["kind"] != "status" {
            continue;
        }
        let mut texts = Vec::new();
        strings(trace, &mut texts);
        let line = text(&trace["line"]).unwrap_or_default();
        stored.extend(line.split(", ").map(|word| Stored {
            what: "status",
            kind: "status".to_owned(),
            event: Some(word.to_owned()),
            texts: texts.clone(),
            ..Stored::default()
        }));
    }
    Ok(())
}

/// Every text in it. What is packed in a text is unpacked by whoever calls.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|one| strings(one, found)),
        Value::Object(map) => map.values().for_each(|one| strings(one, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_what_is_packed_in_it() {
        let line = json!({
            "content": { "type": "other", "kind": "image", "summary": "Look" },
            "extra": r#"{"told":{"detail":{"media":{"caption":"Look here","name":null}},"forwarded":"once","by_phone":false}}"#,
        });
        let stored = message(&line, &["Ida".to_owned()]).expect("a message");
        assert_eq!(stored.kind, "image");
        assert_eq!(stored.flags, ["forwarded"]);
        for text in ["Ida", "Look", "Look here"] {
            assert!(stored.texts.iter().any(|seen| seen == text), "{text}");
        }
        let text = json!({ "content": { "type": "text", "text": "hi" } });
        assert_eq!(message(&text, &[]).expect("a text").kind, "text");
    }
}
