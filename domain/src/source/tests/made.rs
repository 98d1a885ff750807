//! Making sources: what they are made with, and by whom.

use super::*;

#[sqlx::test(migrations = "../migrations")]
async fn a_source_is_made_listed_changed_and_deleted_and_each_is_audited(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (env, stripe, generic) = (&h.env, &h.stripe, &h.generic);
    let mut tenant = h.one.enter(env).await;
    assert!(stripe.secret.is_none(), "the provider has it");
    let shown = generic.secret.clone().unwrap();
    assert!(shown.0.starts_with("whsec_") && shown.0.len() == 50);
    for made in [stripe, generic] {
        let token = token(made);
        assert_eq!(
            made.url,
            format!("https://inbox.example.test/webhooks/in/{token}")
        );
        assert_eq!(URL_SAFE_NO_PAD.decode(token).unwrap().len(), 32);
        assert!(exists(env, token).await.unwrap());
    }
    assert_ne!(token(stripe), token(generic));
    let listed = list(env, &mut tenant).await.unwrap();
    assert_eq!(listed.len(), 2);
    let view = show(env, &mut tenant, stripe.id).await.unwrap();
    assert_eq!(listed[0], view);
    assert_eq!(
        (view.provider.as_str(), view.provider_name.as_str()),
        ("stripe", "Stripe")
    );
    assert_eq!(
        (view.description.as_str(), &view.url),
        ("Shop", &stripe.url)
    );
    assert_eq!((view.refused, view.no_contact, view.last), (0, 0, None));
    // Neither token nor secret stands in the database.
    let rows: Vec<String> = sqlx::query_scalar("SELECT s::text FROM source s")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    for hidden in [token(stripe), token(generic), STRIPE, &shown.0] {
        let bytes = hex::encode(hidden);
        assert!(
            rows.iter()
                .all(|row| !row.contains(hidden) && !row.contains(&bytes))
        );
    }
    let kept = change(env, &mut tenant, generic.id, "Books", &SourceSecret::Keep).await;
    assert_eq!(kept.unwrap(), None);
    let newer = change(env, &mut tenant, generic.id, "Books", &SourceSecret::Make).await;
    let newer = newer.unwrap().unwrap();
    assert_ne!(newer, shown);
    let other = SourceSecret::Take(format!(" {STRIPE}0 "));
    let taken = change(env, &mut tenant, stripe.id, "", &other).await;
    assert_eq!(taken.unwrap(), None);
    let view = show(env, &mut tenant, generic.id).await.unwrap();
    assert_eq!(view.description, "Books");
    tenant.commit().await.unwrap();
    // The secret before it verifies nothing.
    let old = by_standard(env, &shown, "1", b"{}");
    let refused = receive(env, token(generic), &old, b"{}").await;
    assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    let new = by_standard(env, &newer, "1", b"{}");
    receive(env, token(generic), &new, b"{}").await.unwrap();
    let old = by_stripe(env, STRIPE, b"{}", 0);
    let refused = receive(env, token(stripe), &old, b"{}").await;
    assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    let new = by_stripe(env, &format!("{STRIPE}0"), b"{}", 0);
    receive(env, token(stripe), &new, b"{}").await.unwrap();
    let mut tenant = h.one.enter(env).await;
    delete(env, &mut tenant, generic.id).await.unwrap();
    for gone in [
        show(env, &mut tenant, generic.id).await.map(drop),
        delete(env, &mut tenant, generic.id).await,
        change(env, &mut tenant, generic.id, "", &SourceSecret::Keep)
            .await
            .map(drop),
    ] {
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    }
    let left: (Vec<u8>, Option<Vec<u8>>, String) =
        sqlx::query_as("SELECT secret_sealed, token_hash, description FROM source WHERE id = $1")
            .bind(generic.id.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(left, (Vec::new(), None, String::new()), "nothing opens");
    let told: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit WHERE action LIKE 'source.%' ORDER BY id")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    let expected = [
        "created", "created", "changed", "changed", "changed", "deleted",
    ];
    assert_eq!(told, expected.map(|word| format!("source.{word}")));
    tenant.commit().await.unwrap();
    // Its address is nobody's; what it took before is in the log, and is applied.
    let gone = receive(env, token(generic), &new, b"{}").await;
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    assert!(!exists(env, token(generic)).await.unwrap());
    assert_eq!(h.line("1").await.state, SourceState::Waiting);
    h.work().await;
    assert_eq!(h.line("1").await.state, SourceState::Unreadable);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_provider_description_or_secret_is_refused_and_twenty_sources_are_enough(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.one.enter(&h.env).await;
    let with = |provider: &str, secret: Option<&str>| SourceForm {
        secret: secret.map(str::to_owned),
        ..form(provider)
    };
    for (form, field) in [
        (with("paypal", None), "provider"),
        (with("", None), "provider"),
        (with("stripe", None), "secret"),
        (with("stripe", Some("")), "secret"),
        (with("stripe", Some("whsec_short")), "secret"),
        (
            with("stripe", Some("sk_live_1234567890abcdef12345678")),
            "secret",
        ),
        (with("generic", Some(STRIPE)), "secret"),
        (
            SourceForm {
                description: "a\nb".to_owned(),
                ..form("generic")
            },
            "description",
        ),
        (
            SourceForm {
                description: "x".repeat(201),
                ..form("generic")
            },
            "description",
        ),
    ] {
        let refused = create(&h.env, &mut tenant, &form).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: of, .. }) if of == field),
            "{form:?}: {refused:?}"
        );
    }
    for (id, secret) in [
        (h.stripe.id, SourceSecret::Make),
        (h.stripe.id, SourceSecret::Take("whsec_short".to_owned())),
        (h.generic.id, SourceSecret::Take(STRIPE.to_owned())),
    ] {
        let refused = change(&h.env, &mut tenant, id, "", &secret).await;
        assert!(
            matches!(
                refused,
                Err(Error::Invalid {
                    field: "secret",
                    ..
                })
            ),
            "{secret:?}: {refused:?}"
        );
    }
    for _ in 2..20 {
        create(&h.env, &mut tenant, &form("generic")).await.unwrap();
    }
    let more = create(&h.env, &mut tenant, &form("generic")).await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{more:?}");
    delete(&h.env, &mut tenant, h.generic.id).await.unwrap();
    create(&h.env, &mut tenant, &form("generic")).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn sources_and_what_came_from_them_are_their_workspaces_and_its_admins_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let env = &h.env;
    h.stripe(&checkout("evt_1", "pi_1", "ana@example.com"))
        .await
        .unwrap();
    h.contact("Ana", "", "ana@example.com").await;
    h.work().await;
    let line = h.line("evt_1").await;
    let id = h.stripe.id;
    let two = testing::workspace(env, "Two", Role::Owner).await;
    let (account, session) = testing::person(env, "Bo").await;
    let mut tenant = env.db.operator(h.one.workspace).await.unwrap();
    let member = crate::member::add(env, &mut tenant, account, Role::Manager)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let manager = Fixture {
        workspace: h.one.workspace,
        member,
        session,
    };
    for (who, forbidden) in [(&two, false), (&manager, true)] {
        let mut tenant = who.enter(env).await;
        let t = &mut tenant;
        for answer in [
            show(env, t, id).await.map(drop),
            change(env, t, id, "", &SourceSecret::Keep).await.map(drop),
            delete(env, t, id).await,
            entries(t, Some(id), None, None).await.map(drop),
            entry(env, t, line.id).await.map(drop),
            apply_again(env, t, line.id).await,
        ] {
            let right = if forbidden {
                matches!(answer, Err(Error::Forbidden))
            } else {
                matches!(answer, Err(Error::NotFound))
            };
            assert!(right, "{answer:?}");
        }
        if forbidden {
            assert!(matches!(list(env, t).await, Err(Error::Forbidden)));
            let all = entries(t, None, None, None).await;
            assert!(matches!(all, Err(Error::Forbidden)));
            let made = create(env, t, &form("generic")).await;
            assert!(matches!(made, Err(Error::Forbidden)));
        } else {
            assert!(list(env, t).await.unwrap().is_empty());
            let all = entries(t, None, None, None).await.unwrap();
            assert!(all.rows.is_empty());
        }
        let rows: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM source) + (SELECT count(*) FROM source_entry)
                  + (SELECT count(*) FROM source_payment)",
        )
        .fetch_one(t.conn())
        .await
        .unwrap();
        assert_eq!(rows > 0, forbidden, "another workspace's tables are empty");
    }
    // Nobody comes in as a source that is another workspace's.
    let entered = env.db.source(two.workspace, id).await;
    assert!(matches!(entered, Err(Error::NotFound)));
    let mut tenant = h.one.enter(env).await;
    assert_eq!(
        show(env, &mut tenant, id).await.unwrap().description,
        "Shop"
    );
}
