//! Everybody calls every function there is: who may, may; who may not is told so, and which of the two it is stands in one
//! table.

use crate::{
    api::Api,
    foreign::{calls, known, personal},
    town::Town,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _};

const PASSWORD: &str = "another harbour 8";

/// What an agent may not, by the least role that may.
const HIGHER: [(&str, &[&str]); 3] = [
    (
        "manager",
        &[
            "teams/list",
            "teams/create",
            "teams/rename",
            "teams/delete",
            "teams/add",
            "teams/take-out",
            "teams/number",
            "labels/change",
            "labels/delete",
            "fields/create",
            "fields/change",
            "fields/move",
            "fields/delete",
            "contacts/imports",
            "contacts/import",
            "contacts/import-look",
            "contacts/import-check",
            "contacts/import-start",
            "contacts/import-stop",
            "contacts/import-undo",
            "contacts/import-discard",
            "contacts/import-faults",
            "task/delete",
        ],
    ),
    (
        "admin",
        &[
            "channels/connect",
            "channels/disconnect",
            "channels/check",
            "channels/seen",
            "channels/profile",
            "channels/event",
            "channels/events",
            "channels/save-profile",
            "channels/register",
            "channels/courtesy/choose",
            "audit/list",
            "audit/verify",
            "audit/export",
            "export/piece",
            "keys/list",
            "keys/make",
            "keys/revoke",
            "trace/kept",
            "trace/reapply",
            "team/list",
            "team/invite",
            "team/link",
            "team/resend",
            "team/withdraw",
            "team/approve",
            "team/decline",
            "team/role",
            "team/suspend",
            "team/restore",
            "team/remove",
            "team/end-access",
            "team/require-factor",
            "workspace/read",
            "workspace/save",
            "workspace/remove-logo",
            "workspace/steps",
            "workspace/hide-steps",
            "workspace/show-steps",
            "teams/limit",
        ],
    ),
    (
        "owner",
        &["team/hand-over", "workspace/erasing", "workspace/erase"],
    ),
];

const ROLES: [&str; 4] = ["agent", "manager", "admin", "owner"];

fn least(function: &str) -> &'static str {
    let higher = HIGHER.iter().find(|(_, all)| all.contains(&function));
    higher.map_or("agent", |(role, _)| role)
}

fn rank(role: &str) -> usize {
    ROLES.iter().position(|known| *known == role).expect(role)
}

/// What an answer comes down to.
fn told(answer: &Result<Value, String>) -> &'static str {
    match answer {
        Err(text) if text.starts_with("401") => "401",
        Err(text) if text.starts_with("403") => "403",
        Err(text) if text.starts_with("404") => "404",
        Err(text) if text.starts_with('5') => "fault",
        _ => "may",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_is_tried_by_everybody_and_lets_in_whom_its_role_lets_in() {
    let (town, owner) = Town::found("ranks").await;
    let people = everybody(&town, &owner).await;
    // Nothing has these ids: whoever may is told that it is not there, and nobody's work is undone.
    let nothing = "0199a1b2-0000-7000-8000-000000000009";
    let of_workspace = calls(nothing, nothing, nothing, nothing, nothing);
    let of_person = personal();
    let mut expected: Vec<&str> = of_workspace
        .keys()
        .chain(of_person.keys())
        .copied()
        .collect();
    expected.sort_unstable();
    let mut found = known();
    found.sort();
    assert_eq!(found, expected, "every function is tried, and no other");

    let names: Vec<&str> = people.iter().map(|(name, _)| *name).collect();
    println!("{:<26} {}", "function", names.join("  "));
    let mut wrong = Vec::new();
    for (function, arguments) in of_workspace.iter().chain(&of_person) {
        let mut line = format!("{function:<26}");
        for (name, api) in &people {
            // It would be the last thing that they do here.
            if *function == "account/leave" && ROLES.contains(name) {
                write!(line, " {:<width$} ", "-", width = name.len()).expect("text");
                continue;
            }
            let answer = api.call(function, arguments.clone()).await;
            let got = told(&answer);
            write!(line, " {got:<width$} ", width = name.len()).expect("text");
            let person = of_person.contains_key(function);
            let fits = match *name {
                "signed out" => got == "401",
                // A person's own account is theirs wherever they stand.
                _ if person => got == "may" || got == "404",
                "stranger" => got == "404",
                "waiting" | "suspended" | "removed" => got == "403",
                role if rank(role) < rank(least(function)) => got == "403",
                _ => got == "may" || got == "404",
            };
            if !fits {
                wrong.push(format!("{function} by {name}: {answer:?}"));
            }
        }
        println!("{line}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Who may leave, leaves; and is out.
    let agent = &people[5].1;
    agent
        .call("account/leave", json!({}))
        .await
        .expect("they leave");
    assert_eq!(told(&agent.call("inbox/counts", json!({})).await), "403");
}

/// Somebody of each kind, as they call for the first workspace.
async fn everybody(town: &Town, owner: &Api) -> Vec<(&'static str, Api)> {
    let mut people = vec![("signed out", owner.signed_out())];
    for name in ["stranger", "waiting"] {
        let email = format!("{name}@example.test");
        town.operate(
            &["workspace", "add", "--name", name, "--owner-email", &email],
            PASSWORD,
        );
        let api = Api::sign_in(&town.url(), &email, PASSWORD).await;
        people.push((name, api.asking_for(&owner.workspace)));
    }
    let form = json!({ "form": { "role": "agent", "domain": "example.test", "days": 1 } });
    let made = owner.call("team/link", form).await.expect("a link");
    let link = made["link"].as_str().expect("a link");
    let secret = link.split('#').nth(1).expect("a secret");
    let waiting = &people[2].1;
    let asked = waiting
        .call("invitation/accept", json!({ "token": secret }))
        .await;
    asked.expect("they ask to come in");
    for name in ["suspended", "removed", "agent", "manager", "admin"] {
        let role = if ROLES.contains(&name) { name } else { "agent" };
        let email = format!("{name}@example.test");
        town.operate(
            &[
                "member",
                "add",
                "--workspace",
                &owner.workspace,
                "--email",
                &email,
                "--role",
                role,
            ],
            PASSWORD,
        );
        people.push((name, Api::sign_in(&town.url(), &email, PASSWORD).await));
    }
    let team = owner.call("team/list", json!({})).await.expect("the team");
    let ids: BTreeMap<String, Value> = team["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|one| {
            (
                one["email"].as_str().expect("text").to_owned(),
                one["id"].clone(),
            )
        })
        .collect();
    let id = |name: &str| ids[&format!("{name}@example.test")].clone();
    let suspended = owner
        .call("team/suspend", json!({ "id": id("suspended") }))
        .await;
    suspended.expect("they are suspended");
    let removed = owner
        .call("team/remove", json!({ "id": id("removed"), "heir": null }))
        .await;
    removed.expect("they are removed");
    people.push(("owner", owner.clone()));
    people
}
