//! What becomes of what came: a note of the contact, once, and an event for callers.

use super::*;
use postern_types::{EventKind, FeedCursor};

/// What callers are told behind that place.
async fn told(tenant: &mut Tenant, start: &FeedCursor) -> Vec<event::Told> {
    let mut cursor = start.clone();
    let mut all = Vec::new();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let reading = event::read(tenant, &cursor).await.unwrap();
        for entry in &reading.entries {
            all.extend(event::told(tenant, entry).await.unwrap());
            cursor = entry.cursor.clone();
        }
        if !reading.more {
            return all;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "the horizon stands still"
        );
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn one_payment_that_several_events_tell_of_is_noted_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let ana = h.contact("Ana", "", "Ana@Example.com").await;
    // Of the first nobody knows whose it is.
    h.stripe(&intent("evt_1", "pi_1", None)).await.unwrap();
    h.work().await;
    let line = h.line("evt_1").await;
    assert_eq!(
        (line.state, line.why.as_str()),
        (SourceState::NoContact, "it names nobody")
    );
    h.stripe(&checkout("evt_2", "pi_1", "ana@example.com"))
        .await
        .unwrap();
    h.work().await;
    let line = h.line("evt_2").await;
    assert_eq!(
        (line.state, line.contact),
        (SourceState::Applied, Some(ana))
    );
    assert_eq!(
        h.notes(ana).await,
        ["Payment received: 12.50 EUR (Stripe)\npi_1"]
    );
    // With that the first is over, and so are those that come after.
    assert_eq!(h.line("evt_1").await.state, SourceState::Repeated);
    h.stripe(&intent("evt_3", "pi_1", Some("ana@example.com")))
        .await
        .unwrap();
    h.stripe(&intent("evt_4", "pi_1", None)).await.unwrap();
    h.work().await;
    for event in ["evt_3", "evt_4"] {
        let line = h.line(event).await;
        assert_eq!(line.state, SourceState::Repeated, "{event}");
        assert!(matches!(h.again(line.id).await, Err(Error::Conflict(_))));
    }
    // A subscription: the invoice, its checkout and its intent, whichever comes first, and all at once.
    let of = |event: &str, kind: &str, object: Value| {
        let mut whole = json!({ "amount_total": 900, "amount_paid": 900, "amount_received": 900, "currency": "jpy",
            "payment_status": "paid", "customer_email": "ana@example.com", "receipt_email": "ana@example.com" });
        whole
            .as_object_mut()
            .unwrap()
            .extend(object.as_object().unwrap().clone());
        json!({ "id": event, "type": kind, "livemode": false, "data": { "object": whole } })
    };
    for event in [
        of(
            "evt_5",
            "payment_intent.succeeded",
            json!({ "id": "pi_2", "payment_details": { "order_reference": "in_2" } }),
        ),
        of(
            "evt_6",
            "invoice.paid",
            json!({ "id": "in_2", "number": "A-1" }),
        ),
        of(
            "evt_7",
            "checkout.session.completed",
            json!({ "id": "cs_2", "invoice": "in_2" }),
        ),
    ] {
        h.stripe(&event).await.unwrap();
    }
    assert_eq!(h.work().await, 3);
    let notes = h.notes(ana).await;
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("Trial payment, nothing was paid: 900 JPY (Stripe)")),
        "{notes:?}"
    );
    // Another source of the same account tells of it as well.
    let mut tenant = h.one.enter(&h.env).await;
    let second = create(&h.env, &mut tenant, &form("stripe")).await.unwrap();
    tenant.commit().await.unwrap();
    let body = checkout("evt_2", "pi_1", "ana@example.com").to_string();
    let signed = by_stripe(&h.env, STRIPE, body.as_bytes(), 0);
    receive(&h.env, token(&second), &signed, body.as_bytes())
        .await
        .unwrap();
    h.work().await;
    assert_eq!(h.notes(ana).await.len(), 2);
    assert_eq!(h.log(Some(second.id)).await[0].state, SourceState::Repeated);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_finds_no_contact_waits_and_is_applied_again_once_there_is_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    h.stripe(&checkout("evt_1", "pi_1", "ana@example.com"))
        .await
        .unwrap();
    let said = br#"{"type":"x","contact":{"phone":"+49 1512 3456789","email":"ana@example.com"},"text":"Hello"}"#;
    h.generic("msg-1", said).await.unwrap();
    h.work().await;
    for event in ["evt_1", "msg-1"] {
        let line = h.line(event).await;
        assert_eq!(line.state, SourceState::NoContact);
        assert_eq!(line.why, "nobody has this number or address");
    }
    let mut tenant = h.one.enter(&h.env).await;
    let view = show(&h.env, &mut tenant, h.stripe.id).await.unwrap();
    assert_eq!(view.no_contact, 1);
    drop(tenant);
    // Two with the address: none is guessed. A number decides.
    let bo = h.contact("Bo", "", "ana@example.com").await;
    let ana = h
        .contact("Ana", "+49 1512 3456789", "ana@example.com")
        .await;
    for event in ["evt_1", "msg-1"] {
        h.again(h.line(event).await.id).await.unwrap();
    }
    assert_eq!(h.line("evt_1").await.state, SourceState::Waiting);
    h.work().await;
    let line = h.line("evt_1").await;
    assert_eq!(
        (line.state, line.why.as_str()),
        (SourceState::NoContact, "several have this address")
    );
    assert_eq!(h.line("msg-1").await.contact, Some(ana));
    // Merged, they are one; what was noted is the one's that is left.
    let mut tenant = h.one.enter(&h.env).await;
    contact::merge(&h.env, &mut tenant, bo, ana).await.unwrap();
    tenant.commit().await.unwrap();
    h.again(line.id).await.unwrap();
    h.work().await;
    assert_eq!(h.line("evt_1").await.contact, Some(bo));
    assert_eq!(h.line("msg-1").await.contact, Some(bo));
    assert_eq!(h.notes(bo).await.len(), 2);
    let again = h.again(line.id).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let mut tenant = h.one.enter(&h.env).await;
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'source.applied_again'")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(audited, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn callers_are_told_of_it_and_pages_are_told_that_the_contact_changed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let ana = h
        .contact("Ana", "+49 1512 3456789", "ana@example.com")
        .await;
    let mut tenant = h.one.enter(&h.env).await;
    let start = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    h.stripe(&intent("evt_1", "pi_1", Some("ana@example.com")))
        .await
        .unwrap();
    h.work().await;
    let link = format!("https://portal.example.test/p/{}", "A".repeat(43));
    let said =
        json!({ "type": "order.shipped", "contact": { "phone": "+4915123456789" }, "text": link });
    h.generic("msg-1", said.to_string().as_bytes())
        .await
        .unwrap();
    h.work().await;
    let mut tenant = h.one.enter(&h.env).await;
    let all = told(&mut tenant, &start).await;
    let kinds: Vec<_> = all.iter().map(|told| told.kind).collect();
    assert_eq!(
        kinds,
        [
            EventKind::ContactChanged,
            EventKind::PaymentReceived,
            EventKind::ContactChanged,
            EventKind::SourceReceived
        ]
    );
    let (paid, said) = (&all[1], &all[3]);
    assert_eq!(
        (&paid.object, &said.object),
        (&format!("contact:{ana}"), &paid.object)
    );
    assert_eq!(
        paid.data,
        json!({
            "contact_id": ana, "source_id": h.stripe.id, "entry_id": h.line("evt_1").await.id, "provider": "stripe",
            "provider_event_id": "evt_1", "provider_type": "payment_intent.succeeded", "payment_id": "pi_1", "amount": 1250,
            "currency": "EUR", "decimals": 2, "written": "12.50 EUR", "what": "Two chairs", "test": false,
        })
    );
    assert_eq!(said.data["provider_type"], "order.shipped");
    // As everywhere, nothing that opens anything goes out.
    assert_eq!(said.data["text"], "https://portal.example.test/p/…");
    // No page is sent it, and a limited agent finds nothing of it.
    let mut bodies = 0;
    for limited in [false, true] {
        if limited {
            tenant.narrow().await.unwrap();
        }
        let reading = event::read(&mut tenant, &start).await.unwrap();
        bodies = reading
            .entries
            .iter()
            .filter(|entry| entry.is_for_callers())
            .count();
        assert_eq!(bodies, if limited { 0 } else { 2 });
    }
    assert_eq!(bodies, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_fault_of_ours_kept_from_being_applied_says_so_and_is_applied_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options.clone()).await;
    let ana = h.contact("Ana", "", "ana@example.com").await;
    h.stripe(&checkout("evt_1", "pi_1", "ana@example.com"))
        .await
        .unwrap();
    // A provider that this version does not know.
    let provider =
        |word: &str| format!("UPDATE source SET provider = '{word}' WHERE provider <> 'generic'");
    testing::as_owner(&options, "source", &provider("other")).await;
    for _ in 0..9 {
        for claim in job::claim(&h.env, 16, job::LEASE).await.unwrap() {
            let failed = job::attend(&h.env, claim).await;
            assert!(failed.is_err());
        }
        h.clock.by(Duration::minutes(10));
    }
    let line = h.line("evt_1").await;
    assert_eq!(line.state, SourceState::Failed);
    testing::as_owner(&options, "source", &provider("stripe")).await;
    h.again(line.id).await.unwrap();
    h.work().await;
    assert_eq!(h.line("evt_1").await.state, SourceState::Applied);
    assert_eq!(h.notes(ana).await.len(), 1);
}
