//! The lists, their pages, and how they are found.

use super::*;
use postern_types::TaskList;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

async fn titles(h: &House, list: TaskList) -> Vec<String> {
    let mut tenant = h.enter().await;
    let mut request = TaskRequest {
        list,
        ..TaskRequest::default()
    };
    let mut titles = Vec::new();
    loop {
        let page = super::super::list(&h.env, &mut tenant, &request)
            .await
            .unwrap();
        assert!(page.rows.len() <= 40);
        titles.extend(page.rows.into_iter().map(|row| row.title));
        match page.next {
            Some(next) => request.after = Some(next),
            None => return titles,
        }
    }
}

async fn make(h: &House, title: &str, due: Option<&str>, owner: Option<MemberId>) -> TaskId {
    let mut new = h.new_task(title, false);
    new.due = due.map(Into::into);
    new.owner = owner;
    let mut tenant = h.enter().await;
    let id = create(&h.env, &mut tenant, &new).await.unwrap();
    tenant.commit().await.unwrap();
    id
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn each_list_shows_what_it_says_by_the_day_on_the_workspaces_wall(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let me = Some(h.owner.member);
    let day = |days: i64| day::text((h.env.now() + Duration::days(days)).date());
    make(&h, "no day", None, me).await;
    make(&h, "yesterday", Some(&day(-1)), None).await;
    make(&h, "today", Some(&day(0)), me).await;
    make(&h, "in a week", Some(&day(7)), None).await;
    make(&h, "later", Some(&day(8)), None).await;
    let done = make(&h, "done", Some(&day(-3)), me).await;
    h.change(done, |form| form.status = TaskStatus::Done).await;
    let open = ["yesterday", "today", "in a week", "later", "no day"];
    assert_eq!(titles(&h, TaskList::Open).await, open);
    assert_eq!(titles(&h, TaskList::Mine).await, ["today", "no day"]);
    assert_eq!(titles(&h, TaskList::Overdue).await, ["yesterday"]);
    assert_eq!(titles(&h, TaskList::Soon).await, ["today", "in a week"]);
    assert_eq!(titles(&h, TaskList::Done).await, ["done"]);
    let request = TaskRequest {
        contact: Some(h.contact),
        ..TaskRequest::default()
    };
    let mut tenant = h.enter().await;
    let all = super::super::list(&h.env, &mut tenant, &request)
        .await
        .unwrap();
    assert_eq!((all.rows.len(), all.overdue), (6, 1));
    assert_eq!(all.rows[0].title, "done", "the newest first");
    // Somewhere it is always another day: 26 hours lie between the first clock and the last.
    let mut days = Vec::new();
    for zone in ["Pacific/Kiritimati", "Etc/GMT+12"] {
        sqlx::query(
            "INSERT INTO workspace_setting (workspace_id, zone) VALUES ($1, $2)
             ON CONFLICT (workspace_id) DO UPDATE SET zone = excluded.zone",
        )
        .bind(h.owner.workspace.0)
        .bind(zone)
        .execute(tenant.conn())
        .await
        .unwrap();
        let page = super::super::list(&h.env, &mut tenant, &request)
            .await
            .unwrap();
        days.push(page.today);
    }
    assert!(days[0] > days[1], "{days:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn pages_follow_one_another_and_nothing_comes_twice_or_is_left_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.enter().await;
    for nth in 0..95 {
        let mut new = h.new_task(&format!("{nth:02}"), false);
        new.owner = Some(h.owner.member);
        new.due = (nth % 2 == 0).then(|| format!("2020-01-{:02}", nth % 28 + 1));
        create(&h.env, &mut tenant, &new).await.unwrap();
    }
    tenant.commit().await.unwrap();
    for (list, many) in [
        (TaskList::Open, 95),
        (TaskList::Mine, 95),
        (TaskList::Overdue, 48),
        (TaskList::Soon, 0),
        (TaskList::Done, 0),
    ] {
        let mut found = titles(&h, list).await;
        assert_eq!(found.len(), many, "{list:?}");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), many, "{list:?}");
    }
    let mut tenant = h.enter().await;
    let rubbish = TaskRequest {
        after: Some("x".into()),
        ..TaskRequest::default()
    };
    let refused = super::super::list(&h.env, &mut tenant, &rubbish).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "page", .. })));
}

/// The conditions of the indexes that a statement is answered by, as the serving role is.
#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn every_list_is_read_along_its_index(_: PgPoolOptions, options: PgConnectOptions) {
    let h = house(options.clone()).await;
    testing::as_owner(
        &options,
        "task",
        &format!(
            "INSERT INTO task (workspace_id, id, contact_id, title, status, due, owner_id, created_at, changed_at, ended_at)
             SELECT '{}', gen_random_uuid(), '{}', 'x', CASE WHEN n % 3 = 0 THEN 'done' ELSE 'open' END,
                    date '2020-01-01' + n % 3000, CASE WHEN n % 50 = 0 THEN '{}'::uuid END, now() - n * interval '1 min',
                    now(), CASE WHEN n % 3 = 0 THEN now() - n * interval '1 min' END
               FROM generate_series(1, 20000) n",
            h.owner.workspace, h.contact, h.owner.member
        ),
    )
    .await;
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query("ANALYZE task")
        .execute(&mut owner)
        .await
        .unwrap();
    owner.close().await.unwrap();
    let (workspace, me) = (h.owner.workspace, h.owner.member);
    let zero = "'00000000-0000-0000-0000-000000000000'";
    let mut tenant = h.enter().await;
    for (sql, index) in [
        (
            format!(
                "SELECT due, id FROM task WHERE workspace_id = '{workspace}' AND ended_at IS NULL
                    AND (due, id) > ('0001-01-01', {zero}) ORDER BY due, id LIMIT 41"
            ),
            "task_open",
        ),
        (
            format!(
                "SELECT due, id FROM task WHERE workspace_id = '{workspace}' AND ended_at IS NULL
                    AND due IS NULL AND id > {zero} ORDER BY due, id LIMIT 41"
            ),
            "task_open",
        ),
        (
            format!(
                "SELECT due, id FROM task WHERE workspace_id = '{workspace}' AND owner_id = '{me}' AND ended_at IS NULL
                    AND (due, id) > ('0001-01-01', {zero}) ORDER BY due, id LIMIT 41"
            ),
            "task_owner",
        ),
        (
            format!(
                "SELECT due, id FROM task WHERE workspace_id = '{workspace}' AND ended_at IS NULL
                    AND due >= '2024-01-01' AND due < '2024-01-08' AND (due, id) > ('0001-01-01', {zero})
                  ORDER BY due, id LIMIT 41"
            ),
            "task_open",
        ),
        (
            format!(
                "SELECT ended_at, id FROM task WHERE workspace_id = '{workspace}' AND ended_at IS NOT NULL
                    AND (ended_at, id) < (now(), {zero}) ORDER BY ended_at DESC, id DESC LIMIT 41"
            ),
            "task_ended_list",
        ),
        (
            format!(
                "SELECT created_at, id FROM task WHERE workspace_id = '{workspace}' AND contact_id = '{}'
                    AND (created_at, id) < (now(), {zero}) ORDER BY created_at DESC, id DESC LIMIT 41",
                h.contact
            ),
            "task_contact",
        ),
    ] {
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {sql}")))
            .fetch_all(tenant.conn())
            .await
            .unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains(&format!("using {index}")), "{sql}\n{plan}");
        assert!(!plan.contains("Sort") && !plan.contains("Seq Scan"), "{sql}\n{plan}");
    }
}
