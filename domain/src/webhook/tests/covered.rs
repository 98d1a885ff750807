//! Two numbers of one workspace, each with a Meta app and an account of its own: neither one's secret reaches the other,
//! whatever account a body names.

use super::*;
use crate::{channel::portfolio, quarantine};
use sqlx::postgres::PgPoolOptions;

/// Our numbers, `900` of `waba-a` and `901` of `waba-b`; each account has a template.
struct Pair {
    env: Env,
    fixture: Fixture,
}

async fn pair(options: PgConnectOptions) -> Pair {
    let (env, _) = testing::env(options);
    let fixture = testing::workspace(&env, "Shop", Role::Admin).await;
    for (number, account) in [("900", "waba-a"), ("901", "waba-b")] {
        own_app(&env, &fixture, number).await;
        put_under(&env, &fixture, number, account).await;
    }
    Pair { env, fixture }
}

/// Puts a number under another account, which has a template.
async fn put_under(env: &Env, fixture: &Fixture, number: &str, account: &str) {
    let mut tenant = fixture.enter(env).await;
    sqlx::query(
        "UPDATE channel SET account_id = $3 WHERE workspace_id = $1 AND phone_number_id = $2",
    )
    .bind(fixture.workspace.0)
    .bind(number)
    .bind(account)
    .execute(tenant.conn())
    .await
    .unwrap();
    let key = format!("key-{number}");
    sqlx::query(
        "SELECT claim_number(phone_number_id, account_id, id, CASE WHEN callback_key IS NULL THEN NULL ELSE $3::bytea END)
           FROM channel WHERE workspace_id = $1 AND phone_number_id = $2",
    )
    .bind(fixture.workspace.0)
    .bind(number)
    .bind(&crate::crypto::sha256(key.as_bytes())[..])
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO template (workspace_id, id, account_id, meta_id, name, language, category, status, named, components,
                               sought, told_at, listed_at, updated_at)
         VALUES ($1, gen_random_uuid(), $2, '7', 'offer', 'en_US', 'MARKETING', 'APPROVED', false, '[]', 'offer', $3, $3, $3)",
    )
    .bind(fixture.workspace.0)
    .bind(account)
    .bind(env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
}

/// How a number stands, whose its account is, and what the template counts as.
type Standing = (String, Option<String>, String);

fn standing(state: &str, portfolio: Option<&str>, category: &str) -> Standing {
    (
        state.to_owned(),
        portfolio.map(str::to_owned),
        category.to_owned(),
    )
}

fn untouched() -> Standing {
    standing("connected", None, "MARKETING")
}

async fn standing_of(env: &Env, fixture: &Fixture, number: &str) -> Standing {
    let mut tenant = fixture.enter(env).await;
    sqlx::query_as(
        "SELECT c.state, c.portfolio_id, t.category
           FROM channel c JOIN template t ON t.workspace_id = c.workspace_id AND t.account_id = c.account_id
          WHERE c.workspace_id = $1 AND c.phone_number_id = $2",
    )
    .bind(fixture.workspace.0)
    .bind(number)
    .fetch_one(tenant.conn())
    .await
    .unwrap()
}

impl Pair {
    /// Delivers through a number's own door, signed with its secret.
    async fn deliver(&self, number: &str, body: &Value) -> Receipt {
        let body = body.to_string();
        let door = Door::Callback {
            key: format!("key-{number}"),
        };
        let signature = sign(&format!("secret-{number}"), body.as_bytes());
        receive(&self.env, &door, Some(&signature), body.as_bytes())
            .await
            .unwrap()
    }

    async fn standing(&self, number: &str) -> Standing {
        standing_of(&self.env, &self.fixture, number).await
    }

    async fn count(&self, table: &str) -> i64 {
        count(&mut self.fixture.enter(&self.env).await, table).await
    }
}

/// A body of one change, that came for an account.
fn of(account: &str, change: &Value) -> Value {
    json!({"object":"whatsapp_business_account","entry":[{"id":account,"changes":[change]}]})
}

/// The app was removed from an account, which is somebody's.
fn removed(account: &str) -> Value {
    let info = json!({"waba_id":account,"owner_business_id":"9000"});
    json!({"field":"account_update","value":{"event":"PARTNER_REMOVED","waba_info":info}})
}

/// The template counts as something else.
fn recategorized() -> Value {
    json!({"field":"template_category_update","value":{"message_template_id":7,"message_template_name":"offer",
        "message_template_language":"en_US","previous_category":"MARKETING","new_category":"UTILITY"}})
}

/// The same, said to be about a number.
fn by_number(number: &str, mut change: Value) -> Value {
    change["value"]["metadata"] = json!({"phone_number_id":number});
    change
}

const APPLIED: Receipt = Receipt {
    applied: 1,
    kept: 0,
    replays: 0,
    quarantined: 0,
};

const QUARANTINED: Receipt = Receipt {
    applied: 0,
    kept: 0,
    replays: 0,
    quarantined: 1,
};

#[sqlx::test(migrations = "../migrations")]
async fn what_one_numbers_secret_signs_of_anothers_account_is_answered_and_changes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pair = pair(options).await;
    let deleted = json!({"field":"account_update","value":{"event":"ACCOUNT_DELETED"}});
    let attacks = [
        of("waba-a", &removed("waba-b")),
        of("waba-b", &removed("waba-a")),
        of("0", &removed("waba-b")),
        of("waba-b", &deleted),
        of("waba-b", &recategorized()),
        of("waba-b", &by_number("900", recategorized())),
        of("waba-a", &by_number("900", removed("waba-b"))),
        of("0", &by_number("900", removed("waba-b"))),
        of("waba-a", &by_number("901", recategorized())),
    ];
    for attack in &attacks {
        let receipt = pair.deliver("900", attack).await;
        assert_eq!(receipt, QUARANTINED, "{attack}");
    }
    let listed = quarantine::list(&pair.env).await.unwrap();
    assert_eq!(listed.len(), attacks.len());
    for piece in &listed {
        assert_eq!(piece.reason, "not_covered");
        assert!(piece.signed_by.is_some());
    }
    for number in ["900", "901"] {
        assert_eq!(pair.standing(number).await, untouched(), "{number}");
    }
    for table in ["webhook_part", "channel_event"] {
        assert_eq!(pair.count(table).await, 0, "{table}");
    }
    // What stands beside it is applied.
    let said = text("4915112345", "w1", "hi", recently(&pair.env));
    let changes = [removed("waba-b"), change("900", "messages", &[said])];
    let receipt = pair
        .deliver("900", &json!({"entry":[{"id":"waba-a","changes":changes}]}))
        .await;
    assert_eq!((receipt.applied, receipt.quarantined), (1, 1));
    assert_eq!(pair.count("message").await, 1);
    assert_eq!(pair.standing("901").await, untouched());
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_numbers_secret_signs_of_its_own_account_is_applied_whatever_unknown_is_named_beside(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pair = pair(options).await;
    // As Meta's button for testing has it: of the number's own account, whatever stands around it.
    let told = of("0", &by_number("900", recategorized()));
    assert_eq!(pair.deliver("900", &told).await, APPLIED);
    let changed = standing("connected", None, "UTILITY");
    assert_eq!(pair.standing("900").await, changed);
    assert_eq!(pair.standing("901").await, untouched());
    for (nth, account) in ["waba-a", "0", "nobody"].into_iter().enumerate() {
        let said = text("4915112345", &format!("w{nth}"), "hi", recently(&pair.env));
        let told = of(account, &change("900", "messages", &[said]));
        assert_eq!(pair.deliver("900", &told).await, APPLIED, "{account}");
    }
    let told = of("nobody", &removed("no-one"));
    assert_eq!(pair.deliver("900", &told).await, QUARANTINED);
    let listed = quarantine::list(&pair.env).await.unwrap();
    assert_eq!(listed[0].reason, "unknown_account");

    // Each by its own secret: under its own id, and under a partner's with the account within.
    assert_eq!(
        pair.deliver("901", &of("waba-b", &removed("waba-b"))).await,
        APPLIED
    );
    let gone = standing("disconnected", Some("9000"), "MARKETING");
    assert_eq!(pair.standing("901").await, gone);
    assert_eq!(pair.standing("900").await, changed);
    let told = of("2949482758682047", &removed("waba-a"));
    assert_eq!(pair.deliver("900", &told).await, APPLIED);
    let gone = standing("disconnected", Some("9000"), "UTILITY");
    assert_eq!(pair.standing("900").await, gone);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_installations_secret_speaks_for_all_its_accounts_and_for_none_with_an_own_app(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pair = pair(options).await;
    let (env, fixture) = (&pair.env, &pair.fixture);
    for (number, account) in [("100", "waba-c"), ("101", "waba-d")] {
        testing::channel(env, fixture, number).await;
        put_under(env, fixture, number, account).await;
    }
    let told = of("waba-c", &removed("waba-b")).to_string();
    assert_eq!(deliver(env, &told).await.unwrap(), QUARANTINED);
    assert_eq!(pair.standing("901").await, untouched());
    let told = of("waba-d", &by_number("100", recategorized())).to_string();
    assert_eq!(deliver(env, &told).await.unwrap(), APPLIED);
    // Of the number's own account, for it is about the number.
    assert_eq!(
        pair.standing("100").await,
        standing("connected", None, "UTILITY")
    );
    assert_eq!(pair.standing("101").await, untouched());
    // A partner's account that is connected as well.
    let told = of("waba-c", &removed("waba-d")).to_string();
    assert_eq!(deliver(env, &told).await.unwrap(), APPLIED);
    let gone = standing("disconnected", Some("9000"), "MARKETING");
    assert_eq!(pair.standing("101").await, gone);
    assert_eq!(pair.standing("100").await.0, "connected");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_portfolio_that_is_named_as_an_account_moves_nobody_who_is_known_within_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pair = pair(options).await;
    let mut tenant = pair.fixture.enter(&pair.env).await;
    portfolio::learn(&mut tenant, "waba-b", "9000")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let at = recently(&pair.env).to_string();
    let said = json!({"from_user_id":"DE.abc","id":"w1","timestamp":at,"type":"text","text":{"body":"hi"}});
    let told = of("waba-b", &change("901", "messages", &[said]));
    assert_eq!(pair.deliver("901", &told).await, APPLIED);
    let news = json!({"field":"account_update","value":{"event":"PARTNER_ADDED",
        "waba_info":{"waba_id":"9000","owner_business_id":"66"}}});
    // It may be any account's: it is kept, and nothing is learnt by it.
    assert_eq!(pair.deliver("900", &of("waba-a", &news)).await, APPLIED);
    let mut tenant = pair.fixture.enter(&pair.env).await;
    let scopes: Vec<String> = sqlx::query_scalar(
        "SELECT scope FROM contact_identity WHERE workspace_id = $1 AND kind = 'bsuid'",
    )
    .bind(pair.fixture.workspace.0)
    .fetch_all(tenant.conn())
    .await
    .unwrap();
    assert_eq!(scopes, ["9000"]);
    drop(tenant);
    assert_eq!(pair.standing("900").await, untouched());
}
