//! Sending a code, whatever happens on the way.

use super::*;
use crate::{graph::Outcome, otp::finish, testing::meta::refused};

#[sqlx::test(migrations = "../migrations")]
async fn what_was_being_sent_in_an_earlier_life_is_unknown_and_is_not_sent_twice(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    let job = s.claim().await;
    let letter = s.fly(&job).await.unwrap();
    assert_eq!(s.delivery(made.id).await, Status::Sending);
    // The process dies between the commit and Meta's answer; another finds the job.
    s.lease_ends().await;
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(s.delivery(made.id).await, Status::Unknown);
    assert_eq!((s.count("job").await, s.meta.seen().len()), (0, 0));
    // It was not dead, only slow: Meta's word counts all the same.
    let outcome = Outcome::Accepted {
        wamid: "wamid.slow".to_owned(),
        held: false,
    };
    finish::finish(&s.env, &job, &letter, outcome)
        .await
        .unwrap();
    assert_eq!(s.delivery(made.id).await, Status::Accepted);
    assert_eq!(thread::work(&s.env).await, 0);
    // The code is as good as before.
    assert_eq!(s.view(made.id).await.state, OtpState::Pending);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_code_that_is_over_is_not_sent(_: PgPoolOptions, options: PgConnectOptions) {
    let s = taking(options).await;
    let late = s.ask(PHONE).await.unwrap();
    s.clock.by(Duration::seconds(300));
    assert_eq!(thread::work(&s.env).await, 1);
    let view = s.view(late.id).await;
    assert_eq!(view.delivery, Some(Status::Failed));
    assert!(view.fault.unwrap().contains("time was over"));
    // One that ran out between the commit and the post.
    let slow = s.ask(PHONE).await.unwrap();
    let job = s.claim().await;
    let letter = s.fly(&job).await.unwrap();
    s.clock.by(Duration::seconds(301));
    let outcome = send::post(&s.env, &letter).await;
    assert_eq!(outcome, Outcome::NotSent);
    finish::finish(&s.env, &job, &letter, outcome)
        .await
        .unwrap();
    assert_eq!(s.delivery(slow.id).await, Status::Failed);
    // One that was entered before it was sent: the caller read it out.
    let read = s.ask(PHONE).await.unwrap();
    let code = s.code(read.id).await;
    s.enter_code(read.id, &code).await.unwrap();
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(s.delivery(read.id).await, Status::Failed);
    assert_eq!((s.count("job").await, s.meta.seen().len()), (0, 0));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refusal_is_told_and_what_may_pass_is_tried_again_while_the_code_is_good(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        // A fault of Meta's, then it is taken.
        0 => refused(500, 131_000),
        1 => accepted(1),
        // The person has no WhatsApp.
        2 => refused(400, 131_026),
        _ => refused(400, 131_048),
    })
    .await;
    let first = s.ask(PHONE).await.unwrap();
    assert_eq!(thread::work(&s.env).await, 1);
    assert_eq!(s.delivery(first.id).await, Status::Queued);
    thread::drain(&s.env, &s.clock, std::time::Duration::from_secs(30)).await;
    assert_eq!(s.delivery(first.id).await, Status::Accepted);
    let second = s.ask("+49 1512 3456780").await.unwrap();
    thread::work(&s.env).await;
    let view = s.view(second.id).await;
    assert_eq!(
        (view.delivery, view.fault_code),
        (Some(Status::Failed), Some(131_026))
    );
    // This one could be tried again in an hour: by then no code is good.
    let third = s.ask("+49 1512 3456781").await.unwrap();
    thread::work(&s.env).await;
    let view = s.view(third.id).await;
    assert_eq!(
        (view.delivery, view.fault_code),
        (Some(Status::Failed), Some(131_048))
    );
    assert_eq!((s.count("job").await, s.meta.seen().len()), (0, 4));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_that_says_nothing_is_asked_for_only_once_and_the_code_goes_with_its_job(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        0 => Reply::Cut,
        1 => Reply::Silent,
        _ => Reply::Text(502, "<html>".to_owned()),
    })
    .await;
    for nth in 0..3 {
        let made = s.ask(&format!("+49 1512 345678{nth}")).await.unwrap();
        assert_eq!(thread::work(&s.env).await, 1);
        assert_eq!(s.delivery(made.id).await, Status::Unknown);
        assert_eq!(s.count("job").await, 0);
    }
    assert_eq!(s.meta.seen().len(), 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_that_is_gone_by_then_sends_nothing_and_one_that_meta_shuts_is_told_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |_| refused(401, 190)).await;
    let shut = s.ask(PHONE).await.unwrap();
    let next = s.ask("+49 1512 3456780").await.unwrap();
    let claims = job::claim(&s.env, 1, job::LEASE).await.unwrap();
    job::run(&s.env, claims[0]).await.unwrap();
    thread::work(&s.env).await;
    for id in [shut.id, next.id] {
        let view = s.view(id).await;
        assert_eq!(view.delivery, Some(Status::Failed));
        assert!(view.fault.unwrap().contains("admin"));
    }
    assert_eq!(s.meta.seen().len(), 1, "the second was not tried");
    let refused = s.ask(PHONE).await;
    assert!(matches!(refused, Err(crate::Error::Conflict(_))));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_is_given_up_takes_the_code_along(_: PgPoolOptions, options: PgConnectOptions) {
    let s = taking(options.clone()).await;
    let made = s.ask(PHONE).await.unwrap();
    testing::as_owner(
        &options,
        "channel",
        "REVOKE SELECT ON channel FROM postern_app",
    )
    .await;
    let mut lives = 0;
    while let [claim] = job::claim(&s.env, 1, job::LEASE).await.unwrap()[..] {
        assert!(job::attend(&s.env, claim).await.is_err());
        s.clock.by(Duration::seconds(257));
        lives += 1;
        assert!(lives < 20, "it never ends");
    }
    assert_eq!(s.count("job").await, 0, "a dead job would keep it");
    let view = s.view(made.id).await;
    assert_eq!(view.delivery, Some(Status::Failed));
    assert!(view.fault.unwrap().contains("fault of its own"));
    assert_eq!(s.meta.seen().len(), 0);
}
