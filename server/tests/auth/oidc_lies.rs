//! A provider that lies, or does not answer: nobody comes in by it.

use crate::{
    google::Lie,
    street::{Browser, Street, refused},
};
use axum::http::StatusCode;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn every_token_that_is_not_exactly_googles_for_this_way_is_refused(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    street.connect().await;
    for lie in [
        Lie::Nonce,
        Lie::NoNonce,
        Lie::Audience,
        Lie::Audiences,
        Lie::Party,
        Lie::Issuer,
        Lie::AlgNone,
        Lie::Hs256,
        Lie::Rs512,
        Lie::OtherKey,
        Lie::UnknownKey,
        Lie::NoKeyId,
        Lie::Expired,
        Lie::Early,
        Lie::Old,
        Lie::NoSubject,
        Lie::Rubbish,
        Lie::NoToken,
        Lie::Huge,
        Lie::Hanging,
        Lie::Refusing,
    ] {
        street.google.lie(Some(lie));
        let mut browser = Browser::default();
        let told = browser.by_way_of(&street, "google").await;
        assert_eq!(told, refused(Some("google"), "unproven"), "{lie:?}");
        assert!(!browser.is_in(), "{lie:?}");
    }
    street.google.lie(None);
    let told = Browser::default().by_way_of(&street, "google").await;
    assert!(told.get("in").is_some(), "the truth is taken: {told}");
    // One audience in a list is one.
    street
        .google
        .says(json!({ "aud": [crate::google::CLIENT] }));
    let told = Browser::default().by_way_of(&street, "google").await;
    assert!(told.get("in").is_some(), "{told}");
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn a_key_that_is_new_is_asked_for_and_not_at_anybodys_will(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    street.connect().await;
    street.google.rotate();
    let told = Browser::default().by_way_of(&street, "google").await;
    assert_eq!(
        told,
        refused(Some("google"), "unproven"),
        "asked a moment ago"
    );
    street.later(2);
    let told = Browser::default().by_way_of(&street, "google").await;
    assert!(told.get("in").is_some(), "{told}");
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn who_declines_or_is_answered_by_another_provider_is_told_so_and_is_not_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let street = Street::open(options).await;
    street.google.names_itself();
    street.connect().await;
    let house = &street.house;
    let issuer = street.google.issuer();
    for (from, to, why) in [
        ("&iss=", "&iss=http://127.0.0.1:9/other&was=", "unproven"),
        ("&iss=", "&was=", "unproven"),
        ("&code=", "&error=access_denied&was=", "declined"),
        ("&code=", "&error=server_error&was=", "unproven"),
        ("&code=", "&was=", "unproven"),
    ] {
        let mut browser = Browser::default();
        let told = street.google.agree(&browser.depart(house, "google").await);
        assert!(told.ends_with(&issuer), "it names itself: {told}");
        browser.back(house, "google", &told.replace(from, to)).await;
        let told = browser.finish(house).await.json();
        assert_eq!(told, refused(Some("google"), why), "{to}");
        assert!(!browser.is_in());
    }
    let told = Browser::default().by_way_of(&street, "google").await;
    assert!(told.get("in").is_some(), "{told}");
    // What is asked twice over is no answer.
    let mut browser = Browser::default();
    let told = street.google.agree(&browser.depart(house, "google").await);
    browser
        .back(house, "google", &format!("{told}&state=x"))
        .await;
    let told = browser.finish(house).await.json();
    assert_eq!(told, refused(None, "expired"));
    let answer = browser.post(house, "/auth/oidc/depart", &[], r#"{"provider":"github"}"#);
    assert_eq!(answer.await.status, StatusCode::BAD_REQUEST);
}
