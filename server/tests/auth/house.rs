//! The router with everything a request passes before a handler, on a database of its own.

use axum::{
    Extension, Json, Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header},
    middleware::from_fn_with_state,
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use leptos::config::LeptosOptions;
use postern_app::ssr::Caller;
use postern_domain::{
    Db, Env,
    crypto::{Keys, NamedKey, Rings},
    env::{Chance, Clock, Real},
    graph::Meta,
    wake::Wake,
};
use postern_server::{
    auth,
    caller::{self, Guard},
    config, csrf,
    limit::Limits,
    live::Hub,
    state::{AppState, Site},
};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};
use time::OffsetDateTime;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

pub const ORIGIN: &str = "http://localhost:3000";

/// Every draw is one byte further: tokens come out the same in every run.
struct Counted(AtomicU8);

impl Chance for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::Relaxed);
        bytes.fill(next);
    }
}

/// It stands: lifetimes come out whole.
pub struct Stopped(pub OffsetDateTime);

impl Clock for Stopped {
    fn now(&self) -> OffsetDateTime {
        self.0
    }
}

pub struct House {
    pub env: Env,
    router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Reads it to its end.
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub fn cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().expect("text"))
            .collect()
    }

    /// The cookies as a browser would send them back.
    pub fn jar(&self) -> String {
        let pairs: Vec<&str> = self
            .cookies()
            .iter()
            .filter_map(|cookie| cookie.split(';').next())
            .collect();
        pairs.join("; ")
    }
}

impl House {
    pub fn new(options: PgConnectOptions) -> Self {
        Self::with(options, |_| ())
    }

    /// With other surroundings.
    pub fn with(options: PgConnectOptions, change: impl FnOnce(&mut Env)) -> Self {
        let wake = Wake::default();
        let named = |id: &str, byte| NamedKey {
            id: id.to_owned(),
            secret: Zeroizing::new(vec![byte; 32]),
        };
        let mut env = Env {
            db: Db::open(options.username("postern_app"), 4, wake.clone()),
            clock: Arc::new(Stopped(Real.now())),
            chance: Arc::new(Counted(AtomicU8::new(1))),
            keys: Arc::new(Keys::new(
                Rings {
                    master: vec![named("m1", 1)],
                    token: vec![named("t1", 2)],
                },
                Zeroizing::new(vec![3; 32]),
            )),
            meta: Meta {
                graph: "http://127.0.0.1:9/v24.0".parse().expect("a URL"),
                app_secret: None,
                verify_token: None,
                http: reqwest::Client::builder().build().expect("a client"),
            },
            files: postern_domain::file::Store::memory(),
            post: postern_domain::mail::Post {
                transport: Arc::new(postern_domain::mail::Transport::Folder(
                    "/nonexistent".into(),
                )),
                from: "Postern <postern@example.test>"
                    .parse()
                    .expect("an address"),
                origin: ORIGIN.into(),
                portal: ORIGIN.into(),
            },
            registration: postern_domain::registration::Registration::Open,
            oidc: postern_domain::oidc::Oidc::default(),
            outside: postern_domain::outside::Outside::new(postern_domain::outside::Reach::Public)
                .expect("a client"),
            intake: postern_domain::webhook::Intake::default(),
            wake,
        };
        change(&mut env);
        let state = state(&env, Hub::new(env.clone()));
        let guard = Guard::new(env.clone(), ["/".to_owned(), "/inbox/{id}".to_owned()]);
        let page = || async { "a shell" };
        let router = Router::new()
            .merge(auth::routes())
            .route("/", get(page))
            .route("/inbox/{id}", get(page).post(page))
            .route("/api/probe", post(probe))
            .route("/elsewhere/probe", post(probe).get(probe))
            .layer(from_fn_with_state(guard, caller::layer))
            .layer(from_fn_with_state(state.clone(), csrf::layer))
            .with_state(state);
        Self { env, router }
    }

    /// With an owner: the answer to the set-up.
    pub async fn set_up(&self) -> Answer {
        let token = postern_domain::setup::token(&self.env)
            .await
            .expect("it answers");
        let form = json!({
            "token": token.expect("not set up"), "workspace_name": "Night shop", "name": "Ines",
            "email": "ines@example.test", "password": "a quiet harbour 7",
        });
        self.post("/auth/setup", &[("origin", ORIGIN)], &form.to_string())
            .await
    }

    /// What a page gets that is signed in: with the set-up, and once that is done by signing in.
    pub async fn set_up_or_in(&self) -> Value {
        let known = postern_domain::setup::token(&self.env).await;
        if known.expect("it answers").is_some() {
            return self.set_up().await.json();
        }
        let form = json!({ "email": "ines@example.test", "password": "a quiet harbour 7" });
        let form = form.to_string();
        let answer = self.post("/auth/sign-in", &[("origin", ORIGIN)], &form);
        answer.await.json()["in"].clone()
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request, headers, body).await
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Request::get(path), headers, "").await
    }

    async fn send(
        &self,
        mut request: axum::http::request::Builder,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let response: Response<Body> = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        Answer::read(response).await
    }
}

/// What routes stand on.
pub fn state(env: &Env, hub: Hub) -> AppState {
    AppState {
        hub,
        limits: Arc::new(Limits::new(&config::Limits::default(), 4)),
        leptos: LeptosOptions::builder().output_name("postern").build(),
        api: Arc::default(),
        jobs: None,
        site: Arc::new(Site {
            origin: ORIGIN.into(),
            portal: None,
            secure: false,
            instance: "cafe0123".into(),
            folder: PathBuf::new(),
            body_limit: 1 << 20,
            proxies: Vec::new(),
        }),
        env: env.clone(),
    }
}

async fn probe(Extension(caller): Extension<Caller>) -> Json<Value> {
    Json(json!({ "session": caller.session, "workspace": caller.workspace }))
}
