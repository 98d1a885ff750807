//! Bodies that are applied in pieces, and what is acknowledged when.

use super::*;
use crate::webhook::{part::PIECE, reapply};
use sqlx::postgres::PgPoolOptions;

/// A body of `count` messages of ten people.
fn long(env: &Env, count: i64) -> String {
    let at = recently(env);
    let elements: Vec<_> = (0..count)
        .map(|n| {
            let from = format!("4915110{:03}", n % 10);
            text(&from, &format!("w{n}"), &format!("{n}"), at)
        })
        .collect();
    messages(&elements)
}

/// Refuses what would hold more ids than a piece has elements.
const WATCH: &str = "
    CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) > 50 THEN
            RAISE EXCEPTION 'too many locks';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER few BEFORE INSERT ON status_early FOR EACH ROW EXECUTE FUNCTION few()";

#[sqlx::test(migrations = "../migrations")]
async fn statuses_of_strangers_hold_few_locks_at_a_time(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    as_owner(&options, WATCH).await;
    let at = recently(&shop.env).to_string();
    let statuses: Vec<_> = (0..400)
        .map(|n| json!({"id":format!("x{n:03}"),"status":"sent","timestamp":at}))
        .collect();
    let receipt = shop
        .deliver(body(&[change(NUMBER, "statuses", &statuses)]))
        .await;
    assert_eq!((receipt.applied, receipt.kept), (1, 0));
    assert_eq!((PIECE, shop.count("status_early").await), (50, 400));
}

const REFUSE: &str = "
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE OF state ON webhook_part DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.state <> 'pending') EXECUTE FUNCTION refuse()";
const ALLOW: &str = "DROP TRIGGER refuse ON webhook_part";

#[sqlx::test(migrations = "../migrations")]
async fn what_fails_at_its_commit_is_not_acknowledged_and_nothing_of_it_is_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let body = long(&shop.env, 3);
    as_owner(&options, REFUSE).await;
    assert!(deliver(&shop.env, &body).await.is_err());
    for table in ["webhook_part", "message", "message_key", "contact"] {
        assert_eq!(shop.count(table).await, 0, "{table}");
    }
    as_owner(&options, ALLOW).await;
    let receipt = shop.deliver(&body).await;
    assert_eq!((receipt.applied, receipt.replays), (1, 0));
    assert_eq!(shop.count("message").await, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_body_of_a_thousand_messages_is_applied_in_short_transactions(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let body = long(&shop.env, 1000);
    let receipt = shop.deliver(&body).await;
    assert_eq!(
        receipt,
        Receipt {
            applied: 1,
            ..Receipt::default()
        }
    );
    assert_eq!(shop.count("message").await, 1000);
    assert_eq!(shop.count("conversation").await, 10);
    let mut tenant = shop.enter().await;
    let most: i64 = sqlx::query_scalar(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM event WHERE workspace_id = $1 GROUP BY xid) e",
    )
    .bind(shop.fixture.workspace.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(most, PIECE as i64);
    drop(tenant);
    assert_eq!(shop.deliver(&body).await.replays, 1);
    assert_eq!(shop.count("message").await, 1000);
    assert!(shop.waiting().await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_long_body_that_was_cut_off_is_not_acknowledged_and_goes_on_when_it_comes_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let body = long(&shop.env, 120);
    let before = shop.count("event").await;
    as_owner(&options, REFUSE).await;
    // All but the last piece are in.
    for _ in 0..2 {
        assert!(deliver(&shop.env, &body).await.is_err());
        assert_eq!(shop.count("message").await, 100);
        assert_eq!(shop.waiting().await[0].state, "pending");
    }
    as_owner(&options, ALLOW).await;
    let receipt = shop.deliver(&body).await;
    assert_eq!((receipt.applied, receipt.replays), (1, 0));
    assert_eq!(shop.count("message").await, 120);
    assert_eq!(shop.count("event").await - before, 120);
    assert_eq!(shop.deliver(&body).await.replays, 1);
    let mut tenant = shop.enter().await;
    let replays: Vec<i32> =
        sqlx::query_scalar("SELECT replays FROM webhook_part WHERE workspace_id = $1")
            .bind(shop.fixture.workspace.0)
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    assert_eq!(replays, [1], "what went on was no replay");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_long_body_that_never_comes_again_is_ended_by_the_operator(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let body = long(&shop.env, 120);
    as_owner(&options, REFUSE).await;
    assert!(deliver(&shop.env, &body).await.is_err());
    as_owner(&options, ALLOW).await;
    let part = shop.waiting().await[0].id;
    let workspace = shop.fixture.workspace;
    assert!(reapply(&shop.env, workspace, part).await.unwrap());
    assert!(shop.waiting().await.is_empty());
    assert_eq!(shop.count("message").await, 120);
    assert_eq!(shop.deliver(&body).await.replays, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_long_body_twice_at_once_is_applied_by_one_and_a_replay_for_the_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let body = long(&shop.env, 230);
    let before = shop.count("event").await;
    let both = futures::future::join_all((0..3).map(|_| deliver(&shop.env, &body))).await;
    let both: Vec<_> = both.into_iter().map(Result::unwrap).collect();
    let applied: usize = both.iter().map(|receipt| receipt.applied).sum();
    let replays: usize = both.iter().map(|receipt| receipt.replays).sum();
    assert_eq!((applied, replays), (1, 2));
    assert_eq!(shop.count("message").await, 230);
    assert_eq!(shop.count("event").await - before, 230);
    let threads = shop.threads().await;
    assert!(threads.iter().all(|(row, _)| row.unread == 23));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bad_element_of_a_long_body_leaves_it_kept_and_all_others_applied(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut elements: Vec<_> = (0..149)
        .map(|n| text("4915112345", &format!("w{n}"), "x", at))
        .collect();
    elements.insert(75, json!({"id":"w","type":"text"}));
    let body = messages(&elements);
    assert_eq!(shop.deliver(&body).await.kept, 1);
    assert_eq!(shop.count("message").await, 149);
    assert_eq!(shop.waiting().await[0].state, "kept");
    assert_eq!(shop.deliver(&body).await.replays, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_two_transactions_undid_is_tried_again_and_given_up_after_five_times(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    // A sequence counts what was rolled back too: each message fails four times as a deadlock would.
    as_owner(
        &options,
        "CREATE SEQUENCE tried;
         GRANT USAGE ON SEQUENCE tried TO postern_app;
         CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('public.tried') % 5 <> 0 THEN
                 RAISE EXCEPTION 'clash' USING ERRCODE = '40P01';
             END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER clash BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION clash()",
    )
    .await;
    let at = recently(&shop.env);
    let receipt = shop
        .deliver(messages(&[text("4915112345", "w1", "at last", at)]))
        .await;
    assert_eq!((receipt.applied, receipt.replays), (1, 0));
    assert_eq!(shop.texts().await, ["at last"]);
    as_owner(
        &options,
        "ALTER SEQUENCE tried INCREMENT BY 5 RESTART WITH 1",
    )
    .await;
    let body = messages(&[text("4915112345", "w2", "never", at)]);
    assert!(deliver(&shop.env, &body).await.is_err());
    assert_eq!(shop.texts().await, ["at last"]);
    assert_eq!(shop.count("webhook_part").await, 1);
}
