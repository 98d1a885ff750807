//! A limited agent against every table and every function.

use super::*;
use crate::{contact, draft, event, file, trace};
use postern_types::{BookRequest, ContactForm, InboxView, ListRequest, Side};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use uuid::Uuid;

/// A number of Bo's customer.
pub(super) const KNOWN: &str = "4915112340000";

/// A row of Bo's conversation in every table that tells of one.
pub(super) async fn fill(h: &House) -> Vec<String> {
    let mut tenant = h.owner.enter(&h.env).await;
    let (talk, channel) = (h.his, h.channel);
    let row = sqlx::query(
        "SELECT c.contact_id, m.id, p.phone FROM conversation c
           JOIN message m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id
           JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
          WHERE c.workspace_id = $1 AND c.id = $2",
    )
    .bind(h.owner.workspace.0)
    .bind(talk.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    let (contact, message, phone): (Uuid, Uuid, String) = (row.get(0), row.get(1), row.get(2));
    let (file, workspace, owner) = (Uuid::from_u128(77), h.owner.workspace, h.owner.member);
    let rest = format!(
        "INSERT INTO contact_identity (workspace_id, kind, scope, value, contact_id)
             VALUES ('{workspace}', 'phone', '', ltrim('{phone}', '+'), '{contact}'),
                    ('{workspace}', 'phone', '', '{KNOWN}', '{contact}');
         INSERT INTO contact_suggestion (workspace_id, one_id, other_id, why)
             SELECT workspace_id, least(id, '{contact}'), greatest(id, '{contact}'), 'id' FROM contact
              WHERE id <> '{contact}' LIMIT 1;
         INSERT INTO contact_merge (workspace_id, id, kept_id, gone_id, at, moved)
             SELECT workspace_id, id, '{contact}', id, now(), '[]' FROM contact WHERE id <> '{contact}' LIMIT 1;
         INSERT INTO file (workspace_id, id, channel_id, author_id, kind, claimed, mime, name, state, size, sha256, key_sealed,
                           object, created_at)
             VALUES ('{workspace}', '{file}', '{channel}', '{owner}', 'image', 'image/png', 'image/png', 'x', 'stored', 1, '',
                     '', 'o', now());
         UPDATE message SET file_id = '{file}', part_id = id, status = 'sent' WHERE id = '{message}';
         INSERT INTO message_try VALUES ('{workspace}', gen_random_uuid(), '{message}');
         INSERT INTO draft (workspace_id, member_id, conversation_id, body, updated_at)
             VALUES ('{workspace}', '{owner}', '{talk}', 'half a sen', now());
         INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
             VALUES ('{workspace}', gen_random_uuid(), 'send', 'conversation:{talk}', now() + interval '1 day', '');
         INSERT INTO rate_bucket VALUES ('{workspace}', 'typing:{talk}', 1, now()),
                                        ('{workspace}', 'pair:{channel}:{contact}', 1, now());
         INSERT INTO webhook_part VALUES ('{workspace}', '{message}', '{channel}', 'x', 'x', now(), 'kept');
         INSERT INTO status_early VALUES ('{workspace}', '{channel}', '{message}', 'read', now(), NULL, now());
         INSERT INTO message_key VALUES ('{workspace}', '{message}');
         INSERT INTO label VALUES ('{workspace}', '{owner}', 'VIP', 1, now());
         INSERT INTO contact_label VALUES ('{workspace}', '{contact}', '{owner}');
         INSERT INTO conversation_label VALUES ('{workspace}', '{talk}', '{owner}');
         INSERT INTO contact_field VALUES ('{workspace}', '{owner}', 'Plan', 'text', '{{}}', 1, now());
         INSERT INTO contact_value VALUES ('{workspace}', '{contact}', '{owner}', 'gold');
         INSERT INTO contact_note VALUES ('{workspace}', '{message}', '{contact}', '{owner}', 'x', now());
         INSERT INTO contact_import (workspace_id, id, name, size, plan, lines, state, created_at)
             VALUES ('{workspace}', '{message}', 'x', 1, '{{}}', 1, 'read', now());
         INSERT INTO contact_import_fault VALUES ('{workspace}', '{message}', '{message}', 2, 'x');
         INSERT INTO contact_import_row VALUES ('{workspace}', '{message}', '{contact}', true, '{{}}');
         INSERT INTO task (workspace_id, id, contact_id, title, status, created_at, changed_at)
             VALUES ('{workspace}', '{message}', '{contact}', 'x', 'open', now(), now());
         INSERT INTO task_item VALUES ('{workspace}', '{message}', '{message}', 1, 'x');
         INSERT INTO task_comment VALUES ('{workspace}', '{message}', '{message}', NULL, false, 'x', now());
         INSERT INTO task_document VALUES ('{workspace}', '{message}', '{message}', 'x', NULL, NULL, true, false, now());
         INSERT INTO task_change VALUES ('{workspace}', '{message}', '{message}', now(), NULL, 'created');
         INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, created_at)
             VALUES ('{workspace}', '{message}', '{contact}', 'x', '', now(), now());
         INSERT INTO portal_session VALUES ('{workspace}', '{message}', '{message}', now(), now(), now(), NULL, '', '');
         INSERT INTO endpoint (workspace_id, id, url, kinds, state, since, secret_sealed, created_at)
             VALUES ('{workspace}', '{message}', 'x', '{{}}', 'on', 'x', 'x', now());
         INSERT INTO delivery (workspace_id, id, endpoint_id, event_id, kind, object, at, cut_at, state, due_at, sealed)
             VALUES ('{workspace}', '{message}', '{message}', 'x', 'x', '{talk}', now(), now(), 'waiting', now(), 'x');
         INSERT INTO delivery_attempt VALUES ('{workspace}', '{message}', 1, now());
         INSERT INTO otp_challenge (workspace_id, id, test, purpose, phone_hash, last_digits, code_hash, state, created_at, expires_at)
             VALUES ('{workspace}', '{message}', true, 'x', 'x', '', '', 'expired', now(), now());
         INSERT INTO test_message VALUES ('{workspace}', '{message}', NULL, 'otp', now(), 'x');
         INSERT INTO source (workspace_id, id, provider, token_hash, secret_sealed, created_at)
             VALUES ('{workspace}', '{message}', 'x', 'x', 'x', now());
         INSERT INTO source_entry (workspace_id, id, source_id, event_id, at, state, contact_id, sealed)
             VALUES ('{workspace}', '{message}', '{message}', 'x', now(), 'waiting', '{contact}', 'x');
         INSERT INTO event (workspace_id, at, body)
             VALUES ('{workspace}', now(), '{{\"type\":\"callers\",\"kind\":\"source.received\",\"object\":\"contact:{contact}\",\"data\":{{}}}}');
         INSERT INTO audit VALUES ('{workspace}', '{message}', now(), '{owner}', 'x', NULL)"
    );
    sqlx::raw_sql(AssertSqlSafe(rest))
        .execute(tenant.conn())
        .await
        .unwrap();
    conversation::tell(&h.env, &mut tenant, talk).await.unwrap();
    for (what, id) in [
        (Side::Contact, contact),
        (Side::Portal, contact),
        (Side::Task, message),
    ] {
        event::side(&h.env, &mut tenant, what, id).await.unwrap();
    }
    tenant.commit().await.unwrap();
    let ids = [talk.0, contact, message, file];
    let mut secrets: Vec<_> = ids.iter().map(Uuid::to_string).collect();
    // As bytes are written out.
    secrets.push(hex::encode(message.to_string()));
    secrets.push(phone.trim_start_matches('+').to_owned());
    secrets
}

/// The tables and views in which somebody finds one of the secrets, and all that there are.
async fn finds(h: &House, who: Who, secrets: &[String]) -> (Vec<String>, usize) {
    let mut tenant = h.enter(who).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attname = 'workspace_id'
            AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1",
    )
    .fetch_all(tenant.conn())
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in &tables {
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("SELECT t::text FROM {table} t")))
                .fetch_all(tenant.conn())
                .await
                .unwrap();
        if rows
            .iter()
            .any(|row| secrets.iter().any(|secret| row.contains(secret)))
        {
            found.push(table.clone());
        }
    }
    (found, tables.len())
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn no_table_tells_a_limited_agent_of_a_conversation_that_is_not_theirs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options.clone()).await;
    let secrets = fill(&h).await;
    let (found, all) = finds(&h, (h.owner.member, h.owner.session), &secrets).await;
    assert!(found.len() < all, "not everything tells of it");
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    let mut held: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_policies WHERE schemaname = 'public' AND policyname = 'sight'",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    // A contact's words are their own way in; views read through the tables.
    held.extend(["conversation_row", "message_row"].map(str::to_owned));
    held.sort();
    let missing: Vec<_> = held.iter().filter(|held| !found.contains(held)).collect();
    assert!(missing.is_empty(), "nothing stands in {missing:?}");
    assert_eq!(found, held, "whoever sees all finds it where it is held");
    let (found, _) = finds(&h, h.ana, &secrets).await;
    assert_eq!(found, [""; 0], "a limited agent finds it here");
    let (found, _) = finds(&h, h.bo, &secrets).await;
    assert!(found.len() > 8, "it is his: {found:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_limited_agent_writes_into_no_conversation_that_is_not_theirs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    fill(&h).await;
    let (workspace, ana, his, hers) = (h.owner.workspace, h.ana.0, h.his, h.hers);
    let mut tenant = h.enter(h.ana).await;
    for nothing in [
        format!("UPDATE conversation SET assignee_id = '{ana}' WHERE id = '{his}'"),
        format!("UPDATE conversation SET state = 'closed' WHERE id = '{his}'"),
        format!("UPDATE message SET body = 'x' WHERE conversation_id = '{his}'"),
        format!("UPDATE draft SET body = 'x' WHERE conversation_id = '{his}'"),
        format!("DELETE FROM draft WHERE conversation_id = '{his}'"),
        format!("DELETE FROM job WHERE lane = 'conversation:{his}'"),
        "UPDATE contact SET given_name = 'x' WHERE name = 'Hidden'".to_owned(),
        "DELETE FROM contact_term WHERE term = 'hidden'".to_owned(),
        "UPDATE contact_identity SET ended_at = now()".to_owned(),
        "UPDATE contact_suggestion SET dismissed_at = now()".to_owned(),
        "UPDATE contact_merge SET undone_at = now()".to_owned(),
        "UPDATE webhook_part SET state = 'applied'".to_owned(),
        "DELETE FROM status_early".to_owned(),
        "DELETE FROM file".to_owned(),
        format!("SELECT id FROM conversation WHERE id = '{his}' FOR UPDATE"),
    ] {
        let done = sqlx::query(AssertSqlSafe(nothing.clone()))
            .execute(tenant.conn())
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 0, "{nothing}");
    }
    for refused in [
        format!("UPDATE message SET conversation_id = '{his}' WHERE conversation_id = '{hers}'"),
        // Out of one's own sight, where no function looks at it.
        format!("UPDATE conversation SET assignee_id = NULL WHERE id = '{hers}'"),
        format!(
            "INSERT INTO draft (workspace_id, member_id, conversation_id, body, updated_at)
             VALUES ('{workspace}', '{ana}', '{his}', 'x', now())"
        ),
        format!(
            r#"INSERT INTO event (workspace_id, at, body)
               VALUES ('{workspace}', now(), '{{"type":"conversation","conversation":{{"id":"{his}"}}}}')"#
        ),
        format!(
            "INSERT INTO job (workspace_id, id, kind, lane, run_at, sealed)
             VALUES ('{workspace}', gen_random_uuid(), 'send', 'conversation:{his}', now(), '')"
        ),
        format!(
            "INSERT INTO message_status (workspace_id, message_id, status, at, heard_at)
             VALUES ('{workspace}', '{his}', 'read', now(), now())"
        ),
    ] {
        tenant.mark().await.unwrap();
        let error = sqlx::query(AssertSqlSafe(refused.clone()))
            .execute(tenant.conn())
            .await
            .unwrap_err();
        assert!(
            matches!(Error::from(error), Error::NotFound),
            "as if it were not there: {refused}"
        );
        tenant.undo().await.unwrap();
    }
    let claimed: bool = sqlx::query_scalar("SELECT hand_conversation($1, $2, NULL)")
        .bind(his.0)
        .bind(ana.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(!claimed);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn every_function_answers_a_limited_agent_as_if_the_others_were_not_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let secrets = fill(&h).await;
    let (env, his) = (&h.env, h.his);
    let mut tenant = h.enter(h.ana).await;
    for (view, expected) in [
        (InboxView::All, vec![h.hers, h.teams]),
        (InboxView::Mine, vec![h.hers]),
        (InboxView::Teams, vec![h.teams]),
        (InboxView::Unassigned, vec![h.teams]),
        (InboxView::Closing, vec![h.hers, h.teams]),
    ] {
        let request = ListRequest {
            view,
            ..ListRequest::default()
        };
        let request = conversation::from_now(env, &request);
        let page = conversation::list(&mut tenant, &request).await.unwrap();
        let mut ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
        ids.sort();
        let mut expected = expected;
        expected.sort();
        assert_eq!(ids, expected, "{view:?}");
        assert_eq!(page.next, None);
    }
    for (search, found) in [("hidden", 0), ("loose", 0), ("hers", 1), ("teamed", 1)] {
        let request = ListRequest {
            search: search.to_owned(),
            ..ListRequest::default()
        };
        let page = conversation::list(&mut tenant, &request).await.unwrap();
        assert_eq!(page.rows.len(), found, "{search}");
        let people = contact::find(&mut tenant, search).await.unwrap();
        assert_eq!(people.len(), found, "{search}");
    }
    let counts = conversation::counts(env, &mut tenant, &[]).await.unwrap();
    assert_eq!((counts.mine, counts.unassigned, counts.all), (1, 1, 2));
    let (message, file_id): (Uuid, Uuid) =
        (secrets[2].parse().unwrap(), secrets[3].parse().unwrap());
    assert!(
        trace::find(env, &mut tenant, &secrets[2])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        trace::find(env, &mut tenant, &secrets[5])
            .await
            .unwrap()
            .is_empty()
    );
    let links = file::link::links(env, &mut tenant, h.ana.1, &[file_id.into()]).await;
    assert!(links.unwrap().is_empty());

    macro_rules! missing {
        ($call:expr) => {{
            tenant.mark().await.unwrap();
            let answer = $call.await.map(drop);
            assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
            tenant.undo().await.unwrap();
        }};
    }
    missing!(conversation::details(&mut tenant, his));
    missing!(conversation::row(&mut tenant, his));
    missing!(message::thread(&mut tenant, his, None));
    missing!(message::find(&mut tenant, message.into()));
    missing!(message::retry(env, &mut tenant, message.into()));
    missing!(conversation::assign(env, &mut tenant, his, Some(h.ana.0)));
    missing!(conversation::assign(env, &mut tenant, his, None));
    missing!(conversation::assign_team(
        env,
        &mut tenant,
        his,
        Some(h.sales)
    ));
    missing!(conversation::close(env, &mut tenant, his));
    missing!(conversation::reopen(env, &mut tenant, his));
    missing!(conversation::mark_read(env, &mut tenant, his));
    missing!(draft::save(env, &mut tenant, his, "mine", false));
    missing!(contact::person(env, &mut tenant, his));
    let line = |text: &str| Compose {
        id: env.id(),
        conversation: his,
        text: text.to_owned(),
        note: true,
        reply_to: None,
        sends: None,
    };
    missing!(message::compose(env, &mut tenant, &line("x")));
    let whose: Uuid = secrets[1].parse().unwrap();
    missing!(contact::rename(env, &mut tenant, whose.into(), "Mine"));
    missing!(contact::whole(env, &mut tenant, whose.into()));
    missing!(contact::edit(
        env,
        &mut tenant,
        whose.into(),
        &ContactForm::default()
    ));
    missing!(contact::timeline(&mut tenant, whose.into(), None));
    missing!(contact::note::page(&mut tenant, whose.into(), None));
    missing!(contact::note::add(env, &mut tenant, whose.into(), "x"));
    missing!(contact::note::change(env, &mut tenant, message.into(), "x"));
    missing!(contact::note::delete(env, &mut tenant, message.into()));
    missing!(contact::label::wear(
        env,
        &mut tenant,
        whose.into(),
        file_id.into(),
        false
    ));
    missing!(contact::label::wear_in(
        env,
        &mut tenant,
        his,
        file_id.into(),
        false
    ));
    missing!(contact::field::set(
        env,
        &mut tenant,
        whose.into(),
        file_id.into(),
        "x"
    ));
    let book = contact::book(&mut tenant, &BookRequest::default())
        .await
        .unwrap();
    assert!(book.rows.iter().all(|row| row.id.0 != whose));
    missing!(contact::undo(env, &mut tenant, whose.into()));
    let merged = contact::merge(env, &mut tenant, whose.into(), message.into()).await;
    assert!(matches!(merged, Err(Error::Conflict(_))), "{merged:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_limited_agent_gives_away_what_is_theirs_and_cannot_take_it_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    fill(&h).await;
    let mut tenant = h.enter(h.ana).await;
    let given = conversation::assign(&h.env, &mut tenant, h.hers, Some(h.bo.0))
        .await
        .unwrap();
    assert_eq!(given.assignee, Some(h.bo.0));
    tenant.commit().await.unwrap();
    assert_eq!(h.seen(h.ana).await, [h.teams]);
    assert_eq!(h.seen(h.bo).await, sorted([h.hers, h.his]));
    let mut tenant = h.enter(h.ana).await;
    let back = conversation::assign(&h.env, &mut tenant, h.hers, Some(h.ana.0)).await;
    assert!(matches!(back, Err(Error::NotFound)), "{back:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_name_that_a_limited_agent_gives_stands_in_all_conversations_of_that_contact(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let hidden: ConversationId = h.env.id();
    let mut tenant = h.owner.enter(&h.env).await;
    let contact = conversation::row(&mut tenant, h.hers)
        .await
        .unwrap()
        .contact;
    sqlx::query(
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, assignee_id, last_at, opened_at)
         VALUES ($1, $2, $3, $4, 'closed', $5, now(), now())",
    )
    .bind(h.owner.workspace.0)
    .bind(hidden.0)
    .bind(contact.id.0)
    .bind(h.channel.0)
    .bind(h.bo.0.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = h.enter(h.ana).await;
    let details = conversation::details(&mut tenant, h.hers).await.unwrap();
    assert!(details.earlier.is_empty(), "Bo's is none of hers");
    contact::rename(&h.env, &mut tenant, contact.id, "Dora")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = h.owner.enter(&h.env).await;
    for id in [h.hers, hidden] {
        let row = conversation::row(&mut tenant, id).await.unwrap();
        assert_eq!(row.contact.name.as_deref(), Some("Dora"));
    }
}
