//! Letters wait sealed, leave once, and are tried again.

use super::*;
use crate::testing;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{io::Read as _, time::Duration};

async fn post(env: &Env, to: &str) {
    let mut global = env.db.global().await.unwrap();
    let letter = Letter::new("Grüße 🌿").words("Guten Tag").code("123456");
    put(env, global.conn(), to, &letter).await.unwrap();
    global.commit().await.unwrap();
}

async fn left(env: &Env) -> Vec<(i32, bool, Option<String>)> {
    let mut global = env.db.global().await.unwrap();
    sqlx::query_as("SELECT attempts, dead_at IS NOT NULL, fault FROM mail ORDER BY id")
        .fetch_all(global.conn())
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_letter_waits_sealed_and_leaves_once_as_text_and_page(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (mut env, _) = testing::env(options);
    let folder = tempfile::tempdir().unwrap();
    env.post.transport = Arc::new(Transport::Folder(folder.path().join("mail")));
    assert_eq!(deliver(&env).await.unwrap(), Delivered::Nothing);
    assert_eq!(next(&env).await.unwrap(), None);
    post(&env, "ana@example.test").await;
    assert_eq!(next(&env).await.unwrap(), Some(Duration::ZERO));
    let mut global = env.db.global().await.unwrap();
    let kept: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM mail")
        .fetch_one(global.conn())
        .await
        .unwrap();
    drop(global);
    for told in ["ana@example.test", "123456", "Guten Tag"] {
        assert!(!kept.windows(told.len()).any(|part| part == told.as_bytes()));
    }
    // However many processes look at once.
    let all = futures::future::join_all((0..8).map(|_| deliver(&env))).await;
    let sent = all
        .into_iter()
        .filter(|one| matches!(one, Ok(Delivered::Sent)));
    assert_eq!(sent.count(), 1);
    assert!(left(&env).await.is_empty());
    let files: Vec<_> = std::fs::read_dir(folder.path().join("mail"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    let mut text = String::new();
    std::fs::File::open(&files[0])
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    for told in [
        "To: ana@example.test",
        "From: Postern <postern@example.test>",
        "Subject: =?utf-8?",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_letter_that_cannot_leave_is_tried_again_later_and_one_to_nobody_is_given_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    // The folder of the tests cannot be made: /nonexistent belongs to nobody but root.
    let mut env = env;
    env.post.transport = Arc::new(Transport::Folder("/proc/none/mail".into()));
    post(&env, "ana@example.test").await;
    assert!(matches!(deliver(&env).await.unwrap(), Delivered::Later(_)));
    assert_eq!(
        deliver(&env).await.unwrap(),
        Delivered::Nothing,
        "not at once"
    );
    let wait = next(&env).await.unwrap().unwrap();
    assert!(
        wait > Duration::from_secs(8) && wait < Duration::from_secs(11),
        "{wait:?}"
    );
    assert_eq!(left(&env).await.len(), 1);

    post(&env, "no address").await;
    assert!(matches!(deliver(&env).await.unwrap(), Delivered::Never(_)));
    let left = left(&env).await;
    assert_eq!((left[1].0, left[1].1), (1, true));
    assert!(left[1].2.is_some());
}
