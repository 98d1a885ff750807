//! Which first steps are done, and who put them away.

use super::*;
use crate::message;
use postern_types::{Compose, Steps};
use time::Duration;

async fn done(env: &Env, fixture: &Fixture) -> Steps {
    let mut tenant = fixture.enter(env).await;
    steps(env, &mut tenant).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_first_steps_are_done_when_they_are(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    let two = testing::workspace(&env, "Two", Role::Admin).await;
    let nothing = Steps {
        number: false,
        team: false,
        hours: false,
        factor: false,
        reply: false,
        hidden: false,
    };
    assert_eq!(done(&env, &one).await, nothing);

    let channel = testing::channel(&env, &one, "100").await;
    let thread = testing::conversation(&env, &one, channel, "Amira", Duration::minutes(1)).await;
    saved(&env, &one, &form()).await.unwrap();
    let mut tenant = one.enter(&env).await;
    let (colleague, _) = testing::person(&env, "Bo").await;
    crate::member::add(&env, &mut tenant, colleague, Role::Agent)
        .await
        .unwrap();
    let mut line = Compose {
        id: env.id(),
        conversation: thread,
        text: "a note".into(),
        note: true,
        reply_to: None,
        sends: None,
    };
    message::compose(&env, &mut tenant, &line).await.unwrap();
    tenant.commit().await.unwrap();
    let before = done(&env, &one).await;
    assert_eq!(
        (before.number, before.team, before.hours, before.reply),
        (true, true, true, false),
        "a note answers nobody"
    );
    line = Compose {
        id: env.id(),
        note: false,
        ..line
    };
    let mut tenant = one.enter(&env).await;
    message::compose(&env, &mut tenant, &line).await.unwrap();
    sqlx::query(
        "INSERT INTO totp (id, account_id, sealed, confirmed_at, created_at)
         SELECT gen_random_uuid(), account_id, '', now(), now() FROM member WHERE id = $1",
    )
    .bind(one.member.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    hide_steps(&env, &mut tenant, true).await.unwrap();
    hide_steps(&env, &mut tenant, true).await.unwrap();
    tenant.commit().await.unwrap();
    let all = done(&env, &one).await;
    assert!(all.factor && all.reply && all.hidden);
    // A passkey does as well as an application.
    let mut tenant = one.enter(&env).await;
    sqlx::query("DELETE FROM totp")
        .execute(tenant.conn())
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO passkey (id, account_id, credential_id, data, name, created_at)
         SELECT gen_random_uuid(), account_id, '\\x01', '{}', 'Phone', now() FROM member WHERE id = $1",
    )
    .bind(one.member.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    assert!(done(&env, &one).await.factor);
    assert_eq!(audited(&env, &one, "workspace.steps_hidden").await, 1);
    // Putting them away is no change of what somebody else saves.
    assert_eq!(read(&env, &one).await.revision, 1);

    let mut tenant = one.enter(&env).await;
    hide_steps(&env, &mut tenant, false).await.unwrap();
    tenant.commit().await.unwrap();
    assert!(!done(&env, &one).await.hidden);
    assert_eq!(done(&env, &two).await, nothing, "another workspace's");
}
