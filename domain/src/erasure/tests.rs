//! Who deletes a workspace, and that from then on nobody is in it and nothing comes in for it.

use super::*;
use crate::{
    Db,
    testing::{self, Fixture},
    webhook::{Door, receive},
};
use hmac::Mac as _;
use postern_types::Role;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const PASSWORD: &str = "correct horse";
const NUMBER: &str = "106540352242922";

fn form(name: &str, password: &str) -> EraseWorkspace {
    EraseWorkspace {
        name: name.to_owned(),
        password: password.to_owned(),
        code: String::new(),
        passkey: None,
    }
}

async fn enters(db: &Db, session: SessionId, workspace: WorkspaceId) -> Result<()> {
    db.member(session, workspace, Role::Agent).await.map(drop)
}

async fn rows(env: &Env, sql: &'static str) -> i64 {
    let mut global = env.db.global().await.unwrap();
    sqlx::query_scalar(sql)
        .fetch_one(global.conn())
        .await
        .unwrap()
}

/// A message to [`NUMBER`], signed with the installation's secret; how many pieces were kept for nobody.
async fn heard(env: &Env, wamid: &str) -> i64 {
    told(env, NUMBER, wamid).await
}

/// The same to any number.
async fn told(env: &Env, number: &str, wamid: &str) -> i64 {
    let at = (env.now().unix_timestamp() - 60).to_string();
    let message = json!({"from":"4915112345","id":wamid,"timestamp":at,"type":"text","text":{"body":"Hello"}});
    let metadata = json!({"display_phone_number":"15550783881","phone_number_id":number});
    let value = json!({"messaging_product":"whatsapp","metadata":metadata,"messages":[message]});
    let account = json!({"field":"account_alerts","value":{"alert_type":"x"}});
    let changes = json!([{"field":"messages","value":value}, account]);
    let body =
        json!({"object":"whatsapp_business_account","entry":[{"id":"waba-1","changes":changes}]})
            .to_string();
    let mut mac = crate::crypto::mac(b"app-secret");
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    receive(env, &Door::Installation, Some(&signature), body.as_bytes())
        .await
        .unwrap();
    rows(env, "SELECT count(*) FROM quarantine").await
}

async fn owned(env: &Env) -> Fixture {
    let house = testing::workspace(env, "Harbour", Role::Owner).await;
    testing::set_password(env, house.session, PASSWORD).await;
    house
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn only_an_owner_deletes_it_with_its_name_and_their_password(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = owned(&env).await;
    let other = testing::workspace(&env, "Quay", Role::Owner).await;
    testing::set_password(&env, other.session, PASSWORD).await;
    let (admin, theirs) = testing::person(&env, "Ada").await;
    testing::set_password(&env, theirs, PASSWORD).await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    crate::member::add(&env, &mut tenant, admin, Role::Admin)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let right = form(" Harbour ", PASSWORD);
    let tried = workspace(&env, theirs, house.workspace, &right).await;
    assert!(matches!(tried, Err(Error::Forbidden)), "an admin");
    let tried = workspace(&env, other.session, house.workspace, &right).await;
    assert!(matches!(tried, Err(Error::NotFound)), "a stranger");
    for (name, password, at) in [
        ("Harbor", PASSWORD, "workspace_name"),
        ("", PASSWORD, "workspace_name"),
        ("Harbour", "wrong horse", "password"),
    ] {
        let tried = workspace(&env, house.session, house.workspace, &form(name, password)).await;
        assert!(
            matches!(&tried, Err(Error::Invalid { field, .. }) if *field == at),
            "{name} {password}: {tried:?}"
        );
    }
    let tried = operate(&env, house.workspace, "Quay").await;
    assert!(matches!(tried, Err(Error::Invalid { .. })));
    // Nor by the functions below.
    let mut tenant = env
        .db
        .member(theirs, house.workspace, Role::Admin)
        .await
        .unwrap();
    for call in [
        "SELECT erase_workspace()".to_owned(),
        format!(
            "SELECT part FROM purge_workspace('{}', 1000)",
            house.workspace
        ),
        "SELECT forget_member()".to_owned(),
        "INSERT INTO erasure (workspace) SELECT workspace_id FROM workspace".to_owned(),
    ] {
        tenant.mark().await.unwrap();
        let refused = sqlx::query(sqlx::AssertSqlSafe(call.clone()))
            .execute(tenant.conn())
            .await;
        assert!(refused.is_err(), "{call}");
        tenant.undo().await.unwrap();
    }
    drop(tenant);
    enters(&env.db, house.session, house.workspace)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn from_then_on_nobody_is_in_and_nothing_comes_in_and_the_number_is_free(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = owned(&env).await;
    let other = testing::workspace(&env, "Quay", Role::Owner).await;
    let channel = testing::channel(&env, &house, NUMBER).await;
    let (bo, theirs) = testing::person(&env, "Bo").await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    crate::member::add(&env, &mut tenant, bo, Role::Agent)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(heard(&env, "before").await, 0);
    let mut tenant = house.enter(&env).await;
    let shown = show(&mut tenant).await.unwrap();
    assert_eq!(
        (shown.members, shown.numbers, shown.messages),
        (2, 1, 1),
        "{shown:?}"
    );
    drop(tenant);
    // Whoever is in already is not thrown out of their transaction, and seals nothing more in it.
    let mut inside = house.enter(&env).await;

    let mut bells = env.wake.listen();
    workspace(
        &env,
        house.session,
        house.workspace,
        &form("Harbour", PASSWORD),
    )
    .await
    .unwrap();
    let rung: Vec<_> = std::iter::from_fn(|| bells.try_recv().ok()).collect();
    assert!(rung.contains(&Signal::Account(bo)), "{rung:?}");
    for session in [house.session, theirs] {
        let gone = enters(&env.db, session, house.workspace).await;
        assert!(matches!(gone, Err(Error::Forbidden)), "{gone:?}");
        let me = crate::account::now(&env, session).await.unwrap();
        assert!(me.memberships.is_empty());
    }
    let gone = env.db.operator(house.workspace).await.map(drop);
    assert!(matches!(gone, Err(Error::NotFound)));
    let gone = env.db.live(house.workspace).await.map(drop);
    assert!(matches!(gone, Err(Error::NotFound)));
    let gone = env.db.channel(house.workspace, channel).await.map(drop);
    assert!(matches!(gone, Err(Error::NotFound)));
    let sealed = vault::seal(&env, &mut inside, "audit.detail", "x", b"late").await;
    assert!(sealed.is_err(), "its data key is gone");
    drop(inside);
    let claimed = crate::job::claim(&env, 10, crate::job::LEASE)
        .await
        .unwrap();
    for claim in claimed {
        let lost = crate::job::run(&env, claim).await;
        assert!(matches!(lost, Err(Error::NotFound)), "{lost:?}");
    }
    let letters = testing::letters(&env, &format!("{bo}@example.test")).await;
    assert_eq!(letters[0].subject, "The workspace Harbour was deleted");
    let written = "SELECT count(*) FROM account_audit WHERE action = 'workspace_erased' AND detail ? 'workspace'";
    assert_eq!(rows(&env, written).await, 1);

    assert_eq!(heard(&env, "after").await, 0, "it is kept nowhere");
    while !matches!(step(&env).await.unwrap(), Step::Done(_)) {}
    assert_eq!(step(&env).await.unwrap(), Step::Nothing);
    assert_eq!(heard(&env, "later").await, 0, "nor once it is empty");
    // The same number, somewhere else.
    testing::channel(&env, &other, NUMBER).await;
    heard(&env, "anew").await;
    let mut tenant = other.enter(&env).await;
    assert_eq!(show(&mut tenant).await.unwrap().messages, 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whom_somebody_inside_let_in_after_it_was_deleted_is_not_in_and_their_number_hears_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const LATE: &str = "106540352242923";
    let (env, _) = testing::env(options);
    let house = owned(&env).await;
    let channel = testing::channel(&env, &house, NUMBER).await;
    let (bo, theirs) = testing::person(&env, "Bo").await;
    // In their transaction the workspace is not deleted yet; what they do in it is seen after it was.
    let mut inside = env.db.operator(house.workspace).await.unwrap();
    crate::member::add(&env, &mut inside, bo, Role::Agent)
        .await
        .unwrap();
    let claimed = "SELECT claim_number($1, $2, $3, NULL)";
    let claimed: bool = sqlx::query_scalar(claimed)
        .bind(LATE)
        .bind("waba-1")
        .bind(channel.0)
        .fetch_one(inside.conn())
        .await
        .unwrap();
    assert!(claimed);
    operate(&env, house.workspace, "Harbour").await.unwrap();
    inside.commit().await.unwrap();

    let gone = enters(&env.db, theirs, house.workspace).await;
    assert!(matches!(gone, Err(Error::Forbidden)), "{gone:?}");
    let gone = env.db.channel(house.workspace, channel).await.map(drop);
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    assert_eq!(told(&env, LATE, "late").await, 1, "as of an unknown number");
    let (numbers, accounts) = (vec![LATE.to_owned()], vec!["waba-1".to_owned()]);
    let mut global = env.db.global().await.unwrap();
    let routed: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM route_numbers($1)) + (SELECT count(*) FROM route_accounts($2))
              + (SELECT count(*) FROM intake_routes($1))",
    )
    .bind(numbers)
    .bind(accounts)
    .fetch_one(global.conn())
    .await
    .unwrap();
    assert_eq!(routed, 0);
    drop(global);
    // The next step takes them away, too.
    while !matches!(step(&env).await.unwrap(), Step::Done(_)) {}
    let me = crate::account::now(&env, theirs).await.unwrap();
    assert!(me.memberships.is_empty());
}
