//! Records taken away over HTTP, and codes drawn there: who is signed out gets no further piece, and no log holds what stood in
//! a code.

use crate::{api::Api, town::Town};
use serde_json::{Value, json};

fn request(after: &Value) -> Value {
    let book =
        json!({ "search": "", "label": null, "owner": "anybody", "order": "name", "after": null });
    json!({ "request": { "kind": "contacts", "book": book, "after": after } })
}

async fn add(owner: &Api, name: &str) {
    let form = json!({ "form": { "name": name, "phone": "", "email": "", "owner": null } });
    owner
        .call("contacts/create", form)
        .await
        .expect("a contact");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_ends_with_the_session_and_its_cells_are_no_formulas() {
    let (_town, owner) = Town::found("export").await;
    for name in ["=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "Ana \"A\", B"] {
        add(&owner, name).await;
    }
    let piece = owner.call("export/piece", request(&Value::Null)).await;
    let piece = piece.expect("a piece");
    assert_eq!((&piece["lines"], &piece["next"]), (&json!(4), &Value::Null));
    let text = piece["csv"].as_str().expect("text");
    for cell in [
        ",\"'=cmd|' /C calc'!A0\",",
        ",'@SUM(A1),",
        ",'-2+3,",
        ",\"Ana \"\"A\"\", B\",",
    ] {
        assert!(text.contains(cell), "{cell}: {text}");
    }
    owner.sign_out().await;
    let refused = owner.call("export/piece", request(&Value::Null)).await;
    let refused = refused.expect_err("the session has ended");
    assert!(refused.starts_with("401"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_a_code_stands_in_no_log() {
    let (town, owner) = Town::found("codes").await;
    add(&owner, "Ana").await;
    let page = owner.call(
        "contacts/list",
        json!({ "request": request(&Value::Null)["request"]["book"] }),
    );
    let page = page.await.expect("the book");
    let contact = &page["rows"][0]["id"];
    let made = json!({ "contact": contact, "form": { "days": 1 } });
    let made = owner.call("links/make", made).await.expect("a link");
    let address = made["address"].as_str().expect("an address");
    let look = json!({ "size": 256, "margin": 4, "dark": "#000000", "light": "#ffffff", "level": "medium" });
    let draw = async |content: Value| {
        owner
            .call("qr/draw", json!({ "content": content, "look": look }))
            .await
    };
    let drawn = draw(json!({ "portal": { "address": address } })).await;
    assert_eq!(drawn.expect("a code")["text"], address);
    let network = json!({ "network": "Harbour", "password": "a secret harbour", "hidden": false });
    let drawn = draw(json!({ "wifi": network })).await.expect("a code");
    assert!(
        drawn["svg"]
            .as_str()
            .expect("a picture")
            .starts_with("<svg ")
    );
    // Neither is what was refused.
    let refused = draw(json!({ "portal": { "address": format!("{address}/secret-tail") } })).await;
    assert!(refused.expect_err("no address of ours").starts_with("422"));
    let token = address.rsplit('/').next().expect("a token");
    let log = town.log();
    for secret in [token, "a secret harbour", "secret-tail"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}
