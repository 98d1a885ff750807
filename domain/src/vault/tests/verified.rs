//! What verification says.

use super::*;
use crate::vault::{Standing, rotate_data, rotate_master, verify};

/// What does not open, as it is told.
async fn broken(
    env: &Env,
) -> (
    Standing,
    Vec<(Option<postern_types::WorkspaceId>, &'static str, String)>,
) {
    let mut told = Vec::new();
    let mut say = |note| {
        if let Note::Broken {
            workspace,
            column,
            row,
        } = note
        {
            told.push((workspace, column, row));
        }
    };
    let standing = verify(env, &mut say).await.unwrap();
    assert_eq!(standing.broken, told.len() as u64);
    (standing, told)
}

#[sqlx::test(migrations = "../migrations")]
async fn verification_counts_what_stands_under_each_key(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let env = with_masters(&env, &["m2", "m1"]);
    crate::vault::agree(&with_masters(&env, &["m1"]))
        .await
        .unwrap();
    let one = full(&env, "One", "100").await;
    let two = full(&env, "Two", "200").await;
    let (standing, told) = broken(&env).await;
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(standing.current_master, "m1");
    let masters = |m1, m2| BTreeMap::from([("m1".to_owned(), m1), ("m2".to_owned(), m2)]);
    assert_eq!(standing.masters, masters((2, 2), (0, 0)));
    let data = |fixture: &Fixture, number: &str, values: u64| {
        ((fixture.workspace, number.to_owned()), values)
    };
    let expected = BTreeMap::from([data(&one.fixture, "1", 18), data(&two.fixture, "1", 18)]);
    assert_eq!(standing.data, expected);

    rotate_master(&env, &mut deaf).await.unwrap();
    rotate_data(&env, Some(two.fixture.workspace), &mut deaf)
        .await
        .unwrap();
    let standing = verify(&env, &mut deaf).await.unwrap();
    assert_eq!(standing.current_master, "m2");
    assert_eq!(standing.masters, masters((0, 0), (2, 2)));
    let expected = BTreeMap::from([data(&one.fixture, "1", 18), data(&two.fixture, "2", 18)]);
    assert_eq!(standing.data, expected);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_tampered_with_or_moved_is_told_with_its_place_and_rotation_leaves_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = full(&env, "One", "100").await;
    let two = full(&env, "Two", "200").await;
    let (mine, theirs) = (one.fixture.workspace, two.fixture.workspace);
    let before = values(&env, Owner::Workspace(mine)).await;
    // A byte of one, a value of another workspace, a value of another column, a value cut short.
    for (table, sql) in [
        (
            "audit",
            format!(
                "UPDATE audit SET detail = set_byte(detail, 20, get_byte(detail, 20) # 1) WHERE workspace_id = '{mine}' AND detail IS NOT NULL"
            ),
        ),
        (
            "webhook_part",
            format!(
                "UPDATE webhook_part SET sealed = (SELECT sealed FROM webhook_part WHERE workspace_id = '{theirs}') WHERE workspace_id = '{mine}'"
            ),
        ),
        (
            "channel",
            format!(
                "UPDATE channel SET app_secret_sealed = verify_token_sealed, token_sealed = 'x' WHERE workspace_id = '{mine}'"
            ),
        ),
        (
            "quarantine",
            "UPDATE quarantine SET sealed = (SELECT sealed FROM quarantine ORDER BY id LIMIT 1)"
                .to_owned(),
        ),
    ] {
        if table == "quarantine" {
            let mut global = env.db.global().await.unwrap();
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(global.conn())
                .await
                .unwrap();
            global.commit().await.unwrap();
        } else {
            testing::as_owner(&options, table, &sql).await;
        }
    }
    let row = |place: &'static str| {
        let at = before.keys().find(|at| at.0 == place).unwrap();
        (Some(mine), place, at.1.to_string())
    };
    let mut expected = vec![
        row("audit.detail"),
        row("webhook_part.sealed"),
        row("channel.app_secret_sealed"),
        row("channel.token_sealed"),
    ];
    let pieces = values(&env, Owner::Installation).await;
    let moved = pieces.keys().next_back().unwrap();
    expected.push((None, moved.0, moved.1.to_string()));
    expected.sort();
    let (_, mut told) = broken(&env).await;
    told.sort();
    assert_eq!(told, expected);

    // Rotation says the same, seals the rest anew, and keeps the old key for what may be mended.
    let rotated = rotate_data(&env, Some(mine), &mut deaf).await.unwrap();
    assert_eq!((rotated.keys, rotated.values, rotated.broken), (0, 14, 4));
    assert_eq!(data_keys(&env, &one.fixture).await.len(), 2);
    let (_, mut told) = broken(&env).await;
    told.sort();
    assert_eq!(told, expected);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_workspace_that_lost_its_keys_is_told_of_and_gets_no_new_first_key(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = full(&env, "One", "100").await;
    let two = full(&env, "Two", "200").await;
    let lost = one.fixture.workspace;
    let sql = format!("DELETE FROM workspace_key WHERE workspace_id = '{lost}'");
    testing::as_owner(&options, "workspace_key", &sql).await;
    let (standing, told) = broken(&env).await;
    assert_eq!(
        standing.broken, 19,
        "the keys, and all that stands under them"
    );
    assert!(told.iter().all(|broken| broken.0 == Some(lost)), "{told:?}");

    let rotated = rotate_data(&env, Some(lost), &mut deaf).await.unwrap();
    assert_eq!((rotated.keys, rotated.broken), (0, 1));
    assert!(data_keys(&env, &one.fixture).await.is_empty());
    let rotated = rotate_data(&env, None, &mut deaf).await.unwrap();
    assert_eq!((rotated.keys, rotated.broken), (1, 1), "others go on");
    assert_eq!(data_keys(&env, &two.fixture).await[0].0, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_value_that_does_not_open_keeps_its_key_and_nothing_else_under_an_old_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = full(&env, "One", "100").await;
    let mine = one.fixture.workspace;
    let sql = "UPDATE webhook_part SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)";
    testing::as_owner(&options, "webhook_part", sql).await;
    for newest in [2, 3, 4] {
        let rotated = rotate_data(&env, Some(mine), &mut deaf).await.unwrap();
        assert_eq!((rotated.keys, rotated.values, rotated.broken), (0, 17, 1));
        let numbers: Vec<i32> = data_keys(&env, &one.fixture)
            .await
            .iter()
            .map(|key| key.0)
            .collect();
        assert_eq!(numbers, (1..=newest).collect::<Vec<_>>());
        for ((place, _), value) in values(&env, Owner::Workspace(mine)).await {
            let under = if place == "webhook_part.sealed" {
                1
            } else {
                newest
            };
            assert_eq!(value.0, under.to_string(), "{place}");
        }
    }

    // The row is brought back: the next rotation moves it, and the old keys go.
    testing::as_owner(&options, "webhook_part", sql).await;
    let rotated = rotate_data(&env, Some(mine), &mut deaf).await.unwrap();
    assert_eq!((rotated.keys, rotated.values, rotated.broken), (3, 1, 0));
    assert_eq!(data_keys(&env, &one.fixture).await, [(4, "m1".to_owned())]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_data_key_that_does_not_open_is_told_and_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = full(&env, "One", "100").await;
    let sql = "UPDATE workspace_key SET wrapped = set_byte(wrapped, 30, get_byte(wrapped, 30) # 1)";
    testing::as_owner(&options, "workspace_key", sql).await;
    let (_, told) = broken(&env).await;
    let wrapped = (
        Some(one.fixture.workspace),
        "workspace_key.wrapped",
        "1".to_owned(),
    );
    assert!(told.contains(&wrapped), "{told:?}");
    assert_eq!(told.len(), 19, "and all that stands under it");
    let both = with_masters(&env, &["m2"]);
    let rotated = rotate_master(&both, &mut deaf).await.unwrap();
    assert_eq!(rotated.keys, 0);
    assert_eq!(data_keys(&env, &one.fixture).await, [(1, "m1".to_owned())]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_data_key_that_is_listed_under_another_master_key_than_its_own_is_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = full(&env, "One", "100").await;
    let sql = "UPDATE workspace_key SET master_id = 'm2'";
    testing::as_owner(&options, "workspace_key", sql).await;
    let wrapped = "workspace_key.wrapped";
    let (_, told) = broken(&env).await;
    assert_eq!(
        told,
        [(Some(one.fixture.workspace), wrapped, "1".to_owned())]
    );
}
