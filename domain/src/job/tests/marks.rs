//! Who stands behind another of its lane is marked, and whatever happens at once, no lane is left with nobody in front.

use super::*;
use crate::job::{Claim, Kind, add, claim::dead, done, retry_at};
use postern_types::JobId;

struct Place {
    env: Env,
    one: Fixture,
    ids: Vec<JobId>,
}

/// A workspace, and the ids of so many jobs to be.
async fn place(options: PgConnectOptions, jobs: usize) -> Place {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let ids = (0..jobs).map(|_| env.id()).collect();
    Place { env, one, ids }
}

impl Place {
    /// Adds that job to the only lane, and does not commit.
    async fn adding(&self, nth: usize) -> crate::Tenant {
        let mut tenant = self.one.enter(&self.env).await;
        add(
            &self.env,
            &mut tenant,
            self.ids[nth],
            Kind::Send,
            "lane",
            &nth,
        )
        .await
        .unwrap();
        tenant
    }

    async fn add(&self, nth: usize) {
        self.adding(nth).await.commit().await.unwrap();
    }

    /// Which jobs are to be had now.
    async fn claim(&self) -> Vec<(usize, Claim)> {
        let claims = claim(&self.env, 16, LEASE).await.unwrap();
        let nth = |claim: &Claim| self.ids.iter().position(|id| *id == claim.job).unwrap();
        claims
            .into_iter()
            .map(|claim| (nth(&claim), claim))
            .collect()
    }

    /// The only one.
    async fn claim_one(&self) -> (usize, Claim) {
        let claims = self.claim().await;
        let [one] = claims[..] else {
            panic!("one is to be had: {claims:?}");
        };
        one
    }

    async fn finish(&self, claim: Claim) {
        let mut tenant = claim.enter(&self.env).await.unwrap();
        done(&mut tenant, claim).await.unwrap();
        tenant.commit().await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn who_comes_while_the_first_is_being_ended_is_next(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = place(options, 3).await;
    place.add(0).await;
    // The end of the first waits for who is lining up behind it, and then sees it.
    for (nth, ends_well) in [(0, true), (1, false)] {
        let (first, claim) = place.claim_one().await;
        assert_eq!(first, nth);
        let behind = place.adding(nth + 1).await;
        let mut tenant = claim.enter(&place.env).await.unwrap();
        let mut end = Box::pin(async {
            if ends_well {
                done(&mut tenant, claim).await
            } else {
                dead(&mut tenant, claim, "test").await
            }
        });
        assert!(testing::waits(&place.env, &mut end).await);
        behind.commit().await.unwrap();
        end.await.unwrap();
        tenant.commit().await.unwrap();
    }
    assert_eq!(place.claim_one().await.0, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_comes_after_the_end_of_the_first_was_written_waits_for_nobody_and_is_next(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = place(options, 2).await;
    place.add(0).await;
    let (_, claim) = place.claim_one().await;
    let mut ending = claim.enter(&place.env).await.unwrap();
    done(&mut ending, claim).await.unwrap();
    place.add(1).await;
    assert_eq!(place.claim().await, [], "the first may still come back");
    assert_ne!(next(&place.env).await.unwrap(), Some(Duration::ZERO));
    ending.commit().await.unwrap();
    assert_eq!(place.claim_one().await.0, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn two_that_come_into_an_empty_lane_at_once_run_one_after_the_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = place(options, 3).await;
    let (first, second) = (place.adding(0).await, place.adding(1).await);
    second.commit().await.unwrap();
    first.commit().await.unwrap();
    place.add(2).await;
    for nth in 0..3 {
        let (got, claim) = place.claim_one().await;
        assert_eq!(got, nth);
        place.finish(claim).await;
    }
    assert_eq!(next(&place.env).await.unwrap(), None);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_is_put_again_goes_to_the_end_and_the_next_moves_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let place = place(options, 3).await;
    for nth in [0, 1, 2, 0] {
        place.add(nth).await;
    }
    let (first, claim) = place.claim_one().await;
    assert_eq!(first, 1);
    // Put back, it is still the first; given up, it is nobody's hindrance; put again, it is the last.
    let mut tenant = claim.enter(&place.env).await.unwrap();
    let later = place.env.now() + time::Duration::minutes(5);
    retry_at(&mut tenant, claim, later, "test").await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(place.claim().await, []);
    place.add(1).await;
    let (second, claim) = place.claim_one().await;
    assert_eq!(second, 2);
    let mut tenant = claim.enter(&place.env).await.unwrap();
    dead(&mut tenant, claim, "test").await.unwrap();
    tenant.commit().await.unwrap();
    place.add(2).await;
    for nth in [0, 1, 2] {
        let (got, claim) = place.claim_one().await;
        assert_eq!(got, nth);
        place.finish(claim).await;
    }
    assert_eq!(next(&place.env).await.unwrap(), None);
}

#[sqlx::test(migrations = "../migrations")]
async fn many_writers_and_workers_leave_nobody_behind(_: PgPoolOptions, options: PgConnectOptions) {
    const LANES: usize = 4;
    const JOBS: usize = 25;
    let place = place(options, LANES * JOBS).await;
    let seen = std::sync::Mutex::new(Vec::new());
    // Each lane has one writer, as each conversation has: the order of its jobs is the order of their commits.
    let writer = async |lane: usize| {
        for nth in 0..JOBS {
            let mut tenant = place.one.enter(&place.env).await;
            let id = place.ids[lane * JOBS + nth];
            add(
                &place.env,
                &mut tenant,
                id,
                Kind::Send,
                &format!("lane {lane}"),
                &nth,
            )
            .await
            .unwrap();
            tenant.commit().await.unwrap();
        }
    };
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    let worker = async || {
        while seen.lock().unwrap().len() < LANES * JOBS {
            assert!(tokio::time::Instant::now() < deadline, "all are done");
            for claim in claim(&place.env, 2, LEASE).await.unwrap() {
                let nth = place.ids.iter().position(|id| *id == claim.job).unwrap();
                seen.lock().unwrap().push(nth);
                place.finish(claim).await;
            }
        }
    };
    tokio::join!(
        writer(0),
        writer(1),
        writer(2),
        writer(3),
        worker(),
        worker(),
        worker()
    );
    let seen = seen.into_inner().unwrap();
    for lane in 0..LANES {
        let of_lane = seen.iter().filter(|nth| **nth / JOBS == lane);
        assert!(of_lane.is_sorted(), "{seen:?}");
    }
    assert_eq!(next(&place.env).await.unwrap(), None);
}
