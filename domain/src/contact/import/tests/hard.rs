//! Files that want too much, and what happens beside an import.

use super::{
    super::{
        apply::{Of, apply},
        row::Wanted,
    },
    *,
};
use std::collections::HashMap;

#[sqlx::test(migrations = "../migrations")]
async fn rows_that_there_are_when_a_file_is_read_otherwise_are_counted_too(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    // One row, whose last cell is quoted to the end of the file; parted by semicolons, two hundred thousand.
    let text = format!("AAAA,b\nx,\"y\n{}", "\n".repeat(200_001));
    let id = y.bring(text.as_bytes()).await.unwrap();
    let page = y
        .check(id, |plan| {
            plan.separator = ';';
            plan.columns = vec![ImportColumn::Phone];
        })
        .await;
    assert_eq!(page.view.state, ImportState::Read);
    let fault = page.view.fault.unwrap();
    assert!(fault.contains("100,000 rows"), "{fault}");
    // Empty ones are read one by one as well.
    let empty = format!("Phone\n+4915123456789\n{}", "\n".repeat(200_001));
    let told = refusal(y.bring(empty.as_bytes()).await);
    assert!(told.contains("100,000 rows"), "{told}");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_would_be_told_with_every_row_is_short_and_a_cell_has_so_many_labels(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let told = refusal(
        y.bring(format!("{}\nx\n", "a".repeat(201)).as_bytes())
            .await,
    );
    assert!(told.contains("heading"), "{told}");
    let many: String = (0..201).fold(String::new(), |mut all, n| {
        write!(all, "l{n};").unwrap();
        all
    });
    let same = "a,A,".repeat(80);
    let text = format!("Phone,Labels\n+4915123456789,\"{many}\"\n+4915123456788,\"{same}\"\n");
    let id = y.bring(text.as_bytes()).await.unwrap();
    let page = y.check(id, |plan| plan.labels = true).await;
    assert_eq!((page.view.counts.made, page.view.counts.faulty), (1, 1));
    assert!(
        page.faults[0].words.contains("200 labels"),
        "{:?}",
        page.faults
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_said_no_to_offers_is_still_known_when_it_is_taken_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let page = y.import(&crowd(2), |_| {}).await;
    let mut tenant = y.enter().await;
    sqlx::query("UPDATE contact SET marketing_stopped_at = now(), marketing_told_at = now() WHERE phone = '+4915100000001'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let undone = y.undo(page.view.id).await;
    assert_eq!((undone.gone, undone.used), (1, 1));
    let stopped: bool = y
        .ask("SELECT marketing_stopped_at IS NOT NULL FROM contact")
        .await;
    assert!(stopped);
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_is_given_to_a_member_who_went_meanwhile(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let id = y.bring(crowd(1).as_bytes()).await.unwrap();
    let plan = y.page(id).await.plan;
    let of = Of {
        import: id,
        author: None,
        plan: &plan,
        headings: &[],
        dry: false,
    };
    for (owner, done) in [(y.env.id(), false), (y.one.member, true)] {
        let row = Wanted {
            row: 2,
            name: Some("Ana".into()),
            owner: Some(owner),
            ..Wanted::default()
        };
        let mut tenant = y.enter().await;
        let outcome = apply(&y.env, &mut tenant, &of, &[row], &mut HashMap::new())
            .await
            .unwrap();
        assert_eq!(outcome.is_some(), done, "it is judged anew, or done");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_goes_once_it_is_imported_and_twenty_lie_here_at_most(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let page = y.import(&crowd(3), |_| {}).await;
    assert!(y.env.files.names().await.is_empty());
    assert!(
        page.view.until.is_some(),
        "it can be taken back all the same"
    );
    // However many come at once.
    let text = crowd(1);
    let all = (0..25).map(|_| y.bring(text.as_bytes()));
    let kept = futures::future::join_all(all).await;
    assert_eq!(kept.iter().filter(|kept| kept.is_ok()).count(), 20);
    for refused in kept.into_iter().filter(Result::is_err) {
        assert!(refusal(refused).contains("Twenty files"));
    }
    assert_eq!(y.env.files.names().await.len(), 20);
    assert_eq!(y.undo(page.view.id).await.gone, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn each_step_of_an_import_is_a_line_of_the_audit(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let away = y.bring(crowd(1).as_bytes()).await.unwrap();
    discard(&y.env, y.enter().await, away).await.unwrap();
    let text = "Phone,Labels\n+4915123456789,New\nnone,\n";
    let page = y.import(text, |plan| plan.labels = true).await;
    y.faults_file(page.view.id).await;
    y.undo(page.view.id).await;
    for action in [
        "contact.import_discarded",
        "contact.import_started",
        "contact.import_ended",
        "contact.import_undone",
        "contact.import_taken_back",
        "label.created",
    ] {
        let mut tenant = y.enter().await;
        let lines: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = $1")
            .bind(action)
            .fetch_one(tenant.conn())
            .await
            .unwrap();
        assert_eq!(lines, 1, "{action}");
    }
    let mut tenant = y.enter().await;
    piece(&y.env, &mut tenant, page.view.id, None)
        .await
        .unwrap();
    // What is over is not stopped.
    stop(&y.env, &mut tenant, page.view.id).await.unwrap();
    let lines: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit WHERE action IN ('contact.import_faults', 'contact.import_stopped')",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(lines, 1);
}
