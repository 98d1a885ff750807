//! Labels, fields and notes: who may say what there is, what is told of it, and that another workspace has its own.

use super::{
    book::{as_agent, form, join},
    *,
};
use crate::{Error, conversation};
use postern_types::{ContactForm, Event, FieldKind, LabelView, ListRequest};

async fn contact(shop: &Shop) -> ContactId {
    let mut tenant = shop.enter().await;
    let id = create(&shop.env, &mut tenant, &form("Ana", "+4915123456789"))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    id
}

fn field_of<T: std::fmt::Debug>(done: crate::Result<T>) -> &'static str {
    match done {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_label_on_a_conversation_is_in_its_row_at_once_and_again_with_the_next_message(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop
        .hear("100", "w1", &json!({"phone":"4915123456789"}))
        .await;
    let open = shop.open(ana).await;
    let mut tenant = shop.enter().await;
    let vip = label::make(&shop.env, &mut tenant, " VIP ", 3)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut cursor = crate::testing::end(&mut shop.enter().await).await;
    let mut tenant = shop.enter().await;
    let before = conversation::row(&mut tenant, open).await.unwrap();
    let row = label::wear_in(&shop.env, &mut tenant, open, vip, true)
        .await
        .unwrap();
    assert_eq!(row.labels, [vip]);
    assert!(row.rev > before.rev, "a newer row");
    // Once more changes nothing.
    let again = label::wear_in(&shop.env, &mut tenant, open, vip, true)
        .await
        .unwrap();
    assert_eq!(again, row);
    tenant.commit().await.unwrap();
    shop.hear("100", "w2", &json!({"phone":"4915123456789"}))
        .await;
    let mut tenant = shop.enter().await;
    let told: Vec<_> = testing::feed(&mut tenant, &mut cursor)
        .await
        .into_iter()
        .filter_map(|told| match told {
            Event::Conversation { conversation } | Event::Message { conversation, .. } => {
                Some(conversation.labels)
            }
            _ => None,
        })
        // What was told before; under other tests' load the feed ends a little earlier.
        .skip_while(|labels: &Vec<_>| labels.is_empty())
        .collect();
    assert_eq!(told, [vec![vip], vec![vip]]);
    let snapshot = conversation::snapshot(&shop.env, &mut tenant, &ListRequest::default())
        .await
        .unwrap();
    assert_eq!(snapshot.page.rows[0].labels, [vip]);
    assert_eq!(
        snapshot.labels,
        [LabelView {
            id: vip,
            name: "VIP".into(),
            tone: 3
        }]
    );
    for (search, found) in [("#vip", 1), ("#v", 1), ("# VIP", 1), ("#other", 0)] {
        let request = ListRequest {
            search: search.to_owned(),
            ..ListRequest::default()
        };
        let page = conversation::list(&mut tenant, &request).await.unwrap();
        assert_eq!(page.rows.len(), found, "{search}");
    }
    let off = label::wear_in(&shop.env, &mut tenant, open, vip, false)
        .await
        .unwrap();
    assert!(off.labels.is_empty());
    // By their contact's label they are found as well.
    label::wear(&shop.env, &mut tenant, ana, vip, true)
        .await
        .unwrap();
    let request = ListRequest {
        search: "#vip".to_owned(),
        ..ListRequest::default()
    };
    let page = conversation::list(&mut tenant, &request).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    label::delete(&shop.env, &mut tenant, vip).await.unwrap();
    let page = conversation::list(&mut tenant, &request).await.unwrap();
    assert_eq!(page.rows.len(), 0, "nothing wears it any more");
    assert!(label::all(&mut tenant).await.unwrap().is_empty());
    let gone = label::wear(&shop.env, &mut tenant, ana, vip, true).await;
    assert!(matches!(gone, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn agents_make_labels_and_managers_say_which_labels_and_fields_there_are(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (_, session) = join(&shop, "Bo", Role::Agent).await;
    let ana = contact(&shop).await;
    let env = &shop.env;
    let mut agent = as_agent(&shop, session).await;
    let vip = label::make(env, &mut agent, "VIP", 0).await.unwrap();
    agent.commit().await.unwrap();
    let mut agent = as_agent(&shop, session).await;
    for (name, tone, field) in [
        ("vip", 0, None),
        ("", 0, Some("label_name")),
        ("two\nlines", 0, Some("label_name")),
        (&"x".repeat(41), 0, Some("label_name")),
        ("Red", 10, Some("label_tone")),
    ] {
        agent.mark().await.unwrap();
        let refused = label::make(env, &mut agent, name, tone).await;
        assert_eq!(field_of(refused), field.unwrap_or("label_name"), "{name}");
        agent.undo().await.unwrap();
    }
    for refused in [
        label::change(env, &mut agent, vip, "Mine", 0).await,
        label::delete(env, &mut agent, vip).await,
        field::make(env, &mut agent, "Plan", FieldKind::Text, &[])
            .await
            .map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    }
    let mut owner = shop.enter().await;
    label::change(env, &mut owner, vip, "Gold", 4)
        .await
        .unwrap();
    let choices = ["Free".to_owned(), "Gold".to_owned()];
    let plan = field::make(env, &mut owner, "Plan", FieldKind::Choice, &choices)
        .await
        .unwrap();
    let day = field::make(env, &mut owner, "Birthday", FieldKind::Date, &choices)
        .await
        .unwrap();
    owner.mark().await.unwrap();
    let twice = field::make(env, &mut owner, "plan", FieldKind::Text, &[]).await;
    assert_eq!(field_of(twice), "field_name");
    owner.undo().await.unwrap();
    let nothing = field::make(env, &mut owner, "Size", FieldKind::Choice, &[]).await;
    assert_eq!(field_of(nothing), "field_choices");
    owner.commit().await.unwrap();

    let mut agent = as_agent(&shop, session).await;
    assert_eq!(
        field_of(field::set(env, &mut agent, ana, plan, "Silver").await),
        "value"
    );
    assert_eq!(
        field_of(field::set(env, &mut agent, ana, day, "soon").await),
        "value"
    );
    field::set(env, &mut agent, ana, plan, "Gold")
        .await
        .unwrap();
    field::set(env, &mut agent, ana, day, "1990-02-28")
        .await
        .unwrap();
    field::set(env, &mut agent, ana, day, " ").await.unwrap();
    let values = whole(env, &mut agent, ana).await.unwrap().values;
    assert_eq!(values.len(), 1);
    assert_eq!((values[0].field, values[0].value.as_str()), (plan, "Gold"));
    agent.commit().await.unwrap();

    let mut owner = shop.enter().await;
    // What stands there stays, though it is no choice any more.
    field::change(env, &mut owner, plan, "Tariff", &["Free".to_owned()])
        .await
        .unwrap();
    assert_eq!(whole(env, &mut owner, ana).await.unwrap().values.len(), 1);
    field::delete(env, &mut owner, plan).await.unwrap();
    assert!(whole(env, &mut owner, ana).await.unwrap().values.is_empty());
    let gone = field::set(env, &mut owner, ana, plan, "Free").await;
    assert!(matches!(gone, Err(Error::NotFound)));
    let left: Vec<_> = field::all(&mut owner)
        .await
        .unwrap()
        .into_iter()
        .map(|field| field.name)
        .collect();
    assert_eq!(left, ["Birthday"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_note_is_its_authors_and_managers_may_delete_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (bo, session) = join(&shop, "Bo", Role::Agent).await;
    let (_, other) = join(&shop, "Cy", Role::Agent).await;
    let ana = contact(&shop).await;
    let env = &shop.env;
    let mut tenant = as_agent(&shop, session).await;
    for body in ["", " \n ", &"x".repeat(4_001)] {
        assert_eq!(
            field_of(note::add(env, &mut tenant, ana, body).await),
            "note"
        );
    }
    let note = note::add(env, &mut tenant, ana, " Likes\noat milk ")
        .await
        .unwrap();
    note::change(env, &mut tenant, note, "Likes oat milk, and tea")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = as_agent(&shop, other).await;
    for refused in [
        note::change(env, &mut tenant, note, "Mine").await,
        note::delete(env, &mut tenant, note).await,
    ] {
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    }
    let page = note::page(&mut tenant, ana, None).await.unwrap();
    assert_eq!(page.notes.len(), 1);
    assert_eq!(page.notes[0].body, "Likes oat milk, and tea");
    assert_eq!(page.notes[0].author, Some(bo));
    assert!(page.notes[0].edited.is_some());
    drop(tenant);
    // The owner of the workspace is no author of it.
    let mut tenant = shop.enter().await;
    let refused = note::change(env, &mut tenant, note, "Mine").await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    note::delete(env, &mut tenant, note).await.unwrap();
    for n in 0..51 {
        shop.clock.by(time::Duration::seconds(1));
        note::add(env, &mut tenant, ana, &format!("note {n}"))
            .await
            .unwrap();
    }
    let first = note::page(&mut tenant, ana, None).await.unwrap();
    let rest = note::page(&mut tenant, ana, first.next.as_deref())
        .await
        .unwrap();
    assert_eq!(
        (first.notes.len(), rest.notes.len(), rest.next),
        (50, 1, None)
    );
    assert_eq!(rest.notes[0].body, "note 0");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_neither_sees_nor_changes_what_is_worn_and_noted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let env = &shop.env;
    let heard = shop
        .hear("100", "w1", &json!({"phone":"4915123456780"}))
        .await;
    let (ana, open) = (contact(&shop).await, shop.open(heard).await);
    let mut tenant = shop.enter().await;
    let vip = label::make(env, &mut tenant, "VIP", 0).await.unwrap();
    let plan = field::make(env, &mut tenant, "Plan", FieldKind::Text, &[])
        .await
        .unwrap();
    let note = note::add(env, &mut tenant, ana, "x").await.unwrap();
    tenant.commit().await.unwrap();
    let other = testing::workspace(env, "Other", Role::Owner).await;
    let mut theirs = other.enter(env).await;
    let own = create(env, &mut theirs, &form("Own", "")).await.unwrap();
    assert!(label::all(&mut theirs).await.unwrap().is_empty());
    assert!(field::all(&mut theirs).await.unwrap().is_empty());
    for missing in [
        label::change(env, &mut theirs, vip, "Mine", 0).await,
        label::delete(env, &mut theirs, vip).await,
        label::wear(env, &mut theirs, ana, vip, true).await,
        label::wear(env, &mut theirs, own, vip, true).await,
        label::wear_in(env, &mut theirs, open, vip, true)
            .await
            .map(drop),
        field::change(env, &mut theirs, plan, "Mine", &[]).await,
        field::delete(env, &mut theirs, plan).await,
        field::set(env, &mut theirs, ana, plan, "x").await,
        field::set(env, &mut theirs, own, plan, "x").await,
        note::add(env, &mut theirs, ana, "x").await.map(drop),
        note::change(env, &mut theirs, note, "y").await,
        note::delete(env, &mut theirs, note).await,
        note::page(&mut theirs, ana, None).await.map(drop),
        edit(env, &mut theirs, ana, &ContactForm::default()).await,
    ] {
        assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
    }
    // The same names are free there.
    label::make(env, &mut theirs, "VIP", 0).await.unwrap();
    field::make(env, &mut theirs, "Plan", FieldKind::Text, &[])
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn fields_stand_in_the_order_that_managers_give_them_and_a_contacts_page_obeys(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (_, session) = join(&shop, "Bo", Role::Agent).await;
    let ana = contact(&shop).await;
    let env = &shop.env;
    let mut owner = shop.enter().await;
    let mut fields = Vec::new();
    for name in ["One", "Two", "Gone", "Three"] {
        let id = field::make(env, &mut owner, name, FieldKind::Text, &[])
            .await
            .unwrap();
        field::set(env, &mut owner, ana, id, name).await.unwrap();
        fields.push(id);
    }
    let [one, two, gone, three] = fields[..] else {
        panic!("four")
    };
    field::delete(env, &mut owner, gone).await.unwrap();
    // Past one that was deleted; not past the first, nor past the last.
    for (id, up, order) in [
        (three, true, ["One", "Three", "Two"]),
        (three, true, ["Three", "One", "Two"]),
        (three, true, ["Three", "One", "Two"]),
        (one, false, ["Three", "Two", "One"]),
        (one, false, ["Three", "Two", "One"]),
        (two, true, ["Two", "Three", "One"]),
    ] {
        field::shift(env, &mut owner, id, up).await.unwrap();
        let all = field::all(&mut owner).await.unwrap();
        let names: Vec<_> = all.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, order);
    }
    let values = whole(env, &mut owner, ana).await.unwrap().values;
    let values: Vec<_> = values.iter().map(|value| value.value.as_str()).collect();
    assert_eq!(values, ["Two", "Three", "One"]);
    let last = field::make(env, &mut owner, "Last", FieldKind::Text, &[])
        .await
        .unwrap();
    assert_eq!(
        field::all(&mut owner).await.unwrap().last().unwrap().id,
        last
    );
    let missing = field::shift(env, &mut owner, gone, true).await;
    assert!(matches!(missing, Err(Error::NotFound)));
    let moved: i64 = sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'field.moved'")
        .fetch_one(owner.conn())
        .await
        .unwrap();
    assert_eq!(moved, 4, "each that moved one");
    owner.commit().await.unwrap();
    let mut agent = as_agent(&shop, session).await;
    let refused = field::shift(env, &mut agent, one, true).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    drop(agent);
    let other = testing::workspace(env, "Other", Role::Owner).await;
    let mut stranger = other.enter(env).await;
    let missing = field::shift(env, &mut stranger, one, true).await;
    assert!(matches!(missing, Err(Error::NotFound)));
}
