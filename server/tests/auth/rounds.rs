//! A round of work over HTTP: who may ask for it, once each time, and that it does what is due.

use crate::{
    edge::router,
    house::{House, ORIGIN},
};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::net::SocketAddr;
use tower::ServiceExt as _;

const KEY: &[u8] = b"thirty-two bytes that sign this.";

fn sign(key: &[u8], id: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("a key");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

async fn ask(router: &Router, headers: &[(&str, String)], body: &str) -> (StatusCode, String) {
    let mut request = Request::post("/jobs/run");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let mut request = request
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let peer: SocketAddr = "192.0.2.1:4000".parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("a body");
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    (status, text)
}

fn headers(id: &str, at: i64, signature: String) -> [(&'static str, String); 3] {
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signature),
    ]
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_round_of_work_is_asked_for_by_signature_once_and_does_what_is_due(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let key = format!("whsec_{}", STANDARD.encode(KEY));
    let settings = [("POSTERN_JOBS_KEY", key.as_str()), ("POSTERN_WORKERS", "0")];
    let router = router(&house, folder.path(), &settings).await;
    // A letter that nobody sends.
    let reset = serde_json::json!({ "email": "ines@example.test" }).to_string();
    house.set_up().await;
    let browser = [("origin", ORIGIN), ("content-type", "application/json")];
    let asked = house.post("/auth/forgot", &browser, &reset).await;
    assert!(asked.status.is_success(), "{}", asked.body);
    let waits = async || {
        postern_domain::mail::next(&house.env)
            .await
            .expect("a look")
    };
    assert!(waits().await.is_some(), "a letter waits");
    let now = house.env.now().unix_timestamp();
    let good = sign(KEY, "a", now, "{}");
    for (what, headers, body) in [
        ("unsigned", vec![], "{}"),
        (
            "by another key",
            headers(
                "a",
                now,
                sign(b"another key of some thirty bytes", "a", now, "{}"),
            )
            .to_vec(),
            "{}",
        ),
        (
            "of another body",
            headers("a", now, good.clone()).to_vec(),
            "{ }",
        ),
        (
            "of another id",
            headers("b", now, good.clone()).to_vec(),
            "{}",
        ),
        (
            "late",
            headers("a", now - 301, sign(KEY, "a", now - 301, "{}")).to_vec(),
            "{}",
        ),
        (
            "early",
            headers("a", now + 301, sign(KEY, "a", now + 301, "{}")).to_vec(),
            "{}",
        ),
    ] {
        let (status, _) = ask(&router, &headers, body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
    }
    assert!(waits().await.is_some(), "nothing was done");
    let (status, told) = ask(&router, &headers("a", now, good.clone()), "{}").await;
    assert_eq!(
        (status, told.as_str()),
        (StatusCode::OK, r#"{"more":false}"#)
    );
    assert!(waits().await.is_none(), "the letter is gone");
    // The same request once more is a replay, however it is timed.
    let (status, _) = ask(&router, &headers("a", now, good), "{}").await;
    assert_eq!(status, StatusCode::CONFLICT);
    let long = "x".repeat(2000);
    let signed = headers("c", now, sign(KEY, "c", now, &long));
    let (status, _) = ask(&router, &signed, &long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn without_a_key_nobody_asks_for_work(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &[]).await;
    let now = house.env.now().unix_timestamp();
    let signed = headers("a", now, sign(b"", "a", now, ""));
    let (status, _) = ask(&router, &signed, "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
