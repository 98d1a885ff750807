//! Callbacks of workspaces that brought a Meta app of their own.

use super::*;
use crate::{
    quarantine,
    webhook::{release, release_all},
};
use sqlx::postgres::PgPoolOptions;

async fn through(env: &Env, door: &Door, secret: &str, body: &str) -> Receipt {
    let signature = sign(secret, body.as_bytes());
    receive(env, door, Some(&signature), body.as_bytes())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_app_with_two_numbers_speaks_for_both_through_the_one_callback_it_has(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let owner = testing::workspace(env, "Owner", Role::Admin).await;
    let stranger = testing::workspace(env, "Stranger", Role::Admin).await;
    // One app with two numbers; another app; and a stranger who entered the same secret.
    let door = own_app_with(env, &owner, "900", "shared-secret").await;
    own_app_with(env, &owner, "901", "shared-secret").await;
    own_app_with(env, &owner, "902", "another-secret").await;
    own_app_with(env, &stranger, "903", "shared-secret").await;
    let at = recently(env);
    let to = |number: &str| {
        let message = text("4915112345", &format!("w{number}"), number, at);
        change(number, "messages", &[message])
    };
    let body_ = body(&[to("900"), to("901"), to("902"), to("903"), to(NUMBER)]);
    let receipt = through(env, &door, "shared-secret", &body_).await;
    assert_eq!((receipt.applied, receipt.quarantined), (1, 1));
    let mut texts: Vec<_> = threads(&mut owner.enter(env).await)
        .await
        .into_iter()
        .map(|(_, messages)| messages[0].content.text().to_owned())
        .collect();
    texts.sort();
    assert_eq!(texts, ["900", "901"]);
    assert!(shop.threads().await.is_empty());
    assert!(threads(&mut stranger.enter(env).await).await.is_empty());
    let listed = quarantine::list(env).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].reason.as_str()),
        (1, "not_covered")
    );
    let piece = String::from_utf8(quarantine::open(env, listed[0].id).await.unwrap().0).unwrap();
    for (number, there) in [("900", false), ("901", false), ("902", true), ("903", true)] {
        assert_eq!(piece.contains(&format!("w{number}")), there, "{number}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn another_numbers_secret_that_cannot_be_opened_does_not_close_the_door(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let door = own_app_with(env, &shop.fixture, "900", "shared-secret").await;
    own_app_with(env, &shop.fixture, "901", "shared-secret").await;
    let mut tenant = shop.enter().await;
    sqlx::query(
        "UPDATE channel SET app_secret_sealed = set_byte(app_secret_sealed, 40, get_byte(app_secret_sealed, 40) # 1)
          WHERE workspace_id = $1 AND phone_number_id = '901'",
    )
    .bind(shop.fixture.workspace.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let at = recently(env);
    let body_ = body(&[
        change("900", "messages", &[text("4915112345", "w1", "mine", at)]),
        change("901", "messages", &[text("4915112345", "w2", "lost", at)]),
    ]);
    let receipt = through(env, &door, "shared-secret", &body_).await;
    assert_eq!((receipt.applied, receipt.quarantined), (1, 1));
    assert_eq!(shop.texts().await, ["mine"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_came_for_an_apps_second_number_before_it_was_connected_is_given_to_its_workspace_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let door = own_app_with(env, &shop.fixture, "900", "shared-secret").await;
    let rival = testing::workspace(env, "Rival", Role::Admin).await;
    let at = recently(env);
    let early = |number: &str| {
        let message = text("4915112345", &format!("w{number}"), number, at);
        body(&[change(number, "messages", &[message])])
    };
    for number in ["901", "902", "903"] {
        let receipt = through(env, &door, "shared-secret", &early(number)).await;
        assert_eq!(receipt.quarantined, 1, "{number}");
    }
    // One of the same app, one of another, and one of somebody else who entered the same secret.
    own_app_with(env, &shop.fixture, "901", "shared-secret").await;
    own_app_with(env, &shop.fixture, "902", "another-secret").await;
    own_app_with(env, &rival, "903", "shared-secret").await;
    let released = release_all(env).await.unwrap();
    assert_eq!(
        (released.whole, released.left, released.failed.len()),
        (1, 2, 0)
    );
    assert_eq!(shop.texts().await, ["901"]);
    assert!(threads(&mut rival.enter(env).await).await.is_empty());
    for piece in quarantine::list(env).await.unwrap() {
        let given = release(env, piece.id).await;
        assert!(matches!(given, Ok((_, false)) | Err(Error::Conflict(_))));
    }
    assert_eq!(shop.count("message").await, 1);
}
