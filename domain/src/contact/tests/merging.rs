//! Two contacts made one and parted again: nothing is lost, nothing is doubled, and undoing is exact.

use super::*;
use crate::{Error, conversation};
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
    let mut cursor = crate::testing::end(&mut shop.enter().await).await;
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

#[sqlx::test(migrations = "../migrations")]
async fn what_hangs_off_a_contact_moves_along_and_comes_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const HANGING: [&str; 7] = [
        "SELECT coalesce(jsonb_agg(jsonb_build_array(id, email, owner_id, merged_into) ORDER BY id), '[]') FROM contact",
        "SELECT coalesce(jsonb_agg(jsonb_build_array(id, contact_id) ORDER BY id), '[]') FROM contact_note",
        "SELECT coalesce(jsonb_agg(jsonb_build_array(id, contact_id) ORDER BY id), '[]') FROM task",
        "SELECT coalesce(jsonb_agg(jsonb_build_array(id, contact_id) ORDER BY id), '[]') FROM portal_link",
        "SELECT coalesce(jsonb_agg(jsonb_build_array(id, contact_id) ORDER BY id), '[]') FROM file",
        "SELECT coalesce(jsonb_agg(jsonb_build_array(contact_id, label_id) ORDER BY contact_id, label_id), '[]')
           FROM contact_label",
        "SELECT coalesce(jsonb_agg(jsonb_build_array(contact_id, field_id, value) ORDER BY contact_id, field_id), '[]')
           FROM contact_value",
    ];
    async fn hanging(shop: &Shop) -> Vec<Value> {
        let mut state = Vec::new();
        for sql in HANGING {
            state.push(shop.ask(sql).await);
        }
        state
    }
    let shop = shop(options).await;
    let (env, workspace) = (&shop.env, shop.one.workspace);
    let mut tenant = shop.enter().await;
    let mut ids = Vec::new();
    for (name, owner) in [("Ana", None), ("Anna", Some(shop.one.member))] {
        let form = postern_types::ContactForm {
            name: name.into(),
            email: format!("{name}@example.com"),
            owner,
            ..Default::default()
        };
        ids.push(create(env, &mut tenant, &form).await.unwrap());
    }
    let [ana, anna] = ids[..] else { unreachable!() };
    let (vip, old) = (
        label::make(env, &mut tenant, "VIP", 0).await.unwrap(),
        label::make(env, &mut tenant, "Old", 0).await.unwrap(),
    );
    let text = postern_types::FieldKind::Text;
    let (plan, town) = (
        field::make(env, &mut tenant, "Plan", text, &[])
            .await
            .unwrap(),
        field::make(env, &mut tenant, "Town", text, &[])
            .await
            .unwrap(),
    );
    for (contact, label) in [(ana, vip), (anna, vip), (anna, old)] {
        label::wear(env, &mut tenant, contact, label, true)
            .await
            .unwrap();
    }
    for (contact, id, value) in [
        (ana, plan, "gold"),
        (anna, plan, "free"),
        (anna, town, "Ulm"),
    ] {
        field::set(env, &mut tenant, contact, id, value)
            .await
            .unwrap();
    }
    let note = note::add(env, &mut tenant, anna, "moves").await.unwrap();
    note::add(env, &mut tenant, ana, "stays").await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "INSERT INTO task (workspace_id, id, contact_id, title, status, created_at, changed_at)
             VALUES ('{workspace}', '{anna}', '{anna}', 'x', 'open', now(), now());
         INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
             VALUES ('{workspace}', '{anna}', '{anna}', 'x', '', now(), now());
         INSERT INTO file (workspace_id, id, contact_id, kind, claimed, mime, name, state, size, sha256, key_sealed, object,
                           created_at)
             VALUES ('{workspace}', '{anna}', '{anna}', 'image', 'image/png', 'image/png', 'x', 'stored', 1, '', '', 'o', now())"
    )))
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let before = hanging(&shop).await;

    let merged = shop.merge(ana, anna).await.unwrap();
    let page = whole(env, &mut shop.enter().await, ana).await.unwrap();
    let values: Vec<_> = page.values.iter().map(|v| v.value.as_str()).collect();
    assert_eq!(
        values,
        ["gold", "Ulm"],
        "what they had stays, what they lacked comes"
    );
    assert_eq!(page.labels.len(), 2);
    assert_eq!(page.email.as_deref(), Some("ana@example.com"));
    assert_eq!(page.owner, Some(shop.one.member));
    for table in ["contact_note", "task", "portal_link", "file"] {
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM {table} WHERE contact_id = '{anna}'"
        )))
        .fetch_one(shop.enter().await.conn())
        .await
        .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let gone = note::add(env, &mut shop.enter().await, anna, "x").await;
    assert!(
        matches!(gone, Err(Error::NotFound)),
        "they are a part of somebody"
    );
    shop.undo(merged).await.unwrap();
    assert_eq!(hanging(&shop).await, before);

    // What was changed meanwhile stays where it was changed, and what was deleted is gone.
    let merged = shop.merge(ana, anna).await.unwrap();
    let mut tenant = shop.enter().await;
    field::set(env, &mut tenant, ana, town, "Bonn")
        .await
        .unwrap();
    note::delete(env, &mut tenant, note).await.unwrap();
    let since = note::add(env, &mut tenant, ana, "since").await.unwrap();
    tenant.commit().await.unwrap();
    shop.undo(merged).await.unwrap();
    let mut tenant = shop.enter().await;
    let values = |page: postern_types::ContactPage| -> Vec<String> {
        page.values.into_iter().map(|v| v.value).collect()
    };
    let (hers, theirs) = (
        whole(env, &mut tenant, ana).await.unwrap(),
        whole(env, &mut tenant, anna).await.unwrap(),
    );
    assert_eq!(values(hers), ["gold", "Bonn"]);
    assert_eq!(values(theirs), ["free", "Ulm"]);
    let notes = note::page(&mut tenant, ana, None).await.unwrap().notes;
    assert!(notes.iter().any(|note| note.id == since));
    assert!(
        note::page(&mut tenant, anna, None)
            .await
            .unwrap()
            .notes
            .is_empty()
    );
}
