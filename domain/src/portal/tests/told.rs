//! A contact who has lost the PIN, and the page before it.

use super::*;
use crate::{job, member};

async fn email(h: &House, session: postern_types::SessionId) -> String {
    let mut global = h.env.db.global().await.unwrap();
    sqlx::query_scalar(
        "SELECT a.email FROM session s JOIN account a ON a.id = s.account_id WHERE s.id = $1",
    )
    .bind(session.0)
    .fetch_one(global.conn())
    .await
    .unwrap()
}

/// Does what was promised.
async fn work(h: &House) {
    loop {
        let claims = job::claim(&h.env, 10, job::LEASE).await.unwrap();
        if claims.is_empty() {
            return;
        }
        for claim in claims {
            job::run(&h.env, claim).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_looks_after_a_contact_is_told_that_they_ask_for_a_pin_once_in_a_quarter_of_an_hour(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let browser = testing::browser(&h.env);
    let way = find(&h.env, token(&made), browser.address).await.unwrap();
    ask_for_pin(&h.env, &way, &browser).await.unwrap();
    let again = ask_for_pin(&h.env, &way, &testing::browser(&h.env)).await;
    assert!(matches!(again, Err(Error::TooMany { .. })), "{again:?}");
    work(&h).await;
    let author = email(&h, h.owner.session).await;
    let letters = testing::letters(&h.env, &author).await;
    assert_eq!(
        letters.len(),
        1,
        "nobody looks after them: who made the link"
    );
    let text = &letters[0].text;
    assert!(text.contains(&format!(
        "https://inbox.example.test/contacts/{}#portal",
        h.contact
    )));
    assert!(!text.contains(&made.pin) && !text.contains(token(&made)) && !text.contains("Amira"));

    let (account, session) = testing::person(&h.env, "Bo").await;
    let mut tenant = h.env.db.operator(h.owner.workspace).await.unwrap();
    let bo = member::add(&h.env, &mut tenant, account, Role::Agent)
        .await
        .unwrap();
    sqlx::query("UPDATE contact SET owner_id = $2 WHERE id = $1")
        .bind(h.contact.0)
        .bind(bo.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.clock.by(Duration::minutes(16));
    ask_for_pin(&h.env, &way, &browser).await.unwrap();
    work(&h).await;
    let his = email(&h, session).await;
    assert_eq!(testing::letters(&h.env, &his).await.len(), 1);
    assert_eq!(testing::letters(&h.env, &author).await.len(), 1);
    let mut tenant = h.owner.enter(&h.env).await;
    let links = list(&h.env, &mut tenant, h.contact).await.unwrap();
    assert!(links[0].asked.is_some());
    drop(tenant);
    assert_eq!(
        came(h.enters(&made, &made.pin).await),
        Came::In,
        "as it was"
    );
    h.new_pin(&made).await;
    let mut tenant = h.owner.enter(&h.env).await;
    let links = list(&h.env, &mut tenant, h.contact).await.unwrap();
    assert!(links[0].asked.is_none(), "it was answered");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn before_the_pin_a_workspace_shows_its_name_and_its_look(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let way = find(&h.env, token(&made), testing::browser(&h.env).address)
        .await
        .unwrap();
    let shown = face(&h.env, &way).await.unwrap();
    assert_eq!(
        shown,
        Face {
            name: "Harbour".to_owned(),
            tone: None,
            logo: None
        }
    );
    h.revoke(&made).await;
    let gone = face(&h.env, &way).await;
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
}
