//! A piece in quarantine, once somebody has its number.

use super::*;
use crate::{
    quarantine,
    webhook::{release, release_all},
};
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
    assert!(matches!(release(env, id).await, Err(Error::NotFound)));

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

#[sqlx::test(migrations = "../migrations")]
async fn a_piece_with_two_numbers_of_one_workspace_is_given_in_full_however_late_the_second_comes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let at = recently(env);
    let early = body(&[
        change("777", "messages", &[text("491511111", "w1", "first", at)]),
        change("778", "messages", &[text("491522222", "w2", "second", at)]),
    ]);
    assert_eq!(shop.deliver(&early).await.quarantined, 1);
    let id = quarantine::list(env).await.unwrap()[0].id;
    let late = neighbour(env, "777").await;
    assert!(!release(env, id).await.unwrap().1);
    testing::channel(env, &late, "778").await;
    let (receipt, whole) = release(env, id).await.unwrap();
    assert_eq!((receipt.applied, receipt.replays, whole), (1, 0, true));
    let texts: Vec<_> = threads(&mut late.enter(env).await)
        .await
        .into_iter()
        .map(|(_, messages)| {
            assert_eq!(messages.len(), 1);
            messages[0].content.text().to_owned()
        })
        .collect();
    assert_eq!(texts, ["first", "second"]);
    // So is the body itself, when Meta sends it once more: nothing is new.
    assert_eq!(shop.deliver(&early).await.replays, 1);
    assert_eq!(count(&mut late.enter(env).await, "message").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_piece_that_cannot_be_applied_is_told_and_the_others_are_given_away(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let env = &shop.env;
    let at = recently(env);
    for n in 0..3 {
        let message = text("491511111", &format!("w{n}"), &format!("{n}"), at + n);
        let early = body(&[change("777", "messages", &[message])]);
        assert_eq!(shop.deliver(&early).await.quarantined, 1);
    }
    shop.deliver("hello").await;
    // The second of them does not open any more.
    as_owner(
        &options,
        "UPDATE quarantine SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1)
          WHERE id = (SELECT id FROM quarantine WHERE reason = 'unknown_number'
                       ORDER BY received_at, id OFFSET 1 LIMIT 1)",
    )
    .await;
    let late = neighbour(env, "777").await;
    let released = release_all(env).await.unwrap();
    assert_eq!(
        (released.whole, released.left, released.failed.len()),
        (2, 1, 1)
    );
    let given = threads(&mut late.enter(env).await).await;
    let texts: Vec<_> = given[0]
        .1
        .iter()
        .map(|message| message.content.text())
        .collect();
    assert_eq!(texts, ["0", "2"]);
    let listed = quarantine::list_of(env, None).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|piece| piece.id == released.failed[0].0));
}

/// Fills the installation's quarantine with `count` pieces of `bytes`.
async fn fill(env: &Env, count: i32, bytes: i32) {
    let mut global = env.db.global().await.unwrap();
    sqlx::query(
        "INSERT INTO quarantine (id, digest, reason, signed_by, sealed, received_at)
         SELECT gen_random_uuid(), sha256(n::text::bytea), 'unreadable', NULL, s.sealed, $3 - n * interval '1 second'
           FROM generate_series(1, $1) AS n, (SELECT decode(repeat('00', $2), 'hex') AS sealed) s",
    )
    .bind(count)
    .bind(bytes)
    .bind(env.now())
    .execute(global.conn())
    .await
    .unwrap();
    global.commit().await.unwrap();
}

async fn full(env: &Env) -> Option<i32> {
    let listed = quarantine::list_of(env, None).await.unwrap();
    let full = listed.iter().find(|piece| piece.reason == "full");
    full.map(|piece| piece.times)
}

#[sqlx::test(migrations = "../migrations")]
async fn beyond_a_signers_ceiling_pieces_are_counted_and_not_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let door = own_app(env, &shop.fixture, "900").await;
    let through = async |body: &str| {
        let signature = sign("secret-900", body.as_bytes());
        receive(env, &door, Some(&signature), body.as_bytes())
            .await
            .unwrap()
    };
    fill(env, 9_999, 1).await;
    shop.deliver("the last one").await;
    assert_eq!(full(env).await, None);
    for n in 1..=3 {
        let receipt = shop.deliver(format!("too many {n}")).await;
        assert_eq!(receipt.quarantined, 1);
        assert_eq!(full(env).await, Some(n));
    }
    // What is there already is counted by itself; another signer has room of its own.
    shop.deliver("the last one").await;
    assert_eq!(full(env).await, Some(3));
    through("their own").await;
    let listed = quarantine::list(env).await.unwrap();
    assert_eq!(listed.len(), 101, "none hides the others");
    let theirs: Vec<_> = listed
        .iter()
        .filter(|piece| piece.signed_by.is_some())
        .collect();
    assert_eq!(theirs.len(), 1);
    let mine = quarantine::list_of(env, None).await.unwrap();
    assert_eq!(mine.len(), 10_001);
    assert_eq!(
        quarantine::list_of(env, theirs[0].signed_by)
            .await
            .unwrap()
            .len(),
        1
    );
    // The count goes off the list like a piece, and what is released makes room.
    let count = mine.iter().find(|piece| piece.reason == "full").unwrap();
    assert!(release(env, count.id).await.unwrap().1);
    assert_eq!(full(env).await, None);
    quarantine::discard(env, mine[5_000].id).await.unwrap();
    assert!(matches!(
        quarantine::discard(env, mine[5_000].id).await,
        Err(Error::NotFound)
    ));
    shop.deliver("there is room").await;
    assert_eq!(full(env).await, None);
    assert_eq!(quarantine::list_of(env, None).await.unwrap().len(), 10_000);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_signers_ceiling_is_one_of_bytes_as_well(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    fill(&shop.env, 64, 4 << 20).await;
    shop.deliver("one more").await;
    assert_eq!(full(&shop.env).await, Some(1));
    let kept = quarantine::list_of(&shop.env, None).await.unwrap();
    assert_eq!(kept.len(), 65);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_old_is_thrown_away_and_the_rest_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    shop.deliver("old").await;
    shop.clock.by(time::Duration::days(31));
    shop.deliver("new").await;
    let month = shop.env.now() - time::Duration::days(30);
    assert_eq!(
        quarantine::discard_before(&shop.env, month).await.unwrap(),
        1
    );
    let left = quarantine::list(&shop.env).await.unwrap();
    assert_eq!(left.len(), 1);
    let (piece, _) = quarantine::open(&shop.env, left[0].id).await.unwrap();
    assert_eq!(piece, b"new");
}
