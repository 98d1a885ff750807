//! Where a message is that came in, or that never became one.

use super::*;
use crate::trace;
use postern_types::{Stage, StepState, Trace};
use sqlx::postgres::PgPoolOptions;

async fn find(env: &Env, fixture: &Fixture, what: &str) -> Vec<Trace> {
    let mut tenant = fixture.enter(env).await;
    trace::find(env, &mut tenant, what).await.unwrap()
}

fn states(trace: &Trace) -> Vec<(Stage, StepState)> {
    let steps = trace.steps.iter();
    steps.map(|step| (step.stage, step.state)).collect()
}

const IN: [Stage; 5] = [
    Stage::Received,
    Stage::Verified,
    Stage::Stored,
    Stage::Applied,
    Stage::Shown,
];

#[sqlx::test(migrations = "../migrations")]
async fn what_came_in_is_followed_from_the_webhook_to_the_thread_by_its_own_workspace_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    // The first goes the long way, the second the short one.
    for n in [1, 2] {
        let line = text("4915112345678", &format!("wamid.a/{n}=="), "hello", at + n);
        shop.deliver(messages(&[line]).replace('/', "\\/")).await;
    }
    let rival = neighbour(&shop.env, "200").await;
    let ours = shop.threads().await[0].1[0].id.to_string();
    for (what, many) in [
        (ours.as_str(), 1),
        ("wamid.a/1==", 1),
        ("wamid.a/2==", 1),
        ("+49 151 12345678", 2),
    ] {
        let found = find(&shop.env, &shop.fixture, what).await;
        assert_eq!(found.len(), many, "{what}");
        for trace in &found {
            assert_eq!(
                states(trace),
                IN.map(|stage| (stage, StepState::Done)),
                "{what}"
            );
            let times: Vec<_> = trace.steps.iter().map(|step| step.at.unwrap()).collect();
            assert!(times.is_sorted(), "{what}: {times:?}");
        }
        assert_eq!(find(&shop.env, &rival, what).await, [], "{what}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_became_no_message_says_where_it_stopped(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    let at = recently(&shop.env).to_string();
    // Nobody wrote it.
    let stray =
        json!({"id":"wamid.stray","timestamp":at,"type":"text","text":{"body":"from nobody"}});
    assert_eq!(shop.deliver(messages(&[stray])).await.kept, 1);
    let error = json!({"code":131_026,"title":"Message undeliverable"});
    let failed = json!({"id":"wamid.early","status":"failed","timestamp":at,"errors":[error]});
    shop.deliver(body(&[change(NUMBER, "statuses", &[failed])]))
        .await;
    let rival = neighbour(&shop.env, "200").await;

    let found = find(&shop.env, &shop.fixture, "wamid.stray")
        .await
        .remove(0);
    assert_eq!((found.message, found.kind.as_str()), (None, "text"));
    assert_eq!(found.failing().unwrap().stage, Stage::Applied);
    assert!(found.told.iter().any(|line| line.value == "from nobody"));

    let found = find(&shop.env, &shop.fixture, "wamid.early")
        .await
        .remove(0);
    assert_eq!(
        (found.kind.as_str(), found.line.as_str()),
        ("status", "failed")
    );
    assert_eq!(found.failing().unwrap().code, Some(131_026));
    assert!(
        found
            .told
            .iter()
            .any(|line| line.value == "Message undeliverable")
    );
    for what in ["wamid.stray", "wamid.early", "wamid.nowhere"] {
        assert_eq!(find(&shop.env, &rival, what).await, [], "{what}");
    }
    assert_eq!(find(&shop.env, &shop.fixture, "wamid.nowhere").await, []);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_message_is_found_by_those_who_may_see_the_numbers_events(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let alert = json!({"field":"account_alerts","value":{"alert_description":"not-yet-verified"}});
    shop.deliver(body(&[alert])).await;
    let line = text("4915112345678", "wamid.seen", "hello", recently(&shop.env));
    shop.deliver(messages(&[line])).await;
    let (account, session) = testing::person(&shop.env, "Ada").await;
    let mut tenant = shop.enter().await;
    let member = crate::member::add(&shop.env, &mut tenant, account, Role::Admin).await;
    tenant.commit().await.unwrap();
    let admin = Fixture {
        workspace: shop.fixture.workspace,
        member: member.unwrap(),
        session,
    };
    for (who, many) in [(&admin, [1, 1]), (&shop.fixture, [0, 1])] {
        for (what, many) in ["not-yet-verified", "wamid.seen"].into_iter().zip(many) {
            assert_eq!(find(&shop.env, who, what).await.len(), many, "{what}");
        }
    }
}
