//! The log of tests.

use super::*;
use crate::testing;
use postern_types::Role;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrations = "../migrations")]
async fn the_log_holds_the_newest_thousand_and_shows_them_page_by_page(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let fixture = testing::workspace(&env, "Shop", Role::Owner).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    let mut tenant = two.enter(&env).await;
    deliver(&env, &mut tenant, None, "+1", TestKind::Otp, &json!({}))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let key: Uuid = env.id();
    let mut tenant = fixture.enter(&env).await;
    for nth in 0..1_003 {
        let body = json!({ "text": format!("message {nth}") });
        let kind = TestKind::Message;
        deliver(&env, &mut tenant, Some(key), "+4915123456789", kind, &body)
            .await
            .unwrap();
        clock.by(time::Duration::milliseconds(1));
    }
    tenant.commit().await.unwrap();
    let mut tenant = fixture.enter(&env).await;
    let mut after = None;
    let mut read = Vec::new();
    loop {
        let part = page(&env, &mut tenant, after.as_deref()).await.unwrap();
        read.extend(part.messages);
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(read.len(), 1_000);
    assert_eq!(read[0].body, r#"{"text":"message 1002"}"#);
    assert_eq!(read[999].body, r#"{"text":"message 3"}"#);
    let first = &read[0];
    assert_eq!(
        (first.kind, first.key, first.phone.as_str()),
        (TestKind::Message, Some(key), "+4915123456789")
    );
    let odd = page(&env, &mut tenant, Some("rubbish")).await;
    assert!(matches!(odd, Err(Error::Invalid { .. })));
    let mut tenant = two.enter(&env).await;
    let theirs = page(&env, &mut tenant, None).await.unwrap();
    assert_eq!(theirs.messages.len(), 1, "the other's thousand is its own");
}
