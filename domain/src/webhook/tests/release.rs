//! A piece in quarantine, once somebody has its number.

use super::*;
use crate::{quarantine, webhook::release};
use sqlx::postgres::PgPoolOptions;

#[sqlx::test(migrations = "../migrations")]
async fn a_piece_is_given_to_the_workspace_that_connected_its_number_since(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let at = recently(env);
    let early = body(&[
        change("777", "messages", &[text("491", "w1", "too early", at)]),
        change("778", "messages", &[text("492", "w2", "elsewhere", at)]),
    ]);
    assert_eq!(shop.deliver(&early).await.quarantined, 1);
    let id = quarantine::list(env).await.unwrap()[0].id;

    // Nobody has either number yet: it stays.
    let (receipt, whole) = release(env, id).await.unwrap();
    assert_eq!((receipt.applied, receipt.quarantined, whole), (0, 1, false));

    // One of the two: its workspace gets its own, and the piece waits for the other.
    let first = neighbour(env, "777").await;
    let (receipt, whole) = release(env, id).await.unwrap();
    assert_eq!((receipt.applied, receipt.quarantined, whole), (1, 1, false));
    assert_eq!(quarantine::list(env).await.unwrap().len(), 1);

    let second = testing::workspace(env, "Second", Role::Agent).await;
    testing::channel(env, &second, "778").await;
    assert!(release(env, id).await.unwrap().1);
    assert!(quarantine::list(env).await.unwrap().is_empty());
    // Once more does no harm.
    assert!(release(env, id).await.unwrap().1);

    for (fixture, expected) in [(&first, "too early"), (&second, "elsewhere")] {
        let theirs = threads(&mut fixture.enter(env).await).await;
        assert_eq!((theirs.len(), theirs[0].1.len()), (1, 1));
        assert_eq!(theirs[0].1[0].content.text(), expected);
    }
    assert!(shop.threads().await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_channels_own_secret_signed_is_never_given_to_another(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let rival = testing::workspace(env, "Rival", Role::Admin).await;
    let door = own_app(env, &rival, "900").await;
    let forged = messages(&[text("491", "w1", "forged", recently(env))]);
    let signature = sign("secret-900", forged.as_bytes());
    let receipt = receive(env, &door, Some(&signature), forged.as_bytes()).await;
    assert_eq!(receipt.unwrap().quarantined, 1);
    let id = quarantine::list(env).await.unwrap()[0].id;
    assert!(matches!(release(env, id).await, Err(Error::Conflict(_))));
    assert!(matches!(release(env, env.id()).await, Err(Error::NotFound)));
    assert!(shop.threads().await.is_empty());
    assert_eq!(quarantine::list(env).await.unwrap().len(), 1);
}
