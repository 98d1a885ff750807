//! What was changed is written down, once a save, and nothing for a save that changed nothing.

use super::*;
use crate::{account::rename, testing};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn each_save_that_changes_something_is_one_line_of_the_persons_audit(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let (account, session) = testing::person(&env, "Ana").await;
    let (other, _) = testing::person(&env, "Bo").await;
    let nothing = Habits {
        locale: None,
        announce: Announce::default(),
        sound: true,
        task_mail: true,
    };
    let locale = Habits {
        locale: Some(LOCALES[0].to_owned()),
        ..nothing.clone()
    };
    let both = Habits {
        announce: Announce::Nothing,
        sound: false,
        task_mail: false,
        ..locale.clone()
    };
    // As it is for who chose nothing; then a change, the same again, and two at once.
    for habits in [&nothing, &locale, &locale, &both, &both] {
        let me = settle(&env, session, habits).await.unwrap();
        assert_eq!(&me.habits, habits);
    }
    let foul = Habits {
        locale: Some("no such".to_owned()),
        ..nothing
    };
    assert!(settle(&env, session, &foul).await.is_err());
    for name in ["Ana", " Ana ", "Ana Maria", "Ana Maria"] {
        rename(&env, session, name).await.unwrap();
    }
    let mut global = env.db.global().await.unwrap();
    let written: Vec<(String, Value)> = sqlx::query_as(
        "SELECT action, detail FROM account_audit WHERE account_id = $1 ORDER BY at, id",
    )
    .bind(account.0)
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert_eq!(
        written,
        [
            (
                "settings_changed".to_owned(),
                json!({ "changed": ["locale"] })
            ),
            (
                "settings_changed".to_owned(),
                json!({ "changed": ["announce", "sound", "task_mail"] })
            ),
            ("renamed".to_owned(), json!({})),
        ]
    );
    let theirs: i64 =
        sqlx::query_scalar("SELECT count(*) FROM account_audit WHERE account_id = $1")
            .bind(other.0)
            .fetch_one(global.conn())
            .await
            .unwrap();
    assert_eq!(theirs, 0);
}
