//! The audit as a file.

use super::*;

/// All pieces in one.
pub async fn whole(env: &Env, house: &Fixture) -> String {
    let (mut file, mut after) = (String::new(), None);
    loop {
        let mut tenant = house.enter(env).await;
        let piece = export(env, &mut tenant, after).await.unwrap();
        tenant.commit().await.unwrap();
        file.push_str(&piece.csv);
        match piece.next {
            Some(next) => after = Some(next),
            None => return file,
        }
    }
}

/// The lines of a file, its head apart, with some changed.
fn with(file: &str, change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut lines = file.split_inclusive("\r\n").map(str::to_owned);
    let head = lines.next().unwrap();
    let mut lines: Vec<String> = lines.collect();
    change(&mut lines);
    head + &lines.concat()
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn what_is_exported_verifies_offline_and_what_was_tampered_with_does_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = written(&env, "=Harbour, \"old\"", 3).await;
    let mut tenant = house.enter(&env).await;
    for detail in ["+49 151", "two\r\nlines", "é, \"日本\""] {
        record(&env, &mut tenant, "=cmd", &detail).await.unwrap();
    }
    tenant.commit().await.unwrap();
    link(&env).await.unwrap();
    let told = chain(&env, &house).await;
    let file = whole(&env, &house).await;
    let checked = check(file.as_bytes()).unwrap();
    assert_eq!(
        (checked.lines, checked.erased, checked.broken_at),
        (6, 0, None)
    );
    assert_eq!(Some(checked.link), told.link);
    for disarmed in ["\"'=Harbour, \"\"old\"\"\"", ",'=cmd,"] {
        assert!(file.contains(disarmed), "{disarmed} in {file}");
    }
    // That it was taken out is told, too.
    let newest = entries(&env, &house).await.swap_remove(0);
    assert_eq!(newest.action, "audit.exported");
    assert_eq!(newest.detail[0].value, "6");

    let other = whole(&env, &written(&env, "Quay", 6).await).await;
    let first = |file: &str| file.split_inclusive("\r\n").nth(1).unwrap().to_owned();
    let other_words = |from: &str, to: &str| {
        with(&file, |lines| {
            lines[2] = lines[2].replace(from, to);
        })
    };
    for (nth, (changed, place)) in [
        (other_words("a.test", "b.test"), 3),
        (other_words("203.0.113.0", "192.0.2.0"), 3),
        (other_words("\"\"nth\"\":3", "\"\"nth\"\":4"), 3),
        (other_words(",3,", ",4,"), 3),
        (with(&file, |lines| drop(lines.remove(2))), 3),
        (with(&file, |lines| drop(lines.remove(0))), 1),
        (with(&file, |lines| lines.swap(1, 2)), 2),
        (
            with(&file, |lines| {
                let again = lines[2].clone();
                lines.insert(3, again);
            }),
            4,
        ),
        (with(&file, |lines| lines.insert(1, first(&other))), 2),
        (with(&file, |lines| lines[4].truncate(40)), 5),
        (with(&file, |lines| lines[2].insert(0, '\u{fffd}')), 3),
    ]
    .into_iter()
    .enumerate()
    {
        assert_ne!(changed, file, "case {nth}");
        let checked = check(changed.as_bytes()).unwrap();
        assert_eq!(
            (checked.lines, checked.broken_at),
            (place - 1, Some(place)),
            "case {nth}"
        );
    }
    // Cut off behind a line it verifies so far, and tells how far: the last link is another.
    let cut = with(&file, |lines| lines.truncate(4));
    let checked = check(cut.as_bytes()).unwrap();
    assert_eq!((checked.lines, checked.broken_at), (4, None));
    assert_ne!(Some(checked.link), told.link);
    for strange in ["", "a,b\r\n", &file[10..]] {
        let refused = check(strange.as_bytes());
        assert!(matches!(refused, Err(Error::Invalid { field: "file", .. })));
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_detail_that_the_owner_changed_does_not_verify_offline(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let house = written(&env, "Harbour", 3).await;
    // Whoever has the database and the keys can seal something else, but not under the digest of before.
    let id = entries(&env, &house).await[1].id;
    let mut tenant = house.enter(&env).await;
    let forged = Written::new([9; 32], br#"{"nth":9}"#).plain;
    let sealed = vault::seal(&env, &mut tenant, DETAIL, &id.to_string(), &forged).await;
    tenant.commit().await.unwrap();
    let sealed = hex::encode(sealed.unwrap());
    let sql = format!("UPDATE audit SET detail = '\\x{sealed}' WHERE id = '{id}'");
    testing::as_owner(&options, "audit", &sql).await;
    assert_eq!(entries(&env, &house).await[1].state, AuditState::Broken);
    let checked = check(whole(&env, &house).await.as_bytes()).unwrap();
    assert_eq!((checked.lines, checked.broken_at), (1, Some(2)));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_long_audit_comes_in_pieces(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let house = written(&env, "Harbour", 1).await;
    let mut tenant = house.enter(&env).await;
    sqlx::query(
        "INSERT INTO audit (workspace_id, id, at, action)
         SELECT $1, gen_random_uuid(), now(), 'many' FROM generate_series(1, 999)",
    )
    .bind(house.workspace.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(link(&env).await.unwrap(), 999);
    let mut tenant = house.enter(&env).await;
    let first = export(&env, &mut tenant, None).await.unwrap();
    assert_eq!((first.csv.lines().count(), first.next), (501, Some(500)));
    let last = export(&env, &mut tenant, first.next).await.unwrap();
    assert_eq!((last.csv.lines().count(), last.next), (500, None));
    drop(tenant);
    let checked = check(whole(&env, &house).await.as_bytes()).unwrap();
    assert_eq!((checked.lines, checked.broken_at), (1000, None));
}
