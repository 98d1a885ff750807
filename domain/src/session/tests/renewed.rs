//! A session goes on: its tokens follow each other, and the one before has its grace.

use super::*;

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_session_ends_seven_days_after_its_sign_in_however_often_it_is_renewed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");
    let first = opened(&env, account, &laptop).await;
    let mut token = first.refresh;
    for _ in 0..6 {
        clock.by(Duration::days(1));
        let renewed = refresh(&env, &token, &laptop).await.unwrap();
        assert_eq!(renewed.expires_at, first.expires_at);
        assert_ne!(renewed.refresh, token);
        token = renewed.refresh;
    }
    clock.by(Duration::days(1));
    assert!(refused(refresh(&env, &token, &laptop).await));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn of_fifty_tabs_with_one_token_exactly_one_ends_up_with_the_token_in_force(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");
    let token = opened(&env, account, &laptop).await.refresh;
    let renewed = futures::future::join_all((0..50).map(|_| refresh(&env, &token, &laptop))).await;
    let tokens: HashSet<String> = renewed
        .into_iter()
        .map(|renewed| renewed.unwrap().refresh.to_string())
        .collect();
    assert_eq!(tokens.len(), 50);
    assert_eq!(live_sessions(&env, account).await, 1);
    let mut in_force = 0;
    for token in &tokens {
        let mut global = env.db.global().await.unwrap();
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM session WHERE token_hash = $1")
            .bind(&hash(token)[..])
            .fetch_one(global.conn())
            .await
            .unwrap();
        in_force += found;
    }
    assert_eq!(in_force, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_grace_replaces_the_successor_which_is_then_spent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");
    let first = opened(&env, account, &laptop).await.refresh;
    let lost = refresh(&env, &first, &laptop).await.unwrap().refresh;
    clock.by(Duration::seconds(9));
    let again = refresh(&env, &first, &laptop).await.unwrap().refresh;
    assert!(refused(refresh(&env, &lost, &laptop).await));
    assert_eq!(live_sessions(&env, account).await, 0);
    assert!(refused(refresh(&env, &again, &laptop).await));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_grace_does_not_move_with_its_use_and_ends_when_the_successor_is_used(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, _) = person(&env).await;
    let laptop = browser("laptop");

    let first = opened(&env, account, &laptop).await.refresh;
    refresh(&env, &first, &laptop).await.unwrap();
    clock.by(Duration::seconds(6));
    refresh(&env, &first, &laptop).await.unwrap();
    clock.by(Duration::seconds(6));
    assert!(refused(refresh(&env, &first, &laptop).await), "12 s later");

    let first = opened(&env, account, &laptop).await.refresh;
    let second = refresh(&env, &first, &laptop).await.unwrap().refresh;
    refresh(&env, &second, &laptop).await.unwrap();
    assert!(refused(refresh(&env, &first, &laptop).await), "used");
    assert_eq!(live_sessions(&env, account).await, 0);
}
