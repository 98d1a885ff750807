//! Fields about one number and its customers, beside the messages themselves.

use serde_json::{Value, json};

use super::{Channel, Content, Inbound, Person, message, put};
use crate::clock;
use crate::ids::{self, Way};

/// What a field says when nothing else is asked for.
pub(super) fn value(
    channel: &Channel,
    person: &Person,
    field: &str,
    variant: Option<&str>,
) -> Value {
    let now = clock::now();
    match field {
        "calls" => calls(channel, person, variant.unwrap_or("connect"), now),
        "user_preferences" => {
            let mut wish = json!({
                "detail": "User requested to stop marketing messages",
                "category": "marketing_messages",
                "value": variant.unwrap_or("stop"),
                "timestamp": now,
            });
            put(&mut wish, "wa_id", person.wa_id.as_deref());
            put(&mut wish, "user_id", person.user_id.as_deref());
            json!({ "contacts": [person.contact()], "user_preferences": [wish] })
        }
        "user_id_update" => {
            let old = person.user_id.as_deref().unwrap_or_default();
            let mut update = json!({
                "detail": format!("User changed from {old}"),
                "user_id": { "previous": old, "current": variant.unwrap_or("US.1234567890123456") },
                "timestamp": now.to_string(),
            });
            put(&mut update, "wa_id", person.wa_id.as_deref());
            json!({ "contacts": [person.contact()], "user_id_update": [update] })
        }
        "smb_message_echoes" | "message_echoes" => {
            let sent = Inbound::new(person, Content::text("From the phone"));
            message::echo(channel, person, &sent).value
        }
        "smb_app_state_sync" => {
            let mut contact = json!({ "full_name": person.name, "first_name": person.name });
            put(&mut contact, "phone_number", person.wa_id.as_deref());
            put(&mut contact, "user_id", person.user_id.as_deref());
            json!({ "state_sync": [{
                "type": "contact",
                "action": variant.unwrap_or("add"),
                "contact": contact,
                "metadata": { "timestamp": now.to_string() },
            }] })
        }
        "history" => history(channel, person, now),
        "group_lifecycle_update" => group(
            "group_create",
            now,
            json!({ "subject": "Coffee lovers", "invite_link": "https://chat.whatsapp.com/simulated" }),
        ),
        "group_participants_update" => group(
            "group_participants_add",
            now,
            json!({ "reason": "invite_link", "added_participants": [{ "wa_id": person.wa_id }] }),
        ),
        "group_settings_update" => group(
            "group_settings_update",
            now,
            json!({ "group_subject": { "text": "Tea lovers", "update_successful": true } }),
        ),
        "group_status_update" => group("group_suspend", now, json!({})),
        _ => json!({ "simulated": true }),
    }
}

fn calls(channel: &Channel, person: &Person, event: &str, now: u64) -> Value {
    let id = format!("wacid.{}", ids::secret());
    if let "RINGING" | "ACCEPTED" | "REJECTED" = event {
        let mut status =
            json!({ "id": id, "type": "call", "status": event, "timestamp": now.to_string() });
        put(&mut status, "recipient_id", person.wa_id.as_deref());
        return json!({ "statuses": [status] });
    }
    let mut call = json!({
        "id": id,
        "to": channel.display_phone_number,
        "event": event,
        "direction": "USER_INITIATED",
        "timestamp": now.to_string(),
    });
    put(&mut call, "from", person.wa_id.as_deref());
    put(&mut call, "from_user_id", person.user_id.as_deref());
    match event {
        "connect" => call["session"] = json!({ "sdp_type": "offer", "sdp": "v=0\r\n" }),
        "terminate" => {
            call["status"] = json!("COMPLETED");
            call["start_time"] = json!((now - 42).to_string());
            call["end_time"] = json!(now.to_string());
            call["duration"] = json!(42);
        }
        _ => {}
    }
    json!({ "contacts": [person.contact()], "calls": [call] })
}

fn history(channel: &Channel, person: &Person, now: u64) -> Value {
    let line = |from: &str, to: Option<&str>, body: &str, age: u64, status: &str, way: Way| {
        let mut line = json!({
            "from": from,
            "id": ids::wamid(person.key(), way),
            "timestamp": (now - age).to_string(),
            "type": "text",
            "text": { "body": body },
            "history_context": { "status": status },
        });
        put(&mut line, "to", to);
        line
    };
    let (us, them) = (channel.display_phone_number.as_str(), person.key());
    json!({ "history": [{
        "metadata": { "phase": 0, "chunk_order": 1, "progress": 55 },
        "threads": [{
            "id": them,
            "messages": [
                line(them, None, "Are you open on Sunday?", 7200, "READ", Way::In),
                line(us, Some(them), "From nine to five.", 7100, "READ", Way::Out),
            ],
        }],
    }] })
}

fn group(kind: &str, now: u64, more: Value) -> Value {
    let mut group = json!({
        "timestamp": now.to_string(),
        "group_id": "Y2FwaV9ncm91cDoxMjM0NTY3ODkw",
        "type": kind,
    });
    if let Value::Object(more) = more {
        for (key, value) in more {
            group[key] = value;
        }
    }
    json!({ "groups": [group] })
}
