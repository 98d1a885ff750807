//! How a visit ends.

use super::*;
use crate::{portal::pin, wake::Signal};
use postern_types::LinkId;
use sqlx::AssertSqlSafe;

async fn over(env: &Env, visit: &Visit) -> bool {
    match enter(env, visit).await {
        Ok(_) => false,
        Err(Error::Unauthorized) => true,
        Err(other) => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn revoking_ends_every_browser_of_that_link_at_once_and_rings(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (made, other) = (h.link(None).await, h.link(None).await);
    let (one, two, apart) = (
        h.opened(&made).await.visit,
        h.opened(&made).await.visit,
        h.opened(&other).await.visit,
    );
    let mut watch = watch(&h.env, &one).await.unwrap();
    h.revoke(&made).await;
    assert_eq!(rung_right(&mut watch).await, Rung::Right);
    assert!(over(&h.env, &one).await && over(&h.env, &two).await);
    assert!(!over(&h.env, &apart).await);
    // Again: nothing more happens.
    h.revoke(&made).await;
    let mut tenant = h.owner.enter(&h.env).await;
    let ended = revoke_all(&h.env, &mut tenant, h.contact).await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(ended, 1);
    assert!(over(&h.env, &apart).await);
    let refused = draw_pin(&h.env, made.id).await.unwrap();
    let mut tenant = h.owner.enter(&h.env).await;
    let refused = reset_pin(&h.env, &mut tenant, &refused).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

/// The next bell that says that the visit may be over: the feed rings as well.
async fn rung_right(watch: &mut Watch) -> Rung {
    loop {
        let rung = watch.rung().await;
        if rung == Rung::Right {
            return rung;
        }
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_link_keeps_ten_browsers_and_the_next_pin_ends_the_oldest(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (made, other) = (h.link(None).await, h.link(None).await);
    let apart = h.opened(&other).await.visit;
    let mut visits = Vec::new();
    for _ in 0..11 {
        h.clock.by(Duration::minutes(1));
        visits.push(h.opened(&made).await.visit);
    }
    assert!(over(&h.env, &visits[0]).await);
    for visit in visits[1..].iter().chain([&apart]) {
        assert!(!over(&h.env, visit).await);
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_new_pin_ends_every_browser_that_the_old_one_opened(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let visit = h.opened(&made).await.visit;
    let mut watch = watch(&h.env, &visit).await.unwrap();
    let pin = h.new_pin(&made).await;
    assert_eq!(rung_right(&mut watch).await, Rung::Right);
    assert!(over(&h.env, &visit).await);
    assert_ne!(pin, made.pin);
    assert_eq!(came(h.enters(&made, &made.pin).await), Came::Wrong);
    assert_eq!(came(h.enters(&made, &pin).await), Came::In);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_pin_that_is_set_anew_while_the_old_one_is_looked_at_opens_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let way = find(&h.env, token(&made), [192, 0, 2, 2].into())
        .await
        .unwrap();
    let taken = pin::take(&h.env, &way).await.unwrap();
    h.new_pin(&made).await;
    let mut tenant = h.env.db.link(way.workspace, way.link).await.unwrap();
    let given = pin::give_back(&h.env, &mut tenant, &way, &taken).await;
    assert!(matches!(given, Err(Error::NotFound)), "{given:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_opens_and_who_revokes_at_once_leave_no_browser_behind(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    for _ in 0..8 {
        let made = h.link(None).await;
        let (opened, ()) = futures::join!(h.enters(&made, &made.pin), h.revoke(&made));
        if let Ok(opened) = opened {
            assert!(over(&h.env, &opened.visit).await);
        }
        let mut tenant = h.owner.enter(&h.env).await;
        let left: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM portal_session WHERE link_id = $1 AND ended_at IS NULL",
        )
        .bind(made.id.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
        assert_eq!(left, 0);
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_visit_ends_after_a_day_with_its_link_and_when_its_browser_leaves(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options.clone()).await;
    let made = h.link(Some(1)).await;
    h.clock.by(Duration::hours(20));
    let opened = h.opened(&made).await;
    let left = opened.expires_at - h.env.now();
    assert!(
        left <= Duration::hours(4),
        "no longer than its link: {left}"
    );
    h.clock.by(Duration::hours(5));
    assert!(over(&h.env, &opened.visit).await, "by our clock");
    assert!(matches!(
        read(&h.env, &opened.token),
        Err(Error::Unauthorized)
    ));

    let lasting = h.link(None).await;
    let (day, leaves) = (h.opened(&lasting).await, h.opened(&lasting).await.visit);
    assert_eq!(read(&h.env, &day.token).unwrap(), day.visit);
    leave(&h.env, &leaves).await.unwrap();
    leave(&h.env, &leaves).await.unwrap();
    assert!(over(&h.env, &leaves).await);
    assert!(!over(&h.env, &day.visit).await, "another browser stays");
    h.clock.by(LIFE);
    assert!(over(&h.env, &day.visit).await);

    let by_row = h.link(Some(30)).await;
    let visit = h.opened(&by_row).await.visit;
    let sql = format!(
        "UPDATE portal_link SET expires_at = now() - interval '1 second' WHERE id = '{}'",
        by_row.id
    );
    testing::as_owner(&options, "portal_link", &sql).await;
    assert!(over(&h.env, &visit).await, "by the database's clock");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn no_way_leads_from_one_workspace_into_another(_: PgPoolOptions, options: PgConnectOptions) {
    let h = house(options).await;
    let made = h.link(None).await;
    let visit = h.opened(&made).await.visit;
    let elsewhere = testing::workspace(&h.env, "Elsewhere", Role::Owner).await;
    let moved = Visit {
        workspace: elsewhere.workspace,
        ..visit
    };
    assert!(over(&h.env, &moved).await);
    assert!(watch(&h.env, &moved).await.is_err());
    let way = Way {
        workspace: elsewhere.workspace,
        link: made.id,
    };
    let browser = testing::browser(&h.env);
    for refused in [
        open(&h.env, &way, &made.pin, &browser).await.err(),
        face(&h.env, &way).await.err(),
        ask_for_pin(&h.env, &way, &browser).await.err(),
    ] {
        assert!(matches!(refused, Some(Error::NotFound)), "{refused:?}");
    }
    let (contact, _) = guest(&h.env, &elsewhere, "200").await;
    let (pin, secrets) = (
        draw_pin(&h.env, made.id).await.unwrap(),
        draw(&h.env).await.unwrap(),
    );
    macro_rules! missing {
        ($call:expr) => {{
            let answer = $call.await.map(drop);
            assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
        }};
    }
    let (env, form) = (&h.env, NewLink { days: None });
    let mut tenant = elsewhere.enter(&h.env).await;
    missing!(list(env, &mut tenant, h.contact));
    missing!(make(env, &mut tenant, h.contact, &form, &secrets));
    missing!(revoke(env, &mut tenant, made.id));
    missing!(revoke_all(env, &mut tenant, h.contact));
    missing!(reset_pin(env, &mut tenant, &pin));
    missing!(send(env, &mut tenant, made.id, &made.address));
    assert!(list(env, &mut tenant, contact).await.unwrap().is_empty());
    drop(tenant);
    assert!(!over(&h.env, &visit).await, "nothing was done to it");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_browser_is_seen_once_a_minute_and_its_link_with_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let visit = h.opened(&made).await.visit;
    let seen = async || {
        let mut tenant = h.owner.enter(&h.env).await;
        let sql = "SELECT s.seen_at, l.used_at FROM portal_session s JOIN portal_link l ON l.id = s.link_id";
        let row: (time::OffsetDateTime, time::OffsetDateTime) =
            sqlx::query_as(AssertSqlSafe(sql.to_owned()))
                .fetch_one(tenant.conn())
                .await
                .unwrap();
        row
    };
    let first = seen().await;
    assert!(!over(&h.env, &visit).await);
    assert_eq!(seen().await, first, "not within a minute");
    h.clock.by(Duration::seconds(61));
    assert!(!over(&h.env, &visit).await);
    let second = seen().await;
    assert!(second.0 > first.0 && second.1 == second.0, "{second:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_watch_hears_of_its_own_link_and_workspace_and_of_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let visit = h.opened(&made).await.visit;
    let mut watch = watch(&h.env, &visit).await.unwrap();
    for strange in [
        Signal::Jobs,
        Signal::Portal(h.env.id::<LinkId>()),
        Signal::Feed(h.env.id::<WorkspaceId>()),
    ] {
        h.env.wake.ring(strange);
    }
    {
        let mut waits = std::pin::pin!(watch.rung());
        assert!(futures::poll!(&mut waits).is_pending());
    }
    h.env.wake.ring(Signal::Feed(h.owner.workspace));
    assert_eq!(watch.rung().await, Rung::News);
    h.env.wake.ring(Signal::All);
    assert_eq!(watch.rung().await, Rung::Right);
    h.clock.by(LIFE);
    assert_eq!(watch.rung().await, Rung::Right, "its time is over");
}
