//! Somebody without credentials asks every address that is not public.

use crate::town::Town;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_that_is_not_public_answers_401_without_credentials() {
    let (town, _) = Town::found("stranger").await;
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    // Naming the router links the functions that it serves.
    std::hint::black_box(postern_server::routes::router as fn(_) -> _);
    let functions: Vec<&str> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .collect();
    assert!(functions.len() >= 17, "{functions:?}");
    for path in
        functions
            .into_iter()
            .chain(["/auth/refresh", "/auth/oidc/connect", "/webhooks/whatsapp"])
    {
        for token in [
            None,
            Some(""),
            Some("nonsense"),
            Some("eyJhbGciOiJub25lIn0.e30."),
        ] {
            let mut request = http
                .post(format!("{}{path}", town.url()))
                .header("origin", town.url())
                .header("x-requested-with", "postern")
                .json(&json!({}));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 401, "{path} with {token:?}");
        }
    }
    let socket = http
        .get(format!("{}/live", town.url()))
        .header("origin", town.url())
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let answer = socket.send().await.expect("an answer");
    assert_eq!(answer.status(), 401, "a socket without a ticket");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_moves_nothing_with_the_cookies_of_a_visitor() {
    let (town, api) = Town::found("csrf").await;
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    std::hint::black_box(postern_server::routes::router as fn(_) -> _);
    let functions = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path);
    // A provider's answer comes from another site by its nature: its own tests hold what it may do.
    let auth = postern_server::auth::PATHS
        .into_iter()
        .filter(|path| !path.contains('{'));
    for path in functions.chain(auth) {
        for (name, value) in [
            ("origin", "https://elsewhere.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("x-nothing", "neither header"),
        ] {
            let answer = http
                .post(format!("{}{path}", town.url()))
                .header("cookie", api.cookies())
                .header(name, value)
                .json(&json!({}))
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status(), 403, "{path} with {name}: {value}");
        }
    }
    assert!(api.conversations().await.is_empty(), "the session lives");
}
