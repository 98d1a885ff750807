//! By way of a provider and back: who comes in, who does not, and what is told to them.

use crate::{
    house::ORIGIN,
    street::{Browser, PASSWORD, Street, refused},
};
use axum::http::{StatusCode, header};
use futures::future::join_all;
use postern_domain::registration::Registration;
use postern_types::{Invite, Role, SessionId, WorkspaceId};
use serde_json::{Value, json};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.expect("it runs");
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn google_signs_in_whoever_connected_it_with_their_password_and_nobody_by_their_address(
    pool: PgPool,
) {
    let options = (*pool.connect_options()).clone();
    let street = Street::open(options).await;
    let house = &street.house;
    // The address has an account, and is no key to it.
    let mut browser = Browser::default();
    let told = browser.by_way_of(&street, "google").await;
    assert_eq!(told, refused(Some("google"), "taken"));
    assert!(!browser.is_in());

    // Connecting wants the session and the password.
    let form = |password: &str| json!({ "provider": "google", "password": password }).to_string();
    let path = "/auth/oidc/connect";
    let stranger = browser.post(house, path, &[], &form(PASSWORD)).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    let bearer = [("authorization", street.bearer())];
    let wrong = browser
        .post(house, path, &bearer, &form("a loud harbour 7"))
        .await;
    assert_eq!(wrong.json()["detail"]["field"], "password");
    assert_eq!(street.connect().await, json!({ "connected": "google" }));

    let told = browser.by_way_of(&street, "google").await;
    assert_eq!(told["in"]["me"]["email"], "ines@example.test");
    assert!(browser.is_in());
    // What is told is told once.
    let again = browser.finish(house).await.json();
    assert_eq!(again, refused(None, "expired"));

    // Another identity with the same address is somebody else.
    street.google.says(json!({ "sub": "2" }));
    let told = Browser::default().by_way_of(&street, "google").await;
    assert_eq!(told, refused(Some("google"), "taken"));
    assert_eq!(street.connect().await, refused(Some("google"), "another"));
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn the_way_out_is_bound_to_the_browser_and_to_the_configured_address(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    let mut browser = Browser::default();
    let form = json!({ "provider": "google" }).to_string();
    let host = [
        ("host", "evil.example".to_owned()),
        ("x-forwarded-host", "evil.example".to_owned()),
    ];
    let away = browser
        .post(&street.house, "/auth/oidc/depart", &host, &form)
        .await;
    let cookies = away.cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let (_, attributes) = cookies[0].split_once(';').unwrap();
    assert!(cookies[0].starts_with("__Host-postern-away-cafe0123="));
    assert_eq!(
        attributes,
        " Path=/; Max-Age=1200; Secure; SameSite=Lax; HttpOnly"
    );
    let to = away.json()["to"].as_str().unwrap().to_owned();
    assert!(
        to.contains("redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fauth%2Foidc%2Fgoogle%2Fcallback"),
        "{to}"
    );
    assert!(
        !to.contains("evil") && !to.contains(browser.0.values().next().unwrap()),
        "{to}"
    );
    // Another site's page begins none.
    let foreign = [("sec-fetch-site", "cross-site")];
    let answer = street
        .house
        .post("/auth/oidc/depart", &foreign, &form)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    // The way back says nothing about itself to anybody.
    let told = street.google.agree(&to);
    let answer = browser.back(&street.house, "google", &told).await;
    assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert!(answer.body.is_empty());
    let none = street
        .house
        .get("/auth/oidc/github/callback?state=x", &[])
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn an_answer_is_good_for_its_own_browser_its_own_provider_and_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    street.connect().await;
    let house = &street.house;
    let expired = refused(None, "expired");

    // An attacker's answer in the victim's browser, which has a way of its own.
    let (mut attacker, mut victim) = (Browser::default(), Browser::default());
    let theirs = street.google.agree(&attacker.depart(house, "google").await);
    let own = street.google.agree(&victim.depart(house, "google").await);
    victim.back(house, "google", &theirs).await;
    assert_eq!(victim.finish(house).await.json(), expired);
    // And in one without any.
    Browser::default().back(house, "google", &theirs).await;
    // Neither used it up.
    victim.back(house, "google", &own).await;
    assert!(victim.finish(house).await.json().get("in").is_some());
    attacker.back(house, "google", &theirs).await;
    assert!(attacker.finish(house).await.json().get("in").is_some());

    // Replayed in its own browser, before and after it was asked for.
    let mut browser = Browser::default();
    let told = street.google.agree(&browser.depart(house, "google").await);
    browser.back(house, "google", &told).await;
    browser.back(house, "google", &told).await;
    assert!(browser.finish(house).await.json().get("in").is_some());
    browser.back(house, "google", &told).await;
    assert_eq!(browser.finish(house).await.json(), expired);

    // A code that was used already, in a way of its own.
    let to = browser.depart(house, "google").await;
    let fresh = street.google.agree(&to);
    let state = fresh.split('&').next().unwrap();
    let used = told.split('&').nth(1).unwrap();
    browser
        .back(house, "google", &format!("{state}&{used}"))
        .await;
    let told = browser.finish(house).await.json();
    assert_eq!(told, refused(Some("google"), "unproven"));

    // Google's answer at Microsoft's door, and the other way round.
    let told = street.google.agree(&browser.depart(house, "google").await);
    browser.back(house, "microsoft", &told).await;
    assert_eq!(browser.finish(house).await.json(), expired);

    // After ten minutes.
    let told = street.google.agree(&browser.depart(house, "google").await);
    street.later(10);
    browser.back(house, "google", &told).await;
    assert_eq!(browser.finish(house).await.json(), expired);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn of_fifty_answers_with_one_state_and_fifty_questions_exactly_one_session_comes(
    pool: PgPool,
) {
    let street = Street::open((*pool.connect_options()).clone()).await;
    street.connect().await;
    let house = &street.house;
    let count = || async {
        let open: i64 = sqlx::query_scalar("SELECT count(*) FROM session WHERE ended_at IS NULL")
            .fetch_one(&pool)
            .await
            .unwrap();
        open
    };
    let before = count().await;
    let mut browser = Browser::default();
    let told = street.google.agree(&browser.depart(house, "google").await);
    join_all((0..50).map(|_| browser.back(house, "google", &told))).await;
    let finishing = (0..50).map(|_| {
        let mut browser = browser.clone();
        async move { browser.finish(house).await.json() }
    });
    let answers = join_all(finishing).await;
    let inside = answers.iter().filter(|it| it.get("in").is_some()).count();
    assert_eq!((inside, count().await - before), (1, 1), "{answers:?}");
    let expired = answers.iter().filter(|it| **it == refused(None, "expired"));
    assert_eq!(expired.count(), 49);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn whom_google_vouches_for_gets_an_account_where_that_is_open_or_by_an_invitation(
    pool: PgPool,
) {
    let street = Street::registering((*pool.connect_options()).clone(), Registration::Open).await;
    let house = &street.house;
    street
        .google
        .says(json!({ "sub": "7", "email": "bea@example.test", "name": "Bea\u{7} Lund" }));
    let mut browser = Browser::default();
    let told = browser.by_way_of(&street, "google").await;
    let newcomer = json!({ "provider": "google", "name": "Bea Lund", "email": "bea@example.test", "open": true });
    assert_eq!(told, json!({ "newcomer": newcomer }));
    assert!(!browser.is_in());
    let form = |workspace: Option<&str>, invitation: Option<&str>| {
        json!({ "name": "Bea", "workspace_name": workspace, "invitation": invitation }).to_string()
    };
    let path = "/auth/oidc/enrol";
    let nameless = browser.post(house, path, &[], &form(None, None)).await;
    assert_eq!(nameless.json()["detail"]["field"], "workspace_name");
    let stranger = Browser::default()
        .post(house, path, &[], &form(Some("Mine"), None))
        .await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    // Of fifty at once one.
    let enrolling = (0..50).map(|_| {
        let (mut browser, form) = (browser.clone(), form(Some("Day shop"), None));
        async move { browser.post(house, path, &[], &form).await }
    });
    let answers = join_all(enrolling).await;
    let made: Vec<_> = answers
        .iter()
        .filter(|it| it.status == StatusCode::OK)
        .collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].json()["me"]["memberships"][0]["role"], "owner");
    let told = browser.by_way_of(&street, "google").await;
    assert_eq!(told["in"]["me"]["email"], "bea@example.test");
    // There is no password to guess.
    let guess = json!({ "email": "bea@example.test", "password": "" }).to_string();
    let guessed = house
        .post("/auth/sign-in", &[("origin", ORIGIN)], &guess)
        .await;
    assert_eq!(guessed.status, StatusCode::UNPROCESSABLE_ENTITY);

    // By an invitation, which is for one address.
    let session: uuid::Uuid = sqlx::query_scalar(
        "SELECT s.id FROM session s JOIN account a ON a.id = s.account_id WHERE a.email = 'ines@example.test'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let place = &street.inside["me"]["memberships"][0]["workspace"];
    let workspace: WorkspaceId = serde_json::from_value(place.clone()).unwrap();
    let env = &house.env;
    let mut tenant = env
        .db
        .member(SessionId(session), workspace, Role::Owner)
        .await
        .unwrap();
    let link = postern_types::InviteLink {
        domain: "example.test".into(),
        role: Role::Agent,
        days: 1,
    };
    let link = postern_domain::invitation::link(env, &mut tenant, &link)
        .await
        .unwrap();
    let invited = Invite {
        email: "carl@example.test".into(),
        role: Role::Agent,
    };
    postern_domain::invitation::mail(env, &mut tenant, &invited)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let secret = link.link.split_once('#').unwrap().1.to_owned();
    street
        .google
        .says(json!({ "sub": "8", "email": "dora@elsewhere.test" }));
    let mut dora = Browser::default();
    dora.by_way_of(&street, "google").await;
    let answer = dora
        .post(house, path, &[], &form(None, Some(&secret)))
        .await;
    assert_eq!(answer.json()["detail"]["field"], "email", "{}", answer.body);
    street
        .google
        .says(json!({ "sub": "9", "email": "carl@example.test" }));
    let mut carl = Browser::default();
    carl.by_way_of(&street, "google").await;
    let answer = carl
        .post(house, path, &[], &form(None, Some(&secret)))
        .await;
    assert_eq!(
        answer.json()["me"]["memberships"][0]["state"],
        "waiting",
        "{}",
        answer.body
    );
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn nobody_gets_an_account_by_an_address_that_is_not_vouched_for_or_where_it_is_closed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    let tenant = "0199a1b2-0000-4000-8000-000000000001";
    let theirs = format!("{}/{tenant}/v2.0", street.microsoft.issuer());
    let microsoft = |more: Value| {
        let mut said = json!({ "sub": "m", "iss": theirs, "tid": tenant, "email": "new@example.test", "hd": null });
        for (name, value) in more.as_object().unwrap() {
            said[name] = value.clone();
        }
        said
    };
    for (provider, said) in [
        (
            "google",
            json!({ "sub": "5", "email": "new@example.test", "email_verified": false }),
        ),
        (
            "google",
            json!({ "sub": "5", "email": "new@example.test", "email_verified": null }),
        ),
        // Google does not run this address.
        (
            "google",
            json!({ "sub": "5", "email": "new@example.test", "hd": null }),
        ),
        ("google", json!({ "sub": "5", "email": null })),
        (
            "google",
            json!({ "sub": "5", "email": "ines@еxample.test" }),
        ),
        (
            "google",
            json!({ "sub": "5", "email": "ines@example.test", "email_verified": false }),
        ),
        ("microsoft", microsoft(json!({}))),
        (
            "microsoft",
            microsoft(json!({ "email": "ines@example.test" })),
        ),
        ("microsoft", microsoft(json!({ "xms_edov": false }))),
        ("microsoft", microsoft(json!({ "xms_edov": "0" }))),
    ] {
        street.google.says(said.clone());
        street.microsoft.says(said.clone());
        let told = Browser::default().by_way_of(&street, provider).await;
        assert_eq!(told, refused(Some(provider), "unverified"), "{said}");
    }
    // Another tenant's name on one's own token proves nothing.
    let other = json!({ "tid": "0199a1b2-0000-4000-8000-000000000002" });
    street.microsoft.says(microsoft(other));
    let told = Browser::default().by_way_of(&street, "microsoft").await;
    assert_eq!(told, refused(Some("microsoft"), "unproven"));

    street
        .microsoft
        .says(microsoft(json!({ "xms_edov": true })));
    let mut browser = Browser::default();
    let told = browser.by_way_of(&street, "microsoft").await;
    assert_eq!(told["newcomer"]["open"], false, "{told}");
    let form = json!({ "name": "New", "workspace_name": "Mine", "invitation": null }).to_string();
    let answer = browser
        .post(&street.house, "/auth/oidc/enrol", &[], &form)
        .await;
    assert_eq!(answer.json()["detail"]["field"], "workspace_name");
    assert!(!browser.is_in());
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn what_holds_of_an_account_holds_after_google_too(pool: PgPool) {
    let street = Street::open((*pool.connect_options()).clone()).await;
    let house = &street.house;
    street.connect().await;
    // The second factor is asked for, and nobody is in before it.
    run(
        &pool,
        "INSERT INTO totp (id, account_id, sealed, confirmed_at, created_at)
         SELECT gen_random_uuid(), id, '', now(), now() FROM account",
    )
    .await;
    let mut browser = Browser::default();
    let told = browser.by_way_of(&street, "google").await;
    assert_eq!(told["factor"]["kinds"], json!(["totp"]), "{told}");
    assert!(!browser.is_in());
    let ticket = told["factor"]["ticket"].as_str().unwrap();
    let factor = json!({ "ticket": ticket, "kind": "recovery", "code": "none", "trust": false });
    // From another browser there is no such step.
    let form = factor.to_string();
    let other = Browser::default()
        .post(house, "/auth/factor", &[], &form)
        .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let wrong = browser.post(house, "/auth/factor", &[], &form).await;
    assert_eq!(wrong.json()["detail"]["field"], "code", "{}", wrong.body);
    run(&pool, "DELETE FROM totp").await;

    // Whoever is suspended from a workspace is in, and not in there.
    for sql in [
        "ALTER TABLE member NO FORCE ROW LEVEL SECURITY",
        "UPDATE member SET state = 'suspended'",
        "ALTER TABLE member FORCE ROW LEVEL SECURITY",
    ] {
        run(&pool, sql).await;
    }
    let told = Browser::default().by_way_of(&street, "google").await;
    assert_eq!(
        told["in"]["me"]["memberships"][0]["state"], "suspended",
        "{told}"
    );

    // Letters tell of the connection; "this was not me" takes it away with everything else.
    let deeds: Vec<String> = sqlx::query_scalar("SELECT action FROM account_audit ORDER BY id")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(
        deeds.iter().any(|deed| deed == "provider_connected"),
        "{deeds:?}"
    );

    run(&pool, "UPDATE account SET disabled_at = now()").await;
    let mut browser = Browser::default();
    let told = browser.by_way_of(&street, "google").await;
    assert_eq!(told, refused(Some("google"), "disabled"));
    assert!(!browser.is_in());
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_connection_needs_the_session_to_live_and_the_identity_to_be_nobodys(pool: PgPool) {
    let street = Street::registering((*pool.connect_options()).clone(), Registration::Open).await;
    let house = &street.house;
    // Somebody else has that identity.
    street.google.says(json!({ "email": "bea@example.test" }));
    let mut bea = Browser::default();
    bea.by_way_of(&street, "google").await;
    let form =
        json!({ "name": "Bea", "workspace_name": "Day shop", "invitation": null }).to_string();
    let made = bea.post(house, "/auth/oidc/enrol", &[], &form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert_eq!(street.connect().await, refused(Some("google"), "elsewhere"));
    // Whoever has no password is told how to get one.
    let bearer = [(
        "authorization",
        format!("Bearer {}", made.json()["token"].as_str().unwrap()),
    )];
    let form = json!({ "provider": "microsoft", "password": "" }).to_string();
    let answer = bea.post(house, "/auth/oidc/connect", &bearer, &form).await;
    assert!(
        answer.body.contains("Forgot your password"),
        "{}",
        answer.body
    );

    // The session ends while its owner is away.
    street.google.says(json!({ "sub": "3" }));
    let mut browser = Browser::default();
    let form = json!({ "provider": "google", "password": PASSWORD }).to_string();
    let bearer = [("authorization", street.bearer())];
    let away = browser
        .post(house, "/auth/oidc/connect", &bearer, &form)
        .await;
    let told = street.google.agree(away.json()["to"].as_str().unwrap());
    browser.back(house, "google", &told).await;
    run(
        &pool,
        "UPDATE session SET ended_at = now(), end_reason = 'sign_out'",
    )
    .await;
    let told = browser.finish(house).await.json();
    assert_eq!(told, refused(Some("google"), "expired"));
    let known: i64 = sqlx::query_scalar("SELECT count(*) FROM account_identity")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(known, 1);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn who_comes_in_by_google_bars_no_neighbour_and_a_way_left_open_is_forgotten_with_its_hour(
    pool: PgPool,
) {
    let street = Street::open((*pool.connect_options()).clone()).await;
    street.connect().await;
    let own = Browser::default().by_way_of(&street, "google").await;
    assert!(own.get("in").is_some(), "{own}");
    // Two are left of the network's; in the next hour as well, should this one end here.
    let sql = "UPDATE attempt SET failures = 198 WHERE key LIKE 'oidc:%'";
    run(&pool, sql).await;
    let sql = "INSERT INTO attempt (key, failures, last_at)
        SELECT concat_ws(':', 'oidc', split_part(key, ':', 2)::bigint + 1, split_part(key, ':', 3)), 198, last_at
          FROM attempt WHERE key LIKE 'oidc:%'";
    run(&pool, sql).await;
    for _ in 0..4 {
        let told = Browser::default().by_way_of(&street, "google").await;
        assert!(told.get("in").is_some(), "{told}");
    }
    let form = json!({ "provider": "google" }).to_string();
    let depart = async || {
        let mut browser = Browser::default();
        let away = browser.post(&street.house, "/auth/oidc/depart", &[], &form);
        away.await.status
    };
    let mut left_open = 0;
    while depart().await == StatusCode::OK {
        left_open += 1;
    }
    assert!((2..=4).contains(&left_open), "{left_open}");
    assert_eq!(depart().await, StatusCode::TOO_MANY_REQUESTS);
    street.later(120);
    assert_eq!(depart().await, StatusCode::OK);
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_way_that_was_begun_opens_nothing_after_a_sign_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    street.connect().await;
    let house = &street.house;
    let mut browser = Browser::default();
    browser.by_way_of(&street, "google").await;
    let to = browser.depart(house, "google").await;
    browser
        .back(house, "google", &street.google.agree(&to))
        .await;
    let out = browser.post(house, "/auth/sign-out", &[], "").await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.finish(house).await.json(), refused(None, "expired"));
    // A renewal that is refused leaves alone whoever is on their way.
    let to = browser.depart(house, "google").await;
    let stale = [("x-requested-with", "postern".to_owned())];
    browser
        .0
        .insert("__Host-postern-refresh-cafe0123".to_owned(), "x".repeat(43));
    let over = browser.post(house, "/auth/refresh", &stale, "").await;
    assert_eq!(over.status, StatusCode::UNAUTHORIZED);
    browser
        .back(house, "google", &street.google.agree(&to))
        .await;
    assert!(browser.finish(house).await.json().get("in").is_some());
}
