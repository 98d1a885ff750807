//! Two contacts made one and parted again: nothing is lost, nothing is doubled, and undoing is exact.

use super::*;
use crate::{Error, conversation, event};
use postern_types::{Event, MergeId};
use time::Duration;

/// All that a merge may touch, but for how often it changed.
const STATE: [&str; 4] = [
    "SELECT coalesce(jsonb_agg(jsonb_build_array(id, given_name, name, username, phone, merged_into,
                                                 marketing_stopped_at, marketing_told_at) ORDER BY id), '[]') FROM contact",
    "SELECT coalesce(jsonb_agg(jsonb_build_array(id, contact_id, contact_name, contact_phone, channel_id, state, closed_at,
                                                 unread, heard_at) ORDER BY id), '[]') FROM conversation",
    "SELECT coalesce(jsonb_agg(jsonb_build_array(kind, scope, value, contact_id) ORDER BY kind, scope, value), '[]')
       FROM contact_identity",
    "SELECT coalesce(jsonb_agg(jsonb_build_array(term, contact_id) ORDER BY term, contact_id), '[]') FROM contact_term",
];

impl Shop {
    async fn state(&self) -> Vec<Value> {
        let mut state = Vec::new();
        for sql in STATE {
            state.push(self.ask(sql).await);
        }
        state
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_the_others_is_theirs_and_what_comes_goes_to_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop.hear("100", "w1", &json!({"phone":"4915112345"})).await;
    shop.clock.by(Duration::minutes(1));
    let hidden = shop
        .hear(
            "100",
            "w2",
            &json!({"id":"DE.abc","name":"Ana","username":"@ana"}),
        )
        .await;
    let elsewhere = shop.hear("200", "w3", &json!({"id":"DE.abc"})).await;
    assert_eq!(hidden, elsewhere);
    let mut cursor = event::end(&mut shop.enter().await).await.unwrap();
    shop.merge(ana, hidden).await.unwrap();
    assert_eq!(ana, shop.hear("100", "w4", &json!({"id":"DE.abc"})).await);
    assert_eq!(
        ana,
        shop.hear("200", "w5", &json!({"phone":"4915112345","id":"DE.abc"}))
            .await
    );
    // One open conversation for each of our numbers, the one that was heard of last; nothing of what was said is gone.
    assert_eq!(
        shop.ask::<i64>("SELECT count(*) FROM conversation WHERE state = 'open'")
            .await,
        2
    );
    assert_eq!(
        shop.ask::<i64>("SELECT count(*) FROM conversation WHERE state = 'closed'")
            .await,
        1
    );
    assert_eq!(shop.ask::<i64>("SELECT count(*) FROM message").await, 5);
    assert_eq!(
        shop.ask::<i64>("SELECT count(DISTINCT contact_id) FROM conversation")
            .await,
        1
    );
    let open = shop.open(ana).await;
    let mut tenant = shop.enter().await;
    let row = conversation::row(&mut tenant, open).await.unwrap();
    assert_eq!(row.contact.name.as_deref(), Some("Ana"));
    assert_eq!(row.contact.phone.as_deref(), Some("+4915112345"));
    assert_eq!(
        row.unread, 3,
        "the unread one of the conversation that was closed counts"
    );
    let found = find(&mut tenant, "ana").await.unwrap();
    assert_eq!(
        found.iter().map(|found| found.id).collect::<Vec<_>>(),
        [ana]
    );
    let told = testing::feed(&mut tenant, &mut cursor).await;
    let whose = told.iter().filter_map(|event| match event {
        Event::Conversation { conversation } => Some(conversation.contact.id),
        _ => None,
    });
    assert!(whose.clone().count() >= 3 && whose.clone().all(|id| id == ana));
    // Once more, or the other way round, is said to be done.
    tenant.mark().await.unwrap();
    for (kept, gone) in [(ana, hidden), (hidden, ana)] {
        let again = merge(&shop.env, &mut tenant, kept, gone).await;
        assert!(matches!(again, Err(Error::Conflict(_))));
    }
    assert!(matches!(
        merge(&shop.env, &mut tenant, ana, ana).await,
        Err(Error::Invalid { .. })
    ));
    tenant.undo().await.unwrap();
    let actions: Vec<String> = shop
        .ask("SELECT array_agg(action) FROM audit WHERE action LIKE 'contact.%'")
        .await;
    assert_eq!(actions, ["contact.merge"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn undoing_a_merge_restores_whatever_the_two_were(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    // Of each: a number, an id, a name, a conversation over the other number, the first one closed.
    for shape in 0_u32..64 {
        let has = |bit: u32| shape & (1 << bit) != 0;
        let who = |side: u32| {
            let nth = shape * 2 + side;
            let phone = (has(0) || side == 1).then(|| format!("49151{nth:06}"));
            let id = (!has(0) || has(1)).then(|| format!("DE.p{nth}"));
            let name = (side == 0 || has(2)).then(|| format!("Name {nth}"));
            json!({"phone":phone,"id":id,"name":name,"username":has(3).then(|| format!("@u{nth}"))})
        };
        let mut pair = Vec::new();
        for side in [0, 1] {
            shop.clock.by(Duration::seconds(1));
            let contact = shop
                .hear("100", &format!("a{shape}-{side}"), &who(side))
                .await;
            if has(4) {
                shop.hear("200", &format!("b{shape}-{side}"), &who(side))
                    .await;
            }
            if has(5) && side == 1 {
                let open = shop.open(contact).await;
                let mut tenant = shop.enter().await;
                conversation::close(&shop.env, &mut tenant, open)
                    .await
                    .unwrap();
                tenant.commit().await.unwrap();
            }
            pair.push(contact);
        }
        if shape % 3 == 0 {
            pair.reverse();
        }
        let before = shop.state().await;
        let merge = shop.merge(pair[0], pair[1]).await.unwrap();
        assert_ne!(shop.state().await, before, "{shape}");
        assert_eq!(shop.undo(merge).await.unwrap(), pair[1]);
        assert_eq!(shop.state().await, before, "{shape}");
        assert!(matches!(shop.undo(merge).await, Err(Error::Conflict(_))));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_came_after_a_merge_stays_where_it_came(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    let (ana, bo, cleo) = (
        shop.hear("100", "w1", &json!({"phone":"4915112345"})).await,
        shop.hear("100", "w2", &json!({"phone":"4915112346"})).await,
        shop.hear("100", "w3", &json!({"phone":"4915112347"})).await,
    );
    let first = shop.merge(ana, bo).await.unwrap();
    let second = shop.merge(cleo, ana).await.unwrap();
    // The later one first.
    assert!(matches!(shop.undo(first).await, Err(Error::Conflict(_))));
    let open = shop.open(cleo).await;
    let mut tenant = shop.enter().await;
    conversation::close(&shop.env, &mut tenant, open)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    shop.clock.by(Duration::minutes(1));
    assert_eq!(
        cleo,
        shop.hear("100", "w4", &json!({"phone":"4915112346"})).await
    );
    shop.undo(second).await.unwrap();
    shop.undo(first).await.unwrap();
    // Each is written to again; no conversation that somebody closed, or that has a newer one, opened by itself.
    for (phone, contact, wamid) in [
        ("4915112345", ana, "w5"),
        ("4915112346", bo, "w6"),
        ("4915112347", cleo, "w7"),
    ] {
        assert_eq!(
            contact,
            shop.hear("100", wamid, &json!({"phone":phone})).await
        );
    }
    assert_eq!(shop.ask::<i64>("SELECT count(*) FROM message").await, 7);
    let doubles = "SELECT count(*) FROM (SELECT FROM conversation WHERE state = 'open'
                    GROUP BY channel_id, contact_id HAVING count(*) > 1) d";
    assert_eq!(shop.ask::<i64>(doubles).await, 0);
    let marks: i64 = shop
        .ask("SELECT count(*) FROM contact WHERE merged_into IS NOT NULL")
        .await;
    assert_eq!(marks, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_message_that_comes_while_two_are_merged_lands_once_and_with_the_one_that_is_left(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop.hear("100", "w1", &json!({"phone":"4915112345"})).await;
    let hidden = shop.hear("100", "w2", &json!({"id":"DE.abc"})).await;
    // Whoever is second waits for the first.
    let mut merging = shop.enter().await;
    merge(&shop.env, &mut merging, ana, hidden).await.unwrap();
    let who = json!({"id":"DE.abc"});
    let mut second = Box::pin(shop.hear("100", "w3", &who));
    assert!(testing::waits(&shop.env, &mut second).await);
    merging.commit().await.unwrap();
    assert_eq!(second.await, ana);

    let third = shop.hear("200", "w4", &json!({"id":"DE.third"})).await;
    let mut hearing = shop.enter().await;
    hear(
        &shop.env,
        &mut hearing,
        "100",
        "w5",
        &json!({"id":"DE.third"}),
    )
    .await;
    let mut merged = Box::pin(shop.merge(ana, third));
    assert!(testing::waits(&shop.env, &mut merged).await);
    hearing.commit().await.unwrap();
    merged.await.unwrap();
    assert_eq!(shop.ask::<i64>("SELECT count(*) FROM message").await, 5);
    assert_eq!(
        shop.ask::<i64>("SELECT count(DISTINCT contact_id) FROM conversation")
            .await,
        1
    );
    let open = "SELECT count(*) FROM conversation WHERE state = 'open'";
    assert_eq!(shop.ask::<i64>(open).await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn many_messages_and_merges_at_once_leave_one_contact_with_all_of_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let ana = shop.hear("100", "w", &json!({"phone":"4915112345"})).await;
    let mut others = Vec::new();
    for nth in 0..4 {
        let who = json!({"id":format!("DE.p{nth}")});
        others.push(shop.hear("100", &format!("first-{nth}"), &who).await);
    }
    let hearing = (0..24).map(|n| {
        let who = json!({"id":format!("DE.p{}", n % 4)});
        let shop = &shop;
        async move { shop.hear("100", &format!("w{n}"), &who).await }
    });
    let merging = async {
        for other in &others {
            shop.merge(ana, *other).await.unwrap();
        }
    };
    futures::future::join(futures::future::join_all(hearing), merging).await;
    assert_eq!(shop.ask::<i64>("SELECT count(*) FROM message").await, 29);
    assert_eq!(
        shop.ask::<i64>("SELECT count(DISTINCT contact_id) FROM conversation")
            .await,
        1
    );
    assert_eq!(
        shop.ask::<i64>("SELECT count(*) FROM conversation WHERE state = 'open'")
            .await,
        1
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_merges_undoes_and_learns_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let other = testing::workspace(&shop.env, "Two", Role::Owner).await;
    let ana = shop
        .hear("100", "w1", &json!({"phone":"4915112345","name":"Ana"}))
        .await;
    let bo = shop
        .hear("100", "w2", &json!({"id":"DE.abc","name":"Bo"}))
        .await;
    shop.hear("100", "w3", &json!({"phone":"4915112345","id":"DE.abc"}))
        .await;
    let merged = shop.merge(ana, bo).await.unwrap();
    let before = shop.state().await;
    let absent: MergeId = shop.env.id();
    let open = shop.open(ana).await;
    let mut stranger = other.enter(&shop.env).await;
    let env = &shop.env;
    for id in [merged, absent] {
        assert!(matches!(
            undo(env, &mut stranger, id).await,
            Err(Error::NotFound)
        ));
    }
    assert!(matches!(
        merge(env, &mut stranger, ana, bo).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        dismiss(env, &mut stranger, ana, bo).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        rename(env, &mut stranger, ana, "Mine").await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        person(env, &mut stranger, open).await,
        Err(Error::NotFound)
    ));
    assert!(find(&mut stranger, "Ana").await.unwrap().is_empty());
    crate::channel::portfolio::learn(&mut stranger, "waba-1", "9000")
        .await
        .unwrap();
    stranger.commit().await.unwrap();
    assert_eq!(shop.state().await, before);
}
