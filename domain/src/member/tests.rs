//! Who may do what to whom, and that it holds at once.

use super::*;
use crate::{db::Db, session, team, testing, testing::Fixture, workspace as place_of};
use postern_types::SessionId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Another member of a workspace, with a live session.
async fn join(env: &Env, house: &Fixture, name: &str, role: Role) -> (MemberId, SessionId) {
    let (account, session) = testing::person(env, name).await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let member = add(env, &mut tenant, account, role).await.unwrap();
    tenant.commit().await.unwrap();
    (member, session)
}

async fn may_enter(db: &Db, house: &Fixture, session: SessionId) -> Result<()> {
    let tenant = db.member(session, house.workspace, Role::Agent).await?;
    tenant.commit().await
}

/// Acts in a workspace as somebody, and commits.
macro_rules! acting {
    ($env:expr, $house:expr, $session:expr, |$tenant:ident| $call:expr) => {{
        let mut $tenant = $env
            .db
            .member($session, $house.workspace, Role::Agent)
            .await
            .unwrap();
        let done = $call.await;
        if done.is_ok() {
            $tenant.commit().await.unwrap();
        }
        done
    }};
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_waits_sees_nothing_until_an_admin_approves_and_is_decided_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let (account, session) = testing::person(&env, "Bo").await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let id = ask(&env, &mut tenant, account, Role::Agent, "203.0.113.0/24")
        .await
        .unwrap();
    let twice = ask(&env, &mut tenant, account, Role::Agent, "203.0.113.0/24").await;
    assert!(matches!(twice, Err(Error::Conflict(_))));
    tenant.commit().await.unwrap();
    assert!(matches!(
        may_enter(&env.db, &house, session).await,
        Err(Error::Forbidden)
    ));
    let told = crate::account::now(&env, session).await.unwrap();
    assert_eq!(told.memberships[0].state, MemberState::Waiting);

    let owner = acting!(env, house, house.session, |tenant| approve(
        &env,
        &mut tenant,
        id,
        Role::Owner
    ));
    assert!(
        matches!(owner, Err(Error::Forbidden)),
        "above one's own rank"
    );
    let mut bells = env.wake.listen();
    acting!(env, house, house.session, |tenant| approve(
        &env,
        &mut tenant,
        id,
        Role::Manager
    ))
    .unwrap();
    let rung: Vec<_> = std::iter::from_fn(|| bells.try_recv().ok()).collect();
    assert!(rung.contains(&Signal::Account(account)));
    may_enter(&env.db, &house, session).await.unwrap();
    for late in [
        acting!(env, house, house.session, |tenant| approve(
            &env,
            &mut tenant,
            id,
            Role::Agent
        )),
        acting!(env, house, house.session, |tenant| decline(
            &env,
            &mut tenant,
            id,
            ""
        )),
    ] {
        assert!(matches!(late, Err(Error::Conflict(_))));
    }
    let letters = testing::letters(&env, &format!("{account}@example.test")).await;
    assert_eq!(letters[0].subject, "You are in: Harbour");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_is_declined_is_told_why_and_may_ask_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let (account, session) = testing::person(&env, "Bo").await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let id = ask(&env, &mut tenant, account, Role::Agent, "net")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let long = "x".repeat(501);
    let long = acting!(env, house, house.session, |tenant| decline(
        &env,
        &mut tenant,
        id,
        &long
    ));
    assert!(matches!(
        long,
        Err(Error::Invalid {
            field: "reason",
            ..
        })
    ));
    acting!(env, house, house.session, |tenant| decline(
        &env,
        &mut tenant,
        id,
        " We do not know you. "
    ))
    .unwrap();
    let letters = testing::letters(&env, &format!("{account}@example.test")).await;
    assert!(
        letters[0]
            .text
            .contains("Their reason: We do not know you.\n")
    );
    assert!(matches!(
        may_enter(&env.db, &house, session).await,
        Err(Error::Forbidden)
    ));
    assert!(
        crate::account::now(&env, session)
            .await
            .unwrap()
            .memberships
            .is_empty()
    );
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let again = ask(&env, &mut tenant, account, Role::Agent, "net")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(again, id, "the same place");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn nobody_acts_upon_who_ranks_above_them_and_only_admins_act_at_all(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let (admin, admins) = join(&env, &house, "Ada", Role::Admin).await;
    let (manager, managers) = join(&env, &house, "Mia", Role::Manager).await;
    let (agent, agents) = join(&env, &house, "Bo", Role::Agent).await;
    for session in [managers, agents] {
        for done in [
            acting!(env, house, session, |t| change_role(
                &env,
                &mut t,
                agent,
                Role::Agent
            )),
            acting!(env, house, session, |t| suspend(&env, &mut t, agent)),
            acting!(env, house, session, |t| restore(&env, &mut t, agent)),
            acting!(env, house, session, |t| remove(&env, &mut t, manager, None)),
            acting!(env, house, session, |t| end_access(&env, &mut t, admin)),
            acting!(env, house, session, |t| hand_over(&env, &mut t, admin)),
        ] {
            assert!(matches!(done, Err(Error::Forbidden)), "{done:?}");
        }
    }
    for done in [
        acting!(env, house, admins, |t| change_role(
            &env,
            &mut t,
            house.member,
            Role::Agent
        )),
        acting!(env, house, admins, |t| change_role(
            &env,
            &mut t,
            agent,
            Role::Owner
        )),
        acting!(env, house, admins, |t| suspend(&env, &mut t, house.member)),
        acting!(env, house, admins, |t| remove(
            &env,
            &mut t,
            house.member,
            None
        )),
        acting!(env, house, admins, |t| end_access(
            &env,
            &mut t,
            house.member
        )),
        acting!(env, house, admins, |t| hand_over(&env, &mut t, admin)),
    ] {
        assert!(matches!(done, Err(Error::Forbidden)), "{done:?}");
    }
    let oneself = acting!(env, house, admins, |t| suspend(&env, &mut t, admin));
    assert!(matches!(oneself, Err(Error::Conflict(_))));
    acting!(env, house, admins, |t| change_role(
        &env,
        &mut t,
        agent,
        Role::Manager
    ))
    .unwrap();
    // At once: the next entry asks for what the role is now.
    let entered = env.db.member(agents, house.workspace, Role::Manager).await;
    entered.unwrap().commit().await.unwrap();
    acting!(env, house, admins, |t| change_role(
        &env,
        &mut t,
        agent,
        Role::Agent
    ))
    .unwrap();
    let entered = env.db.member(agents, house.workspace, Role::Manager).await;
    assert!(matches!(entered, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_last_owner_stays_also_when_two_unmake_each_other_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let (agent, _) = join(&env, &house, "Bo", Role::Agent).await;
    for done in [
        acting!(env, house, house.session, |t| change_role(
            &env,
            &mut t,
            house.member,
            Role::Admin
        )),
        acting!(env, house, house.session, |t| leave(&env, &mut t)),
    ] {
        assert!(matches!(done, Err(Error::Conflict(_))), "{done:?}");
    }
    acting!(env, house, house.session, |t| hand_over(
        &env, &mut t, agent
    ))
    .unwrap();
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let roles =
        |team: postern_types::Team, id| team.members.iter().find(|m| m.id == id).unwrap().role;
    let team = team::show(&env, &mut tenant).await.unwrap();
    assert_eq!(roles(team.clone(), agent), Role::Owner);
    assert_eq!(roles(team, house.member), Role::Admin);
    drop(tenant);

    for round in 0..10 {
        let house = testing::workspace(&env, "Quay", Role::Owner).await;
        let (other, others) = join(&env, &house, "Ada", Role::Owner).await;
        let unmake = |session, whom| {
            let (env, house) = (&env, &house);
            async move {
                let mut tenant = env.db.member(session, house.workspace, Role::Admin).await?;
                change_role(env, &mut tenant, whom, Role::Agent).await?;
                tenant.commit().await
            }
        };
        let (one, two) = tokio::join!(unmake(house.session, other), unmake(others, house.member));
        assert!(one.is_ok() != two.is_ok(), "round {round}: {one:?} {two:?}");
        let mut tenant = env.db.operator(house.workspace).await.unwrap();
        let team = team::show(&env, &mut tenant).await.unwrap();
        let owners = team.members.iter().filter(|m| m.role == Role::Owner);
        assert_eq!(owners.count(), 1);
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn suspension_ended_access_and_removal_shut_out_at_once_and_in_this_workspace_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let (bo, session) = join(&env, &house, "Bo", Role::Agent).await;
    let elsewhere = testing::workspace(&env, "Quay", Role::Admin).await;
    let account = crate::account::now(&env, session).await.unwrap().account;
    let mut tenant = env.db.operator(elsewhere.workspace).await.unwrap();
    add(&env, &mut tenant, account, Role::Agent).await.unwrap();
    tenant.commit().await.unwrap();
    let shut = |done: Result<()>| matches!(done, Err(Error::Forbidden));

    acting!(env, house, house.session, |t| suspend(&env, &mut t, bo)).unwrap();
    assert!(shut(may_enter(&env.db, &house, session).await));
    may_enter(&env.db, &elsewhere, session).await.unwrap();
    acting!(env, house, house.session, |t| restore(&env, &mut t, bo)).unwrap();
    may_enter(&env.db, &house, session).await.unwrap();

    let mut tenant = env
        .db
        .member(session, house.workspace, Role::Agent)
        .await
        .unwrap();
    crate::live::ticket(&env, &mut tenant, session)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = house.enter(&env).await;
    let team = team::show(&env, &mut tenant).await.unwrap();
    drop(tenant);
    let seen = team.members.iter().find(|m| m.id == bo).unwrap();
    assert_eq!(seen.access.len(), 1);
    assert_eq!(seen.access[0].session, session);
    assert!(seen.seen.is_some());
    clock.by(time::Duration::seconds(1));
    acting!(env, house, house.session, |t| end_access(&env, &mut t, bo)).unwrap();
    assert!(shut(may_enter(&env.db, &house, session).await));
    may_enter(&env.db, &elsewhere, session).await.unwrap();
    let me = crate::account::now(&env, session).await.unwrap();
    let states: Vec<_> = me.memberships.iter().map(|place| place.state).collect();
    assert_eq!(states, [MemberState::Ended, MemberState::Active]);
    // A new sign-in comes in.
    let mut global = env.db.global().await.unwrap();
    let opened = session::open(&env, global.conn(), account, &testing::browser(&env))
        .await
        .unwrap();
    global.commit().await.unwrap();
    may_enter(&env.db, &house, opened.session).await.unwrap();

    acting!(env, house, house.session, |t| remove(
        &env, &mut t, bo, None
    ))
    .unwrap();
    assert!(shut(may_enter(&env.db, &house, opened.session).await));
    may_enter(&env.db, &elsewhere, opened.session)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_is_removed_hands_on_what_they_had_in_hand(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let channel = testing::channel(&env, &house, "100").await;
    let (bo, _) = join(&env, &house, "Bo", Role::Agent).await;
    let (heir, _) = join(&env, &house, "Cy", Role::Agent).await;
    let conversation = testing::thread::conversation(&env, &house, channel, "4915112345678").await;
    acting!(env, house, house.session, |t| crate::conversation::assign(
        &env,
        &mut t,
        conversation,
        Some(bo)
    ))
    .unwrap();
    let oneself = acting!(env, house, house.session, |t| remove(
        &env,
        &mut t,
        bo,
        Some(bo)
    ));
    assert!(matches!(oneself, Err(Error::Invalid { field: "heir", .. })));
    acting!(env, house, house.session, |t| remove(
        &env,
        &mut t,
        bo,
        Some(heir)
    ))
    .unwrap();
    let mut tenant = house.enter(&env).await;
    let row = crate::conversation::details(&mut tenant, conversation)
        .await
        .unwrap();
    assert_eq!(row.row.assignee, Some(heir));
    let gone = acting!(env, house, house.session, |t| crate::conversation::assign(
        &env,
        &mut t,
        conversation,
        Some(bo)
    ));
    assert!(matches!(
        gone,
        Err(Error::Invalid {
            field: "assignee",
            ..
        })
    ));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn two_who_are_removed_in_favour_of_each_other_leave_nothing_with_who_is_gone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let channel = testing::channel(&env, &house, "100").await;
    let (bo, _) = join(&env, &house, "Bo", Role::Agent).await;
    let (cy, _) = join(&env, &house, "Cy", Role::Agent).await;
    let mut threads = Vec::new();
    for (number, whom) in [("4915112345678", bo), ("4915112345679", cy)] {
        let thread = testing::thread::conversation(&env, &house, channel, number).await;
        let given = acting!(env, house, house.session, |t| crate::conversation::assign(
            &env,
            &mut t,
            thread,
            Some(whom)
        ));
        given.unwrap();
        threads.push(thread);
    }
    let part = |whom, heir| {
        let (env, house) = (&env, &house);
        async move {
            let mut tenant = env
                .db
                .member(house.session, house.workspace, Role::Admin)
                .await?;
            remove(env, &mut tenant, whom, Some(heir)).await?;
            tenant.commit().await
        }
    };
    let (one, two) = tokio::join!(part(bo, cy), part(cy, bo));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let left = if one.is_ok() { cy } else { bo };
    let mut tenant = house.enter(&env).await;
    for thread in threads {
        let row = crate::conversation::details(&mut tenant, thread)
            .await
            .unwrap();
        assert_eq!(row.row.assignee, Some(left));
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_required_factor_shuts_out_who_has_none_until_they_have(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let (_, session) = join(&env, &house, "Bo", Role::Agent).await;
    let oneself = acting!(env, house, house.session, |t| place_of::require_factor(
        &env, &mut t, true
    ));
    assert!(
        matches!(oneself, Err(Error::Conflict(_))),
        "they would shut themselves out"
    );
    let mut global = env.db.global().await.unwrap();
    let prove = "INSERT INTO totp (id, account_id, sealed, created_at, confirmed_at)
                 SELECT gen_random_uuid(), account_id, '', now(), now() FROM session WHERE id = $1";
    sqlx::query(prove)
        .bind(house.session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    acting!(env, house, house.session, |t| place_of::require_factor(
        &env, &mut t, true
    ))
    .unwrap();
    may_enter(&env.db, &house, house.session).await.unwrap();
    assert!(matches!(
        may_enter(&env.db, &house, session).await,
        Err(Error::Forbidden)
    ));
    let me = crate::account::now(&env, session).await.unwrap();
    assert_eq!(me.memberships[0].state, MemberState::Unproven);
    let mut global = env.db.global().await.unwrap();
    sqlx::query(prove)
        .bind(session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    may_enter(&env.db, &house, session).await.unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_workspaces_team_is_not_there(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let (bo, session) = join(&env, &house, "Bo", Role::Agent).await;
    let (waits, _) = testing::person(&env, "Cy").await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let waits = ask(&env, &mut tenant, waits, Role::Agent, "net")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = house.enter(&env).await;
    let form = postern_types::Invite {
        email: testing::address(&env),
        role: Role::Agent,
    };
    crate::invitation::mail(&env, &mut tenant, &form)
        .await
        .unwrap();
    let invitation = team::show(&env, &mut tenant).await.unwrap().invitations[0].id;
    tenant.commit().await.unwrap();

    let other = testing::workspace(&env, "Quay", Role::Owner).await;
    let gone = |done: Result<()>| assert!(matches!(done, Err(Error::NotFound)), "{done:?}");
    gone(acting!(env, other, other.session, |t| approve(
        &env,
        &mut t,
        waits,
        Role::Agent
    )));
    gone(acting!(env, other, other.session, |t| decline(
        &env, &mut t, waits, ""
    )));
    gone(acting!(env, other, other.session, |t| change_role(
        &env,
        &mut t,
        bo,
        Role::Admin
    )));
    gone(acting!(env, other, other.session, |t| suspend(
        &env, &mut t, bo
    )));
    gone(acting!(env, other, other.session, |t| restore(
        &env, &mut t, bo
    )));
    gone(acting!(env, other, other.session, |t| remove(
        &env, &mut t, bo, None
    )));
    gone(acting!(env, other, other.session, |t| end_access(
        &env, &mut t, bo
    )));
    gone(acting!(env, other, other.session, |t| hand_over(
        &env, &mut t, bo
    )));
    gone(acting!(env, other, other.session, |t| {
        crate::invitation::resend(&env, &mut t, invitation)
    }));
    gone(acting!(env, other, other.session, |t| {
        crate::invitation::withdraw(&env, &mut t, invitation)
    }));
    let mut tenant = other.enter(&env).await;
    let seen = team::show(&env, &mut tenant).await.unwrap();
    assert_eq!((seen.members.len(), seen.invitations.len()), (1, 0));
    drop(tenant);
    may_enter(&env.db, &house, session).await.unwrap();
    let mut tenant = house.enter(&env).await;
    let seen = team::show(&env, &mut tenant).await.unwrap();
    assert_eq!((seen.members.len(), seen.invitations.len()), (3, 1));
    assert_eq!(seen.members[0].state, MemberState::Waiting);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_had_thousands_in_hand_is_removed_with_few_statements_and_each_is_told_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const MANY: i32 = 2300;
    let (wire, through) = testing::wire::Wire::between(&options);
    let (env, _) = testing::env(through);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let channel = testing::channel(&env, &house, "100").await;
    let (bo, _) = join(&env, &house, "Bo", Role::Agent).await;
    let (heir, _) = join(&env, &house, "Cy", Role::Agent).await;
    let mut tenant = house.enter(&env).await;
    for sql in [
        "INSERT INTO contact (workspace_id, id, name, phone, created_at)
         SELECT $1, md5('p' || n)::uuid, 'P ' || n, '+1555' || n, now() FROM generate_series(1, $4) n
          WHERE $2 IS NOT NULL AND $3 IS NOT NULL",
        // One in ten is closed, and stays theirs.
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, assignee_id, last_at, opened_at, heard_at)
         SELECT $1, md5('c' || n)::uuid, md5('p' || n)::uuid, $2, CASE WHEN n % 10 = 0 THEN 'closed' ELSE 'open' END, $3,
                now(), now(), now()
           FROM generate_series(1, $4) n",
    ] {
        sqlx::query(sql)
            .bind(house.workspace.0)
            .bind(channel.0)
            .bind(bo.0)
            .bind(MANY)
            .execute(tenant.conn())
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
    let mut tenant = house.enter(&env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    let (sent, done) = wire
        .count(async {
            acting!(env, house, house.session, |t| remove(
                &env,
                &mut t,
                bo,
                Some(heir)
            ))
        })
        .await;
    done.unwrap();
    assert!(sent < 50, "{sent} statements");
    let mut tenant = house.enter(&env).await;
    let told = testing::feed(&mut tenant, &mut cursor).await;
    let given = told.iter().filter(|event| {
        matches!(event, Event::Conversation { conversation } if conversation.assignee == Some(heir))
    });
    assert_eq!(given.count(), 2070);
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM conversation WHERE workspace_id = $1 AND assignee_id = $2",
    )
    .bind(house.workspace.0)
    .bind(bo.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(left, 230, "what is closed");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whoever_asks_to_come_in_and_whoever_is_invited_is_told_of_in_the_feed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let mut tenant = house.enter(&env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    let form = postern_types::Invite {
        email: testing::address(&env),
        role: Role::Agent,
    };
    crate::invitation::mail(&env, &mut tenant, &form)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let (cy, _) = testing::person(&env, "Cy").await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let cy = ask(&env, &mut tenant, cy, Role::Agent, "net")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    acting!(env, house, house.session, |t| approve(
        &env,
        &mut t,
        cy,
        Role::Agent
    ))
    .unwrap();
    let mut tenant = house.enter(&env).await;
    let told: Vec<_> = testing::feed(&mut tenant, &mut cursor)
        .await
        .into_iter()
        .map(|event| match event {
            Event::Member { member } => (member.id, member.active, member.waiting),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            (house.member, true, false),
            (cy, false, true),
            (cy, true, false)
        ]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn who_goes_leaves_their_contacts_and_open_tasks_to_nobody_in_bounded_steps_and_each_is_told_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const MANY: i32 = 1200;
    let (wire, through) = testing::wire::Wire::between(&options);
    let (env, _) = testing::env(through);
    let house = testing::workspace(&env, "Harbour", Role::Admin).await;
    let (bo, _) = join(&env, &house, "Bo", Role::Agent).await;
    let (heir, hers) = join(&env, &house, "Cy", Role::Agent).await;
    let mut tenant = house.enter(&env).await;
    for sql in [
        // One in ten is a colleague's.
        "INSERT INTO contact (workspace_id, id, name, created_at, owner_id)
         SELECT $1, md5('p' || n)::uuid, 'P ' || n, now(), CASE WHEN n % 10 = 0 THEN $3 ELSE $2 END
           FROM generate_series(1, $4) n",
        // One in ten is done, and stays theirs.
        "INSERT INTO task (workspace_id, id, contact_id, title, status, owner_id, created_at, changed_at, ended_at)
         SELECT $1, md5('t' || n)::uuid, md5('p' || n)::uuid, 'T', CASE WHEN n % 10 = 0 THEN 'done' ELSE 'open' END,
                $2, now(), now(), CASE WHEN n % 10 = 0 THEN now() END
           FROM generate_series(1, $4) n WHERE $3 IS NOT NULL",
    ] {
        sqlx::query(sql)
            .bind(house.workspace.0)
            .bind(bo.0)
            .bind(heir.0)
            .bind(MANY)
            .execute(tenant.conn())
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
    let mut tenant = house.enter(&env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    let (sent, done) = wire
        .count(async {
            acting!(env, house, house.session, |t| remove(
                &env,
                &mut t,
                bo,
                Some(heir)
            ))
        })
        .await;
    done.unwrap();
    assert!(sent < 40, "{sent} statements");
    // The first of it is let go at once, the rest by a job; so is what somebody gives them meanwhile.
    let mut tenant = house.enter(&env).await;
    let left: (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM contact WHERE owner_id = $1),
                (SELECT count(*) FROM task WHERE owner_id = $1 AND ended_at IS NULL)",
    )
    .bind(bo.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(left, (580, 580));
    sqlx::query("UPDATE contact SET owner_id = $1 WHERE id = md5('p10')::uuid")
        .bind(bo.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    while testing::thread::work(&env).await > 0 {}
    let mut tenant = house.enter(&env).await;
    let told = testing::feed(&mut tenant, &mut cursor).await;
    for (what, many) in [
        (postern_types::Side::Contact, 1081),
        (postern_types::Side::Task, 1080),
    ] {
        let of = told
            .iter()
            .filter(|event| matches!(event, Event::Side { what: of, .. } if *of == what));
        assert_eq!(of.count(), many, "{what:?}");
    }
    let count = async |tenant: &mut crate::Tenant, sql: &'static str| -> i64 {
        sqlx::query_scalar(sql)
            .bind(bo.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    };
    for (sql, left) in [
        ("SELECT count(*) FROM contact WHERE owner_id = $1", 0),
        ("SELECT count(*) FROM contact WHERE owner_id <> $1", 119),
        ("SELECT count(*) FROM task WHERE owner_id = $1", 120),
        (
            "SELECT count(*) FROM task WHERE owner_id = $1 AND ended_at IS NULL",
            0,
        ),
        (
            "SELECT count(*) FROM task WHERE owner_id IS NULL AND rev = 2 AND $1 IS NOT NULL",
            1080,
        ),
        (
            "SELECT count(*) FROM task_change WHERE kind = 'owner' AND value = '' AND author_id <> $1",
            1080,
        ),
        (
            "SELECT count(*) FROM audit WHERE action = 'member.removed' AND $1 IS NOT NULL",
            1,
        ),
    ] {
        assert_eq!(count(&mut tenant, sql).await, left, "{sql}");
    }
    tenant.commit().await.unwrap();

    // A limited agent who leaves does not see what they let go of, and lets go of it all the same.
    acting!(env, house, house.session, |t| crate::teams::limit(
        &env, &mut t, true
    ))
    .unwrap();
    let mut tenant = house.enter(&env).await;
    sqlx::query("UPDATE task SET owner_id = $1 WHERE owner_id IS NULL AND id = md5('t1')::uuid")
        .bind(heir.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    acting!(env, house, hers, |t| leave(&env, &mut t)).unwrap();
    let mut tenant = house.enter(&env).await;
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM contact WHERE owner_id = $1) + (SELECT count(*) FROM task WHERE owner_id = $1)",
    )
    .bind(heir.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(left, 0);
}
