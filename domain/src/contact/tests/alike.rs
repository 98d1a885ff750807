//! Who is found by what, who is suggested as one, and what is learnt late.

use super::*;
use crate::{channel::portfolio, payload::Person, testing::thread};
use postern_types::{IdKind, Why};
use time::Duration;

impl Shop {
    /// Those who look like the contact, and why.
    async fn alike(&self, contact: ContactId) -> Vec<(ContactId, Why)> {
        let conversation = self.open(contact).await;
        let person = person(&self.env, &mut self.enter().await, conversation)
            .await
            .unwrap();
        let alike = person.alike.into_iter();
        alike.map(|alike| (alike.contact.id, alike.why)).collect()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_in_its_other_form_is_no_second_contact(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop
        .hear("100", "w1", &json!({"phone":"5511987654321","name":"Ana"}))
        .await;
    assert_eq!(
        ana,
        shop.hear("100", "w2", &json!({"phone":"551187654321"}))
            .await
    );
    // Now both are known; and somebody else who has the number since is somebody else in either form.
    assert_eq!(
        ana,
        shop.hear("200", "w3", &json!({"phone":"5511987654321","id":"BR.ana"}))
            .await
    );
    let bo = shop
        .hear(
            "100",
            "w4",
            &json!({"phone":"551187654321","id":"BR.bo","name":"Bo"}),
        )
        .await;
    assert_ne!(ana, bo);
    assert_eq!(
        bo,
        shop.hear("100", "w5", &json!({"phone":"5511987654321","id":"BR.bo"}))
            .await
    );
    assert_eq!(shop.ask::<i64>("SELECT count(*) FROM contact").await, 2);
    assert_eq!(
        shop.ask::<i64>("SELECT count(*) FROM contact_suggestion")
            .await,
        0
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn contacts_are_suggested_as_one_by_their_ids_and_their_username_until_a_member_says_no(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let by_number = shop.hear("100", "w1", &json!({"phone":"4915112345"})).await;
    let by_id = shop
        .hear("100", "w2", &json!({"id":"DE.abc","username":"@ana"}))
        .await;
    assert_eq!(shop.alike(by_number).await, []);
    assert_eq!(
        by_number,
        shop.hear("100", "w3", &json!({"phone":"4915112345","id":"DE.abc"}))
            .await
    );
    assert_eq!(shop.alike(by_number).await, [(by_id, Why::Id)]);
    assert_eq!(shop.alike(by_id).await, [(by_number, Why::Id)]);
    // Linked portfolios have one id for a person; a username may be of somebody else, and is a suggestion.
    let named = shop
        .hear(
            "100",
            "w4",
            &json!({"id":"DE.x","username":"ana","parent":"DE.ENT.p"}),
        )
        .await;
    assert_eq!(shop.alike(named).await, [(by_id, Why::Username)]);
    let linked = shop
        .hear("100", "w5", &json!({"id":"DE.y","parent":"DE.ENT.p"}))
        .await;
    assert_eq!(shop.alike(linked).await, [(named, Why::Id)]);

    let mut tenant = shop.enter().await;
    dismiss(&shop.env, &mut tenant, by_number, by_id)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    shop.hear("100", "w6", &json!({"phone":"4915112345","id":"DE.abc"}))
        .await;
    assert_eq!(shop.alike(by_number).await, []);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_username_is_shown_and_found_and_a_members_name_comes_first(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop
        .hear("100", "w1", &json!({"id":"DE.abc","username":"@ana_1"}))
        .await;
    let shown = async || {
        let conversation = shop.open(ana).await;
        let mut tenant = shop.enter().await;
        let row = crate::conversation::row(&mut tenant, conversation)
            .await
            .unwrap();
        let found = |search: &'static str| search;
        let mut hits = Vec::new();
        for search in ["ana", "Anita", "Schmidt"].map(found) {
            hits.push(find(&mut tenant, search).await.unwrap().len());
        }
        (row.contact.name.unwrap(), hits)
    };
    assert_eq!(shown().await, ("@ana_1".to_owned(), vec![1, 0, 0]));
    shop.hear(
        "100",
        "w2",
        &json!({"id":"DE.abc","username":"@ana_1","name":"Anita"}),
    )
    .await;
    assert_eq!(shown().await, ("Anita".to_owned(), vec![1, 1, 0]));
    let mut tenant = shop.enter().await;
    rename(&shop.env, &mut tenant, ana, " Frau Schmidt\0 ")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    // What they call themselves since is kept behind it.
    shop.hear("100", "w3", &json!({"id":"DE.abc","name":"Ani"}))
        .await;
    assert_eq!(shown().await, ("Frau Schmidt".to_owned(), vec![1, 0, 1]));
    let conversation = shop.open(ana).await;
    let view = person(&shop.env, &mut shop.enter().await, conversation)
        .await
        .unwrap();
    assert_eq!(
        (view.name.as_deref(), view.username.as_deref()),
        (Some("Ani"), Some("@ana_1"))
    );
    let mut tenant = shop.enter().await;
    for wrong in ["a\nb", &"x".repeat(81)] {
        assert!(matches!(
            rename(&shop.env, &mut tenant, ana, wrong).await,
            Err(crate::Error::Invalid { .. })
        ));
    }
    rename(&shop.env, &mut tenant, ana, "").await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(shown().await.0, "Ani");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_id_that_meta_made_anew_is_theirs_and_the_old_one_is_written_to_no_more(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop.hear("100", "w1", &json!({"id":"DE.zzz"})).await;
    let id = |id: &str| Person {
        bsuid: Some(id.to_owned()),
        ..Person::default()
    };
    let mut tenant = shop.enter().await;
    let now = shop.env.now();
    let moved = moved(
        &shop.env,
        &mut tenant,
        "waba-1",
        &id("DE.zzz"),
        &id("DE.aaa"),
        now,
    )
    .await;
    assert_eq!(moved.unwrap(), ana);
    tenant.commit().await.unwrap();
    assert_eq!(ana, shop.hear("100", "w2", &json!({"id":"DE.aaa"})).await);
    let conversation = shop.open(ana).await;
    let known_by = person(&shop.env, &mut shop.enter().await, conversation)
        .await
        .unwrap()
        .known_by;
    let known_by: Vec<_> = known_by
        .iter()
        .map(|id| (id.kind, id.value.as_str(), id.ended))
        .collect();
    assert_eq!(
        known_by,
        [
            (IdKind::Bsuid, "DE.aaa", false),
            (IdKind::Bsuid, "DE.zzz", true)
        ]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn accounts_of_one_portfolio_know_people_by_one_id(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    let account = "UPDATE channel SET account_id = 'waba-2' WHERE phone_number_id = '200'";
    testing::as_owner(&options, "channel", account).await;
    let ana = shop.hear("100", "w1", &json!({"id":"DE.abc"})).await;
    let here = shop
        .hear("100", "w2", &json!({"id":"DE.xyz","phone":"4915100001"}))
        .await;
    // Another account: as far as is known another portfolio, where the id may be anybody's.
    let other = shop.hear("200", "w3", &json!({"id":"DE.abc"})).await;
    assert_ne!(ana, other);
    let mut tenant = shop.enter().await;
    portfolio::learn(&mut tenant, "waba-1", "9000")
        .await
        .unwrap();
    // As `account_update` tells it; what is none changes nothing.
    for told in [
        json!({"waba_info":{"waba_id":"waba-2","owner_business_id":"9000"}}),
        json!({"waba_info":{"waba_id":"waba-2","owner_business_id":"9".repeat(65)}}),
        json!({"waba_info":{"waba_id":7}}),
        json!({"waba_info":[]}),
        json!(null),
    ] {
        portfolio::heard(&mut tenant, "waba-2", &told)
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
    assert_eq!(here, shop.hear("200", "w4", &json!({"id":"DE.xyz"})).await);
    assert_eq!(shop.alike(ana).await, [(other, Why::Id)]);
    assert_eq!(ana, shop.hear("200", "w5", &json!({"id":"DE.abc"})).await);
    let scopes: Vec<String> = shop
        .ask("SELECT array_agg(scope ORDER BY scope) FROM contact_identity WHERE kind = 'bsuid'")
        .await;
    assert_eq!(
        scopes,
        ["9000", "9000", "waba-2"],
        "what another one has stays where it was learnt"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_conversation_begins_with_the_window_that_is_open(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop.hear("100", "w1", &json!({"phone":"4915112345"})).await;
    let first = shop.open(ana).await;
    let mut tenant = shop.enter().await;
    crate::conversation::close(&shop.env, &mut tenant, first)
        .await
        .unwrap();
    let until = crate::conversation::row(&mut tenant, first)
        .await
        .unwrap()
        .window_until;
    // As a template opens one.
    let (nobody, now) = (Person::default(), shop.env.now());
    inbound::open_conversation(&shop.env, &mut tenant, shop.channel, ana, &nobody, now)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let second = shop.open(ana).await;
    assert_ne!(first, second);
    let row = crate::conversation::row(&mut shop.enter().await, second)
        .await
        .unwrap();
    assert_eq!(row.window_until, until);
    // They write in the second; the first, brought back, knows of it.
    shop.clock.by(Duration::hours(2));
    shop.hear("100", "w2", &json!({"phone":"4915112345"})).await;
    let mut tenant = shop.enter().await;
    crate::conversation::close(&shop.env, &mut tenant, second)
        .await
        .unwrap();
    let row = crate::conversation::reopen(&shop.env, &mut tenant, first)
        .await
        .unwrap();
    assert!(row.window_until > until);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_has_two_numbers_is_answered_where_they_wrote(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let fake =
        testing::meta::FakeMeta::start(|request| testing::meta::accepted(request.before)).await;
    let mut shop = shop(options).await;
    shop.env.meta.graph = fake.url.parse().unwrap();
    let home = shop
        .hear("100", "w1", &json!({"phone":"4915112345","name":"Ana"}))
        .await;
    shop.clock.by(Duration::minutes(1));
    let work = shop.hear("100", "w2", &json!({"phone":"4930123456"})).await;
    shop.merge(home, work).await.unwrap();
    let open = shop.open(home).await;
    let to = async |text: &str| {
        thread::write(&shop.env, &shop.one, open, text).await;
        thread::work(&shop.env).await;
        fake.seen().pop().unwrap().body["to"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(to("to work").await.ends_with("4930123456"));
    shop.hear("100", "w3", &json!({"phone":"4915112345"})).await;
    assert!(to("to home").await.ends_with("4915112345"));
}
