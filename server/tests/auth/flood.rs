//! One workspace is flooded, and another is served all the same.

use crate::{
    edge::router,
    house::{Answer, House, ORIGIN, state},
};
use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode, header},
    middleware::from_fn_with_state,
    response::IntoResponse as _,
    routing::post,
};
use futures::{FutureExt as _, StreamExt as _, future::join_all, stream::FuturesUnordered};
use http_body_util::BodyExt as _;
use postern_app::{
    error::ApiError,
    ssr::{Caller, Entered},
};
use postern_domain::{account::Person, limit::Rates, live as tickets, operator, token};
use postern_server::{
    caller::{self, Guard},
    config,
    limit::{Limits, calls, uploads},
    live::{self, Hub},
    state::AppState,
};
use postern_types::{Role, WorkspaceId};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{future::IntoFuture as _, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, client::IntoClientRequest as _},
};
use tower::ServiceExt as _;
use uuid::Uuid;

/// A person with a workspace.
struct Tenant {
    bearer: String,
    workspace: String,
}

impl Tenant {
    fn of(inside: &Value) -> Self {
        let text = |pointer| inside.pointer(pointer).and_then(Value::as_str);
        Self {
            bearer: format!("Bearer {}", text("/token").expect("a token")),
            workspace: text("/me/memberships/0/workspace")
                .expect("an id")
                .to_owned(),
        }
    }

    /// Calls a server function, of another workspace if one is named.
    async fn call(&self, router: &Router, path: &str, named: Option<&str>) -> Answer {
        let request = Request::post(path)
            .header("origin", ORIGIN)
            .header("content-type", "application/json")
            .header("authorization", &self.bearer)
            .header("x-workspace-id", named.unwrap_or(&self.workspace))
            .body(Body::from("{}"));
        let request = request.expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

async fn two(house: &House) -> (Tenant, Tenant) {
    let one = Tenant::of(&house.set_up().await.json());
    let person = Person::new("Bea", "bea@example.test").expect("a person");
    let made = operator::add_workspace(&house.env, "Day shop", &person, "a loud harbour 8");
    made.await.expect("a second workspace");
    let form = r#"{"email":"bea@example.test","password":"a loud harbour 8"}"#;
    let inside = house.post("/auth/sign-in", &[("origin", ORIGIN)], form);
    (one, Tenant::of(&inside.await.json()["in"]))
}

fn tally(answers: &[Answer], status: StatusCode) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == status)
        .count()
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_workspace_that_calls_too_often_is_told_to_wait_and_costs_another_none_of_its_calls(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const COUNTS: &str = "/api/inbox/counts";
    const UPLOAD: &str = "/files?conversation=00000000-0000-0000-0000-000000000001";
    let house = House::new(options);
    let (flooded, quiet) = two(&house).await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [
        ("POSTERN_LIMIT_WORKSPACE", "40"),
        ("POSTERN_POOL_SIZE", "2"),
    ];
    let router = router(&house, folder.path(), &settings).await;
    // A stranger who only names the workspace uses up nothing of it, however often.
    for _ in 0..60 {
        let named = Some(flooded.workspace.as_str());
        for path in [COUNTS, UPLOAD] {
            let answer = quiet.call(&router, path, named).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
    }
    for tenant in [&flooded, &quiet] {
        let answer = tenant.call(&router, COUNTS, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    let flood = join_all((0..200).map(|_| flooded.call(&router, COUNTS, None)));
    let calls = join_all((0..20).map(|_| quiet.call(&router, COUNTS, None)));
    let (flood, calls) = futures::future::join(flood, calls).await;
    assert_eq!(tally(&calls, StatusCode::OK), 20);
    assert_eq!(tally(&flood, StatusCode::OK), 40);
    assert_eq!(tally(&flood, StatusCode::TOO_MANY_REQUESTS), 160);
    let refused = flood.iter().filter(|answer| !answer.status.is_success());
    for answer in refused {
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
        assert_eq!(answer.json()["code"], "too_many");
    }
}

/// A server function that, in the flooded workspace, ends when it is told to.
async fn slow(
    Extension(caller): Extension<Caller>,
    Extension(entered): Extension<Entered>,
    Extension(Flooded(workspace, told)): Extension<Flooded>,
) -> axum::response::Response {
    entered.tell();
    if caller
        .workspace
        .is_some_and(|named| named.to_string() == workspace)
    {
        drop(told.acquire().await);
    }
    StatusCode::OK.into_response()
}

#[derive(Clone)]
struct Flooded(String, Arc<Semaphore>);

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn while_a_workspaces_line_is_full_it_gets_503_and_another_is_served_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let (flooded, quiet) = two(&house).await;
    let told = Arc::new(Semaphore::new(1));
    // Eight turns at once, and four in each line.
    let few = config::Limits {
        requests: 32,
        rates: Rates {
            session: 1_000_000,
            workspace: 1_000_000,
            ..Rates::default()
        },
        ..config::Limits::default()
    };
    let state = AppState {
        limits: Arc::new(Limits::new(&few, 8)),
        ..state(&house.env, Hub::new(house.env.clone()))
    };
    let router: Router = Router::new()
        .route("/api/slow", post(slow))
        .layer(Extension(Flooded(
            flooded.workspace.clone(),
            Arc::clone(&told),
        )))
        .layer(from_fn_with_state(state.clone(), calls::layer))
        .layer(from_fn_with_state(
            Guard::new(house.env.clone(), []),
            caller::layer,
        ))
        .with_state(state);
    for tenant in [&flooded, &quiet] {
        let answer = tenant.call(&router, "/api/slow", None).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    // From now on it holds whatever turns it gets.
    told.forget_permits(1);
    let flood = (0..100).map(|_| flooded.call(&router, "/api/slow", None));
    let mut flood: FuturesUnordered<_> = flood.collect();
    let mut refused = Vec::new();
    while let Some(answer) = flood.next().now_or_never().flatten() {
        refused.push(answer);
    }
    // Of eight turns at most four are its own while another workspace is there, and four wait in its line.
    assert!((92..=95).contains(&refused.len()), "{}", refused.len());
    for answer in &refused {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers[header::RETRY_AFTER], "2");
    }
    for _ in 0..50 {
        let call = quiet.call(&router, "/api/slow", None);
        let answer = timeout(Duration::from_secs(4), call).await;
        assert_eq!(answer.expect("at once").status, StatusCode::OK);
    }
    // What was let in is served when its turn ends.
    told.add_permits(100);
    let rest: Vec<Answer> = flood.collect().await;
    assert_eq!(tally(&rest, StatusCode::OK), 100 - refused.len());
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn an_upload_counts_for_its_workspace_which_leaves_others_their_places(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let few = config::Limits {
        rates: Rates {
            workspace: 8,
            ..Rates::default()
        },
        ..config::Limits::default()
    };
    let state = AppState {
        limits: Arc::new(Limits::new(&few, 8)),
        ..state(&house.env, Hub::new(house.env.clone()))
    };
    let [one, other] = [1, 2].map(|nth| WorkspaceId(Uuid::from_u128(nth)));
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(uploads::enter(&state, one).await.expect("a place"));
    }
    let seventh = uploads::enter(&state, one).await;
    assert_eq!(seventh.err(), Some(ApiError::Unavailable));
    let theirs = uploads::enter(&state, other).await;
    held.push(theirs.expect("another workspace's place"));
    held.clear();
    // The last of eight in a minute: the one that found no place is counted too.
    drop(uploads::enter(&state, one).await.expect("a place"));
    let ninth = uploads::enter(&state, one).await.err();
    assert!(matches!(ninth, Some(ApiError::TooMany { .. })), "{ninth:?}");
    drop(uploads::enter(&state, other).await.expect("a place"));
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_session_with_too_many_sockets_gets_no_other_until_one_closes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let (flooded, quiet) = two(&house).await;
    let few = config::Limits {
        sockets_per_session: 2,
        ..config::Limits::default()
    };
    let state = AppState {
        limits: Arc::new(Limits::new(&few, 8)),
        ..state(&house.env, Hub::new(house.env.clone()))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ws://{}/live", listener.local_addr().expect("an address"));
    let router = live::routes().with_state(state);
    tokio::spawn(axum::serve(listener, router).into_future());
    let open = async |tenant: &Tenant| {
        let session = token::read(&house.env, &tenant.bearer[7..]).expect("ours");
        let workspace = tenant.workspace.parse().expect("an id");
        let entered = house.env.db.member(session.session, workspace, Role::Agent);
        let mut entered = entered.await.expect("a member");
        let drawn = tickets::ticket(&house.env, &mut entered, session.session).await;
        entered.commit().await.expect("drawn");
        let mut request = url.as_str().into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("origin", ORIGIN.parse().expect("a header"));
        let protocol = format!("postern.v1, {}", drawn.expect("a ticket"));
        headers.insert("sec-websocket-protocol", protocol.parse().expect("one"));
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    };
    let mut sockets = Vec::new();
    for _ in 0..2 {
        sockets.push(open(&flooded).await.expect("it opens"));
    }
    assert_eq!(open(&flooded).await.err(), Some(429));
    open(&quiet).await.expect("another session's opens");
    sockets.pop();
    let again = async { while open(&flooded).await.is_err() {} };
    let again = timeout(Duration::from_secs(20), again);
    again.await.expect("there is room again");
    drop(sockets);
    house.env.db.close().await;
}
