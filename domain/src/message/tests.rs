//! Writing: once each, within the window, in one's own workspace.

use super::{compose, find, thread};
use crate::{
    Env, Error, conversation, draft,
    testing::{self, Fixture},
};
use postern_types::{Compose, Content, ConversationId, Direction, MessageId, Role, Status};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

fn reply(id: MessageId, conversation: ConversationId, text: &str) -> Compose {
    Compose {
        id,
        conversation,
        text: text.to_owned(),
        note: false,
        reply_to: None,
        sends: None,
    }
}

/// A workspace and its conversation with Amira, who wrote so long ago.
async fn amira(env: &Env, heard_ago: Duration) -> (Fixture, ConversationId) {
    let one = testing::workspace(env, "One", Role::Agent).await;
    let channel = testing::channel(env, &one, "100").await;
    let conversation = testing::conversation(env, &one, channel, "Amira", heard_ago).await;
    (one, conversation)
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_id_writes_once_also_fifty_times_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (one, conversation) = amira(&env, Duration::minutes(1)).await;
    let id: MessageId = env.id();
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (env, session, workspace) = (env.clone(), one.session, one.workspace);
            tokio::spawn(async move {
                let mut tenant = env.db.member(session, workspace, Role::Agent).await?;
                let sent = compose(&env, &mut tenant, &reply(id, conversation, "hello")).await?;
                tenant.commit().await?;
                Ok::<_, Error>(sent)
            })
        })
        .collect();
    for attempt in tries {
        let sent = attempt.await.unwrap().unwrap();
        assert_eq!((sent.id, sent.status), (id, Status::Queued));
    }
    let mut tenant = one.enter(&env).await;
    assert_eq!(
        thread(&mut tenant, conversation, None)
            .await
            .unwrap()
            .messages
            .len(),
        1
    );
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM job WHERE workspace_id = $1")
        .bind(one.workspace.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(jobs, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_draft_comes_back_as_what_it_was_begun_as(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (one, conversation) = amira(&env, Duration::hours(1)).await;
    let mut tenant = one.enter(&env).await;
    for (text, note) in [("for us", true), ("for her", false), ("for us again", true)] {
        draft::save(&env, &mut tenant, conversation, text, note)
            .await
            .unwrap();
        let details = conversation::details(&mut tenant, conversation)
            .await
            .unwrap();
        assert_eq!((details.draft.as_str(), details.draft_note), (text, note));
    }
    draft::save(&env, &mut tenant, conversation, "", false)
        .await
        .unwrap();
    let details = conversation::details(&mut tenant, conversation)
        .await
        .unwrap();
    assert_eq!((details.draft.as_str(), details.draft_note), ("", false));
}

#[sqlx::test(migrations = "../migrations")]
async fn outside_the_window_a_reply_is_refused_and_a_note_is_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (one, conversation) = amira(&env, Duration::hours(23)).await;
    let mut tenant = one.enter(&env).await;
    draft::save(&env, &mut tenant, conversation, "half a tho\0ught", false)
        .await
        .unwrap();
    assert_eq!(
        conversation::details(&mut tenant, conversation)
            .await
            .unwrap()
            .draft,
        "half a thought"
    );
    compose(&env, &mut tenant, &reply(env.id(), conversation, "in time"))
        .await
        .unwrap();
    assert_eq!(
        conversation::details(&mut tenant, conversation)
            .await
            .unwrap()
            .draft,
        ""
    );
    clock.by(Duration::minutes(61));
    let refused = compose(
        &env,
        &mut tenant,
        &reply(env.id(), conversation, "too late"),
    )
    .await;
    assert!(matches!(refused, Err(Error::WindowClosed)));
    let note = Compose {
        note: true,
        ..reply(env.id(), conversation, "called them")
    };
    let note = compose(&env, &mut tenant, &note).await.unwrap();
    assert_eq!(
        (note.direction, note.author),
        (Direction::Note, Some(one.member))
    );
    let messages = thread(&mut tenant, conversation, None)
        .await
        .unwrap()
        .messages;
    assert_eq!(messages.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_empty_too_long_or_for_a_closed_conversation_is_refused_in_words(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (one, conversation) = amira(&env, Duration::minutes(1)).await;
    let mut tenant = one.enter(&env).await;
    for text in ["", "  \n", "\0", &"é".repeat(4097)] {
        let refused = compose(&env, &mut tenant, &reply(env.id(), conversation, text)).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: "text", .. })),
            "{text:?}"
        );
    }
    let longest = compose(
        &env,
        &mut tenant,
        &reply(env.id(), conversation, &"é".repeat(4096)),
    )
    .await;
    assert!(longest.is_ok());
    let clean = compose(&env, &mut tenant, &reply(env.id(), conversation, "a\0b \n"))
        .await
        .unwrap();
    assert_eq!(
        clean.content,
        Content::Text {
            text: "ab".to_owned()
        }
    );
    conversation::close(&env, &mut tenant, conversation)
        .await
        .unwrap();
    let refused = compose(&env, &mut tenant, &reply(env.id(), conversation, "hello?")).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_neither_writes_nor_reads_nor_takes_an_id(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let two = testing::workspace(&env, "Two", Role::Agent).await;
    let channel = testing::channel(&env, &one, "100").await;
    let conversation =
        testing::conversation(&env, &one, channel, "Amira", Duration::minutes(1)).await;
    let other_channel = testing::channel(&env, &two, "200").await;
    let theirs =
        testing::conversation(&env, &two, other_channel, "Bento", Duration::minutes(1)).await;
    let id: MessageId = env.id();
    let mut tenant = one.enter(&env).await;
    compose(&env, &mut tenant, &reply(id, conversation, "ours"))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = two.enter(&env).await;
    assert!(matches!(find(&mut tenant, id).await, Err(Error::NotFound)));
    let refused = compose(
        &env,
        &mut tenant,
        &reply(env.id(), conversation, "intruding"),
    )
    .await;
    assert!(matches!(refused, Err(Error::NotFound)));
    // An id that another workspace uses is free here: it does not even answer "taken".
    let own = compose(&env, &mut tenant, &reply(id, theirs, "theirs"))
        .await
        .unwrap();
    assert_eq!(own.content.text(), "theirs");
    let elsewhere = compose(&env, &mut tenant, &reply(id, theirs, "again"))
        .await
        .unwrap();
    assert_eq!(elsewhere.content.text(), "theirs", "the first words stay");
    tenant.commit().await.unwrap();
    let mut tenant = one.enter(&env).await;
    assert_eq!(find(&mut tenant, id).await.unwrap().content.text(), "ours");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_long_thread_is_read_backwards_whole(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, clock) = testing::env(options);
    let (one, conversation) = amira(&env, Duration::minutes(1)).await;
    let mut tenant = one.enter(&env).await;
    for turn in 0..123 {
        clock.by(Duration::milliseconds(turn % 3));
        compose(
            &env,
            &mut tenant,
            &reply(env.id(), conversation, &turn.to_string()),
        )
        .await
        .unwrap();
    }
    let mut texts = Vec::new();
    let mut before = None;
    loop {
        let page = thread(&mut tenant, conversation, before.as_deref())
            .await
            .unwrap();
        let mut older: Vec<_> = page
            .messages
            .iter()
            .map(|line| line.content.text().to_owned())
            .collect();
        older.append(&mut texts);
        texts = older;
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..123).map(|turn: i64| turn.to_string()).collect();
    assert_eq!(texts, expected);
}

#[sqlx::test(migrations = "../migrations")]
async fn two_who_write_in_one_conversation_do_not_block_each_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (one, conversation) = amira(&env, Duration::minutes(1)).await;
    // A message of the other's stands in the table, and its conversation is not brought up to date yet.
    let mut other = one.enter(&env).await;
    sqlx::query("SELECT id FROM conversation WHERE workspace_id = $1 FOR KEY SHARE")
        .bind(one.workspace.0)
        .execute(other.conn())
        .await
        .unwrap();
    let mut tenant = one.enter(&env).await;
    sqlx::query("SET LOCAL lock_timeout = '2s'")
        .execute(tenant.conn())
        .await
        .unwrap();
    compose(&env, &mut tenant, &reply(env.id(), conversation, "hello"))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    other.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_conversation_holds_so_many_waiting_replies_and_no_more(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let channel = testing::channel(&env, &one, "100").await;
    let [full, free] = ["Amira", "Ben"].map(|name| {
        let (env, one) = (&env, &one);
        async move { testing::conversation(env, one, channel, name, Duration::minutes(1)).await }
    });
    let (full, free) = (full.await, free.await);
    let mut tenant = one.enter(&env).await;
    sqlx::query(
        "INSERT INTO job (workspace_id, id, kind, lane, run_at, state, sealed)
         SELECT $1, gen_random_uuid(), 'send', $2, now(), CASE WHEN n < 500 THEN 'ready' ELSE 'dead' END, ''
           FROM generate_series(1, 600) n",
    )
    .bind(one.workspace.0)
    .bind(crate::outbound::lane(full))
    .execute(tenant.conn())
    .await
    .unwrap();
    // 499 wait; the dead do not.
    let last = reply(env.id(), full, "the last that fits");
    compose(&env, &mut tenant, &last).await.unwrap();
    let more = compose(&env, &mut tenant, &reply(env.id(), full, "one more")).await;
    assert!(
        matches!(&more, Err(Error::Conflict(words)) if words.contains("Too many messages wait")),
        "{more:?}"
    );
    // What is there already answers as before; notes and other conversations go on.
    compose(&env, &mut tenant, &last).await.unwrap();
    let note = Compose {
        note: true,
        ..reply(env.id(), full, "a note")
    };
    compose(&env, &mut tenant, &note).await.unwrap();
    compose(&env, &mut tenant, &reply(env.id(), free, "hello"))
        .await
        .unwrap();
}
