//! Who makes endpoints, and what they are made with.

use super::*;
use crate::testing::{self, Fixture};
use postern_types::Role;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

fn form(url: &str) -> EndpointForm {
    EndpointForm {
        url: url.to_owned(),
        description: " Books ".to_owned(),
        kinds: vec![
            EventKind::MessageReceived,
            EventKind::TaskChanged,
            EventKind::MessageReceived,
        ],
    }
}

const URL: &str = "https://example.com/hooks?secret=1";

async fn member(env: &Env, of: &Fixture, role: Role) -> Fixture {
    let (account, session) = testing::person(env, "Bo").await;
    let mut tenant = env.db.operator(of.workspace).await.unwrap();
    let member = crate::member::add(env, &mut tenant, account, role)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    Fixture {
        workspace: of.workspace,
        member,
        session,
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_endpoint_is_made_listed_changed_and_deleted_and_each_is_audited(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    let mut tenant = one.enter(&env).await;
    let made = create(&env, &mut tenant, &form(URL), None).await.unwrap();
    assert!(made.secret.0.starts_with("whsec_") && made.secret.0.len() == 50);
    let listed = list(&env, &mut tenant).await.unwrap();
    assert_eq!(listed.len(), 1);
    let view = &listed[0];
    assert_eq!((view.id, view.url.as_str()), (made.id, URL));
    assert_eq!(view.description, "Books");
    assert_eq!(
        view.kinds,
        [EventKind::MessageReceived, EventKind::TaskChanged]
    );
    assert_eq!((view.paused, view.overlap_until), (None, None));
    // Its secret is sealed, and shown by nothing else.
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT secret_sealed FROM endpoint")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    let opened = crate::vault::open(&env, &mut tenant, SECRET, &made.id.to_string(), &sealed)
        .await
        .unwrap();
    assert_eq!(crate::signed::shown(&opened), made.secret);
    let mut other = form("https://example.org/");
    other.kinds = vec![EventKind::ContactChanged];
    change(&env, &mut tenant, made.id, &other).await.unwrap();
    let shown = show(&env, &mut tenant, made.id).await.unwrap();
    assert_eq!(
        (shown.url.as_str(), shown.kinds),
        ("https://example.org/", vec![EventKind::ContactChanged])
    );
    pause(&env, &mut tenant, made.id).await.unwrap();
    pause(&env, &mut tenant, made.id).await.unwrap();
    let shown = show(&env, &mut tenant, made.id).await.unwrap();
    assert_eq!(shown.paused.unwrap().0, PausedWhy::Asked);
    let tested = trial(&env, &mut tenant, made.id).await;
    assert!(matches!(tested, Err(Error::Conflict(_))), "{tested:?}");
    resume(&env, &mut tenant, made.id, Waiting::Send)
        .await
        .unwrap();
    rotate(&env, &mut tenant, made.id, None, OVERLAP)
        .await
        .unwrap();
    let shown = show(&env, &mut tenant, made.id).await.unwrap();
    assert!(shown.paused.is_none() && shown.overlap_until.is_some());
    trial(&env, &mut tenant, made.id).await.unwrap();
    delete(&env, &mut tenant, made.id).await.unwrap();
    assert!(list(&env, &mut tenant).await.unwrap().is_empty());
    for gone in [
        show(&env, &mut tenant, made.id).await.map(drop),
        delete(&env, &mut tenant, made.id).await,
        pause(&env, &mut tenant, made.id).await,
        resume(&env, &mut tenant, made.id, Waiting::Send).await,
        change(&env, &mut tenant, made.id, &other).await,
        trial(&env, &mut tenant, made.id).await.map(drop),
        rotate(&env, &mut tenant, made.id, None, OVERLAP)
            .await
            .map(drop),
    ] {
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    }
    let left: (Vec<u8>, Option<Vec<u8>>, String) =
        sqlx::query_as("SELECT secret_sealed, old_sealed, url FROM endpoint")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(left, (Vec::new(), None, String::new()), "nothing opens");
    let told: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit WHERE action LIKE 'endpoint.%' ORDER BY id")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    let expected = [
        "created",
        "changed",
        "paused",
        "resumed",
        "secret_rotated",
        "tested",
        "deleted",
    ];
    assert_eq!(told, expected.map(|word| format!("endpoint.{word}")));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_address_kind_description_or_secret_is_refused_and_twenty_are_enough(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (mut env, _) = testing::env(options);
    env.outside = crate::outside::Outside::new(crate::outside::Reach::Public).unwrap();
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    let mut refuse = async |form: EndpointForm, secret: Option<&str>, field: &str| {
        let refused = create(&env, &mut tenant, &form, secret).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: of, .. }) if of == field),
            "{form:?}: {refused:?}"
        );
    };
    refuse(form("http://example.com/"), None, "url").await;
    refuse(form("https://127.0.0.1/"), None, "url").await;
    for kinds in [vec![], vec![EventKind::Test]] {
        let none = EndpointForm { kinds, ..form(URL) };
        refuse(none, None, "kinds").await;
    }
    for description in ["x".repeat(201), "a\nb".to_owned()] {
        let wrong = EndpointForm {
            description,
            ..form(URL)
        };
        refuse(wrong, None, "description").await;
    }
    for secret in ["", "whsec_", "whsec_c2hvcnQ=", "no"] {
        refuse(form(URL), Some(secret), "secret").await;
    }
    let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let made = create(&env, &mut tenant, &form(URL), Some(own))
        .await
        .unwrap();
    assert_eq!(made.secret.0, own);
    for (secret, overlap, field) in [
        (Some("whsec_c2hvcnQ="), OVERLAP, "secret"),
        (None, Duration::days(8), "overlap"),
        (None, Duration::seconds(-1), "overlap"),
    ] {
        let refused = rotate(&env, &mut tenant, made.id, secret, overlap).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: of, .. }) if of == field),
            "{refused:?}"
        );
    }
    for _ in 1..20 {
        create(&env, &mut tenant, &form(URL), None).await.unwrap();
    }
    let more = create(&env, &mut tenant, &form(URL), None).await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{more:?}");
    delete(&env, &mut tenant, made.id).await.unwrap();
    create(&env, &mut tenant, &form(URL), None).await.unwrap();
    for _ in 0..10 {
        let id = list(&env, &mut tenant).await.unwrap()[0].id;
        trial(&env, &mut tenant, id).await.unwrap();
    }
    let id = list(&env, &mut tenant).await.unwrap()[0].id;
    let more = trial(&env, &mut tenant, id).await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{more:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn endpoints_are_their_workspaces_and_its_admins_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let mut tenant = one.enter(&env).await;
    let made = create(&env, &mut tenant, &form(URL), None).await.unwrap();
    let delivery = trial(&env, &mut tenant, made.id).await.unwrap();
    tenant.commit().await.unwrap();
    let id = made.id;
    let now = env.now();
    let manager = member(&env, &one, Role::Manager).await;
    for (who, forbidden) in [(&two, false), (&manager, true)] {
        let mut tenant = who.enter(&env).await;
        let t = &mut tenant;
        for answer in [
            show(&env, t, id).await.map(drop),
            change(&env, t, id, &form(URL)).await,
            delete(&env, t, id).await,
            rotate(&env, t, id, None, OVERLAP).await.map(drop),
            pause(&env, t, id).await,
            resume(&env, t, id, Waiting::Skip).await,
            trial(&env, t, id).await.map(drop),
            delivery::list(t, id, None, None).await.map(drop),
            delivery::show(&env, t, delivery).await.map(drop),
            delivery::replay(&env, t, delivery).await,
            delivery::replay_failed(&env, t, id).await.map(drop),
            delivery::replay_range(&env, t, id, now - OVERLAP, now)
                .await
                .map(drop),
        ] {
            let right = if forbidden {
                matches!(answer, Err(Error::Forbidden))
            } else {
                matches!(answer, Err(Error::NotFound))
            };
            assert!(right, "{answer:?}");
        }
        if forbidden {
            assert!(matches!(list(&env, t).await, Err(Error::Forbidden)));
            let made = create(&env, t, &form(URL), None).await;
            assert!(matches!(made, Err(Error::Forbidden)));
        } else {
            assert!(list(&env, t).await.unwrap().is_empty());
        }
        let rows: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM endpoint) + (SELECT count(*) FROM endpoint_feed)
                  + (SELECT count(*) FROM delivery) + (SELECT count(*) FROM delivery_attempt)",
        )
        .fetch_one(t.conn())
        .await
        .unwrap();
        assert_eq!(rows > 0, forbidden, "another workspace's tables are empty");
    }
    let mut tenant = one.enter(&env).await;
    let shown = show(&env, &mut tenant, id).await.unwrap();
    assert_eq!((shown.url.as_str(), shown.paused), (URL, None));
}
