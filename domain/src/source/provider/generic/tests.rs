//! The example of Standard Webhooks, its library, and what a body says.

use super::*;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::Webhook;
use time::OffsetDateTime;

// The example of the specification.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: i64 = 1_614_265_330;
const BODY: &[u8] = b"{\"test\": 2432232314}";
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn proved(headers: &[(&str, &str)], secret: &str, body: &[u8], at: i64) -> Result<(), Refused> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    let arrived = Arrived {
        headers: &map,
        body,
        now: OffsetDateTime::from_unix_timestamp(at).unwrap(),
    };
    prove(&arrived, &signed::key(secret).unwrap())
}

fn with<'a>(id: &'a str, at: &'a str, signature: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("webhook-id", id),
        ("webhook-timestamp", at),
        ("webhook-signature", signature),
    ]
}

#[test]
fn the_example_of_the_specification_is_proved_and_anything_else_of_it_is_not() {
    let at = AT.to_string();
    let good = with(ID, &at, SIGNATURE);
    assert_eq!(proved(&good, SECRET, BODY, AT), Ok(()));
    let wrong = SIGNATURE.replace('g', "h");
    let twice = format!("{wrong} v2,other v1a,{} {SIGNATURE}", &SIGNATURE[3..]);
    assert_eq!(proved(&with(ID, &at, &twice), SECRET, BODY, AT), Ok(()));
    let later = (AT + 1).to_string();
    for (headers, expected) in [
        (with(ID, &at, &wrong), Refused::Signature),
        (with("msg_other", &at, SIGNATURE), Refused::Signature),
        (with(ID, &later, SIGNATURE), Refused::Signature),
        (with(ID, &at, &SIGNATURE[3..]), Refused::Header),
        (with(ID, &at, "v1,"), Refused::Header),
        (with(ID, &at, "v1,AAAA"), Refused::Header),
        (with(ID, &at, ""), Refused::Header),
        (with("", &at, SIGNATURE), Refused::Header),
        (with("with space", &at, SIGNATURE), Refused::Header),
    ] {
        assert_eq!(
            proved(&headers, SECRET, BODY, AT),
            Err(expected),
            "{headers:?}"
        );
    }
    for missing in 0..3 {
        let mut some = good.to_vec();
        some.remove(missing);
        assert_eq!(proved(&some, SECRET, BODY, AT), Err(Refused::Header));
        let mut two = good.to_vec();
        two.push(good[missing]);
        assert_eq!(proved(&two, SECRET, BODY, AT), Err(Refused::Header));
    }
    let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";
    assert_eq!(proved(&good, other, BODY, AT), Err(Refused::Signature));
    assert_eq!(
        proved(&good, SECRET, b"{\"test\": 2432232315}", AT),
        Err(Refused::Signature)
    );
    for (now, expected) in [
        (AT + 300, Ok(())),
        (AT - 300, Ok(())),
        (AT + 301, Err(Refused::Time)),
        (AT - 301, Err(Refused::Time)),
    ] {
        assert_eq!(proved(&good, SECRET, BODY, now), expected, "{now}");
    }
}

#[test]
fn what_the_library_of_standard_webhooks_signs_is_proved_and_a_card_is_taken_from_nobody() {
    let library = Webhook::new(SECRET).unwrap();
    for (body, expected) in [
        ("{}", Ok(())),
        ("", Ok(())),
        ("grüße", Ok(())),
        ("{\"text\":\"4242 4242 4242 4242\"}", Err(Refused::Card)),
    ] {
        let signature = library.sign("id-1", AT, body.as_bytes()).unwrap();
        let at = AT.to_string();
        let headers = with("id-1", &at, &signature);
        assert_eq!(
            proved(&headers, SECRET, body.as_bytes(), AT),
            expected,
            "{body}"
        );
    }
}

#[test]
fn a_body_names_a_type_and_a_contact() {
    let said = |body: &str| match read(body.as_bytes()) {
        Read::Said(said) => said,
        other => panic!("{other:?}"),
    };
    let whole = Said {
        kind: "order.shipped".to_owned(),
        text: "On its way".to_owned(),
        who: Who {
            phone: Some("+49 1512 3456789".to_owned()),
            email: None,
        },
    };
    assert_eq!(
        said(
            r#"{"type":"order.shipped","contact":{"phone":"+49 1512 3456789"},"text":" On its\u0000 way "}"#
        ),
        whole
    );
    let bare = said(r#"{"type":"x","contact":{"email":"ana@example.com","phone":7},"text":{}}"#);
    assert_eq!((bare.text.as_str(), bare.who.phone), ("", None));
    let long = format!(
        r#"{{"type":"x","contact":{{"email":"a@b.c"}},"text":"{}"}}"#,
        "ü".repeat(9_000)
    );
    assert_eq!(said(&long).text.chars().count(), TEXT);
    for (body, expected) in [
        ("no JSON", "not JSON"),
        ("", "not JSON"),
        ("7", "without a type"),
        (r#"{"type":""}"#, "without a type"),
        (r#"{"type":"x"}"#, "without a contact"),
        (r#"{"type":"x","contact":"+4915"}"#, "without a contact"),
        (
            r#"{"type":"x","contact":{"phone":" "}}"#,
            "without a contact",
        ),
    ] {
        assert!(
            matches!(read(body.as_bytes()), Read::Unreadable { why, .. } if why == expected),
            "{body}"
        );
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(deep.as_bytes()), Read::Unreadable { .. }));
}
