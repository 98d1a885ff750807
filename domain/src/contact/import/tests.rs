//! Imports on a real database: what comes of a file, what is at fault in it, and what becomes of it when it is taken back.

mod hard;

use super::{
    bring::{LINES, count},
    sheet::Rows,
    *,
};
use crate::{
    contact, erasure,
    testing::{self, Fixture, Moved, thread},
};
use bytes::Bytes;
use futures::stream;
use postern_types::{
    ContactForm, ContactId, FieldKind, IMPORT_BYTES, ImportFault, ImportKnown, Role, SessionId,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{fmt::Write as _, sync::Arc};

struct Yard {
    env: Env,
    clock: Arc<Moved>,
    one: Fixture,
}

async fn yard(options: PgConnectOptions) -> Yard {
    let (env, clock) = testing::env(options);
    let one = testing::workspace(&env, "Harbour", Role::Manager).await;
    Yard { env, clock, one }
}

impl Yard {
    async fn enter(&self) -> Tenant {
        self.one.enter(&self.env).await
    }

    async fn bring(&self, bytes: &[u8]) -> Result<ImportId> {
        self.bring_as(self.one.session, bytes).await
    }

    async fn bring_as(&self, session: SessionId, bytes: &[u8]) -> Result<ImportId> {
        let size = Some(bytes.len() as u64);
        let admitted = admit(
            &self.env,
            session,
            self.one.workspace,
            Some("list.csv"),
            size,
        )
        .await?;
        let pieces: Vec<_> = bytes
            .chunks(7_000)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        Ok(receive(&self.env, admitted, stream::iter(pieces)).await?.id)
    }

    async fn page(&self, id: ImportId) -> ImportPage {
        let mut tenant = self.enter().await;
        page(&self.env, &mut tenant, id).await.unwrap()
    }

    /// Tries it out with what its headings suggest, but for that.
    async fn check(&self, id: ImportId, but: impl FnOnce(&mut ImportPlan)) -> ImportPage {
        let mut plan = self.page(id).await.plan;
        but(&mut plan);
        let mut tenant = self.enter().await;
        check(&self.env, &mut tenant, id, &plan).await.unwrap();
        tenant.commit().await.unwrap();
        self.work().await;
        self.page(id).await
    }

    async fn start(&self, id: ImportId) {
        let mut tenant = self.enter().await;
        start(&self.env, &mut tenant, id).await.unwrap();
        tenant.commit().await.unwrap();
    }

    /// Tries it out and does it.
    async fn import(&self, text: &str, but: impl FnOnce(&mut ImportPlan)) -> ImportPage {
        let id = self.bring(text.as_bytes()).await.unwrap();
        let tried = self.check(id, but).await.view.counts;
        self.start(id).await;
        self.work().await;
        let done = self.page(id).await;
        assert_eq!(done.view.state, ImportState::Done);
        assert_eq!(done.view.counts, tried, "it comes as it was tried out");
        done
    }

    async fn undo(&self, id: ImportId) -> ImportUndone {
        let mut tenant = self.enter().await;
        undo(&self.env, &mut tenant, id).await.unwrap();
        tenant.commit().await.unwrap();
        self.work().await;
        let page = self.page(id).await;
        assert_eq!(page.view.state, ImportState::Undone);
        page.view.undone.unwrap()
    }

    async fn work(&self) {
        while thread::work(&self.env).await > 0 {}
    }

    async fn ask<T>(&self, sql: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut tenant = self.enter().await;
        sqlx::query_scalar(sql)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }

    async fn contacts(&self) -> i64 {
        self.ask("SELECT count(*) FROM contact").await
    }

    async fn add(&self, name: &str, phone: &str, email: &str) -> ContactId {
        let mut tenant = self.enter().await;
        let form = ContactForm {
            name: name.into(),
            phone: phone.into(),
            email: email.into(),
            owner: None,
        };
        let id = contact::create(&self.env, &mut tenant, &form)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        id
    }

    async fn faults_file(&self, id: ImportId) -> String {
        let mut tenant = self.enter().await;
        let (mut text, mut after) = (String::new(), None);
        loop {
            let part = piece(&self.env, &mut tenant, id, after).await.unwrap();
            text += &part.csv;
            match part.next {
                Some(next) => after = Some(next),
                None => return text,
            }
        }
    }
}

/// So many people with numbers.
fn crowd(many: u32) -> String {
    let mut text = "Name,Phone\n".to_owned();
    for n in 0..many {
        writeln!(text, "Person {n},+49151{n:08}").unwrap();
    }
    text
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Invalid { reason, .. } | Error::Conflict(reason)) => reason.into_owned(),
        other => panic!("it is refused: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_becomes_contacts_with_all_that_stands_in_it_and_goes_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let mut tenant = y.enter().await;
    contact::label::make(&y.env, &mut tenant, "VIP", 1)
        .await
        .unwrap();
    contact::field::make(
        &y.env,
        &mut tenant,
        "Plan",
        FieldKind::Choice,
        &["Gold".into()],
    )
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let text = "Vorname;Nachname;Handy;E-Mail;Betreuer;Tags;Notiz;Plan;Shoe size\r\n\
                Jürgen;Groß;0151 23456789;j@example.test;Harbour;VIP, New;\"calls\nlate\";gold;44\r\n\
                ;;;no;;;;;\r\n\
                ;;;;;;;;\r\n\
                =cmd|' /C calc'!A0;;+4915123456780;;;;;;\r\n";
    let page = y
        .import(text, |plan| {
            assert_eq!((plan.separator, plan.encoding.as_str()), (';', "utf-8"));
            plan.country = "49".into();
            plan.labels = true;
        })
        .await;
    let counts = page.view.counts;
    assert_eq!((counts.seen, counts.made, counts.faulty), (3, 2, 1));
    assert_eq!(page.view.lines, 3);
    let fault = &page.faults[0];
    assert_eq!((fault.row, fault.column.as_str()), (3, "E-Mail"));

    let mut tenant = y.enter().await;
    let found = contact::find(&mut tenant, "groß").await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].name.as_deref(), Some("Jürgen Groß"));
    let whole = contact::whole(&y.env, &mut tenant, found[0].id)
        .await
        .unwrap();
    assert_eq!(whole.phone.as_deref(), Some("+4915123456789"));
    assert_eq!(whole.email.as_deref(), Some("j@example.test"));
    assert_eq!(whole.owner, Some(y.one.member));
    assert_eq!(whole.labels.len(), 2);
    assert_eq!(whole.values[0].value, "Gold");
    let notes = contact::note::page(&mut tenant, found[0].id, None)
        .await
        .unwrap();
    assert_eq!(notes.notes[0].body, "calls\nlate");
    assert_eq!(notes.notes[0].author, Some(y.one.member));
    for by in ["4915123456789", "j@example.test", "jür"] {
        assert_eq!(
            contact::find(&mut tenant, by).await.unwrap().len(),
            1,
            "{by}"
        );
    }
    // A formula is a name like any other.
    let named: String = y
        .ask("SELECT given_name FROM contact WHERE phone = '+4915123456780'")
        .await;
    assert_eq!(named, "=cmd|' /C calc'!A0");
    drop(tenant);

    let undone = y.undo(page.view.id).await;
    assert_eq!((undone.gone, undone.restored, undone.touched), (2, 0, 0));
    assert_eq!(y.contacts().await, 0);
    let left: i64 = y
        .ask("SELECT (SELECT count(*) FROM contact_identity) + (SELECT count(*) FROM contact_term) + (SELECT count(*) FROM contact_note)")
        .await;
    assert_eq!(left, 0);
    let mut tenant = y.enter().await;
    let audited: Vec<String> = sqlx::query_scalar(
        "SELECT action FROM audit WHERE action LIKE 'contact.%' ORDER BY at, id",
    )
    .fetch_all(tenant.conn())
    .await
    .unwrap();
    assert_eq!(
        audited,
        [
            "contact.import_started",
            "contact.import_ended",
            "contact.import_undone",
            "contact.import_taken_back"
        ]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn known_contacts_are_filled_overwritten_or_left_and_become_what_they_were(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    // By the number, by its other form, by the address.
    y.add("Old Ana", "+4915123456789", "").await;
    y.add("", "+5511987654321", "bra@example.test").await;
    y.add("Cy", "", "cy@example.test").await;
    let text = "Name,Phone,E-mail\nNew Ana,+49 1512 3456789,ana@example.test\nBra,+55 11 8765-4321,other@example.test\n\
                Cyrus,,CY@example.test\n";
    let all = "SELECT string_agg(concat_ws('/', given_name, phone, email), ' ' ORDER BY created_at, id) FROM contact";
    let before: String = y.ask(all).await;
    for (known, changed, after) in [
        (ImportKnown::Leave, 0, before.as_str()),
        (
            ImportKnown::Fill,
            2,
            "Old Ana/+4915123456789/ana@example.test Bra/+5511987654321/bra@example.test Cy/cy@example.test",
        ),
        (
            ImportKnown::Overwrite,
            3,
            "New Ana/+4915123456789/ana@example.test Bra/+5511987654321/other@example.test Cyrus/cy@example.test",
        ),
    ] {
        let page = y.import(text, |plan| plan.known = known).await;
        let counts = page.view.counts;
        assert_eq!(
            (counts.made, counts.changed, counts.same),
            (0, changed, 3 - changed),
            "{known:?}"
        );
        assert_eq!(y.ask::<String>(all).await, after, "{known:?}");
        // The same once more changes nothing.
        let again = y.import(text, |plan| plan.known = known).await;
        assert_eq!(again.view.counts.same, 3, "{known:?}");
        let undone = y.undo(page.view.id).await;
        assert_eq!((undone.restored, undone.touched), (changed, 0), "{known:?}");
        assert_eq!(y.ask::<String>(all).await, before, "{known:?}");
    }
    let mut tenant = y.enter().await;
    assert!(
        contact::find(&mut tenant, "cyrus")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(contact::find(&mut tenant, "old").await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn rows_at_fault_are_a_file_that_is_disarmed_mended_and_brought_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let huge = "x".repeat(10_001);
    let text = format!(
        "Name,Phone\n=HYPERLINK(\"x\"),ring me\n+1,+4915123456789\n+2,+4915123456789\nragged\n{huge},+4915123456780\n@SUM(1),\n"
    );
    let page = y.import(&text, |_| {}).await;
    assert_eq!((page.view.counts.made, page.view.counts.faulty), (1, 5));
    let told: Vec<(u32, &str)> = page
        .faults
        .iter()
        .map(|fault| (fault.row, fault.column.as_str()))
        .collect();
    assert_eq!(
        told,
        [(2, "Phone"), (4, "Phone"), (5, ""), (6, "Name"), (7, "")]
    );
    let file = y.faults_file(page.view.id).await;
    assert!(
        file.starts_with("\u{FEFF}Row in the file,What is wrong,Name,Phone\r\n"),
        "{file:.200}"
    );
    assert!(file.contains("\r\n4,Phone: Row 3 is about the same contact already. That one counts.,'+2,'+4915123456789\r\n"));
    for line in file.lines().skip(1) {
        for cell in line.split(',') {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{line}");
        }
    }
    // Its plain text stands nowhere.
    let mut tenant = y.enter().await;
    let open: bool = sqlx::query_scalar(
        "SELECT bool_or(position('HYPERLINK'::bytea IN sealed) > 0) FROM contact_import_fault",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert!(!open);
    drop(tenant);
    let mended = file.replace("ring me", "+4915123456781");
    let page = y
        .import(&mended, |plan| {
            use ImportColumn::{Name, Phone, Skip};
            assert_eq!(plan.columns, [Skip, Skip, Name, Phone]);
        })
        .await;
    assert_eq!(page.view.counts.made, 1);
    let name: String = y
        .ask("SELECT given_name FROM contact WHERE phone = '+4915123456781'")
        .await;
    assert_eq!(name, "=HYPERLINK(\"x\")");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_is_read_in_its_encoding_and_another_one_can_be_chosen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let text = |n: u32| format!("Name;Phone\nJürgen Müller;+4915123456{n}\n");
    let western = |text: &str| {
        text.chars()
            .map(|sign| u8::try_from(u32::from(sign)).unwrap())
            .collect::<Vec<u8>>()
    };
    let wide = |text: &str, big: bool| {
        let units = ['\u{FEFF}']
            .into_iter()
            .chain(text.chars())
            .collect::<String>();
        units
            .encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect::<Vec<u8>>()
    };
    let files = [
        (format!("\u{FEFF}{}", text(101)).into_bytes(), "utf-8"),
        (western(&text(102)), "windows-1252"),
        (wide(&text(103), false), "utf-16le"),
        (wide(&text(104), true), "utf-16be"),
    ];
    for (bytes, encoding) in files {
        let id = y.bring(&bytes).await.unwrap();
        let page = y
            .check(id, |plan| assert_eq!(plan.encoding, encoding))
            .await;
        assert_eq!(page.view.counts.made, 1, "{encoding}");
        y.start(id).await;
        y.work().await;
    }
    let named: i64 = y
        .ask("SELECT count(*) FROM contact WHERE given_name = 'Jürgen Müller'")
        .await;
    assert_eq!(named, 4);
    // Chosen wrongly, its rows are at fault; the page shows how it would be read.
    let id = y.bring(&western(&text(105))).await.unwrap();
    let shown = look(&y.env, y.enter().await, id, Some(("utf-8".into(), ';')))
        .await
        .unwrap();
    assert!(shown.rows[0][0].contains('\u{FFFD}'));
    let shown = look(
        &y.env,
        y.enter().await,
        id,
        Some(("windows-1252".into(), ',')),
    )
    .await
    .unwrap();
    assert_eq!(shown.headings, ["Name;Phone"]);
    let page = y.check(id, |plan| plan.encoding = "utf-8".into()).await;
    assert_eq!((page.view.counts.made, page.view.counts.faulty), (0, 1));
    assert!(page.faults[0].words.contains("encoding"));
    for choice in [("utf-7", ','), ("utf-8", 'x')] {
        let looked = look(
            &y.env,
            y.enter().await,
            id,
            Some((choice.0.into(), choice.1)),
        )
        .await;
        assert!(matches!(looked, Err(Error::Invalid { .. })));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_list_of_contacts_is_refused_in_words_and_leaves_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let wide = format!("{}\nx\n", "a,".repeat(201));
    for (bytes, words) in [
        (b"PK\x03\x04\x14\0\x06\0\x08\0".to_vec(), "workbook"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "workbook"),
        (b"%PDF-1.7\n".to_vec(), "no CSV"),
        (
            b"Name,Phone\nA\0na,+4915123456789\nmore and more and more and more\n".to_vec(),
            "no text",
        ),
        (b"".to_vec(), "empty"),
        (b"\n\n , \n".to_vec(), "Nothing stands"),
        (b"Name,Phone\n".to_vec(), "only one row"),
        (wide.into_bytes(), "200 columns"),
    ] {
        let told = refusal(y.bring(&bytes).await);
        assert!(told.contains(words), "{told}");
    }
    assert!(y.env.files.names().await.is_empty());
    let large = admit(
        &y.env,
        y.one.session,
        y.one.workspace,
        None,
        Some(IMPORT_BYTES + 1),
    )
    .await;
    assert!(refusal(large).contains("20 MB"));
    // What would be done with nothing to know them by.
    let id = y.bring(b"Name,Phone\nAna,+4915123456789\n").await.unwrap();
    let plan = y.page(id).await.plan;
    for but in [
        (|plan: &mut ImportPlan| plan.columns = vec![ImportColumn::Name, ImportColumn::Skip])
            as fn(&mut ImportPlan),
        |plan| plan.columns = vec![ImportColumn::Phone, ImportColumn::Phone],
        |plan| {
            plan.columns = vec![
                ImportColumn::Phone,
                ImportColumn::Field(postern_types::FieldId(uuid::Uuid::nil())),
            ];
        },
        |plan| plan.columns = vec![ImportColumn::Phone; 201],
        |plan| plan.country = "999".into(),
        |plan| plan.country = "x".into(),
        |plan| plan.encoding = "utf-7".into(),
        |plan| plan.separator = 'x',
    ] {
        let mut plan = plan.clone();
        but(&mut plan);
        let mut tenant = y.enter().await;
        let refused = check(&y.env, &mut tenant, id, &plan).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{plan:?}");
    }
    // Not before it was tried out; and a discarded one is gone with its file.
    let mut tenant = y.enter().await;
    assert!(matches!(
        start(&y.env, &mut tenant, id).await,
        Err(Error::Conflict(_))
    ));
    drop(tenant);
    discard(&y.env, y.enter().await, id).await.unwrap();
    y.work().await;
    assert!(y.env.files.names().await.is_empty());
    assert_eq!(thread::jobs(&y.env, &y.one).await, 0);
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_taken_and_not_one_more() {
    let rows = |many: u32| {
        let text = crowd(many).into_bytes();
        let pieces: Vec<_> = text
            .chunks(64 * 1024)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        Rows::of(stream::iter(pieces), "utf-8", ',').unwrap()
    };
    assert_eq!(count(rows(LINES)).await.unwrap(), LINES);
    assert!(refusal(count(rows(LINES + 1)).await).contains("100,000 rows"));
}

#[sqlx::test(migrations = "../migrations")]
async fn contacts_that_somebody_wrote_with_changed_or_uses_stay_when_it_is_taken_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let known = y.add("Known", "+4915100009999", "").await;
    let channel = testing::channel(&y.env, &y.one, "100").await;
    let text = crowd(6) + "Renamed,+4915100009999\n";
    let page = y
        .import(&text, |plan| plan.known = ImportKnown::Overwrite)
        .await;
    assert_eq!((page.view.counts.made, page.view.counts.changed), (6, 1));
    let one = |n: u32| format!("(SELECT id FROM contact WHERE phone = '+49151{n:08}')");
    let mut tenant = y.enter().await;
    let workspace = y.one.workspace;
    let touch = format!(
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, opened_at, last_at, state)
             VALUES ('{workspace}', gen_random_uuid(), {}, '{channel}', now(), now(), 'open');
         INSERT INTO task (workspace_id, id, contact_id, title, status, created_at, changed_at)
             VALUES ('{workspace}', gen_random_uuid(), {}, 'x', 'open', now(), now())",
        one(0),
        one(1),
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(touch))
        .execute(tenant.conn())
        .await
        .unwrap();
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar(
        "SELECT id FROM contact WHERE phone IN ('+4915100000002', '+4915100000003') ORDER BY phone",
    )
    .fetch_all(tenant.conn())
    .await
    .unwrap();
    contact::rename(&y.env, &mut tenant, ContactId(ids[0]), "Somebody else")
        .await
        .unwrap();
    contact::note::add(&y.env, &mut tenant, ContactId(ids[1]), "spoke to them")
        .await
        .unwrap();
    contact::rename(&y.env, &mut tenant, known, "Renamed since")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let undone = y.undo(page.view.id).await;
    assert_eq!(
        undone,
        ImportUndone {
            gone: 2,
            restored: 0,
            written: 1,
            used: 1,
            touched: 3,
        }
    );
    assert_eq!(y.contacts().await, 5);
    let named: String = y
        .ask("SELECT given_name FROM contact WHERE phone = '+4915100009999'")
        .await;
    assert_eq!(named, "Renamed since");
    // It is taken back once.
    let mut tenant = y.enter().await;
    assert!(matches!(
        undo(&y.env, &mut tenant, page.view.id).await,
        Err(Error::Conflict(_))
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_worker_that_is_killed_between_two_steps_is_followed_by_one_that_goes_on_behind_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const MANY: u32 = 4_000;
    let y = yard(options.clone()).await;
    // What was said by a row before the cut is said twice behind it.
    let text = crowd(MANY) + "Again,+4915100000001\n";
    let id = y.bring(text.as_bytes()).await.unwrap();
    y.check(id, |_| {}).await;
    for busy in [ImportState::Importing, ImportState::Undoing] {
        if busy == ImportState::Importing {
            y.start(id).await;
        } else {
            let mut tenant = y.enter().await;
            undo(&y.env, &mut tenant, id).await.unwrap();
            tenant.commit().await.unwrap();
        }
        let claim = job::claim(&y.env, 1, job::LEASE).await.unwrap().remove(0);
        let env = y.env.clone();
        let killed = tokio::spawn(async move { job::run(&env, claim).await });
        loop {
            let view = y.page(id).await.view;
            let begun = view.counts.seen > 0 && view.undone.is_none_or(|undone| undone.gone > 0);
            if begun {
                break;
            }
            tokio::task::yield_now().await;
        }
        killed.abort();
        let _ = killed.await;
        assert_eq!(
            y.page(id).await.view.state,
            busy,
            "it was cut off in the middle"
        );
        testing::as_owner(
            &options,
            "job",
            "UPDATE job SET claimed_until = now() - interval '1 s' WHERE state = 'running'",
        )
        .await;
        y.work().await;
        let view = y.page(id).await.view;
        if busy == ImportState::Importing {
            let counts = view.counts;
            assert_eq!(
                (counts.seen, counts.made, counts.faulty),
                (MANY + 1, MANY, 1)
            );
            assert_eq!(y.contacts().await, i64::from(MANY));
            let events: i64 = y.ask("SELECT count(*) FROM event").await;
            assert!(
                events < 40,
                "one for a step, and not for a contact: {events}"
            );
        } else {
            assert_eq!(view.undone.map(|undone| undone.gone), Some(MANY));
            assert_eq!(y.contacts().await, 0);
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn one_that_is_stopped_keeps_what_was_done_and_can_be_taken_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let id = y.bring(crowd(3_000).as_bytes()).await.unwrap();
    let stopped = async || {
        let mut tenant = y.enter().await;
        stop(&y.env, &mut tenant, id).await.unwrap();
        tenant.commit().await.unwrap();
    };
    let plan = y.page(id).await.plan;
    let mut tenant = y.enter().await;
    check(&y.env, &mut tenant, id, &plan).await.unwrap();
    // What is being done is not begun twice.
    assert!(matches!(
        check(&y.env, &mut tenant, id, &plan).await,
        Err(Error::Conflict(_))
    ));
    tenant.commit().await.unwrap();
    stopped().await;
    y.work().await;
    assert_eq!(y.page(id).await.view.state, ImportState::Read);
    y.check(id, |_| {}).await;
    y.start(id).await;
    let work = y.work();
    let meddle = async {
        while y.page(id).await.view.counts.made == 0 {
            tokio::task::yield_now().await;
        }
        stopped().await;
    };
    futures::join!(work, meddle);
    let view = y.page(id).await.view;
    assert_eq!(view.state, ImportState::Stopped);
    assert!(
        (500..3_000).contains(&view.counts.made),
        "{:?}",
        view.counts
    );
    assert_eq!(y.contacts().await, i64::from(view.counts.made));
    assert_eq!(y.undo(id).await.gone, view.counts.made);
    assert_eq!(y.contacts().await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_import_is_its_workspaces_and_its_managers_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let id = y.bring(crowd(3).as_bytes()).await.unwrap();
    let plan = y.page(id).await.plan;
    let other = testing::workspace(&y.env, "Other", Role::Owner).await;
    let (account, session) = testing::person(&y.env, "Agent").await;
    let mut tenant = y.env.db.operator(y.one.workspace).await.unwrap();
    crate::member::add(&y.env, &mut tenant, account, Role::Agent)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    for foreign in [true, false] {
        let enter = async || {
            if foreign {
                other.enter(&y.env).await
            } else {
                y.env
                    .db
                    .member(session, y.one.workspace, Role::Agent)
                    .await
                    .unwrap()
            }
        };
        let mut tenant = enter().await;
        let done = [
            page(&y.env, &mut tenant, id).await.map(drop),
            check(&y.env, &mut tenant, id, &plan).await,
            start(&y.env, &mut tenant, id).await,
            stop(&y.env, &mut tenant, id).await,
            undo(&y.env, &mut tenant, id).await,
            piece(&y.env, &mut tenant, id, None).await.map(drop),
            look(&y.env, enter().await, id, None).await.map(drop),
            discard(&y.env, enter().await, id).await,
        ];
        for done in done {
            match done {
                Err(Error::NotFound) if foreign => {}
                Err(Error::Forbidden) if !foreign => {}
                other => panic!("{foreign}: {other:?}"),
            }
        }
        let listed = all(&mut tenant).await;
        assert!(if foreign {
            listed.unwrap().is_empty()
        } else {
            matches!(listed, Err(Error::Forbidden))
        });
    }
    assert!(matches!(
        y.bring_as(session, b"Phone\n1\n").await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(
        y.bring_as(other.session, b"Phone\n1\n").await,
        Err(Error::NotFound)
    ));
    assert_eq!(y.page(id).await.view.state, ImportState::Read);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_workspace_that_is_deleted_meanwhile_takes_its_import_along(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let id = y.bring(crowd(3_000).as_bytes()).await.unwrap();
    y.check(id, |_| {}).await;
    y.start(id).await;
    let claim = job::claim(&y.env, 1, job::LEASE).await.unwrap().remove(0);
    let work = job::attend(&y.env, claim);
    let meddle = async {
        while y.page(id).await.view.counts.made == 0 {
            tokio::task::yield_now().await;
        }
        erasure::operate(&y.env, y.one.workspace, "Harbour")
            .await
            .unwrap();
    };
    let (_, ()) = futures::join!(work, meddle);
    while !matches!(erasure::step(&y.env).await.unwrap(), erasure::Step::Done(_)) {}
    assert!(y.env.files.names().await.is_empty());
    assert_eq!(thread::work(&y.env).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn after_thirty_days_the_file_and_the_way_back_are_gone_and_the_contacts_stay(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let y = yard(options).await;
    let page = y.import(&(crowd(3) + "Nobody,x\n"), |_| {}).await;
    let id = page.view.id;
    assert!(page.view.kept && page.view.until.is_some());
    y.clock.by(time::Duration::days(29));
    y.work().await;
    assert!(y.page(id).await.view.kept);
    y.clock.by(time::Duration::days(2));
    y.work().await;
    let page = y.page(id).await;
    assert!(
        !page.view.kept && page.view.until.is_none() && page.faults == Vec::<ImportFault>::new()
    );
    assert_eq!(page.view.counts.made, 3);
    assert!(y.env.files.names().await.is_empty());
    let left: i64 = y.ask("SELECT (SELECT count(*) FROM contact_import_row) + (SELECT count(*) FROM contact_import_fault)").await;
    assert_eq!(left, 0);
    let mut tenant = y.enter().await;
    assert!(matches!(
        undo(&y.env, &mut tenant, id).await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(y.contacts().await, 3);
}
