//! Every record comes once, as it is, for those who may have it alone; and no cell of any file is a formula.

use super::*;
use crate::{contact, testing, testing::Fixture};
use postern_types::{BookRequest, ContactForm, ContactId, LabelId, OwnedBy, Role};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;

/// What a text may begin with. The last is what no text of one line can be.
const FORMULA: &str = "=HYPERLINK(\"https://evil.example\",\"a, b\")\r\n+x";

/// A file as it is saved.
struct File {
    raw: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    pieces: usize,
}

impl File {
    /// The cells under a head.
    fn column(&self, name: &str) -> Vec<&str> {
        let at = self.head.iter().position(|head| head == name).expect(name);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }
}

async fn one(env: &Env, house: &Fixture, request: &ExportRequest) -> Result<ExportPiece> {
    let mut tenant = env
        .db
        .member(house.session, house.workspace, Role::Admin)
        .await?;
    let piece = piece(env, &mut tenant, request).await?;
    tenant.commit().await?;
    Ok(piece)
}

async fn file(env: &Env, house: &Fixture, mut request: ExportRequest) -> File {
    let (mut raw, mut pieces, mut lines) = (String::new(), 0, 0);
    loop {
        let piece = one(env, house, &request).await.unwrap();
        assert!(piece.lines as usize <= LINES + 50, "a piece is bounded");
        raw.push_str(&piece.csv);
        pieces += 1;
        lines += piece.lines as usize;
        request.after = piece.next;
        if request.after.is_none() {
            break;
        }
    }
    let mut from = raw
        .strip_prefix(csv::MARK)
        .expect("the mark of UTF-8")
        .as_bytes();
    let head = csv::read(&mut from).unwrap().expect("heads");
    let mut rows = Vec::new();
    while let Some(row) = csv::read(&mut from).unwrap() {
        assert_eq!(row.len(), head.len(), "{row:?}");
        rows.push(row);
    }
    assert_eq!(rows.len(), lines);
    assert!(raw.ends_with("\r\n") && raw.matches(csv::MARK).count() == 1);
    File {
        raw,
        head,
        rows,
        pieces,
    }
}

fn of(kind: ExportKind) -> ExportRequest {
    ExportRequest {
        kind,
        ..ExportRequest::default()
    }
}

/// A record of every kind, whose every text is a formula.
async fn filled(env: &Env, house: &Fixture) {
    let channel = testing::channel(env, house, "100").await;
    let ago = time::Duration::minutes(1);
    let talk = testing::conversation(env, house, channel, FORMULA, ago).await;
    let mut tenant = house.enter(env).await;
    let contact: Uuid = sqlx::query_scalar("SELECT contact_id FROM conversation WHERE id = $1")
        .bind(talk.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    for sql in [
        "UPDATE account SET name = $4 WHERE id = (SELECT account_id FROM member WHERE workspace_id = $1 AND id = $2)",
        "UPDATE channel SET name = $4, state_reason = $4 WHERE workspace_id = $1",
        "UPDATE contact SET given_name = $4, username = $4, email = $4, owner_id = $2 WHERE workspace_id = $1",
        "INSERT INTO team (workspace_id, id, name, created_at) VALUES ($1, $3, $4, now())",
        "INSERT INTO team_member (workspace_id, team_id, member_id) VALUES ($1, $3, $2)",
        "INSERT INTO label (workspace_id, id, name, tone, created_at) VALUES ($1, $3, $4, 1, now())",
        "INSERT INTO contact_label (workspace_id, contact_id, label_id) VALUES ($1, $3, $3)",
        "INSERT INTO conversation_label (workspace_id, conversation_id, label_id)
         SELECT $1, id, $3 FROM conversation WHERE workspace_id = $1",
        "UPDATE conversation SET contact_name = $4, last_text = $4, assignee_id = $2, team_id = $3 WHERE workspace_id = $1",
        "INSERT INTO contact_field (workspace_id, id, name, kind, choices, position, created_at)
         VALUES ($1, $3, $4, 'choice', ARRAY[$4], 1, now())",
        "INSERT INTO contact_value (workspace_id, contact_id, field_id, value) VALUES ($1, $3, $3, $4)",
        "INSERT INTO contact_note (workspace_id, id, contact_id, author_id, body, at) VALUES ($1, $3, $3, $2, $4, now())",
        "INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, author_id, created_at)
         VALUES ($1, $3, $3, decode(md5($1::text), 'hex'), 'argon-secret', now(), $2, now())",
        "INSERT INTO file (workspace_id, id, channel_id, author_id, kind, claimed, mime, name, state, created_at)
         SELECT $1, $3, id, $2, 'document', $4, $4, $4, 'waiting', now() FROM channel WHERE workspace_id = $1",
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, author_id, kind, body, at, received_at,
                              status, status_at, fault_reason)
         SELECT $1, $3, id, channel_id, 'out', $2, 'text', $4, now(), now(), 'failed', now(), $4
           FROM conversation WHERE workspace_id = $1",
        "INSERT INTO task (workspace_id, id, contact_id, title, description, status, owner_id, author_id, created_at, changed_at)
         VALUES ($1, $3, $3, $4, $4, 'open', $2, $2, now(), now())",
        "INSERT INTO task_item (workspace_id, id, task_id, position, body) VALUES ($1, $3, $3, 1, $4)",
        "INSERT INTO task_comment (workspace_id, id, task_id, author_id, internal, body, at)
         VALUES ($1, $3, $3, $2, true, $4, now())",
        "INSERT INTO task_document (workspace_id, id, task_id, name, author_id, asked, internal, at)
         VALUES ($1, $3, $3, $4, $2, true, false, now())",
        "INSERT INTO template (workspace_id, id, account_id, name, language, category, status, quality, reason, named,
                               components, sought, told_at, listed_at, updated_at)
         VALUES ($1, $3, $4, $4, $4, $4, $4, $4, $4, false, to_jsonb(ARRAY[$4]), '', now(), now(), now())",
    ] {
        // Each statement takes what it needs of the four; the rest is named so that it has a type.
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "WITH given AS (SELECT $1::uuid, $2::uuid, $3::uuid, $4::text) {sql}"
        )))
        .bind(house.workspace.0)
        .bind(house.member.0)
        .bind(contact)
        .bind(FORMULA)
        .execute(tenant.conn())
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn no_text_of_any_record_is_a_formula_and_all_of_it_is_there(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "One", Role::Owner).await;
    filled(&env, &house).await;
    for kind in ExportKind::ALL {
        let file = file(&env, &house, of(kind)).await;
        let texts: &[&str] = match kind {
            ExportKind::Contacts => &[
                "name",
                "whatsapp_name",
                "username",
                "email",
                "owner",
                "labels",
                FORMULA,
            ],
            ExportKind::Notes => &["contact", "note", "author"],
            ExportKind::Conversations => &[
                "contact",
                "number",
                "assignee",
                "team",
                "labels",
                "last_line",
            ],
            ExportKind::Messages => &["contact", "number", "author", "text", "fault"],
            ExportKind::Files => &["number", "name", "type", "author"],
            ExportKind::Tasks => &["contact", "title", "description", "owner", "author"],
            ExportKind::TaskItems => &["task", "text"],
            ExportKind::TaskComments => &["task", "text", "author"],
            ExportKind::TaskDocuments => &["task", "name", "author"],
            ExportKind::Links => &["contact", "author"],
            ExportKind::Members => &["name", "teams"],
            ExportKind::Teams => &["name", "members"],
            ExportKind::Labels => &["name"],
            ExportKind::Fields => &["name", "choices"],
            ExportKind::Channels => &["name", "reason"],
            ExportKind::Templates => &[
                "account_id",
                "name",
                "language",
                "category",
                "status",
                "quality",
                "reason",
            ],
        };
        assert_eq!(file.rows.len(), 1, "{kind:?}");
        for name in texts {
            assert_eq!(file.column(name), [FORMULA], "{kind:?}: {name}");
        }
        // In quotes, behind an apostrophe, with its own quotes doubled: never bare.
        let bare = "=HYPERLINK(\"\"";
        assert_eq!(
            file.raw.matches(bare).count(),
            file.raw.matches(&format!("\"'{bare}")).count(),
            "{kind:?}: {}",
            file.raw,
        );
        for secret in ["argon-secret", "token", "hash", "sealed"] {
            assert!(!file.raw.contains(secret), "{kind:?}: {secret}");
        }
    }
    let contacts = file(&env, &house, of(ExportKind::Contacts)).await;
    let phone = contacts.column("phone")[0].to_owned();
    assert!(phone.starts_with("+1555"));
    assert!(
        contacts.raw.contains(&format!(",'{phone},")),
        "a number is defused as well"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_workspace_has_none_of_it_and_whoever_is_no_admin_any_more_gets_no_further_piece(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "One", Role::Owner).await;
    filled(&env, &house).await;
    let two = testing::workspace(&env, "Two", Role::Owner).await;
    for kind in ExportKind::ALL {
        let file = file(&env, &two, of(kind)).await;
        assert!(!file.raw.contains("HYPERLINK"), "{kind:?}");
        // Whoever asks is a member there.
        assert_eq!(
            file.rows.len(),
            usize::from(kind == ExportKind::Members),
            "{kind:?}"
        );
    }
    for role in [Role::Agent, Role::Manager] {
        let low = testing::workspace(&env, role.as_str(), role).await;
        let refused = one(&env, &low, &of(ExportKind::Contacts)).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}");
    }
    crowd(&env, &house, 2_100).await;
    let first = one(&env, &house, &of(ExportKind::Contacts)).await.unwrap();
    let request = ExportRequest {
        after: first.next,
        ..of(ExportKind::Contacts)
    };
    assert!(request.after.is_some());
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET ended_at = now(), end_reason = 'sign_out' WHERE id = $1")
        .bind(house.session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    let refused = one(&env, &house, &request).await;
    assert!(matches!(refused, Err(Error::Unauthorized)));
}

/// So many contacts.
async fn crowd(env: &Env, house: &Fixture, many: i32) {
    let mut tenant = house.enter(env).await;
    sqlx::query(
        "INSERT INTO contact (workspace_id, id, given_name, created_at)
         SELECT $1, gen_random_uuid(), 'Person ' || n, now() - make_interval(secs => n / 7) FROM generate_series(1, $2) n",
    )
    .bind(house.workspace.0)
    .bind(many)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn thousands_come_piece_by_piece_each_once_and_each_piece_is_audited(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "One", Role::Owner).await;
    let channel = testing::channel(&env, &house, "100").await;
    let talk =
        testing::conversation(&env, &house, channel, "Maria", time::Duration::minutes(1)).await;
    crowd(&env, &house, 5_000).await;
    let mut tenant = house.enter(&env).await;
    sqlx::query(
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, kind, body, at, received_at, status, status_at)
         SELECT $1, gen_random_uuid(), $2, $3, 'in', 'text', 'line ' || n, now(), now(), 'received', now()
           FROM generate_series(1, 5000) n",
    )
    .bind(house.workspace.0)
    .bind(talk.0)
    .bind(channel.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let contacts = file(&env, &house, of(ExportKind::Contacts)).await;
    let ids: BTreeSet<_> = contacts.column("id").into_iter().collect();
    assert_eq!(
        (contacts.rows.len(), ids.len(), contacts.pieces),
        (5_001, 5_001, 6)
    );
    let messages = file(&env, &house, of(ExportKind::Messages)).await;
    let texts: BTreeSet<_> = messages.column("text").into_iter().collect();
    assert_eq!((texts.len(), messages.pieces), (5_000, 5));
    assert_eq!(messages.column("contact")[4_999], "Maria");
    let mut tenant = house.enter(&env).await;
    let page = audit::page(
        &env,
        &mut tenant,
        &postern_types::AuditRequest {
            action: "export.".to_owned(),
            ..postern_types::AuditRequest::default()
        },
    )
    .await
    .unwrap();
    assert_eq!(page.entries.len(), 11);
    let last = format!("{:?}", page.entries[0].detail);
    assert!(
        last.contains("messages") && last.contains("1000") && last.contains("behind"),
        "{last}"
    );
    let first = format!("{:?}", page.entries[4].detail);
    assert!(
        first.contains("messages") && !first.contains("behind"),
        "{first}"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn contacts_are_those_that_the_book_shows_and_who_was_merged_comes_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "One", Role::Owner).await;
    let mut tenant = house.enter(&env).await;
    let mut make = async |name: &str, owner| {
        let form = ContactForm {
            name: name.to_owned(),
            owner,
            ..ContactForm::default()
        };
        contact::create(&env, &mut tenant, &form).await.unwrap()
    };
    let ana: ContactId = make("Ana", Some(house.member)).await;
    let twin: ContactId = make("Ana Two", None).await;
    make("Ben", None).await;
    let label: LabelId = contact::label::make(&env, &mut tenant, "VIP", 1)
        .await
        .unwrap();
    contact::label::wear(&env, &mut tenant, ana, label, true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let names = async |book: BookRequest| {
        let request = ExportRequest {
            book,
            ..of(ExportKind::Contacts)
        };
        let file = file(&env, &house, request).await;
        let mut names: Vec<_> = file.column("name").into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    let all = BookRequest::default;
    assert_eq!(names(all()).await, ["Ana", "Ana Two", "Ben"]);
    assert_eq!(
        names(BookRequest {
            search: "ana".into(),
            ..all()
        })
        .await,
        ["Ana", "Ana Two"]
    );
    assert_eq!(
        names(BookRequest {
            label: Some(label),
            ..all()
        })
        .await,
        ["Ana"]
    );
    assert_eq!(
        names(BookRequest {
            owner: OwnedBy::Nobody,
            ..all()
        })
        .await,
        ["Ana Two", "Ben"]
    );
    assert_eq!(
        names(BookRequest {
            owner: OwnedBy::Member(house.member),
            ..all()
        })
        .await,
        ["Ana"]
    );
    let mut tenant = house.enter(&env).await;
    contact::merge(&env, &mut tenant, ana, twin).await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(names(all()).await, ["Ana", "Ben"]);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_place_that_is_none_and_columns_that_have_changed_are_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "One", Role::Owner).await;
    for rubbish in ["", "x", "1.2", "x.y.z", "-1.y.z", "\0.\0.\0"] {
        for kind in ExportKind::ALL {
            let request = ExportRequest {
                after: Some(rubbish.to_owned()),
                ..of(kind)
            };
            let refused = one(&env, &house, &request).await;
            assert!(
                matches!(refused, Err(Error::Invalid { .. })),
                "{kind:?} {rubbish}"
            );
        }
    }
    crowd(&env, &house, 1_100).await;
    let first = one(&env, &house, &of(ExportKind::Contacts)).await.unwrap();
    let mut tenant = house.enter(&env).await;
    let kind = postern_types::FieldKind::Text;
    contact::field::make(&env, &mut tenant, "Shoe size", kind, &[])
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let request = ExportRequest {
        after: first.next,
        ..of(ExportKind::Contacts)
    };
    let refused = one(&env, &house, &request).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
}
