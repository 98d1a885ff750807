//! Files: what a customer sent, what was uploaded, and what goes wrong with both.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use postern_sim::{Account, Number, Quirk, Sample, SimHandle};
use serde_json::{Value, json};

use crate::support::{NUMBER, Receiver, SECOND, TOKEN, ask, code, control, http, send, sim_to};

/// A customer sends a picture; its id.
async fn picture(sim: &SimHandle, more: &Value) -> String {
    let mut call = json!({ "from": "16505551234", "kind": "image" });
    for (key, value) in more.as_object().unwrap() {
        call[key] = value.clone();
    }
    let (status, answer) = control(sim, "say", &call).await;
    assert_eq!(status, 200, "{answer}");
    answer["media_id"].as_str().unwrap().to_owned()
}

async fn fetch(url: &str, token: Option<&str>) -> reqwest::Response {
    let request = http().get(url);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

async fn info(sim: &SimHandle, id: &str) -> Value {
    let (status, info) = ask(
        sim,
        "GET",
        &format!("{id}?phone_number_id={NUMBER}"),
        &Value::Null,
    )
    .await;
    assert_eq!(status, 200, "{info}");
    info
}

fn hash(bytes: &[u8]) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(bytes))
}

#[tokio::test]
async fn a_picture_is_fetched_by_id_with_the_bearer_and_its_hash_is_true() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.add_account(Account::new("200", "EAAother").with_number(Number::new(
        "201",
        "15550002222",
        "Other",
    )));
    let id = picture(&sim, &json!({ "url": true, "caption": "Look" })).await;
    assert!(sim.quiet(10 * SECOND).await);
    let object = &receiver.elements("messages")[0]["image"];
    assert_eq!(
        (&object["id"], &object["mime_type"]),
        (&json!(id), &json!("image/jpeg"))
    );

    let info = info(&sim, &id).await;
    assert_eq!(
        (&info["messaging_product"], &info["id"]),
        (&json!("whatsapp"), &json!(id))
    );
    for url in [&info["url"], &object["url"]] {
        let url = url.as_str().unwrap();
        assert_eq!(fetch(url, None).await.status(), 401);
        assert_eq!(fetch(url, Some("wrong")).await.status(), 401);
        assert_eq!(fetch(url, Some("EAAother")).await.status(), 404);
        let answer = fetch(url, Some(TOKEN)).await;
        assert_eq!(
            (
                answer.status().as_u16(),
                answer.headers()["content-type"].to_str().unwrap()
            ),
            (200, "image/jpeg")
        );
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(Some(bytes.len() as u64), info["file_size"].as_u64());
        assert_eq!(
            (&info["sha256"], &object["sha256"]),
            (&json!(hash(&bytes)), &json!(hash(&bytes)))
        );
        assert_eq!(Some(bytes), sim.file(&id));
    }
    sim.stop().await;
}

#[tokio::test]
async fn an_address_dies_after_five_minutes_and_can_be_asked_for_anew() {
    let sim = sim_to(&Receiver::start().await).await;
    let id = picture(&sim, &json!({})).await;
    let old = info(&sim, &id).await["url"].as_str().unwrap().to_owned();
    control(&sim, "clock", &json!({ "ms": 5 * 60_000 })).await;
    assert_eq!(fetch(&old, Some(TOKEN)).await.status(), 404);
    let new = info(&sim, &id).await["url"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&new, Some(TOKEN)).await.status(), 200);
    control(&sim, "clock", &json!({ "ms": 7 * 24 * 3_600_000_u64 })).await;
    assert_eq!(code(&ask(&sim, "GET", &id, &Value::Null).await), 100);
    sim.stop().await;
}

#[tokio::test]
async fn what_is_odd_about_a_file_shows_in_the_download() {
    let sim = sim_to(&Receiver::start().await).await;
    let bytes = Sample::Jpeg.bytes();
    let odd = async |quirk: Value| {
        let id = picture(&sim, &json!({ "sample": "jpeg", "quirk": quirk })).await;
        let info = info(&sim, &id).await;
        let answer = fetch(info["url"].as_str().unwrap(), Some(TOKEN)).await;
        (info, answer)
    };
    let (info_, answer) = odd(json!("wrong_sha")).await;
    assert_ne!(info_["sha256"], hash(&answer.bytes().await.unwrap()));
    let (info_, answer) = odd(json!("wrong_size")).await;
    assert_ne!(info_["file_size"].as_u64(), answer.content_length());
    let (_, answer) = odd(json!({ "slow": 50 })).await;
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    let (_, answer) = odd(json!("cut_off")).await;
    assert_eq!(answer.content_length(), Some(bytes.len() as u64));
    assert!(answer.bytes().await.is_err());
    let (_, answer) = odd(json!("gone")).await;
    assert_eq!(answer.status(), 404);
    let (info_, answer) = odd(json!({ "large": 300_001 })).await;
    assert_eq!(info_["file_size"], 300_001);
    assert_eq!(answer.bytes().await.unwrap().len(), 300_001);
    let (_, answer) = odd(json!({ "redirect": "http://127.0.0.1:9/x" })).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (302, &"http://127.0.0.1:9/x".parse().unwrap())
    );
    let (info_, answer) = odd(json!({ "served": "text/html" })).await;
    assert_eq!(
        (&info_["mime_type"], &answer.headers()["content-type"]),
        (&json!("image/jpeg"), &"text/html".parse().unwrap())
    );

    let id = picture(&sim, &json!({ "sample": "exe", "mime": "image/jpeg" })).await;
    assert!(sim.file(&id).unwrap().starts_with(b"MZ"));
    assert_eq!(info(&sim, &id).await["mime_type"], "image/jpeg");
    assert_eq!(
        control(&sim, "media", &json!({ "id": id, "quirk": "gone" }))
            .await
            .0,
        204
    );
    let url = info(&sim, &id).await["url"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&url, Some(TOKEN)).await.status(), 404);
    assert!(sim.set_quirk(&id, None));
    assert_eq!(fetch(&url, Some(TOKEN)).await.status(), 200);
    assert!(!sim.set_quirk("1", Some(Quirk::Gone)));
    sim.stop().await;
}

/// A form as browsers write it.
async fn upload(sim: &SimHandle, parts: &[(&str, &str, &[u8])]) -> (u16, Value) {
    let mut body = Vec::new();
    for (name, mime, bytes) in parts {
        let file = if *name == "file" {
            "; filename=\"x\""
        } else {
            ""
        };
        let kind = if mime.is_empty() {
            String::new()
        } else {
            format!("Content-Type: {mime}\r\n")
        };
        let head =
            format!("--sim\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n{kind}\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--sim--\r\n");
    let patient = postern_sim::client(20 * SECOND).unwrap();
    let answer = patient
        .post(format!("{}/v24.0/{NUMBER}/media", sim.base_url()))
        .bearer_auth(TOKEN)
        .header("content-type", "multipart/form-data; boundary=sim")
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn an_upload_is_checked_kept_and_deleted() {
    let sim = sim_to(&Receiver::start().await).await;
    let png = Sample::Png.bytes();
    let product = ("messaging_product", "", &b"whatsapp"[..]);
    let (status, body) = upload(
        &sim,
        &[
            product,
            ("type", "", b"image/png"),
            ("file", "image/png", &png),
        ],
    )
    .await;
    assert_eq!(status, 200, "{body}");
    let id = body["id"].as_str().unwrap();
    assert_eq!(sim.file(id), Some(png.clone()));
    let kept = http()
        .get(format!("{}/_control/media/{id}", sim.base_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(kept.bytes().await.unwrap(), png);
    let (_, body) = upload(&sim, &[product, ("file", "image/png", &png)]).await;
    assert!(body["id"].is_string());

    let large = vec![1; 5 * 1024 * 1024 + 1];
    for wrong in [
        &[("file", "image/png", &png[..])][..],
        &[product, ("type", "", b"image/png")],
        &[
            product,
            ("type", "", b"image/svg+xml"),
            ("file", "image/svg+xml", b"<svg/>"),
        ],
        &[
            product,
            ("type", "", b"image/png"),
            ("file", "image/png", &large),
        ],
        &[product, ("file", "", b"x")],
    ] {
        assert_eq!(code(&upload(&sim, wrong).await), 100);
    }
    assert_eq!(
        code(
            &upload(
                &sim,
                &[
                    product,
                    ("type", "", b"image/png"),
                    ("file", "image/png", b"")
                ]
            )
            .await
        ),
        131_053
    );

    assert_eq!(
        ask(&sim, "DELETE", id, &Value::Null).await,
        (200, json!({ "success": true }))
    );
    assert_eq!(code(&ask(&sim, "DELETE", id, &Value::Null).await), 100);
    assert_eq!(code(&ask(&sim, "GET", id, &Value::Null).await), 100);
    sim.stop().await;
}

#[tokio::test]
async fn only_files_that_exist_and_fit_can_be_sent() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let product = ("messaging_product", "", &b"whatsapp"[..]);
    let (_, body) = upload(
        &sim,
        &[product, ("file", "image/png", &Sample::Png.bytes())],
    )
    .await;
    let id = body["id"].as_str().unwrap().to_owned();
    let message = |kind: &str, id: &str| json!({ "messaging_product": "whatsapp", "to": "+16505551234", "type": kind, kind: { "id": id } });
    assert_eq!(code(&send(&sim, &message("image", &id)).await.unwrap()), 0);
    assert_eq!(
        code(&send(&sim, &message("image", "123")).await.unwrap()),
        100
    );
    assert_eq!(code(&send(&sim, &message("video", &id)).await.unwrap()), 0);
    assert!(sim.quiet(10 * SECOND).await);
    let failed: Vec<Value> = receiver
        .elements("statuses")
        .into_iter()
        .filter(|one| one["status"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["errors"][0]["code"], 131_053);
    sim.stop().await;
}
