//! An admin applies kept parts again, by the time at which they came.

use super::*;
use crate::{
    trace,
    webhook::{kept, reapply_between},
};
use postern_types::{Moment, Stage};
use sqlx::postgres::PgPoolOptions;

const REFUSE: &str = "
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()";

#[sqlx::test(migrations = "../migrations")]
async fn kept_parts_of_a_span_are_applied_again_once_piece_by_piece_by_an_admin_of_their_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options.clone());
    let owner = testing::workspace(&env, "Shop", Role::Owner).await;
    testing::channel(&env, &owner, NUMBER).await;
    let (agent, rival) = (
        testing::workspace(&env, "Other", Role::Agent).await,
        testing::workspace(&env, "Rival", Role::Owner).await,
    );
    as_owner(&options, REFUSE).await;
    let from = crate::env::moment(env.now());
    for n in 0..12 {
        let line = text(
            "4915112345678",
            &format!("wamid.k{n}"),
            &format!("{n}"),
            recently(&env) + n,
        );
        assert_eq!(deliver(&env, messages(&[line])).await.unwrap().kept, 1);
    }
    let to = crate::env::moment(env.now());
    clock.by(time::Duration::minutes(5));
    let line = text("4915112345678", "wamid.later", "later", recently(&env));
    assert_eq!(deliver(&env, messages(&[line])).await.unwrap().kept, 1);
    as_owner(&options, "DROP TRIGGER refuse ON message").await;

    let waits = async |fixture: &Fixture| {
        let mut tenant = fixture.enter(&env).await;
        kept(&mut tenant, from, to).await.unwrap().parts
    };
    assert_eq!((waits(&owner).await, waits(&rival).await), (12, 0));
    let again = async |fixture: &Fixture, after| {
        reapply_between(&env, fixture.session, fixture.workspace, from, to, after).await
    };
    assert!(matches!(again(&agent, None).await, Err(Error::Forbidden)));
    let stranger = reapply_between(&env, rival.session, owner.workspace, from, to, None).await;
    assert!(matches!(stranger, Err(Error::NotFound)));
    assert_eq!(again(&rival, None).await.unwrap().applied, 0);
    assert_eq!(waits(&owner).await, 12, "nobody else has changed anything");

    let first = again(&owner, None).await.unwrap();
    assert_eq!((first.applied, first.left), (10, 0));
    let second = again(&owner, first.next).await.unwrap();
    assert_eq!((second.applied, second.left), (2, 0));
    let last = again(&owner, second.next).await.unwrap();
    assert_eq!((last.applied, last.next), (0, None));
    // From the beginning once more, it changes nothing.
    assert_eq!(again(&owner, None).await.unwrap().applied, 0);

    let mut tenant = owner.enter(&env).await;
    assert_eq!(count(&mut tenant, "message").await, 12);
    let states: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, count(*) FROM webhook_part GROUP BY state ORDER BY state")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    assert_eq!(states, [("applied".to_owned(), 12), ("kept".to_owned(), 1)]);
    let audited: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit WHERE action = 'webhook.reapply'")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    assert_eq!(audited.len(), 2, "each piece is told of");

    // It remembers the webhook that it came in, minutes before it became a message.
    let found = trace::find(&env, &mut tenant, "wamid.k3").await.unwrap();
    let at = |stage| {
        let steps = &found[0].steps;
        steps
            .iter()
            .find(|step| step.stage == stage)
            .unwrap()
            .at
            .unwrap()
    };
    assert!(at(Stage::Received) <= to && at(Stage::Applied) > to);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_span_that_is_none_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let owner = testing::workspace(&env, "Shop", Role::Owner).await;
    for (from, to) in [(2, 1), (0, i64::MAX), (i64::MIN, 0)] {
        let mut tenant = owner.enter(&env).await;
        let refused = kept(&mut tenant, Moment(from), Moment(to)).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{from} {to}");
    }
}
