//! Codes as they are read, and when they go.

use super::*;
use crate::{Error, job::sweep, otp};
use postern_types::{OtpPage, OtpRequest};

async fn page(s: &Scene, request: OtpRequest) -> OtpPage {
    let mut tenant = s.enter().await;
    otp::page(&s.env, &mut tenant, &request).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn codes_are_listed_newest_first_by_state_number_and_test_page_by_page(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let first = s.ask(PHONE).await.unwrap();
    let code = s.code(first.id).await;
    s.enter_code(first.id, &code).await.unwrap();
    let old = s.ask("+49 1512 3456780").await.unwrap();
    s.clock.by(Duration::minutes(6));
    let tried = s.ask_by(TEST, &to(PHONE)).await.unwrap();
    s.clock.by(Duration::seconds(1));
    let last = s.ask(PHONE).await.unwrap();
    let ids = |page: OtpPage| page.codes.iter().map(|code| code.id).collect::<Vec<_>>();
    let all = ids(page(&s, OtpRequest::default()).await);
    assert_eq!(all, [last.id, tried.id, old.id, first.id]);
    let of = |state| OtpRequest {
        state: Some(state),
        ..OtpRequest::default()
    };
    for (request, expected) in [
        (of(OtpState::Pending), vec![last.id, tried.id]),
        (of(OtpState::Expired), vec![old.id]),
        (of(OtpState::Verified), vec![first.id]),
        (of(OtpState::Failed), vec![]),
        (
            OtpRequest {
                test: Some(true),
                ..OtpRequest::default()
            },
            vec![tried.id],
        ),
        (
            OtpRequest {
                phone: "0049 1512 3456789".to_owned(),
                test: Some(false),
                ..OtpRequest::default()
            },
            vec![last.id, first.id],
        ),
    ] {
        assert_eq!(
            ids(page(&s, request.clone()).await),
            expected,
            "{request:?}"
        );
    }
    let mut tenant = s.enter().await;
    for (phone, after) in [("6789", None), ("", Some("rubbish"))] {
        let odd = OtpRequest {
            phone: phone.to_owned(),
            after: after.map(str::to_owned),
            ..OtpRequest::default()
        };
        let refused = otp::page(&s.env, &mut tenant, &odd).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{odd:?}");
    }
    // A second page.
    sqlx::query(
        "INSERT INTO otp_challenge (workspace_id, id, test, purpose, phone_hash, last_digits, code_hash, state, created_at,
                                    expires_at)
         SELECT $1, gen_random_uuid(), true, 'x', 'x', '', '', 'expired', now() - make_interval(hours => 1 + nth % 3), now()
           FROM generate_series(1, 70) AS nth",
    )
    .bind(s.fixture.workspace.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let mut request = OtpRequest::default();
    let mut read = Vec::new();
    loop {
        let part = page(&s, request.clone()).await;
        request.after.clone_from(&part.next);
        read.extend(ids(part));
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(read.len(), 74);
    read.sort();
    read.dedup();
    assert_eq!(read.len(), 74);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_sees_no_code_no_budget_and_no_line_of_the_log(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    s.ask_by(TEST, &to(PHONE)).await.unwrap();
    s.settings(OtpSettings::default()).await;
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    let mut tenant = two.enter(&s.env).await;
    let seen = otp::page(&s.env, &mut tenant, &OtpRequest::default()).await;
    assert_eq!(seen.unwrap(), OtpPage::default());
    let whole = otp::whole(&s.env, &mut tenant, made.id).await;
    assert!(matches!(whole, Err(Error::NotFound)));
    let log = crate::test_message::page(&s.env, &mut tenant, None).await;
    assert!(log.unwrap().messages.is_empty());
    for nothing in [
        "UPDATE otp_challenge SET state = 'verified', code_hash = ''",
        "UPDATE otp_budget SET used = 0",
        "UPDATE otp_setting SET prefix_hour = 1",
        "DELETE FROM test_message",
    ] {
        let done = sqlx::query(nothing).execute(tenant.conn()).await.unwrap();
        assert_eq!(done.rows_affected(), 0, "{nothing}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_over_is_marked_and_its_hash_goes_and_after_thirty_days_all_of_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options.clone()).await;
    let (over, fresh) = (
        s.ask(PHONE).await.unwrap(),
        s.ask("+49 1512 3456780").await.unwrap(),
    );
    let age = async |sql: String| testing::as_owner(&options, "otp_challenge", &sql).await;
    age(format!(
        "UPDATE otp_challenge SET expires_at = now() - interval '1 second' WHERE id = '{}'",
        over.id
    ))
    .await;
    sweep(&s.env).await.unwrap();
    let mut tenant = s.enter().await;
    let rows: Vec<(String, bool)> =
        sqlx::query_as("SELECT state, code_hash = '' FROM otp_challenge ORDER BY expires_at")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    drop(tenant);
    let expected = [("expired".to_owned(), true), ("pending".to_owned(), false)];
    assert_eq!(rows, expected);
    age(format!(
        "UPDATE otp_challenge SET created_at = now() - interval '30 days 1 second' WHERE id = '{}'",
        over.id
    ))
    .await;
    sweep(&s.env).await.unwrap();
    let left = page(&s, OtpRequest::default()).await;
    assert_eq!(left.codes.len(), 1);
    assert_eq!(left.codes[0].id, fresh.id);
}
