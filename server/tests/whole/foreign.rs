//! Somebody of another workspace calls every function there is.

use crate::{
    api::Api,
    sockets::{next, resume},
    tally::{Tally, customer, until, write},
    town::{NUMBER, Town},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Every server function of a workspace, with arguments that name these things of it.
#[expect(clippy::too_many_lines, reason = "one list of all there are")]
pub fn calls(
    conversation: &str,
    message: &str,
    channel: &str,
    member: &str,
    contact: &str,
) -> BTreeMap<&'static str, Value> {
    let request = json!({ "view": "all", "state": "open", "search": "", "after": null });
    let book =
        json!({ "search": "", "label": null, "owner": "anybody", "order": "name", "after": null });
    let person = json!({ "name": "Mine", "phone": "", "email": "", "owner": null });
    let plan = json!({
        "encoding": "utf-8", "separator": ",", "columns": ["phone"], "known": "fill", "country": "", "labels": false,
    });
    let line = json!({
        "id": "01a00000-0000-7000-8000-000000000001", "conversation": conversation, "text": "hello", "note": true,
    });
    let form = json!({
        "name": "Mine now", "phone_number_id": NUMBER, "account_id": "102290129340398", "token": "EAAtestToken",
        "app_secret": null,
    });
    BTreeMap::from([
        ("inbox/snapshot", json!({ "request": request })),
        ("inbox/list", json!({ "request": request })),
        ("inbox/counts", json!({})),
        ("live/ticket", json!({})),
        ("conversation/details", json!({ "id": conversation })),
        (
            "conversation/thread",
            json!({ "id": conversation, "before": null }),
        ),
        (
            "conversation/assign",
            json!({ "id": conversation, "assignee": member }),
        ),
        (
            "conversation/team",
            json!({ "id": conversation, "team": null }),
        ),
        ("conversation/close", json!({ "id": conversation })),
        ("conversation/reopen", json!({ "id": conversation })),
        ("conversation/read", json!({ "id": conversation })),
        (
            "conversation/draft",
            json!({ "id": conversation, "text": "mine" }),
        ),
        (
            "conversation/label",
            json!({ "id": conversation, "label": message, "on": true }),
        ),
        ("contacts/list", json!({ "request": book })),
        ("contacts/create", json!({ "form": person })),
        ("contacts/read", json!({ "id": contact })),
        ("contacts/edit", json!({ "id": contact, "form": person })),
        (
            "contacts/label",
            json!({ "contact": contact, "label": message, "on": true }),
        ),
        (
            "contacts/notes",
            json!({ "contact": contact, "after": null }),
        ),
        (
            "contacts/note",
            json!({ "contact": contact, "body": "mine" }),
        ),
        (
            "contacts/change-note",
            json!({ "id": message, "body": "mine" }),
        ),
        ("contacts/delete-note", json!({ "id": message })),
        (
            "contacts/timeline",
            json!({ "contact": contact, "after": null }),
        ),
        ("contacts/fields", json!({})),
        (
            "contacts/set-field",
            json!({ "contact": contact, "field": message, "value": "x" }),
        ),
        ("contacts/imports", json!({})),
        ("contacts/import", json!({ "id": message })),
        (
            "contacts/import-look",
            json!({ "id": message, "choice": null }),
        ),
        (
            "contacts/import-check",
            json!({ "id": message, "plan": plan }),
        ),
        ("contacts/import-start", json!({ "id": message })),
        ("contacts/import-stop", json!({ "id": message })),
        ("contacts/import-undo", json!({ "id": message })),
        ("contacts/import-discard", json!({ "id": message })),
        (
            "contacts/import-faults",
            json!({ "id": message, "after": null }),
        ),
        ("labels/create", json!({ "name": "Mine", "tone": 1 })),
        (
            "labels/change",
            json!({ "id": message, "name": "Mine now", "tone": 1 }),
        ),
        ("labels/delete", json!({ "id": message })),
        (
            "fields/create",
            json!({ "name": "Mine", "kind": "choice", "choices": ["a"] }),
        ),
        (
            "fields/change",
            json!({ "id": message, "name": "Mine now", "choices": ["a"] }),
        ),
        ("fields/move", json!({ "id": message, "up": true })),
        ("fields/delete", json!({ "id": message })),
        ("contact/person", json!({ "id": conversation })),
        ("contact/find", json!({ "search": "" })),
        (
            "contact/rename",
            json!({ "id": contact, "name": "Mine now" }),
        ),
        (
            "contact/merge",
            json!({ "kept": contact, "gone": conversation }),
        ),
        ("contact/undo", json!({ "id": contact })),
        (
            "contact/dismiss",
            json!({ "one": contact, "other": conversation }),
        ),
        ("message/compose", json!({ "line": line })),
        ("message/retry", json!({ "id": message })),
        (
            "message/unknown",
            json!({ "id": message, "answer": "send_again" }),
        ),
        ("channels/list", json!({})),
        ("channels/connect", json!({ "form": form })),
        ("channels/disconnect", json!({ "id": channel })),
        ("channels/standings", json!({})),
        ("channels/health", json!({ "id": channel })),
        ("channels/check", json!({ "id": channel })),
        ("channels/seen", json!({ "id": channel, "alert": null })),
        ("channels/profile", json!({ "id": channel })),
        (
            "channels/save-profile",
            json!({ "id": channel, "profile": { "about": "Mine now" } }),
        ),
        (
            "channels/register",
            json!({ "id": channel, "step": { "change_pin": { "pin": "123456" } } }),
        ),
        (
            "channels/events",
            json!({ "id": channel, "field": null, "after": null }),
        ),
        ("channels/event", json!({ "id": channel, "event": message })),
        ("channels/courtesy", json!({})),
        (
            "channels/courtesy/choose",
            json!({ "receipts": false, "typing": false }),
        ),
        ("file/again", json!({ "id": message })),
        ("file/links", json!({ "ids": [message] })),
        (
            "templates/list",
            json!({ "request": { "channel": channel, "search": "", "category": null, "language": null } }),
        ),
        ("templates/refresh", json!({ "channel": channel })),
        (
            "templates/send",
            json!({ "asked": { "id": "0199a1b2-0000-7000-8000-000000000001", "conversation": conversation, "template": message,
                               "fill": { "values": {}, "file": null } } }),
        ),
        (
            "templates/start",
            json!({ "asked": { "id": "0199a1b2-0000-7000-8000-000000000001", "channel": channel, "phone": "+4915112345678",
                               "template": message, "fill": { "values": {}, "file": null } } }),
        ),
        ("links/list", json!({ "contact": contact })),
        (
            "links/make",
            json!({ "contact": contact, "form": { "days": 1 } }),
        ),
        (
            "links/send",
            json!({ "id": message, "address": "http://localhost/p/none" }),
        ),
        ("links/pin", json!({ "id": message })),
        ("links/revoke", json!({ "id": message })),
        ("links/revoke-all", json!({ "contact": contact })),
        (
            "qr/draw",
            json!({ "content": { "chat": { "channel": channel, "text": "mine" } },
                    "look": { "size": 256, "margin": 4, "dark": "#000000", "light": "#ffffff", "level": "low" } }),
        ),
        ("qr/card", json!({ "contact": contact })),
        ("team/list", json!({})),
        (
            "team/invite",
            json!({ "form": { "email": "new@example.test", "role": "agent" } }),
        ),
        (
            "team/link",
            json!({ "form": { "role": "agent", "domain": "", "days": 7 } }),
        ),
        ("team/resend", json!({ "id": message })),
        ("team/withdraw", json!({ "id": message })),
        ("team/approve", json!({ "id": member, "role": "agent" })),
        ("team/decline", json!({ "id": member, "reason": "" })),
        ("team/role", json!({ "id": member, "role": "agent" })),
        ("team/suspend", json!({ "id": member })),
        ("team/restore", json!({ "id": member })),
        ("team/remove", json!({ "id": member, "heir": null })),
        ("team/end-access", json!({ "id": member })),
        ("team/hand-over", json!({ "id": member })),
        ("team/require-factor", json!({ "required": false })),
        ("workspace/read", json!({})),
        (
            "workspace/save",
            json!({ "form": { "name": "Mine now", "tone": 3, "zone": "Europe/Lisbon", "hours": null, "revision": 0 } }),
        ),
        ("workspace/remove-logo", json!({})),
        ("workspace/steps", json!({})),
        ("workspace/hide-steps", json!({})),
        ("workspace/show-steps", json!({})),
        ("teams/list", json!({})),
        ("teams/create", json!({ "name": "Sales" })),
        ("teams/rename", json!({ "id": message, "name": "Mine now" })),
        ("teams/delete", json!({ "id": message })),
        ("teams/add", json!({ "id": message, "member": member })),
        ("teams/take-out", json!({ "id": message, "member": member })),
        ("teams/number", json!({ "channel": channel, "team": null })),
        ("teams/limit", json!({ "limited": false })),
        (
            "task/list",
            json!({ "request": { "list": "open", "contact": contact, "after": null } }),
        ),
        ("task/contacts", json!({ "search": "" })),
        ("task/show", json!({ "id": message })),
        (
            "task/create",
            json!({ "task": { "contact": contact, "message": null, "title": "Mine now", "description": "", "due": "2026-01-31",
                              "owner": null, "shared": true } }),
        ),
        (
            "task/change",
            json!({ "id": message, "rev": 1, "form": { "title": "Mine now", "description": "mine", "status": "done",
                    "due": "2026-01-31", "owner": null, "shared": true, "tells": true } }),
        ),
        ("task/delete", json!({ "id": message })),
        (
            "task/items",
            json!({ "id": message, "act": { "add": "Mine now" } }),
        ),
        (
            "task/comment",
            json!({ "id": message, "text": "mine", "internal": true }),
        ),
        ("task/comments", json!({ "id": message, "before": null })),
        ("task/ask", json!({ "id": message, "name": "Mine now" })),
        (
            "task/take-away",
            json!({ "id": message, "document": message }),
        ),
        (
            "task/document",
            json!({ "id": message, "document": message }),
        ),
        ("account/leave", json!({})),
        (
            "audit/list",
            json!({ "request": { "member": member, "action": "", "from": null, "until": null, "after": null } }),
        ),
        ("audit/verify", json!({})),
        ("audit/export", json!({ "after": null })),
        (
            "export/piece",
            json!({ "request": { "kind": "contacts", "book": book, "after": null } }),
        ),
        ("keys/list", json!({})),
        (
            "keys/make",
            json!({ "new": { "name": "Shop", "scopes": ["messages:write"], "networks": [], "days": 1, "test": false } }),
        ),
        ("keys/revoke", json!({ "id": message })),
        ("workspace/erasing", json!({})),
        (
            "workspace/erase",
            json!({ "form": { "name": "not it", "password": "not it", "code": "" } }),
        ),
        ("trace/find", json!({ "what": message })),
        ("trace/kept", json!({ "from": 0, "to": 1 })),
        (
            "trace/reapply",
            json!({ "from": 0, "to": 1, "after": null }),
        ),
    ])
}

/// Those of a person, who need no workspace: whichever they name, these show and change their own account alone. The
/// arguments change nothing.
pub fn personal() -> BTreeMap<&'static str, Value> {
    let nothing = "0199a1b2-0000-7000-8000-000000000009";
    BTreeMap::from([
        ("account/now", json!({})),
        ("account/rename", json!({ "name": "" })),
        (
            "account/password",
            json!({ "old": "not it", "new": "short" }),
        ),
        (
            "account/email",
            json!({ "email": "no address", "password": "not it" }),
        ),
        (
            "account/confirm-email",
            json!({ "confirm": { "ticket": "none", "code": "123456" } }),
        ),
        (
            "account/habits",
            json!({ "habits": { "locale": "no such", "announce": "open", "sound": true } }),
        ),
        ("account/sessions", json!({})),
        ("account/end-session", json!({ "id": nothing })),
        ("account/end-others", json!({})),
        ("account/trusted", json!({})),
        ("account/forget-trusted", json!({ "id": nothing })),
        ("account/leaving", json!({})),
        (
            "account/erase",
            json!({ "form": { "email": "not it", "password": "not it", "code": "" } }),
        ),
        ("account/connections", json!({})),
        (
            "account/disconnect",
            json!({ "provider": "google", "password": "not it" }),
        ),
        ("account/factors", json!({})),
        ("account/totp-begin", json!({ "password": "not it" })),
        ("account/totp-confirm", json!({ "code": "123456" })),
        (
            "account/totp-remove",
            json!({ "password": "not it", "code": "123456" }),
        ),
        (
            "account/recovery",
            json!({ "password": "not it", "code": "123456" }),
        ),
        ("account/passkey-begin", json!({ "password": "not it" })),
        ("account/passkey-own", json!({ "password": "not it" })),
        (
            "account/passkey-finish",
            json!({ "answer": { "ticket": "none", "credential": "{}" }, "name": "Mine" }),
        ),
        (
            "account/passkey-rename",
            json!({ "id": nothing, "name": "Mine now" }),
        ),
        (
            "account/passkey-remove",
            json!({ "id": nothing, "password": "not it" }),
        ),
        ("invitation/accept", json!({ "token": "none" })),
    ])
}

/// Every function that the server has.
pub fn known() -> Vec<String> {
    // Naming the router links the functions that it serves.
    std::hint::black_box(postern_server::routes::router as fn(_) -> _);
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/api/").to_owned())
        .collect()
}

/// Those that name nothing of anybody: in one's own workspace they answer with one's own.
const OWN: [&str; 42] = [
    "keys/list",
    "keys/make",
    "export/piece",
    "audit/list",
    "audit/verify",
    "audit/export",
    "workspace/erasing",
    "contact/find",
    "contacts/list",
    "contacts/create",
    "contacts/fields",
    "contacts/imports",
    "labels/create",
    "fields/create",
    "task/list",
    "task/contacts",
    "inbox/snapshot",
    "inbox/list",
    "inbox/counts",
    "live/ticket",
    "channels/list",
    "channels/standings",
    "channels/courtesy",
    "channels/courtesy/choose",
    "file/links",
    "team/list",
    "team/invite",
    "team/link",
    "team/require-factor",
    "workspace/read",
    "workspace/save",
    "workspace/remove-logo",
    "workspace/steps",
    "workspace/hide-steps",
    "workspace/show-steps",
    "teams/list",
    "teams/create",
    "teams/limit",
    "account/leave",
    "trace/find",
    "trace/kept",
    "trace/reapply",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_function_shows_and_changes_nothing_for_another_workspace() {
    let (town, ours) = Town::found("foreign").await;
    let start = ours.snapshot().await["cursor"].clone();
    let url = format!("{}/webhooks/whatsapp", town.url());
    write(town.meta.clone(), url, 1, 2, Arc::new(Tally::default())).await;
    until("the customer is heard", &town, async || {
        ours.conversations().await.len() == 1
    })
    .await;
    let told = town.operate(
        &[
            "workspace",
            "add",
            "--name",
            "Rival",
            "--owner-email",
            "rival@example.test",
        ],
        "another harbour 8",
    );
    assert!(told.contains("workspace "), "{told}");
    let rival = Api::sign_in(&town.url(), "rival@example.test", "another harbour 8").await;
    let intruder = rival.asking_for(&ours.workspace);

    let before = ours.snapshot().await;
    let text = |pointer: &str| {
        before
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect(pointer)
            .to_owned()
    };
    let conversation = text("/page/rows/0/id");
    let thread = ours.thread(&conversation).await;
    let message = thread[0]["id"].as_str().expect("an id");
    let calls = calls(
        &conversation,
        message,
        &text("/channels/0/id"),
        &text("/members/0/id"),
        &text("/page/rows/0/contact/id"),
    );
    for function in known() {
        let tried = calls.contains_key(&*function) || personal().contains_key(&*function);
        assert!(tried, "{function} is not tried here: add it");
    }
    for (function, arguments) in calls {
        let refusal = intruder
            .call(function, arguments.clone())
            .await
            .expect_err(function);
        assert!(
            refusal.starts_with("404"),
            "{function} for a stranger: {refusal}"
        );
        match rival.call(function, arguments).await {
            // The number is known to be taken: by whom is not told.
            // And the rival is the only owner of their own.
            Err(refusal) if ["channels/connect", "account/leave"].contains(&function) => {
                assert!(refusal.starts_with("409"), "{refusal}");
            }
            // Their own workspace is not called that.
            Err(refusal) if function == "workspace/erase" => {
                assert!(refusal.starts_with("422"), "{refusal}");
            }
            Err(refusal) => assert!(
                refusal.starts_with("404"),
                "{function} with foreign ids: {refusal}"
            ),
            Ok(answer) => {
                assert!(
                    OWN.contains(&function),
                    "{function} did something: {answer}"
                );
                let answer = answer.to_string();
                for secret in [
                    conversation.as_str(),
                    message,
                    customer(1).key(),
                    &ours.workspace,
                ] {
                    assert!(
                        !answer.contains(secret),
                        "{function} tells {secret}: {answer}"
                    );
                }
            }
        }
    }
    let mut after = ours.snapshot().await;
    for moves_on in ["cursor", "now"] {
        after[moves_on] = before[moves_on].clone();
    }
    assert_eq!(after, before, "nothing has changed");
    assert_eq!(ours.thread(&conversation).await, thread);

    overhear(&town, (&ours, &rival), &start, &[&conversation, message]).await;
}

/// The rival's socket with our place in our feed: neither what happened since nor what happens now is heard.
async fn overhear(town: &Town, (ours, rival): (&Api, &Api), start: &Value, secrets: &[&str]) {
    // What the rival did to teams of their own has their page read everything anew; nothing else was told.
    let mut early = resume(town, rival, start).await;
    let mut frames = Vec::new();
    while let Some(frame) = next(&mut early).await {
        frames.push(frame);
    }
    assert_eq!(frames.last().expect("a word")["type"], "reload");
    let now = ours.snapshot().await["cursor"].clone();
    let mut listening = resume(town, rival, &now).await;
    let mut own = resume(town, ours, start).await;
    let url = format!("{}/webhooks/whatsapp", town.url());
    write(town.meta.clone(), url, 2, 1, Arc::new(Tally::default())).await;
    let mut heard = 0;
    while heard < 3 {
        let frame = next(&mut own).await.expect("it stays open");
        heard += usize::from(frame["event"]["type"] == "message");
    }
    rival.sign_out().await;
    while let Some(frame) = next(&mut listening).await {
        frames.push(frame);
    }
    assert_eq!(frames.last().expect("a word")["type"], "bye");
    let told = serde_json::to_string(&frames).expect("JSON");
    let (first, second) = (customer(1), customer(2));
    let all = [first.key(), second.key(), &ours.workspace];
    for secret in all.iter().chain(secrets) {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
