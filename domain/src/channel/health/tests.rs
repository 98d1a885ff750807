//! Learning how numbers stand, on a real database, from webhooks and from a Meta that is asked.

use super::*;
use crate::{
    Env, channel,
    testing::{
        self, Fixture, Moved,
        meta::{FakeMeta, Reply, Request, refused},
        thread,
    },
};
use postern_types::{ChannelState, Event, Fact, NumberHealth, Role};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::{Arc, Mutex};
use time::Duration;

const ACCOUNT: &str = "waba-1";

async fn tell(env: &Env, fixture: &Fixture, field: &str, value: Value, ago: Duration) {
    let mut tenant = fixture.enter(env).await;
    let at = env.now() - ago;
    heard(env, &mut tenant, ACCOUNT, field, &value, at)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
}

async fn health(env: &Env, fixture: &Fixture, id: ChannelId) -> NumberHealth {
    let mut tenant = fixture.enter(env).await;
    show(&mut tenant, id).await.unwrap()
}

fn value(health: &NumberHealth, fact: Fact) -> Option<&str> {
    health
        .facts
        .iter()
        .find(|known| known.fact == fact)
        .map(|known| known.value.as_str())
}

/// Two numbers of one account; the second has digits of its own.
async fn two(env: &Env) -> (Fixture, ChannelId, ChannelId) {
    let fixture = testing::workspace(env, "Shop", Role::Admin).await;
    let first = testing::channel(env, &fixture, "100").await;
    let second = testing::channel(env, &fixture, "200").await;
    let mut tenant = fixture.enter(env).await;
    sqlx::query("UPDATE channel SET phone = '+1 555-078-3881' WHERE id = $1")
        .bind(second.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    (fixture, first, second)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_change_is_learnt_by_the_number_it_is_about_kept_once_and_told_to_the_feed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (fixture, first, second) = two(&env).await;
    let mut tenant = fixture.enter(&env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    let flagged = json!({ "display_phone_number": "15550783881", "event": "FLAGGED", "current_limit": "TIER_10K" });
    let at = env.now();
    for _ in 0..2 {
        let mut tenant = fixture.enter(&env).await;
        heard(
            &env,
            &mut tenant,
            ACCOUNT,
            "phone_number_quality_update",
            &flagged,
            at,
        )
        .await
        .unwrap();
        tenant.commit().await.unwrap();
    }
    let known = health(&env, &fixture, second).await;
    assert_eq!(
        (value(&known, Fact::Status), value(&known, Fact::Limit)),
        (Some("FLAGGED"), Some("10000"))
    );
    assert_eq!(known.alerts.len(), 1, "{:?}", known.alerts);
    assert_eq!(known.alerts[0].severity, Severity::Warning);
    assert_eq!(health(&env, &fixture, first).await, NumberHealth::default());

    let mut tenant = fixture.enter(&env).await;
    let told: Vec<(ChannelId, bool)> = testing::feed(&mut tenant, &mut cursor)
        .await
        .into_iter()
        .map(|event| match event {
            Event::Channel { channel } => (channel.id, channel.alert),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [(second, true)], "once, and with its mark");

    // What came late of an earlier time changes nothing.
    tell(&env, &fixture, "phone_number_quality_update",
        json!({ "display_phone_number": "15550783881", "event": "UPGRADE", "current_limit": "TIER_250" }), Duration::hours(1)).await;
    assert_eq!(
        value(&health(&env, &fixture, second).await, Fact::Limit),
        Some("10000")
    );

    // The whole account's concerns both; a lower limit is an alert where one was known.
    tell(
        &env,
        &fixture,
        "business_capability_update",
        json!({ "max_daily_conversations_per_business": 250 }),
        Duration::ZERO,
    )
    .await;
    let (one, other) = (
        health(&env, &fixture, first).await,
        health(&env, &fixture, second).await,
    );
    assert_eq!(
        (value(&one, Fact::Limit), one.alerts.len()),
        (Some("250"), 0)
    );
    assert_eq!(
        (value(&other, Fact::Limit), other.alerts.len()),
        (Some("250"), 2)
    );
    assert_eq!(
        (
            other.changes[0].before.as_str(),
            other.changes[0].after.as_str()
        ),
        ("10000", "250")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_account_that_is_taken_away_disconnects_its_numbers_until_they_are_connected_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (fixture, first, second) = two(&env).await;
    clock.by(Duration::minutes(5));
    let removed = json!({ "event": "PARTNER_REMOVED", "waba_info": { "waba_id": ACCOUNT } });
    let mut tenant = fixture.enter(&env).await;
    let at = env.now();
    heard(&env, &mut tenant, ACCOUNT, "account_update", &removed, at)
        .await
        .unwrap();
    for id in [first, second] {
        let channel = channel::find(&mut tenant, id).await.unwrap();
        assert_eq!(channel.state, ChannelState::Disconnected);
        assert!(
            channel
                .state_reason
                .unwrap()
                .contains("connect the number again")
        );
        assert!(channel.alert);
    }
    // Connected again since, it is not lost anew by the old word.
    clock.by(Duration::minutes(5));
    sqlx::query("UPDATE channel SET state = 'connected', connected_at = $2 WHERE id = $1")
        .bind(first.0)
        .bind(env.now())
        .execute(tenant.conn())
        .await
        .unwrap();
    settle(&env, &mut tenant, first, "disconnected")
        .await
        .unwrap();
    heard(&env, &mut tenant, ACCOUNT, "account_update", &removed, at)
        .await
        .unwrap();
    let channel = channel::find(&mut tenant, first).await.unwrap();
    assert_eq!(
        (channel.state, channel.alert),
        (ChannelState::Connected, false)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_alert_is_seen_by_somebody_and_an_account_of_another_workspace_is_not_reached(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (fixture, first, _) = two(&env).await;
    let stranger = testing::workspace(&env, "Other", Role::Admin).await;
    let alert =
        json!({ "entity_type": "WABA", "alert_type": "OBA_REJECTED", "alert_severity": "WARNING" });
    // The same account's id, in a workspace that has no number of it.
    tell(
        &env,
        &stranger,
        "account_alerts",
        alert.clone(),
        Duration::ZERO,
    )
    .await;
    assert!(health(&env, &fixture, first).await.alerts.is_empty());
    tell(&env, &fixture, "account_alerts", alert, Duration::ZERO).await;
    let alert = health(&env, &fixture, first).await.alerts.remove(0);
    assert_eq!((alert.seen, alert.seen_by), (None, None));

    let mut foreign = stranger.enter(&env).await;
    assert!(matches!(
        see(&env, &mut foreign, first, alert.id).await,
        Err(crate::Error::NotFound)
    ));
    assert!(matches!(
        see_all(&env, &mut foreign, first).await,
        Err(crate::Error::NotFound)
    ));
    assert!(matches!(
        show(&mut foreign, first).await,
        Err(crate::Error::NotFound)
    ));
    assert!(matches!(
        check_now(&env, &mut foreign, first).await,
        Err(crate::Error::NotFound)
    ));
    assert!(standings(&mut foreign).await.unwrap().is_empty());
    assert!(matches!(
        channel::event::list(&mut foreign, first, None, None).await,
        Err(crate::Error::NotFound)
    ));
    assert!(matches!(
        channel::event::open(&env, &mut foreign, first, env.id()).await,
        Err(crate::Error::NotFound)
    ));
    drop(foreign);

    let mut tenant = fixture.enter(&env).await;
    assert_eq!(
        standings(&mut tenant)
            .await
            .unwrap()
            .iter()
            .map(|standing| standing.alerts)
            .sum::<i64>(),
        2
    );
    see(&env, &mut tenant, first, alert.id).await.unwrap();
    assert!(!channel::find(&mut tenant, first).await.unwrap().alert);
    tenant.commit().await.unwrap();
    let seen = health(&env, &fixture, first).await.alerts.remove(0);
    assert!(seen.seen.is_some());
    assert_eq!(seen.seen_by.as_deref(), Some("Shop"));
}

/// A Meta whose number can be changed, and which may not know every field.
struct Scene {
    env: Env,
    clock: Arc<Moved>,
    fake: FakeMeta,
    fixture: Fixture,
    id: ChannelId,
    number: Arc<Mutex<Reply>>,
}

async fn scene(options: PgConnectOptions) -> Scene {
    let number = Arc::new(Mutex::new(Reply::Json(
        200,
        json!({
            "id": "100", "quality_rating": "GREEN", "status": "CONNECTED", "throughput": { "level": "STANDARD" },
            "health_status": { "can_send_message": "AVAILABLE" }, "whatsapp_business_manager_messaging_limit": "TIER_2K",
        }),
    )));
    let answer = number.clone();
    let fake = FakeMeta::start(move |_: &Request| answer.lock().unwrap().clone()).await;
    let (mut env, clock) = testing::env(options);
    env.meta.graph = fake.url.parse().unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Admin).await;
    let id = testing::channel(&env, &fixture, "100").await;
    Scene {
        env,
        clock,
        fake,
        fixture,
        id,
        number,
    }
}

impl Scene {
    fn answer(&self, reply: Reply) {
        *self.number.lock().unwrap() = reply;
    }

    async fn check(&self) -> NumberHealth {
        let mut tenant = self.fixture.enter(&self.env).await;
        check_now(&self.env, &mut tenant, self.id).await.unwrap();
        tenant.commit().await.unwrap();
        assert_eq!(thread::work(&self.env).await, 1);
        health(&self.env, &self.fixture, self.id).await
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn meta_is_asked_now_and_every_few_hours_and_a_change_for_the_worse_is_an_alert(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let known = scene.check().await;
    assert_eq!(
        (value(&known, Fact::Quality), value(&known, Fact::Limit)),
        (Some("GREEN"), Some("2000"))
    );
    assert!(known.checked.is_some() && known.fault.is_none() && known.alerts.is_empty());
    scene.answer(Reply::Json(
        200,
        json!({ "id": "100", "quality_rating": "RED" }),
    ));
    assert_eq!(thread::work(&scene.env).await, 0, "not before its time");
    scene.clock.by(Duration::hours(6));
    assert_eq!(thread::work(&scene.env).await, 1);
    let known = health(&scene.env, &scene.fixture, scene.id).await;
    assert_eq!(value(&known, Fact::Quality), Some("RED"));
    assert_eq!(
        value(&known, Fact::Limit),
        Some("2000"),
        "what is left out stays as it was"
    );
    assert_eq!(
        (known.alerts.len(), known.alerts[0].severity),
        (1, Severity::Critical)
    );
    assert_eq!(
        (
            known.changes[0].before.as_str(),
            known.changes[0].after.as_str()
        ),
        ("GREEN", "RED")
    );
    let token = &scene.fake.seen()[0].token;
    assert_eq!(token, "token");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_version_that_does_not_know_a_field_is_asked_for_the_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut scene = scene(options).await;
    let fake = FakeMeta::start(|request: &Request| {
        let unknown = |field: &str| {
            let message = format!("(#100) Tried accessing nonexisting field ({field}) on node type (WhatsAppBusinessPhoneNumber)");
            Reply::Json(400, json!({ "error": { "message": message, "type": "OAuthException", "code": 100 } }))
        };
        if request.line.contains("health_status") {
            return unknown("health_status");
        }
        if request.line.contains("messaging_limit") {
            return unknown("a_word_that_was_not_asked_for");
        }
        assert!(request.line.contains("quality_rating"));
        Reply::Json(200, json!({ "id": "100", "quality_rating": "YELLOW" }))
    })
    .await;
    scene.env.meta.graph = fake.url.parse().unwrap();
    let known = scene.check().await;
    assert_eq!(value(&known, Fact::Quality), Some("YELLOW"));
    assert_eq!(fake.seen().len(), 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refused_token_disconnects_and_what_else_goes_wrong_is_told_and_tried_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    for (reply, words) in [
        (Reply::Cut, "could not be reached"),
        (refused(400, 80_007), "fewer requests"),
        (refused(403, 200), "whatsapp_business_management"),
        (
            Reply::Text(502, "<html>".to_owned()),
            "could not be reached",
        ),
        (refused(400, 100), "knows nothing"),
    ] {
        scene.answer(reply);
        let known = scene.check().await;
        assert!(
            known.fault.as_deref().unwrap().contains(words),
            "{:?}",
            known.fault
        );
        assert_eq!(
            thread::jobs(&scene.env, &scene.fixture).await,
            1,
            "it goes on"
        );
    }
    scene.answer(refused(401, 190));
    let known = scene.check().await;
    let mut tenant = scene.fixture.enter(&scene.env).await;
    assert_eq!(
        channel::find(&mut tenant, scene.id).await.unwrap().state,
        ChannelState::Disconnected
    );
    assert!(
        known
            .alerts
            .iter()
            .any(|alert| alert.words.contains("access token")),
        "{:?}",
        known.alerts
    );
    let refused = check_now(&scene.env, &mut tenant, scene.id).await;
    assert!(
        matches!(refused, Err(crate::Error::Conflict(_))),
        "{refused:?}"
    );
    tenant.commit().await.unwrap();
    scene.clock.by(Duration::hours(6));
    assert_eq!(thread::work(&scene.env).await, 1);
    assert_eq!(
        thread::jobs(&scene.env, &scene.fixture).await,
        0,
        "nothing is asked about it any more"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn numbers_that_nobody_watches_are_put_under_watch(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let other = testing::workspace(&scene.env, "Other", Role::Admin).await;
    testing::channel(&scene.env, &other, "300").await;
    for _ in 0..2 {
        watch(&scene.env).await.unwrap();
    }
    assert_eq!(thread::jobs(&scene.env, &scene.fixture).await, 1);
    assert_eq!(thread::work(&scene.env).await, 2);
    assert!(
        health(&scene.env, &scene.fixture, scene.id)
            .await
            .checked
            .is_some()
    );
}
