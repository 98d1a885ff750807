//! The addresses of other providers on the whole router: what is taken, what is refused and how often, and what nobody is told.

use crate::{edge::router, house::House};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use postern_domain::{source, token};
use postern_types::{Role, SourceForm, SourceMade};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::net::SocketAddr;
use tower::ServiceExt as _;

const SECRETS: [&str; 2] = ["whsec_0123456789abcdefa", "whsec_0123456789abcdefb"];
const BODY: &[u8] = br#"{"id":"evt_1","type":"customer.created"}"#;
const LONGEST: usize = 512 * 1024;

/// Two sources of one workspace.
async fn sources(house: &House) -> [SourceMade; 2] {
    let inside = house.set_up().await.json();
    let access = inside["token"].as_str().expect("a token");
    let session = token::read(&house.env, access).expect("ours").session;
    let workspace = inside["me"]["memberships"][0]["workspace"].as_str();
    let workspace = workspace.and_then(|id| id.parse().ok()).expect("an id");
    let mut tenant = house
        .env
        .db
        .member(session, workspace, Role::Admin)
        .await
        .expect("inside");
    let mut made = Vec::new();
    for secret in SECRETS {
        let form = SourceForm {
            provider: "stripe".to_owned(),
            description: String::new(),
            secret: Some(secret.to_owned()),
        };
        made.push(
            source::create(&house.env, &mut tenant, &form)
                .await
                .expect("made"),
        );
    }
    tenant.commit().await.expect("committed");
    made.try_into().expect("two")
}

fn path(made: &SourceMade) -> String {
    let (_, path) = made.url.split_once("/webhooks/").expect("an address");
    format!("/webhooks/{path}")
}

fn sign(house: &House, secret: &str, body: &[u8]) -> String {
    let at = house.env.now().unix_timestamp();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()))
}

async fn send(
    router: &Router,
    peer: &str,
    request: Request<Body>,
) -> (StatusCode, HeaderMap, String) {
    let mut request = request;
    let peer = SocketAddr::new(peer.parse().expect("an address"), 4000);
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    (parts.status, parts.headers, text)
}

fn post(path: &str, signature: Option<&str>, body: &[u8]) -> Request<Body> {
    let mut request = Request::post(path);
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    request.body(Body::from(body.to_vec())).expect("a request")
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn what_a_provider_signed_is_answered_200_and_every_refusal_says_its_kind_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let [one, _] = sources(&house).await;
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &[]).await;
    let path = path(&one);
    let good = sign(&house, SECRETS[0], BODY);
    // A machine's request: no cookie, no token, and whatever origin.
    let mut request = post(&path, Some(&good), BODY);
    let evil = "https://evil.example".parse().expect("a value");
    request.headers_mut().insert(header::ORIGIN, evil);
    for _ in 0..2 {
        let again = post(&path, Some(&good), BODY);
        let request = std::mem::replace(&mut request, again);
        let (status, headers, body) = send(&router, "192.0.2.1", request).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
        assert!(!headers.contains_key(header::SET_COOKIE));
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
    let other = sign(&house, SECRETS[1], BODY);
    let early = good.replacen("t=1", "t=2", 1);
    for (signature, body) in [
        (None, BODY),
        (Some(&other), BODY),
        (Some(&early), BODY),
        (Some(&good), &BODY[1..]),
        (Some(&"nonsense".to_owned()), BODY),
    ] {
        let request = post(&path, signature.map(String::as_str), body);
        let (status, _, words) = send(&router, "192.0.2.1", request).await;
        let expected = (StatusCode::UNAUTHORIZED, "Unauthorized\n");
        assert_eq!((status, words.as_str()), expected, "{signature:?}");
    }
    for nowhere in [
        format!("{path}x"),
        "/webhooks/in/x".to_owned(),
        format!("{path}%00"),
    ] {
        let (status, _, words) =
            send(&router, "192.0.2.1", post(&nowhere, Some(&good), BODY)).await;
        let expected = (StatusCode::NOT_FOUND, "Not Found\n");
        assert_eq!((status, words.as_str()), expected, "{nowhere}");
    }
    let get = Request::get(&path).body(Body::empty()).expect("a request");
    let (status, ..) = send(&router, "192.0.2.1", get).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    // The longest body is read to its signature, and a longer one is not.
    for (length, expected) in [
        (LONGEST, StatusCode::OK),
        (LONGEST + 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let body = vec![b' '; length];
        let signature = sign(&house, SECRETS[0], &body);
        let (status, ..) = send(&router, "192.0.2.1", post(&path, Some(&signature), &body)).await;
        assert_eq!(status, expected, "{length} bytes");
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_flood_at_addresses_that_are_nobodys_or_with_a_wrong_secret_holds_up_nobody_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const STRIPE: &str = "192.0.2.1";
    let house = House::new(options);
    let [one, two] = sources(&house).await;
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &[("POSTERN_LIMIT_WEBHOOK", "3")]).await;
    let ask = async |peer, path: &str, secret: &str| {
        let signature = sign(&house, secret, BODY);
        let (status, ..) = send(&router, peer, post(path, Some(&signature), BODY)).await;
        status.as_u16()
    };
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(ask(STRIPE, &path(&one), SECRETS[1]).await);
    }
    assert_eq!(seen, [401, 401, 401, 429, 429]);
    seen.clear();
    for n in 0..5 {
        seen.push(ask(STRIPE, &format!("/webhooks/in/made-up-{n}"), SECRETS[0]).await);
    }
    assert_eq!(seen, [404, 404, 404, 429, 429]);
    // Another spelling is no way around it.
    let spelled = path(&two).replacen("/in/", "/in/%6", 1);
    assert_eq!(ask(STRIPE, &spelled, SECRETS[1]).await, 429);
    // The other source is taken, more often than that, and so are Meta's doors in their own measure.
    for _ in 0..9 {
        assert_eq!(ask(STRIPE, &path(&two), SECRETS[1]).await, 200);
    }
    assert_eq!(
        ask(STRIPE, "/webhooks/whatsapp/made-up", SECRETS[0]).await,
        404
    );
    assert_eq!(
        ask(STRIPE, &path(&one), SECRETS[0]).await,
        429,
        "for a moment"
    );
    assert_eq!(ask("192.0.2.2", &path(&one), SECRETS[0]).await, 200);
}
