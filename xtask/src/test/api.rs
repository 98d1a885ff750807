//! The callers' API under a fuzzer that knows its document and nothing else.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::database::{Database, Role};
use crate::bench::http;
use crate::house::House;
use crate::place::Place;
use crate::proof::Outcome;
use crate::{setup, shell};

/// The scope of the key that has one alone.
const NARROW: &str = "contacts:read";
/// Where the API makes endpoints.
const ENDPOINTS: &str = "POST /api/v1/endpoints";

/// Runs both rounds to their end, and tells what came of each.
pub fn run(place: &Place) -> Result<Vec<Outcome>> {
    let python = setup::python::callers(place)?;
    let house = House::set(place, "api")?;
    furnish(&house)?;
    let fuzzer = Fuzzer::of(place, &house, python)?;
    let rounds = [
        (
            "no input that the document describes, and none that it does not, breaks the API",
            fuzzer.everything(&house),
        ),
        (
            "a key of one scope is refused on every route of another, whatever is sent",
            fuzzer.narrow(&house),
        ),
    ];
    let outcomes = rounds.into_iter().map(|(name, round)| {
        if let Err(fault) = &round {
            eprintln!("{name}: {fault:#}");
        }
        Outcome {
            name: format!("api:{name}"),
            passed: round.is_ok(),
        }
    });
    let outcomes = outcomes.collect();
    if shell::interrupted() {
        bail!("interrupted");
    }
    Ok(outcomes)
}

/// A number, templates, customers who wrote, and a plan that lets a fuzzer call.
fn furnish(house: &House) -> Result<()> {
    let secrets = &house.installation.secrets;
    let form = json!({ "form": {
        "name": "Fuzzed", "phone_number_id": secrets.phone_number_id, "account_id": secrets.waba_id,
        "token": secrets.token, "app_secret": null,
    }});
    let connected = house.call("channels/connect", &form)?;
    let template = json!({
        "name": "order_packed", "language": "en_US", "body": "Hello {{1}}, your order is packed.", "status": "APPROVED",
    });
    house.tell_meta("template", &template)?;
    let channel = &connected["channel"]["id"];
    house.call("templates/refresh", &json!({ "channel": channel }))?;
    for customer in 0..4 {
        let says = json!({ "from": format!("1555010{customer:04}"), "text": "Is anybody there?" });
        house.tell_meta("say", &says)?;
    }
    let person = json!({ "name": "Ines", "phone": "", "email": "ines@example.com", "owner": null });
    let contact = house.call("contacts/create", &json!({ "form": person }))?;
    let task = json!({ "contact": contact, "title": "Pack it" });
    house.call("task/create", &json!({ "task": task }))?;
    on_the_largest_plan(house, &house.workspace)
}

/// A fuzzer calls as often as the largest plan lets it.
fn on_the_largest_plan(house: &House, workspace: &str) -> Result<()> {
    let mut choose = house.installation.postern();
    choose.args([
        "workspace",
        "plan",
        "--workspace",
        workspace,
        "--plan",
        "scale",
    ]);
    shell::output(&mut choose).map(drop)
}

/// Schemathesis, told where the API and its document are.
struct Fuzzer {
    python: PathBuf,
    /// The project's own files for it.
    tools: PathBuf,
    url: String,
    document: Value,
    /// Another workspace, and a key of it that may do everything there.
    stranger: String,
    strangers_key: String,
}

impl Fuzzer {
    fn of(place: &Place, house: &House, python: PathBuf) -> Result<Self> {
        let url = house.url();
        let document = http::get(&format!("{url}/api/v1/openapi.json"), &[])?;
        let stranger = house.add_workspace("Strangers")?;
        on_the_largest_plan(house, &stranger)?;
        Ok(Self {
            python,
            tools: place.file("xtask/tools/callers"),
            strangers_key: key(house, &stranger, &all_scopes(&document))?,
            stranger,
            url,
            document,
        })
    }

    /// Every check there is, with a key that may do everything.
    fn everything(&self, house: &House) -> Result<()> {
        let operations = operations(&self.document);
        shell::say(format_args!(
            "fuzzing {} operations of the API",
            operations.len()
        ));
        let report = house.installation.data.join("fuzzed.xml");
        if operations.iter().any(|(name, _)| name == ENDPOINTS) {
            self.open_endpoint(house)?;
        }
        let mut run = self.run(house, "known.py", &all_scopes(&self.document))?;
        run.args([
            "--checks",
            "all",
            "--report",
            "junit",
            "--report-junit-path",
        ]);
        let ran = shell::run(run.arg(&report));
        let panics = house.panics()?;
        if panics > 0 {
            bail!("the server panicked {panics} times");
        }
        ran?;
        let tested = std::fs::read_to_string(&report)?
            .matches("<testcase")
            .count();
        if operations.is_empty() || tested < operations.len() {
            bail!("{tested} of {} operations were tested", operations.len());
        }
        let asked = format!(
            "SELECT count(*) FROM api_window WHERE workspace_id = '{}'",
            self.stranger
        );
        if Database::of(&house.installation.data)?.number(Role::Admin, &asked)? == 0 {
            bail!("nothing was asked for by a stranger");
        }
        Ok(())
    }

    /// An endpoint that hears of everything, under a name that resolves to nothing (RFC 2606): deliveries, to be looked at.
    fn open_endpoint(&self, house: &House) -> Result<()> {
        let key = key(house, &house.workspace, &all_scopes(&self.document))?;
        let bearer = format!("Bearer {key}");
        let new = json!({ "url": "https://endpoint.invalid/hooks" });
        http::post(
            &format!("{}/api/v1/endpoints", self.url),
            &[("Authorization", &bearer)],
            &new,
        )
        .map(drop)
    }

    /// That check alone, with a key of one scope; every route of another scope must have been tried.
    fn narrow(&self, house: &House) -> Result<()> {
        let refused = house.installation.data.join("refused");
        std::fs::write(&refused, "")?;
        // The round before has used up most of the workspace's minute.
        Database::of(&house.installation.data)?.ask(Role::Admin, "DELETE FROM api_window")?;
        let mut run = self.run(house, "narrow.py", &json!([NARROW]))?;
        run.args(["--checks", "a_key_without_the_scope_is_refused"])
            .args(["--phases", "examples,fuzzing", "--max-examples", "5"])
            // That it is refused everywhere is what is wanted.
            .args(["--warnings", "off"])
            .env("POSTERN_API_SCOPE", NARROW)
            .env("POSTERN_API_REFUSED", &refused);
        shell::run(&mut run)?;
        let refused = std::fs::read_to_string(&refused)?;
        let refused: BTreeSet<&str> = refused.lines().collect();
        let others = operations(&self.document);
        let others: Vec<_> = others
            .iter()
            .filter(|(_, scopes)| !scopes.is_empty() && !scopes.contains(NARROW))
            .collect();
        let untried: Vec<&str> = others
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !refused.contains(name))
            .collect();
        if others.is_empty() || !untried.is_empty() {
            bail!("not tried: {}", untried.join(", "));
        }
        shell::say(format_args!(
            "{} operations refuse a key of {NARROW}",
            others.len()
        ));
        Ok(())
    }

    /// The fuzzer as a command, with these hooks, and a key with these scopes.
    fn run(&self, house: &House, hooks: &str, scopes: &Value) -> Result<Command> {
        let key = key(house, &house.workspace, scopes)?;
        let user = |name: &str, key: &str| {
            let header = json!({ "name": "Authorization", "value": format!("Bearer {key}") });
            json!({ "name": name, "fixedHeaders": [header] })
        };
        let users = [user("ours", &key), user("stranger", &self.strangers_key)];
        let file = house.installation.data.join("users.json");
        std::fs::write(&file, json!({ "auth": users }).to_string())?;
        let mut run = Command::new(&self.python);
        run.args(["-m", "schemathesis.cli", "--config-file"])
            .arg(self.tools.join("schemathesis.toml"))
            .arg("run")
            .arg(format!("{}/api/v1/openapi.json", self.url))
            // It leaves files where it runs.
            .current_dir(&house.installation.data)
            .env("SCHEMATHESIS_HOOKS", self.tools.join(hooks))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("POSTERN_API_URL", &self.url)
            .env("POSTERN_API_USERS", file)
            .env("POSTERN_API_KEY", key);
        Ok(run)
    }
}

/// What the document describes: `GET /api/v1/me`, and the scopes that a key needs for it.
fn operations(document: &Value) -> Vec<(String, BTreeSet<String>)> {
    const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];
    let mut found = Vec::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let security = operation["security"].as_array().into_iter().flatten();
            let scopes = security.flat_map(|one| one["key"].as_array().into_iter().flatten());
            let scopes = scopes
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            found.push((format!("{} {path}", method.to_uppercase()), scopes));
        }
    }
    found
}

/// Every scope that the document names.
fn all_scopes(document: &Value) -> Value {
    let scopes = operations(document)
        .into_iter()
        .flat_map(|(_, scopes)| scopes);
    json!(scopes.collect::<BTreeSet<_>>())
}

/// A live key with these scopes, made as an admin makes one.
fn key(house: &House, workspace: &str, scopes: &Value) -> Result<String> {
    let new =
        json!({ "name": "Fuzzer", "scopes": scopes, "networks": [], "days": 1, "test": false });
    let made = house.call_in(workspace, "keys/make", &json!({ "new": new }))?;
    let key = made["key"].as_str().context("no key was made")?;
    Ok(key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_with_their_scopes() {
        let document = json!({ "paths": {
            "/a": { "get": { "security": [{ "key": ["a:read"] }] }, "parameters": [] },
            "/b": { "post": { "security": [{ "key": [] }] }, "delete": {} },
        }});
        let read = operations(&document);
        let read: Vec<_> = read
            .iter()
            .map(|(name, scopes)| (name.as_str(), scopes.iter().map(String::as_str).collect()))
            .collect();
        let none = Vec::<&str>::new;
        assert_eq!(
            read,
            [
                ("GET /a", vec!["a:read"]),
                ("POST /b", none()),
                ("DELETE /b", none())
            ]
        );
    }
}
