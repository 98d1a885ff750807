//! Coming in, staying and leaving.

use crate::house::{Answer, House, ORIGIN};
use axum::http::{StatusCode, header};
use insta::assert_snapshot;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const SIGN_IN: &str = r#"{"email":"Ines@example.test","password":"a quiet harbour 7"}"#;

/// Status, headers and body as they go over the wire; the signature and what stands in the token are another test's.
fn wire(answer: &Answer) -> String {
    let mut lines = vec![answer.status.to_string()];
    for (name, value) in &answer.headers {
        lines.push(format!("{name}: {}", value.to_str().expect("text")));
    }
    let mut body = answer.body.clone();
    for secret in ["token", "account", "workspace", "member"] {
        let mark = format!("\"{secret}\":\"");
        if let Some(start) = body.find(&mark).map(|at| at + mark.len()) {
            let end = start + body[start..].find('"').expect("a string ends");
            body.replace_range(start..end, "…");
        }
    }
    lines.retain(|line| !line.starts_with("content-length"));
    lines.push(body);
    lines.join("\n")
}

fn renewing(jar: &str) -> [(&str, &str); 3] {
    [
        ("cookie", jar),
        ("origin", ORIGIN),
        ("x-requested-with", "postern"),
    ]
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn the_first_set_up_signs_the_owner_in_and_works_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    assert_eq!(
        house.get("/auth/setup", &[]).await.body,
        r#"{"needed":true,"open":true}"#
    );
    let answer = house.set_up().await;
    assert_snapshot!(wire(&answer), @r#"
    200 OK
    content-type: application/json
    cache-control: no-store
    set-cookie: __Host-postern-refresh-cafe0123=Dg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4ODg4; Path=/; Max-Age=604800; Secure; SameSite=Strict; HttpOnly
    set-cookie: __Host-postern-here-cafe0123=1; Path=/; Max-Age=604800; Secure; SameSite=Strict
    set-cookie: __Host-postern-device-cafe0123=AgICAgICAgICAgICAgICAg; Path=/; Max-Age=34560000; Secure; SameSite=Strict; HttpOnly
    vary: Origin, Sec-Fetch-Site
    {"token":"…","expires_in":600,"me":{"account":"…","name":"Ines","email":"ines@example.test","memberships":[{"workspace":"…","workspace_name":"Night shop","member":"…","role":"owner","state":"active","tone":null,"logo":null}],"habits":{"locale":null,"announce":"open","sound":true,"task_mail":true}}}
    "#);
    assert_eq!(
        house.get("/auth/setup", &[]).await.body,
        r#"{"needed":false,"open":true}"#
    );
    let again = r#"{"token":"x","workspace_name":"Mine","name":"Eve","email":"eve@example.test","password":"12345678"}"#;
    let again = house
        .post("/auth/setup", &[("origin", ORIGIN)], again)
        .await;
    assert_snapshot!(wire(&again), @r#"
    409 Conflict
    content-type: application/json
    cache-control: no-store
    vary: Origin, Sec-Fetch-Site
    {"code":"conflict","detail":{"message":"This installation has been set up already. Sign in instead."}}
    "#);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn signing_in_sets_the_cookies_and_signing_out_takes_them_away(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let inside = house
        .post("/auth/sign-in", &[("origin", ORIGIN)], SIGN_IN)
        .await;
    assert_snapshot!(wire(&inside), @r#"
    200 OK
    content-type: application/json
    cache-control: no-store
    set-cookie: __Host-postern-refresh-cafe0123=ERERERERERERERERERERERERERERERERERERERERERE; Path=/; Max-Age=604800; Secure; SameSite=Strict; HttpOnly
    set-cookie: __Host-postern-here-cafe0123=1; Path=/; Max-Age=604800; Secure; SameSite=Strict
    set-cookie: __Host-postern-device-cafe0123=Dg4ODg4ODg4ODg4ODg4ODg; Path=/; Max-Age=34560000; Secure; SameSite=Strict; HttpOnly
    vary: Origin, Sec-Fetch-Site
    {"in":{"token":"…","expires_in":600,"me":{"account":"…","name":"Ines","email":"ines@example.test","memberships":[{"workspace":"…","workspace_name":"Night shop","member":"…","role":"owner","state":"active","tone":null,"logo":null}],"habits":{"locale":null,"announce":"open","sound":true,"task_mail":true}}}}
    "#);

    let jar = inside.jar();
    let outside = house
        .post(
            "/auth/sign-out",
            &[("cookie", &jar), ("origin", ORIGIN)],
            "",
        )
        .await;
    assert_snapshot!(wire(&outside), @r#"
    204 No Content
    set-cookie: __Host-postern-refresh-cafe0123=; Path=/; Max-Age=0; Secure; SameSite=Strict; HttpOnly
    set-cookie: __Host-postern-here-cafe0123=; Path=/; Max-Age=0; Secure; SameSite=Strict
    set-cookie: __Host-postern-away-cafe0123=; Path=/; Max-Age=0; Secure; SameSite=Lax; HttpOnly
    vary: Origin, Sec-Fetch-Site
    "#);

    let refused = house.post("/auth/refresh", &renewing(&jar), "").await;
    assert_snapshot!(wire(&refused), @r#"
    401 Unauthorized
    content-type: application/json
    cache-control: no-store
    set-cookie: __Host-postern-refresh-cafe0123=; Path=/; Max-Age=0; Secure; SameSite=Strict; HttpOnly
    set-cookie: __Host-postern-here-cafe0123=; Path=/; Max-Age=0; Secure; SameSite=Strict
    vary: Origin, Sec-Fetch-Site
    {"code":"unauthorized"}
    "#);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn renewing_swaps_the_cookie_and_keeps_the_device(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let first = house.set_up().await;
    let second = house
        .post("/auth/refresh", &renewing(&first.jar()), "")
        .await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);
    assert_eq!(second.json()["me"]["email"], "ines@example.test");
    assert_eq!(
        second.cookies().len(),
        2,
        "no new device: {:?}",
        second.cookies()
    );
    let third = house
        .post(
            "/auth/refresh",
            &renewing(&format!("{}; {}", second.jar(), device(&first))),
            "",
        )
        .await;
    assert_eq!(third.status, StatusCode::OK);

    // The first one again: the third is over too.
    let replayed = house
        .post("/auth/refresh", &renewing(&first.jar()), "")
        .await;
    assert_eq!(replayed.status, StatusCode::UNAUTHORIZED);
    let third = format!("{}; {}", third.jar(), device(&first));
    assert_eq!(
        house
            .post("/auth/refresh", &renewing(&third), "")
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn signing_in_again_ends_the_session_whose_cookie_it_replaces(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let first = house.set_up().await.jar();
    let headers = [("cookie", &*first), ("origin", ORIGIN)];
    let second = house.post("/auth/sign-in", &headers, SIGN_IN).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);
    let answer = house.post("/auth/refresh", &renewing(&first), "").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let again = format!("{}; {first}", second.jar());
    let answer = house.post("/auth/refresh", &renewing(&again), "").await;
    assert_eq!(answer.status, StatusCode::OK, "the new one lives");
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_sign_out_that_the_database_does_not_take_still_removes_the_cookies(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let jar = house.set_up().await.jar();
    house.env.db.close().await;
    let headers = [("cookie", &*jar), ("origin", ORIGIN)];
    let answer = house.post("/auth/sign-out", &headers, "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let gone = |cookie: &&str| cookie.contains("=; ") && cookie.contains("Max-Age=0;");
    let cookies = answer.cookies();
    assert_eq!(cookies.iter().filter(|c| gone(c)).count(), 3, "{cookies:?}");
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn renewing_takes_the_cookie_the_origin_and_a_header_of_our_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let jar = house.set_up().await.jar();
    let own = ("x-requested-with", "postern");
    for (headers, expected) in [
        (&[("origin", ORIGIN), own][..], StatusCode::UNAUTHORIZED),
        (
            &[("cookie", &*jar), ("origin", ORIGIN)],
            StatusCode::FORBIDDEN,
        ),
        (
            &[
                ("cookie", &jar),
                ("origin", ORIGIN),
                ("x-requested-with", "other"),
            ],
            StatusCode::FORBIDDEN,
        ),
        (
            &[("cookie", &jar), ("origin", "https://evil.example"), own],
            StatusCode::FORBIDDEN,
        ),
        (
            &[("cookie", &jar), ("sec-fetch-site", "cross-site"), own],
            StatusCode::FORBIDDEN,
        ),
        (&[("cookie", &jar), own], StatusCode::FORBIDDEN),
        // None of these has spent the token.
        (&[("cookie", &jar), ("origin", ORIGIN), own], StatusCode::OK),
    ] {
        let answer = house.post("/auth/refresh", headers, "").await;
        assert_eq!(answer.status, expected, "{headers:?}");
        assert_eq!(
            answer.headers[header::VARY],
            "Origin, Sec-Fetch-Site",
            "{headers:?}"
        );
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn every_unsafe_request_of_another_site_is_refused(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let jar = house.set_up().await.jar();
    for path in [
        "/auth/setup",
        "/auth/sign-in",
        "/auth/factor",
        "/auth/factor-passkey",
        "/auth/factor-mail",
        "/auth/passkey",
        "/auth/passkey/finish",
        "/auth/sign-out",
        "/auth/refresh",
        "/auth/register",
        "/auth/again",
        "/auth/confirm",
        "/auth/invitation",
        "/auth/forgot",
        "/auth/reset",
        "/auth/not-me",
        "/api/probe",
    ] {
        let headers = [
            ("cookie", &*jar),
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert_eq!(
            house.post(path, &headers, SIGN_IN).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn wrong_words_and_wrong_bodies_are_told_apart_without_quoting_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let wrong = r#"{"email":"ines@example.test","password":"hunter2-hunter2"}"#;
    let answer = house.post("/auth/sign-in", &[], wrong).await;
    assert_snapshot!(wire(&answer), @r#"
    422 Unprocessable Entity
    content-type: application/json
    cache-control: no-store
    vary: Origin, Sec-Fetch-Site
    {"code":"invalid","detail":{"field":"password","reason":"The address or the password is not right."}}
    "#);
    for body in [
        "",
        "[]",
        "{",
        r#"{"email":1,"password":"hunter2"}"#,
        r#"{"email":"a@b.c"}"#,
    ] {
        let answer = house.post("/auth/sign-in", &[], body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json()["detail"]["field"], "request", "{body}");
        assert!(!answer.body.contains("hunter2"), "{}", answer.body);
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn after_five_wrong_passwords_the_answer_says_how_long_to_wait(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let wrong = r#"{"email":"ines@example.test","password":"hunter2-hunter2"}"#;
    for _ in 0..5 {
        assert_eq!(
            house.post("/auth/sign-in", &[], wrong).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let answer = house.post("/auth/sign-in", &[], SIGN_IN).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = answer.headers[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    assert_eq!(answer.json()["detail"]["retry_after_s"], wait);
}

fn device(answer: &Answer) -> &str {
    let cookies = answer.cookies();
    let cookie = cookies
        .iter()
        .find(|cookie| cookie.contains("device"))
        .expect("a device");
    cookie.split(';').next().expect("a pair")
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_passkey_is_asked_by_a_browser_that_is_known_again_and_nonsense_opens_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let asked = house.post("/auth/passkey", &[("origin", ORIGIN)], "").await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(asked.headers[header::CACHE_CONTROL], "no-store");
    let jar = asked.jar();
    assert!(jar.starts_with("__Host-postern-device-"), "{jar}");
    let told = asked.json();
    let question: Value =
        serde_json::from_str(told["options"].as_str().expect("text")).expect("JSON");
    assert_eq!(question["rpId"], "localhost");
    let answer = json!({ "ticket": told["ticket"], "credential": "{}" }).to_string();
    let headers = [("origin", ORIGIN), ("cookie", &*jar)];
    // Each question is answered once.
    for _ in 0..2 {
        let refused = house.post("/auth/passkey/finish", &headers, &answer).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()["detail"]["field"], "passkey");
        assert!(refused.cookies().is_empty());
    }
    for path in ["/auth/factor-passkey", "/auth/factor-mail"] {
        let none = house.post(path, &headers, r#"{"token":"none"}"#).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn this_was_not_me_gives_what_sets_a_new_password_once_and_no_cache_keeps_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    house.set_up().await;
    let mut global = house.env.db.global().await.expect("a database");
    sqlx::query(
        "INSERT INTO account_link (token_hash, purpose, account_id, email, expires_at, written_at)
         SELECT sha256('mailed'), 'not_me', id, email, $1, $1 - interval '1 day' FROM account",
    )
    .bind(house.env.now() + time::Duration::days(6))
    .execute(global.conn())
    .await
    .expect("a link");
    global.commit().await.expect("it is there");
    let own = [("origin", ORIGIN)];
    let link = r#"{"token":"mailed"}"#;
    let ended = house.post("/auth/not-me", &own, link).await;
    assert_eq!(ended.status, StatusCode::OK);
    assert_eq!(ended.headers[header::CACHE_CONTROL], "no-store");
    let old = house.post("/auth/sign-in", &own, SIGN_IN).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let twice = house.post("/auth/not-me", &own, link).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    let form = json!({ "token": ended.json()["reset"], "password": "tulip kettle 42" }).to_string();
    for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        let set = house.post("/auth/reset", &own, &form).await;
        assert_eq!(set.status, expected);
    }
    let new = json!({ "email": "ines@example.test", "password": "tulip kettle 42" }).to_string();
    let new = house.post("/auth/sign-in", &own, &new).await;
    assert_eq!(new.status, StatusCode::OK);
}
