//! A rotation that is cut off, and what still runs when one begins.

use super::*;
use crate::vault::{
    agree, grace::grace_of, make_key, rotate::forget, rotate_data, rotate_master, verify,
};
use sqlx::{Connection, PgConnection};
use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tokio::sync::Notify;

#[sqlx::test(migrations = "../migrations")]
async fn a_rotation_that_is_cut_off_leaves_everything_open_and_goes_on_where_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    add_jobs(&env, &one.fixture, 200).await;
    let owner = Owner::Workspace(one.fixture.workspace);
    let before = values(&env, owner).await;
    let begun = Notify::new();
    let mut say = |note| {
        if matches!(note, Note::Walked { column: "job.sealed", values, .. } if values > 64) {
            begun.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = begun.notified() => {}
        _ = rotate_data(&env, None, &mut say) => panic!("it ended first"),
    }
    let halfway = values(&env, owner).await;
    assert_eq!(plain(&halfway), plain(&before));
    assert_eq!(keys(&halfway), ["1", "2"], "cut off in the middle");

    let rotated = rotate_data(&env, None, &mut deaf).await.unwrap();
    assert!(rotated.values > 0 && rotated.values < before.len() as u64);
    let after = values(&env, owner).await;
    assert_eq!(plain(&after), plain(&before));
    assert_eq!(keys(&after), ["2"], "no third key was begun");
    assert_eq!(data_keys(&env, &one.fixture).await.len(), 1);
}

/// Waits until `held` says so, while `work` goes on, which must not end before.
async fn until<T>(work: &mut (impl Future<Output = T> + Unpin), held: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !held().await {
        assert!(futures::poll!(&mut *work).is_pending(), "it ended before");
        assert!(tokio::time::Instant::now() < deadline, "it never came so");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn who_seals_with_the_old_key_or_opens_with_it_is_waited_for(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let owner = Owner::Workspace(one.fixture.workspace);

    // It has read the key and written nothing yet: no lock of a row and no id of a transaction shows that it is there.
    let mut writer = one.fixture.enter(&env).await;
    let late: JobId = env.id();
    let sealed = seal(&env, &mut writer, job::SEALED, &late.to_string(), b"late").await;
    let sealed = sealed.unwrap();
    let waits = Arc::new(AtomicU32::new(0));
    let told = Arc::clone(&waits);
    let mut say = move |note| {
        if matches!(note, Note::Waits { .. }) {
            told.fetch_add(1, Ordering::Relaxed);
        }
    };
    let mut rotation = pin!(async { rotate_data(&env, None, &mut say).await.unwrap() });
    let newest = async || data_keys(&env, &one.fixture).await.len() == 2;
    until(&mut rotation, async || {
        newest().await && waits.load(Ordering::Relaxed) == 1
    })
    .await;

    // It reads a value as it was.
    let mut reader = one.fixture.enter(&env).await;
    let token: Vec<u8> =
        sqlx::query_scalar("SELECT token_sealed FROM channel WHERE workspace_id = $1")
            .bind(one.fixture.workspace.0)
            .fetch_one(reader.conn())
            .await
            .unwrap();
    assert_eq!(crypto::key_id(&token).unwrap(), "1");

    assert!(futures::poll!(&mut rotation).is_pending());
    assert_eq!(
        keys(&values(&env, owner).await),
        ["1"],
        "nothing is moved as long as the writer is there"
    );
    sqlx::query("INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed) VALUES ($1, $2, 'send', 'x', now(), $3)")
        .bind(one.fixture.workspace.0)
        .bind(late.0)
        .bind(sealed)
        .execute(writer.conn())
        .await
        .unwrap();
    writer.commit().await.unwrap();

    // All of it is moved, and the reader is waited for.
    until(&mut rotation, async || {
        keys(&values(&env, owner).await) == ["2"] && waits.load(Ordering::Relaxed) == 2
    })
    .await;
    let place = secrets::TOKEN;
    let row = one.channel.to_string();
    let opened = open(&env, &mut reader, place, &row, &token).await.unwrap();
    assert_eq!(&**opened, b"token");
    reader.commit().await.unwrap();

    let rotated = rotation.await;
    assert_eq!((rotated.keys, rotated.broken), (1, 0));
    assert_eq!(data_keys(&env, &one.fixture).await, [(2, "m1".to_owned())]);
    let after = values(&env, owner).await;
    let late = after[&(job::SEALED, late.0)].2.as_deref();
    assert_eq!(
        late,
        Some(&b"late"[..]),
        "what was written late was moved as well"
    );
    assert_eq!(verify(&env, &mut deaf).await.unwrap().broken, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_puts_a_data_key_under_the_old_master_key_is_waited_for(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    let late = crate::workspace::create(&old, "Late").await.unwrap();
    let both = with_masters(&env, &["m2", "m1"]);
    let rotated = waits_for(&both, rotate_master(&both, &mut deaf), late).await;
    assert_eq!(rotated.unwrap().keys, 1);
    let standing = verify(&both, &mut deaf).await.unwrap();
    assert_eq!(standing.masters["m2"], (1, 0));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_under_which_values_came_meanwhile_is_not_forgotten(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let mut tenant = env.db.operator(one.fixture.workspace).await.unwrap();
    make_key(&env, &mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    let forgotten = forget(&env, one.fixture.workspace).await;
    assert!(
        matches!(&forgotten, Err(crate::Error::Conflict(words)) if words.contains("another rotation")),
        "{forgotten:?}"
    );
    assert_eq!(data_keys(&env, &one.fixture).await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_transaction_that_does_not_end_in_time_is_no_reason_to_go_on_without_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let open = one.fixture.enter(&env).await;
    let waited = grace_of(&env, Duration::from_millis(50), &mut deaf).await;
    assert!(
        matches!(&waited, Err(crate::Error::Conflict(words)) if words.contains("may still use the old key")),
        "{waited:?}"
    );
    open.commit().await.unwrap();
    grace_of(&env, Duration::from_secs(20), &mut deaf)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_sealed_anew_meanwhile_is_not_overwritten(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let owner = Owner::Workspace(one.fixture.workspace);
    for column in Column::WORKSPACE {
        // Nobody changes a line of the audit.
        if column == Column::Audit {
            continue;
        }
        let mut tenant = env.db.operator(one.fixture.workspace).await.unwrap();
        let rows = column
            .read(tenant.conn(), owner.uuid(), Uuid::nil(), None)
            .await;
        let row = rows.unwrap().remove(0);
        let ring = owner.ring(&env, tenant.conn()).await.unwrap();
        let newer = ring.seal(&env, column, row.id, b"newer").unwrap();
        let stale = ring.seal(&env, column, row.id, b"stale").unwrap();
        for (old, new) in [(&row.sealed, &newer), (&row.sealed, &stale)] {
            let (ids, old, new) = ([row.id], [old.clone()], [new.clone()]);
            let swapped = column.swap(tenant.conn(), owner.uuid(), &ids, &old, &new);
            swapped.await.unwrap();
        }
        tenant.commit().await.unwrap();
        let now = values(&env, owner).await;
        assert_eq!(
            now[&(column.place(), row.id)].2.as_deref(),
            Some(&b"newer"[..])
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn another_login_of_the_serving_role_is_waited_for_and_an_administrator_is_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const LOGIN: &str = "postern_test_login";
    let (env, _) = testing::env(options.clone());
    full(&env, "One", "100").await;
    let admin = std::env::var("POSTERN_TEST_ADMIN_URL").expect("an administrator of the server");
    let admin: PgConnectOptions = admin.parse().unwrap();
    let admin = admin.database(options.get_database().unwrap());
    let mut admin = PgConnection::connect_with(&admin).await.unwrap();
    let roles =
        format!("DROP ROLE IF EXISTS {LOGIN}; CREATE ROLE {LOGIN} LOGIN IN ROLE postern_app");
    sqlx::raw_sql(sqlx::AssertSqlSafe(roles))
        .execute(&mut admin)
        .await
        .unwrap();
    let login = options.username(LOGIN);
    let mut login = PgConnection::connect_with(&login).await.unwrap();
    for session in [&mut admin, &mut login] {
        sqlx::raw_sql("BEGIN; SELECT 1")
            .execute(session)
            .await
            .unwrap();
    }
    let waits = Arc::new(AtomicU32::new(0));
    let told = Arc::clone(&waits);
    let mut say = move |note| {
        if let Note::Waits { transactions } = note {
            told.store(transactions.try_into().unwrap(), Ordering::Relaxed);
        }
    };
    let mut rotation = pin!(async { rotate_data(&env, None, &mut say).await.unwrap() });
    until(&mut rotation, async || {
        tokio::task::yield_now().await;
        waits.load(Ordering::Relaxed) > 0
    })
    .await;
    assert_eq!(waits.load(Ordering::Relaxed), 1);
    login.close().await.unwrap();
    // The administrator's is still open.
    assert_eq!(rotation.await.keys, 1);
    let roles = format!("COMMIT; DROP ROLE {LOGIN}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(roles))
        .execute(&mut admin)
        .await
        .unwrap();
}
