//! Where a message is that a colleague wrote.

use super::{Scene, scene, tell};
use crate::{
    message,
    testing::{
        self,
        meta::{accepted, refused},
        thread,
    },
    trace,
};
use postern_types::{Role, Stage, StepState, Trace};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

async fn find(s: &Scene, what: &str) -> Vec<Trace> {
    let mut tenant = s.fixture.enter(&s.env).await;
    trace::find(&s.env, &mut tenant, what).await.unwrap()
}

fn steps(trace: &Trace) -> Vec<(Stage, StepState)> {
    let all = trace.steps.iter();
    all.map(|step| (step.stage, step.state)).collect()
}

/// The way out, with the state of each step after it was composed: done, waiting, failed, ahead.
fn way(marks: &str) -> Vec<(Stage, StepState)> {
    let stages = [
        Stage::Composed,
        Stage::Queued,
        Stage::Accepted,
        Stage::Sent,
        Stage::Delivered,
        Stage::Read,
    ];
    let state = |letter| match letter {
        'd' => StepState::Done,
        'w' => StepState::Waiting,
        'f' => StepState::Failed,
        _ => StepState::Ahead,
    };
    stages.into_iter().zip(marks.chars().map(state)).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_message_is_followed_step_by_step_and_by_nobody_of_another_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let id = thread::write(&s.env, &s.fixture, s.conversation, "Here it is")
        .await
        .to_string();
    assert_eq!(steps(&find(&s, &id).await[0]), way("dwaaaa"));
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(steps(&find(&s, &id).await[0]), way("dddwaa"));
    tell(&s, "wamid.0", "delivered", None).await;
    let skipped = find(&s, &id).await.remove(0);
    assert_eq!(steps(&skipped), way("dddddw"));
    assert_eq!(skipped.steps[3].at, None, "nobody told when it was sent");
    // Late, and told all the same.
    tell(&s, "wamid.0", "sent", None).await;
    tell(&s, "wamid.0", "sent", None).await;
    tell(&s, "wamid.0", "read", None).await;

    let rival = testing::workspace(&s.env, "Rival", Role::Owner).await;
    for what in [&id, "wamid.0", "+1 555 000-1111", "00 1 5550001111"] {
        let found = find(&s, what).await;
        assert_eq!(found.len(), 1, "{what}");
        assert_eq!(steps(&found[0]), way("dddddd"), "{what}");
        assert!(found[0].steps.iter().all(|step| step.at.is_some()));
        assert!(found[0].failing().is_none());
        let mut tenant = rival.enter(&s.env).await;
        let theirs = trace::find(&s.env, &mut tenant, what).await.unwrap();
        assert_eq!(theirs, [], "{what}");
    }
    let mut tenant = s.fixture.enter(&s.env).await;
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM message_status WHERE status = 'sent'")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(told, 1, "a status that comes twice is told once");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_step_that_failed_has_the_code_in_words_and_sent_again_it_has_its_way_before_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 => refused(400, 131_026),
        nth => accepted(nth),
    })
    .await;
    let lost = thread::write(&s.env, &s.fixture, s.conversation, "no").await;
    let late = thread::write(&s.env, &s.fixture, s.conversation, "late").await;
    while thread::work(&s.env).await > 0 {}
    tell(&s, "wamid.1", "sent", None).await;
    tell(&s, "wamid.1", "failed", None).await;

    let found = find(&s, &lost.to_string()).await.remove(0);
    assert_eq!(steps(&found), way("ddfaaa"));
    let failing = found.failing().unwrap();
    assert_eq!(
        (failing.stage, failing.code),
        (Stage::Accepted, Some(131_026))
    );
    assert!(
        failing
            .note
            .as_ref()
            .unwrap()
            .contains("could not deliver it")
    );

    let found = find(&s, &late.to_string()).await.remove(0);
    assert_eq!(steps(&found), way("ddddfa"));
    assert_eq!(found.failing().unwrap().code, Some(131_042));

    let mut tenant = s.fixture.enter(&s.env).await;
    message::retry(&s.env, &mut tenant, late).await.unwrap();
    tenant.commit().await.unwrap();
    let found = find(&s, &late.to_string()).await.remove(0);
    assert_eq!(steps(&found), way("dwaaaa"));
}
