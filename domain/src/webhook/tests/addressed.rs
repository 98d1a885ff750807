//! Whom a body is for, and who may speak for them.

use super::*;
use crate::quarantine;
use sqlx::postgres::PgPoolOptions;

#[sqlx::test(migrations = "../migrations")]
async fn a_number_or_account_that_nobody_has_is_quarantined_and_its_siblings_applied(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let unknown =
        json!({"id":"0","changes":[change("123456123", "messages", &[text("491", "x", "x", at)])]});
    let account =
        json!({"id":"nobody","changes":[{"field":"account_update","value":{"event":"X"}}]});
    let ours = json!({"id":"waba-1","changes":[
        change(NUMBER, "messages", &[text("4915112345", "w1", "ours", at)]),
        {"field":"account_review_update","value":{"decision":"APPROVED"}}]});
    let body = json!({"entry":[unknown, account, ours]}).to_string();
    let receipt = shop.deliver(&body).await;
    assert_eq!((receipt.applied, receipt.quarantined), (1, 2));
    assert_eq!(shop.texts().await, ["ours"]);
    let mut reasons: Vec<_> = quarantine::list(&shop.env).await.unwrap();
    reasons.sort_by(|one, other| one.reason.cmp(&other.reason));
    assert_eq!(reasons[0].reason, "unknown_account");
    assert_eq!(reasons[1].reason, "unknown_number");
    // Delivered again: counted, not kept twice.
    let receipt = shop.deliver(&body).await;
    assert_eq!((receipt.replays, receipt.applied), (1, 0));
    assert_eq!(quarantine::list(&shop.env).await.unwrap().len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_channels_own_secret_speaks_for_that_channel_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let rival = testing::workspace(env, "Rival", Role::Admin).await;
    let door = own_app(env, &rival, "900").await;
    let second = own_app(env, &rival, "901").await;
    let at = recently(env);
    let body = body(&[
        change(
            NUMBER,
            "messages",
            &[text("4915112345", "forged", "forged", at)],
        ),
        change("900", "messages", &[text("4915112345", "own", "own", at)]),
        change(
            "901",
            "messages",
            &[text("4915112345", "sibling", "sibling", at)],
        ),
    ]);
    let receipt = receive(
        env,
        &door,
        Some(&sign("secret-900", body.as_bytes())),
        body.as_bytes(),
    )
    .await
    .unwrap();
    assert_eq!((receipt.applied, receipt.quarantined), (1, 1));
    assert!(
        shop.threads().await.is_empty(),
        "nothing reached the other workspace"
    );
    assert_eq!(shop.count("webhook_part").await, 0);
    let theirs = threads(&mut rival.enter(env).await).await;
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0].1[0].content.text(), "own");
    let listed = quarantine::list(env).await.unwrap();
    assert_eq!(listed[0].reason, "not_covered");
    assert!(listed[0].signed_by.is_some());
    let piece = String::from_utf8(quarantine::open(env, listed[0].id).await.unwrap().0).unwrap();
    assert!(piece.contains("forged") && piece.contains("sibling") && !piece.contains("own\""));
    // The other door of the same workspace, the same bytes: its own number is no replay.
    let receipt = receive(
        env,
        &second,
        Some(&sign("secret-901", body.as_bytes())),
        body.as_bytes(),
    )
    .await
    .unwrap();
    assert_eq!((receipt.applied, receipt.replays), (1, 0));
    // The installation's secret does not speak for a channel that brought its own app, nor one channel's for another.
    let receipt = deliver(env, &body).await.unwrap();
    assert_eq!((receipt.applied, receipt.quarantined), (1, 1));
    assert_eq!(shop.texts().await, ["forged"]);
    for secret in ["app-secret", "secret-901", "token-900"] {
        let refused = receive(
            env,
            &door,
            Some(&sign(secret, body.as_bytes())),
            body.as_bytes(),
        )
        .await;
        assert!(matches!(refused, Err(Error::Unauthorized)), "{secret}");
    }
    let nowhere = Door::Callback {
        key: "key-902".into(),
    };
    let refused = receive(
        env,
        &nowhere,
        Some(&sign("app-secret", body.as_bytes())),
        body.as_bytes(),
    )
    .await;
    assert!(matches!(refused, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn news_of_an_account_go_to_those_the_secret_covers(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let neighbour = neighbour(env, "777").await;
    let rival = testing::workspace(env, "Rival", Role::Admin).await;
    let door = own_app(env, &rival, "900").await;
    let news = json!({"field":"phone_number_quality_update","value":{"event":"FLAGGED"}});
    let body_ = body(&[news]);
    assert_eq!(deliver(env, &body_).await.unwrap().applied, 2);
    let parts =
        async |fixture: &Fixture| count(&mut fixture.enter(env).await, "webhook_part").await;
    assert_eq!(
        (
            parts(&shop.fixture).await,
            parts(&neighbour).await,
            parts(&rival).await
        ),
        (1, 1, 0)
    );
    let receipt = receive(
        env,
        &door,
        Some(&sign("secret-900", body_.as_bytes())),
        body_.as_bytes(),
    )
    .await
    .unwrap();
    assert_eq!((receipt.applied, receipt.quarantined), (1, 0));
    assert_eq!(
        (
            parts(&shop.fixture).await,
            parts(&neighbour).await,
            parts(&rival).await
        ),
        (1, 1, 1)
    );
    // What is about people and names no number is shown to nobody when several share the account.
    let personal =
        body(&[json!({"field":"messages","value":{"messages":[text("4915112345", "w", "x", 1)]}})]);
    let receipt = deliver(env, &personal).await.unwrap();
    assert_eq!(
        (receipt.applied, receipt.kept, receipt.quarantined),
        (0, 0, 1)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn two_workspaces_in_one_body_get_each_their_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let neighbour = neighbour(&shop.env, "777").await;
    let at = recently(&shop.env);
    let body = body(&[
        change(
            "777",
            "messages",
            &[text("4915112345", "w1", "for the neighbour", at)],
        ),
        change(
            NUMBER,
            "messages",
            &[text("4915112345", "w2", "for the shop", at)],
        ),
    ]);
    assert_eq!(shop.deliver(&body).await.applied, 2);
    assert_eq!(shop.texts().await, ["for the shop"]);
    let theirs = threads(&mut neighbour.enter(&shop.env).await).await;
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0].1[0].content.text(), "for the neighbour");
    // Neither one's sealed part holds the other's words.
    for (fixture, theirs) in [
        (&shop.fixture, "for the neighbour"),
        (&neighbour, "for the shop"),
    ] {
        assert!(!only_part(&shop.env, fixture).await.contains(theirs));
    }
}
