//! What rotation moves, and what it leaves alone.

use super::*;
use crate::{
    password,
    vault::{agree, rotate_data, rotate_master},
};

#[sqlx::test(migrations = "../migrations")]
async fn a_new_master_key_is_known_first_then_used_and_then_opens_everything_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    let one = full(&old, "One", "100").await;
    let own = Owner::Workspace(one.fixture.workspace);
    let before = (
        values(&old, own).await,
        values(&old, Owner::Installation).await,
    );

    // Known: old things open, and the old key is still used, whatever process starts.
    let both = with_masters(&env, &["m2", "m1"]);
    agree(&both).await.unwrap();
    assert_eq!(plain(&values(&both, own).await), plain(&before.0));
    let two = full(&both, "Two", "200").await;
    assert_eq!(data_keys(&both, &two.fixture).await, [(1, "m1".to_owned())]);

    // Used.
    let rotated = rotate_master(&both, &mut deaf).await.unwrap();
    assert_eq!((rotated.keys, rotated.values, rotated.broken), (2, 2, 0));
    let three = full(&both, "Three", "300").await;
    for full in [&one, &two, &three] {
        let under = data_keys(&both, &full.fixture).await;
        assert_eq!(under, [(1, "m2".to_owned())]);
    }
    let again = rotate_master(&both, &mut deaf).await.unwrap();
    assert_eq!((again.keys, again.values), (0, 0));

    let new = with_masters(&env, &["m2"]);
    agree(&new).await.unwrap();
    let after = values(&new, own).await;
    assert_eq!(after, before.0, "the values stay as they are, and open");
    let pieces = values(&new, Owner::Installation).await;
    assert_eq!((pieces.len(), keys(&pieces)), (3, vec!["m2"]));
    assert!(
        plain(&before.1)
            .iter()
            .all(|piece| plain(&pieces).contains(piece))
    );

    // The old key alone opens nothing, and seals nothing either.
    let old = with_masters(&env, &["m1"]);
    assert!(
        agree(&old)
            .await
            .unwrap_err()
            .to_string()
            .contains("\"m2\"")
    );
    for owner in [own, Owner::Installation] {
        let closed = values(&old, owner).await;
        assert!(closed.values().all(|value| value.2.is_none()));
    }
    assert!(crate::workspace::create(&old, "Four").await.is_err());
    let piece = quarantine::Stranger {
        reason: quarantine::Reason::UnknownNumber,
        piece: b"four".to_vec(),
    };
    assert!(quarantine::keep(&old, None, &[piece]).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_data_key_seals_every_column_anew_and_the_old_one_is_forgotten(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let two = full(&env, "Two", "200").await;
    // More than a batch; and a number that was disconnected has no token to open.
    add_jobs(&env, &one.fixture, 70).await;
    testing::channel(&env, &one.fixture, "101").await;
    let mut tenant = one.fixture.enter(&env).await;
    sqlx::query(
        "UPDATE channel SET token_sealed = '' WHERE workspace_id = $1 AND phone_number_id = '101'",
    )
    .bind(one.fixture.workspace.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let (mine, theirs) = (
        Owner::Workspace(one.fixture.workspace),
        Owner::Workspace(two.fixture.workspace),
    );
    let before = [values(&env, mine).await, values(&env, theirs).await];
    for column in Column::WORKSPACE {
        let has = |values: &Values| values.keys().any(|at| at.0 == column.place());
        assert!(before.iter().all(has), "{} has a value", column.place());
    }

    let rotated = rotate_data(&env, Some(one.fixture.workspace), &mut deaf)
        .await
        .unwrap();
    assert_eq!((rotated.keys, rotated.broken), (1, 0));
    assert_eq!(rotated.values, before[0].len() as u64);
    let after = values(&env, mine).await;
    assert_eq!(plain(&after), plain(&before[0]));
    assert_eq!(keys(&after), ["2"]);
    assert!(after.iter().all(|(at, value)| value.1 != before[0][at].1));
    assert_eq!(data_keys(&env, &one.fixture).await, [(2, "m1".to_owned())]);
    assert_eq!(
        values(&env, theirs).await,
        before[1],
        "another workspace's stay as they are, byte for byte"
    );

    let rotated = rotate_data(&env, None, &mut deaf).await.unwrap();
    assert_eq!(rotated.keys, 2);
    let all = [values(&env, mine).await, values(&env, theirs).await];
    assert_eq!([keys(&all[0]), keys(&all[1])], [["3"], ["2"]]);
    assert_eq!(plain(&all[1]), plain(&before[1]));
    let unknown = rotate_data(&env, Some(env.id()), &mut deaf).await;
    assert!(matches!(unknown, Err(crate::Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_but_the_operator_moves_a_key_and_nobody_takes_the_newest(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let mut tenant = one.fixture.enter(&env).await;
    for attempt in [
        "SELECT drop_key(1)",
        "SELECT rewrap_key(1, 'm1', 'm1', '\\x01026d31'::bytea || decode(repeat('00', 60), 'hex'))",
        "SELECT reseal_details(ARRAY[]::uuid[], ARRAY[]::bytea[])",
    ] {
        tenant.mark().await.unwrap();
        let refused = sqlx::query(attempt).execute(tenant.conn()).await;
        let refused: crate::Error = refused.unwrap_err().into();
        assert!(matches!(refused, crate::Error::Forbidden), "{attempt}");
        tenant.undo().await.unwrap();
    }
    drop(tenant);
    let mut tenant = env.db.operator(one.fixture.workspace).await.unwrap();
    let dropped: bool = sqlx::query_scalar("SELECT drop_key(1)")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(!dropped, "the newest stays");
    tenant.commit().await.unwrap();
    // Also while nothing stands under it, and another workspace has newer ones.
    let two = full(&env, "Two", "200").await;
    for workspace in [
        one.fixture.workspace,
        two.fixture.workspace,
        two.fixture.workspace,
    ] {
        let mut tenant = env.db.operator(workspace).await.unwrap();
        crate::vault::make_key(&env, &mut tenant).await.unwrap();
        tenant.commit().await.unwrap();
    }
    let mut tenant = env.db.operator(one.fixture.workspace).await.unwrap();
    let dropped: bool = sqlx::query_scalar("SELECT drop_key(2)")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(!dropped, "the newest stays");
}

/// As somebody would who has the serving role's connection and says to be the operator.
async fn attempt(env: &Env, full: &Full, sql: &str) -> crate::Result<bool> {
    let mut tenant = env.db.operator(full.fixture.workspace).await?;
    let done = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_one(tenant.conn())
        .await?;
    tenant.commit().await?;
    Ok(done)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_data_key_stays_as_long_as_any_column_names_it_whoever_asks(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let one = full(&env, "One", "100").await;
    assert_eq!(
        rotate_data(&env, None, &mut deaf).await.unwrap().keys,
        1,
        "all of it is under the second key"
    );
    let mut tenant = env.db.operator(one.fixture.workspace).await.unwrap();
    crate::vault::make_key(&env, &mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    let put = async |place: &str, number: u8| {
        let (table, column) = place.split_once('.').unwrap();
        let sql = format!(
            "UPDATE {table} SET {column} = '\\x0101{:02x}'::bytea || substr({column}, 4) WHERE {column} IS NOT NULL",
            b'0' + number
        );
        testing::as_owner(&options, table, &sql).await;
    };
    for column in Column::WORKSPACE {
        put(column.place(), 3).await;
    }
    for column in Column::WORKSPACE {
        put(column.place(), 2).await;
        let dropped = attempt(&env, &one, "SELECT drop_key(2)").await.unwrap();
        assert!(!dropped, "{}", column.place());
        put(column.place(), 3).await;
    }
    assert!(attempt(&env, &one, "SELECT drop_key(2)").await.unwrap());
    assert!(!attempt(&env, &one, "SELECT drop_key(3)").await.unwrap());
}

#[sqlx::test(migrations = "../migrations")]
async fn no_detail_of_the_audit_is_wiped_and_no_data_key_replaced_by_what_does_not_name_its_key(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let owner = Owner::Workspace(one.fixture.workspace);
    let before = values(&env, owner).await;
    let id = before.keys().find(|at| at.0 == audit::DETAIL).unwrap().1;
    let rest = "00".repeat(28);
    for sealed in [
        "NULL".to_owned(),
        "''".to_owned(),
        "'\\x010131'".to_owned(),
        format!("'\\x010132{rest}'"),
        format!("'\\x020131{rest}'"),
    ] {
        let sql = format!(
            "SELECT true FROM reseal_details(ARRAY['{id}']::uuid[], ARRAY[{sealed}]::bytea[])"
        );
        let refused = attempt(&env, &one, &sql).await;
        assert!(matches!(refused, Err(crate::Error::Forbidden)), "{sealed}");
    }
    let sql = format!("SELECT true FROM reseal_details(ARRAY['{id}']::uuid[], ARRAY[]::bytea[])");
    assert!(attempt(&env, &one, &sql).await.is_err(), "none for one");
    // Another workspace's line stays as it is.
    let two = full(&env, "Two", "200").await;
    let their = Owner::Workspace(two.fixture.workspace);
    let theirs = values(&env, their).await;
    let id = theirs.keys().find(|at| at.0 == audit::DETAIL).unwrap().1;
    let sql = format!(
        "SELECT true FROM reseal_details(ARRAY['{id}']::uuid[], ARRAY['\\x010131{rest}']::bytea[])"
    );
    assert!(attempt(&env, &one, &sql).await.unwrap());
    assert_eq!(values(&env, their).await, theirs);
    // A line without details stays without.
    let sql = format!(
        "SELECT true FROM reseal_details(ARRAY(SELECT id FROM audit WHERE detail IS NULL LIMIT 1), \
         ARRAY['\\x010131{rest}']::bytea[])"
    );
    assert!(attempt(&env, &one, &sql).await.unwrap());
    let rest = "00".repeat(60);
    for wrapped in [
        "NULL".to_owned(),
        "''".to_owned(),
        "'\\x01026d32'".to_owned(),
        format!("'\\x01026d31{rest}'"),
    ] {
        let sql = format!("SELECT rewrap_key(1, 'm1', 'm2', {wrapped}::bytea)");
        let refused = attempt(&env, &one, &sql).await;
        assert!(matches!(refused, Err(crate::Error::Forbidden)), "{wrapped}");
    }
    // Who read it before another one wrapped it anew comes too late.
    let sql = format!("SELECT rewrap_key(1, 'm0', 'm1', '\\x01026d31{rest}'::bytea)");
    assert!(!attempt(&env, &one, &sql).await.unwrap());
    assert_eq!(values(&env, owner).await, before);
}

#[sqlx::test(migrations = "../migrations")]
async fn data_keys_are_numbered_one_after_the_other(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let one = full(&env, "One", "100").await;
    let insert = |number: i32| {
        format!(
            "INSERT INTO workspace_key (workspace_id, number, master_id, wrapped, created_at)
             VALUES ('{}', {number}, 'm1', 'x', now()) RETURNING true",
            one.fixture.workspace
        )
    };
    for number in [i32::MIN, 0, 1, 3, i32::MAX] {
        let refused = attempt(&env, &one, &insert(number)).await;
        assert!(refused.is_err(), "{number}");
    }
    rotate_data(&env, None, &mut deaf).await.unwrap();
    let refused = attempt(&env, &one, &insert(1)).await;
    assert!(
        matches!(refused, Err(crate::Error::Forbidden)),
        "it is gone"
    );
    attempt(&env, &one, &insert(3)).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn who_does_not_know_the_master_key_in_use_does_not_go_back_to_an_older_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let old = with_masters(&env, &["m1"]);
    agree(&old).await.unwrap();
    full(&old, "One", "100").await;
    let both = with_masters(&env, &["m2", "m1"]);
    rotate_master(&both, &mut deaf).await.unwrap();
    let refused = rotate_master(&old, &mut deaf).await.unwrap_err();
    assert!(
        matches!(&refused, crate::Error::Conflict(words) if words.contains("m2 is in use")),
        "{refused:?}"
    );
    let standing = crate::vault::verify(&both, &mut deaf).await.unwrap();
    assert_eq!(standing.current_master, "m2");
}

#[test]
fn who_was_told_of_older_keys_does_not_overtake_who_was_told_of_newer_ones() {
    use std::sync::{OnceLock, Weak, atomic::AtomicU32, atomic::Ordering, mpsc};
    let named = |id: &str| Rings {
        master: vec![NamedKey {
            id: id.to_owned(),
            secret: Zeroizing::new(vec![1; 32]),
        }],
        token: Vec::new(),
    };
    let itself = Arc::new(OnceLock::<Weak<Keys>>::new());
    let (asked, known) = (AtomicU32::new(0), Arc::clone(&itself));
    let keys = Keys::new(Rings::default(), Zeroizing::new(vec![3; 32])).reread(move || {
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => {
                // Another one asks while this one has its answer and has not taken it in.
                let keys = known.get().unwrap().upgrade().unwrap();
                let (tell, told) = mpsc::channel();
                std::thread::spawn(move || {
                    keys.master_ids();
                    let _ = tell.send(());
                });
                // Who holds the lock waits in vain.
                let _ = told.recv_timeout(std::time::Duration::from_millis(300));
                Some(named("older"))
            }
            1 => Some(named("newer")),
            _ => None,
        }
    });
    let keys = Arc::new(keys);
    itself.set(Arc::downgrade(&keys)).unwrap();
    keys.master_ids();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while keys.master_ids() != ["newer"] {
        assert!(std::time::Instant::now() < deadline, "the newer ones win");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn no_rotation_changes_a_digest_or_a_password() {
    let (env, _) = testing::env(PgConnectOptions::new());
    let (old, new) = (with_masters(&env, &["m1"]), with_masters(&env, &["m2"]));
    let digest = |env: &Env| env.keys.digest("webhook_part", &[b"body"]);
    assert_eq!(digest(&old), digest(&new));
    let kept = password::hash(&old, "correct horse").await.unwrap();
    assert!(
        password::verify(&new, Some(&kept), "correct horse")
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_key_that_another_process_added_is_found_and_one_that_it_removed_is_gone() {
    let (env, _) = testing::env(PgConnectOptions::new());
    let changed = Arc::new(std::sync::Mutex::new(None));
    let source = Arc::clone(&changed);
    let keys = Keys::new(Rings::default(), Zeroizing::new(vec![3; 32]))
        .reread(move || source.lock().unwrap().take());
    let named = |id: &str| NamedKey {
        id: id.to_owned(),
        secret: Zeroizing::new(vec![1; 32]),
    };
    assert!(keys.master("m2").is_err() && keys.token("t2").is_none());
    *changed.lock().unwrap() = Some(Rings {
        master: vec![named("m2")],
        token: vec![named("t2")],
    });
    assert!(keys.master("m2").is_ok() && keys.token("t2").is_some());
    *changed.lock().unwrap() = Some(Rings::default());
    assert!(keys.token("t2").is_none() && keys.master_ids().is_empty());
    drop(env);
}
