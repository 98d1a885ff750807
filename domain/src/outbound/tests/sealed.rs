//! What a job tells to those who read the queue.

use super::scene;
use crate::{
    Error, job,
    testing::{meta::accepted, thread},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrations = "../migrations")]
async fn a_queued_jobs_payload_names_nothing_and_opens_nowhere_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let other = thread::conversation(&s.env, &s.fixture, s.channel, "15550002222").await;
    let one = thread::write(&s.env, &s.fixture, s.conversation, "one").await;
    let two = thread::write(&s.env, &s.fixture, other, "two").await;
    let mut tenant = s.fixture.enter(&s.env).await;
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM job WHERE id = $1")
        .bind(one.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    for id in [one.0, s.conversation.0] {
        for shape in [
            id.as_bytes().to_vec(),
            id.to_string().into_bytes(),
            id.as_simple().to_string().into_bytes(),
        ] {
            let shows = sealed.windows(shape.len()).any(|part| part == shape);
            assert!(!shows, "{id} can be read");
        }
    }
    // Moved to another job's row it opens for nobody, and nothing is sent twice in its name.
    sqlx::query("UPDATE job SET sealed = $2 WHERE id = $1")
        .bind(two.0)
        .bind(&sealed)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    for claim in job::claim(&s.env, 4, job::LEASE).await.unwrap() {
        let ran = job::run(&s.env, claim).await;
        if claim.job.0 == two.0 {
            assert!(matches!(ran, Err(Error::Internal(_))), "{ran:?}");
        } else {
            ran.unwrap();
        }
    }
    assert_eq!(s.meta.texts(), ["one"]);
}
