//! What the whole router does at its edge, as a configuration makes it.

use crate::house::House;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use postern_domain::{Env, graph::Meta};
use postern_server::{boot, config::Config, routes};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{collections::BTreeMap, fs, path::Path};
use tower::ServiceExt as _;

const KEY: &str = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const LIMIT: usize = 1024 * 1024;

/// A data folder and a client.
fn lay_out(folder: &Path) {
    fs::create_dir_all(folder.join("site/pkg/aa")).expect("a folder");
    for (file, text) in [
        ("site.json", r#"{"pkg":"pkg/aa","name":"postern"}"#),
        ("pkg/aa/postern.js", "export {};"),
    ] {
        fs::write(folder.join("site").join(file), text).expect("a file");
    }
}

/// The router of that configuration.
pub async fn router(house: &House, folder: &Path, settings: &[(&str, &str)]) -> Router {
    lay_out(folder);
    let at = |name: &str| folder.join(name).display().to_string();
    let limit = LIMIT.to_string();
    let (data, site) = (at("data"), at("site"));
    let usual = [
        ("POSTERN_DATA", data.as_str()),
        ("POSTERN_SITE", &site),
        ("POSTERN_BODY_LIMIT", &limit),
    ];
    let variables: BTreeMap<String, String> = usual
        .iter()
        .chain(settings)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let config = Config::load_from(&variables, &|bytes| bytes.fill(7)).expect("it starts");
    let env = Env {
        meta: Meta {
            app_secret: Some("0123456789".into()),
            ..house.env.meta.clone()
        },
        ..house.env.clone()
    };
    routes::router(boot::state(&config, env).await.expect("a state"))
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap) {
    let answer = router.clone().oneshot(request).await.expect("an answer");
    (answer.status(), answer.headers().clone())
}

async fn get(router: &Router, path: &str) -> (StatusCode, HeaderMap) {
    ask(
        router,
        Request::get(path).body(Body::empty()).expect("a request"),
    )
    .await
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn https_is_asked_of_browsers_for_ever_where_people_come_by_it_and_nowhere_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [
        ("POSTERN_ENVIRONMENT", "staging"),
        ("POSTERN_BASE_URL", "https://inbox.example"),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
        ("POSTERN_APP_SECRET", "0123456789"),
        ("POSTERN_MASTER_KEYS", KEY),
        ("POSTERN_JWT_KEYS", KEY),
        (
            "POSTERN_PEPPER",
            "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        ),
    ];
    let staging = router(&house, folder.path(), &settings).await;
    let plain = tempfile::tempdir().expect("a folder");
    let plain = router(&house, plain.path(), &[]).await;
    for path in ["/health/live", "/pkg/aa/postern.js", "/api/nothing"] {
        let (_, headers) = get(&staging, path).await;
        assert_eq!(
            headers[header::STRICT_TRANSPORT_SECURITY],
            "max-age=63072000; includeSubDomains",
            "{path}"
        );
        let (_, headers) = get(&plain, path).await;
        assert!(
            !headers.contains_key(header::STRICT_TRANSPORT_SECURITY),
            "{path} on http"
        );
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_webhook_may_be_as_long_as_the_configuration_says_and_no_longer(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &[]).await;
    for (length, expected) in [
        (LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE),
        // Longer than any other route takes: it gets as far as its signature, which it lacks.
        (LIMIT, StatusCode::UNAUTHORIZED),
        (300 * 1024, StatusCode::UNAUTHORIZED),
    ] {
        let post = Request::post("/webhooks/whatsapp").body(Body::from(vec![b' '; length]));
        let (status, _) = ask(&router, post.expect("a request")).await;
        assert_eq!(status, expected, "{length} bytes");
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn only_a_file_of_the_client_that_is_there_is_kept_for_ever(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let folder = tempfile::tempdir().expect("a folder");
    let router = router(&house, folder.path(), &[]).await;
    for (path, status, kept) in [
        (
            "/pkg/aa/postern.js",
            StatusCode::OK,
            "public, max-age=31536000, immutable",
        ),
        ("/pkg/aa/later.js", StatusCode::NOT_FOUND, "no-store"),
        ("/pkg/bb/postern.js", StatusCode::NOT_FOUND, "no-store"),
    ] {
        let (found, headers) = get(&router, path).await;
        assert_eq!(found, status, "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], kept, "{path}");
    }
}
