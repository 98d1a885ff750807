//! The list and its counts, narrowed to what wears labels.

use super::{Town, assign, close, list, names, town};
use crate::{
    Error,
    contact::label::{self, make},
    conversation::{counts, row},
    testing,
};
use postern_types::{ConversationState, InboxView, LabelId, ListRequest};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

fn of(labels: &[LabelId]) -> ListRequest {
    ListRequest {
        view: InboxView::All,
        labels: labels.to_vec(),
        ..ListRequest::default()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_list_and_its_counts_show_what_wears_every_label_itself_or_by_its_contact(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env,
        one,
        other,
        channel,
    } = town(options).await;
    let mut talks = Vec::new();
    for (nth, name) in ["Amira", "Bento", "Citra", "Dana"].iter().enumerate() {
        let ago = Duration::minutes(i64::try_from(nth).unwrap() + 1);
        talks.push(testing::conversation(&env, &one, channel, name, ago).await);
    }
    let [amira, bento, citra, _] = talks[..] else {
        panic!("four")
    };
    let mut tenant = one.enter(&env).await;
    let vip = make(&env, &mut tenant, "VIP", 1).await.unwrap();
    let late = make(&env, &mut tenant, "Late", 2).await.unwrap();
    // Amira's conversation, Bento's contact, and of Citra one each.
    label::wear_in(&env, &mut tenant, amira, vip, true)
        .await
        .unwrap();
    let contact = row(&mut tenant, bento).await.unwrap().contact.id;
    label::wear(&env, &mut tenant, contact, vip, true)
        .await
        .unwrap();
    let contact = row(&mut tenant, citra).await.unwrap().contact.id;
    label::wear(&env, &mut tenant, contact, vip, true)
        .await
        .unwrap();
    label::wear_in(&env, &mut tenant, citra, late, true)
        .await
        .unwrap();
    assign(&env, &mut tenant, bento, Some(one.member))
        .await
        .unwrap();
    sqlx::query("UPDATE conversation SET unread = 1")
        .execute(tenant.conn())
        .await
        .unwrap();

    for (labels, found) in [
        (&[vip][..], &["Amira", "Bento", "Citra"][..]),
        (&[late], &["Citra"]),
        // Each one more shows less; twice the same is once.
        (&[vip, late], &["Citra"]),
        (&[vip, vip], &["Amira", "Bento", "Citra"]),
    ] {
        let page = list(&mut tenant, &of(labels)).await.unwrap();
        assert_eq!(names(&page.rows), found);
        let many = i32::try_from(found.len()).unwrap();
        let mine = i32::from(found.contains(&"Bento"));
        let counted = counts(&env, &mut tenant, labels).await.unwrap();
        let counted = (counted.all, counted.mine, counted.unassigned);
        assert_eq!(counted, (many, mine, many - mine));
    }
    for (view, found) in [
        (InboxView::Mine, &["Bento"][..]),
        (InboxView::Unassigned, &["Amira", "Citra"]),
        (InboxView::Teams, &[]),
        // The shortest time first.
        (InboxView::Closing, &["Citra", "Bento", "Amira"]),
    ] {
        let request = crate::conversation::from_now(&env, &ListRequest { view, ..of(&[vip]) });
        let page = list(&mut tenant, &request).await.unwrap();
        assert_eq!(names(&page.rows), found, "{view:?}");
    }
    // A search is narrowed as well.
    for (search, found) in [("bento", 1), ("dana", 0), ("#late", 1), ("#v", 3)] {
        let request = ListRequest {
            search: search.into(),
            ..of(&[vip])
        };
        let page = list(&mut tenant, &request).await.unwrap();
        assert_eq!(page.rows.len(), found, "{search}");
    }
    close(&env, &mut tenant, amira).await.unwrap();
    let closed = ListRequest {
        state: ConversationState::Closed,
        ..of(&[vip])
    };
    let page = list(&mut tenant, &closed).await.unwrap();
    assert_eq!(names(&page.rows), ["Amira"]);
    // What is no label any more, nothing wears.
    label::delete(&env, &mut tenant, late).await.unwrap();
    let page = list(&mut tenant, &of(&[vip, late])).await.unwrap();
    assert!(page.rows.is_empty());
    assert_eq!(counts(&env, &mut tenant, &[late]).await.unwrap().all, 0);
    let many: Vec<LabelId> = (0..21).map(|_| env.id()).collect();
    let refused = list(&mut tenant, &of(&many)).await;
    assert!(matches!(
        refused,
        Err(Error::Invalid {
            field: "labels",
            ..
        })
    ));
    tenant.commit().await.unwrap();

    let mut stranger = other.enter(&env).await;
    let page = list(&mut stranger, &of(&[vip])).await.unwrap();
    assert!(page.rows.is_empty());
    assert_eq!(counts(&env, &mut stranger, &[vip]).await.unwrap().all, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_many_wear_is_read_page_by_page_without_a_gap_or_a_double(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env, one, channel, ..
    } = town(options).await;
    let mut tenant = one.enter(&env).await;
    let vip = make(&env, &mut tenant, "VIP", 1).await.unwrap();
    // More wear it than are looked through one by one: every other one.
    for sql in [
        "INSERT INTO contact (workspace_id, id, name, created_at)
         SELECT $1, md5('p' || n)::uuid, 'P ' || n, now() FROM generate_series(1, 4100) n WHERE ($2, $3) IS NOT NULL",
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at, heard_at, assignee_id)
         SELECT $1, md5('c' || n)::uuid, md5('p' || n)::uuid, $2, 'open', now() - make_interval(secs => n), now(),
                now() - make_interval(secs => n), CASE WHEN n % 4 = 0 THEN $4 END
           FROM generate_series(1, 4100) n WHERE $3 IS NOT NULL",
        "INSERT INTO contact_label (workspace_id, contact_id, label_id)
         SELECT $1, md5('p' || n)::uuid, $3 FROM generate_series(2, 4100, 2) n WHERE $2 IS NOT NULL",
    ] {
        sqlx::query(sql)
            .bind(one.workspace.0)
            .bind(channel.0)
            .bind(vip.0)
            .bind(one.member.0)
            .execute(tenant.conn())
            .await
            .unwrap();
    }
    for (view, all) in [
        (InboxView::All, 2050),
        (InboxView::Mine, 1025),
        (InboxView::Unassigned, 1025),
        (InboxView::Closing, 2050),
    ] {
        let mut request = crate::conversation::from_now(&env, &ListRequest { view, ..of(&[vip]) });
        let mut seen = Vec::new();
        loop {
            let page = list(&mut tenant, &request).await.unwrap();
            assert!(page.rows.len() <= 40);
            seen.extend(page.rows.iter().map(|row| row.id));
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), all, "{view:?}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all, "{view:?}");
    }
}
