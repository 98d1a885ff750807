//! Limits by address on the whole router: every public route, whatever headers are sent, with the database and without.

use crate::{
    edge::router,
    house::{House, ORIGIN},
};
use axum::{
    Json, Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, Uri, header},
};
use futures::{FutureExt as _, future::join_all, stream::pending};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use postern_app::{App, root::AppProps, ui::icon::Package};
use postern_domain::{Env, channel, graph::Meta, token};
use postern_server::auth;
use postern_types::ConnectChannel;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    convert::Infallible,
    future::IntoFuture as _,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// Three of each a minute; the clock of the house stands.
const FEW: [(&str, &str); 7] = [
    ("POSTERN_LIMIT_SIGN_IN", "3"),
    ("POSTERN_LIMIT_RENEW", "3"),
    ("POSTERN_LIMIT_COOKIE", "3"),
    ("POSTERN_LIMIT_PAGE", "3"),
    ("POSTERN_LIMIT_WEBHOOK", "3"),
    ("POSTERN_LIMIT_LIVE", "3"),
    ("POSTERN_LIMIT_CALL", "3"),
];

const OVER: &str = r#"{"code":"too_many","detail":{"retry_after_s":20}}"#;

/// Asks as the peer of that address.
async fn ask(
    router: &Router,
    peer: &str,
    (method, path): (&Method, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body.to_vec())).expect("a request");
    let peer = SocketAddr::new(peer.parse().expect("an address"), 4000);
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    (parts.status, parts.headers, text)
}

async fn page(router: &Router, peer: &str, forwarded: &[&str]) -> StatusCode {
    let headers: Vec<_> = forwarded
        .iter()
        .map(|line| ("x-forwarded-for", *line))
        .collect();
    ask(router, peer, (&Method::GET, "/"), &headers, b"")
        .await
        .0
}

/// Everything that answers somebody without credentials, be it that it wants some.
fn routes() -> Vec<(Method, String)> {
    let pages = leptos_axum::generate_route_list(|| {
        App(AppProps {
            package: Package(String::new()),
        })
    });
    let pages = pages.iter().map(|page| {
        let segments: Vec<_> = page
            .path()
            .split('/')
            .map(|part| if part.starts_with('{') { "7" } else { part })
            .collect();
        (Method::GET, segments.join("/"))
    });
    let functions = leptos::server_fn::axum::server_fn_paths();
    let functions = functions.map(|(path, method)| (method, path.to_owned()));
    let auth = auth::PATHS.map(|path| (Method::POST, path.replace("{provider}", "google")));
    let others = [
        (Method::GET, "/auth/setup"),
        (Method::GET, "/webhooks/whatsapp"),
        (Method::POST, "/webhooks/whatsapp"),
        (Method::GET, "/webhooks/whatsapp/some-key"),
        (Method::POST, "/webhooks/whatsapp/some-key"),
        (Method::GET, "/webhooks/in/some-token"),
        (Method::POST, "/webhooks/in/some-token"),
        (Method::GET, "/live"),
        (Method::POST, "/csp-report"),
        (Method::GET, "/health/live"),
        (Method::GET, "/health/ready"),
        (Method::GET, "/pkg/aa/postern.js"),
        (Method::GET, "/favicon.svg"),
        (Method::GET, "/nothing/there"),
        (Method::POST, "/nothing/there"),
        (Method::POST, "/auth/nothing"),
        (Method::POST, "/api/nothing"),
    ];
    let others = others.map(|(method, path)| (method, path.to_owned()));
    pages.chain(functions).chain(auth).chain(others).collect()
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn each_public_route_answers_429_when_its_address_asks_too_often_and_says_for_how_long(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &FEW).await;
    let routes = routes();
    assert!(routes.len() > 40, "{routes:?}");
    for (n, (method, path)) in routes.iter().enumerate() {
        let (one, other) = (format!("198.51.100.{n}"), format!("203.0.113.{n}"));
        let asked = (method, path.as_str());
        let origin = [("origin", ORIGIN)];
        for _ in 0..3 {
            let (status, _, _) = ask(&router, &one, asked, &origin, b"").await;
            assert_ne!(status, StatusCode::TOO_MANY_REQUESTS, "{method} {path}");
        }
        let (status, headers, body) = ask(&router, &one, asked, &origin, b"").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{method} {path}");
        assert_eq!(headers[header::RETRY_AFTER], "20", "{method} {path}");
        assert!(headers.contains_key("x-request-id"), "{method} {path}");
        assert_eq!(body, OVER, "{method} {path}");
        let (status, _, _) = ask(&router, &other, asked, &origin, b"").await;
        assert_ne!(status, StatusCode::TOO_MANY_REQUESTS, "{method} {path}");
    }
    // Who looks at a page reads it in words.
    let looks = [("accept", "text/html")];
    let asked = (&Method::GET, "/nothing/there");
    for _ in 0..3 {
        ask(&router, "192.0.2.1", asked, &looks, b"").await;
    }
    let (status, headers, body) = ask(&router, "192.0.2.1", asked, &looks, b"").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(
        body,
        "Too many requests came from your network. Try again in 20 s.\n"
    );
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_header_that_names_another_address_neither_helps_nor_hurts(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let behind = [&FEW[..], &[("POSTERN_TRUSTED_PROXIES", "10.0.0.0/8")]].concat();
    let router = router(&house, folder.path(), &behind).await;
    let over = StatusCode::TOO_MANY_REQUESTS;
    // Somebody who comes by himself and says each time that he is somebody else.
    for n in 0..9 {
        let claim = format!("198.51.100.{n}");
        let status = page(&router, "203.0.113.9", &[&claim]).await;
        assert_eq!(status == over, n >= 3, "{n}: {status}");
    }
    for n in 0..9 {
        let status = page(&router, &format!("198.51.100.{n}"), &[]).await;
        assert_ne!(status, over, "whom he named");
    }
    // Behind the proxy each is told apart, by what the proxy wrote and not by what stands before it.
    for n in 0..9 {
        let lines = [&*format!("198.51.100.{n}, 192.0.2.7"), "10.0.0.2"];
        let status = page(&router, "10.0.0.1", &lines).await;
        assert_eq!(status == over, n >= 3, "{n}: {status}");
    }
    assert_ne!(page(&router, "10.0.0.1", &["192.0.2.8"]).await, over);
    // One household's many addresses are one.
    for n in 0..9 {
        let status = page(&router, &format!("2001:db8:0:7::{n}"), &[]).await;
        assert_eq!(status == over, n >= 3, "{n}: {status}");
    }
    assert_ne!(page(&router, "2001:db8:0:8::1", &[]).await, over);
    // The machine itself is no exception.
    for n in 0..9 {
        let status = page(&router, "127.0.0.1", &[]).await;
        assert_eq!(status == over, n >= 3, "{n}: {status}");
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn signed_webhooks_are_not_counted_and_an_address_that_cannot_sign_is_held_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &FEW).await;
    let body = br#"{"object":"whatsapp_business_account","entry":[]}"#;
    let signature = signature(b"0123456789", body);
    let post = async |peer, signature: &str| {
        let signed = [("x-hub-signature-256", signature)];
        let asked = (&Method::POST, "/webhooks/whatsapp");
        ask(&router, peer, asked, &signed, body).await.0
    };
    for n in 0..50 {
        assert_eq!(post("192.0.2.1", &signature).await, StatusCode::OK, "{n}");
    }
    let wrong = format!("sha256={}", "0".repeat(64));
    for _ in 0..3 {
        let status = post("192.0.2.2", &wrong).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    let over = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(post("192.0.2.2", &wrong).await, over);
    assert_eq!(post("192.0.2.2", &signature).await, over, "for a moment");
    assert_eq!(post("192.0.2.1", &signature).await, StatusCode::OK);
}

fn signature(secret: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).expect("a key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Meta as far as connecting needs it: it has every number.
async fn graph() -> url::Url {
    let said = async |uri: Uri| {
        let last = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        let ids = ["100001", "100002"].map(|id| json!({ "id": id }));
        Json(json!({ "id": last, "display_phone_number": "+1 555", "data": ids, "success": true }))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(said);
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}/v24.0").parse().expect("a URL")
}

/// Two numbers with apps of their own, by the paths of their callbacks.
async fn callbacks(house: &House) -> [String; 2] {
    let inside = house.set_up().await.json();
    let token = inside["token"].as_str().expect("a token");
    let session = token::read(&house.env, token).expect("ours").session;
    let workspace = inside["me"]["memberships"][0]["workspace"].as_str();
    let workspace = workspace.and_then(|id| id.parse().ok()).expect("an id");
    let env = Env {
        meta: Meta {
            graph: graph().await,
            ..house.env.meta.clone()
        },
        ..house.env.clone()
    };
    let mut paths = Vec::new();
    for (number, secret) in [("100001", "secret of a"), ("100002", "secret of b")] {
        let form = ConnectChannel {
            name: "Own app".to_owned(),
            phone_number_id: number.to_owned(),
            account_id: "200001".to_owned(),
            token: "EAAtest".to_owned(),
            app_secret: Some(secret.replace(' ', "-")),
        };
        let made = channel::connect(&env, session, workspace, &form).await;
        paths.push(made.expect("connected").channel.callback_path);
    }
    paths.try_into().expect("two")
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_door_that_refuses_an_address_holds_up_no_other_door_for_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const META: &str = "192.0.2.1";
    const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[]}"#;
    let house = House::new(options);
    let [a, b] = callbacks(&house).await;
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &FEW).await;
    let post = async |peer, path: &str, secret: &str| {
        let signature = signature(secret.as_bytes(), BODY);
        let signed = [("x-hub-signature-256", signature.as_str())];
        let answer = ask(&router, peer, (&Method::POST, path), &signed, BODY).await;
        answer.0.as_u16()
    };
    // The wrong secret at one door; then paths that are nobody's, each another one.
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(post(META, &a, "secret-of-b").await);
    }
    assert_eq!(seen, [401, 401, 401, 429, 429]);
    seen.clear();
    for n in 0..5 {
        seen.push(post(META, &format!("/webhooks/whatsapp/old-{n}"), "old-secret").await);
    }
    assert_eq!(seen, [404, 404, 404, 429, 429]);
    for n in 0..3 {
        let other = format!("/webhooks/whatsapp/%6f{n}");
        assert_eq!(post(META, &other, "old-secret").await, 429);
    }
    for _ in 0..9 {
        assert_eq!(post(META, "/webhooks/whatsapp", "0123456789").await, 200);
        assert_eq!(post(META, &b, "secret-of-b").await, 200);
    }
    assert_eq!(post(META, &a, "secret-of-a").await, 429, "for a moment");
    assert_eq!(post("192.0.2.2", &a, "secret-of-a").await, 200);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn who_hangs_up_before_a_webhook_is_refused_is_counted_all_the_same(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &FEW).await;
    for (peer, path) in [
        ("192.0.2.1", "/webhooks/whatsapp"),
        ("192.0.2.2", "/webhooks/whatsapp/some-key"),
    ] {
        for n in 0..4 {
            let body = Body::from_stream(pending::<Result<Vec<u8>, Infallible>>());
            let mut request = Request::post(path).body(body).expect("a request");
            let from = SocketAddr::new(peer.parse().expect("an address"), 4000);
            request.extensions_mut().insert(ConnectInfo(from));
            let answer = router.clone().oneshot(request).now_or_never();
            assert_eq!(answer.is_some(), n == 3, "{path} {n}: its body never comes");
        }
        let (status, _, body) = ask(&router, peer, (&Method::POST, path), &[], b"").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(body, OVER);
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn without_the_database_credentials_are_refused_and_counted_and_pages_are_shown_within_limits(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &FEW).await;
    house.env.db.close().await;
    let form = br#"{"email":"ines@example.test","password":"a quiet harbour 7"}"#;
    let json = [("content-type", "application/json"), ("origin", ORIGIN)];
    let mut seen = Vec::new();
    for _ in 0..5 {
        let asked = (&Method::POST, "/auth/sign-in");
        let (status, headers, _) = ask(&router, "192.0.2.1", asked, &json, form).await;
        assert!(headers.contains_key(header::RETRY_AFTER));
        seen.push(status.as_u16());
    }
    assert_eq!(seen, [503, 503, 503, 429, 429]);
    for n in 0..5 {
        let status = page(&router, "192.0.2.2", &[]).await;
        let expected = if n < 3 { 200 } else { 429 };
        assert_eq!(status.as_u16(), expected, "{n}");
    }
    // Whoever leaves is let out: their cookies go.
    let asked = (&Method::POST, "/auth/sign-out");
    let (_, headers, _) = ask(&router, "192.0.2.3", asked, &json, b"").await;
    assert!(headers.contains_key(header::SET_COOKIE));
}

/// Signs Ines in by that router: what her browser then sends, and the token.
async fn ines(router: &Router, peer: &str) -> (String, String) {
    let form = br#"{"email":"ines@example.test","password":"a quiet harbour 7"}"#;
    let json = [("content-type", "application/json"), ("origin", ORIGIN)];
    let asked = (&Method::POST, "/auth/sign-in");
    let (status, headers, body) = ask(router, peer, asked, &json, form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let cookies = headers.get_all(header::SET_COOKIE).iter();
    let cookies = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    let inside: Value = serde_json::from_str(&body).expect("JSON");
    let token = inside["in"]["token"].as_str().expect("a token").to_owned();
    (cookies.collect::<Vec<_>>().join("; "), token)
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn an_address_that_guesses_signs_out_nobody_behind_it_and_a_cookie_is_counted_wherever_it_comes_from(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const OFFICE: &str = "192.0.2.1";
    let house = House::new(options);
    house.set_up().await;
    let folder = tempfile::tempdir().expect("a folder");
    let few = FEW.map(|(name, value)| match name {
        "POSTERN_LIMIT_RENEW" => (name, "100"),
        _ => (name, value),
    });
    let router = router(&house, folder.path(), &few).await;
    let (cookies, _) = ines(&router, OFFICE).await;
    let json = [("content-type", "application/json"), ("origin", ORIGIN)];
    // Somebody else behind the same address guesses, and asks for what is not there.
    let mut seen = Vec::new();
    for path in ["/auth/sign-in", "/auth/none"].repeat(5) {
        let asked = (&Method::POST, path);
        seen.push(ask(&router, OFFICE, asked, &json, b"{}").await.0.as_u16());
    }
    assert_eq!(seen, [400, 404, 400, 404, 429, 404, 429, 429, 429, 429]);
    let renew = async |peer, cookies: &str| {
        let headers = [
            ("origin", ORIGIN),
            ("x-requested-with", "postern"),
            ("cookie", cookies),
        ];
        let asked = (&Method::POST, "/auth/refresh");
        ask(&router, peer, asked, &headers, b"").await.0.as_u16()
    };
    assert_eq!(renew(OFFICE, &cookies).await, 200);
    for peer in ["192.0.2.2", "192.0.2.3"] {
        assert_ne!(renew(peer, &cookies).await, 429);
    }
    assert_eq!(renew("192.0.2.4", &cookies).await, 429);
    let (others, _) = ines(&router, "192.0.2.5").await;
    assert_eq!(renew(OFFICE, &others).await, 200);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn bodies_that_never_come_fill_the_publics_places_and_members_are_served(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("POSTERN_REQUESTS", "16")];
    let router = router(&house, folder.path(), &settings).await;
    let (_, token) = ines(&router, "192.0.2.1").await;
    let slow = |n: u8| {
        let body = Body::from_stream(pending::<Result<Vec<u8>, Infallible>>());
        let mut request = Request::post("/csp-report").body(body).expect("a request");
        let from = SocketAddr::from(([192, 0, 2, n], 4000));
        request.extensions_mut().insert(ConnectInfo(from));
        Box::pin(router.clone().oneshot(request))
    };
    let began = Instant::now();
    let mut waiting = Vec::new();
    for n in 1..=16 {
        let mut asked = slow(n);
        assert!((&mut asked).now_or_never().is_none(), "{n} has a place");
        waiting.push(asked);
        // A sixteenth is one.
        let second = slow(n).now_or_never().expect("at once").expect("an answer");
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    let newcomer = page(&router, "192.0.2.99", &[]).await;
    assert_eq!(newcomer, StatusCode::SERVICE_UNAVAILABLE);
    let call = async |bearer: &str| {
        let bearer = format!("Bearer {bearer}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("origin", ORIGIN),
        ];
        let asked = (&Method::POST, "/api/inbox/counts");
        ask(&router, "192.0.2.1", asked, &headers, b"{}").await.0
    };
    let (known, unknown) = (call(&token).await, call("made.up").await);
    assert!(known != StatusCode::SERVICE_UNAVAILABLE, "{known}");
    assert_eq!(unknown, StatusCode::SERVICE_UNAVAILABLE);
    for path in ["/health/live", "/health/ready"] {
        let asked = (&Method::GET, path);
        let (status, _, _) = ask(&router, "192.0.2.1", asked, &[], b"").await;
        assert_eq!(status, StatusCode::OK);
    }
    let asked = (&Method::GET, "/health/other");
    let (status, _, _) = ask(&router, "192.0.2.1", asked, &[], b"").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    // A report has two seconds, not the ten of other bodies.
    for answer in join_all(waiting).await {
        assert!(answer.expect("an answer").status().is_client_error());
    }
    assert!(began.elapsed() < Duration::from_secs(8));
    assert_eq!(page(&router, "192.0.2.99", &[]).await, StatusCode::OK);
}
