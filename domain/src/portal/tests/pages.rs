//! What a client sees and writes, and what they do not.

use super::*;
use crate::portal::page::{self, Became, By};
use postern_types::TaskStatus;
use postern_types::{Side, TaskId};

/// A task of that contact, as a member made it.
async fn task(house: &House, contact: ContactId, title: &str, shared: bool) -> TaskId {
    let id: TaskId = house.env.id();
    let mut tenant = house.owner.enter(&house.env).await;
    sqlx::query(
        "INSERT INTO task (workspace_id, id, contact_id, title, description, status, due, author_id, shared, created_at, changed_at)
         VALUES ($1, $2, $3, $4, 'All of it', 'doing', '2020-02-29', $5, $6, $7, $7)",
    )
    .bind(house.owner.workspace.0)
    .bind(id.0)
    .bind(contact.0)
    .bind(title)
    .bind(house.owner.member.0)
    .bind(shared)
    .bind(house.env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    id
}

async fn write(house: &House, sql: &str, task: TaskId) {
    let mut tenant = house.owner.enter(&house.env).await;
    for statement in sql.split(';') {
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
            .bind(house.owner.workspace.0)
            .bind(task.0)
            .bind(house.owner.member.0)
            .execute(tenant.conn())
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    tenant.commit().await.unwrap();
}

const FURNISHED: &str = "
    INSERT INTO task_item (workspace_id, id, task_id, position, body, done_at)
         SELECT $1, gen_random_uuid(), $2, n, 'Step ' || n, CASE WHEN n = 1 THEN now() END FROM generate_series(1, 3) n
          WHERE $3::uuid IS NOT NULL;
    INSERT INTO task_comment (workspace_id, id, task_id, author_id, internal, body, at)
         VALUES ($1, gen_random_uuid(), $2, $3, false, 'Hello', now()), ($1, gen_random_uuid(), $2, $3, true, 'Between us', now());
    INSERT INTO task_document (workspace_id, id, task_id, name, file_id, author_id, asked, internal, at)
         VALUES ($1, gen_random_uuid(), $2, 'A copy of your passport', NULL, $3, true, false, now());
    INSERT INTO task_change (workspace_id, id, task_id, at, author_id, kind, value)
         VALUES ($1, gen_random_uuid(), $2, now() - interval '3 days', $3, 'status', 'waiting'),
                ($1, gen_random_uuid(), $2, now() - interval '2 days', $3, 'shared', ''),
                ($1, gen_random_uuid(), $2, now() - interval '1 day', $3, 'status', 'doing'),
                ($1, gen_random_uuid(), $2, now(), $3, 'due', '2020-02-29'),
                ($1, gen_random_uuid(), $2, now(), $3, 'document', 'an internal name')";

async fn visit(house: &House) -> Visit {
    let made = house.link(None).await;
    house.opened(&made).await.visit
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_sees_what_is_shared_with_them_and_nothing_that_is_between_colleagues(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = house(options).await;
    let (shared, own) = (
        task(&house, house.contact, "Papers", true).await,
        task(&house, house.contact, "Secret", false).await,
    );
    let (other, _) = guest(&house.env, &house.owner, "101").await;
    let foreign = task(&house, other, "Another's", true).await;
    write(&house, FURNISHED, shared).await;
    let visit = visit(&house).await;

    let mut tenant = enter(&house.env, &visit).await.unwrap();
    let home = page::home(&house.env, &mut tenant).await.unwrap();
    assert_eq!(home.frame.host.name, "Harbour");
    assert_eq!(home.frame.client, "Amira");
    assert_eq!(home.frame.chat.as_deref(), Some("https://wa.me/1555"));
    let [line] = &home.tasks[..] else {
        panic!("{:?}", home.tasks)
    };
    assert_eq!(
        (line.title.as_str(), line.stand),
        ("Papers", TaskStatus::Doing)
    );
    assert_eq!((line.done, line.items, line.missing), (1, 3, 1));
    let due = line.due.as_ref().unwrap();
    assert!(due.late && due.day.shown == "29 Feb 2020", "{due:?}");

    let seen = page::task(&house.env, &mut tenant, shared).await.unwrap();
    assert_eq!(seen.description, "All of it");
    assert_eq!(seen.items.len(), 3);
    let comments: Vec<_> = seen.comments.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(comments, ["Hello"]);
    assert!(matches!(&seen.comments[0].by, By::Them(name) if name == "Harbour"));
    assert_eq!(seen.documents.len(), 1);
    assert!(seen.documents[0].size.is_none());
    let history: Vec<_> = seen.history.iter().map(|one| one.what.clone()).collect();
    assert_eq!(
        history,
        [
            Became::Due(Some("29 Feb 2020".into())),
            Became::Stands(TaskStatus::Doing),
            Became::Shared
        ]
    );
    for hidden in [own, foreign, house.env.id()] {
        let asked = page::task(&house.env, &mut tenant, hidden).await;
        assert!(matches!(asked, Err(Error::NotFound)), "{asked:?}");
        let wrote = comment(&house.env, &mut tenant, hidden, "Let me in").await;
        assert!(matches!(wrote, Err(Error::NotFound)), "{wrote:?}");
        drop(tenant);
        tenant = enter(&house.env, &visit).await.unwrap();
    }
    // The names of internal documents are not told by the history either, whatever is asked.
    let told: Vec<String> = sqlx::query_scalar("SELECT value FROM task_change")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    assert!(
        !told.iter().any(|value| value.contains("internal")),
        "{told:?}"
    );
    drop(tenant);

    // Unshared, it is gone.
    write(&house, "UPDATE task SET shared = false WHERE workspace_id = $1 AND id = $2 AND $3::uuid IS NOT NULL", shared).await;
    let mut tenant = enter(&house.env, &visit).await.unwrap();
    let home = page::home(&house.env, &mut tenant).await.unwrap();
    assert!(home.tasks.is_empty());
    let gone = page::task(&house.env, &mut tenant, shared).await;
    assert!(matches!(gone, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_comment_is_told_to_the_agents_and_a_flood_of_them_is_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = house(options).await;
    let task = task(&house, house.contact, "Papers", true).await;
    let visit = visit(&house).await;
    let mut agent = house.owner.enter(&house.env).await;
    let mut cursor = crate::testing::end(&mut agent).await;
    drop(agent);

    let mut tenant = enter(&house.env, &visit).await.unwrap();
    let before = page::mark(&mut tenant).await.unwrap();
    comment(&house.env, &mut tenant, task, " Here it is \u{7} ")
        .await
        .unwrap();
    assert_ne!(page::mark(&mut tenant).await.unwrap(), before);
    tenant.commit().await.unwrap();
    let mut agent = house.owner.enter(&house.env).await;
    let events = testing::feed(&mut agent, &mut cursor).await;
    let told = |event: &postern_types::Event| matches!(event, postern_types::Event::Side { what: Side::Task, id } if *id == task.0);
    assert!(events.iter().any(told), "{events:?}");
    let (body, author): (String, Option<uuid::Uuid>) =
        sqlx::query_as("SELECT body, author_id FROM task_comment")
            .fetch_one(agent.conn())
            .await
            .unwrap();
    assert_eq!((body.as_str(), author), ("Here it is", None));
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM job WHERE lane = $1")
        .bind(format!("portal:{}", house.contact))
        .fetch_one(agent.conn())
        .await
        .unwrap();
    assert_eq!(jobs, 1);
    drop(agent);

    let mut tenant = enter(&house.env, &visit).await.unwrap();
    for _ in 1..60 {
        comment(&house.env, &mut tenant, task, "again")
            .await
            .unwrap();
    }
    let more = comment(&house.env, &mut tenant, task, "again").await;
    assert!(matches!(more, Err(Error::TooMany { .. })), "{more:?}");
    tenant.commit().await.unwrap();
    house.clock.by(Duration::HOUR + Duration::SECOND);
    let mut tenant = enter(&house.env, &visit).await.unwrap();
    comment(&house.env, &mut tenant, task, "later")
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_page_is_marked_by_all_that_it_shows(_: PgPoolOptions, options: PgConnectOptions) {
    let house = house(options).await;
    let task = task(&house, house.contact, "Papers", true).await;
    let visit = visit(&house).await;
    let mut marks = std::collections::HashSet::new();
    for change in [
        "SELECT $1::uuid, $2::uuid, $3::uuid",
        FURNISHED,
        "UPDATE task_item SET done_at = now() WHERE workspace_id = $1 AND task_id = $2 AND $3::uuid IS NOT NULL",
        "UPDATE task SET title = 'Other papers', rev = rev + 1 WHERE workspace_id = $1 AND id = $2 AND $3::uuid IS NOT NULL",
        "DELETE FROM task_document WHERE workspace_id = $1 AND task_id = $2 AND $3::uuid IS NOT NULL",
        "UPDATE task SET shared = false WHERE workspace_id = $1 AND id = $2 AND $3::uuid IS NOT NULL",
    ] {
        write(&house, change, task).await;
        let mut tenant = enter(&house.env, &visit).await.unwrap();
        assert!(
            marks.insert(page::mark(&mut tenant).await.unwrap()),
            "{change}"
        );
    }
    // What is internal changes nothing.
    write(&house, "UPDATE task SET shared = true WHERE workspace_id = $1 AND id = $2 AND $3::uuid IS NOT NULL", task).await;
    let mut tenant = enter(&house.env, &visit).await.unwrap();
    let before = page::mark(&mut tenant).await.unwrap();
    drop(tenant);
    write(
        &house,
        "INSERT INTO task_comment (workspace_id, id, task_id, author_id, internal, body, at)
         VALUES ($1, gen_random_uuid(), $2, $3, true, 'Between us', now())",
        task,
    )
    .await;
    let mut tenant = enter(&house.env, &visit).await.unwrap();
    assert_eq!(page::mark(&mut tenant).await.unwrap(), before);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_logo_is_had_while_its_link_stands(_: PgPoolOptions, options: PgConnectOptions) {
    let house = house(options).await;
    let made = house.link(None).await;
    let way = find(&house.env, token(&made), [127, 0, 0, 9].into())
        .await
        .unwrap();
    assert!(page::host(&house.env, &way).await.unwrap().logo.is_none());
    let mut tenant = house.owner.enter(&house.env).await;
    let id: uuid::Uuid = house.env.id();
    let place = crate::workspace::logo::SEALED;
    let sealed =
        crate::vault::seal(&house.env, &mut tenant, place, &id.to_string(), b"pixels").await;
    sqlx::query("INSERT INTO workspace_logo (workspace_id, id, mime, sealed) VALUES ($1, $2, 'image/png', $3)")
        .bind(house.owner.workspace.0)
        .bind(id)
        .bind(sealed.unwrap())
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let address = page::host(&house.env, &way).await.unwrap().logo.unwrap();
    let of = address.strip_prefix("/portal/logo?of=").unwrap();
    let given = logo(&house.env, of).await.unwrap();
    assert_eq!(
        (given.bytes.as_slice(), given.mime.as_str()),
        (&b"pixels"[..], "image/png")
    );
    for wrong in ["", "nonsense", &of[1..]] {
        assert!(matches!(
            logo(&house.env, wrong).await,
            Err(Error::NotFound)
        ));
    }
    house.revoke(&made).await;
    assert!(matches!(logo(&house.env, of).await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_forms_half_fits_its_cookie_and_what_it_is_for_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let whole = twin(&env, "half", b"one");
    assert!(is_twin(&env, "half", b"one", &whole));
    for (half, of, sent) in [
        ("other", &b"one"[..], whole.as_str()),
        ("half", b"two", &whole),
        ("half", b"one", ""),
        ("half", b"one", &whole[1..]),
        ("half", b"one", "half"),
    ] {
        assert!(!is_twin(&env, half, of, sent));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_colleagues_call_a_contact_is_not_what_the_contact_is_called(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = house(options).await;
    let visit = visit(&house).await;
    let called = async |sql: &'static str| {
        let mut tenant = house.owner.enter(&house.env).await;
        sqlx::query(sql)
            .bind(house.contact.0)
            .execute(tenant.conn())
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        let mut tenant = enter(&house.env, &visit).await.unwrap();
        let home = page::home(&house.env, &mut tenant).await;
        home.unwrap().frame.client
    };
    let both = called("UPDATE contact SET given_name = 'The late payer' WHERE id = $1").await;
    assert_eq!(both, "Amira");
    let ours = called("UPDATE contact SET name = NULL WHERE id = $1").await;
    assert_eq!(ours, "");
}

#[sqlx::test(migrations = "../migrations")]
async fn comments_that_are_sent_at_once_are_counted_one_after_the_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = house(options).await;
    let tasks = [
        task(&house, house.contact, "Papers", true).await,
        task(&house, house.contact, "Others", true).await,
    ];
    let visits = [visit(&house).await, visit(&house).await];
    let mut tenant = enter(&house.env, &visits[0]).await.unwrap();
    for _ in 0..57 {
        comment(&house.env, &mut tenant, tasks[0], "again")
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
    let sent = (0..8).map(|nth| {
        let (house, visit, task) = (&house, &visits[nth % 2], tasks[nth / 2 % 2]);
        async move {
            let mut tenant = enter(&house.env, visit).await?;
            comment(&house.env, &mut tenant, task, "at once").await?;
            tenant.commit().await
        }
    });
    let sent = futures::future::join_all(sent).await;
    let taken = sent.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(taken, 3, "{sent:?}");
    let refused = |answer: &Result<()>| matches!(answer, Err(Error::TooMany { .. }));
    assert_eq!(sent.iter().filter(|one| refused(one)).count(), 5);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_fills_a_task_with_so_many_comments_and_takes_up_none_of_the_members(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = house(options).await;
    let id = task(&house, house.contact, "Papers", true).await;
    let next = task(&house, house.contact, "Others", true).await;
    let visit = visit(&house).await;
    let written = "
        INSERT INTO task_comment (workspace_id, id, task_id, author_id, internal, body, at)
             SELECT $1, gen_random_uuid(), $2, NULL, false, 'x', now() - interval '2 days' FROM generate_series(1, 500)
              WHERE $3::uuid IS NOT NULL";
    write(&house, written, id).await;
    let mut tenant = enter(&house.env, &visit).await.unwrap();
    let more = comment(&house.env, &mut tenant, id, "One more").await;
    assert!(matches!(more, Err(Error::Conflict(_))), "{more:?}");
    comment(&house.env, &mut tenant, next, "Elsewhere")
        .await
        .unwrap();
    drop(tenant);
    for _ in 0..3 {
        write(&house, written, id).await;
    }
    let mut tenant = house.owner.enter(&house.env).await;
    crate::task::comment(&house.env, &mut tenant, id, "Ours", true)
        .await
        .unwrap();
}
