//! The audit as it is read.

use super::*;
use crate::env::moment;
use postern_types::Moment;
use time::Duration;

/// What a request finds, page after page.
async fn found(env: &Env, house: &Fixture, request: AuditRequest) -> Vec<AuditEntry> {
    let mut tenant = house.enter(env).await;
    let (mut all, mut request) = (Vec::new(), request);
    loop {
        let page = page(env, &mut tenant, &request).await.unwrap();
        let first = request.after.is_none();
        assert_eq!(page.people.is_empty(), !first, "with the first page alone");
        assert!(page.entries.len() <= 50);
        all.extend(page.entries);
        request.after = page.next;
        if request.after.is_none() {
            return all;
        }
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn pages_follow_each_other_and_filters_hold_on_all_of_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let house = written(&env, "Harbour", 60).await;
    clock.by(Duration::hours(1));
    let middle = moment(env.now());
    clock.by(Duration::hours(1));
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    for nth in 0..60 {
        let action = if nth % 2 == 0 { "b.even" } else { "b.odd" };
        record(&env, &mut tenant, action, &json!({})).await.unwrap();
    }
    tenant.commit().await.unwrap();

    let all = found(&env, &house, AuditRequest::default()).await;
    assert_eq!(all.len(), 120);
    assert!(all.is_sorted_by(|a, b| a.at >= b.at));
    let mut ids: Vec<_> = all.iter().map(|entry| entry.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 120, "none comes twice");

    let any = AuditRequest::default;
    let asked = |member, action: &str, from, until| AuditRequest {
        member,
        action: action.to_owned(),
        from,
        until,
        after: None,
    };
    for (request, count) in [
        (asked(Some(house.member), "", None, None), 60),
        (asked(Some(env.id()), "", None, None), 0),
        (asked(None, "b.", None, None), 60),
        (asked(None, "b.odd", None, None), 30),
        (asked(None, "b%", None, None), 0),
        (asked(None, "", Some(middle), None), 60),
        (asked(None, "", None, Some(middle)), 60),
        (asked(None, "", Some(middle), Some(middle)), 0),
        (asked(Some(house.member), "b.", None, None), 0),
    ] {
        let told = format!("{request:?}");
        assert_eq!(found(&env, &house, request).await.len(), count, "{told}");
    }
    let mut tenant = house.enter(&env).await;
    for request in [
        AuditRequest {
            from: Some(Moment(i64::MAX)),
            ..any()
        },
        AuditRequest {
            after: Some("nonsense".to_owned()),
            ..any()
        },
    ] {
        let refused = page(&env, &mut tenant, &request).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })));
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_workspaces_audit_is_not_there(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let house = written(&env, "Harbour", 60).await;
    let other = written(&env, "Quay", 2).await;
    let mut tenant = house.enter(&env).await;
    let ours = page(&env, &mut tenant, &AuditRequest::default())
        .await
        .unwrap();
    tenant.commit().await.unwrap();

    let theirs = entries(&env, &other).await;
    assert_eq!(theirs.len(), 2);
    for request in [
        AuditRequest {
            member: Some(house.member),
            ..AuditRequest::default()
        },
        // Where our page ends is no place in theirs.
        AuditRequest {
            after: ours.next.clone(),
            ..AuditRequest::default()
        },
    ] {
        let mut tenant = other.enter(&env).await;
        let page = page(&env, &mut tenant, &request).await.unwrap();
        assert!(page.entries.is_empty(), "{request:?}");
    }
    let told = chain(&env, &other).await;
    assert_eq!((told.entries, told.linked, told.broken_at), (2, 2, None));
    let file = exported::whole(&env, &other).await;
    assert!(!file.contains(&house.workspace.to_string()));
    assert!(!file.contains(&house.member.to_string()));
    assert_eq!(check(file.as_bytes()).unwrap().lines, 2);
    // Ids of ours are no names there.
    let mut tenant = other.enter(&env).await;
    record(
        &env,
        &mut tenant,
        "a.test",
        &json!({ "member": house.member }),
    )
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let newest = entries(&env, &other).await.swap_remove(0);
    assert_eq!(newest.detail[0].value, house.member.to_string());
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_serves_neither_chooses_a_link_nor_changes_a_line(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = written(&env, "Harbour", 1).await;
    let mut tenant = house.enter(&env).await;
    for attempt in [
        "UPDATE audit SET position = 2",
        "UPDATE audit SET link = NULL, position = NULL",
        "UPDATE audit SET network = NULL",
        "UPDATE audit SET digest = NULL",
        "UPDATE audit SET detail = NULL",
        "DELETE FROM audit",
        "UPDATE audit_head SET position = 2",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head SELECT workspace_id, position, link FROM audit",
        "INSERT INTO audit (workspace_id, id, at, action, position, link)
         SELECT workspace_id, gen_random_uuid(), at, action, 2, link FROM audit",
    ] {
        tenant.mark().await.unwrap();
        let refused = sqlx::query(attempt).execute(tenant.conn()).await;
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("permission denied"),
            "{attempt}: {refused}"
        );
        tenant.undo().await.unwrap();
    }
    // Nor is there a line that holds up those behind it.
    for at in ["infinity", "-infinity", "200000-01-01"] {
        tenant.mark().await.unwrap();
        let refused = sqlx::query(
            "INSERT INTO audit (workspace_id, id, at, action) VALUES ($1, gen_random_uuid(), $2::text::timestamptz, 'x')",
        )
        .bind(house.workspace.0)
        .bind(at)
        .execute(tenant.conn())
        .await;
        assert!(refused.unwrap_err().to_string().contains("audit_at_range"));
        tenant.undo().await.unwrap();
    }
}
