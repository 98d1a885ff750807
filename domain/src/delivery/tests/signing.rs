//! What proves that a webhook is ours.

use super::*;
use standardwebhooks::Webhook;

#[sqlx::test(migrations = "../migrations")]
async fn a_webhook_verifies_with_the_standards_own_library_and_while_secrets_change_with_both(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let amira = h.talk("Amira").await;
    h.note(amira, "1").await;
    h.until(DeliveryState::Delivered, 1).await;
    let first = h.hook.seen().remove(0);
    let old = Webhook::new(&h.made.secret.0).unwrap();
    old.verify(&first.raw, &first.headers).unwrap();
    assert_eq!(first.line, "POST /hooks?of=us HTTP/1.1");
    assert_eq!(first.header("content-type"), "application/json");
    assert!(first.header("user-agent").starts_with("postern/"));
    assert_eq!(first.body["type"], "message.noted");
    let fields: Vec<_> = first.body.as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), 3, "type, timestamp and data: {fields:?}");
    assert!(!String::from_utf8_lossy(&first.raw).contains(&h.made.secret.0));
    // A byte of the body, of the id, of the time.
    let mut bent = first.raw.clone();
    bent[10] ^= 1;
    assert!(old.verify(&bent, &first.headers).is_err());
    for name in ["webhook-id", "webhook-timestamp"] {
        let mut headers = first.headers.clone();
        let more = format!("{}1", first.header(name));
        headers.insert(name, more.parse().unwrap());
        assert!(old.verify(&first.raw, &headers).is_err(), "{name}");
    }

    let mut tenant = h.enter().await;
    let newer = endpoint::rotate(&h.env, &mut tenant, h.made.id, None, endpoint::OVERLAP)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let new = Webhook::new(&newer.0).unwrap();
    assert!(new.verify(&first.raw, &first.headers).is_err());
    h.note(amira, "2").await;
    h.until(DeliveryState::Delivered, 2).await;
    let second = h.hook.seen().remove(1);
    old.verify(&second.raw, &second.headers).unwrap();
    new.verify(&second.raw, &second.headers).unwrap();
    let signatures: Vec<_> = second.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert!(signatures.iter().all(|one| one.starts_with("v1,")));
    // A day later the new one signs alone.
    h.clock.by(Duration::hours(25));
    h.note(amira, "3").await;
    h.until(DeliveryState::Delivered, 3).await;
    let third = h.hook.seen().remove(2);
    assert!(!third.header("webhook-signature").contains(' '));
    // In wrong hands the old one ends at once.
    let mut tenant = h.enter().await;
    endpoint::rotate(&h.env, &mut tenant, h.made.id, None, Duration::ZERO)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.note(amira, "4").await;
    h.until(DeliveryState::Delivered, 4).await;
    let fourth = h.hook.seen().remove(3);
    assert!(!fourth.header("webhook-signature").contains(' '));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_test_event_goes_out_like_any_other_and_tells_what_became_of_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let mut tenant = h.enter().await;
    let id = endpoint::trial(&h.env, &mut tenant, h.made.id)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.until(DeliveryState::Delivered, 1).await;
    let seen = h.hook.seen().remove(0);
    Webhook::new(&h.made.secret.0)
        .unwrap()
        .verify(&seen.raw, &seen.headers)
        .unwrap();
    assert_eq!(seen.body["type"], "postern.test");
    let mut tenant = h.enter().await;
    let view = show(&h.env, &mut tenant, id).await.unwrap();
    assert_eq!(view.row.event, seen.header("webhook-id"));
    assert_eq!((view.row.status, view.row.attempts), (Some(204), 1));
    assert_eq!(view.url, h.hook.url);
}
