//! What comes before what.

use super::*;

#[sqlx::test(migrations = "../migrations")]
async fn what_happens_in_one_conversation_is_delivered_in_order_and_a_failure_holds_up_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    // The first of Amira's fails once.
    let h = house(options, |request| {
        if request.text() == "a1" && request.before == 0 {
            Reply::status(500)
        } else {
            Reply::ok()
        }
    })
    .await;
    let (amira, bo) = (h.talk("Amira").await, h.talk("Bo").await);
    h.note(amira, "a1").await;
    h.until_seen(&h.hook, 1).await;
    assert_eq!(h.hook.texts(), ["a1"]);
    for n in 2..5 {
        h.note(amira, &format!("a{n}")).await;
        h.note(bo, &format!("b{n}")).await;
    }
    h.until(DeliveryState::Delivered, 3).await;
    assert_eq!(h.hook.texts(), ["a1", "b2", "b3", "b4"]);
    assert_eq!(h.rows().await.len(), 7, "all of it is cut");
    // Its pause is 30 seconds, a tenth more or less.
    h.clock.by(Duration::seconds(26));
    h.work().await;
    assert_eq!(h.hook.texts().len(), 4);
    h.clock.by(Duration::seconds(8));
    h.until(DeliveryState::Delivered, 7).await;
    assert_eq!(
        h.hook.texts(),
        ["a1", "b2", "b3", "b4", "a1", "a2", "a3", "a4"]
    );
    let ids = h.hook.ids();
    assert_eq!(ids[0], ids[4], "the same event is tried again");
    let mut distinct = ids.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 7);
    let mut tenant = h.enter().await;
    let view = show(&h.env, &mut tenant, h.rows().await[0].id)
        .await
        .unwrap();
    let told: Vec<_> = view
        .attempts
        .iter()
        .map(|attempt| (attempt.number, attempt.status, attempt.fault.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (1, Some(500), Some("the endpoint did not take it")),
            (2, Some(204), None)
        ]
    );
    assert!(view.attempts[0].head.starts_with("HTTP 500"));
    assert!(!view.attempts[0].head.contains("secret"), "no body is kept");
    assert!(
        view.attempts
            .iter()
            .all(|attempt| attempt.duration_ms.is_some())
    );
    assert_eq!(view.body.as_bytes(), h.hook.seen()[0].raw);
    assert_eq!(h.hook.seen()[0].raw, h.hook.seen()[4].raw, "to the byte");
}

#[sqlx::test(migrations = "../migrations")]
async fn each_endpoint_gets_what_it_chose_from_when_it_was_made_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let amira = h.talk("Amira").await;
    h.note(amira, "before").await;
    h.until(DeliveryState::Delivered, 1).await;
    let second = Hook::start(|_| Reply::ok()).await;
    let late = open(&h.env, &h.owner, &second.url).await;
    let mut tenant = h.enter().await;
    crate::conversation::assign(&h.env, &mut tenant, amira, Some(h.owner.member))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.note(amira, "behind").await;
    h.until(DeliveryState::Delivered, 2).await;
    h.until_seen(&second, 1).await;
    assert_eq!(h.hook.texts(), ["before", "behind"]);
    assert_eq!(second.texts(), ["behind"]);
    assert_eq!(h.rows_of(late.id).await.len(), 1);
    assert_eq!(
        second.seen()[0].header("webhook-id"),
        h.hook.seen()[1].header("webhook-id"),
        "one event has one id"
    );
    // A filter by state; a page's key that is none.
    let mut tenant = h.enter().await;
    for (state, count) in [(DeliveryState::Delivered, 2), (DeliveryState::Failed, 0)] {
        let page = list(&mut tenant, h.made.id, Some(state), None)
            .await
            .unwrap();
        assert_eq!((page.rows.len(), page.next), (count, None));
    }
    let page = list(&mut tenant, h.made.id, None, Some("!")).await;
    assert!(matches!(page, Err(Error::Invalid { field: "page", .. })));
}

#[sqlx::test(migrations = "../migrations")]
async fn while_it_is_paused_everything_waits_and_then_goes_or_is_skipped_as_is_chosen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options, |_| Reply::ok()).await;
    let talks = [h.talk("Amira").await, h.talk("Bo").await];
    for (resumed, gone) in [
        (endpoint::Waiting::Send, DeliveryState::Delivered),
        (endpoint::Waiting::Skip, DeliveryState::Skipped),
    ] {
        let mut tenant = h.enter().await;
        endpoint::pause(&h.env, &mut tenant, h.made.id)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        let before = h.hook.seen().len();
        for talk in talks {
            h.note(talk, "1").await;
            h.note(talk, "2").await;
        }
        h.until(DeliveryState::Waiting, 4).await;
        h.work().await;
        assert_eq!(h.hook.seen().len(), before);
        let mut tenant = h.enter().await;
        endpoint::resume(&h.env, &mut tenant, h.made.id, resumed)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        h.until(gone, 4).await;
    }
    h.work().await;
    let mut texts = h.hook.texts();
    texts.sort();
    assert_eq!(texts, ["1", "1", "2", "2"]);
}
