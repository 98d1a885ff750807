//! The API over HTTP, through the whole router: keys, scopes, problems, writes that come twice, limits.

#[expect(
    dead_code,
    reason = "the house of the tests of signing in, of which this needs little"
)]
#[path = "auth/house.rs"]
mod house;
#[expect(
    dead_code,
    clippy::disallowed_methods,
    reason = "what callers write; that it compiles is what is looked at"
)]
#[path = "api/samples.rs"]
mod samples;

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use house::{Answer, House, ORIGIN, state};
use postern_domain::{
    Env, Tenant,
    env::{Chance, Real},
    key, token,
};
use postern_server::{
    api::{self, Plans},
    live::Hub,
    routes::router,
};
use postern_types::{KeyId, NewKey, Role, SCOPES, Scope, SessionId, WorkspaceId};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use tower::ServiceExt as _;
use uuid::Uuid;

/// Chance as it is: keys have to differ.
struct Fair;

impl Chance for Fair {
    fn fill(&self, bytes: &mut [u8]) {
        Real.fill(bytes);
    }
}

/// A workspace with an owner, on a plan of a thousand calls a minute.
struct Place {
    env: Env,
    router: Router,
    session: SessionId,
    workspace: WorkspaceId,
    access: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// What a problem document says: its status, its word and its field.
    fn problem(&self) -> (u16, String, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.body
        );
        let told = self.json();
        let word = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(told["status"], self.status.as_u16(), "{told}");
        assert!(
            !word("detail").is_empty() && !word("title").is_empty(),
            "{told}"
        );
        assert_eq!(word("type"), format!("/developers#{}", word("code")));
        // The reference tells what it means.
        let known = api::CODES
            .iter()
            .any(|(code, status, _)| *code == word("code") && *status == self.status.as_u16());
        assert!(known, "{told}");
        (self.status.as_u16(), word("code"), word("field"))
    }
}

/// Makes a key in the name of whoever entered.
async fn make(env: &Env, mut tenant: Tenant, scopes: Vec<Scope>, test: bool) -> (KeyId, String) {
    let new = NewKey {
        name: "Shop".to_owned(),
        scopes,
        networks: Vec::new(),
        days: None,
        test,
    };
    let made = key::make(env, &mut tenant, &new).await.expect("a key");
    tenant.commit().await.expect("it is kept");
    (made.id, made.key)
}

fn all() -> Vec<Scope> {
    SCOPES.map(|(scope, ..)| scope).to_vec()
}

impl Place {
    async fn open(options: PgConnectOptions) -> Self {
        let plans = [("few", 10), ("many", 1000)].map(|(name, calls)| (name.to_owned(), calls));
        let plans = Plans {
            plans: plans.into(),
            usual: "many".to_owned(),
            origins: vec!["https://shop.example".to_owned()],
        };
        Self::on(options, plans).await
    }

    async fn on(options: PgConnectOptions, plans: Plans) -> Self {
        let house = House::with(options, |env| env.chance = Arc::new(Fair));
        let inside = house.set_up().await.json();
        let access = inside["token"].as_str().expect("a token").to_owned();
        let workspace = inside["me"]["memberships"][0]["workspace"].as_str();
        let workspace = workspace.expect("a workspace").parse().expect("an id");
        let session = token::read(&house.env, &access).expect("ours").session;
        let env = house.env;
        let mut state = state(&env, Hub::new(env.clone()));
        state.api = Arc::new(plans);
        Self {
            router: router(state),
            env,
            session,
            workspace,
            access,
        }
    }

    async fn key(&self, scopes: Vec<Scope>, test: bool) -> (KeyId, String) {
        make(&self.env, self.enter().await, scopes, test).await
    }

    async fn whole_key(&self) -> String {
        self.key(all(), false).await.1
    }

    async fn enter(&self) -> Tenant {
        let entered = self
            .env
            .db
            .member(self.session, self.workspace, Role::Owner);
        entered.await.expect("they are in")
    }

    async fn sql(&self, text: &str) {
        let mut tenant = self.enter().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))
            .execute(tenant.conn())
            .await
            .expect("SQL");
        tenant.commit().await.expect("it is kept");
    }

    /// A contact who wrote an hour ago, over a number.
    async fn talk(&self) -> (Uuid, Uuid) {
        let (channel, contact, talk): (Uuid, Uuid, Uuid) =
            (self.env.id(), self.env.id(), self.env.id());
        let workspace = self.workspace;
        self.sql(&format!(
            "INSERT INTO channel (workspace_id, id, name, phone, phone_number_id, account_id, state, token_sealed,
                                  connected_at)
                 VALUES ('{workspace}', '{channel}', 'Shop', '+49 30 1', '100', 'waba-1', 'connected', 'x', now());
             INSERT INTO contact (workspace_id, id, name, phone, created_at)
                 VALUES ('{workspace}', '{contact}', 'Ada', '+4915112345678', now());
             INSERT INTO contact_identity (workspace_id, kind, scope, value, contact_id)
                 VALUES ('{workspace}', 'phone', '', '4915112345678', '{contact}');
             INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at, heard_at)
                 VALUES ('{workspace}', '{talk}', '{contact}', '{channel}', 'open', now(), now(), now() - interval '1 hour')"
        ))
        .await;
        (contact, talk)
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        Answer::read(response).await
    }

    async fn get(&self, key: &str, path: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        self.call("GET", path, &[("authorization", &bearer)], "")
            .await
    }

    async fn send(&self, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.again(key, method, path, body, None).await
    }

    async fn again(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: &Value,
        idem: Option<&str>,
    ) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        headers.extend(idem.map(|idem| ("idempotency-key", idem)));
        self.call(method, path, &headers, &body.to_string()).await
    }
}

fn named(path: &str) -> String {
    path.replace("{id}", "0199a1b2-0000-7000-8000-000000000009")
}

/// Every operation of the document: method, path, and what it needs.
fn operations() -> Vec<(String, String, Option<Scope>)> {
    let document = serde_json::to_value(api::document()).expect("JSON");
    let (mut found, mut names) = (Vec::new(), std::collections::BTreeSet::new());
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(
                names.insert(name.to_owned()),
                "{name} is no name of one alone"
            );
            let needs = operation["security"][0]["key"][0].as_str();
            let scope = needs.map(|word| Scope::parse(word).expect("a scope"));
            found.push((method.to_uppercase(), path.clone(), scope));
        }
    }
    found
}

#[sqlx::test(migrations = "../migrations")]
async fn no_route_opens_without_a_key_and_none_without_its_scope(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let operations = operations();
    assert!(operations.len() > 44, "{operations:?}");
    let whole = place.whole_key().await;
    let (id, revoked) = place.key(all(), false).await;
    let mut tenant = place.enter().await;
    key::revoke(&place.env, &mut tenant, id)
        .await
        .expect("revoked");
    tenant.commit().await.expect("kept");
    let cut = &whole[..whole.len() - 1];
    let bearer = |key: &str| format!("Bearer {key}");
    let wrong = [
        bearer(cut),
        bearer(&revoked),
        bearer(&place.access),
        whole.clone(),
        "Basic Og==".to_owned(),
    ];
    for (method, path, scope) in &operations {
        let at = named(path);
        assert_eq!(
            place.call(method, &at, &[], "").await.problem().0,
            401,
            "{method} {path}"
        );
        for wrong in &wrong {
            let headers = [
                ("authorization", wrong.as_str()),
                ("cookie", "postern_refresh=x"),
            ];
            let refused = place.call(method, &at, &headers, "").await;
            assert_eq!(
                refused.problem().1,
                "unauthorized",
                "{method} {path} {wrong}"
            );
            assert_eq!(refused.header("www-authenticate"), "Bearer");
        }
        let Some(scope) = scope else { continue };
        let others = all().into_iter().filter(|other| other != scope).collect();
        let (_, lacking) = place.key(others, false).await;
        let refused = place.send(&lacking, method, &at, &json!({})).await;
        assert_eq!(refused.problem().1, "scope", "{method} {path}");
        assert!(refused.body.contains(scope.as_str()), "{}", refused.body);
        // With it the call goes on: what it says then is about what was asked.
        let (_, having) = place.key(vec![*scope], false).await;
        let goes_on = place.send(&having, method, &at, &json!({})).await;
        assert!(
            ![401, 403, 405].contains(&goes_on.status.as_u16()),
            "{method} {path}: {}",
            goes_on.body
        );
        assert!(
            !goes_on.status.is_server_error(),
            "{method} {path}: {}",
            goes_on.body
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_test_key_comes_to_nobody(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    place.talk().await;
    let may = all().into_iter().filter(|scope| scope.in_tests()).collect();
    let (_, test) = place.key(may, true).await;
    for (method, path, scope) in operations() {
        if scope.is_some_and(|scope| !scope.in_tests()) {
            let refused = place.send(&test, &method, &named(&path), &json!({})).await;
            assert_eq!(refused.problem().1, "scope", "{method} {path}");
        }
    }
    // What it sends goes to the log of tests, which it reads, and a live key does not.
    let text = json!({ "to": "+49 151 12345678", "type": "text", "text": { "body": "Hello" } });
    let path = "/api/v1/messages";
    let sent = place.again(&test, "POST", path, &text, Some("1")).await;
    let again = place.again(&test, "POST", path, &text, Some("1")).await;
    assert_eq!((sent.status.as_u16(), &sent.body), (202, &again.body));
    assert_eq!(sent.json()["conversation"], Value::Null);
    for (wrong, field) in [
        (
            json!({ "to": "12", "type": "text", "text": { "body": "x" } }),
            "to",
        ),
        (json!({ "to": "+4915112345678", "type": "text" }), "text"),
        (
            json!({ "conversation": place.workspace, "type": "text", "text": { "body": "x" } }),
            "conversation",
        ),
    ] {
        let refused = place.send(&test, "POST", path, &wrong).await.problem();
        assert_eq!((refused.0, refused.2.as_str()), (422, field));
    }
    let log = place.get(&test, "/api/v1/test_messages").await.json();
    let lines = log["data"].as_array().expect("lines");
    assert_eq!(lines.len(), 1, "{log}");
    assert_eq!(
        (&lines[0]["id"], &lines[0]["to"], &lines[0]["body"]),
        (&sent.json()["id"], &json!("+4915112345678"), &text)
    );
    let live = place.whole_key().await;
    let refused = place.get(&live, "/api/v1/test_messages").await.problem();
    assert_eq!((refused.0, refused.1.as_str()), (403, "scope"));
    let mut tenant = place.enter().await;
    for table in ["message", "job WHERE kind = 'send'"] {
        let rows: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
                .fetch_one(tenant.conn())
                .await
                .expect("a number");
        assert_eq!(rows, 0, "{table}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_foreign_id_is_not_there(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let (contact, talk) = place.talk().await;
    let mine = place.whole_key().await;
    let owner =
        postern_domain::account::Person::new("Other", "other@example.test").expect("a person");
    let (other, _) =
        postern_domain::operator::add_workspace(&place.env, "Other", &owner, "a quiet harbour 8")
            .await
            .expect("a workspace");
    let task = json!({ "contact": contact, "title": "Call" });
    let task = place
        .send(&mine, "POST", "/api/v1/tasks", &task)
        .await
        .json();
    let endpoint = json!({ "url": "https://hooks.example/in" });
    let endpoint = place
        .send(&mine, "POST", "/api/v1/endpoints", &endpoint)
        .await;
    let endpoint = endpoint.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/endpoints/{endpoint}/test");
    let trial = place.send(&mine, "POST", &path, &json!({})).await.json();
    let new = json!({ "provider": "generic" });
    let made = place.send(&mine, "POST", "/api/v1/sources", &new).await;
    let source_id = made.json()["id"].as_str().expect("an id").to_owned();
    let source = format!("/api/v1/sources/{source_id}");
    let there = [
        source.clone(),
        format!("/api/v1/contacts/{contact}"),
        format!("/api/v1/conversations/{talk}"),
        format!("/api/v1/conversations/{talk}/messages"),
        format!("/api/v1/tasks/{}", task["id"].as_str().expect("an id")),
        format!("/api/v1/endpoints/{endpoint}"),
        format!("/api/v1/endpoints/{endpoint}/deliveries"),
        format!(
            "/api/v1/deliveries/{}",
            trial["delivery"].as_str().expect("an id")
        ),
    ];
    for path in &there {
        assert_eq!(place.get(&mine, path).await.status, 200, "{path}");
    }
    // The same ids by a key of the other workspace.
    let stranger = stranger(&place, other).await;
    for path in &there {
        assert_eq!(place.get(&stranger, path).await.problem().0, 404, "{path}");
    }
    for (path, body) in [
        (format!("/api/v1/conversations/{talk}/close"), json!({})),
        (
            format!("/api/v1/conversations/{talk}/assign"),
            json!({ "assignee": null }),
        ),
        (
            "/api/v1/messages".to_owned(),
            json!({ "conversation": talk, "type": "text", "text": { "body": "x" } }),
        ),
        (
            "/api/v1/tasks".to_owned(),
            json!({ "contact": contact, "title": "x" }),
        ),
    ] {
        assert_eq!(
            place
                .send(&stranger, "POST", &path, &body)
                .await
                .problem()
                .0,
            404,
            "{path}"
        );
    }
    for what in ["rotate", "pause", "resume", "test", "replay"] {
        let path = format!("/api/v1/endpoints/{endpoint}/{what}");
        let refused = place.send(&stranger, "POST", &path, &json!({})).await;
        assert_eq!(refused.problem().0, 404, "{path}");
    }
    let replay = format!("{}/replay", there[7]);
    for (method, path) in [
        ("DELETE", &there[5]),
        ("PATCH", &there[5]),
        ("POST", &replay),
    ] {
        let refused = place.send(&stranger, method, path, &json!({})).await;
        assert_eq!(refused.problem().0, 404, "{method} {path}");
    }
    for (method, path, body) in [
        ("PATCH", &source, json!({ "description": "x" })),
        ("DELETE", &source, json!({})),
        (
            "GET",
            &format!("/api/v1/source_entries?source={source_id}"),
            json!({}),
        ),
    ] {
        let refused = place.send(&stranger, method, path, &body).await;
        assert_eq!(refused.problem().0, 404, "{method} {path}");
    }
    for list in ["contacts", "endpoints", "otp", "sources", "source_entries"] {
        let empty = place
            .get(&stranger, &format!("/api/v1/{list}"))
            .await
            .json();
        assert_eq!(empty["data"], json!([]), "{list}");
    }
    for bad in ["x", "../contacts", "%00"] {
        assert_eq!(
            place
                .get(&mine, &format!("/api/v1/contacts/{bad}"))
                .await
                .problem()
                .0,
            404
        );
    }
}

/// A key of another workspace, made by its owner, who signs in.
async fn stranger(place: &Place, workspace: WorkspaceId) -> String {
    let headers = [("origin", ORIGIN), ("content-type", "application/json")];
    let form = json!({ "email": "other@example.test", "password": "a quiet harbour 8" });
    let inside = place
        .call("POST", "/auth/sign-in", &headers, &form.to_string())
        .await
        .json();
    let access = inside["in"]["token"].as_str().expect("a token");
    let session = token::read(&place.env, access).expect("ours").session;
    let entered = place.env.db.member(session, workspace, Role::Owner);
    let (_, key) = make(
        &place.env,
        entered.await.expect("they are in"),
        all(),
        false,
    )
    .await;
    key
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_wrong_with_a_call_is_a_problem_document_that_names_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let (contact, talk) = place.talk().await;
    let key = place.whole_key().await;
    let bearer = format!("Bearer {key}");
    let json_of =
        |kind: &'static str| vec![("authorization", bearer.as_str()), ("content-type", kind)];
    let post = "/api/v1/contacts";
    for (headers, body, expected) in [
        (json_of("application/json"), "{", (400, "json", "body")),
        (json_of("application/json"), "{} x", (400, "json", "")),
        (json_of("text/plain"), "{}", (415, "media_type", "")),
        (
            json_of("application/json"),
            r#"{"nam":"Ada"}"#,
            (422, "invalid", "nam"),
        ),
        (
            json_of("application/json"),
            r#"{"name":"\u0000"}"#,
            (422, "invalid", "body"),
        ),
        (
            json_of("application/json"),
            r#"{"name":7}"#,
            (422, "invalid", "name"),
        ),
        (json_of("application/json"), "{}", (422, "invalid", "name")),
        (
            json_of("application/json"),
            r#"{"phone":"12"}"#,
            (422, "invalid", "phone"),
        ),
        (
            json_of("application/json; charset=utf-8"),
            r#"{"email":"x"}"#,
            (422, "invalid", "email"),
        ),
    ] {
        let (status, code, field) = place.call("POST", post, &headers, body).await.problem();
        assert_eq!((status, code.as_str(), field.as_str()), expected, "{body}");
    }
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(300 * 1024));
    let (status, code, _) = place
        .call("POST", post, &json_of("application/json"), &large)
        .await
        .problem();
    assert_eq!((status, code.as_str()), (413, "too_large"));
    for (body, field) in [
        (json!({ "type": "text", "text": { "body": "x" } }), "to"),
        (
            json!({ "to": "1", "conversation": talk, "type": "text", "text": { "body": "x" } }),
            "to",
        ),
        (json!({ "conversation": talk, "type": "text" }), "text"),
        (
            json!({ "conversation": talk, "type": "text", "text": { "body": " " } }),
            "text",
        ),
        (json!({ "conversation": talk, "type": "sms" }), "type"),
        (
            json!({ "conversation": talk, "type": "list", "list": {} }),
            "list",
        ),
        (
            json!({ "to": "+4915112345678", "type": "template", "template": { "name": "none", "language": "en" } }),
            "template.name",
        ),
        (
            json!({ "conversation": talk, "type": "link", "link": { "body": "x", "label": "x", "url": "javascript:1" } }),
            "url",
        ),
    ] {
        let (status, _, told) = place
            .send(&key, "POST", "/api/v1/messages", &body)
            .await
            .problem();
        assert_eq!((status, told.as_str()), (422, field), "{body}");
    }
    let nobody = json!({ "to": "+4915100000000", "type": "text", "text": { "body": "x" } });
    assert_eq!(
        place
            .send(&key, "POST", "/api/v1/messages", &nobody)
            .await
            .problem()
            .1,
        "window_closed"
    );
    let twice = json!({ "phone": "+4915112345678" });
    assert_eq!(
        place.send(&key, "POST", post, &twice).await.problem().1,
        "conflict"
    );
    let assign = json!({ "assignee": contact });
    let path = format!("/api/v1/conversations/{talk}/assign");
    assert_eq!(
        place.send(&key, "POST", &path, &assign).await.problem().2,
        "assignee"
    );
    for (query, expected) in [
        ("?after=none", 404),
        ("?after=", 404),
        ("?nothing=1", 422),
        ("?label=x", 422),
        ("?search=%00", 422),
    ] {
        let (status, _, field) = place
            .get(&key, &format!("/api/v1/contacts{query}"))
            .await
            .problem();
        assert_eq!(status, expected, "{query}");
        assert!(
            ["after", "query"].contains(&field.as_str()),
            "{query}: {field}"
        );
    }
    let wrong = place.send(&key, "DELETE", post, &json!({})).await;
    assert_eq!(wrong.problem().0, 405);
    assert_eq!(wrong.header("allow"), "GET, POST");
    assert_eq!(place.get(&key, "/api/v1/none").await.problem().0, 404);
    assert_eq!(place.get(&key, "/api/v1/").await.status, 404);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_write_that_comes_again_gets_the_same_answer_and_is_done_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let (_, talk) = place.talk().await;
    let key = place.whole_key().await;
    let text = json!({ "conversation": talk, "type": "text", "text": { "body": "On its way" } });
    let path = "/api/v1/messages";
    let first = place
        .again(&key, "POST", path, &text, Some("order-7"))
        .await;
    assert_eq!(first.status, 202, "{}", first.body);
    assert_eq!(first.json()["status"], "queued");
    assert_eq!(first.header("idempotency-replayed"), "");
    let tries = (0..8).map(|_| place.again(&key, "POST", path, &text, Some("order-7")));
    for again in futures::future::join_all(tries).await {
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
    let other = json!({ "conversation": talk, "type": "text", "text": { "body": "Another" } });
    let refused = place
        .again(&key, "POST", path, &other, Some("order-7"))
        .await;
    assert_eq!(refused.problem().1, "conflict");
    let long = "x".repeat(256);
    for bad in ["", long.as_str()] {
        let refused = place.again(&key, "POST", path, &text, Some(bad)).await;
        assert_eq!(refused.problem().2, "Idempotency-Key");
    }
    let page = place
        .get(&key, &format!("/api/v1/conversations/{talk}/messages"))
        .await
        .json();
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1), "{page}");
    let mut tenant = place.enter().await;
    let lines: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'key.sent'")
        .fetch_one(tenant.conn())
        .await
        .expect("a number");
    assert_eq!(lines, 1, "the audit tells of each message by a key");
    drop(tenant);
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    let one = place
        .get(&key, &format!("/api/v1/messages/{id}"))
        .await
        .json();
    assert_eq!(
        (&one["text"], &one["direction"]),
        (&json!("On its way"), &json!("out"))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_caller_writes_is_what_they_read(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let (_, talk) = place.talk().await;
    let key = place.whole_key().await;
    let ids = async |path: &str| {
        let (mut ids, mut after) = (Vec::new(), String::new());
        loop {
            let page = place.get(&key, &format!("{path}?{after}")).await.json();
            let rows = page["data"].as_array().expect("rows").clone();
            ids.extend(
                rows.iter()
                    .map(|row| row["id"].as_str().expect("an id").to_owned()),
            );
            match page["next"].as_str() {
                Some(next) => after = format!("after={next}"),
                None => return ids,
            }
        }
    };
    for nth in 0..70 {
        let new = json!({ "name": format!("Guest {nth}") });
        assert_eq!(
            place
                .send(&key, "POST", "/api/v1/contacts", &new)
                .await
                .status,
            201
        );
    }
    let mut all = ids("/api/v1/contacts").await;
    assert_eq!(all.len(), 71);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 71, "no page repeats another");
    let new = json!({ "name": "Grace", "phone": "+491511112222", "email": "grace@example.test" });
    let made = place
        .send(&key, "POST", "/api/v1/contacts", &new)
        .await
        .json();
    let path = format!("/api/v1/contacts/{}", made["id"].as_str().expect("an id"));
    let change = json!({ "email": null, "name": "Grace Hopper" });
    let changed = place.send(&key, "PATCH", &path, &change).await.json();
    assert_eq!(
        (&changed["name"], &changed["email"], &changed["phone"]),
        (
            &json!("Grace Hopper"),
            &Value::Null,
            &json!("+491511112222")
        )
    );
    assert_eq!(place.get(&key, &path).await.json(), changed);
    let task = json!({ "contact": made["id"], "title": "Call her", "due": "2027-01-31" });
    let task = place
        .send(&key, "POST", "/api/v1/tasks", &task)
        .await
        .json();
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().expect("an id"));
    let done = place
        .send(
            &key,
            "PATCH",
            &path,
            &json!({ "status": "done", "due": null }),
        )
        .await
        .json();
    assert_eq!(
        (&done["status"], &done["due"], &done["title"]),
        (&json!("done"), &Value::Null, &json!("Call her"))
    );
    assert_eq!(ids("/api/v1/tasks").await, [""; 0]);
    let path = format!("/api/v1/conversations/{talk}");
    let closed = place
        .send(&key, "POST", &format!("{path}/close"), &json!({}))
        .await
        .json();
    assert_eq!(closed["state"], "closed");
    assert_eq!(ids("/api/v1/conversations").await, [""; 0]);
    // A text to the number opens it again: the window is open.
    let text =
        json!({ "to": "+49 151 12345678", "type": "text", "text": { "body": "Still there?" } });
    let sent = place.send(&key, "POST", "/api/v1/messages", &text).await;
    assert_eq!(
        (sent.status.as_u16(), sent.json()["conversation"].as_str()),
        (202, Some(talk.to_string().as_str()))
    );
    assert_eq!(place.get(&key, &path).await.json()["state"], "open");
    let me = place.get(&key, "/api/v1/me").await.json();
    assert_eq!(me["workspace"], json!(place.workspace));
    assert_eq!(
        place.get(&key, "/api/v1/channels").await.json()["data"][0]["name"],
        "Shop"
    );
    assert_eq!(
        place.get(&key, "/api/v1/templates").await.json()["data"],
        json!([])
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn calls_are_limited_by_plan_and_every_answer_says_how_many_are_left(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    place
        .sql(&format!(
            "INSERT INTO workspace_setting (workspace_id, plan) VALUES ('{}', 'few')
             ON CONFLICT (workspace_id) DO UPDATE SET plan = 'few'",
            place.workspace
        ))
        .await;
    let (key, second) = (place.whole_key().await, place.whole_key().await);
    for nth in 0..10 {
        // Whichever key of the workspace calls, also when it is refused for something else.
        let (key, path) = if nth % 2 == 0 {
            (&key, "/api/v1/me")
        } else {
            (&second, "/api/v1/none")
        };
        let answer = place.get(key, path).await;
        assert_ne!(answer.status, 429, "{nth}");
        assert_eq!(answer.header("ratelimit-policy"), "\"plan\";q=10;w=60");
        let left = answer.header("ratelimit").to_owned();
        assert!(
            left.starts_with(&format!("\"plan\";r={};t=", 9 - nth)),
            "{left}"
        );
    }
    let refused = place.get(&key, "/api/v1/me").await;
    assert_eq!(refused.problem().1, "too_many");
    let wait: u32 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=66).contains(&wait), "{wait}");
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_of_listed_sites_may_call_and_no_others(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options.clone()).await;
    let key = format!("Bearer {}", place.whole_key().await);
    let from = async |origin: &str| {
        let headers = [("authorization", key.as_str()), ("origin", origin)];
        let answer = place.call("GET", "/api/v1/me", &headers, "").await;
        answer.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(from("https://shop.example").await, "https://shop.example");
    for other in [
        "https://shop.example.evil",
        "http://shop.example",
        "null",
        ORIGIN,
    ] {
        assert_eq!(from(other).await, "", "{other}");
    }
    let ask = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization, idempotency-key",
        ),
    ];
    let preflight = place.call("OPTIONS", "/api/v1/messages", &ask, "").await;
    assert_eq!(preflight.status, 200);
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("idempotency-key")
    );
    assert_eq!(preflight.header("access-control-allow-credentials"), "");
}

#[test]
fn the_gate_knows_every_operation_of_the_document_and_no_other() {
    let mut described: Vec<_> = operations()
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let mut gated: Vec<_> = api::ROUTES
        .iter()
        .map(|(method, path, _): &(Method, &str, _)| format!("{method} {path}"))
        .collect();
    described.sort();
    gated.sort();
    assert_eq!(described, gated);
}

/// The reference's samples in Rust are kept as code, so that they are compiled. `POSTERN_WRITE_OPENAPI=1` writes them anew.
#[test]
fn the_samples_in_rust_are_code_that_compiles() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/samples.rs");
    let mut text =
        "//! The reference's samples in Rust, written by the test that compiles them.\n".to_owned();
    for (id, sample) in api::samples("rust") {
        let sample = sample.replace('\n', "\n    ");
        let call = format!(
            "\n#[rustfmt::skip]\nasync fn {id}() -> Result<(), Box<dyn std::error::Error>> {{\n    {sample}\n    Ok(())\n}}\n"
        );
        text.push_str(&call);
    }
    if std::env::var_os("POSTERN_WRITE_OPENAPI").is_some() {
        std::fs::write(path, &text).expect("written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == text,
        "server/tests/api/samples.rs is old: run this test with POSTERN_WRITE_OPENAPI=1, and look at what changed"
    );
}

/// The document is kept beside the code, for whoever reads without building. `POSTERN_WRITE_OPENAPI=1` writes it anew.
#[test]
fn the_document_in_the_tree_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let text = api::text();
    if std::env::var_os("POSTERN_WRITE_OPENAPI").is_some() {
        std::fs::write(path, &text).expect("written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == text,
        "docs/openapi.json is old: run this test with POSTERN_WRITE_OPENAPI=1, and look at what changed"
    );
    assert!(text.contains(r#""openapi": "3.1.0""#));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_code_is_asked_for_and_checked_and_no_try_is_had_twice(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let (_, test) = place.key(vec![Scope::OtpWrite], true).await;
    let path = "/api/v1/otp";
    let ask = json!({ "to": "+49 151 12345678", "purpose": "sign-in" });
    let made = place.again(&test, "POST", path, &ask, Some("a")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = place.again(&test, "POST", path, &ask, Some("a")).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(made.body, again.body);
    let other = json!({ "to": "+49 151 12345679", "purpose": "sign-in" });
    let clash = place.again(&test, "POST", path, &other, Some("a")).await;
    assert_eq!(clash.problem().0, 409);
    // The same at once under one key: one code, whoever is first.
    let both = tokio::join!(
        place.again(&test, "POST", path, &other, Some("b")),
        place.again(&test, "POST", path, &other, Some("b"))
    );
    assert_eq!(both.0.body, both.1.body);
    let log = place.get(&test, "/api/v1/test_messages").await.json();
    let lines = log["data"].as_array().expect("lines");
    assert_eq!(lines.len(), 2, "{log}");
    let code_of = |id: &Value| {
        let line = lines.iter().find(|line| line["body"]["id"] == *id);
        line.expect("a line")["body"]["code"]
            .as_str()
            .expect("a code")
            .to_owned()
    };
    let otp = made.json();
    assert!(!made.body.contains("12345678") && !made.body.contains(&code_of(&otp["id"])));
    let verify = format!("{path}/{}/verify", otp["id"].as_str().expect("an id"));
    let right = code_of(&otp["id"]);
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let no_code = place
        .send(&test, "POST", &verify, &json!({ "code": "12" }))
        .await;
    assert_eq!(no_code.problem().2, "code");
    let wrong = json!({ "code": wrong });
    let one = place.again(&test, "POST", &verify, &wrong, Some("w")).await;
    assert_eq!(
        one.json(),
        json!({ "verified": false, "verdict": "wrong", "tries_left": 2 })
    );
    // The same call once more is no other try.
    let again = place.again(&test, "POST", &verify, &wrong, Some("w")).await;
    assert_eq!(again.body, one.body);
    let right = json!({ "code": format!("{} {}", &right[..3], &right[3..]) });
    let verified = place.again(&test, "POST", &verify, &right, Some("r")).await;
    assert_eq!(
        verified.json(),
        json!({ "verified": true, "verdict": "verified", "tries_left": 1 })
    );
    let again = place.again(&test, "POST", &verify, &right, Some("r")).await;
    assert_eq!(again.body, verified.body);
    let used = place.send(&test, "POST", &verify, &right).await.json();
    assert_eq!(
        (&used["verified"], &used["verdict"]),
        (&json!(false), &json!("used"))
    );
    // A test's code is not there for a live key.
    let live = place.whole_key().await;
    assert_eq!(
        place.send(&live, "POST", &verify, &right).await.problem().0,
        404
    );
    let one = format!("{path}/{}", otp["id"].as_str().expect("an id"));
    assert_eq!(place.get(&live, &one).await.problem().0, 404);
    assert_eq!(place.get(&live, path).await.json()["data"], json!([]));
    assert_eq!(place.get(&test, &one).await.json()["state"], "verified");
    let listed = place
        .get(&test, &format!("{path}?state=verified"))
        .await
        .json();
    assert_eq!(listed["data"][0]["id"], otp["id"]);
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1));
    // A live one has nothing to go out by yet.
    let refused = place.send(&live, "POST", path, &ask).await;
    assert_eq!(refused.problem().0, 409, "{}", refused.body);
    for (bad, field) in [
        (json!({ "to": "0151 1" }), "to"),
        (json!({ "to": "+4915112345678", "purpose": "Ä" }), "purpose"),
        (json!({ "to": "+4915112345678", "ttl_s": 5 }), "ttl_s"),
        (json!({ "to": "+4915112345678", "code": "123456" }), "code"),
    ] {
        let refused = place.send(&test, "POST", path, &bad).await.problem();
        assert_eq!((refused.0, refused.2.as_str()), (422, field), "{bad}");
    }
    // Five in an hour to one number.
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(place.send(&test, "POST", path, &ask).await);
    }
    let last = answers.pop().expect("six");
    assert_eq!(last.problem().0, 429);
    assert!(
        last.header("retry-after")
            .parse::<u32>()
            .is_ok_and(|s| s > 0)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_feed_is_read_by_places_and_none_is_made_up(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let key = place.whole_key().await;
    let end = place.get(&key, "/api/v1/events?after=latest").await.json();
    assert_eq!(end["data"], json!([]));
    let read = async |after: &str| {
        let path = format!("/api/v1/events?after={after}");
        place.get(&key, &path).await.json()
    };
    for name in ["One", "Two"] {
        let new = json!({ "name": name });
        assert_eq!(
            place
                .send(&key, "POST", "/api/v1/contacts", &new)
                .await
                .status,
            201
        );
    }
    let mut after = end["next"].as_str().expect("a place").to_owned();
    let mut names = Vec::new();
    // What stands above the horizon comes with a later call.
    for _ in 0..50 {
        let page = read(&after).await;
        for event in page["data"].as_array().expect("events") {
            // Whatever else runs on the server holds the end of a feed back: what was before may come once more.
            if event["type"] != "contact.changed" {
                continue;
            }
            assert!(
                event["id"]
                    .as_str()
                    .is_some_and(|id| id.starts_with("evt_"))
            );
            names.push(event["data"]["contact"]["name"].clone());
        }
        page["next"]
            .as_str()
            .expect("a place")
            .clone_into(&mut after);
        if names.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(names, ["One", "Two"]);
    assert_eq!(read(&after).await["data"], json!([]));
    let all = place.get(&key, "/api/v1/events").await.json();
    let both = all["data"].as_array().expect("events");
    assert!(both.len() >= 2, "{all}");
    for wrong in ["x", "AAAA", "MS4yLjM"] {
        let path = format!("/api/v1/events?after={wrong}");
        let refused = place.get(&key, &path).await;
        assert_eq!(refused.problem().0, 409, "{wrong}");
        assert!(refused.body.contains("after=latest"), "{}", refused.body);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_endpoint_is_made_changed_tried_and_deleted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let key = place.whole_key().await;
    let path = "/api/v1/endpoints";
    for (bad, field) in [
        (json!({ "url": "http://127.0.0.1/" }), "url"),
        (json!({ "url": "https://169.254.169.254/latest" }), "url"),
        (json!({ "url": "https://user:pw@hooks.example/" }), "url"),
        (
            json!({ "url": "https://hooks.example/", "kinds": [] }),
            "kinds",
        ),
        (
            json!({ "url": "https://hooks.example/", "kinds": ["nonsense"] }),
            "kinds[0]",
        ),
        (
            json!({ "url": "https://hooks.example/", "secret": "whsec_c2hvcnQ=" }),
            "secret",
        ),
    ] {
        let refused = place.send(&key, "POST", path, &bad).await.problem();
        assert_eq!((refused.0, refused.2.as_str()), (422, field), "{bad}");
    }
    let new = json!({ "url": "https://hooks.example/in", "kinds": ["message.received"] });
    let made = place.again(&key, "POST", path, &new, Some("e")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = place.again(&key, "POST", path, &new, Some("e")).await;
    assert_eq!(made.body, again.body);
    let made = made.json();
    let secret = made["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("whsec_"));
    let one = format!("{path}/{}", made["id"].as_str().expect("an id"));
    let seen = place.get(&key, &one).await;
    assert!(!seen.body.contains("secret"), "{}", seen.body);
    let changed = place
        .send(&key, "PATCH", &one, &json!({ "description": "Shop" }))
        .await
        .json();
    assert_eq!(
        (&changed["description"], &changed["url"], &changed["kinds"]),
        (&json!("Shop"), &new["url"], &new["kinds"])
    );
    let rotated = place
        .send(
            &key,
            "POST",
            &format!("{one}/rotate"),
            &json!({ "overlap_s": 60 }),
        )
        .await
        .json();
    assert!(
        rotated["secret"]
            .as_str()
            .is_some_and(|other| other != secret)
    );
    let refused = place
        .send(
            &key,
            "POST",
            &format!("{one}/rotate"),
            &json!({ "overlap_s": 604_801 }),
        )
        .await;
    assert_eq!(refused.problem().2, "overlap_s");
    let trial = place
        .send(&key, "POST", &format!("{one}/test"), &json!({}))
        .await;
    assert_eq!(trial.status, 202);
    let delivery = format!(
        "/api/v1/deliveries/{}",
        trial.json()["delivery"].as_str().expect("an id")
    );
    let seen = place.get(&key, &delivery).await.json();
    assert_eq!(
        (&seen["state"], &seen["kind"], &seen["endpoint"]),
        (&json!("waiting"), &json!("postern.test"), &made["id"])
    );
    let log = place
        .get(&key, &format!("{one}/deliveries?state=waiting"))
        .await
        .json();
    assert_eq!(log["data"][0]["id"], trial.json()["delivery"]);
    let none = place
        .get(&key, &format!("{one}/deliveries?state=failed"))
        .await
        .json();
    assert_eq!(none["data"], json!([]));
    let wrong = place
        .get(&key, &format!("{one}/deliveries?state=lost"))
        .await;
    assert_eq!(wrong.problem().0, 422);
    let replay = place
        .send(&key, "POST", &format!("{delivery}/replay"), &json!({}))
        .await;
    assert_eq!(replay.status, 202, "{}", replay.body);
    let paused = place
        .send(&key, "POST", &format!("{one}/pause"), &json!({}))
        .await
        .json();
    assert_eq!(paused["paused"], "asked");
    let refused = place
        .send(&key, "POST", &format!("{one}/test"), &json!({}))
        .await;
    assert_eq!(refused.problem().0, 409);
    let skip = json!({ "waiting": "skip" });
    let resumed = place
        .send(&key, "POST", &format!("{one}/resume"), &skip)
        .await
        .json();
    assert_eq!(resumed["paused"], Value::Null);
    let from = json!({ "from": "2026-01-01T00:00:00Z" });
    let refused = place
        .send(&key, "POST", &format!("{one}/replay"), &from)
        .await;
    assert_eq!(refused.problem().2, "until");
    let range = json!({ "from": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z" });
    let replayed = place
        .send(&key, "POST", &format!("{one}/replay"), &range)
        .await;
    assert_eq!(replayed.status, 202, "{}", replayed.body);
    let gone = place
        .again(&key, "DELETE", &one, &json!({}), Some("d"))
        .await;
    assert_eq!(gone.json(), json!({ "id": made["id"], "deleted": true }));
    let again = place
        .again(&key, "DELETE", &one, &json!({}), Some("d"))
        .await;
    assert_eq!(again.body, gone.body);
    assert_eq!(place.get(&key, &one).await.problem().0, 404);
    assert_eq!(place.get(&key, &delivery).await.problem().0, 404);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_source_is_made_posted_to_and_its_log_read(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let key = place.whole_key().await;
    let path = "/api/v1/sources";
    for (bad, field) in [
        (json!({ "provider": "paypal" }), "provider"),
        (json!({ "provider": "stripe" }), "secret"),
        (
            json!({ "provider": "stripe", "secret": "sk_live_1" }),
            "secret",
        ),
        (
            json!({ "provider": "generic", "secret": "whsec_x" }),
            "secret",
        ),
        (
            json!({ "provider": "generic", "description": "a\nb" }),
            "description",
        ),
    ] {
        let refused = place.send(&key, "POST", path, &bad).await.problem();
        assert_eq!((refused.0, refused.2.as_str()), (422, field), "{bad}");
    }
    let new = json!({ "provider": "generic", "description": "Shop" });
    let made = place.again(&key, "POST", path, &new, Some("s")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(
        place.again(&key, "POST", path, &new, Some("s")).await.body,
        made.body
    );
    let made = made.json();
    assert!(
        made["secret"]
            .as_str()
            .is_some_and(|secret| secret.starts_with("whsec_"))
    );
    let one = format!("{path}/{}", made["id"].as_str().expect("an id"));
    let seen = place.get(&key, &one).await;
    assert!(!seen.body.contains("whsec_"), "{}", seen.body);
    let (_, at) = made["url"]
        .as_str()
        .expect("an address")
        .split_once("/webhooks/")
        .expect("ours");
    let refused = place
        .call("POST", &format!("/webhooks/{at}"), &[], "{}")
        .await;
    assert_eq!(refused.status, 401);
    let log = place
        .get(&key, "/api/v1/source_entries?state=refused")
        .await
        .json();
    let entry = &log["data"][0];
    assert_eq!(
        (&entry["source"], &entry["why"]),
        (&made["id"], &json!("header"))
    );
    let entry = format!(
        "/api/v1/source_entries/{}",
        entry["id"].as_str().expect("an id")
    );
    assert_eq!(place.get(&key, &entry).await.json()["body"], Value::Null);
    let again = place
        .send(&key, "POST", &format!("{entry}/apply"), &json!({}))
        .await;
    assert_eq!(again.problem().0, 409);
    let other = place
        .send(&key, "PATCH", &one, &json!({ "new_secret": true }))
        .await
        .json();
    assert!(
        other["secret"]
            .as_str()
            .is_some_and(|other| Some(other) != made["secret"].as_str())
    );
    assert_eq!(other["description"], "Shop");
    let gone = place.send(&key, "DELETE", &one, &json!({})).await.json();
    assert_eq!(gone, json!({ "id": made["id"], "deleted": true }));
    assert_eq!(place.get(&key, &one).await.problem().0, 404);
    let nowhere = place
        .call("POST", &format!("/webhooks/{at}"), &[], "{}")
        .await;
    assert_eq!(nowhere.status, 404);
}
