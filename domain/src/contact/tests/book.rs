//! The book of contacts: whole pages in either order, found by what people know of them, read by indexes.

use super::*;
use crate::{Error, member, teams};
use postern_types::{
    BookOrder, BookPage, BookRequest, ContactForm, LabelId, MemberId, OwnedBy, SessionId,
};
use sqlx::Row as _;
use std::collections::BTreeSet;

/// Somebody who works in a workspace, with a live session.
pub(super) async fn join(shop: &Shop, name: &str, role: Role) -> (MemberId, SessionId) {
    let (account, session) = testing::person(&shop.env, name).await;
    let mut tenant = shop.env.db.operator(shop.one.workspace).await.unwrap();
    let member = member::add(&shop.env, &mut tenant, account, role)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    (member, session)
}

pub(super) async fn as_agent(shop: &Shop, session: SessionId) -> Tenant {
    let entered = shop
        .env
        .db
        .member(session, shop.one.workspace, Role::Agent)
        .await;
    entered.unwrap()
}

pub(super) fn form(name: &str, phone: &str) -> ContactForm {
    ContactForm {
        name: name.to_owned(),
        phone: phone.to_owned(),
        ..ContactForm::default()
    }
}

async fn label(shop: &Shop, name: &str) -> LabelId {
    let mut tenant = shop.enter().await;
    let id = label::make(&shop.env, &mut tenant, name, 1).await.unwrap();
    tenant.commit().await.unwrap();
    id
}

/// So many contacts, each of another second, whose names are in another order; the number of a hundred is one of them.
async fn crowd(shop: &Shop, options: &PgConnectOptions, many: i32) {
    let mut tenant = shop.enter().await;
    sqlx::query(
        "INSERT INTO contact (workspace_id, id, given_name, created_at)
         SELECT $1, gen_random_uuid(), 'Person ' || lpad(((n * 7919) % 100003)::text, 6, '0'),
                now() - make_interval(secs => n) FROM generate_series(1, $2) n",
    )
    .bind(shop.one.workspace.0)
    .bind(many)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    testing::as_owner(options, "contact", "ANALYZE contact").await;
}

async fn page(tenant: &mut Tenant, request: &BookRequest) -> BookPage {
    book(tenant, request).await.unwrap()
}

fn names(page: &BookPage) -> Vec<&str> {
    let rows = page.rows.iter();
    rows.map(|row| row.name.as_deref().unwrap_or_default())
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_follow_each_other_to_the_end_in_either_order_and_read_no_more_than_they_show(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    crowd(&shop, &options, 3_000).await;
    for order in [BookOrder::Name, BookOrder::Newest] {
        let mut request = BookRequest {
            order,
            ..BookRequest::default()
        };
        let (mut seen, mut last) = (BTreeSet::new(), None);
        for _ in 0..12 {
            let mut tenant = shop.enter().await;
            let before = scans(&mut tenant).await;
            let page = page(&mut tenant, &request).await;
            let read = read_since(&mut tenant, before).await;
            assert!(read <= 220, "{order:?}: {read} rows for a page");
            for row in &page.rows {
                assert!(seen.insert(row.id), "{order:?}: twice");
                let key = match order {
                    BookOrder::Name => row.name.clone().unwrap_or_default(),
                    BookOrder::Newest => format!("{:020}", i64::MAX - row.since.0),
                };
                assert!(last.as_ref().is_none_or(|last| *last <= key), "{order:?}");
                last = Some(key);
            }
            assert_eq!(page.rows.len(), 50);
            request.after = page.next;
        }
        assert_eq!(seen.len(), 600);
    }
    // The last page is the end.
    let request = BookRequest {
        after: Some(crate::page::word_key("person 100", uuid::Uuid::nil())),
        ..BookRequest::default()
    };
    let mut tenant = shop.enter().await;
    let rest = page(&mut tenant, &request).await;
    assert_eq!((rest.rows.len(), rest.next), (0, None));
    for rubbish in ["!", "MS4A"] {
        let request = BookRequest {
            after: Some(rubbish.to_owned()),
            ..BookRequest::default()
        };
        let refused = book(&mut tenant, &request).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "page", .. })));
    }
}

/// Rows that were read by an index since; none was by reading through the table.
async fn read_since(tenant: &mut Tenant, before: (i64, i64)) -> i64 {
    let now = scans(tenant).await;
    assert_eq!(now.0, before.0, "the table is never read through");
    now.1 - before.1
}

/// Rows of contacts that this connection has read: by reading through the table, and by an index.
async fn scans(tenant: &mut Tenant) -> (i64, i64) {
    let row = sqlx::query(
        "SELECT coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'contact'",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    (row.get(0), row.get(1))
}

#[sqlx::test(migrations = "../migrations")]
async fn an_owner_a_label_and_a_word_are_found_by_their_indexes_and_together(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options.clone()).await;
    crowd(&shop, &options, 3_000).await;
    let (vip, other) = (label(&shop, "VIP").await, label(&shop, "Other").await);
    let (bo, _) = join(&shop, "Bo", Role::Agent).await;
    let mut tenant = shop.enter().await;
    let mut ids = Vec::new();
    for (name, owner) in [
        ("Zoe Ader", Some(bo)),
        ("Ana Ader", None),
        ("Ben Ader", Some(bo)),
    ] {
        shop.clock.by(time::Duration::seconds(1));
        let asked = ContactForm {
            owner,
            email: format!("{}@ader.example", &name[..3].to_lowercase()),
            ..form(name, "")
        };
        ids.push(create(&shop.env, &mut tenant, &asked).await.unwrap());
    }
    for id in &ids[..2] {
        label::wear(&shop.env, &mut tenant, *id, vip, true)
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
    testing::as_owner(
        &options,
        "contact",
        "ANALYZE contact, contact_label, contact_term",
    )
    .await;

    let (any, name) = (OwnedBy::Anybody, BookOrder::Name);
    let all = ["Ana Ader", "Ben Ader", "Zoe Ader"];
    for (search, label, owner, order, expected) in [
        ("", Some(vip), any, name, &["Ana Ader", "Zoe Ader"][..]),
        (
            "",
            Some(vip),
            any,
            BookOrder::Newest,
            &["Ana Ader", "Zoe Ader"],
        ),
        ("", Some(other), any, name, &[]),
        ("", Some(vip), OwnedBy::Member(bo), name, &["Zoe Ader"]),
        ("", Some(vip), OwnedBy::Nobody, name, &["Ana Ader"]),
        (
            "",
            None,
            OwnedBy::Member(bo),
            name,
            &["Ben Ader", "Zoe Ader"],
        ),
        (
            "",
            None,
            OwnedBy::Member(bo),
            BookOrder::Newest,
            &["Ben Ader", "Zoe Ader"],
        ),
        ("ader", None, any, name, &all),
        (
            "ADER",
            None,
            any,
            BookOrder::Newest,
            &["Ben Ader", "Ana Ader", "Zoe Ader"],
        ),
        (
            "ader",
            None,
            OwnedBy::Member(bo),
            name,
            &["Ben Ader", "Zoe Ader"],
        ),
        ("ader", Some(vip), OwnedBy::Nobody, name, &["Ana Ader"]),
        ("ana@ader.example", None, any, name, &["Ana Ader"]),
        ("ben", None, any, name, &["Ben Ader"]),
        ("nobody is called so", None, any, name, &[]),
    ] {
        let request = BookRequest {
            search: search.to_owned(),
            label,
            owner,
            order,
            after: None,
        };
        let mut tenant = shop.enter().await;
        let before = scans(&mut tenant).await;
        let page = page(&mut tenant, &request).await;
        assert_eq!(names(&page), expected, "{request:?}");
        let read = read_since(&mut tenant, before).await;
        assert!(read <= 60, "{request:?}: {read} rows");
    }
    // And those of nobody, who are most.
    let request = BookRequest {
        owner: OwnedBy::Nobody,
        ..BookRequest::default()
    };
    let page = page(&mut shop.enter().await, &request).await;
    assert_eq!(page.rows.len(), 50);
    assert!(page.rows.iter().all(|row| row.owner.is_none()));
}

#[sqlx::test(migrations = "../migrations")]
async fn who_was_merged_is_in_no_list_and_another_workspace_sees_nobody(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let vip = label(&shop, "VIP").await;
    let mut tenant = shop.enter().await;
    let ana = create(&shop.env, &mut tenant, &form("Ana", "+4915123456789"))
        .await
        .unwrap();
    let twin = create(&shop.env, &mut tenant, &form("Ana", ""))
        .await
        .unwrap();
    label::wear(&shop.env, &mut tenant, twin, vip, true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    shop.merge(ana, twin).await.unwrap();

    let requests = [
        BookRequest::default(),
        BookRequest {
            order: BookOrder::Newest,
            ..BookRequest::default()
        },
        BookRequest {
            label: Some(vip),
            ..BookRequest::default()
        },
        BookRequest {
            search: "ana".into(),
            ..BookRequest::default()
        },
        BookRequest {
            search: "4915123".into(),
            ..BookRequest::default()
        },
    ];
    let other = testing::workspace(&shop.env, "Other", Role::Owner).await;
    for request in requests {
        let page_ours = page(&mut shop.enter().await, &request).await;
        let ids: Vec<_> = page_ours.rows.iter().map(|row| row.id).collect();
        assert_eq!(ids, [ana], "{request:?}");
        let theirs = page(&mut other.enter(&shop.env).await, &request).await;
        assert_eq!(theirs, BookPage::default(), "{request:?}");
    }
    let mut tenant = other.enter(&shop.env).await;
    assert!(matches!(
        whole(&shop.env, &mut tenant, ana).await,
        Err(Error::NotFound)
    ));
    // Who asks for the one that went finds the one that is left.
    let found = whole(&shop.env, &mut shop.enter().await, twin)
        .await
        .unwrap();
    assert_eq!((found.person.id, found.labels), (ana, vec![vip]));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_limited_agent_sees_whom_they_look_after_and_who_writes_to_them_and_adds_to_their_own(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let (bo, session) = join(&shop, "Bo", Role::Agent).await;
    let (env, vip) = (&shop.env, label(&shop, "VIP").await);
    let mut tenant = shop.enter().await;
    let theirs = ContactForm {
        owner: Some(bo),
        ..form("Theirs", "")
    };
    create(env, &mut tenant, &theirs).await.unwrap();
    let hidden = create(env, &mut tenant, &form("Hidden", "+4915123456789"))
        .await
        .unwrap();
    label::wear(env, &mut tenant, hidden, vip, true)
        .await
        .unwrap();
    teams::limit(env, &mut tenant, true).await.unwrap();
    tenant.commit().await.unwrap();

    let mut tenant = as_agent(&shop, session).await;
    for order in [BookOrder::Name, BookOrder::Newest] {
        let request = BookRequest {
            order,
            ..BookRequest::default()
        };
        assert_eq!(names(&page(&mut tenant, &request).await), ["Theirs"]);
    }
    for (search, label) in [("hidden", None), ("", Some(vip)), ("4915123", None)] {
        let request = BookRequest {
            search: search.to_owned(),
            label,
            ..BookRequest::default()
        };
        assert_eq!(page(&mut tenant, &request).await, BookPage::default());
    }
    let (own, _) = join(&shop, "Mia", Role::Agent).await;
    let asked = ContactForm {
        owner: Some(own),
        ..form("Mine", "+4915123456780")
    };
    let mine = create(env, &mut tenant, &asked).await.unwrap();
    let shown = whole(env, &mut tenant, mine).await.unwrap();
    assert_eq!(shown.owner, Some(bo), "or they would not see it");
    // Given away, it would be out of sight.
    let given = edit(env, &mut tenant, mine, &asked).await;
    assert!(
        matches!(given, Err(Error::Invalid { field: "owner", .. })),
        "{given:?}"
    );
    let note = note::add(env, &mut tenant, mine, "Called").await.unwrap();
    note::change(env, &mut tenant, note, "Called twice")
        .await
        .unwrap();
    // Who has the number is not told to whoever does not see them.
    tenant.mark().await.unwrap();
    let taken = create(env, &mut tenant, &form("Copy", "+4915123456789")).await;
    let Err(Error::Conflict(words)) = taken else {
        panic!("{taken:?}")
    };
    assert!(!words.contains("Hidden"), "{words}");
    tenant.undo().await.unwrap();
    for refused in [
        label::wear(env, &mut tenant, hidden, vip, false).await,
        edit(env, &mut tenant, hidden, &form("Mine", "")).await,
        note::add(env, &mut tenant, hidden, "x").await.map(drop),
        note::page(&mut tenant, hidden, None).await.map(drop),
        timeline(&mut tenant, hidden, None).await.map(drop),
        whole(env, &mut tenant, hidden).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
}
