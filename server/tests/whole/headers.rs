//! What the running program tells browsers with every answer, whatever it answers.

use crate::town::Town;
use reqwest::{Client, Response, header::HeaderMap};
use std::collections::HashSet;

/// What stands in every answer, word for word.
const FIXED: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-xss-protection", "0"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(self), microphone=(self), payment=(), usb=()",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_rules_for_the_browser_and_an_id_of_its_own() {
    let (town, _) = Town::found("headers").await;
    let http = Client::builder().no_proxy().build().expect("a client");
    let get = async |path: &str| {
        let request = http.get(format!("{}{path}", town.url()));
        request.header("accept", "text/html").send().await
    };
    let mut ids = HashSet::new();
    let mut nonces = HashSet::new();
    for (path, status) in [
        ("/", 200),
        ("/sign-in", 200),
        ("/setup", 200),
        ("/inbox", 200),
        ("/no/such/page", 404),
    ] {
        let answer = get(path).await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        ids.insert(checked(path, answer.headers()));
        nonces.insert(page(path, answer).await);
    }
    assert_eq!(nonces.len(), 5, "a nonce serves one page");
    for (path, status) in [
        ("/health/ready", 200),
        ("/pkg/none/postern.js", 404),
        ("/webhooks/whatsapp", 403),
        ("/live", 400),
        ("/auth/setup", 200),
        ("/api/nothing", 404),
    ] {
        let answer = get(path).await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        ids.insert(checked(path, answer.headers()));
    }
    for path in ["/api/inbox/list", "/webhooks/whatsapp", "/auth/refresh"] {
        let request = http.post(format!("{}{path}", town.url())).body("{");
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_client_error(), "{path}");
        ids.insert(checked(path, answer.headers()));
        let policy = &answer.headers()["content-security-policy"];
        assert_eq!(
            policy, "default-src 'none'; frame-ancestors 'none'; sandbox",
            "{path}: what is no page runs and loads nothing"
        );
    }
    assert_eq!(ids.len(), 14, "an id serves one request");
}

/// The fixed headers; gives the request's id.
fn checked(path: &str, headers: &HeaderMap) -> String {
    for (name, value) in FIXED {
        let found: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(found, [value], "{path}: {name}");
    }
    let id = headers["x-request-id"].to_str().expect("text");
    assert_eq!(id.len(), 36, "{path}");
    id.to_owned()
}

/// The policy of a page, and that each of its scripts and styles has the policy's nonce; gives the nonce.
async fn page(path: &str, answer: Response) -> String {
    let policies: Vec<_> = answer
        .headers()
        .get_all("content-security-policy")
        .iter()
        .map(|policy| policy.to_str().expect("text").to_owned())
        .collect();
    let [policy] = &policies[..] else {
        panic!("{path}: one policy, not {policies:?}");
    };
    let nonce = policy
        .split("script-src 'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap_or_default()
        .to_owned();
    assert!(nonce.len() >= 22, "{path}: 128 bits in {policy}");
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    for rule in [
        "default-src 'none'",
        "'strict-dynamic'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{path}: {rule} in {policy}");
    }
    let html = answer.text().await.expect("a page");
    let marked = format!("nonce=\"{nonce}\"");
    let mut scripts = 0;
    for opening in html.split('<').filter_map(|rest| rest.split('>').next()) {
        let name = opening.split_whitespace().next().unwrap_or_default();
        if name == "script" || name == "style" {
            scripts += 1;
            assert!(opening.contains(&marked), "{path}: <{opening}>");
        }
        assert!(!opening.contains(" style="), "{path}: <{opening}>");
        assert!(!opening.contains(" onload="), "{path}: <{opening}>");
    }
    assert!(scripts > 0, "{path} has scripts");
    nonce
}
