//! The portal over HTTP, through the whole router: the way in, what is shown, and whoever tries to get further.

#[expect(
    dead_code,
    reason = "the house of the tests of signing in, of which this needs little"
)]
#[path = "auth/house.rs"]
mod house;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use futures::stream;
use house::{House, ORIGIN, state};
use http_body_util::BodyExt as _;
use postern_domain::{
    Env,
    env::{Chance, Real},
    portal, token,
};
use postern_server::{live::Hub, routes::router, state::Site};
use postern_types::{
    ContactId, DocumentId, MadeLink, NewLink, Role, SessionId, TaskId, WorkspaceId,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tower::ServiceExt as _;

/// Chance as it is: PINs and tokens have to differ.
struct Fair;

impl Chance for Fair {
    fn fill(&self, bytes: &mut [u8]) {
        Real.fill(bytes);
    }
}

/// A workspace with two contacts, each with a shared task, and a link for the first.
struct Place {
    env: Env,
    router: Router,
    session: SessionId,
    workspace: WorkspaceId,
    access: String,
    contact: ContactId,
    task: TaskId,
    foreign: TaskId,
    made: MadeLink,
}

impl Place {
    async fn open(options: PgConnectOptions) -> Self {
        Self::on(options, None).await
    }

    async fn on(options: PgConnectOptions, portal: Option<&str>) -> Self {
        let house = House::with(options, |env| env.chance = Arc::new(Fair));
        let inside = house.set_up().await.json();
        let access = inside["token"].as_str().expect("a token").to_owned();
        let workspace = inside["me"]["memberships"][0]["workspace"].as_str();
        let workspace: WorkspaceId = workspace.expect("a workspace").parse().expect("an id");
        let session = token::read(&house.env, &access).expect("ours").session;
        let env = house.env;
        let mut tenant = env
            .db
            .member(session, workspace, Role::Agent)
            .await
            .expect("they are in");
        let (mut contacts, mut tasks) = (Vec::new(), Vec::new());
        for name in ["Amira", "Bo"] {
            let (contact, task): (ContactId, TaskId) = (env.id(), env.id());
            sqlx::query("INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $2, $3, now())")
                .bind(workspace.0)
                .bind(contact.0)
                .bind(name)
                .execute(tenant.conn())
                .await
                .expect("a contact");
            sqlx::query(
                "INSERT INTO task (workspace_id, id, contact_id, title, status, shared, created_at, changed_at)
                 VALUES ($1, $2, $3, $4, 'open', true, now(), now())",
            )
            .bind(workspace.0)
            .bind(task.0)
            .bind(contact.0)
            .bind(format!("Papers of {name} <b>"))
            .execute(tenant.conn())
            .await
            .expect("a task");
            contacts.push(contact);
            tasks.push(task);
        }
        tenant.commit().await.expect("it is kept");
        let mut state = state(&env, Hub::new(env.clone()));
        state.site = Arc::new(Site {
            origin: ORIGIN.into(),
            portal: portal.map(str::to_owned),
            secure: false,
            instance: "cafe0123".into(),
            folder: std::path::PathBuf::new(),
            body_limit: 1 << 20,
            proxies: Vec::new(),
        });
        let mut place = Self {
            router: router(state),
            session,
            workspace,
            access,
            contact: contacts[0],
            task: tasks[0],
            foreign: tasks[1],
            made: MadeLink {
                id: env.id(),
                address: String::new(),
                pin: String::new(),
            },
            env,
        };
        place.made = place.link(place.contact).await;
        place
    }

    async fn link(&self, contact: ContactId) -> MadeLink {
        let secrets = portal::draw(&self.env).await.expect("secrets");
        let mut tenant = self.enter().await;
        let form = NewLink { days: None };
        let made = portal::make(&self.env, &mut tenant, contact, &form, &secrets).await;
        tenant.commit().await.expect("it is kept");
        made.expect("a link")
    }

    async fn enter(&self) -> postern_domain::Tenant {
        let entered = self
            .env
            .db
            .member(self.session, self.workspace, Role::Agent)
            .await;
        entered.expect("they are in")
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut tenant = self.enter().await;
        let count = sqlx::query_scalar(sql).fetch_one(tenant.conn()).await;
        count.expect("a count")
    }

    async fn revoke(&self) {
        let mut tenant = self.enter().await;
        let revoked = portal::revoke(&self.env, &mut tenant, self.made.id).await;
        revoked.expect("it is revoked");
        tenant.commit().await.expect("it is kept");
    }

    fn phone(&self) -> Phone<'_> {
        Phone {
            place: self,
            jar: BTreeMap::new(),
            host: "localhost:3000",
        }
    }

    /// A phone that is in.
    async fn inside(&self) -> Phone<'_> {
        let mut phone = self.phone();
        phone.follow(&self.made).await;
        let answer = phone.pin(&self.made.pin).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        phone
    }
}

/// A browser: keeps its cookies, and knows the last page.
struct Phone<'a> {
    place: &'a Place,
    jar: BTreeMap<String, String>,
    host: &'static str,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The half of the token in its forms.
    fn twin(&self) -> String {
        let (_, rest) = self
            .body
            .split_once("name=\"twin\" value=\"")
            .unwrap_or_else(|| panic!("no form: {}", self.body));
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

impl Phone<'_> {
    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<_> = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let headers = request.headers_mut();
        headers.insert("host", self.host.parse().expect("a host"));
        if !cookies.is_empty() {
            headers.insert("cookie", cookies.join("; ").parse().expect("cookies"));
        }
        let answer = self
            .place
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = answer.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            assert!(
                cookie.contains("; Path=/; ")
                    && cookie.contains("; Secure; SameSite=Lax; HttpOnly"),
                "{cookie}"
            );
            let (pair, rest) = cookie.split_once(';').expect("its life");
            let (name, value) = pair.split_once('=').expect("a name");
            assert!(name.starts_with("__Host-postern-portal"), "{name}");
            if rest.contains("Max-Age=0;") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path)
            .header("accept", "text/html")
            .body(Body::empty());
        self.send(request.expect("a request")).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(ORIGIN, path, fields).await
    }

    async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form));
        self.send(request.expect("a request")).await
    }

    /// Opens a link as far as its form.
    async fn follow(&mut self, made: &MadeLink) -> Answer {
        let path = made.address.strip_prefix(ORIGIN).expect("of this place");
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), "/portal");
        self.get("/portal").await
    }

    async fn pin(&mut self, pin: &str) -> Answer {
        let twin = self.get("/portal").await.twin();
        self.post("/portal/pin", &[("pin", pin), ("twin", &twin)])
            .await
    }

    async fn bring(
        &mut self,
        task: TaskId,
        before: &[(&str, &str)],
        name: &str,
        claimed: &str,
        bytes: &[u8],
    ) -> Answer {
        let mut form = Vec::new();
        for (field, value) in before {
            form.extend(format!("--frontier\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
        }
        form.extend(format!("--frontier\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: {claimed}\r\n\r\n").bytes());
        form.extend(bytes);
        form.extend(b"\r\n--frontier--\r\n");
        let request = Request::post(format!("/portal/tasks/{task}/documents"))
            .header("origin", ORIGIN)
            .header("content-type", "multipart/form-data; boundary=frontier")
            .header("content-length", form.len())
            .body(Body::from(form));
        self.send(request.expect("a request")).await
    }

    fn task(&self) -> String {
        format!("/portal/tasks/{}", self.place.task)
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_link_and_its_pin_lead_to_what_is_shared_and_a_preview_of_it_to_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let path = place
        .made
        .address
        .strip_prefix(ORIGIN)
        .expect("of this place");
    // A previewer fetches it as often as it likes.
    for method in ["GET", "HEAD"] {
        for _ in 0..5 {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("user-agent", "WhatsApp/2");
            let answer = place
                .phone()
                .send(request.body(Body::empty()).expect("a request"))
                .await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
        }
    }
    assert_eq!(place.count("SELECT count(*) FROM portal_session").await, 0);
    assert_eq!(
        place
            .count("SELECT (tries + wrong)::bigint FROM portal_link")
            .await,
        0
    );

    let mut phone = place.phone();
    assert!(phone.get("/portal").await.body.contains("Open your link"));
    let form = phone.follow(&place.made).await;
    assert!(
        form.body.contains("Night shop") && form.body.contains("one-time-code"),
        "{}",
        form.body
    );
    assert!(
        !form.body.contains(path.trim_start_matches("/p/")),
        "the page holds its link"
    );
    assert_eq!(form.header("cache-control"), "no-store");
    assert_eq!(form.header("referrer-policy"), "same-origin");
    let policy = form.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'; script-src 'nonce-")
            && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("wasm"),
        "{policy}"
    );

    let wrong = phone.pin("000000x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("The link or the PIN is wrong") && wrong.body.contains("Night shop")
    );
    // As people read digits out.
    let spaced = format!("{} {}", &place.made.pin[..3], &place.made.pin[3..]);
    let right = phone.pin(&spaced).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.body);
    assert_eq!(right.header("location"), "/portal");
    assert_eq!(
        phone.jar.len(),
        2,
        "the link is let go: {:?}",
        phone.jar.keys()
    );
    let home = phone.get("/portal").await;
    assert!(
        home.body.contains("Papers of Amira &lt;b&gt;") && !home.body.contains("Papers of Bo"),
        "{}",
        home.body
    );
    assert!(home.body.contains("data-live=\"/portal/live\""));
    assert!(!home.body.contains("wasm"));
    // By the same link one comes back without a PIN; another one asks for its own.
    assert!(
        phone
            .follow(&place.made)
            .await
            .body
            .contains("Papers of Amira")
    );
    let other = place.link(place.contact).await;
    assert!(phone.follow(&other).await.body.contains("one-time-code"));
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_link_that_is_none_looks_like_one_whose_pin_is_wrong(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.phone();
    for token in ["AAAAAAAAAAAAAAAAAAAAAA", "x;y=<script>", "%00"] {
        let answer = phone
            .get(
                &format!("/p/{token}")
                    .replace('<', "%3C")
                    .replace('>', "%3E"),
            )
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/portal")
        );
        let form = phone.get("/portal").await;
        assert!(form.body.contains("one-time-code") && !form.body.contains("Night shop"));
    }
    let answer = phone.pin("123456").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("The link or the PIN is wrong"));
    let twin = answer.twin();
    let asked = phone.post("/portal/lost-pin", &[("twin", &twin)]).await;
    assert!(asked.status == StatusCode::OK && asked.body.contains("They have been told"));
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn five_wrong_pins_close_a_link(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let mut phone = place.phone();
    phone.follow(&place.made).await;
    let wrong = if place.made.pin == "123456" {
        "654321"
    } else {
        "123456"
    };
    for _ in 0..5 {
        assert_eq!(
            phone.pin(wrong).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let closed = phone.pin(&place.made.pin).await;
    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(closed.body.contains("Wait 1"), "{}", closed.body);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn no_post_counts_without_both_halves_and_the_right_origin(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.phone();
    let early = phone.follow(&place.made).await.twin();
    for twin in ["", "nonsense"] {
        let answer = phone
            .post("/portal/pin", &[("pin", &place.made.pin), ("twin", twin)])
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{twin}");
    }
    let mut phone = place.inside().await;
    let task = phone.task();
    let comments = format!("{task}/comments");
    let own = phone.get(&task).await.twin();
    let other = place.inside().await.get(&task).await.twin();
    for twin in ["", "nonsense", &early, &other, &own[1..]] {
        let answer = phone
            .post(&comments, &[("body", "Forged words"), ("twin", twin)])
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{twin}");
        assert!(answer.body.contains("Forged words"), "what was typed stays");
        let brought = phone
            .bring(
                place.task,
                &[("twin", twin)],
                "a.txt",
                "text/plain",
                b"forged",
            )
            .await;
        assert_eq!(brought.status, StatusCode::FORBIDDEN, "{twin}");
        let left = phone.post("/portal/sign-out", &[("twin", twin)]).await;
        assert_eq!(left.status, StatusCode::FORBIDDEN, "{twin}");
    }
    let late = phone
        .bring(place.task, &[], "a.txt", "text/plain", b"forged")
        .await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    let foreign = phone
        .post_from(
            "https://evil.example",
            &comments,
            &[("body", "x"), ("twin", &own)],
        )
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let bare = Request::post(&comments)
        .body(Body::from("body=x"))
        .expect("a request");
    assert_eq!(
        phone.send(bare).await.status,
        StatusCode::FORBIDDEN,
        "a cookie and no word of its page"
    );
    assert_eq!(place.count("SELECT count(*) FROM task_comment").await, 0);
    assert_eq!(place.count("SELECT count(*) FROM file").await, 0);

    let written = phone
        .post(&comments, &[("body", "Own words"), ("twin", &own)])
        .await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
    assert_eq!(
        written.header("location"),
        format!("{task}?done=comment#comments")
    );
    assert!(phone.get(&task).await.body.contains("Own words"));
    let left = phone.post("/portal/sign-out", &[("twin", &own)]).await;
    assert_eq!(left.header("location"), "/portal");
    assert!(
        phone
            .get("/portal")
            .await
            .body
            .contains("This visit has ended")
    );
    assert!(
        phone
            .jar
            .keys()
            .all(|name| !name.ends_with("portal-cafe0123")),
        "{:?}",
        phone.jar
    );
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn the_cookies_and_tokens_of_clients_and_agents_open_nothing_of_each_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let visit = phone.jar["__Host-postern-portal-cafe0123"].clone();
    for (name, value) in [
        ("x-none", String::new()),
        ("authorization", format!("Bearer {visit}")),
    ] {
        let request = Request::post("/api/account/now")
            .header("origin", ORIGIN)
            .header("content-type", "application/json")
            .header("x-workspace-id", place.workspace.to_string())
            .header(name, value)
            .body(Body::from("{}"));
        let answer = phone.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
    }
    let mut agent = place.phone();
    let access = place.access.clone();
    for cookie in [
        "__Host-postern-portal-cafe0123",
        "__Host-postern-refresh-cafe0123",
    ] {
        agent.jar.insert(cookie.to_owned(), access.clone());
        let request =
            Request::get(agent.task()).header("authorization", format!("Bearer {access}"));
        let answer = agent
            .send(request.body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{cookie}");
        assert!(!answer.body.contains("Papers"));
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_client_reaches_nothing_that_is_anothers(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let bos: ContactId = {
        let mut tenant = place.enter().await;
        let found =
            sqlx::query_scalar("SELECT contact_id FROM task WHERE id = $1").bind(place.foreign.0);
        found.fetch_one(tenant.conn()).await.expect("their contact")
    };
    let theirs = place.link(bos).await;
    let mut bo = place.phone();
    bo.follow(&theirs).await;
    assert_eq!(bo.pin(&theirs.pin).await.status, StatusCode::SEE_OTHER);
    let twin = bo.get("/portal").await.twin();
    let brought = bo
        .bring(
            place.foreign,
            &[("twin", &twin)],
            "a.txt",
            "text/plain",
            b"Bo's own",
        )
        .await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.body);
    let document: DocumentId = {
        let mut tenant = place.enter().await;
        sqlx::query_scalar("SELECT id FROM task_document")
            .fetch_one(tenant.conn())
            .await
            .expect("it is there")
    };

    let mut phone = place.inside().await;
    let own = phone.get("/portal").await.twin();
    for path in [
        format!("/portal/tasks/{}", place.foreign),
        format!("/portal/documents/{document}"),
        "/portal/tasks/nonsense".into(),
        "/portal/elsewhere".into(),
    ] {
        let answer = phone.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.contains("Bo"), "{path}");
    }
    let comments = format!("/portal/tasks/{}/comments", place.foreign);
    let wrote = phone
        .post(&comments, &[("body", "Hello"), ("twin", &own)])
        .await;
    assert_eq!(wrote.status, StatusCode::NOT_FOUND);
    for fields in [
        vec![("twin", own.as_str())],
        vec![("twin", own.as_str()), ("document", "nonsense")],
    ] {
        let brought = phone
            .bring(place.foreign, &fields, "a.txt", "text/plain", b"mine")
            .await;
        assert_eq!(brought.status, StatusCode::NOT_FOUND);
    }
    let id = document.to_string();
    let brought = phone
        .bring(
            place.task,
            &[("twin", &own), ("document", &id)],
            "a.txt",
            "text/plain",
            b"mine",
        )
        .await;
    assert_eq!(brought.status, StatusCode::NOT_FOUND);
    assert_eq!(place.count("SELECT count(*) FROM task_comment").await, 0);
    assert_eq!(place.count("SELECT count(*) FROM file").await, 1);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_document_is_taken_and_given_back_as_something_to_save(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let task = phone.task();
    let twin = phone.get(&task).await.twin();
    let own = [("twin", twin.as_str())];
    let brought = phone
        .bring(
            place.task,
            &own,
            "my papers.pdf",
            "application/pdf",
            b"%PDF-1.7\n1 0 obj",
        )
        .await;
    assert_eq!(
        brought.header("location"),
        format!("{task}?done=document#documents"),
        "{}",
        brought.body
    );
    let page = phone.get(&format!("{task}?done=document")).await;
    assert!(page.body.contains("my papers.pdf") && page.body.contains("Your document has arrived"));
    let (_, rest) = page
        .body
        .split_once("/portal/documents/")
        .expect("its link");
    let path = format!("/portal/documents/{}", &rest[..36]);
    let given = phone.get(&path).await;
    assert_eq!(given.body, "%PDF-1.7\n1 0 obj");
    assert!(
        given
            .header("content-disposition")
            .starts_with("attachment; filename=\"my papers.pdf\"")
    );
    assert_eq!(
        given.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert_eq!(given.header("x-content-type-options"), "nosniff");
    assert_eq!(given.header("cache-control"), "no-store");
    let request = Request::get(&path)
        .header("range", "bytes=0-3")
        .body(Body::empty());
    let part = phone.send(request.expect("a request")).await;
    assert_eq!(
        (part.status, part.body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "%PDF")
    );
    assert_eq!(
        place.phone().get(&path).await.status,
        StatusCode::UNAUTHORIZED
    );

    for (name, claimed, bytes) in [
        ("holiday.jpg", "image/jpeg", &b"MZ\x90\0\x03"[..]),
        (
            "logo.svg",
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        ),
        (
            "both.gif",
            "image/gif",
            b"GIF89a\x01\0\x01\0=1;<script>alert(1)</script>",
        ),
        ("", "application/octet-stream", b""),
    ] {
        let refused = phone.bring(place.task, &own, name, claimed, bytes).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            refused.body.contains("role=\"alert\"") && refused.body.contains("Papers of Amira"),
            "{name}"
        );
    }
    assert_eq!(place.count("SELECT count(*) FROM file").await, 1);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn many_who_come_back_by_their_link_at_once_do_not_wait_for_each_others_connections(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let path = place.made.address.strip_prefix(ORIGIN).expect("ours");
    phone.get(path).await;
    // Twice as many as there are connections.
    let come = (0..8).map(|_| {
        let mut phone = Phone {
            place: &place,
            jar: phone.jar.clone(),
            host: phone.host,
        };
        async move { phone.get("/portal").await }
    });
    for answer in futures::future::join_all(come).await {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.body.contains("Papers of Amira"));
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_form_that_is_none_of_ours_and_a_visit_that_is_over_bring_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let twin = phone.get("/portal").await.twin();
    let twin = ("twin", twin.as_str());
    for fields in [vec![twin, ("more", "x")], vec![twin, twin]] {
        let answer = phone
            .bring(place.task, &fields, "a.txt", "text/plain", b"words")
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{fields:?}"
        );
    }
    place.revoke().await;
    let answer = phone
        .bring(place.task, &[twin], "a.txt", "text/plain", b"words")
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(place.count("SELECT count(*) FROM file").await, 0);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn two_hundred_megabytes_are_refused_before_they_have_come(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let twin = phone.get("/portal").await.twin();
    let begin = format!(
        "--frontier\r\ncontent-disposition: form-data; name=\"twin\"\r\n\r\n{twin}\r\n--frontier\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7\n"
    );
    for told in [true, false] {
        let read = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&read);
        let pieces = std::iter::once(begin.clone().into_bytes())
            .chain(std::iter::repeat_with(|| vec![b'x'; 1 << 20]).take(200))
            .map(move |piece| {
                counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
                Ok::<_, std::io::Error>(piece)
            });
        let mut request = Request::post(format!("{}/documents", phone.task()))
            .header("origin", ORIGIN)
            .header("content-type", "multipart/form-data; boundary=frontier");
        if told {
            request = request.header("content-length", begin.len() + (200 << 20));
        }
        let body = Body::from_stream(stream::iter(pieces));
        let answer = phone.send(request.body(body).expect("a request")).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            answer.body
        );
        assert!(answer.body.contains("25 MB at most"));
        let read = read.load(Ordering::Relaxed);
        assert!(
            read < if told { 4 << 20 } else { 32 << 20 },
            "{read} bytes were read"
        );
    }
    assert_eq!(place.count("SELECT count(*) FROM file").await, 0);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn an_open_page_hears_what_changes_and_its_end_when_the_link_is_revoked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let twin = phone.get("/portal").await.twin();
    let cookies: Vec<_> = phone
        .jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::get("/portal/live")
        .header("cookie", cookies.join("; "))
        .body(Body::empty());
    let answer = place
        .router
        .clone()
        .oneshot(request.expect("a request"))
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut stream = answer.into_body().into_data_stream();
    let mut hear = async |word: &str| {
        let heard = async {
            loop {
                let piece = futures::StreamExt::next(&mut stream)
                    .await
                    .expect("it goes on")
                    .expect("a piece");
                if String::from_utf8_lossy(&piece).contains(word) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), heard)
            .await
            .unwrap_or_else(|_| panic!("no word of {word}"));
    };
    hear(": here").await;
    let comments = format!("{}/comments", phone.task());
    let written = phone
        .post(&comments, &[("body", "Look"), ("twin", &twin)])
        .await;
    assert_eq!(written.status, StatusCode::SEE_OTHER);
    hear("event: changed").await;
    place.revoke().await;
    hear("event: ended").await;
    // Whatever is open is over, for what is read and for what is written.
    let wrote = phone
        .post(&comments, &[("body", "Too late"), ("twin", &twin)])
        .await;
    assert_eq!(wrote.status, StatusCode::UNAUTHORIZED);
    assert!(wrote.body.contains("This visit has ended"));
    assert_eq!(
        phone.get("/portal").await.status,
        StatusCode::OK,
        "its cookie is gone"
    );
    assert_eq!(place.count("SELECT count(*) FROM task_comment").await, 1);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_new_pin_ends_what_the_old_one_opened(_: PgPoolOptions, options: PgConnectOptions) {
    let place = Place::open(options).await;
    let mut phone = place.inside().await;
    let pin = portal::draw_pin(&place.env, place.made.id)
        .await
        .expect("a PIN");
    let mut tenant = place.enter().await;
    portal::reset_pin(&place.env, &mut tenant, &pin)
        .await
        .expect("it is set");
    tenant.commit().await.expect("it is kept");
    let answer = phone.get(&phone.task()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("This visit has ended"));
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_host_of_its_own_shows_the_portal_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = Place::on(options, Some("http://clients.example")).await;
    let mut phone = place.phone();
    phone.host = "clients.example";
    let path = place
        .made
        .address
        .strip_prefix(ORIGIN)
        .expect("of this place")
        .to_owned();
    assert_eq!(phone.get(&path).await.header("location"), "/portal");
    let twin = phone.get("/portal").await.twin();
    let fields = [("pin", place.made.pin.as_str()), ("twin", &twin)];
    assert_eq!(
        phone.post("/portal/pin", &fields).await.status,
        StatusCode::FORBIDDEN,
        "of another host"
    );
    let opened = phone
        .post_from("http://clients.example", "/portal/pin", &fields)
        .await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    assert!(phone.get("/portal").await.body.contains("Papers of Amira"));
    for hidden in ["/inbox", "/sign-in", "/live", "/files/x"] {
        let answer = phone.get(hidden).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{hidden}");
        assert!(!answer.body.contains(".wasm"), "{hidden}");
    }
    let asked = phone
        .post_from("http://clients.example", "/auth/refresh", &[])
        .await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
    let mut agent = place.phone();
    assert_eq!(
        agent.get(&path).await.header("location"),
        format!("http://clients.example{path}")
    );
    assert_eq!(
        agent.post("/portal/pin", &fields).await.status,
        StatusCode::NOT_FOUND
    );
}
