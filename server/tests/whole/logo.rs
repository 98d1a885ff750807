//! A workspace's logo over real HTTP: brought by an admin, shown to members alone, as a picture and nothing else.

use crate::{api::Api, town::Town};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Response;
use serde_json::{Value, json};

pub const PASSWORD: &str = "another quiet harbour 7";
/// One pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn png() -> Vec<u8> {
    STANDARD.decode(PNG).expect("base64")
}

async fn get(town: &Town, path: &str, tag: Option<&str>) -> Response {
    let http = reqwest::Client::builder().no_proxy().build();
    let mut request = http.expect("a client").get(format!("{}{path}", town.url()));
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    request.send().await.expect("an answer")
}

/// Where somebody is told that the logo of that workspace is.
async fn told(api: &Api, workspace: &str) -> Value {
    let me = api.call("account/now", json!({})).await.expect("a person");
    let places = me["memberships"].as_array().expect("places");
    let place = places.iter().find(|place| place["workspace"] == workspace);
    place.expect("their place")["logo"].clone()
}

pub async fn person(town: &Town, name: &str, workspace: &str, role: &str) -> Api {
    let email = format!("{name}@example.test");
    town.operate(
        &[
            "member",
            "add",
            "--workspace",
            workspace,
            "--email",
            &email,
            "--role",
            role,
        ],
        PASSWORD,
    );
    Api::sign_in(&town.url(), &email, PASSWORD).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_shown_to_members_alone_and_as_a_picture_alone() {
    let (town, owner) = Town::found("logo").await;
    let view = owner.bring_logo(png()).await.expect("it is taken");
    let path = view["logo"].as_str().expect("a link").to_owned();
    assert_eq!(told(&owner, &owner.workspace).await, path);

    let answer = get(&town, &path, None).await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    for (name, expected) in [
        ("content-type", "image/png"),
        ("content-disposition", "inline"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(header(name), expected, "{name}");
    }
    assert!(header("cache-control").starts_with("private, max-age="));
    assert!(answer.bytes().await.expect("bytes").starts_with(b"\x89PNG"));
    assert_eq!(get(&town, &path, Some(&header("etag"))).await.status(), 304);

    // An agent sees it by a link of their own, and brings none.
    let agent = person(&town, "agent", &owner.workspace, "agent").await;
    let own = told(&agent, &owner.workspace).await;
    let own = own.as_str().expect("a link");
    assert_ne!(own, path);
    assert_eq!(get(&town, own, None).await.status(), 200);
    let refused = agent.bring_logo(png()).await;
    assert!(refused.expect_err("it is refused").starts_with("403"));

    // Another workspace, nobody, and nothing that is nearly a link.
    town.operate(
        &[
            "workspace",
            "add",
            "--name",
            "Neighbour",
            "--owner-email",
            "olga@example.test",
        ],
        PASSWORD,
    );
    let olga = Api::sign_in(&town.url(), "olga@example.test", PASSWORD).await;
    let foreign = olga.asking_for(&owner.workspace).bring_logo(png()).await;
    assert!(foreign.expect_err("it is refused").starts_with("404"));
    assert_eq!(told(&olga, &olga.workspace).await, Value::Null);
    let nobody = owner.signed_out().bring_logo(png()).await;
    assert!(nobody.expect_err("it is refused").starts_with("401"));
    for wrong in [
        "/files/logo/",
        "/files/logo/nonsense",
        &path[..path.len() - 3],
        &path.replace("/logo/", "/"),
    ] {
        let status = get(&town, wrong, None).await.status();
        assert!(
            [401, 404, 405].contains(&status.as_u16()),
            "{wrong}: {status}"
        );
    }
    assert_eq!(town.said(path.rsplit('/').next().expect("a token")), 0);

    // Who waits is told of none.
    let form = json!({ "form": { "role": "agent", "domain": "example.test", "days": 1 } });
    let made = owner.call("team/link", form).await.expect("a link");
    let link = made["link"].as_str().expect("a link");
    let secret = json!({ "token": link.split('#').nth(1).expect("a secret") });
    olga.call("invitation/accept", secret).await.expect("asked");
    assert_eq!(told(&olga, &owner.workspace).await, Value::Null);

    // Who is suspended, and who signed out, see it no more.
    let team = owner.call("team/list", json!({})).await.expect("the team");
    let members = team["members"].as_array().expect("members");
    let id = &members
        .iter()
        .find(|one| one["email"] == "agent@example.test")
        .expect("the agent")["id"];
    let suspended = owner.call("team/suspend", json!({ "id": id })).await;
    suspended.expect("they are suspended");
    assert_eq!(get(&town, own, None).await.status(), 403);
    owner.sign_out().await;
    assert_eq!(get(&town, &path, None).await.status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_in_words() {
    let (town, owner) = Town::found("logos").await;
    for (bytes, words) in [
        (&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], "SVG"),
        (b"%PDF-1.4", "no picture"),
        (b"", "no picture"),
    ] {
        let refused = owner.bring_logo(bytes.to_vec()).await;
        let refused = refused.expect_err("it is refused");
        assert!(
            refused.starts_with("422") && refused.contains(words),
            "{refused}"
        );
    }
    let large = owner.bring_logo(vec![0; 5 * 1024 * 1024 + 1]).await;
    assert!(large.is_err(), "{}", town.log());
}
