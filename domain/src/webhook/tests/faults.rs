//! Bad input, each kind of it.

use super::*;
use crate::{
    quarantine,
    webhook::{reapply, verify_handshake, waiting},
};
use sqlx::postgres::PgPoolOptions;

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_signed_exactly_is_not_read_and_not_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let body = messages(&[text("4915112345", "w1", "hi", recently(&shop.env))]);
    let good = sign("app-secret", body.as_bytes());
    for header in [
        None,
        Some(String::new()),
        Some(good.to_uppercase()),
        Some(format!("{good}0")),
        Some(sign("other", body.as_bytes())),
        Some(sign("app-secret", b"other")),
        Some(good.replacen("sha256=", "sha1=", 1)),
    ] {
        let refused = receive(
            &shop.env,
            &Door::Installation,
            header.as_deref(),
            body.as_bytes(),
        )
        .await;
        assert!(matches!(refused, Err(Error::Unauthorized)), "{header:?}");
    }
    assert!(shop.threads().await.is_empty());
    assert_eq!(shop.count("webhook_part").await, 0);
    assert!(quarantine::list(&shop.env).await.unwrap().is_empty());
    // The same bytes with the right signature go in.
    assert_eq!(shop.deliver(&body).await.applied, 1);
    assert_eq!(shop.texts().await, ["hi"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_signed_body_that_is_not_json_or_not_metas_is_quarantined_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let odd: [&[u8]; 7] = [
        b"",
        b"hello",
        b"{\"entry\":[",
        b"7",
        b"{\"entry\":7}",
        b"\xff\xfe\x00",
        b"[[[[",
    ];
    for body in odd {
        let receipt = shop.deliver(body).await;
        assert_eq!(
            receipt,
            Receipt {
                quarantined: 1,
                ..Receipt::default()
            },
            "{body:?}"
        );
    }
    shop.deliver(b"hello").await;
    let listed = quarantine::list(&shop.env).await.unwrap();
    assert_eq!(listed.len(), odd.len());
    assert!(
        listed
            .iter()
            .all(|piece| piece.reason == "unreadable" && piece.signed_by.is_none())
    );
    let again: Vec<_> = listed.iter().filter(|piece| piece.times == 2).collect();
    assert_eq!(again.len(), 1);
    assert_eq!(
        quarantine::open(&shop.env, again[0].id).await.unwrap().0,
        b"hello"
    );
    // What has nothing in it is nothing.
    for body in [
        "{}",
        "[]",
        r#"{"entry":[]}"#,
        r#"{"entry":[{"id":"1"},{"changes":[]}]}"#,
    ] {
        assert_eq!(shop.deliver(body).await, Receipt::default(), "{body}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_array_as_root_is_read_like_its_envelopes(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let one = messages(&[text("4915112345", "w1", "one", at)]);
    let two = messages(&[text("4915112345", "w2", "two", at + 1)]);
    assert_eq!(shop.deliver(format!("[{one},{two}]")).await.applied, 1);
    assert_eq!(shop.texts().await, ["one", "two"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn one_bad_element_does_not_hurt_the_others_and_can_be_applied_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    // No id; no sender; not an object; an id that no index takes; nested beyond reading; a number beyond numbers.
    let good = |wamid: &str, words: &str, after: i64| {
        text("4915112345", wamid, words, at + after).to_string()
    };
    let huge: String = (0..100_000_u32)
        .map(|n| char::from(b'a' + u8::try_from(n.wrapping_mul(2_654_435_761) >> 28).unwrap()))
        .collect();
    let deep = format!(
        r#"{{"from":"4915112345","id":"deep","x":{}{}}}"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let bad = [
        json!({"from":"4915112345","type":"text","text":{"body":"no id"}}).to_string(),
        json!({"id":"w","type":"text","text":{"body":"no sender"}}).to_string(),
        "7".to_owned(),
        deep,
        r#"{"from":"4915112345","id":"big","timestamp":1e999}"#.to_owned(),
        text("4915112345", &huge, "huge id", at).to_string(),
    ];
    let mut elements = vec![good("w1", "first", 0)];
    elements.extend(bad);
    elements.push(good("w2", "last", 1));
    let body = format!(
        r#"{{"entry":[{{"id":"waba-1","changes":[{{"value":{{"metadata":{{"phone_number_id":"{NUMBER}"}},"messages":[{}]}},"field":"messages"}}]}}]}}"#,
        elements.join(",")
    );
    let receipt = shop.deliver(&body).await;
    assert_eq!((receipt.applied, receipt.kept), (0, 1));
    assert_eq!(shop.texts().await, ["first", "last"]);
    assert_eq!(shop.count("contact").await, 1);
    // It stays what it is, however often it is applied again.
    let workspace = shop.fixture.workspace;
    let parts = shop.waiting().await;
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].state, "kept");
    for _ in 0..2 {
        assert!(!reapply(&shop.env, workspace, parts[0].id).await.unwrap());
    }
    assert_eq!(shop.texts().await, ["first", "last"]);
    assert_eq!(shop.deliver(&body).await.replays, 1);
    // Another workspace has no such part.
    let other = neighbour(&shop.env, "777").await;
    let mut tenant = shop.env.db.operator(other.workspace).await.unwrap();
    assert!(waiting(&mut tenant, None).await.unwrap().is_empty());
    assert!(matches!(
        reapply(&shop.env, other.workspace, parts[0].id).await,
        Err(Error::NotFound)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_kept_is_applied_once_it_can_be(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    // A message without a sender is kept. Here its part is put in the state it has after a release that reads more.
    let at = recently(&shop.env);
    let body = messages(&[text("4915112345", "w1", "in time", at), json!({"id":"w2"})]);
    assert_eq!(shop.deliver(&body).await.kept, 1);
    let part = shop.waiting().await[0].id;
    let mut tenant = shop.env.db.operator(shop.fixture.workspace).await.unwrap();
    let mended = messages(&[
        text("4915112345", "w1", "in time", at),
        text("4915112345", "w2", "late", at + 1),
    ]);
    let place = part.to_string();
    let sealed = crate::vault::seal(
        &shop.env,
        &mut tenant,
        "webhook_part.sealed",
        &place,
        mended.as_bytes(),
    );
    let sealed = sealed.await.unwrap();
    sqlx::query("UPDATE webhook_part SET sealed = $2 WHERE workspace_id = $1 AND id = $3")
        .bind(shop.fixture.workspace.0)
        .bind(sealed)
        .bind(part.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let workspace = shop.fixture.workspace;
    assert!(reapply(&shop.env, workspace, part).await.unwrap());
    assert!(shop.waiting().await.is_empty());
    assert_eq!(shop.texts().await, ["in time", "late"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn nul_and_half_a_surrogate_pair_are_read_and_the_raw_bytes_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let body = messages(&[text("4915112345", "w1", "TEXT", at)])
        .replace("TEXT", r"caf\u00e9\u0000 \ud83d\ude00 \ud83d! \/");
    assert_eq!(shop.deliver(&body).await.applied, 1);
    assert_eq!(shop.texts().await, ["café 😀 \u{FFFD}! /"]);
    let raw = only_part(&shop.env, &shop.fixture).await;
    assert!(raw.contains(r"caf\u00e9\u0000 \ud83d\ude00 \ud83d! \/"));
    // Bytes that are no UTF-8 at all.
    let mut bytes = messages(&[text("4915112345", "w2", "BYTES", at + 1)]).into_bytes();
    let place = bytes
        .windows(5)
        .position(|window| window == b"BYTES")
        .unwrap();
    bytes[place] = 0xFF;
    assert_eq!(shop.deliver(&bytes).await.applied, 1);
    assert_eq!(shop.texts().await[1], "?YTES");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_handshake_answers_the_challenge_to_the_right_token_only(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let own = own_app(env, &shop.fixture, "900").await;
    let installation = Door::Installation;
    let ask = async |door: &Door, mode: &str, token: &str, challenge: &str| {
        verify_handshake(env, door, mode, token, challenge).await
    };
    assert_eq!(
        ask(&installation, "subscribe", "verify-token", "1158201444")
            .await
            .unwrap(),
        "1158201444"
    );
    assert_eq!(
        ask(&own, "subscribe", "token-900", "42").await.unwrap(),
        "42"
    );
    for (door, mode, token, challenge) in [
        (&installation, "subscribe", "token-900", "1"),
        (&installation, "subscribe", "", "1"),
        (&installation, "subscribe", "verify-toke", "1"),
        (&installation, "unsubscribe", "verify-token", "1"),
        (&installation, "", "verify-token", "1"),
        (&installation, "subscribe", "verify-token", ""),
        (&installation, "subscribe", "verify-token", "<script>"),
        (&own, "subscribe", "verify-token", "1"),
        (&own, "subscribe", "secret-900", "1"),
    ] {
        let refused = ask(door, mode, token, challenge).await;
        assert!(
            matches!(refused, Err(Error::Forbidden)),
            "{mode} {token} {challenge}"
        );
    }
    let nowhere = Door::Callback { key: String::new() };
    assert!(matches!(
        ask(&nowhere, "subscribe", "verify-token", "1").await,
        Err(Error::NotFound)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bad_status_or_contact_hurts_nothing_beside_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let good = |wamid: &str| json!({"id":wamid,"status":"sent","timestamp":at.to_string()});
    let statuses = [
        good("out1"),
        json!({"status":"sent"}),
        json!({"id":"out2"}),
        json!(7),
        json!({"id":"w".repeat(2000),"status":"sent"}),
        good("out3"),
    ];
    let receipt = shop
        .deliver(body(&[change(NUMBER, "statuses", &statuses)]))
        .await;
    assert_eq!((receipt.applied, receipt.kept), (0, 1));
    assert_eq!(shop.count("status_early").await, 2);
    // Contacts that are strange, or no list at all: the messages are from whom they say.
    for (n, contacts) in [
        json!([7, {"wa_id":{}}, {"profile":"x"}, {"wa_id":"4915112345","profile":{"name":"Ana"}}]),
        json!([{"wa_id":"A".repeat(5000),"profile":{"name":7}}]),
    ]
    .into_iter()
    .enumerate()
    {
        let message = text("4915112345", &format!("w{n}"), &format!("{n}"), at);
        let mut change = change(NUMBER, "messages", &[message]);
        change["value"]["contacts"] = contacts;
        assert_eq!(shop.deliver(body(&[change])).await.applied, 1);
    }
    let mut change = change(NUMBER, "messages", &[text("4915112345", "w2", "2", at)]);
    change["value"]["contacts"] = json!("nobody");
    assert_eq!(shop.deliver(body(&[change])).await.kept, 1);
    assert_eq!(shop.texts().await, ["0", "1", "2"]);
    assert_eq!(
        shop.threads().await[0].0.contact.name.as_deref(),
        Some("Ana")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_change_of_messages_that_cannot_be_read_is_kept_and_shared_with_nobody(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let opaque = |value: Value| body(&[json!({"field":"messages","value":value})]);
    assert_eq!(shop.deliver(opaque(json!("text"))).await.kept, 1);
    assert_eq!(shop.waiting().await[0].state, "kept");
    // Two workspaces have numbers of the account: whose it is, nobody knows.
    neighbour(&shop.env, "777").await;
    let receipt = shop.deliver(opaque(json!([{"messages":[]}]))).await;
    assert_eq!(
        receipt,
        Receipt {
            quarantined: 1,
            ..Receipt::default()
        }
    );
    let absent = json!({"entry":[{"id":"waba-1","changes":[{"value":7}]}]}).to_string();
    assert_eq!(shop.deliver(absent).await.quarantined, 1);
}
