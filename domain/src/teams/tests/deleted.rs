//! A team that is deleted, with more conversations than one step takes.

use super::*;
use crate::{event, job};

impl House {
    /// So many more open conversations of Sales, in one statement.
    async fn flood(&self, many: i32) {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query(
            "WITH people AS (
                 INSERT INTO contact (workspace_id, id, name, created_at)
                 SELECT $1, gen_random_uuid(), 'Flood ' || n, now() FROM generate_series(1, $4) n RETURNING id)
             INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, team_id, last_at, opened_at)
             SELECT $1, gen_random_uuid(), p.id, $2, 'open', $3, now(), now() FROM people p",
        )
        .bind(self.owner.workspace.0)
        .bind(self.channel.0)
        .bind(self.sales.0)
        .bind(many)
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.commit().await.unwrap();
    }

    /// Conversations of Sales, by the table.
    async fn of_sales(&self) -> i64 {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query_scalar("SELECT count(*) FROM conversation WHERE team_id = $1")
            .bind(self.sales.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_deleted_team_is_gone_at_once_and_its_conversations_leave_it_some_at_a_time(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    h.flood(1100).await;
    let mut tenant = h.owner.enter(&h.env).await;
    take_number(&h.env, &mut tenant, h.channel, Some(h.sales))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = h.owner.enter(&h.env).await;
    let start = crate::testing::end(&mut tenant).await;
    delete(&h.env, &mut tenant, h.sales).await.unwrap();
    tenant.commit().await.unwrap();

    // Before any step: nobody sees by it, it stands nowhere, nothing goes to it, and its name is free.
    assert_eq!(h.of_sales().await, 1101);
    assert_eq!(h.seen(h.ana).await, [h.hers]);
    let mut tenant = h.owner.enter(&h.env).await;
    let all = show(&mut tenant).await.unwrap();
    assert!(all.teams.is_empty() && all.numbers[0].team.is_none());
    assert!(briefs(&mut tenant).await.unwrap().is_empty());
    let (env, id) = (&h.env, h.sales);
    macro_rules! missing {
        ($call:expr) => {{
            tenant.mark().await.unwrap();
            let answer = $call.await.map(drop);
            assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
            tenant.undo().await.unwrap();
        }};
    }
    missing!(delete(env, &mut tenant, id));
    missing!(rename(env, &mut tenant, id, "Selling"));
    missing!(add(env, &mut tenant, id, h.bo.0));
    missing!(take_out(env, &mut tenant, id, h.ana.0));
    missing!(take_number(env, &mut tenant, h.channel, Some(id)));
    missing!(conversation::assign_team(
        env,
        &mut tenant,
        h.free,
        Some(id)
    ));
    create(env, &mut tenant, "Sales").await.unwrap();
    tenant.commit().await.unwrap();

    // Each step takes so many and no more; the last one takes the team.
    for left in [601, 101, 0] {
        assert_eq!(testing::thread::work(env).await, 1);
        assert_eq!(h.of_sales().await, left);
    }
    assert_eq!(testing::thread::work(env).await, 1);
    assert_eq!(job::next(env).await.unwrap(), None);
    let mut tenant = h.owner.enter(env).await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM team WHERE id = $1")
        .bind(id.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(left, 0);
    // Pages were told once to read anew (and once of the new team), and not of each conversation.
    let told = event::read(&mut tenant, &start).await.unwrap().entries;
    let told: Vec<_> = told
        .iter()
        .map(|entry| (entry.conversation, entry.anew))
        .collect();
    assert_eq!(told, [(None, true), (None, true)]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_conversation_that_is_held_leaves_a_deleted_team_later(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    h.flood(3).await;
    let mut tenant = h.owner.enter(&h.env).await;
    delete(&h.env, &mut tenant, h.sales).await.unwrap();
    tenant.commit().await.unwrap();
    let mut holder = h.owner.enter(&h.env).await;
    conversation::hold(&mut holder, h.teams).await.unwrap();
    assert_eq!(testing::thread::work(&h.env).await, 1);
    assert_eq!(h.of_sales().await, 1);
    holder.commit().await.unwrap();
    while testing::thread::work(&h.env).await > 0 {}
    assert_eq!(h.of_sales().await, 0);
}
