//! What the database lets a limited agent see and do, tried as an attack; and who manages teams.

mod attack;
mod deleted;
mod feed;
mod start;

use super::*;
use crate::{Env, Tenant, conversation, message, testing, testing::Fixture};
use postern_types::{ChannelId, Compose, ConversationId, SessionId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

/// A member with a session.
type Who = (MemberId, SessionId);

/// A workspace whose agents are limited: Ana is in Sales, Bo is in no team.
struct House {
    env: Env,
    /// Its owner.
    owner: Fixture,
    channel: ChannelId,
    sales: TeamId,
    ana: Who,
    bo: Who,
    /// Assigned to Ana.
    hers: ConversationId,
    /// Given to Sales.
    teams: ConversationId,
    /// Assigned to Bo.
    his: ConversationId,
    /// Nobody's.
    free: ConversationId,
}

/// Another member of a workspace, with a live session.
async fn join(env: &Env, house: &Fixture, name: &str, role: Role) -> Who {
    let (account, session) = testing::person(env, name).await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let member = member::add(env, &mut tenant, account, role).await.unwrap();
    tenant.commit().await.unwrap();
    (member, session)
}

async fn house(options: PgConnectOptions) -> House {
    let (env, _) = testing::env(options);
    let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
    let channel = testing::channel(&env, &owner, "100").await;
    let ana = join(&env, &owner, "Ana", Role::Agent).await;
    let bo = join(&env, &owner, "Bo", Role::Agent).await;
    let mut talks = Vec::new();
    for name in ["Hers", "Teamed", "Hidden", "Loose"] {
        talks.push(testing::conversation(&env, &owner, channel, name, Duration::minutes(5)).await);
    }
    let [hers, teams, his, free] = talks[..] else {
        unreachable!()
    };
    let mut tenant = owner.enter(&env).await;
    let sales = create(&env, &mut tenant, "Sales").await.unwrap();
    add(&env, &mut tenant, sales, ana.0).await.unwrap();
    for (id, to) in [(hers, ana.0), (his, bo.0)] {
        conversation::assign(&env, &mut tenant, id, Some(to))
            .await
            .unwrap();
    }
    conversation::assign_team(&env, &mut tenant, teams, Some(sales))
        .await
        .unwrap();
    for id in [hers, teams, his, free] {
        let line = Compose {
            id: env.id(),
            conversation: id,
            text: format!("said in {id}"),
            note: true,
            reply_to: None,
            sends: None,
        };
        message::compose(&env, &mut tenant, &line).await.unwrap();
    }
    sqlx::query("UPDATE conversation SET unread = 1 WHERE workspace_id = $1")
        .bind(owner.workspace.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    limit(&env, &mut tenant, true).await.unwrap();
    tenant.commit().await.unwrap();
    House {
        env,
        owner,
        channel,
        sales,
        ana,
        bo,
        hers,
        teams,
        his,
        free,
    }
}

impl House {
    async fn enter(&self, who: Who) -> Tenant {
        self.env
            .db
            .member(who.1, self.owner.workspace, Role::Agent)
            .await
            .unwrap()
    }

    /// The conversations that somebody sees, by the table itself.
    async fn seen(&self, who: Who) -> Vec<ConversationId> {
        let mut tenant = self.enter(who).await;
        let mut ids: Vec<ConversationId> = sqlx::query_scalar("SELECT id FROM conversation")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
        ids.sort();
        ids
    }

    fn all(&self) -> Vec<ConversationId> {
        sorted([self.hers, self.teams, self.his, self.free])
    }
}

fn sorted<const N: usize>(ids: [ConversationId; N]) -> Vec<ConversationId> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_switch_the_team_and_the_role_say_what_an_agent_sees_and_hold_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let owner = (h.owner.member, h.owner.session);
    assert_eq!(h.seen(h.ana).await, sorted([h.hers, h.teams]));
    assert_eq!(h.seen(h.bo).await, [h.his]);
    assert_eq!(h.seen(owner).await, h.all());
    for role in [Role::Manager, Role::Admin, Role::Owner] {
        assert!(role.may(Right::SeeAll));
        let mia = join(&h.env, &h.owner, "Mia", role).await;
        assert_eq!(h.seen(mia).await, h.all(), "{role:?}");
    }

    let mut tenant = h.owner.enter(&h.env).await;
    take_out(&h.env, &mut tenant, h.sales, h.ana.0)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(h.seen(h.ana).await, [h.hers]);
    let mut tenant = h.owner.enter(&h.env).await;
    member::change_role(&h.env, &mut tenant, h.ana.0, Role::Manager)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(h.seen(h.ana).await, h.all());
    let mut tenant = h.owner.enter(&h.env).await;
    member::change_role(&h.env, &mut tenant, h.ana.0, Role::Agent)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(h.seen(h.ana).await, [h.hers]);
    let mut tenant = h.owner.enter(&h.env).await;
    limit(&h.env, &mut tenant, false).await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(h.seen(h.ana).await, h.all());

    // Webhooks and jobs are limited by nothing of this.
    let mut tenant = h.owner.enter(&h.env).await;
    limit(&h.env, &mut tenant, true).await.unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = h
        .env
        .db
        .channel(h.owner.workspace, h.channel)
        .await
        .unwrap();
    let many: i64 = sqlx::query_scalar("SELECT count(*) FROM conversation")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(many, 4);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_numbers_new_conversations_go_to_its_team_and_stay_when_that_is_deleted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.owner.enter(&h.env).await;
    take_number(&h.env, &mut tenant, h.channel, Some(h.sales))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let new = testing::conversation(&h.env, &h.owner, h.channel, "New", Duration::minutes(1)).await;
    assert_eq!(h.seen(h.ana).await, sorted([h.hers, h.teams, new]));

    let mut tenant = h.owner.enter(&h.env).await;
    let all = show(&mut tenant).await.unwrap();
    assert_eq!(all.teams[0].members, [h.ana.0]);
    assert_eq!((all.teams[0].conversations, all.limited), (2, true));
    assert_eq!(all.numbers[0].team, Some(h.sales));
    conversation::assign(&h.env, &mut tenant, new, Some(h.ana.0))
        .await
        .unwrap();
    delete(&h.env, &mut tenant, h.sales).await.unwrap();
    let all = show(&mut tenant).await.unwrap();
    assert!(all.teams.is_empty() && all.numbers[0].team.is_none());
    tenant.commit().await.unwrap();
    assert_eq!(h.seen(h.ana).await, sorted([h.hers, new]));
    while testing::thread::work(&h.env).await > 0 {}
    let mut tenant = h.owner.enter(&h.env).await;
    let row = conversation::row(&mut tenant, new).await.unwrap();
    assert_eq!((row.team, row.assignee), (None, Some(h.ana.0)));
    drop(tenant);
    assert_eq!(h.seen(h.ana).await, sorted([h.hers, new]));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn managers_manage_teams_and_admins_turn_the_switch(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mia = join(&h.env, &h.owner, "Mia", Role::Manager).await;
    for (who, manages) in [(h.ana, false), (mia, true)] {
        let mut tenant = h.enter(who).await;
        let refused = |done: Result<()>| matches!(done, Err(Error::Forbidden));
        let (env, id) = (&h.env, h.sales);
        let made = create(env, &mut tenant, "Support").await.map(drop);
        assert_eq!(refused(made), !manages);
        let done = rename(env, &mut tenant, id, "Selling").await;
        assert_eq!(refused(done), !manages);
        assert_eq!(refused(add(env, &mut tenant, id, h.bo.0).await), !manages);
        let done = take_out(env, &mut tenant, id, h.ana.0).await;
        assert_eq!(refused(done), !manages);
        let done = take_number(env, &mut tenant, h.channel, Some(id)).await;
        assert_eq!(refused(done), !manages);
        assert!(refused(limit(env, &mut tenant, false).await));
        assert_eq!(refused(delete(env, &mut tenant, id).await), !manages);
    }
    // Whoever is removed is in no team any more.
    let mut tenant = h.owner.enter(&h.env).await;
    member::remove(&h.env, &mut tenant, h.ana.0, None)
        .await
        .unwrap();
    assert!(show(&mut tenant).await.unwrap().teams[0].members.is_empty());
    let gone = add(&h.env, &mut tenant, h.sales, h.ana.0).await;
    assert!(matches!(gone, Err(Error::NotFound)));
    for name in ["", " \n", "a\nb", &"x".repeat(61), "sALES "] {
        let refused = create(&h.env, &mut tenant, name).await;
        let field = matches!(
            refused,
            Err(Error::Invalid {
                field: "team_name",
                ..
            })
        );
        assert!(field, "{name:?}: {refused:?}");
        drop(tenant);
        tenant = h.owner.enter(&h.env).await;
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_workspace_has_no_part_in_ones_teams(_: PgPoolOptions, options: PgConnectOptions) {
    let h = house(options).await;
    let two = testing::workspace(&h.env, "Two", Role::Owner).await;
    let number = testing::channel(&h.env, &two, "200").await;
    let missing = |done: Result<()>| assert!(matches!(done, Err(Error::NotFound)), "{done:?}");
    let (env, id) = (&h.env, h.sales);
    macro_rules! acting {
        (|$tenant:ident| $call:expr) => {{
            let mut $tenant = two.enter(env).await;
            missing($call.await);
        }};
    }
    acting!(|tenant| rename(env, &mut tenant, id, "Mine"));
    acting!(|tenant| delete(env, &mut tenant, id));
    acting!(|tenant| add(env, &mut tenant, id, two.member));
    acting!(|tenant| take_out(env, &mut tenant, id, h.ana.0));
    acting!(|tenant| take_number(env, &mut tenant, h.channel, None));
    acting!(|tenant| take_number(env, &mut tenant, number, Some(id)));
    let mut tenant = two.enter(env).await;
    assert!(show(&mut tenant).await.unwrap().teams.is_empty());
    let given = conversation::assign_team(env, &mut tenant, h.free, None).await;
    assert!(matches!(given, Err(Error::NotFound)));
    let talk = testing::conversation(env, &two, number, "Zoe", Duration::minutes(1)).await;
    let given = conversation::assign_team(env, &mut tenant, talk, Some(id)).await;
    assert!(matches!(given, Err(Error::NotFound)));
}
