//! What a page costs in an inbox of thousands, in pages of the database: no noise of the machine moves that count.

use super::*;
use crate::{Tenant, page};
use sqlx::{Connection as _, PgConnection, Row as _};
use uuid::Uuid;

const CONVERSATIONS: i32 = 20_000;
const LINES: i32 = 5000;

/// Conversations in an order of their own, as they are after a while: the neighbours of a list are strangers in the table.
/// A thread of [`LINES`] lies among the messages of others.
const FILL: [&str; 6] = [
    "INSERT INTO team (workspace_id, id, name, created_at)
     SELECT $1, md5(n)::uuid, n, now() FROM unnest(ARRAY['mine', 'theirs']) n
      WHERE $2 IS NOT NULL AND $3 IS NOT NULL AND $4 > 0 AND $5 > 0",
    "INSERT INTO team_member (workspace_id, team_id, member_id)
     SELECT $1, md5('mine')::uuid, $3 WHERE $2 IS NOT NULL AND $4 > 0 AND $5 > 0",
    "INSERT INTO contact (workspace_id, id, name, phone, created_at)
     SELECT $1, md5('contact' || n)::uuid, 'Contact ' || n, '+1555' || lpad(n::text, 7, '0'), now()
       FROM generate_series(1, $4) n WHERE $2 IS NOT NULL AND $3 IS NOT NULL AND $5 > 0",
    "INSERT INTO contact_term (workspace_id, term, contact_id)
     SELECT $1, t, md5('contact' || n)::uuid FROM generate_series(1, $4) n, unnest(ARRAY['contact', n::text]) t
      WHERE $2 IS NOT NULL AND $3 IS NOT NULL AND $5 > 0",
    "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, assignee_id, team_id, last_kind,
                               last_text, last_direction, last_status, last_at, unread, opened_at, heard_at)
     SELECT $1, md5('conversation' || n)::uuid, md5('contact' || n)::uuid, $2,
            CASE WHEN n % 5 = 0 THEN 'closed' ELSE 'open' END, CASE WHEN n % 2 = 0 THEN $3 END,
            CASE n % 3 WHEN 1 THEN md5('mine')::uuid WHEN 2 THEN md5('theirs')::uuid END, 'text',
            repeat('What was said last. ', 1 + n % 7), 'in', 'received',
            now() - (n::bigint * 7919 % $4) * interval '1 minute', CASE WHEN n % 3 = 0 THEN 2 ELSE 0 END, now(),
            now() - (n::bigint * 6101 % $4) * interval '4 seconds'
       FROM generate_series(1, $4) n WHERE $5 > 0",
    "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, author_id, kind, body, at,
                          received_at, status, status_at)
     SELECT $1, gen_random_uuid(), md5('conversation' || CASE WHEN n % 2 = 0 THEN 1 ELSE n END)::uuid, $2, 'note', $3,
            'text', repeat('Something that was said. ', 1 + n % 6), now() - ($5 * 2 - n) * interval '1 second', now(),
            'received', now()
       FROM generate_series(1, $5 * 2) n WHERE $4 > 0",
];

/// A database whose only connection as the serving role tells at once what it has touched.
struct Big {
    env: Env,
    one: Fixture,
    owner: PgConnection,
}

async fn big(options: PgConnectOptions) -> Big {
    let (env, _) = testing::env_of_size(options.clone(), 1);
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    // Nobody but the test touches the tables.
    for table in ["contact", "contact_term", "conversation", "message"] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "ALTER TABLE {table} SET (autovacuum_enabled = off)"
        )))
        .execute(&mut owner)
        .await
        .unwrap();
    }
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let other = testing::workspace(&env, "Two", Role::Owner).await;
    for (fixture, number) in [(&one, "100"), (&other, "200")] {
        let channel = testing::channel(&env, fixture, number).await;
        let mut tenant = fixture.enter(&env).await;
        for statement in FILL {
            sqlx::query(statement)
                .bind(fixture.workspace.0)
                .bind(channel.0)
                .bind(fixture.member.0)
                .bind(CONVERSATIONS)
                .bind(LINES)
                .execute(tenant.conn())
                .await
                .unwrap();
        }
        tenant.commit().await.unwrap();
    }
    sqlx::raw_sql("ANALYZE; SELECT pg_stat_force_next_flush()")
        .execute(&mut owner)
        .await
        .unwrap();
    Big { env, one, owner }
}

impl Big {
    /// The pages that `work` touches, of tables and indexes; it may read no table from one end to the other.
    async fn pages<T>(&mut self, work: impl AsyncFn(&mut Tenant) -> T) -> (i64, T) {
        // The first time also fills the connection's caches, and lets it tell what it did before.
        self.run(&work).await;
        let before = self.counted().await;
        let done = self.run(&work).await;
        let after = self.counted().await;
        assert_eq!(after.1, before.1, "a whole table was read");
        (after.0 - before.0, done)
    }

    async fn run<T>(&self, work: &impl AsyncFn(&mut Tenant) -> T) -> T {
        let mut tenant = self.one.enter(&self.env).await;
        let done = work(&mut tenant).await;
        sqlx::query("SELECT pg_stat_force_next_flush()")
            .execute(tenant.conn())
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        done
    }

    async fn counted(&mut self) -> (i64, i64) {
        let row = sqlx::query(
            "SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::bigint, sum(seq_scan)::bigint
               FROM pg_statio_user_tables JOIN pg_stat_user_tables USING (relid)
              WHERE pg_stat_user_tables.relname IN ('contact', 'contact_term', 'conversation', 'message')",
        )
        .fetch_one(&mut self.owner)
        .await
        .unwrap();
        (row.get(0), row.get(1))
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_big_inbox_costs_what_is_shown_of_it_wherever_that_lies(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut big = big(options).await;
    lists(&mut big).await;
    around(&mut big).await;
    threads(&mut big).await;
}

async fn lists(big: &mut Big) {
    for view in [
        InboxView::All,
        InboxView::Mine,
        // Each further team of the reader's costs as much again.
        InboxView::Teams,
        InboxView::Unassigned,
        InboxView::Closing,
    ] {
        for state in [ConversationState::Open, ConversationState::Closed] {
            let mut request = from_now(
                &big.env,
                &ListRequest {
                    view,
                    state,
                    ..ListRequest::default()
                },
            );
            let first = big
                .pages(async |tenant| list(tenant, &request).await.unwrap())
                .await;
            // A thousand rows on, which every view has.
            request.after = Some(far(big, view, state).await);
            let deep = big
                .pages(async |tenant| list(tenant, &request).await.unwrap())
                .await;
            println!("{view:?} {state:?}: first {}, deep {}", first.0, deep.0);
            // 41 rows that are strangers to each other, and the way down the index with a leaf or two.
            for (pages, page) in [&first, &deep] {
                assert_eq!(page.rows.len(), 40);
                assert!(*pages <= 41 + 5, "{view:?} {state:?}: {pages} pages");
            }
            assert!((first.0 - deep.0).abs() <= 2, "{view:?} {state:?}");
        }
    }
}

/// The key behind the thousandth row of a view.
async fn far(big: &mut Big, view: InboxView, state: ConversationState) -> String {
    let mut tenant = big.one.enter(&big.env).await;
    let row = sqlx::query(
        "SELECT CASE $2 WHEN 'closing' THEN heard_at ELSE last_at END, id FROM conversation
          WHERE state = $1 AND CASE $2 WHEN 'mine' THEN assignee_id = $3 WHEN 'unassigned' THEN assignee_id IS NULL
                                       WHEN 'teams' THEN team_id = md5('mine')::uuid
                                       ELSE true END
            AND ($2 <> 'closing' OR heard_at > now() - interval '24 hours')
          ORDER BY CASE WHEN $2 = 'closing' THEN heard_at END, last_at DESC, id DESC OFFSET 999 LIMIT 1",
    )
    .bind(match state {
        ConversationState::Open => "open",
        ConversationState::Closed => "closed",
    })
    .bind(match view {
        InboxView::All => "all",
        InboxView::Mine => "mine",
        InboxView::Teams => "teams",
        InboxView::Unassigned => "unassigned",
        InboxView::Closing => "closing",
    })
    .bind(big.one.member.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    page::key(row.get(0), row.get::<Uuid, _>(1))
}

/// What is shown around a list, and what is found.
async fn around(big: &mut Big) {
    let (env, request) = (big.env.clone(), ListRequest::default());
    let (pages, count) = big
        .pages(async |tenant| counts(&env, tenant, &[]).await.unwrap())
        .await;
    println!("counts: {pages}");
    let counted = (count.mine, count.unassigned, count.all, count.closing);
    assert_eq!(counted, (100, 100, 100, 100));
    // Each count stops at a hundred rows.
    assert!(pages <= 4 * (100 + 4), "{pages}");

    let (pages, _) = big
        .pages(async |tenant| snapshot(&env, tenant, &request).await.unwrap())
        .await;
    println!("snapshot: {pages}");
    assert!(pages <= 4 * (100 + 4) + 41 + 5, "{pages}");

    for (search, found, most) in [
        // Everybody is called so: a thousand of them are looked at, each by its term, the way down an index and its row.
        ("contact", 40, 1000 * (1 + 3 + 1) + 60),
        ("19999", 1, 12),
        ("nobody", 0, 4),
    ] {
        let request = ListRequest {
            search: search.to_owned(),
            ..ListRequest::default()
        };
        let (pages, page) = big
            .pages(async |tenant| list(tenant, &request).await.unwrap())
            .await;
        println!("search {search}: {pages}");
        assert_eq!(page.rows.len(), found, "{search}");
        assert!(pages <= most, "{search}: {pages}");
    }
}

async fn threads(big: &mut Big) {
    let mut tenant = big.one.enter(&big.env).await;
    let id: Uuid = sqlx::query_scalar("SELECT md5('conversation1')::uuid")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    let middle = sqlx::query(
        "SELECT at, arrival FROM message WHERE conversation_id = $1 ORDER BY at DESC, arrival DESC OFFSET 2500 LIMIT 1",
    )
    .bind(id)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    let last = sqlx::query(
        "SELECT at, arrival FROM message WHERE conversation_id = $1 ORDER BY at, arrival OFFSET 50 LIMIT 1",
    )
    .bind(id)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    drop(tenant);
    let key = |row: &sqlx::postgres::PgRow| page::key(row.get(0), row.get::<i64, _>(1));
    for (place, before) in [
        ("first", None),
        ("middle", Some(key(&middle))),
        ("last", Some(key(&last))),
    ] {
        let (pages, page) = big
            .pages(async |tenant| {
                message::thread(tenant, ConversationId(id), before.as_deref())
                    .await
                    .unwrap()
            })
            .await;
        let bytes = serde_json::to_string(&page).unwrap().len();
        println!("thread {place}: {pages} pages, {bytes} bytes");
        assert_eq!(page.messages.len(), 50);
        // 51 lines that came one after the other, with one of somebody else's between each two: some pages of the table,
        // the way down an index, and the conversation; 12 in all. The others are the planner's, who looks at the ends of the
        // indexes that quotes, files and changes would be found by.
        assert!(pages <= 30, "{place}: {pages}");
        assert!(bytes <= 50_000, "{place}: {bytes}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn long_messages_make_pages_of_fewer_lines_that_leave_none_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env, one, channel, ..
    } = town(options).await;
    let id = testing::conversation(&env, &one, channel, "Amira", Duration::ZERO).await;
    let mut tenant = one.enter(&env).await;
    let texts: Vec<String> = (0..70)
        .map(|nth| {
            format!(
                "{nth} {}",
                "字".repeat(if nth % 9 == 0 { 4000 } else { 300 })
            )
        })
        .collect();
    for text in &texts {
        let compose = postern_types::Compose {
            id: env.id(),
            conversation: id,
            text: text.clone(),
            note: true,
            reply_to: None,
            sends: None,
        };
        message::compose(&env, &mut tenant, &compose).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = message::thread(&mut tenant, id, before.as_deref())
            .await
            .unwrap();
        assert!(serde_json::to_string(&page).unwrap().len() <= 50_000);
        let lines = page.messages.into_iter().rev();
        seen.extend(lines.map(|line| match line.content {
            postern_types::Content::Text { text } => text,
            postern_types::Content::Other { kind, .. } => kind,
        }));
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    seen.reverse();
    assert_eq!(seen, texts);
}
