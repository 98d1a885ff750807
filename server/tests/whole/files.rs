//! Files over real HTTP: brought, shown, had in parts, and kept from everybody else.

use crate::{
    api::Api,
    tally::{customer, until},
    town::{NUMBER, Town},
};
use reqwest::{Response, header::HeaderMap};
use serde_json::{Value, json};

/// A conversation with a customer who has just written.
async fn conversation(town: &Town, api: &Api) -> String {
    town.meta
        .say(NUMBER, &customer(1), "Hello")
        .expect("the number is known");
    until("the customer is heard", town, async || {
        !api.conversations().await.is_empty()
    })
    .await;
    let rows = api.conversations().await;
    rows[0]["id"].as_str().expect("an id").to_owned()
}

async fn get(town: &Town, path: &str, headers: &[(&str, &str)]) -> Response {
    let http = reqwest::Client::builder().no_proxy().build();
    let mut request = http.expect("a client").get(format!("{}{path}", town.url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
}

/// The links of a file: of the whole, and of its small picture.
async fn links(api: &Api, id: &Value) -> Vec<Value> {
    let found = api.call("file/links", json!({ "ids": [id] })).await;
    found.expect("links").as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_brought_and_given_to_who_may_see_it_alone() {
    let (town, api) = Town::found("files").await;
    let conversation = conversation(&town, &api).await;

    // Text goes out as it came, and is saved, never shown.
    let text: Vec<u8> = (0..200_000_u32)
        .map(|at| b'a' + u8::try_from(at % 26).expect("a letter"))
        .collect();
    let view = api
        .bring(
            &conversation,
            "Plan <für> Mai.txt",
            "text/plain",
            text.clone(),
        )
        .await
        .expect("it is taken");
    assert_eq!(
        (view["state"].as_str(), view["size"].as_i64()),
        (Some("stored"), Some(200_000))
    );
    let found = links(&api, &view["id"]).await;
    let path = found[0][1].as_str().expect("a path").to_owned();
    assert_eq!(found[0][2], Value::Null, "text has no small picture");

    let answer = get(&town, &path, &[]).await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    for (name, expected) in [
        ("content-type", "application/octet-stream"),
        ("content-length", "200000"),
        (
            "content-disposition",
            "attachment; filename=\"Plan _f_r_ Mai.txt\"; filename*=UTF-8''Plan%20_f%C3%BCr_%20Mai.txt",
        ),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(header(&headers, name), expected, "{name}");
    }
    assert!(header(&headers, "cache-control").starts_with("private, max-age="));
    assert!(answer.bytes().await.expect("bytes") == text);

    // Over the border of two segments.
    let part = get(&town, &path, &[("range", "bytes=65530-65545")]).await;
    assert_eq!(part.status(), 206);
    assert_eq!(
        header(part.headers(), "content-range"),
        "bytes 65530-65545/200000"
    );
    assert!(part.bytes().await.expect("bytes") == text[65_530..65_546]);
    let beyond = get(&town, &path, &[("range", "bytes=200000-")]).await;
    assert_eq!(
        (
            beyond.status().as_u16(),
            header(beyond.headers(), "content-range")
        ),
        (416, "bytes */200000")
    );
    let tag = header(&headers, "etag").to_owned();
    let known = get(&town, &path, &[("if-none-match", &tag)]).await;
    assert_eq!(known.status(), 304);

    // Nobody else, and nothing that is nearly it.
    let other = town.operate(
        &[
            "workspace",
            "add",
            "--name",
            "Neighbour",
            "--owner-email",
            "olga@example.test",
        ],
        "another quiet harbour 7",
    );
    assert!(other.contains("workspace "));
    let olga = Api::sign_in(&town.url(), "olga@example.test", "another quiet harbour 7").await;
    assert!(
        links(&olga, &view["id"]).await.is_empty(),
        "another workspace's file is not there"
    );
    let foreign = olga
        .bring(&conversation, "a.txt", "text/plain", b"a".to_vec())
        .await;
    assert!(foreign.expect_err("it is refused").starts_with("404"));
    for wrong in [
        "/files/nonsense",
        "/files/",
        &path[..path.len() - 3],
        "/files/..%2f..%2fetc%2fpasswd",
    ] {
        let status = get(&town, wrong, &[]).await.status();
        assert!(status == 401 || status == 404, "{wrong}: {status}");
    }
    let token = path.rsplit('/').next().expect("a token");
    assert_eq!(town.said(token), 0, "links stand in no log");
    api.sign_out().await;
    assert_eq!(
        get(&town, &path, &[]).await.status(),
        401,
        "it ended with its session"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_refused_in_words_and_without_a_token_nothing_is() {
    let (town, api) = Town::found("uploads").await;
    let conversation = conversation(&town, &api).await;
    for (name, mime, bytes, words) in [
        (
            "a.html",
            "text/html",
            &b"<html><script>alert(1)</script>"[..],
            "PDF, text",
        ),
        (
            "a.svg",
            "image/svg+xml",
            b"<svg onload='alert(1)'/>",
            "PDF, text",
        ),
        (
            "invoice.pdf",
            "application/pdf",
            b"MZ\x90\0\x03\0\0\0",
            "program",
        ),
        (
            "a.jpg",
            "image/jpeg",
            b"%PDF-1.4",
            "not what it was sent as",
        ),
        ("a.txt", "text/plain", b"", "empty"),
    ] {
        let refused = api.bring(&conversation, name, mime, bytes.to_vec()).await;
        let refused = refused.expect_err("it is refused");
        assert!(
            refused.starts_with("422") && refused.contains(words),
            "{name}: {refused}"
        );
    }
    let nowhere = api
        .bring("nowhere", "a.txt", "text/plain", b"a".to_vec())
        .await;
    assert!(
        nowhere
            .expect_err("it is refused")
            .contains("which conversation")
    );

    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let path = format!(
        "{}/files?conversation={conversation}&name=a.txt",
        town.url()
    );
    for (name, value, status) in [
        ("origin", town.url(), 401),
        ("origin", "https://elsewhere.example".to_owned(), 403),
    ] {
        let answer = http
            .post(&path)
            .header(name, value)
            .header("cookie", api.cookies())
            .body("hello")
            .send()
            .await;
        assert_eq!(answer.expect("an answer").status(), status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_four_uploads_at_once_in_all_their_sessions_together() {
    let (town, api) = Town::found("shares").await;
    let conversation = conversation(&town, &api).await;
    let again = Api::sign_in(&town.url(), "ines@example.test", "a quiet harbour 7").await;
    let mut begun = Vec::new();
    for session in [&api, &again, &api] {
        begun.push(session.begin_upload(&conversation).await);
    }
    let bring = async || {
        again
            .bring(&conversation, "a.txt", "text/plain", b"hello".to_vec())
            .await
    };
    // One that comes before they are let in takes the place of one of them: another is begun each time.
    until("four are on their way", &town, async || {
        begun.push(api.begin_upload(&conversation).await);
        bring().await.is_err_and(|said| said.starts_with("503"))
    })
    .await;
    drop(begun);
    until("there is room again", &town, async || bring().await.is_ok()).await;
}
