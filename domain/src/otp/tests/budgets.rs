//! How many codes may be asked for.

use super::*;
use crate::Error;

/// The seconds to wait.
fn waits(refused: Result<OtpView>) -> u32 {
    match refused {
        Err(Error::TooMany { retry_after_s }) => retry_after_s,
        other => panic!("it is refused: {other:?}"),
    }
}

fn numbered(nth: u32) -> String {
    format!("+49 1512 345{nth:04}")
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_has_five_codes_in_any_hour_counted_to_the_moment(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    for _ in 0..5 {
        s.ask(PHONE).await.unwrap();
        s.clock.by(Duration::minutes(10));
    }
    // 50 minutes after the first.
    let left = waits(s.ask(PHONE).await);
    assert!((598..=601).contains(&left), "{left}");
    // However it is typed, and whatever for.
    let typed = AskOtp {
        purpose: Some("pay".to_owned()),
        ..to("0049-1512/3456789")
    };
    waits(s.ask_by(LIVE, &typed).await);
    s.ask("+49 1512 3456780").await.unwrap();
    s.clock.by(Duration::minutes(9));
    waits(s.ask(PHONE).await);
    s.clock.by(Duration::seconds(61));
    s.ask(PHONE).await.unwrap();
    let left = waits(s.ask(PHONE).await);
    assert!((535..=600).contains(&left), "the second one's: {left}");
    assert_eq!(s.count("otp_challenge").await, 7);
    // Whoever tries something out has their own.
    s.ask_by(TEST, &to(PHONE)).await.unwrap();
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    ask(&s.env, &two, TEST, &to(PHONE)).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn of_twenty_that_ask_at_once_five_are_let_through_and_one_line_is_written(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let asks = (0..20).map(|_| s.ask(PHONE));
    let came = futures::future::join_all(asks).await;
    let made = came.iter().filter(|came| came.is_ok()).count();
    let refused = came
        .iter()
        .filter(|came| matches!(came, Err(Error::TooMany { .. })))
        .count();
    assert_eq!((made, refused), (5, 15), "{came:?}");
    let lines = s.audit("otp.refused").await;
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0]
            .detail
            .iter()
            .all(|line| !line.value.contains("3456789")),
        "{lines:?}"
    );
    // Another window, another line.
    s.clock.by(Duration::minutes(61));
    for _ in 0..5 {
        s.ask(PHONE).await.unwrap();
    }
    for _ in 0..3 {
        waits(s.ask(PHONE).await);
    }
    assert_eq!(s.audit("otp.refused").await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn numbers_that_begin_alike_share_a_budget_of_an_hour_and_of_a_day(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    s.settings(OtpSettings {
        prefix_hour: 3,
        prefix_day: 4,
        ..OtpSettings::default()
    })
    .await;
    for nth in 0..3 {
        s.ask(&numbered(nth)).await.unwrap();
    }
    let left = waits(s.ask(&numbered(3)).await);
    assert!((3_590..=3_601).contains(&left), "{left}");
    // Other ranges have theirs, in the same country too.
    s.ask("+49 1522 3456789").await.unwrap();
    s.ask("+55 11 98765 4321").await.unwrap();
    s.clock.by(Duration::minutes(61));
    s.ask(&numbered(4)).await.unwrap();
    let left = waits(s.ask(&numbered(5)).await);
    assert!((82_000..=83_000).contains(&left), "the day's: {left}");
    s.clock.by(Duration::hours(23));
    s.ask(&numbered(6)).await.unwrap();
    let words: Vec<_> = s
        .audit("otp.refused")
        .await
        .into_iter()
        .flat_map(|entry| entry.detail)
        .filter(|line| line.label == "reason")
        .map(|line| line.value)
        .collect();
    assert_eq!(
        words,
        [
            "The day's codes for numbers that begin alike",
            "The hour's codes for numbers that begin alike"
        ]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_flood_into_one_range_takes_nothing_from_the_workspace_whose_own_budget_holds_as_well(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    s.settings(OtpSettings {
        prefix_hour: 2,
        prefix_day: 2,
        workspace_hour: 4,
        workspace_day: 5,
        ..OtpSettings::default()
    })
    .await;
    for nth in 0..20 {
        assert_eq!(s.ask(&numbered(nth)).await.is_ok(), nth < 2, "{nth}");
    }
    s.ask("+49 1522 3456789").await.unwrap();
    s.ask("+55 11 98765 4321").await.unwrap();
    // Four: the hour's.
    let left = waits(s.ask("+44 7911 123456").await);
    assert!(left <= 3_601, "{left}");
    s.clock.by(Duration::minutes(61));
    s.ask("+44 7911 123456").await.unwrap();
    let left = waits(s.ask("+34 612 345 678").await);
    assert!(left > 3_601, "five: the day's: {left}");
    // Whoever was refused has all of their five.
    s.clock.by(Duration::days(1));
    for _ in 0..4 {
        s.clock.by(Duration::seconds(1));
        if s.ask("+34 612 345 678").await.is_err() {
            break;
        }
    }
    // Two, by the range's: the number's own were not used up by what was refused.
    let mut tenant = s.enter().await;
    let most: i32 = sqlx::query_scalar("SELECT max(cardinality(times)) FROM otp_budget")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(most, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn codes_go_to_the_countries_that_were_chosen_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    s.settings(OtpSettings {
        countries: vec!["US".to_owned(), "DE".to_owned(), "US".to_owned()],
        ..OtpSettings::default()
    })
    .await;
    s.ask(PHONE).await.unwrap();
    s.ask("+1 212 555 0123").await.unwrap();
    // They share the code of the United States, or are of no country.
    for foreign in ["+1 876 555 0123", "+1 613 782 7274", "+44 7911 123456"] {
        for by in [LIVE, LIVE, TEST] {
            let refused = s.ask_by(by, &to(foreign)).await;
            assert!(
                matches!(refused, Err(Error::Invalid { field: "phone", .. })),
                "{foreign}: {refused:?}"
            );
        }
    }
    assert_eq!(s.count("otp_challenge").await, 2);
    assert_eq!(s.audit("otp.refused").await.len(), 6, "once of each");
}

#[sqlx::test(migrations = "../migrations")]
async fn budgets_are_an_admins_to_set_within_reason_and_each_workspaces_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    let good = OtpSettings::default();
    for (field, odd) in [
        (
            "prefix_hour",
            OtpSettings {
                prefix_hour: 0,
                ..good.clone()
            },
        ),
        (
            "prefix_day",
            OtpSettings {
                prefix_day: 49,
                ..good.clone()
            },
        ),
        (
            "workspace_hour",
            OtpSettings {
                workspace_hour: 1_000_001,
                ..good.clone()
            },
        ),
        (
            "workspace_day",
            OtpSettings {
                workspace_day: 499,
                ..good.clone()
            },
        ),
        (
            "countries",
            OtpSettings {
                countries: vec!["Germany".to_owned()],
                ..good.clone()
            },
        ),
        (
            "countries",
            OtpSettings {
                countries: vec!["\0".to_owned()],
                ..good.clone()
            },
        ),
    ] {
        let mut tenant = s.enter().await;
        let refused = crate::otp::save(&s.env, &mut tenant, &odd).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: of, .. }) if of == field),
            "{odd:?}: {refused:?}"
        );
    }
    let chosen = OtpSettings {
        workspace_hour: 700,
        countries: vec!["DE".to_owned(), "FR".to_owned()],
        ..good.clone()
    };
    s.settings(chosen.clone()).await;
    let mut tenant = s.enter().await;
    assert_eq!(crate::otp::settings(&mut tenant).await.unwrap(), chosen);
    drop(tenant);
    let mut tenant = two.enter(&s.env).await;
    assert_eq!(crate::otp::settings(&mut tenant).await.unwrap(), good);
    assert_eq!(s.audit("otp.settings").await.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn where_nothing_can_be_counted_nothing_is_sent(_: PgPoolOptions, options: PgConnectOptions) {
    let s = taking(options.clone()).await;
    let take_away = "REVOKE INSERT ON otp_budget FROM postern_app";
    testing::as_owner(&options, "otp_budget", take_away).await;
    assert!(matches!(s.ask(PHONE).await, Err(Error::Internal(_))));
    assert_eq!(s.count("otp_challenge").await, 0);
    assert_eq!(s.count("job").await, 0);
    testing::as_owner(
        &options,
        "otp_budget",
        "GRANT INSERT ON otp_budget TO postern_app",
    )
    .await;
    s.ask(PHONE).await.unwrap();
    s.env.db.close().await;
    assert!(matches!(s.ask(PHONE).await, Err(Error::Unavailable)));
}
