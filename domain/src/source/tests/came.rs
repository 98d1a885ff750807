//! What comes: verified or not, once or often, and what is kept of it.

use super::*;
use futures::future::join_all;
use std::collections::BTreeMap;

#[sqlx::test(migrations = "../migrations")]
async fn what_is_verified_is_kept_before_it_is_answered_and_applied_once_however_often_it_comes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options.clone()).await;
    let ana = h.contact("Ana", "+49 1512 3456789", "").await;
    let body =
        br#"{"type":"order.shipped","contact":{"phone":"0049 1512 3456789"},"text":"On its way"}"#;
    let many = (0..20).map(|_| h.generic("msg-1", body));
    for answer in join_all(many).await {
        answer.unwrap();
    }
    // Whoever answered dies here. What it answered for is there, and so is the promise to apply it.
    let line = h.line("msg-1").await;
    assert_eq!(
        (line.state, h.log(None).await.len()),
        (SourceState::Waiting, 1)
    );
    assert_eq!(thread::jobs(&h.env, &h.one).await, 1);
    assert!(h.notes(ana).await.is_empty());
    let raw: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM source_entry")
        .fetch_one(h.one.enter(&h.env).await.conn())
        .await
        .unwrap();
    assert!(!raw.windows(10).any(|part| part == b"On its way"), "sealed");
    // Another process, with nothing in its memory.
    let (other, _) = testing::env(options);
    assert_eq!(thread::work(&other).await, 1);
    assert_eq!(h.notes(ana).await, ["Shop: order.shipped\nOn its way"]);
    h.generic("msg-1", body).await.unwrap();
    // The same id with other words is the same request.
    h.generic("msg-1", b"{}").await.unwrap();
    assert_eq!(h.work().await, 0);
    assert_eq!(h.notes(ana).await.len(), 1);
    let shown = h.shown(line.id).await;
    assert_eq!(shown.body.as_deref().map(str::as_bytes), Some(&body[..]));
    assert_eq!(shown.row.state, SourceState::Applied);
    assert_eq!(
        (shown.row.kind.as_str(), shown.row.contact),
        ("order.shipped", Some(ana))
    );
    // Under another id it is another.
    h.generic("msg-2", body).await.unwrap();
    h.work().await;
    assert_eq!(h.notes(ana).await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_verified_is_refused_counted_and_kept_without_its_body_twenty_an_hour(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let env = &h.env;
    let two = testing::workspace(env, "Two", Role::Owner).await;
    let mut tenant = two.enter(env).await;
    let theirs = create(env, &mut tenant, &form("generic")).await.unwrap();
    tenant.commit().await.unwrap();
    let body = checkout("evt_1", "pi_1", "ana@example.com").to_string();
    let body = body.as_bytes();
    let good = by_stripe(env, STRIPE, body, 0);
    let mut changed = body.to_vec();
    changed[20] ^= 1;
    let mut twice = good.clone();
    twice.append("stripe-signature", good["stripe-signature"].clone());
    let other = form("stripe").secret.unwrap().replace('1', "2");
    let stripe = token(&h.stripe);
    for (headers, body) in [
        (&HeaderMap::new(), body),
        (&twice, body),
        (&good, &changed[..]),
        (&good, &body[1..]),
        (&good, b""),
        (&by_stripe(env, &other, body, 0), body),
        (&by_stripe(env, STRIPE, body, 301), body),
        (&by_stripe(env, STRIPE, body, -330), body),
        (
            &headers(&[("stripe-signature", "t=1,v1=00".to_owned())]),
            body,
        ),
    ] {
        let refused = receive(env, stripe, headers, body).await;
        assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    }
    // Two signatures of which one is right, as while a secret is replaced.
    let right = good["stripe-signature"].to_str().unwrap();
    let (time, right) = right.split_once(',').unwrap();
    let both = format!("{time},v1={},{right}", "0".repeat(64));
    let both = headers(&[("stripe-signature", both)]);
    receive(env, stripe, &both, body).await.unwrap();
    // The secret of another workspace's source, and its address with ours.
    let secret = theirs.secret.as_ref().unwrap();
    let signed = by_standard(env, secret, "1", body);
    let ours = receive(env, token(&h.generic), &signed, body).await;
    assert!(matches!(ours, Err(Error::Unauthorized)), "{ours:?}");
    let own = by_standard(env, h.generic.secret.as_ref().unwrap(), "1", body);
    let at_theirs = receive(env, token(&theirs), &own, body).await;
    assert!(
        matches!(at_theirs, Err(Error::Unauthorized)),
        "{at_theirs:?}"
    );
    // A card is refused in other words, once it is clear who sent it.
    let card =
        br#"{"type":"x","contact":{"email":"ana@example.com"},"text":"4242 4242 4242 4242"}"#;
    let refused = h.generic("card", card).await;
    assert!(
        matches!(refused, Err(Error::Invalid { field: "body", .. })),
        "{refused:?}"
    );
    for nowhere in [
        "",
        "x",
        &"A".repeat(43),
        &format!("{stripe}x"),
        &stripe[1..],
    ] {
        let refused = receive(env, nowhere, &good, body).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{nowhere}");
    }
    let log = h.log(None).await;
    let mut why = BTreeMap::<(SourceId, String), usize>::new();
    for line in log.iter().filter(|line| line.state == SourceState::Refused) {
        assert_eq!(
            (&line.event, line.kind.as_str(), line.contact),
            (&None, "", None)
        );
        *why.entry((line.source, line.why.clone())).or_default() += 1;
        assert_eq!(h.shown(line.id).await.body, None);
        assert!(matches!(h.again(line.id).await, Err(Error::Conflict(_))));
    }
    let of = |source: &SourceMade, word: &str| why.get(&(source.id, word.to_owned())).copied();
    assert_eq!(
        (
            of(&h.stripe, "header"),
            of(&h.stripe, "signature"),
            of(&h.stripe, "time")
        ),
        (Some(3), Some(4), Some(2))
    );
    assert_eq!(
        (of(&h.generic, "signature"), of(&h.generic, "card")),
        (Some(1), Some(1))
    );
    // What was refused keeps no later one from being taken: its id is nobody's.
    h.generic("card", b"{}").await.unwrap();
    // A flood is counted, and of it twenty lines an hour are kept.
    let many = (0..20).map(|_| async {
        let refused = receive(env, stripe, &HeaderMap::new(), body).await;
        assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    });
    join_all(many).await;
    let kept = async || {
        let mut tenant = h.one.enter(env).await;
        let refused = Some(SourceState::Refused);
        let page = entries(&mut tenant, Some(h.stripe.id), refused, None).await;
        let view = show(env, &mut tenant, h.stripe.id).await.unwrap();
        (page.unwrap().rows.len(), view.refused)
    };
    assert_eq!(kept().await, (20, 29));
    h.clock.by(Duration::minutes(61));
    let refused = receive(env, stripe, &HeaderMap::new(), body).await;
    assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    assert_eq!(kept().await, (21, 30));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_read_or_means_nothing_is_kept_and_says_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (env, stripe) = (&h.env, token(&h.stripe));
    for body in [&b"not JSON"[..], b"\xff\x00\xfe", b"", b"{\"id\":7}"] {
        for _ in 0..2 {
            let signed = by_stripe(env, STRIPE, body, 0);
            receive(env, stripe, &signed, body).await.unwrap();
        }
    }
    h.stripe(&json!({ "id": "evt_9", "type": "customer.created", "data": {} }))
        .await
        .unwrap();
    h.generic("msg-1", br#"{"type":"x","contact":{}}"#)
        .await
        .unwrap();
    let long = "x".repeat(300);
    h.stripe(&json!({ "id": long, "type": "customer.created" }))
        .await
        .unwrap();
    assert_eq!(h.work().await, 7, "each once");
    let line = h.line("evt_9").await;
    assert_eq!(
        (line.state, line.kind.as_str()),
        (SourceState::Ignored, "customer.created")
    );
    assert_eq!(h.line(&long[..255]).await.state, SourceState::Ignored);
    let line = h.line("msg-1").await;
    assert_eq!(
        (line.state, line.why.as_str()),
        (SourceState::Unreadable, "without a contact")
    );
    let log = h.log(Some(h.stripe.id)).await;
    let unreadable: Vec<_> = log
        .iter()
        .filter(|line| line.state == SourceState::Unreadable)
        .collect();
    assert_eq!(unreadable.len(), 4);
    for line in unreadable {
        assert!(line.event.as_ref().unwrap().starts_with("sha256:"));
        assert!(h.shown(line.id).await.body.is_some());
    }
    // What it is tried again for stays what it is.
    h.again(line.id).await.unwrap();
    assert!(matches!(h.again(line.id).await, Err(Error::Conflict(_))));
    h.work().await;
    assert_eq!(h.line("msg-1").await.state, SourceState::Unreadable);
    // Page by page, by state and by source.
    let mut tenant = h.one.enter(env).await;
    let ignored = Some(SourceState::Ignored);
    let page = entries(&mut tenant, Some(h.stripe.id), ignored, None)
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.next), (2, None));
    let page = entries(&mut tenant, Some(h.generic.id), ignored, None)
        .await
        .unwrap();
    assert!(page.rows.is_empty());
    let wrong = entries(&mut tenant, None, None, Some("rubbish")).await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "page", .. })));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_log_is_read_page_by_page(_: PgPoolOptions, options: PgConnectOptions) {
    let h = house(options).await;
    for number in 0..53 {
        h.generic(&format!("msg-{number}"), b"{}").await.unwrap();
    }
    let mut tenant = h.one.enter(&h.env).await;
    let first = entries(&mut tenant, None, None, None).await.unwrap();
    assert_eq!(first.rows.len(), 50);
    let next = first.next.unwrap();
    let second = entries(&mut tenant, None, None, Some(&next)).await.unwrap();
    assert_eq!((second.rows.len(), second.next), (3, None));
    let mut events: Vec<_> = first
        .rows
        .iter()
        .chain(&second.rows)
        .map(|row| &row.event)
        .collect();
    assert_eq!(events.first().unwrap().as_deref(), Some("msg-52"));
    events.sort();
    events.dedup();
    assert_eq!(events.len(), 53);
}
