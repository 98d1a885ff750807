//! A file of contacts over real HTTP: managers bring one, for their own workspace.

use crate::{
    api::Api,
    logo::{PASSWORD, person},
    town::Town,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_contacts_is_brought_by_managers_of_that_workspace_alone() {
    let (town, owner) = Town::found("import").await;
    let list = || b"Name,Phone\nAna,+4915123456789\n".to_vec();
    let agent = person(&town, "agent", &owner.workspace, "agent").await;
    let manager = person(&town, "manager", &owner.workspace, "manager").await;
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
    for (who, status) in [
        (&agent, "403"),
        (&owner.signed_out(), "401"),
        (&olga.asking_for(&owner.workspace), "404"),
    ] {
        let refused = who.bring_contacts(list()).await;
        let refused = refused.expect_err("it is refused");
        assert!(refused.starts_with(status), "{refused}");
    }
    // Who has asked to be a manager there is none yet.
    ask_in(&owner, &olga).await;
    let waiting = olga.asking_for(&owner.workspace);
    let refused = waiting.bring_contacts(list()).await;
    let refused = refused.expect_err("it is refused");
    assert!(refused.starts_with("403"), "{refused}");
    // A manager's cookies are no token, and another site's page has nothing else.
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    for (origin, status) in [
        (town.url(), 401),
        ("https://elsewhere.example".to_owned(), 403),
    ] {
        let answer = http
            .post(format!("{}/files/import?name=list.csv", town.url()))
            .header("origin", origin)
            .header("cookie", manager.cookies())
            .header("x-workspace-id", &manager.workspace)
            .body(list())
            .send()
            .await;
        assert_eq!(answer.expect("an answer").status(), status);
    }
    // None of them left anything.
    let nothing = manager
        .call("contacts/imports", json!({}))
        .await
        .expect("a list");
    assert_eq!(nothing, json!([]));
    let brought = manager.bring_contacts(list()).await.expect("it is taken");
    assert_eq!(brought["lines"], 1);
    let all = owner
        .call("contacts/imports", json!({}))
        .await
        .expect("a list");
    assert_eq!(all[0]["id"], brought["id"]);
    assert_eq!(
        olga.call("contacts/imports", json!({}))
            .await
            .expect("a list"),
        json!([])
    );
}

/// Has them ask to come in as a manager; nobody approves it.
async fn ask_in(owner: &Api, who: &Api) {
    let form = json!({ "form": { "role": "manager", "domain": "example.test", "days": 1 } });
    let made = owner.call("team/link", form).await.expect("a link");
    let link = made["link"].as_str().expect("a link");
    let secret = json!({ "token": link.split('#').nth(1).expect("a secret") });
    who.call("invitation/accept", secret).await.expect("asked");
}
