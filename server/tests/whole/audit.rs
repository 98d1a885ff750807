//! What a member does is told, from where, and verifies as a file on a machine that knows nothing of the installation.

use crate::town::Town;
use serde_json::{Value, json};
use std::{path::Path, process::Command};

/// Checks a file with nothing but the program: no database, no configuration, no folder of data.
fn verify(file: &Path) -> (bool, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_postern"))
        .env_clear()
        .current_dir(file.parent().expect("a folder"))
        .args(["audit", "verify"])
        .arg(file)
        .output()
        .expect("it runs");
    let said = [run.stdout, run.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (run.status.success(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_who_did_what_from_where_and_verifies_on_another_machine() {
    let (town, owner) = Town::found("audit").await;
    let form = json!({ "form": { "role": "agent", "domain": "example.test", "days": 1 } });
    owner.call("team/link", form).await.expect("a link");

    let request = json!({ "request": { "member": null, "action": "invitation.", "from": null, "until": null,
                                       "after": null } });
    let page = owner.call("audit/list", request).await.expect("the audit");
    let entry = &page["entries"][0];
    assert_eq!(entry["action"], "invitation.link_made", "{page}");
    assert_eq!(entry["by"], "Ines");
    let network = entry["network"].as_str().expect("a network");
    assert!(
        network.ends_with("/24") || network.ends_with("/48"),
        "{network}"
    );
    let told = entry["detail"].as_array().expect("a detail");
    assert!(told.contains(&json!({ "label": "domain", "value": "example.test" })));

    let chain = owner
        .call("audit/verify", json!({}))
        .await
        .expect("a chain");
    assert_eq!(chain["broken_at"], Value::Null);
    assert_eq!(
        chain["linked"], chain["entries"],
        "it was brought up to date"
    );

    // From the page and from the command line.
    let piece = owner.call("audit/export", json!({ "after": null })).await;
    let piece = piece.expect("a piece");
    let from_page = piece["csv"].as_str().expect("text").to_owned();
    let from_line = town.operate(&["audit", "export", "--workspace", &owner.workspace], "");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("audit.csv");
    for text in [&from_page, &from_line] {
        std::fs::write(&file, text).expect("a file");
        let (verifies, said) = verify(&file);
        assert!(verifies, "{said}");
        let lines = text.lines().count() - 1;
        assert!(said.contains(&format!("{lines} lines verify")), "{said}");
    }
    // The page's taking out is a line of the other.
    assert!(from_line.contains("audit.exported") && !from_page.contains("audit.exported"));

    let tampered = from_line.replace("invitation.link_made", "invitation.withdrawn");
    assert_ne!(tampered, from_line);
    std::fs::write(&file, tampered).expect("a file");
    let (verifies, said) = verify(&file);
    assert!(!verifies && said.contains("does not verify"), "{said}");
    let (verifies, said) = verify(&folder.path().join("nothing.csv"));
    assert!(!verifies && said.contains("nothing.csv"), "{said}");
}
