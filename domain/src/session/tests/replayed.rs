//! A token that was spent comes again: somebody stole it.

use super::*;

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn of_fifty_browsers_with_one_token_one_wins_and_the_theft_ends_everything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let phone = opened(&env, account, &browser("phone")).await;
    let token = opened(&env, account, &browser("0")).await.refresh;
    let won = futures::future::join_all((0..50).map(|n| {
        let (env, token) = (&env, &token);
        async move {
            refresh(env, token, &browser(&n.to_string()))
                .await
                .ok()
                .map(|opened| (n, opened.refresh))
        }
    }))
    .await;
    let won: Vec<_> = won.into_iter().flatten().collect();
    assert_eq!(won.len(), 1, "one compare-and-swap succeeds");
    assert_eq!(live_sessions(&env, account).await, 0);
    assert!(refused(
        refresh(&env, &won[0].1, &browser(&won[0].0.to_string())).await
    ));
    assert!(refused(
        refresh(&env, &phone.refresh, &browser("phone")).await
    ));
    assert_eq!(
        deeds(&env, account).await,
        ["session_replay"],
        "answered once"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_replay_ends_every_session_of_that_person_and_of_nobody_else_and_rings(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let ((account, _), (other, _)) = (person(&env).await, person(&env).await);
    let laptop = browser("laptop");
    let first = opened(&env, account, &laptop).await;
    opened(&env, account, &browser("phone")).await;
    opened(&env, other, &browser("other")).await;
    let second = refresh(&env, &first.refresh, &laptop).await.unwrap();
    refresh(&env, &second.refresh, &laptop).await.unwrap();
    // Days later it is still known.
    clock.by(Duration::days(5));
    let mut bells = env.wake.listen();
    assert!(refused(refresh(&env, &first.refresh, &laptop).await));
    assert_eq!(live_sessions(&env, account).await, 0);
    assert_eq!(live_sessions(&env, other).await, 1);
    assert_eq!(deeds(&env, account).await, ["session_replay"]);
    let mut rung = HashSet::new();
    while let Ok(signal) = bells.try_recv() {
        rung.insert(signal);
    }
    let session = token::read(
        &Env {
            clock: std::sync::Arc::new(crate::env::Real),
            ..env.clone()
        },
        &first.signed_in.token,
    )
    .unwrap()
    .session;
    assert!(rung.contains(&Signal::Session(session)) && rung.contains(&Signal::Account(account)));
    assert!(rung.contains(&Signal::Jobs), "a letter waits");
    let mut global = env.db.global().await.unwrap();
    let email: String = sqlx::query_scalar("SELECT email FROM account WHERE id = $1")
        .bind(account.0)
        .fetch_one(global.conn())
        .await
        .unwrap();
    drop(global);
    let letters = testing::letters(&env, &email).await;
    assert_eq!(letters.len(), 1, "however many sessions there were");
    assert_eq!(letters[0].subject, "All your sessions were ended");
    assert_eq!(rung.len(), 4, "two sessions, the person, and the letter");

    // The theft was answered: the thief cannot go on ending what is opened after it.
    opened(&env, account, &laptop).await;
    assert!(refused(refresh(&env, &first.refresh, &laptop).await));
    assert_eq!(live_sessions(&env, account).await, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_grace_from_another_device_is_a_replay(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let first = opened(&env, account, &browser("laptop")).await.refresh;
    refresh(&env, &first, &browser("laptop")).await.unwrap();
    assert!(refused(refresh(&env, &first, &browser("thief")).await));
    assert_eq!(live_sessions(&env, account).await, 0);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn replays_of_two_sessions_at_once_do_not_wait_for_each_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    for _ in 0..10 {
        let (account, _) = person(&env).await;
        let laptop = browser("laptop");
        let mut spent = Vec::new();
        for _ in 0..6 {
            let first = opened(&env, account, &laptop).await.refresh;
            refresh(&env, &first, &laptop).await.unwrap();
            spent.push(first);
        }
        let thief = browser("thief");
        let answers =
            futures::future::join_all(spent.iter().map(|token| refresh(&env, token, &thief))).await;
        assert!(answers.into_iter().all(refused));
        assert_eq!(live_sessions(&env, account).await, 0);
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_replay_does_not_wait_for_somebody_who_is_signing_out_and_waits_for_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, _) = person(&env).await;
    let (laptop, phone) = (browser("laptop"), browser("phone"));
    let first = opened(&env, account, &laptop).await.refresh;
    refresh(&env, &first, &laptop).await.unwrap();
    let leaving = opened(&env, account, &phone).await;
    let session = token::read(&env, &leaving.signed_in.token).unwrap().session;

    // The first half of a sign-out: it holds its session, and has not written the audit yet.
    let mut out = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET ended_at = now(), end_reason = 'sign_out' WHERE id = $1")
        .bind(session.0)
        .execute(out.conn())
        .await
        .unwrap();
    let replay = tokio::spawn({
        let (env, first) = (env.clone(), first.clone());
        async move { refresh(&env, &first, &browser("thief")).await }
    });
    // Until the replay holds the account and waits for that session.
    let mut watch = env.db.global().await.unwrap();
    loop {
        let waiting: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_stat_activity
                             WHERE datname = current_database() AND wait_event_type = 'Lock')",
        )
        .fetch_one(watch.conn())
        .await
        .unwrap();
        if waiting {
            break;
        }
        assert!(!replay.is_finished(), "it must wait for the session");
        // Within a transaction the view stands still.
        sqlx::query("SELECT pg_stat_clear_snapshot()")
            .execute(watch.conn())
            .await
            .unwrap();
    }
    let audited = account::audit(&env, out.conn(), account, Deed::SignOut, None).await;
    assert!(audited.is_ok(), "a deadlock: {:?}", audited.err());
    out.commit().await.unwrap();
    assert!(refused(replay.await.unwrap()), "answered, and no fault");
    assert_eq!(live_sessions(&env, account).await, 0);
}
