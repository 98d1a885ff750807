//! Connecting numbers, against a Meta that knows what each token opens.

use super::{connect, disconnect, find, secrets};
use crate::{
    Env, Error,
    testing::{
        self, Fixture,
        meta::{FakeMeta, Reply, Request, refused},
    },
    vault,
};
use postern_types::{ChannelState, ConnectChannel, Role};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const NUMBER: &str = "106540352242922";
const ACCOUNT: &str = "102290129340398";
const TOKEN: &str = "EAAGm0PX4ZCpsBAKZCpermanent";
const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// One account with 120 numbers on two pages, the wanted one last.
fn meta(request: &Request) -> Reply {
    let path = request.line.replace("/v24.0/", "");
    let ids = |range: std::ops::Range<u64>| -> Vec<_> {
        range
            .map(|nth| json!({ "id": (200_000_000_000_000 + nth).to_string() }))
            .collect()
    };
    if request.token == "forbidden" {
        return refused(403, 200);
    }
    if request.token != TOKEN {
        return refused(401, 190);
    }
    if path.starts_with(&format!("GET {NUMBER}?")) {
        return Reply::Json(
            200,
            json!({ "id": NUMBER, "display_phone_number": "+1 631-555-5555", "verified_name": "Jasper's" }),
        );
    }
    if path.starts_with(&format!("GET {ACCOUNT}/phone_numbers")) {
        if !path.contains("after=P2") {
            let next = "https://elsewhere.example/steals-the-token";
            return Reply::Json(
                200,
                json!({ "data": ids(0..100), "paging": { "cursors": { "after": "P2" }, "next": next } }),
            );
        }
        let mut last = ids(100..119);
        last.push(json!({ "id": NUMBER }));
        return Reply::Json(
            200,
            json!({ "data": last, "paging": { "cursors": { "after": "P3" } } }),
        );
    }
    if path.starts_with("GET 999999/phone_numbers") {
        return Reply::Json(200, json!({ "data": ids(0..3) }));
    }
    if path == format!("GET {ACCOUNT}?fields=owner_business_info") {
        return Reply::Json(
            200,
            json!({ "id": ACCOUNT, "owner_business_info": { "id": "2729063490586005", "name": "Jasper's" } }),
        );
    }
    if path == format!("POST {ACCOUNT}/subscribed_apps") {
        return Reply::Json(200, json!({ "success": true }));
    }
    refused(400, 100)
}

async fn scene(options: PgConnectOptions) -> (Env, FakeMeta, Fixture) {
    let fake = FakeMeta::start(meta).await;
    let (mut env, _) = testing::env(options);
    env.meta.graph = fake.url.parse().unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Admin).await;
    (env, fake, fixture)
}

fn asked() -> ConnectChannel {
    ConnectChannel {
        name: " Shop line ".to_owned(),
        phone_number_id: NUMBER.to_owned(),
        account_id: format!(" {ACCOUNT} "),
        token: format!("{TOKEN}\n"),
        app_secret: None,
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_is_connected_once_meta_confirms_it(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, fake, fixture) = scene(options).await;
    let connected = connect(&env, fixture.session, fixture.workspace, &asked())
        .await
        .unwrap();
    assert_eq!((connected.verify_token, connected.warning), (None, None));
    let channel = connected.channel;
    assert_eq!(
        (channel.name.as_str(), channel.phone.as_str()),
        ("Shop line", "+1 631-555-5555")
    );
    assert_eq!(channel.callback_path, "/webhooks/whatsapp");
    assert!(!channel.own_app);
    assert!(fake.seen().iter().all(|request| request.token == TOKEN));
    // As a webhook it is found.
    env.db.channel(fixture.workspace, channel.id).await.unwrap();

    // Again, with an app of its own: the same channel, with a callback that stays when it is connected once more.
    let own = ConnectChannel {
        app_secret: Some(APP_SECRET.to_owned()),
        ..asked()
    };
    let second = connect(&env, fixture.session, fixture.workspace, &own)
        .await
        .unwrap();
    assert_eq!(second.channel.id, channel.id);
    assert!(second.channel.own_app && second.channel.rev > channel.rev);
    let key = second
        .channel
        .callback_path
        .strip_prefix("/webhooks/whatsapp/")
        .unwrap();
    assert_eq!(key.len(), 22, "128 bits");
    let third = connect(&env, fixture.session, fixture.workspace, &own)
        .await
        .unwrap();
    assert_eq!(third.channel.callback_path, second.channel.callback_path);
    assert_ne!(
        third.verify_token.as_ref().unwrap(),
        second.verify_token.as_ref().unwrap()
    );
    let mut tenant = fixture.enter(&env).await;
    let secret = secrets::app_secret(&env, &mut tenant, channel.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(secret.as_slice(), APP_SECRET.as_bytes());
    let verify = secrets::verify_token(&env, &mut tenant, channel.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(verify.as_slice(), third.verify_token.unwrap().as_bytes());
    let routed: Option<uuid::Uuid> =
        sqlx::query_scalar("SELECT channel_id FROM route_callback($1)")
            .bind(&crate::crypto::sha256(key.as_bytes())[..])
            .fetch_optional(tenant.conn())
            .await
            .unwrap();
    assert_eq!(routed, Some(channel.id.0));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_does_not_fit_is_told_beside_its_field(_: PgPoolOptions, options: PgConnectOptions) {
    let (mut env, fake, fixture) = scene(options).await;
    let with = |change: fn(&mut ConnectChannel)| {
        let mut asked = asked();
        change(&mut asked);
        asked
    };
    for (field, asked) in [
        ("name", with(|c| c.name = "  ".to_owned())),
        ("name", with(|c| c.name = "x".repeat(81))),
        (
            "phone_number_id",
            with(|c| c.phone_number_id = "+1 631 555".to_owned()),
        ),
        (
            "phone_number_id",
            with(|c| c.phone_number_id = "1/../2345678".to_owned()),
        ),
        ("account_id", with(|c| c.account_id = "1".repeat(33))),
        ("token", with(|c| c.token = "two words".to_owned())),
        (
            "app_secret",
            with(|c| c.app_secret = Some("short".to_owned())),
        ),
    ] {
        assert_eq!(field_of(&env, &fixture, &asked).await, field);
    }
    assert_eq!(fake.seen().len(), 0, "Meta is not asked about nonsense");
    for (field, asked) in [
        ("token", with(|c| c.token = "wrong".to_owned())),
        ("token", with(|c| c.token = "forbidden".to_owned())),
        (
            "phone_number_id",
            with(|c| c.phone_number_id = "777777777".to_owned()),
        ),
        (
            "account_id",
            with(|c| c.account_id = "888888888".to_owned()),
        ),
        ("account_id", with(|c| c.account_id = "999999".to_owned())),
    ] {
        assert_eq!(field_of(&env, &fixture, &asked).await, field);
    }
    env.meta.app_secret = None;
    assert_eq!(field_of(&env, &fixture, &asked()).await, "app_secret");
    env.meta.graph = "http://127.0.0.1:9/v24.0".parse().unwrap();
    let own = with(|c| c.app_secret = Some(APP_SECRET.to_owned()));
    let away = connect(&env, fixture.session, fixture.workspace, &own).await;
    assert!(matches!(away, Err(Error::Upstream(_))), "{away:?}");
    let mut tenant = fixture.enter(&env).await;
    assert!(super::list(&mut tenant).await.unwrap().is_empty());
}

async fn field_of(env: &Env, fixture: &Fixture, asked: &ConnectChannel) -> &'static str {
    match connect(env, fixture.session, fixture.workspace, asked).await {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_belongs_to_one_workspace_and_an_agent_connects_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, fake, fixture) = scene(options).await;
    let stranger = testing::workspace(&env, "Other", Role::Admin).await;
    let agent = testing::workspace(&env, "Third", Role::Agent).await;
    let refused = connect(&env, agent.session, agent.workspace, &asked()).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let refused = connect(&env, stranger.session, fixture.workspace, &asked()).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    assert_eq!(fake.seen().len(), 0, "Meta is asked for nobody else");

    let mine = connect(&env, fixture.session, fixture.workspace, &asked())
        .await
        .unwrap();
    let taken = connect(&env, stranger.session, stranger.workspace, &asked()).await;
    assert!(matches!(taken, Err(Error::Conflict(_))), "{taken:?}");
    let mut tenant = stranger.enter(&env).await;
    assert!(super::list(&mut tenant).await.unwrap().is_empty());
    assert!(find(&mut tenant, mine.channel.id).await.is_err());
    assert!(
        env.db
            .channel(stranger.workspace, mine.channel.id)
            .await
            .is_err()
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn secrets_are_sealed_for_their_row_and_forgotten_with_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _fake, fixture) = scene(options).await;
    let own = ConnectChannel {
        app_secret: Some(APP_SECRET.to_owned()),
        ..asked()
    };
    let connected = connect(&env, fixture.session, fixture.workspace, &own)
        .await
        .unwrap();
    let id = connected.channel.id;
    let told = serde_json::to_string(&connected).unwrap();
    assert!(!told.contains(TOKEN) && !told.contains(APP_SECRET));
    let mut tenant = fixture.enter(&env).await;
    let columns: (Vec<u8>, Vec<u8>, Vec<u8>) = sqlx::query_as(
        "SELECT token_sealed, app_secret_sealed, verify_token_sealed FROM channel WHERE id = $1",
    )
    .bind(id.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    let verify = connected.verify_token.unwrap();
    let plain = [TOKEN, APP_SECRET, verify.as_str()];
    let sealed = [&columns.0, &columns.1, &columns.2];
    for bytes in sealed {
        for secret in plain {
            // Not even a part of it.
            for part in secret.as_bytes().windows(8) {
                assert!(!bytes.windows(8).any(|window| window == part));
            }
        }
    }
    // Nothing that a workspace keeps holds one in the clear either.
    let kept: String = sqlx::query_scalar(
        "SELECT coalesce(string_agg(body, ''), '') || (SELECT string_agg(encode(detail, 'escape'), '') FROM audit)
           FROM event",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert!(plain.iter().all(|secret| !kept.contains(secret)));

    // Moved to another row or column it does not open.
    let other = testing::channel(&env, &fixture, "300000000000003").await;
    sqlx::query("UPDATE channel SET token_sealed = $2 WHERE id = $1")
        .bind(other.0)
        .bind(&columns.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    assert!(secrets::token(&env, &mut tenant, other).await.is_err());
    let row = id.to_string();
    assert!(
        vault::open(&env, &mut tenant, secrets::APP_SECRET, &row, &columns.0)
            .await
            .is_err()
    );
    assert!(
        vault::open(&env, &mut tenant, secrets::TOKEN, &row, &columns.0)
            .await
            .is_ok()
    );

    let channel = disconnect(&env, &mut tenant, id).await.unwrap();
    assert_eq!(channel.state, ChannelState::Disconnected);
    assert!(
        secrets::token(&env, &mut tenant, id)
            .await
            .unwrap()
            .is_none()
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_old_tokens_refusal_does_not_disconnect_what_was_connected_since(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _fake, fixture) = scene(options).await;
    let before = env.now();
    let id = connect(&env, fixture.session, fixture.workspace, &asked())
        .await
        .unwrap()
        .channel
        .id;
    let mut tenant = fixture.enter(&env).await;
    super::mark_disconnected(&env, &mut tenant, id, before, "refused")
        .await
        .unwrap();
    assert_eq!(
        find(&mut tenant, id).await.unwrap().state,
        ChannelState::Connected
    );
    let now = env.now();
    super::mark_disconnected(&env, &mut tenant, id, now, "refused")
        .await
        .unwrap();
    let channel = find(&mut tenant, id).await.unwrap();
    assert_eq!(channel.state, ChannelState::Disconnected);
    assert_eq!(channel.state_reason.as_deref(), Some("refused"));
}
