//! Stripe's own example of a signature, and what its events say.

use super::*;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::json;
use time::OffsetDateTime;

/// The payload, secret and time of the tests of Stripe's own libraries, whose signature they publish.
const BODY: &str = include_str!("example.json");
const SECRET: &[u8] = b"webhook_secret";
const AT: i64 = 1_533_204_620;
const V1: &str = "f0bdba6d4eacbd8ad8a3bbadd7248e633ec1477f7899c124c51b39405fa36613";
const V0: &str = "63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef";

fn proved(header: &str, key: &[u8], body: &[u8], at: i64) -> Result<(), Refused> {
    let mut headers = HeaderMap::new();
    headers.insert("stripe-signature", HeaderValue::from_str(header).unwrap());
    let arrived = Arrived {
        headers: &headers,
        body,
        now: OffsetDateTime::from_unix_timestamp(at).unwrap(),
    };
    prove(&arrived, key)
}

#[test]
fn stripes_own_example_is_proved_and_anything_else_of_it_is_not() {
    let body = BODY.as_bytes();
    let good = format!("t={AT},v1={V1},v0={V0}");
    let proved_now = |header: &str| proved(header, SECRET, body, AT);
    assert_eq!(proved_now(&good), Ok(()));
    let wrong = V1.replace('f', "e");
    for (header, expected) in [
        // Spaces, other schemes and other signatures beside the right one.
        (format!("t={AT}, v1={V1}"), Ok(())),
        (format!("v1={V1},t={AT}"), Ok(())),
        (format!("t={AT},v1={wrong},v1={V1}"), Ok(())),
        (format!("t={AT},v1={V1},v1={wrong},v9=x,nothing"), Ok(())),
        (format!("t={AT},v1={wrong}"), Err(Refused::Signature)),
        (
            format!("t={AT},v1={wrong},v1={wrong}"),
            Err(Refused::Signature),
        ),
        (format!("t={},v1={V1}", AT + 1), Err(Refused::Signature)),
        (format!("t={AT}0,v1={V1}"), Err(Refused::Signature)),
        // The right one under a scheme that is none of ours, or that is cut.
        (format!("t={AT},v0={V1}"), Err(Refused::Header)),
        (format!("t={AT},v1={}", &V1[..62]), Err(Refused::Header)),
        (format!("t={AT},v1={V1}00"), Err(Refused::Header)),
        (format!("t={AT},v1="), Err(Refused::Header)),
        (format!("t={AT}"), Err(Refused::Header)),
        (format!("v1={V1}"), Err(Refused::Header)),
        (format!("t={AT},t={AT},v1={V1}"), Err(Refused::Header)),
        (String::new(), Err(Refused::Header)),
        (V1.to_owned(), Err(Refused::Header)),
    ] {
        assert_eq!(proved_now(&header), expected, "{header}");
    }
    // Eight signatures are looked at, and no more.
    let many = format!("t={AT}{},v1={V1}", format!(",v1={wrong}").repeat(8));
    assert_eq!(proved_now(&many), Err(Refused::Signature));
    // One byte of the body, or another secret.
    for at in [0, 40, body.len() - 1] {
        let mut changed = body.to_vec();
        changed[at] ^= 1;
        assert_eq!(proved(&good, SECRET, &changed, AT), Err(Refused::Signature));
    }
    assert_eq!(
        proved(&good, b"webhook_secres", body, AT),
        Err(Refused::Signature)
    );
    // Late and early.
    for (now, expected) in [
        (AT + 300, Ok(())),
        (AT - 300, Ok(())),
        (AT + 301, Err(Refused::Time)),
        (AT - 301, Err(Refused::Time)),
    ] {
        assert_eq!(proved(&good, SECRET, body, now), expected, "{now}");
    }
}

#[test]
fn two_headers_are_none_and_so_is_a_missing_one() {
    let good = HeaderValue::from_str(&format!("t={AT},v1={V1}")).unwrap();
    let mut headers = HeaderMap::new();
    let now = OffsetDateTime::from_unix_timestamp(AT).unwrap();
    for expected in [Err(Refused::Header), Ok(()), Err(Refused::Header)] {
        let arrived = Arrived {
            headers: &headers,
            body: BODY.as_bytes(),
            now,
        };
        assert_eq!(prove(&arrived, SECRET), expected);
        headers.append("stripe-signature", good.clone());
    }
}

#[test]
fn a_secret_is_stripes_whole_text() {
    let secret = "whsec_1234567890abcdef1234567890abcdef";
    assert_eq!(&key(secret).unwrap()[..], secret.as_bytes());
    for wrong in [
        "",
        "whsec_",
        "whsec_short",
        "sk_live_1234567890abcdef1234567890abcdef",
    ] {
        assert!(key(wrong).is_none(), "{wrong}");
    }
    assert!(key(&format!("whsec_{}", "x".repeat(251))).is_none());
    assert!(key("whsec_1234567890abcdef 1234567890abcdef").is_none());
}

fn event(kind: &str, object: &Value) -> Vec<u8> {
    let event =
        json!({ "id": "evt_1", "type": kind, "livemode": true, "data": { "object": object } });
    event.to_string().into_bytes()
}

fn payment(kind: &str, object: &Value) -> Payment {
    match read(&event(kind, object)) {
        Read::Payment(payment) => payment,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_event_of_a_payment_names_what_the_others_name_as_well() {
    let checkout = payment(
        "checkout.session.completed",
        &json!({ "payment_status": "paid", "amount_total": 1250, "currency": "eur", "payment_intent": "pi_1", "invoice": null,
                 "customer_details": { "email": "ana@example.com", "phone": "+49 1512 3456789" } }),
    );
    let whole = Payment {
        kind: "checkout.session.completed".to_owned(),
        names: vec!["pi_1".to_owned()],
        amount: 1250,
        currency: "EUR".to_owned(),
        who: Who {
            phone: Some("+49 1512 3456789".to_owned()),
            email: Some("ana@example.com".to_owned()),
        },
        what: None,
        test: false,
    };
    assert_eq!(checkout, whole);
    let intent = payment(
        "payment_intent.succeeded",
        &json!({ "id": "pi_1", "amount": 2000, "amount_received": 1250, "currency": "eur", "receipt_email": null,
                 "description": "Two chairs", "charges": { "data": [{ "billing_details": { "email": "ana@example.com" } }] } }),
    );
    assert_eq!(
        (intent.names, intent.amount),
        (vec!["pi_1".to_owned()], 1250)
    );
    assert_eq!(intent.who.email.as_deref(), Some("ana@example.com"));
    assert_eq!(intent.what.as_deref(), Some("Two chairs"));
    // A subscription: its checkout names the invoice, the invoice itself, and the intent names both.
    let names = |kind: &str, object: Value| payment(kind, &object).names;
    let money = json!({ "amount_total": 5, "amount_received": 5, "amount_paid": 5, "currency": "usd", "payment_status": "paid" });
    let with = |more: Value| {
        let mut object = money.clone();
        object
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        object
    };
    let checkout = with(json!({ "payment_intent": null, "invoice": "in_1" }));
    assert_eq!(names("checkout.session.completed", checkout), ["in_1"]);
    assert_eq!(
        names("invoice.paid", with(json!({ "id": "in_1" }))),
        ["in_1"]
    );
    let older = with(json!({ "id": "in_1", "payment_intent": { "id": "pi_2" } }));
    assert_eq!(names("invoice.paid", older), ["pi_2", "in_1"]);
    for intent in [
        json!({ "id": "pi_2", "payment_details": { "order_reference": "in_1" } }),
        json!({ "id": "pi_2", "invoice": "in_1" }),
    ] {
        assert_eq!(
            names("payment_intent.succeeded", with(intent)),
            ["pi_2", "in_1"]
        );
    }
    // What a shop of its own refers to is no invoice.
    let shop = with(json!({ "id": "pi_3", "payment_details": { "order_reference": "1001" } }));
    assert_eq!(names("payment_intent.succeeded", shop), ["pi_3"]);
    let mut trial: Value =
        serde_json::from_slice(&event("invoice.paid", &with(json!({ "id": "in_1" })))).unwrap();
    trial["livemode"] = json!(false);
    let Read::Payment(trial) = read(trial.to_string().as_bytes()) else {
        panic!("a payment");
    };
    assert!(trial.test);
}

#[test]
fn what_is_no_payment_is_ignored_and_what_is_no_event_is_unreadable() {
    let why = |read: Read| match read {
        Read::Ignored { why, .. } => format!("ignored {why}"),
        Read::Unreadable { why, .. } => format!("unreadable {why}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(why(read(BODY.as_bytes())), "ignored ");
    let unpaid = json!({ "payment_status": "unpaid", "amount_total": 1, "currency": "eur", "payment_intent": "pi_1" });
    let unpaid = event("checkout.session.completed", &unpaid);
    assert_eq!(why(read(&unpaid)), "ignored not paid yet");
    let free = event(
        "invoice.paid",
        &json!({ "id": "in_1", "amount_paid": 0, "currency": "eur" }),
    );
    assert_eq!(why(read(&free)), "ignored nothing was paid");
    for (body, expected) in [
        (&b""[..], "unreadable not JSON"),
        (b"{", "unreadable not JSON"),
        (b"[]", "unreadable without a type"),
        (b"null", "unreadable without a type"),
        (b"{\"type\":7}", "unreadable without a type"),
        (b"\xff\xfe", "unreadable not JSON"),
    ] {
        assert_eq!(why(read(body)), expected);
    }
    for object in [
        json!(null),
        json!({ "id": "in_1", "amount_paid": 12.5, "currency": "eur" }),
        json!({ "id": "in_1", "amount_paid": "12", "currency": "eur" }),
        json!({ "id": "in_1", "amount_paid": 12, "currency": "euro" }),
        json!({ "id": "in_1", "amount_paid": 12, "currency": 978 }),
    ] {
        assert_eq!(
            why(read(&event("invoice.paid", &object))),
            "unreadable without an amount",
            "{object}"
        );
    }
    let nameless = event(
        "invoice.paid",
        &json!({ "amount_paid": 12, "currency": "eur" }),
    );
    assert_eq!(why(read(&nameless)), "unreadable without a payment");
}
