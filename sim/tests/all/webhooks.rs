//! Signed bodies, their retries, and the handshake.

use postern_sim::wire::{self, Content, Inbound, Person, Stage};
use postern_sim::{Account, Form, HandshakeError, Hook, Number, Retry, SimConfig, escape};
use serde_json::json;

use crate::support::{NUMBER, Receiver, SECOND, TOKEN, WABA, send, signed_by, sim_to, start, text};

#[tokio::test]
async fn a_message_comes_in_metas_bytes_signed_over_exactly_these() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let id = sim
        .say(
            NUMBER,
            &Person::named("16505551234", "Zoë"),
            "Hola quiero un café 😀 https://a/b",
        )
        .unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    let got = &receiver.got()[0];
    let written = String::from_utf8(got.body.to_vec()).unwrap();
    assert!(written.is_ascii());
    assert!(
        written.contains(r#""body":"Hola quiero un caf\u00e9 \ud83d\ude00 https:\/\/a\/b""#),
        "{written}"
    );
    assert!(written.contains(r#""name":"Zo\u00eb""#));
    assert!(signed_by(sim.app_secret(), got));
    assert!(!signed_by("another secret", got));

    let (waba, change) = &receiver.changes()[0];
    assert_eq!(
        (waba.as_str(), &change["field"]),
        (WABA, &json!("messages"))
    );
    assert_eq!(change["value"]["metadata"]["phone_number_id"], NUMBER);
    let message = &change["value"]["messages"][0];
    assert_eq!(
        (&message["id"], &message["from"], &message["type"]),
        (&json!(id), &json!("16505551234"), &json!("text"))
    );
    assert!(message["timestamp"].is_string());
    sim.stop().await;
}

#[tokio::test]
async fn literal_utf8_is_signed_as_it_stands() {
    let receiver = Receiver::start().await;
    let sim = start(SimConfig {
        callback: Some(receiver.url.clone()),
        form: Form::Utf8,
        ..SimConfig::quick(WABA, NUMBER, TOKEN)
    })
    .await;
    sim.say(NUMBER, &Person::new("16505551234"), "café/😀")
        .unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    let got = &receiver.got()[0];
    assert!(String::from_utf8_lossy(&got.body).contains(r#""body":"café/😀""#));
    assert!(signed_by(sim.app_secret(), got));
    sim.stop().await;
}

#[tokio::test]
async fn anything_but_200_is_tried_again_with_the_same_bytes_until_200() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    receiver.answer(&[500, 302, 204, 404]);
    sim.say(NUMBER, &Person::new("16505551234"), "hi").unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    let got = receiver.got();
    assert_eq!(got.len(), 5);
    assert!(
        got.iter()
            .all(|one| one.body == got[0].body && one.signature == got[0].signature)
    );
    let counts = sim.deliveries();
    assert_eq!(
        (
            counts.attempts,
            counts.acknowledged,
            counts.refused,
            counts.given_up
        ),
        (5, 1, 4, 0)
    );
    sim.stop().await;
}

#[tokio::test]
async fn a_callback_that_never_answers_200_is_given_up() {
    let receiver = Receiver::start().await;
    let mut config = SimConfig::quick(WABA, NUMBER, TOKEN);
    config.callback = Some(receiver.url.clone());
    config.retry = Retry {
        until: SECOND / 10,
        ..Retry::quick()
    };
    let sim = start(config).await;
    receiver.answer(&[500; 50]);
    sim.say(NUMBER, &Person::new("16505551234"), "hi").unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    let counts = sim.deliveries();
    assert_eq!((counts.acknowledged, counts.given_up), (0, 1));
    assert!(counts.attempts >= 2);
    sim.stop().await;
}

#[tokio::test]
async fn statuses_follow_a_send_and_bring_the_callback_data_back() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    let (_, body) = send(&sim, &text("16505551234", "hi", "m-7")).await.unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    let mut statuses = receiver.elements("statuses");
    statuses.sort_by_key(|status| {
        ["sent", "delivered", "read"]
            .iter()
            .position(|name| status["status"] == *name)
    });
    let names: Vec<_> = statuses
        .iter()
        .map(|status| status["status"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["sent", "delivered", "read"]);
    for status in &statuses {
        assert_eq!(status["id"], body["messages"][0]["id"]);
        assert_eq!(status["biz_opaque_callback_data"], "m-7");
        assert_eq!(status["recipient_id"], "16505551234");
    }
    sim.stop().await;
}

#[tokio::test]
async fn a_number_with_a_hook_of_its_own_is_signed_by_its_own_secret() {
    let (app, own) = (Receiver::start().await, Receiver::start().await);
    let sim = sim_to(&app).await;
    sim.add_account(Account::new("200", "EAAother").with_number(Number::new(
        "201",
        "15550002222",
        "Other",
    )));
    let hook = Hook {
        url: own.url.clone(),
        app_secret: Some("their secret".into()),
    };
    sim.set_hook("201", Some(hook)).unwrap();
    sim.say("201", &Person::new("16505551234"), "to the other")
        .unwrap();
    sim.say(NUMBER, &Person::new("16505551234"), "to the first")
        .unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    assert!(signed_by("their secret", &own.got()[0]));
    assert!(signed_by(sim.app_secret(), &app.got()[0]));
    assert_eq!((own.got().len(), app.got().len()), (1, 1));
    assert!(sim.say("nowhere", &Person::new("1"), "x").is_err());
    sim.stop().await;
}

#[tokio::test]
async fn the_handshake_tells_a_good_callback_from_a_bad_one() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.verify_callback(&receiver.url, "good").await.unwrap();
    let wrong = sim.verify_callback(&receiver.url, "bad").await.unwrap_err();
    assert!(matches!(wrong, HandshakeError::Refused(status) if status == 403));
    let parrot = sim
        .verify_callback(&receiver.url, "parrot")
        .await
        .unwrap_err();
    assert!(matches!(parrot, HandshakeError::WrongChallenge));
    let nobody = sim
        .verify_callback("http://127.0.0.1:1/", "good")
        .await
        .unwrap_err();
    assert!(matches!(nobody, HandshakeError::Unreached(_)));
    sim.stop().await;
}

#[tokio::test]
async fn late_duplicates_are_the_same_bytes() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.say(NUMBER, &Person::new("16505551234"), "hi").unwrap();
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(sim.redeliver(), 1);
    assert!(sim.quiet(10 * SECOND).await);
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].body, got[1].body);
    sim.stop().await;
}

#[tokio::test]
async fn a_batch_can_hold_everything_that_meta_mixes() {
    let receiver = Receiver::start().await;
    let sim = sim_to(&receiver).await;
    sim.add_account(Account::new("200", "EAAother").with_number(Number::new(
        "201",
        "15550002222",
        "Other",
    )));
    let (one, two) = (sim.channel(NUMBER).unwrap(), sim.channel("201").unwrap());
    let ann = Person::named("16505551234", "Ann");
    let hidden = Person::hidden("US.1349", "@zoe");
    let changes = [
        wire::text(&one, &ann, "wamid.1", 1_700_000_000, "hi"),
        wire::message(
            &one,
            &hidden,
            &Inbound::new(&hidden, Content::unsupported("poll")),
        ),
        wire::status(
            &two,
            &ann,
            &wire::Status::new("wamid.2", Stage::Failed(131_026)).with_callback("m"),
        ),
        wire::account(
            "200",
            "account_update",
            json!({ "event": "VERIFIED_ACCOUNT" }),
        ),
        wire::echo(
            &one,
            &ann,
            &Inbound::new(&ann, Content::text("from the phone")),
        ),
    ];
    let body = wire::array_root(vec![wire::envelope(&changes)]);
    let bytes = escape::bytes(&body, Form::Escaped);
    assert_eq!(sim.deliver(&receiver.url, bytes).await.unwrap(), 200);

    let root = receiver.got()[0].json();
    let entries = root[0]["entry"].as_array().unwrap();
    let shape: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry["id"].as_str().unwrap(),
                entry["changes"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(shape, [(WABA, 2), ("200", 2), (WABA, 1)]);
    let message = &entries[0]["changes"][1]["value"]["messages"][0];
    assert_eq!(
        (message.get("from"), &message["from_user_id"]),
        (None, &json!("US.1349"))
    );
    let failed = &entries[1]["changes"][0]["value"];
    assert_eq!(failed["statuses"][0]["errors"][0]["code"], 131_026);
    assert!(failed.get("contacts").is_none());
    assert!(entries[1]["changes"][1]["value"].get("metadata").is_none());
    assert_eq!(entries[2]["changes"][0]["field"], "smb_message_echoes");
    sim.stop().await;
}

#[tokio::test]
async fn a_body_that_is_tried_again_follows_the_callback_to_its_new_place() {
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    let sim = sim_to(&old).await;
    old.answer(&[503; 1000]);
    sim.say(NUMBER, &Person::new("16505551234"), "hi").unwrap();
    old.until("one try", |old| !old.got().is_empty()).await;
    sim.set_callback(Some(&new.url));
    assert!(sim.quiet(10 * SECOND).await);
    assert_eq!(new.got()[0].body, old.got()[0].body);
    sim.set_callback(Some(&old.url));
    let before = new.got().len();
    sim.say(NUMBER, &Person::new("16505551234"), "back again")
        .unwrap();
    old.until("it is back", |old| {
        old.got().iter().any(|got| got.body != new.got()[0].body)
    })
    .await;
    assert_eq!(new.got().len(), before);
    sim.stop().await;
}
