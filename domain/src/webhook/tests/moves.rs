//! Numbers that change hands: people who move, and people who come after them.

use super::*;
use crate::testing::{
    meta::{FakeMeta, accepted},
    thread,
};
use sqlx::postgres::PgPoolOptions;

const OLD: &str = "4915112345";
const NEW: &str = "4915199999";
/// A new number that comes before the old one in every order of digits.
const EARLIER: &str = "4911100000";

fn moved(wamid: &str, at: i64) -> Value {
    json!({"from":OLD,"id":wamid,"timestamp":at.to_string(),"type":"system",
        "system":{"type":"user_changed_number","wa_id":NEW,"body":"Ana changed"}})
}

/// Each contact's number with the texts of its threads, by number.
async fn people(shop: &Shop) -> Vec<(Option<String>, Vec<String>)> {
    shop.threads()
        .await
        .into_iter()
        .map(|(row, messages)| {
            let texts = messages.iter().map(|message| match &message.content {
                postern_types::Content::Text { text } => text.clone(),
                postern_types::Content::Other { kind, .. } => kind.clone(),
            });
            (row.contact.phone, texts.collect())
        })
        .collect()
}

fn one(phone: Option<&str>, texts: &[&str]) -> (Option<String>, Vec<String>) {
    let phone = phone.map(|digits| format!("+{digits}"));
    (phone, texts.iter().map(|text| (*text).to_owned()).collect())
}

#[sqlx::test(migrations = "../migrations")]
async fn a_move_is_known_before_what_came_from_there_in_the_same_body(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text(OLD, "w1", "hi", at)])).await;
    let move_ = json!({"from":OLD,"id":"w2","timestamp":(at + 1).to_string(),"type":"system",
        "system":{"type":"user_changed_number","wa_id":EARLIER,"body":"Ana changed"}});
    shop.deliver(messages(&[text(EARLIER, "w3", "it is me", at + 2), move_]))
        .await;
    assert_eq!(
        people(&shop).await,
        [one(Some(EARLIER), &["hi", "system", "it is me"])]
    );
}

async fn found(shop: &Shop, search: &str) -> usize {
    let request = ListRequest {
        search: search.into(),
        ..ListRequest::default()
    };
    let page = crate::conversation::list(&mut shop.enter().await, &request).await;
    page.unwrap().rows.len()
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_changed_their_number_is_answered_at_the_new_one_and_the_old_one_is_a_strangers(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let meta = FakeMeta::start(|request| accepted(request.before)).await;
    let mut shop = shop(options).await;
    shop.env.meta.graph = meta.url.parse().unwrap();
    let at = recently(&shop.env);
    shop.deliver(messages(&[text(OLD, "w1", "hi", at)])).await;
    shop.deliver(messages(&[moved("w2", at + 1)])).await;
    assert_eq!(people(&shop).await, [one(Some(NEW), &["hi", "system"])]);
    assert_eq!((found(&shop, NEW).await, found(&shop, OLD).await), (1, 0));
    let conversation = shop.threads().await[0].0.id;
    thread::write(&shop.env, &shop.fixture, conversation, "reply").await;
    assert_eq!(thread::work(&shop.env).await, 1);
    assert_eq!(meta.seen()[0].body["to"], format!("+{NEW}"));
    // They write from the new number; somebody else got the old one.
    shop.deliver(messages(&[
        text(NEW, "w3", "me again", at + 2),
        text(OLD, "w4", "who are you?", at + 3),
    ]))
    .await;
    assert_eq!(
        people(&shop).await,
        [
            one(Some(OLD), &["who are you?"]),
            one(Some(NEW), &["hi", "system", "me again", "reply"])
        ]
    );
    assert_eq!(shop.count("contact_identity").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_move_that_each_of_our_numbers_is_told_of_moves_one_contact_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    testing::channel(&shop.env, &shop.fixture, "777").await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text(OLD, "w1", "hi", at)])).await;
    for (number, wamid) in [(NUMBER, "w2"), ("777", "w3")] {
        let body = body(&[change(number, "messages", &[moved(wamid, at + 1)])]);
        assert_eq!(shop.deliver(body).await.applied, 1);
    }
    assert_eq!(shop.count("contact").await, 1);
    assert_eq!(shop.count("contact_identity").await, 1);
    // Somebody of whom nothing was known is known by the new number.
    let other = json!({"from":"4915100000","id":"w4","type":"system",
        "system":{"type":"user_changed_number","wa_id":"4915100001"}});
    shop.deliver(messages(&[other])).await;
    assert_eq!(shop.count("contact").await, 2);
    assert_eq!(
        (
            found(&shop, "4915100001").await,
            found(&shop, "4915100000").await
        ),
        (1, 0)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn who_wrote_by_the_new_number_before_the_move_was_told_stays_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text(OLD, "w1", "hi", at)])).await;
    shop.deliver(messages(&[text(NEW, "w3", "me again", at + 2)]))
        .await;
    shop.deliver(messages(&[moved("w2", at + 1)])).await;
    assert_eq!(
        people(&shop).await,
        [one(None, &["hi"]), one(Some(NEW), &["system", "me again"])]
    );
    // The old number is nobody's.
    shop.deliver(messages(&[text(OLD, "w4", "who?", at + 3)]))
        .await;
    assert_eq!(shop.count("contact").await, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_that_somebody_had_before_goes_to_whoever_moves_to_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    shop.deliver(messages(&[text(NEW, "w0", "long ago", at - 86_400)]))
        .await;
    shop.deliver(messages(&[text(OLD, "w1", "hi", at)])).await;
    shop.deliver(messages(&[moved("w2", at + 1)])).await;
    shop.deliver(messages(&[text(NEW, "w3", "me", at + 2)]))
        .await;
    assert_eq!(
        people(&shop).await,
        [
            one(None, &["long ago"]),
            one(Some(NEW), &["hi", "system", "me"])
        ]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_id_of_metas_is_learnt_and_the_number_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let mut first = text(OLD, "w1", "hi", at);
    first["from_user_id"] = json!("DE.old");
    shop.deliver(messages(&[first])).await;
    let renamed = json!({"from":OLD,"from_user_id":"DE.old","id":"w2","timestamp":(at + 1).to_string(),
        "type":"system","system":{"type":"user_changed_user_id","user_id":"DE.new","wa_id":OLD}});
    shop.deliver(messages(&[renamed])).await;
    let mut second = text(OLD, "w3", "me", at + 2);
    second["from_user_id"] = json!("DE.new");
    shop.deliver(messages(&[second])).await;
    assert_eq!(
        people(&shop).await,
        [one(Some(OLD), &["hi", "system", "me"])]
    );
    assert_eq!(shop.count("contact").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_number_under_another_of_metas_ids_is_another_persons(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let wrote = |wamid: &str, phone: &str, bsuid: &str, words: &str, after: i64| {
        let mut message = text(phone, wamid, words, at + after);
        message["from_user_id"] = json!(bsuid);
        messages(&[message])
    };
    shop.deliver(wrote("w1", OLD, "DE.ana", "I am Ana", 0))
        .await;
    shop.deliver(wrote("w2", NEW, "DE.bo", "I am Bo", 1)).await;
    // Somebody new has Ana's number.
    shop.deliver(wrote("w3", OLD, "DE.cy", "I am Cy", 2)).await;
    assert_eq!(
        people(&shop).await,
        [
            one(None, &["I am Ana"]),
            one(Some(OLD), &["I am Cy"]),
            one(Some(NEW), &["I am Bo"])
        ]
    );
    // Ana is known by Meta's id, and gets Bo's number: she is answered there.
    shop.deliver(wrote("w4", NEW, "DE.ana", "Ana again", 3))
        .await;
    assert_eq!(
        people(&shop).await,
        [
            one(None, &["I am Bo"]),
            one(Some(OLD), &["I am Cy"]),
            one(Some(NEW), &["I am Ana", "Ana again"])
        ]
    );
    // Bo tells of a number that nobody had.
    shop.deliver(wrote("w5", "4915100000", "DE.bo", "Bo again", 4))
        .await;
    assert_eq!(
        people(&shop).await[0],
        one(Some("4915100000"), &["I am Bo", "Bo again"])
    );
    assert_eq!(shop.count("contact").await, 3);
    // In another account Meta's ids are others: they tell nothing.
    assert_eq!(found(&shop, OLD).await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_status_does_not_teach_a_contact_the_id_of_whoever_has_their_number_now(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let meta = FakeMeta::start(|request| accepted(request.before)).await;
    let mut shop = shop(options).await;
    shop.env.meta.graph = meta.url.parse().unwrap();
    let at = recently(&shop.env);
    let mut first = text(OLD, "w1", "I am Ana", at);
    first["from_user_id"] = json!("DE.ana");
    shop.deliver(messages(&[first])).await;
    let conversation = shop.threads().await[0].0.id;
    thread::write(&shop.env, &shop.fixture, conversation, "reply").await;
    assert_eq!(thread::work(&shop.env).await, 1);
    let status = json!({"id":"wamid.0","status":"delivered","timestamp":at.to_string(),
        "recipient_id":OLD,"recipient_user_id":"DE.cy"});
    shop.deliver(body(&[change(NUMBER, "statuses", &[status])]))
        .await;
    let mut second = text(OLD, "w2", "I am Cy", at + 1);
    second["from_user_id"] = json!("DE.cy");
    shop.deliver(messages(&[second])).await;
    assert_eq!(
        people(&shop).await,
        [
            one(None, &["I am Ana", "reply"]),
            one(Some(OLD), &["I am Cy"])
        ]
    );
}
