//! Who a provider is, and what takes its word away. What comes of its answers is tried over HTTP, in the server's tests.

use super::{
    provider::{Known, Oidc, Settings},
    *,
};
use crate::{account, testing};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn client(provider: Provider, issuer: &str) -> Oidc {
    let settings = Settings {
        provider,
        issuer: issuer.parse().unwrap(),
        client_id: "us".to_owned(),
        client_secret: "secret".to_owned().into(),
    };
    Oidc::new(vec![settings], &reqwest::Client::builder().build().unwrap())
}

#[test]
fn a_provider_is_who_it_was_configured_to_be() {
    let google = "https://accounts.google.com";
    let common = "https://login.microsoftonline.com/common/v2.0";
    let pattern = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let one = "https://login.microsoftonline.com/0199a1b2-0000-4000-8000-000000000001/v2.0";
    for (provider, configured, told, expected) in [
        (Provider::Google, google, google, true),
        (
            Provider::Google,
            "https://accounts.google.com/",
            google,
            true,
        ),
        (
            Provider::Google,
            google,
            "https://accounts.google.com.evil.example",
            false,
        ),
        (
            Provider::Google,
            google,
            "http://accounts.google.com",
            false,
        ),
        (Provider::Microsoft, common, pattern, true),
        (Provider::Microsoft, common, one, false),
        (Provider::Microsoft, one, one, true),
        (Provider::Microsoft, one, pattern, false),
        // A pattern is Microsoft's alone.
        (Provider::Google, common, pattern, false),
    ] {
        let oidc = client(provider, configured);
        let known = oidc.client(provider).unwrap();
        assert_eq!(known.is_described_by(told), expected, "{configured} {told}");
    }
}

#[test]
fn its_addresses_are_https_but_on_ones_own_machine() {
    for (issuer, address, expected) in [
        ("https://a.example", "https://b.example/token", true),
        ("https://a.example", "http://b.example/token", false),
        ("https://a.example", "http://localhost/token", false),
        ("http://localhost:4100", "http://127.0.0.1:4100/token", true),
        ("http://localhost:4100", "http://a.example/token", false),
        ("https://a.example", "ftp://a.example/token", false),
        ("https://a.example", "/token", false),
    ] {
        let oidc = client(Provider::Google, issuer);
        let reachable = oidc.client(Provider::Google).unwrap().reachable(address);
        assert_eq!(reachable.is_some(), expected, "{issuer} {address}");
    }
}

#[test]
fn a_tenant_is_named_by_its_own_id() {
    let pattern = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let tenant = "0199a1b2-0000-4000-8000-000000000001";
    let theirs = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let known = Known::called(pattern);
    assert!(known.is_issuer(&theirs, Some(tenant)) && known.is_named(&theirs));
    for (issuer, told) in [
        (theirs.as_str(), None),
        (
            theirs.as_str(),
            Some("0199a1b2-0000-4000-8000-000000000002"),
        ),
        (pattern, Some("{tenantid}")),
        (
            "https://login.microsoftonline.com/x/../y/v2.0",
            Some("x/../y"),
        ),
        ("https://evil.example/v2.0", Some(tenant)),
    ] {
        assert!(!known.is_issuer(issuer, told), "{issuer}");
    }
    assert!(!known.is_named(pattern) && !known.is_named("https://login.microsoftonline.com/v2.0"));
    let google = Known::called("https://accounts.google.com");
    assert!(google.is_issuer("https://accounts.google.com", Some(tenant)));
    assert!(!google.is_issuer(&theirs, Some(tenant)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn this_was_not_me_takes_what_was_connected_since_away_and_leaves_what_was_before(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options);
    let (account, session) = testing::person(&env, "Ana").await;
    let (other, _) = testing::person(&env, "Bo").await;
    let of = |subject: &str| Vouched {
        issuer: "https://accounts.google.com".to_owned(),
        subject: subject.to_owned(),
        email: None,
        verified: false,
        name: String::new(),
    };
    let (vouched, before, theirs) = (of("1"), of("2"), of("3"));
    let mut global = env.db.global().await.unwrap();
    connection::insert(&env, global.conn(), account, Provider::Microsoft, &before)
        .await
        .unwrap();
    clock.by(Duration::hours(1));
    connection::insert(&env, global.conn(), other, Provider::Google, &theirs)
        .await
        .unwrap();
    connection::insert(&env, global.conn(), account, Provider::Google, &vouched)
        .await
        .unwrap();
    let link = account::not_me_link(&env, global.conn(), account, "ana@example.test")
        .await
        .unwrap();
    global.commit().await.unwrap();
    let shown = show(&env, session).await.unwrap();
    assert_eq!(shown.connected.len(), 2);
    assert!(!shown.password, "no password was ever set");
    let (_, secret) = link.split_once('#').unwrap();
    account::not_me(&env, secret, &testing::browser(&env))
        .await
        .unwrap();
    let mut global = env.db.global().await.unwrap();
    let left = finish::whose(global.conn(), &vouched).await.unwrap();
    assert_eq!(left, None);
    for (stays, whose) in [(&before, account), (&theirs, other)] {
        let left = finish::whose(global.conn(), stays).await.unwrap();
        assert_eq!(left, Some(whose));
    }
}
