//! Keys: what they open, and when they open nothing any more.

use super::*;
use crate::testing::{self, Fixture, Moved};
use postern_types::{KeyState, KeyView, Role};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

struct House {
    env: Env,
    clock: Arc<Moved>,
    owner: Fixture,
}

fn new() -> NewKey {
    NewKey {
        name: "Shop".to_owned(),
        scopes: vec![Scope::MessagesWrite, Scope::ContactsRead],
        networks: Vec::new(),
        days: None,
        test: false,
    }
}

impl House {
    async fn build(options: PgConnectOptions) -> Self {
        let (env, clock) = testing::env(options);
        let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
        Self { env, clock, owner }
    }

    async fn try_make(&self, new: &NewKey) -> Result<MadeKey> {
        let mut tenant = self.owner.enter(&self.env).await;
        let made = make(&self.env, &mut tenant, new).await?;
        tenant.commit().await?;
        Ok(made)
    }

    async fn make(&self, new: &NewKey) -> MadeKey {
        self.try_make(new).await.unwrap()
    }

    async fn list(&self) -> Vec<KeyView> {
        let mut tenant = self.owner.enter(&self.env).await;
        list(&self.env, &mut tenant).await.unwrap()
    }

    /// Comes in with it, as a call would.
    async fn comes_in(&self, key: &str) -> Result<()> {
        let opened = open(&self.env, key, HERE).await?;
        opened.enter(&self.env).await.map(drop)
    }

    async fn as_owner(&self, sql: &str) {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(tenant.conn())
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_acts_in_the_name_of_who_made_it_and_stands_in_the_audit(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::build(options).await;
    let made = house.make(&new()).await;
    assert!(made.key.starts_with("pst_live_"), "{}", made.key);
    let opened = open(&house.env, &made.key, HERE).await.unwrap();
    assert_eq!(opened.workspace, house.owner.workspace);
    assert_eq!(opened.scopes(), [Scope::MessagesWrite, Scope::ContactsRead]);
    assert!(!opened.test && opened.plan.is_none());
    let mut tenant = opened.enter(&house.env).await.unwrap();
    assert_eq!(tenant.actor().await.unwrap(), house.owner.member);
    audit::record(
        &house.env,
        &mut tenant,
        "label.made",
        &json!({ "name": "VIP" }),
    )
    .await
    .unwrap();
    tenant.commit().await.unwrap();

    let mut tenant = house.owner.enter(&house.env).await;
    let page = audit::page(
        &house.env,
        &mut tenant,
        &postern_types::AuditRequest::default(),
    )
    .await;
    let entries = page.unwrap().entries;
    let line = |action: &str| entries.iter().find(|entry| entry.action == action).unwrap();
    assert_eq!(
        line("label.made").network.as_deref(),
        Some("203.0.113.0/24")
    );
    assert!(
        format!("{:?}", line("label.made").detail).contains(r#"label: "by_key", value: "Shop""#)
    );
    assert!(!format!("{:?}", line("key.made").detail).contains(&made.key));

    let shown = &house.list().await[0];
    assert_eq!(shown.state, KeyState::Open);
    assert_eq!(shown.hint, made.key[..13]);
    assert_eq!(shown.used_from.as_deref(), Some("203.0.113.0/24"));
    assert!(shown.used.is_some());
}

#[sqlx::test(migrations = "../migrations")]
async fn the_key_itself_is_in_no_table(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::build(options).await;
    let made = house.make(&new()).await;
    house.comes_in(&made.key).await.unwrap();
    let mut tenant = house.owner.enter(&house.env).await;
    let row: String = sqlx::query_scalar("SELECT k::text FROM api_key k")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(
        row.contains(&made.key[..13]) && !row.contains(&made.key[13..25]),
        "{row}"
    );
    assert!(row.contains(&hex::encode(crypto_of(&made.key))), "{row}");
}

fn crypto_of(key: &str) -> [u8; 32] {
    crate::crypto::sha256(key.as_bytes())
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_opens_nothing_once_it_was_revoked_also_where_it_is_remembered(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::build(options).await;
    let made = house.make(&new()).await;
    house.comes_in(&made.key).await.unwrap();
    let mut tenant = house.owner.enter(&house.env).await;
    revoke(&house.env, &mut tenant, made.id).await.unwrap();
    tenant.commit().await.unwrap();
    assert!(matches!(
        house.comes_in(&made.key).await,
        Err(Error::Unauthorized)
    ));
    house.clock.by(Duration::minutes(1));
    assert!(matches!(
        house.comes_in(&made.key).await,
        Err(Error::Unauthorized)
    ));
    let before = house.list().await[0].clone();
    assert_eq!(before.state, KeyState::Revoked);
    // Once more changes nothing, and one that is not there is not.
    let mut tenant = house.owner.enter(&house.env).await;
    revoke(&house.env, &mut tenant, made.id).await.unwrap();
    assert!(matches!(
        revoke(&house.env, &mut tenant, house.env.id()).await,
        Err(Error::NotFound)
    ));
    let lines: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'key.revoked'")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(lines, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_ends_with_its_days_and_with_its_maker(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::build(options.clone()).await;
    let short = house
        .make(&NewKey {
            days: Some(1),
            ..new()
        })
        .await;
    let mut lasting = Vec::new();
    for _ in 0..3 {
        lasting.push(house.make(&new()).await.key);
    }
    house.comes_in(&short.key).await.unwrap();
    let workspace = house.owner.workspace;
    testing::as_owner(
        &options,
        "api_key",
        &format!(
            "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = '{}'",
            short.id
        ),
    )
    .await;
    assert!(matches!(
        house.comes_in(&short.key).await,
        Err(Error::Unauthorized)
    ));
    assert_eq!(
        house
            .list()
            .await
            .iter()
            .find(|key| key.id == short.id)
            .unwrap()
            .state,
        KeyState::Expired
    );
    for (ends, begins_anew) in [
        ("state = 'suspended'", "state = 'active'"),
        (
            "access_from = now() + interval '1 second'",
            "access_from = now() - interval '1 day'",
        ),
        ("removed_at = now()", "removed_at = NULL"),
    ] {
        house.comes_in(&lasting[0]).await.unwrap();
        let set =
            |what: &str| format!("UPDATE member SET {what} WHERE workspace_id = '{workspace}'");
        testing::as_owner(&options, "member", &set(ends)).await;
        for key in &lasting {
            assert!(
                matches!(house.comes_in(key).await, Err(Error::Unauthorized)),
                "{ends}"
            );
        }
        testing::as_owner(&options, "member", &set(begins_anew)).await;
    }
    house.comes_in(&lasting[0]).await.unwrap();
    // Whoever may make none any more has none.
    house.as_owner("UPDATE member SET role = 'agent'").await;
    let opened = open(&house.env, &lasting[0], HERE).await.unwrap();
    assert!(matches!(
        opened.enter(&house.env).await,
        Err(Error::Unauthorized)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_comes_from_its_networks_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::build(options).await;
    let networks = ["203.0.113.0/28", " 2001:db8::1 ", "203.0.113.5/28"].map(str::to_owned);
    let bound = NewKey {
        networks: networks.to_vec(),
        ..new()
    };
    let made = house.make(&bound).await;
    assert_eq!(
        house.list().await[0].networks,
        ["203.0.113.0/28", "2001:db8::1/128"]
    );
    for (from, comes) in [
        ("203.0.113.20", false),
        ("203.0.113.7", true),
        ("::ffff:203.0.113.7", true),
        ("2001:db8::1", true),
        ("2001:db8::2", false),
        // Now that it is remembered.
        ("203.0.113.20", false),
    ] {
        let opened = open(&house.env, &made.key, from.parse().unwrap()).await;
        assert_eq!(opened.is_ok(), comes, "{from}");
        if let Err(error) = opened {
            assert!(matches!(error, Error::Forbidden), "{from}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_key_cannot_be_is_said(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::build(options).await;
    let many: Vec<_> = (0..21).map(|nth| format!("10.0.{nth}.1")).collect();
    let bad = [
        (
            "name",
            NewKey {
                name: " ".to_owned(),
                ..new()
            },
        ),
        (
            "name",
            NewKey {
                name: "x".repeat(81),
                ..new()
            },
        ),
        (
            "scopes",
            NewKey {
                scopes: Vec::new(),
                ..new()
            },
        ),
        (
            "scopes",
            NewKey {
                test: true,
                ..new()
            },
        ),
        (
            "networks",
            NewKey {
                networks: vec!["10.0.0.0/33".to_owned()],
                ..new()
            },
        ),
        (
            "networks",
            NewKey {
                networks: vec!["office".to_owned()],
                ..new()
            },
        ),
        (
            "networks",
            NewKey {
                networks: many,
                ..new()
            },
        ),
        (
            "days",
            NewKey {
                days: Some(0),
                ..new()
            },
        ),
        (
            "days",
            NewKey {
                days: Some(731),
                ..new()
            },
        ),
    ];
    for (field, new) in bad {
        match house.try_make(&new).await {
            Err(Error::Invalid { field: told, .. }) => assert_eq!(told, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    assert_eq!(house.list().await, []);
    let test = NewKey {
        test: true,
        scopes: vec![Scope::MessagesWrite],
        ..new()
    };
    let made = house.make(&test).await;
    assert!(made.key.starts_with("pst_test_"));
    assert!(open(&house.env, &made.key, HERE).await.unwrap().test);
}

#[sqlx::test(migrations = "../migrations")]
async fn there_are_never_more_than_a_hundred_keys_also_when_they_are_made_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::build(options).await;
    house
        .as_owner(&format!(
            "INSERT INTO api_key SELECT '{}', gen_random_uuid(), 'x', int8send(n), '', '', '', true, NULL, now()
               FROM generate_series(1, 98) n",
            house.owner.workspace
        ))
        .await;
    let form = new();
    let all = futures::future::join_all((0..5).map(|_| house.try_make(&form))).await;
    assert_eq!(all.iter().filter(|made| made.is_ok()).count(), 2);
    for made in all {
        assert!(matches!(made, Ok(_) | Err(Error::Conflict(_))), "{made:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_sees_and_ends_no_key(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::build(options).await;
    let made = house.make(&new()).await;
    let other = testing::workspace(&house.env, "Other", Role::Owner).await;
    let mut tenant = other.enter(&house.env).await;
    assert_eq!(list(&house.env, &mut tenant).await.unwrap(), []);
    assert!(matches!(
        revoke(&house.env, &mut tenant, made.id).await,
        Err(Error::NotFound)
    ));
    // A key named with another workspace enters neither.
    let by = crate::db::ByKey {
        workspace: other.workspace,
        key: made.id,
        network: "203.0.113.7".to_owned(),
    };
    assert!(matches!(
        house.env.db.key(by, Role::Agent).await,
        Err(Error::Unauthorized)
    ));
    house.comes_in(&made.key).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn keys_of_somebody_whose_place_or_access_was_taken_do_not_open_again_when_they_come_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::build(options.clone()).await;
    let workspace = house.owner.workspace;
    let (account, session) = testing::person(&house.env, "Ada").await;
    let mut tenant = house.env.db.operator(workspace).await.unwrap();
    let member = crate::member::add(&house.env, &mut tenant, account, Role::Admin).await;
    let member = member.unwrap();
    tenant.commit().await.unwrap();
    let theirs = async || {
        let entered = house.env.db.member(session, workspace, Role::Admin).await;
        let mut tenant = entered.unwrap();
        let made = make(&house.env, &mut tenant, &new()).await.unwrap();
        tenant.commit().await.unwrap();
        made.key
    };
    let mut ended = Vec::new();
    for remove in [true, false] {
        let key = theirs().await;
        house.comes_in(&key).await.unwrap();
        ended.push(key);
        let mut tenant = house.owner.enter(&house.env).await;
        if remove {
            let removed = crate::member::remove(&house.env, &mut tenant, member, None).await;
            removed.unwrap();
        } else {
            let ended = crate::member::end_access(&house.env, &mut tenant, member).await;
            ended.unwrap();
        }
        tenant.commit().await.unwrap();
        if remove {
            // They are approved anew, in the same place.
            let back = format!("UPDATE member SET removed_at = NULL WHERE id = '{member}'");
            testing::as_owner(&options, "member", &back).await;
        }
        for key in &ended {
            assert!(matches!(
                house.comes_in(key).await,
                Err(Error::Unauthorized)
            ));
        }
    }
    let states = house.list().await.into_iter().map(|key| key.state);
    assert_eq!(states.collect::<Vec<_>>(), [KeyState::Revoked; 2]);
    let mut tenant = house.owner.enter(&house.env).await;
    let lines: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'key.revoked'")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(lines, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_workspace_that_requires_a_second_factor_requires_it_of_who_made_a_key(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::build(options).await;
    let made = house.make(&new()).await;
    house.comes_in(&made.key).await.unwrap();
    let mut tenant = house.env.db.operator(house.owner.workspace).await.unwrap();
    sqlx::query("UPDATE workspace SET factor_required = true")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert!(matches!(
        house.comes_in(&made.key).await,
        Err(Error::Unauthorized)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn many_calls_by_a_key_that_nobody_remembers_look_it_up_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::build(options).await;
    let made = house.make(&new()).await;
    let calls = (0..40).map(|_| open(&house.env, &made.key, HERE));
    let all = futures::future::join_all(calls).await;
    assert!(all.iter().all(Result::is_ok));
    let mut tenant = house.owner.enter(&house.env).await;
    let versions: String =
        sqlx::query_scalar("SELECT xmin::text || ' ' || cmin::text FROM api_key")
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    let first = house.list().await[0].used;
    drop(tenant);
    let again = (0..40).map(|_| open(&house.env, &made.key, HERE));
    assert!(
        futures::future::join_all(again)
            .await
            .iter()
            .all(Result::is_ok)
    );
    let mut tenant = house.owner.enter(&house.env).await;
    let since: String = sqlx::query_scalar("SELECT xmin::text || ' ' || cmin::text FROM api_key")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!((since, house.list().await[0].used), (versions, first));
}
