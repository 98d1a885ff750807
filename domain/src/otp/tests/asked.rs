//! Asking for a code.

use super::*;
use crate::{Error, test_message};
use postern_types::TestKind;

#[sqlx::test(migrations = "../migrations")]
async fn a_code_goes_out_once_in_its_template_and_no_contact_or_message_is_made_of_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let feed = s.count("event").await;
    let made = s.ask(PHONE).await.unwrap();
    assert_eq!((made.state, made.tries_left), (OtpState::Pending, 3));
    assert_eq!(made.delivery, Some(Status::Queued));
    assert_eq!(made.last_digits, "6789");
    assert_eq!(made.country.as_deref(), Some("DE"));
    assert_eq!(made.channel, Some(s.channel));
    assert_eq!(made.template, named("verification_code", Some("en_US")));
    assert_eq!(made.expires_at.0 - made.created_at.0, 300_000);
    let code = s.code(made.id).await;
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));

    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(thread::work(&s.env).await, 0);
    let seen = s.meta.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "POST /v24.0/100000000000001/messages");
    assert_eq!(seen[0].token, "token");
    assert_eq!(seen[0].body["to"], "+4915123456789");
    let word = json!([{ "type": "text", "text": code }]);
    assert_eq!(
        seen[0].body["template"],
        json!({ "name": "verification_code", "language": { "code": "en_US" }, "components": [
            { "type": "body", "parameters": word },
            { "type": "button", "sub_type": "url", "index": "0", "parameters": word },
        ] })
    );
    assert_eq!(s.delivery(made.id).await, Status::Accepted);
    for table in ["contact", "conversation", "message", "job"] {
        assert_eq!(s.count(table).await, 0, "{table}");
    }
    assert_eq!(s.count("event").await, feed, "nobody's inbox is told");
    let lines = s.audit("otp.").await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].action, "otp.requested");
    let phone = lines[0].detail.iter().find(|line| line.label == "phone");
    assert_eq!(phone.unwrap().value, "… 6789");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_number_purpose_time_or_template_is_refused_and_counts_nowhere(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let good = to(PHONE);
    let long = "x".repeat(41);
    let purpose = |purpose: &str| AskOtp {
        purpose: Some(purpose.to_owned()),
        ..good.clone()
    };
    let ttl = |seconds| AskOtp {
        ttl_s: Some(seconds),
        ..good.clone()
    };
    let template = |template| AskOtp {
        template,
        ..good.clone()
    };
    for (asked, field) in [
        (to("01512 3456789"), "phone"),
        (to("+49 12"), "phone"),
        (to("+999 1234 5678"), "phone"),
        (to("call me"), "phone"),
        (to(""), "phone"),
        (to("+1 555"), "phone"),
        (purpose(""), "purpose"),
        (purpose("Sign in"), "purpose"),
        (purpose("a\0b"), "purpose"),
        (purpose(&long), "purpose"),
        (ttl(59), "ttl_s"),
        (ttl(601), "ttl_s"),
        (ttl(0), "ttl_s"),
        (template(named("", None)), "template"),
        (template(named("a\0", None)), "template"),
        (template(named("a", Some(""))), "template"),
        (template(named(&"a".repeat(513), None)), "template"),
    ] {
        let refused = s.ask_by(LIVE, &asked).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: of, .. }) if of == field),
            "{asked:?}: {refused:?}"
        );
    }
    assert_eq!(s.count("otp_budget").await, 0);
    assert_eq!(s.count("otp_challenge").await, 0);
    for seconds in [60, 600] {
        let made = s.ask_by(LIVE, &ttl(seconds)).await.unwrap();
        let life = made.expires_at.0 - made.created_at.0;
        assert_eq!(life, i64::from(seconds) * 1000);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_that_is_missing_disconnected_ones_own_or_anothers_is_told_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    let none = ask(&s.env, &two, LIVE, &to(PHONE)).await;
    assert!(
        matches!(&none, Err(Error::Conflict(words)) if words.contains("No number is connected")),
        "{none:?}"
    );
    let theirs = testing::channel(&s.env, &two, "200").await;
    let over = |channel| AskOtp {
        channel: Some(channel),
        ..to(PHONE)
    };
    assert!(matches!(
        s.ask_by(LIVE, &over(theirs)).await,
        Err(Error::NotFound)
    ));
    let set = async |sql: &'static str| {
        let mut tenant = s.enter().await;
        sqlx::query(sql).execute(tenant.conn()).await.unwrap();
        tenant.commit().await.unwrap();
    };
    set("UPDATE channel SET phone = '+49 1512 3456789'").await;
    let own = s.ask(PHONE).await;
    assert!(matches!(own, Err(Error::Invalid { field: "phone", .. })));
    set("UPDATE channel SET state = 'disconnected', phone = '+1 555'").await;
    let gone = s.ask_by(LIVE, &over(s.channel)).await;
    assert!(
        matches!(&gone, Err(Error::Conflict(words)) if words.contains("disconnected")),
        "{gone:?}"
    );
    assert!(matches!(s.ask(PHONE).await, Err(Error::Conflict(_))));
    // The other one, which was connected later, serves.
    let second = testing::channel(&s.env, &s.fixture, "300").await;
    assert_eq!(s.ask(PHONE).await.unwrap().channel, Some(second));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_template_that_is_missing_not_approved_or_for_something_else_is_told_of_and_nothing_is_sent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    s.template("order_packed", "en_US", "UTILITY", "APPROVED")
        .await;
    s.template("paused_code", "en_US", "AUTHENTICATION", "PAUSED")
        .await;
    s.template("code_de", "de", "AUTHENTICATION", "APPROVED")
        .await;
    let with = |template| AskOtp {
        template,
        ..to(PHONE)
    };
    for (name, language, words) in [
        ("nothing_like_it", None, "has no template"),
        ("verification_code", Some("fr"), "has no template"),
        ("order_packed", None, "no authentication template"),
        ("paused_code", None, "PAUSED"),
    ] {
        let refused = s.ask_by(LIVE, &with(named(name, language))).await;
        let Err(
            Error::Invalid {
                field: "template",
                reason: told,
            }
            | Error::Conflict(told),
        ) = refused
        else {
            panic!("{name}: {refused:?}");
        };
        assert!(
            told.contains(words) && told.contains("Nothing was sent"),
            "{told}"
        );
    }
    assert_eq!(s.count("otp_challenge").await, 0);
    assert_eq!(s.count("otp_budget").await, 0, "it cost nothing");
    // Meta is asked for what may be there by now.
    let asks: i64 = {
        let mut tenant = s.enter().await;
        sqlx::query_scalar("SELECT count(*) FROM job WHERE kind = 'templates'")
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    };
    assert_eq!(asks, 1);
    let german = s.ask_by(LIVE, &with(named("code_de", None))).await.unwrap();
    assert_eq!(german.template, named("code_de", Some("de")));
    // Whoever names none gets the English one, and with none approved is told what to do.
    assert_eq!(
        s.ask(PHONE).await.unwrap().template,
        named("verification_code", Some("en_US"))
    );
    let mut tenant = s.enter().await;
    sqlx::query("UPDATE template SET gone_at = now() WHERE category = 'AUTHENTICATION'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let none = s.ask(PHONE).await;
    assert!(
        matches!(&none, Err(Error::Conflict(words)) if words.contains("WhatsApp Manager")),
        "{none:?}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_code_ends_the_pending_one_of_the_same_person_and_purpose_and_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let pay = AskOtp {
        purpose: Some("pay".to_owned()),
        ..to(PHONE)
    };
    let first = s.ask(PHONE).await.unwrap();
    let paying = s.ask_by(LIVE, &pay).await.unwrap();
    let tried = s.ask_by(TEST, &to(PHONE)).await.unwrap();
    let another = s.ask("+49 1512 3456780").await.unwrap();
    let code = s.code(first.id).await;
    let second = s.ask(PHONE).await.unwrap();
    assert_eq!(s.view(first.id).await.state, OtpState::Superseded);
    for still in [paying.id, tried.id, another.id, second.id] {
        assert_eq!(s.view(still).await.state, OtpState::Pending);
    }
    let over = s.enter_code(first.id, &code).await.unwrap();
    assert_eq!(over, answer(OtpVerdict::Superseded, 0));
    // It is not sent any more.
    while thread::work(&s.env).await > 0 {}
    assert_eq!(s.meta.seen().len(), 3);
    let first = s.view(first.id).await;
    assert_eq!(first.delivery, Some(Status::Failed));
    assert!(first.fault.unwrap().contains("newer code"));
}

#[sqlx::test(migrations = "../migrations")]
async fn of_five_codes_asked_for_at_once_one_is_pending(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let asks = (0..5).map(|_| s.ask(PHONE));
    let made = futures::future::join_all(asks).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    let mut tenant = s.enter().await;
    let states: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, count(*) FROM otp_challenge GROUP BY 1 ORDER BY 1")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    let expected = [("pending".to_owned(), 1), ("superseded".to_owned(), 4)];
    assert_eq!(states, expected);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_test_reaches_nobody_and_its_code_stands_in_the_log_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let key = s.env.id();
    let by = By {
        key: Some(key),
        test: true,
    };
    // Without any number or template, too.
    let bare = testing::workspace(&s.env, "Bare", Role::Owner).await;
    assert!(ask(&s.env, &bare, by, &to(PHONE)).await.is_ok());

    let made = s.ask_by(by, &to(PHONE)).await.unwrap();
    assert!(made.test && made.delivery.is_none() && made.key == Some(key));
    assert_eq!(s.count("job").await, 0);
    assert_eq!(thread::work(&s.env).await, 0);
    assert_eq!(s.meta.seen().len(), 0);
    let mut tenant = s.enter().await;
    let log = test_message::page(&s.env, &mut tenant, None).await.unwrap();
    drop(tenant);
    assert_eq!(log.messages.len(), 1, "and not the other workspace's");
    let line = &log.messages[0];
    assert_eq!(line.phone, "+4915123456789");
    assert_eq!((line.kind, line.key), (TestKind::Otp, Some(key)));
    let body: Value = serde_json::from_str(&line.body).unwrap();
    assert_eq!(body["id"], made.id.to_string());
    let code = body["code"].as_str().unwrap();
    // What a test asked for is no answer outside of tests, and costs no try there.
    let outside = s.enter_code(made.id, code).await;
    assert!(matches!(outside, Err(Error::NotFound)));
    let live = s.ask(PHONE).await.unwrap();
    let inside = entered(&s.env, &s.fixture, by, live.id, code).await;
    assert!(matches!(inside, Err(Error::NotFound)));
    assert_eq!(s.view(live.id).await.tries, 0);
    let right = entered(&s.env, &s.fixture, by, made.id, code).await;
    assert_eq!(right.unwrap(), answer(OtpVerdict::Verified, 2));
}
