//! What is written of whom, and that nothing of it is changed unseen.

mod exported;
mod read;

use super::*;
use crate::testing::{self, Fixture};
use postern_types::{AuditChain, AuditEntry, AuditRequest, AuditState, Role};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// A workspace with so many linked lines, written from a known network.
async fn written(env: &Env, name: &str, lines: usize) -> Fixture {
    let house = testing::workspace(env, name, Role::Owner).await;
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET network = '203.0.113.0/24' WHERE id = $1")
        .bind(house.session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    write(env, &house, lines).await;
    link(env).await.unwrap();
    house
}

async fn write(env: &Env, house: &Fixture, lines: usize) {
    let mut tenant = house.enter(env).await;
    for nth in 1..=lines {
        record(env, &mut tenant, "a.test", &json!({ "nth": nth }))
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
}

async fn chain(env: &Env, house: &Fixture) -> AuditChain {
    let mut tenant = house.enter(env).await;
    let chain = verify(&mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    chain
}

/// The newest entries.
async fn entries(env: &Env, house: &Fixture) -> Vec<AuditEntry> {
    let mut tenant = house.enter(env).await;
    let page = page(env, &mut tenant, &AuditRequest::default()).await;
    tenant.commit().await.unwrap();
    page.unwrap().entries
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_line_tells_who_did_what_when_and_from_where_and_is_linked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = written(&env, "Harbour", 3).await;
    let told = chain(&env, &house).await;
    assert_eq!((told.entries, told.linked, told.broken_at), (3, 3, None));
    let shown = entries(&env, &house).await;
    let places: Vec<_> = shown.iter().map(|entry| entry.position).collect();
    assert_eq!(places, [Some(3), Some(2), Some(1)]);
    let newest = &shown[0];
    assert_eq!(newest.actor, Some(house.member));
    assert_eq!(newest.by.as_deref(), Some("Harbour"));
    assert_eq!(newest.action, "a.test");
    assert_eq!(newest.network.as_deref(), Some("203.0.113.0/24"));
    assert!(newest.at >= shown[1].at);
    assert_eq!(newest.state, AuditState::Whole);
    assert_eq!(newest.detail[0].label, "nth");
    assert_eq!(newest.detail[0].value, "3");

    // The operator sits in no browser.
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    record(
        &env,
        &mut tenant,
        "a.test",
        &json!({ "member": house.member }),
    )
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let newest = entries(&env, &house).await.swap_remove(0);
    assert_eq!(
        (newest.actor, newest.by, newest.network),
        (None, None, None)
    );
    assert_eq!(newest.detail[0].value, "Harbour", "a name for the id");
    assert_eq!(newest.position, None, "not linked yet");
    let loose = chain(&env, &house).await;
    assert_eq!((loose.entries, loose.linked, loose.broken_at), (4, 3, None));
    assert_eq!(link(&env).await.unwrap(), 1);
    let linked = chain(&env, &house).await;
    assert_eq!(
        (linked.entries, linked.linked, linked.broken_at),
        (4, 4, None)
    );
    assert_ne!(linked.link, told.link);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_line_that_is_changed_dropped_swapped_or_put_in_is_found(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    for (sql, place) in [
        ("UPDATE audit SET action = 'b' WHERE position = 3", 3),
        ("UPDATE audit SET actor = NULL WHERE position = 3", 3),
        ("UPDATE audit SET network = NULL WHERE position = 3", 3),
        ("UPDATE audit SET at = at - interval '1 us' WHERE position = 3", 3),
        ("UPDATE audit SET id = gen_random_uuid() WHERE position = 3", 3),
        ("UPDATE audit SET digest = sha256('x') WHERE position = 3", 3),
        ("UPDATE audit SET digest = NULL WHERE position = 3", 3),
        ("UPDATE audit SET link = sha256('x') WHERE position = 3", 3),
        ("DELETE FROM audit WHERE position = 1", 1),
        ("DELETE FROM audit WHERE position = 3", 3),
        ("DELETE FROM audit WHERE position = 5", 5),
        ("DELETE FROM audit", 1),
        // Two change places, with their links and without.
        (
            "UPDATE audit SET position = 9 WHERE position = 2; UPDATE audit SET position = 2 WHERE position = 3;
             UPDATE audit SET position = 3 WHERE position = 9",
            2,
        ),
        (
            "UPDATE audit a SET position = a.position + 10, link = (SELECT b.link FROM audit b WHERE b.position = 5 - a.position)
              WHERE a.position IN (2, 3);
             UPDATE audit SET position = 15 - position WHERE position IN (12, 13)",
            2,
        ),
        // One is put in between, and one behind the end.
        (
            "UPDATE audit SET position = position + 100 WHERE position > 2;
             INSERT INTO audit (workspace_id, id, at, action, position, link)
             SELECT workspace_id, gen_random_uuid(), at, action, 3, link FROM audit WHERE position = 2;
             UPDATE audit SET position = position - 99 WHERE position > 100",
            3,
        ),
        (
            "INSERT INTO audit (workspace_id, id, at, action, position, link)
             SELECT workspace_id, gen_random_uuid(), at, action, 6, link FROM audit WHERE position = 5",
            6,
        ),
    ] {
        let house = written(&env, "Harbour", 5).await;
        assert_eq!(chain(&env, &house).await.broken_at, None);
        // The owner sees every workspace: those before it lose their lines.
        let others = format!("DELETE FROM audit WHERE workspace_id <> '{}'", house.workspace);
        testing::as_owner(&options, "audit", &format!("{others}; {sql}")).await;
        assert_eq!(chain(&env, &house).await.broken_at, Some(place), "{sql}");
        // What comes after it mends nothing.
        write(&env, &house, 1).await;
        link(&env).await.unwrap();
        assert_eq!(chain(&env, &house).await.broken_at, Some(place), "{sql}");
    }
    for (sql, place) in [
        ("UPDATE audit_head SET position = 4", 5),
        ("UPDATE audit_head SET link = sha256('x')", 5),
        ("DELETE FROM audit_head", 1),
    ] {
        let house = written(&env, "Harbour", 5).await;
        testing::as_owner(&options, "audit_head", sql).await;
        assert_eq!(chain(&env, &house).await.broken_at, Some(place), "{sql}");
        // And nothing is held up by it, in no workspace.
        write(&env, &house, 1).await;
        assert_eq!(link(&env).await.unwrap(), 1, "{sql}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_detail_that_was_changed_is_not_shown(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options.clone());
    let house = written(&env, "Harbour", 3).await;
    testing::as_owner(
        &options,
        "audit",
        "UPDATE audit SET detail = (SELECT detail FROM audit WHERE position = 1) WHERE position = 2;
         UPDATE audit SET detail = NULL WHERE position = 3",
    )
    .await;
    let shown = entries(&env, &house).await;
    let states: Vec<_> = shown.iter().map(|entry| entry.state).collect();
    let expected = [AuditState::Erased, AuditState::Broken, AuditState::Whole];
    assert_eq!(states, expected);
    assert!(shown[1].detail.is_empty());
    assert_eq!(
        chain(&env, &house).await.broken_at,
        None,
        "who, what and when stand"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn two_who_link_at_once_make_one_chain(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (one, two) = (
        written(&env, "Harbour", 0).await,
        written(&env, "Quay", 0).await,
    );
    write(&env, &one, 2).await;
    // Whoever comes while another is at it waits, and goes on behind what that one has linked.
    let mut first = env.db.global().await.unwrap();
    let linked: i64 = sqlx::query_scalar("SELECT link_audit(1)")
        .fetch_one(first.conn())
        .await
        .unwrap();
    assert_eq!(linked, 1);
    let mut second = Box::pin(link(&env));
    assert!(testing::waits(&env, &mut second).await, "one at a time");
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap(), 1);

    for _ in 0..10 {
        tokio::join!(write(&env, &one, 5), write(&env, &two, 5), async {
            let links = (0..4).map(|_| link(&env));
            for done in futures::future::join_all(links).await {
                done.unwrap();
            }
        });
    }
    link(&env).await.unwrap();
    for (house, lines) in [(&one, 52), (&two, 50)] {
        let told = chain(&env, house).await;
        assert_eq!(
            (told.entries, told.linked, told.broken_at),
            (lines, lines, None)
        );
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_rotation_and_a_lost_key_leave_the_chain_whole(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let house = written(&env, "Harbour", 5).await;
    let before = chain(&env, &house).await;
    let rotated = vault::rotate_data(&env, None, &mut |_| {}).await.unwrap();
    assert_eq!((rotated.keys, rotated.values, rotated.broken), (1, 5, 0));
    assert_eq!(chain(&env, &house).await, before);
    let shown = entries(&env, &house).await;
    assert!(shown.iter().all(|entry| entry.state == AuditState::Whole));

    // A new key, and the old one is gone with what stands under it.
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    vault::make_key(&env, &mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    let sql = "DELETE FROM workspace_key WHERE number = 2";
    testing::as_owner(&options, "workspace_key", sql).await;
    assert_eq!(chain(&env, &house).await, before);
    let shown = entries(&env, &house).await;
    assert_eq!(shown.len(), 5);
    assert!(shown.iter().all(|entry| entry.state == AuditState::Erased));
    write(&env, &house, 1).await;
    link(&env).await.unwrap();
    let after = chain(&env, &house).await;
    assert_eq!((after.linked, after.broken_at), (6, None));
    let file = exported::whole(&env, &house).await;
    let checked = check(file.as_bytes()).unwrap();
    assert_eq!(
        (checked.lines, checked.erased, checked.broken_at),
        (6, 5, None)
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn lines_of_before_the_chain_are_linked_as_they_are(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    // As the version before wrote it: no network, no digest, and the detail without a salt.
    let id: Uuid = env.id();
    let mut tenant = house.enter(&env).await;
    let sealed = vault::seal(&env, &mut tenant, DETAIL, &id.to_string(), br#"{"a":"b"}"#).await;
    sqlx::query(
        "INSERT INTO audit (workspace_id, id, at, actor, action, detail) VALUES ($1, $2, now(), $3, 'old', $4)",
    )
    .bind(house.workspace.0)
    .bind(id)
    .bind(house.member.0)
    .bind(sealed.unwrap())
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    link(&env).await.unwrap();
    let told = chain(&env, &house).await;
    assert_eq!((told.linked, told.broken_at), (1, None));
    let shown = entries(&env, &house).await;
    assert_eq!(shown[0].detail[0].value, "b");
    let file = exported::whole(&env, &house).await;
    let checked = check(file.as_bytes()).unwrap();
    assert_eq!((checked.lines, checked.broken_at), (1, None));
}
