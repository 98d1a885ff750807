//! The feed as a limited agent reads it: nothing of what is not theirs, and a word when something is theirs no more.

use super::*;
use crate::{event, live};
use postern_types::{Event, FeedCursor, Side};

/// What somebody reads behind `cursor`: of each entry its conversation, and whether to read everything anew.
async fn read(h: &House, who: Who, cursor: &mut FeedCursor) -> Vec<(Option<ConversationId>, bool)> {
    let mut tenant = h.enter(who).await;
    let mut told = Vec::new();
    loop {
        let reading = event::read(&mut tenant, cursor).await.unwrap();
        for entry in reading.entries {
            told.push((entry.conversation, entry.anew));
            *cursor = entry.cursor;
        }
        // As a socket does: what was not given is behind it.
        if let Some(end) = reading.end {
            *cursor = end;
        }
        if !reading.more {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_limited_agent_hears_of_what_is_theirs_and_when_it_is_lost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let owner = (h.owner.member, h.owner.session);
    let mut tenant = h.owner.enter(&h.env).await;
    let start = crate::testing::end(&mut tenant).await;
    drop(tenant);
    let (mut anas, mut bos, mut owners) = (start.clone(), start.clone(), start);
    read(&h, h.ana, &mut anas).await;
    read(&h, h.bo, &mut bos).await;
    read(&h, owner, &mut owners).await;

    let act = async |id, to| {
        let mut tenant = h.owner.enter(&h.env).await;
        conversation::assign(&h.env, &mut tenant, id, to)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    };
    // Comes into sight.
    act(h.free, Some(h.ana.0)).await;
    assert_eq!(read(&h, h.ana, &mut anas).await, [(Some(h.free), false)]);
    assert_eq!(read(&h, h.bo, &mut bos).await, []);
    // Goes out of hers, and into his.
    act(h.free, Some(h.bo.0)).await;
    assert_eq!(read(&h, h.ana, &mut anas).await, [(Some(h.free), true)]);
    assert_eq!(read(&h, h.bo, &mut bos).await, [(Some(h.free), false)]);
    // Is hers no more, and still her team's: nothing is lost.
    act(h.teams, Some(h.ana.0)).await;
    act(h.teams, None).await;
    let told = [(Some(h.teams), false), (Some(h.teams), false)];
    assert_eq!(read(&h, h.ana, &mut anas).await, told);
    // And the team gives it up.
    let mut tenant = h.enter(h.ana).await;
    conversation::assign_team(&h.env, &mut tenant, h.teams, None)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(read(&h, h.ana, &mut anas).await, [(Some(h.teams), true)]);
    assert_eq!(read(&h, h.bo, &mut bos).await, []);
    // Whoever sees all loses nothing, and hears of each change once.
    let told = read(&h, owner, &mut owners).await;
    assert!(told.iter().all(|(_, anew)| !anew), "{told:?}");
    assert_eq!(told.len(), 5);
    let mut tenant = h.env.db.live(h.owner.workspace).await.unwrap();
    let lost: i64 = sqlx::query_scalar("SELECT count(*) FROM event WHERE lost_by IS NOT NULL")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(lost, 0, "the rooms' own reading");

    // Who is in a team, what it is called and the switch concern everybody.
    let mut tenant = h.owner.enter(&h.env).await;
    take_out(&h.env, &mut tenant, h.sales, h.ana.0)
        .await
        .unwrap();
    limit(&h.env, &mut tenant, false).await.unwrap();
    tenant.commit().await.unwrap();
    for (who, cursor) in [(h.ana, &mut anas), (owner, &mut owners)] {
        assert_eq!(read(&h, who, cursor).await, [(None, true), (None, true)]);
    }
    // Nobody is limited, and nobody loses anything.
    act(h.hers, Some(h.bo.0)).await;
    assert_eq!(read(&h, h.ana, &mut anas).await, [(Some(h.hers), false)]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_pass_ends_when_its_holder_sees_more_or_less(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.enter(h.ana).await;
    let ticket = live::ticket(&h.env, &mut tenant, h.ana.1).await.unwrap();
    tenant.commit().await.unwrap();
    let pass = live::enter(&h.env, &ticket).await.unwrap();
    assert!(pass.limited);
    live::holds(&h.env, &pass).await.unwrap();
    for (id, sees) in [
        (h.hers, true),
        (h.teams, true),
        (h.his, false),
        (h.free, false),
    ] {
        assert_eq!(live::sees(&h.env, &pass, id).await.unwrap(), sees);
    }
    let mut tenant = h.owner.enter(&h.env).await;
    limit(&h.env, &mut tenant, false).await.unwrap();
    tenant.commit().await.unwrap();
    let over = live::holds(&h.env, &pass).await;
    assert!(matches!(over, Err(Error::Conflict(_))), "{over:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_limited_agent_hears_of_the_contacts_and_tasks_that_they_see_and_of_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.owner.enter(&h.env).await;
    let mut start = crate::testing::end(&mut tenant).await;
    let mut told = Vec::new();
    for (talk, own) in [(h.hers, true), (h.his, false)] {
        let row = conversation::row(&mut tenant, talk).await.unwrap();
        let contact = row.contact.id.0;
        let task = h.env.id::<uuid::Uuid>();
        sqlx::query(
            "INSERT INTO task (workspace_id, id, contact_id, title, status, created_at, changed_at)
             VALUES ($1, $2, $3, 'x', 'open', now(), now())",
        )
        .bind(h.owner.workspace.0)
        .bind(task)
        .bind(contact)
        .execute(tenant.conn())
        .await
        .unwrap();
        for (what, id) in [
            (Side::Contact, contact),
            (Side::Portal, contact),
            (Side::Task, task),
        ] {
            event::side(&h.env, &mut tenant, what, id).await.unwrap();
            if own {
                told.push(Event::Side { what, id });
            }
        }
    }
    // A task of his customer's that is hers to do, and one that is there no more.
    let (lent, gone) = (h.env.id::<uuid::Uuid>(), h.env.id::<uuid::Uuid>());
    sqlx::query(
        "INSERT INTO task (workspace_id, id, contact_id, title, status, owner_id, created_at, changed_at)
         SELECT workspace_id, $2, contact_id, 'x', 'open', $3, now(), now() FROM conversation WHERE id = $1",
    )
    .bind(h.his.0)
    .bind(lent)
    .bind(h.ana.0.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    for id in [lent, gone] {
        event::side(&h.env, &mut tenant, Side::Task, id)
            .await
            .unwrap();
    }
    told.push(Event::Side {
        what: Side::Task,
        id: lent,
    });
    tenant.commit().await.unwrap();
    let mut end = start.clone();
    let mut hers = h.enter(h.ana).await;
    assert_eq!(crate::testing::feed(&mut hers, &mut start).await, told);
    drop(hers);
    let mut all = h.owner.enter(&h.env).await;
    let all = crate::testing::feed(&mut all, &mut end).await;
    assert_eq!(all.len(), 8, "whoever sees all hears of all: {all:?}");
}
