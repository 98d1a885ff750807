//! Listing: page by page, whole or not at all, and again by itself.

use super::*;
use crate::template::refused as doubt;
use postern_types::Event;
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

const HOUR: std::time::Duration = std::time::Duration::from_hours(1);

#[sqlx::test(migrations = "../migrations")]
async fn a_listing_is_read_to_its_end_by_the_cursor_and_what_it_lacks_is_gone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let round = Arc::new(AtomicUsize::new(0));
    let seen = round.clone();
    let shop = shop(options, move |request| {
        let last = request.line.contains("after=P2");
        let mut page: Vec<Value> = if last {
            vec![template(101, "last", "APPROVED", "Bye")]
        } else {
            (0..100)
                .map(|nth| template(nth, &format!("t{nth}"), "APPROVED", "Hi"))
                .collect()
        };
        if seen.load(Ordering::SeqCst) > 0 && last {
            page = vec![template(102, "newest", "PENDING", "Soon")];
        }
        let next = "https://elsewhere.example/steals-the-token";
        let paging = if last {
            json!({ "cursors": { "before": "P2", "after": "P3" } })
        } else {
            json!({ "cursors": { "before": "P1", "after": "P2" }, "next": next })
        };
        Reply::Json(200, json!({ "data": page, "paging": paging }))
    })
    .await;
    shop.sync().await;
    let asked: Vec<_> = shop
        .meta
        .seen()
        .into_iter()
        .map(|request| request.line)
        .collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].starts_with("GET /v24.0/waba-1/message_templates?fields=id%2Cname"));
    assert!(asked[1].ends_with("limit=100&after=P2"));
    assert!(
        shop.meta
            .seen()
            .iter()
            .all(|request| request.token == "token")
    );
    assert_eq!(names(&shop.search("last").await), ["last"]);

    round.store(1, Ordering::SeqCst);
    shop.sync().await;
    assert_eq!(
        names(&shop.search("last").await),
        [""; 0],
        "Meta has it no more"
    );
    let newest = shop.search("newest").await;
    assert_eq!(newest.templates[0].status, "PENDING");
    round.store(0, Ordering::SeqCst);
    shop.sync().await;
    assert_eq!(names(&shop.search("last").await), ["last"], "it is back");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_listing_that_breaks_off_takes_nothing_away_and_says_why(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let answer = Arc::new(Mutex::new(None::<Reply>));
    let next = answer.clone();
    let shop = shop(options, move |request| {
        if request.line.contains("after=") {
            return next.lock().unwrap().clone().unwrap();
        }
        let paging = json!({ "cursors": { "after": "P2" }, "next": "more" });
        let whole = next.lock().unwrap().is_none();
        let paging = if whole { Value::Null } else { paging };
        let mut page = vec![template(1, "one", "APPROVED", "Hi")];
        if whole {
            page.push(template(2, "two", "APPROVED", "Hi"));
        }
        Reply::Json(200, json!({ "data": page, "paging": paging }))
    })
    .await;
    shop.sync().await;
    for (reply, words) in [
        (refused(401, 190), "connect the number again"),
        (refused(403, 200), "whatsapp_business_management"),
        (refused(400, 4), "fewer requests"),
        (refused(400, 131_059), "fault of its own"),
        (refused(400, 77), "error 77"),
        (Reply::Text(502, "<html>".to_owned()), "could not be asked"),
        (
            Reply::Json(200, json!({ "data": "none" })),
            "could not be asked",
        ),
        (Reply::Half, "could not be asked"),
        (Reply::Cut, "could not be asked"),
    ] {
        *answer.lock().unwrap() = Some(reply.clone());
        shop.sync().await;
        let page = shop.page().await;
        assert_eq!(names(&page), ["one", "two"], "{reply:?}");
        assert!(
            page.fault.as_deref().unwrap().contains(words),
            "{reply:?}: {:?}",
            page.fault
        );
        assert!(page.synced_at.is_some() && !page.asking);
    }
    *answer.lock().unwrap() = None;
    shop.sync().await;
    assert_eq!(shop.page().await.fault, None);
}

#[sqlx::test(migrations = "../migrations")]
async fn fields_that_meta_does_not_know_are_left_out_and_a_bad_cursor_begins_anew(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let cursors = AtomicUsize::new(0);
    let shop = shop(options, move |request| {
        if request.line.contains("parameter_format") || request.line.contains("quality_score") {
            return refused(400, 100);
        }
        if request.line.contains("after=P2") {
            return if cursors.fetch_add(1, Ordering::SeqCst) == 0 {
                refused(400, 131_059)
            } else {
                listing(&[template(2, "two", "APPROVED", "Hi")])
            };
        }
        let paging = json!({ "cursors": { "after": "P2" }, "next": "more" });
        Reply::Json(
            200,
            json!({ "data": [template(1, "one", "APPROVED", "Hi")], "paging": paging }),
        )
    })
    .await;
    shop.sync().await;
    let page = shop.page().await;
    assert_eq!(
        (names(&page), page.fault.clone()),
        (vec!["one", "two"], None)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn meta_is_asked_again_by_itself_and_nothing_is_told_when_nothing_changed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |request| {
        let status = if request.before < 2 {
            "APPROVED"
        } else {
            "PAUSED"
        };
        listing(&[template(1, "one", status, "Hi")])
    })
    .await;
    let mut tenant = shop.fixture.enter(&shop.env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    let told = async |cursor: &mut _| {
        let mut tenant = shop.fixture.enter(&shop.env).await;
        let events = testing::feed(&mut tenant, cursor).await;
        let numbers = events
            .iter()
            .filter(|event| matches!(event, Event::Channel { .. }));
        numbers.count()
    };
    shop.sync().await;
    assert_eq!(told(&mut cursor).await, 1, "there are templates now");
    let mut asked = vec![];
    for _ in 0..2 {
        shop.clock.by(time::Duration::hours(3));
        assert_eq!(thread::work(&shop.env).await, 0, "not so soon");
        shop.clock.by(time::Duration::hours(2));
        assert_eq!(thread::work(&shop.env).await, 1);
        asked.push(told(&mut cursor).await);
    }
    assert_eq!(asked, [0, 1], "the same, then paused");
    assert_eq!(shop.page().await.templates[0].status, "PAUSED");
    assert!(crate::job::next(&shop.env).await.unwrap().unwrap() > HOUR);
}

#[sqlx::test(migrations = "../migrations")]
async fn it_is_asked_for_once_however_often_it_is_wanted_and_whoever_opens_a_stale_list_wants_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        listing(&[template(1, "one", "APPROVED", "Hi")])
    })
    .await;
    assert!(shop.page().await.asking, "nobody has asked yet");
    let mut tenant = shop.fixture.enter(&shop.env).await;
    for _ in 0..5 {
        refresh(&shop.env, &mut tenant, shop.channel).await.unwrap();
        doubt(&shop.env, &mut tenant, shop.channel).await.unwrap();
    }
    tenant.commit().await.unwrap();
    assert_eq!(thread::work(&shop.env).await, 1);
    assert_eq!(shop.meta.seen().len(), 1);
    assert!(!shop.page().await.asking);

    // The number is disconnected: nobody is asked, and the job is gone until somebody connects it.
    let mut tenant = shop.fixture.enter(&shop.env).await;
    crate::channel::disconnect(&shop.env, &mut tenant, shop.channel)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    shop.sync().await;
    assert_eq!(shop.meta.seen().len(), 1);
    assert_eq!(thread::jobs(&shop.env, &shop.fixture).await, 0);
    assert_eq!(names(&shop.page().await), ["one"], "what is known stays");
}
