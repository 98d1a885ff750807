//! The binary: it says when it is ready, plays the script, and stops when told to.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::{NUMBER, Receiver, TOKEN, WABA, http, signed_by};

const PATIENCE: Duration = Duration::from_secs(20);

fn serve(arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sim"))
        .args(["serve", "--phone-number-id", NUMBER, "--waba-id", WABA])
        .args(arguments)
        .env("SIM_APP_SECRET", "our secret")
        .env("SIM_VERIFY_TOKEN", "good")
        .env("SIM_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    timeout(PATIENCE, lines.next_line())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn it_serves_numbers_and_plays_the_script_until_it_is_told_to_stop() {
    for signal in ["-TERM", "-INT"] {
        let receiver = Receiver::start().await;
        let more = "201,200,EAAother,15550002222,Other, Inc.";
        let (mut child, mut lines) =
            serve(&["--callback", &receiver.url, "--number", more, "--demo"]);
        let base = line(&mut lines)
            .await
            .strip_prefix("sim ready at ")
            .unwrap()
            .to_owned();

        let node = format!("{base}/v24.0/201?fields=verified_name");
        let answer = http()
            .get(node)
            .bearer_auth("EAAother")
            .send()
            .await
            .unwrap();
        assert!(answer.text().await.unwrap().contains("Other, Inc."));
        receiver
            .until("the first customer writes", |receiver| {
                !receiver.got().is_empty()
            })
            .await;
        assert!(signed_by("our secret", &receiver.got()[0]));

        let id = child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .await
                .unwrap()
                .success()
        );
        assert_eq!(line(&mut lines).await, "sim stopped");
        assert!(
            timeout(PATIENCE, child.wait())
                .await
                .unwrap()
                .unwrap()
                .success()
        );
    }
}

#[tokio::test]
async fn a_malformed_number_is_an_error_and_not_a_server() {
    let (mut child, _) = serve(&["--number", "201,200"]);
    assert!(
        !timeout(PATIENCE, child.wait())
            .await
            .unwrap()
            .unwrap()
            .success()
    );
}
