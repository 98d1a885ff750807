//! Contacts that members add and change: one number, one contact; a number that they wrote from stays theirs.

use super::{
    book::{form, join},
    *,
};
use crate::{Error, conversation};
use postern_types::{ContactForm, Event, Happened, Side as Beside};

async fn made(shop: &Shop, form: &ContactForm) -> crate::Result<ContactId> {
    let mut tenant = shop.enter().await;
    let id = create(&shop.env, &mut tenant, form).await?;
    tenant.commit().await?;
    Ok(id)
}

async fn changed(shop: &Shop, id: ContactId, form: &ContactForm) -> crate::Result<()> {
    let mut tenant = shop.enter().await;
    edit(&shop.env, &mut tenant, id, form).await?;
    tenant.commit().await
}

fn conflict<T: std::fmt::Debug>(done: crate::Result<T>) -> String {
    match done {
        Err(Error::Conflict(words)) => words.into_owned(),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_is_added_is_found_by_all_that_is_known_and_is_who_writes_from_that_number(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let mut cursor = crate::testing::end(&mut shop.enter().await).await;
    let asked = ContactForm {
        email: "Ana@Example.com".into(),
        owner: Some(shop.one.member),
        ..form(" Ana  García ", "+49 (0)1512 3456789")
    };
    let ana = made(&shop, &asked).await.unwrap();
    let mut tenant = shop.enter().await;
    let told = testing::feed(&mut tenant, &mut cursor).await;
    assert!(
        told.iter()
            .any(|told| matches!(told, Event::Side { what: Beside::Contact, id } if *id == ana.0)),
        "{told:?}"
    );
    for search in ["garc", "+49 1512", "ana@example.com", "3456789"] {
        let found = find(&mut tenant, search).await.unwrap();
        assert_eq!(found.len(), 1, "{search}");
    }
    let shown = whole(&shop.env, &mut tenant, ana).await.unwrap();
    assert_eq!(shown.phone.as_deref(), Some("+4915123456789"));
    assert_eq!(shown.email.as_deref(), Some("ana@example.com"));
    assert_eq!(shown.owner, Some(shop.one.member));
    drop(tenant);
    let heard = shop
        .hear(
            "100",
            "w1",
            &json!({"phone":"4915123456789","name":"ana g"}),
        )
        .await;
    assert_eq!(heard, ana);
    // What members call them stays.
    let mut tenant = shop.enter().await;
    let open = shop.open(ana).await;
    let row = conversation::row(&mut tenant, open).await.unwrap();
    assert_eq!(row.contact.name.as_deref(), Some("Ana  García"));
    let actions: Vec<String> = shop
        .ask("SELECT array_agg(action) FROM audit WHERE action LIKE 'contact.%'")
        .await;
    assert_eq!(actions, ["contact.created"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_has_one_contact_who_is_named_and_another_workspace_has_its_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    made(&shop, &form("Ana", "+5511987654321")).await.unwrap();
    // In the form that Brazil wrote it in before, too.
    for phone in ["+55 11 98765-4321", "+55 11 8765-4321"] {
        let words = conflict(made(&shop, &form("Copy", phone)).await);
        assert!(words.starts_with("Ana has this number"), "{words}");
    }
    let ben = made(&shop, &form("Ben", "")).await.unwrap();
    conflict(changed(&shop, ben, &form("Ben", "+5511987654321")).await);
    let other = testing::workspace(&shop.env, "Other", Role::Owner).await;
    let mut tenant = other.enter(&shop.env).await;
    create(&shop.env, &mut tenant, &form("Theirs", "+5511987654321"))
        .await
        .unwrap();
    // And does nothing to ours.
    let missing = edit(&shop.env, &mut tenant, ben, &form("Mine", "")).await;
    assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused_beside_its_field(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    let (gone, _) = join(&shop, "Gone", Role::Agent).await;
    let mut tenant = shop.enter().await;
    sqlx::query("UPDATE member SET removed_at = now() WHERE id = $1")
        .bind(gone.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    let plain = form("Ana", "");
    for (asked, field) in [
        (ContactForm::default(), "name"),
        (form("  ", " "), "name"),
        (form(&"x".repeat(81), ""), "name"),
        (form("two\nlines", ""), "name"),
        (form("Ana", "0151 2345678"), "phone"),
        (form("Ana", "+49 15"), "phone"),
        (form("Ana", &"9".repeat(10_000)), "phone"),
        (
            ContactForm {
                email: "ana@".into(),
                ..plain.clone()
            },
            "email",
        ),
        (
            ContactForm {
                email: format!("{}@example.com", "a".repeat(300)),
                ..plain.clone()
            },
            "email",
        ),
        (
            ContactForm {
                owner: Some(gone),
                ..plain.clone()
            },
            "owner",
        ),
    ] {
        let refused = create(&shop.env, &mut tenant, &asked).await;
        assert!(
            matches!(&refused, Err(Error::Invalid { field: at, .. }) if *at == field),
            "{field}: {refused:?}"
        );
    }
    let foreign = ContactForm {
        owner: Some(shop.env.id()),
        ..plain
    };
    let refused = create(&shop.env, &mut tenant, &foreign).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_that_was_mistyped_is_free_again_and_one_that_they_wrote_from_stays_theirs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = made(&shop, &form("Ana", "+4915123456780")).await.unwrap();
    changed(&shop, ana, &form("Ana", "+4915123456789"))
        .await
        .unwrap();
    made(&shop, &form("Ben", "+4915123456780")).await.unwrap();
    changed(&shop, ana, &form("Ana", "")).await.unwrap();
    changed(&shop, ana, &form("Ana", "+4915123456789"))
        .await
        .unwrap();

    let phone = json!({"phone":"4915123456789"});
    assert_eq!(shop.hear("100", "w1", &phone).await, ana);
    let words = conflict(changed(&shop, ana, &form("Ana", "")).await);
    assert!(words.contains("it stays"), "{words}");
    changed(&shop, ana, &form("Ana", "+12125550123"))
        .await
        .unwrap();
    assert_eq!(shop.hear("100", "w2", &phone).await, ana, "still theirs");
    let reply_to: Option<String> = shop.ask("SELECT reply_to FROM conversation").await;
    assert_eq!(
        reply_to.as_deref(),
        Some("4915123456789"),
        "they are answered where they wrote"
    );
    conflict(made(&shop, &form("Copy", "+4915123456789")).await);
    let shown = whole(&shop.env, &mut shop.enter().await, ana)
        .await
        .unwrap();
    assert_eq!(shown.phone.as_deref(), Some("+12125550123"));
    assert_eq!(shown.person.known_by.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_without_its_country_is_of_the_country_that_all_of_ours_are_of(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let mut tenant = shop.enter().await;
    for (phones, expected) in [
        ("'+49 151 23456780'", Some("+4915123456789")),
        (
            "CASE phone_number_id WHEN '100' THEN '+49 151 23456780' ELSE '+39 06 12345678' END",
            None,
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE channel SET phone = {phones}"
        )))
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.mark().await.unwrap();
        let made = create(&shop.env, &mut tenant, &form("Ana", "01512 3456789")).await;
        let phone = match made {
            Ok(id) => whole(&shop.env, &mut tenant, id).await.unwrap().phone,
            Err(Error::Invalid { field: "phone", .. }) => None,
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(phone.as_deref(), expected);
        tenant.undo().await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_timeline_tells_everything_once_in_pages_and_nothing_that_was_taken_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let phone = json!({"phone":"4915123456789"});
    let ana = shop.hear("100", "w0", &phone).await;
    for n in 1..60 {
        shop.clock.by(time::Duration::seconds(1));
        shop.hear(
            if n % 2 == 0 { "100" } else { "200" },
            &format!("w{n}"),
            &phone,
        )
        .await;
    }
    shop.clock.by(time::Duration::seconds(1));
    let mut tenant = shop.enter().await;
    note::add(&shop.env, &mut tenant, ana, "Likes oat milk")
        .await
        .unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "INSERT INTO task (workspace_id, id, contact_id, title, status, created_at, changed_at, ended_at)
             VALUES ('{0}', gen_random_uuid(), '{1}', 'Send offer', 'done', now() - interval '1 day', now(), now());
         INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
             VALUES ('{0}', '{1}', '{1}', 'x', '', now(), now());
         INSERT INTO portal_session VALUES ('{0}', '{1}', '{1}', now() - interval '2 days', now(), now(), NULL, '', '')",
        shop.one.workspace, ana
    )))
    .execute(tenant.conn())
    .await
    .unwrap();
    let first = timeline(&mut tenant, ana, None).await.unwrap();
    assert_eq!(first.entries.len(), 50);
    assert!(matches!(&first.entries[0].what, Happened::Noted(text) if text == "Likes oat milk"));
    let second = timeline(&mut tenant, ana, first.next.as_deref())
        .await
        .unwrap();
    assert_eq!(second.next, None);
    let all: Vec<_> = first.entries.iter().chain(&second.entries).collect();
    assert!(all.is_sorted_by(|a, b| a.at >= b.at));
    let many = |is: fn(&Happened) -> bool| all.iter().filter(|entry| is(&entry.what)).count();
    assert_eq!(many(|what| matches!(what, Happened::Heard(..))), 60);
    assert_eq!(many(|what| matches!(what, Happened::Task(..))), 1);
    assert_eq!(many(|what| matches!(what, Happened::TaskEnded(..))), 1);
    assert_eq!(many(|what| matches!(what, Happened::Visit)), 1);
    assert_eq!(many(|what| matches!(what, Happened::Began)), 1);
    assert_eq!(all.len(), 65);
    tenant.commit().await.unwrap();
    let other = testing::workspace(&shop.env, "Other", Role::Owner).await;
    let mut theirs = other.enter(&shop.env).await;
    let missing = timeline(&mut theirs, ana, None).await;
    assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
}
