//! What is told of a task, to whom, and that it is told once.

use super::*;
use crate::{
    conversation,
    job::LEASE,
    message,
    task::{
        self,
        tests::{
            House,
            client::{client, say},
            house,
        },
    },
    testing::{self, thread::work},
};
use postern_types::{ConversationState, Event, Role, TaskStatus, TaskTold};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The lines of the conversation.
async fn thread(h: &House) -> Vec<postern_types::MessageView> {
    let mut tenant = h.enter().await;
    let page = message::thread(&mut tenant, h.talk, None).await.unwrap();
    page.messages
}

/// Where letters to a member go.
async fn address(h: &House, member: MemberId) -> String {
    let mut tenant = h.enter().await;
    sqlx::query_scalar(
        "SELECT a.email FROM member m JOIN account a ON a.id = m.account_id WHERE m.id = $1",
    )
    .bind(member.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap()
}

async fn subjects(h: &House, member: MemberId) -> Vec<String> {
    let to = address(h, member).await;
    let letters = testing::letters(&h.env, &to).await;
    letters.into_iter().map(|letter| letter.subject).collect()
}

/// Past the longest time that news wait, by the clock of the database as well.
async fn wait(h: &House) {
    let mut tenant = h.enter().await;
    sqlx::query("UPDATE job SET run_at = now() WHERE kind = 'task_news'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    while work(&h.env).await > 0 {}
}

/// The clock stands at the beginning of a time in which news are gathered, so that a test is not cut in two.
fn settle(h: &House) {
    let over = h.env.now().unix_timestamp().rem_euclid(CHAT);
    h.clock.by(time::Duration::seconds(CHAT - over));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn what_a_client_says_stands_in_the_conversation_once_and_opens_no_window(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", true).await;
    let mut tenant = h.enter().await;
    let before = conversation::close(&h.env, &mut tenant, h.talk)
        .await
        .unwrap();
    let mut cursor = crate::event::end(&mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    let comment = say(&h, id, "Is it ready?").await;
    work(&h.env).await;
    let lines = thread(&h).await;
    let [line] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!((line.id.0, line.direction), (comment.0, Direction::In));
    assert_eq!(line.content.text(), "Is it ready?");
    let extra = &line.extra.as_ref().unwrap().0;
    assert!(
        extra.contains(&id.to_string()) && extra.contains("Passport"),
        "{extra}"
    );
    let mut tenant = h.enter().await;
    let row = conversation::row(&mut tenant, h.talk).await.unwrap();
    assert_eq!((row.state, row.unread), (ConversationState::Open, 1));
    assert_eq!(row.window_until, before.window_until);
    assert!(row.last_at > before.last_at, "it moves up");
    let told = testing::feed(&mut tenant, &mut cursor).await;
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::Message { message, .. } if message.id == line.id))
    );
    // Once more, as a job that was cut off before it was done.
    drop(tenant);
    let mut tenant = h.enter().await;
    conversation::close(&h.env, &mut tenant, h.talk)
        .await
        .unwrap();
    tell(&h.env, &mut tenant, h.contact, id, News::Comment(comment))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    work(&h.env).await;
    assert_eq!(thread(&h).await.len(), 1);
    let mut tenant = h.enter().await;
    let row = conversation::row(&mut tenant, h.talk).await.unwrap();
    assert_eq!((row.state, row.unread), (ConversationState::Closed, 1));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_line_of_the_portal_is_neither_quoted_nor_reacted_to(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", true).await;
    let comment = say(&h, id, "Is it ready?").await;
    work(&h.env).await;
    let mut tenant = h.enter().await;
    let reply = postern_types::Compose {
        id: h.env.id(),
        conversation: h.talk,
        text: "Yes".into(),
        note: false,
        reply_to: Some(MessageId(comment.0)),
        sends: None,
    };
    let refused = message::compose(&h.env, &mut tenant, &reply).await;
    assert!(
        matches!(
            refused,
            Err(Error::Invalid {
                field: "reply_to",
                ..
            })
        ),
        "{refused:?}"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn what_a_member_says_to_the_client_is_a_note_and_what_colleagues_say_is_no_line(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", true).await;
    let mut tenant = h.enter().await;
    task::comment(&h.env, &mut tenant, id, "Ready", false)
        .await
        .unwrap();
    task::comment(&h.env, &mut tenant, id, "At last", true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    while work(&h.env).await > 0 {}
    let lines = thread(&h).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].direction, Direction::Note);
    assert_eq!(lines[0].author, Some(h.owner.member));
    assert_eq!(lines[0].content.text(), "Ready");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn who_wants_no_mail_of_tasks_gets_none_and_a_mail_says_where_that_is_chosen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (ana, anas) = h.join("Ana", Role::Agent).await;
    let (bo, bos) = h.join("Bo", Role::Agent).await;
    let wants = async |session, task_mail| {
        let habits = postern_types::Habits {
            task_mail,
            ..postern_types::Habits::default()
        };
        crate::account::settle(&h.env, session, &habits)
            .await
            .unwrap();
    };
    wants(anas, false).await;
    wants(bos, true).await;
    settle(&h);
    let id = h.task("Passport", false).await;
    let mut tenant = h.as_member(bos).await;
    task::comment(&h.env, &mut tenant, id, "I look at it", true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.change(id, |form| form.owner = Some(ana)).await;
    // What counts is what is chosen when the mail goes.
    wait(&h).await;
    assert_eq!(subjects(&h, ana).await, [""; 0]);
    assert_eq!(subjects(&h, bo).await, ["Harbour made the task Passport"]);
    let to = address(&h, bo).await;
    let letters = testing::letters(&h.env, &to).await;
    let where_to = "/settings/account#hearing-head";
    assert!(letters.iter().all(|letter| letter.text.contains(where_to)));
    wants(anas, true).await;
    h.change(id, |form| form.status = TaskStatus::Doing).await;
    wait(&h).await;
    assert_eq!(subjects(&h, ana).await.len(), 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_owner_and_those_who_commented_are_mailed_and_who_did_it_is_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (ana, _) = h.join("Ana", Role::Agent).await;
    let (bo, bos) = h.join("Bo", Role::Agent).await;
    let (cy, _) = h.join("Cy", Role::Agent).await;
    settle(&h);
    let id = h.task("Passport", false).await;
    let mut tenant = h.as_member(bos).await;
    task::comment(&h.env, &mut tenant, id, "I look at it", true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.change(id, |form| form.owner = Some(ana)).await;
    h.change(id, |form| form.status = TaskStatus::Doing).await;
    wait(&h).await;
    let mut heard = subjects(&h, ana).await;
    heard.sort();
    assert_eq!(
        heard,
        ["Bo commented on Passport", "Harbour made the task Passport"]
    );
    assert_eq!(
        subjects(&h, bo).await,
        ["Harbour made the task Passport"],
        "all that one member did is one letter"
    );
    assert_eq!(subjects(&h, cy).await, [""; 0]);
    assert_eq!(subjects(&h, h.owner.member).await, [""; 0]);
    let letter = &testing::letters(&h.env, &address(&h, bo).await).await[0].text;
    assert!(
        letter.contains("Status: In progress") && letter.contains("Owner: Ana"),
        "{letter}"
    );
    assert!(
        letter.contains(&format!("https://inbox.example.test/tasks/{id}")),
        "{letter}"
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_client_is_told_in_the_chat_once_in_five_minutes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    settle(&h);
    let id = h.task("Passport", true).await;
    h.change(id, |form| form.status = TaskStatus::Doing).await;
    h.change(id, |form| form.status = TaskStatus::Waiting).await;
    let mut tenant = h.enter().await;
    task::ask(&h.env, &mut tenant, id, "Photo").await.unwrap();
    task::comment(&h.env, &mut tenant, id, "See you soon", false)
        .await
        .unwrap();
    task::comment(&h.env, &mut tenant, id, "Slow one", true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let claims = job::claim(&h.env, 16, LEASE).await.unwrap();
    for claim in claims {
        job::run(&h.env, claim).await.unwrap();
    }
    assert!(
        thread(&h)
            .await
            .iter()
            .all(|line| line.direction != Direction::Out),
        "not yet"
    );
    wait_for_chat(&h).await;
    let sent: Vec<_> = thread(&h)
        .await
        .into_iter()
        .filter(|line| line.direction == Direction::Out)
        .collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].content.text(),
        "Passport\nNew in your portal\nStatus: Waiting\nPlease bring: Photo\nSee you soon"
    );
    assert_eq!(sent[0].author, Some(h.owner.member));
    let view = h.show(id).await;
    assert_eq!(view.told.map(|(told, _)| told), Some(TaskTold::Chat));
}

/// The news alone: what is then to be sent to Meta waits.
async fn wait_for_chat(h: &House) {
    let mut tenant = h.enter().await;
    let jobs: Vec<uuid::Uuid> = sqlx::query_scalar(
        "UPDATE job SET run_at = now() WHERE kind = 'task_news' AND lane LIKE 'news:%' RETURNING id",
    )
    .fetch_all(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    assert!(!jobs.is_empty());
    for claim in job::claim(&h.env, 16, LEASE).await.unwrap() {
        if jobs.contains(&claim.job.0) {
            job::run(&h.env, claim).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn outside_the_window_the_template_tells_and_without_one_the_agent_sees_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.enter().await;
    sqlx::query("UPDATE conversation SET heard_at = now() - interval '2 days'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    settle(&h);
    let id = h.task("Passport", true).await;
    wait_for_chat(&h).await;
    assert_eq!(
        h.show(id).await.told.map(|(told, _)| told),
        Some(TaskTold::NoTemplate)
    );
    assert_eq!(thread(&h).await.len(), 0);
    let mut tenant = h.enter().await;
    for (name, body) in [
        ("en", "News of {{1}}: {{2}}."),
        ("de", "Neues zu {{1}}: {{2}}."),
    ] {
        sqlx::query(
            "INSERT INTO template (workspace_id, id, account_id, meta_id, name, language, category, status, named,
                                   components, sought, told_at, listed_at, updated_at)
             VALUES ($1, $2, 'waba-1', $3, 'task_update', $3, 'UTILITY', 'APPROVED', false, $4, '', now(), now(), now())",
        )
        .bind(h.owner.workspace.0)
        .bind(h.env.id::<postern_types::TemplateId>().0)
        .bind(name)
        .bind(serde_json::json!([{ "type": "BODY", "text": body }]))
        .execute(tenant.conn())
        .await
        .unwrap();
    }
    tenant.commit().await.unwrap();
    settle(&h);
    h.change(id, |form| form.status = TaskStatus::Done).await;
    wait_for_chat(&h).await;
    let lines = thread(&h).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].content.text(), "News of Passport: Status: Done.");
    assert_eq!(
        h.show(id).await.told.map(|(told, _)| told),
        Some(TaskTold::Template)
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn nothing_is_told_of_a_task_that_is_not_shared_or_whose_switch_is_off(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    settle(&h);
    let (silent, secret) = (h.task("Silent", true).await, h.task("Secret", false).await);
    h.change(silent, |form| form.tells = false).await;
    h.change(secret, |form| form.status = TaskStatus::Doing)
        .await;
    wait_for_chat(&h).await;
    assert_eq!(thread(&h).await.len(), 0);
    for id in [silent, secret] {
        assert_eq!(h.show(id).await.told, None);
    }
}

/// Brings a document as the contact does, with its news.
async fn bring(h: &House, id: TaskId, name: &str) -> (DocumentId, FileId) {
    let (document, file): (DocumentId, FileId) = (h.env.id(), h.env.id());
    let mut tenant = client(h).await;
    sqlx::query(
        "INSERT INTO file (workspace_id, id, contact_id, kind, claimed, mime, name, state, size, sha256, key_sealed, object,
                           created_at)
         VALUES ($1, $2, $3, 'document', 'application/pdf', 'application/pdf', $4, 'stored', 1, '', '', 'there', now())",
    )
    .bind(h.owner.workspace.0)
    .bind(file.0)
    .bind(h.contact.0)
    .bind(name)
    .execute(tenant.conn())
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO task_document (workspace_id, id, task_id, name, file_id, asked, internal, at)
         VALUES ($1, $2, $3, $4, $5, false, false, $6)",
    )
    .bind(h.owner.workspace.0)
    .bind(document.0)
    .bind(id.0)
    .bind(name)
    .bind(file.0)
    .bind(h.env.now())
    .execute(tenant.conn())
    .await
    .unwrap();
    tell(&h.env, &mut tenant, h.contact, id, News::Document(document))
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    (document, file)
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_document_that_a_client_brought_stands_in_the_conversation_and_goes_with_its_file(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", true).await;
    h.change(id, |form| form.owner = Some(h.owner.member)).await;
    let (document, file) = bring(&h, id, "Passport.pdf").await;
    work(&h.env).await;
    let lines = thread(&h).await;
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].id.0, lines[0].direction), (file.0, Direction::In));
    assert_eq!(lines[0].content.text(), "brought Passport.pdf");
    wait(&h).await;
    assert_eq!(
        subjects(&h, h.owner.member).await,
        ["Maria brought a document for Passport"]
    );
    let mut tenant = h.enter().await;
    let session = h.owner.session;
    task::link(&h.env, &mut tenant, session, id, document)
        .await
        .unwrap();
    // Looked for while the document names it, the file stays.
    crate::file::let_go(&h.env, &mut tenant, file)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    work(&h.env).await;
    assert_eq!(files(&h).await, 1);
    let mut tenant = h.enter().await;
    task::take_away(&h.env, &mut tenant, id, document)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    work(&h.env).await;
    assert_eq!(files(&h).await, 0);
    assert_eq!(h.show(id).await.documents, []);
}

async fn files(h: &House) -> i64 {
    let mut tenant = h.enter().await;
    sqlx::query_scalar("SELECT count(*) FROM file")
        .fetch_one(tenant.conn())
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn all_that_a_client_says_and_brings_within_two_minutes_is_one_letter(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (ana, _) = h.join("Ana", Role::Agent).await;
    let id = h.task("Passport", true).await;
    let other = h.task("Visa", true).await;
    for task in [id, other] {
        h.change(task, |form| form.owner = Some(ana)).await;
    }
    wait(&h).await;
    let before = subjects(&h, ana).await.len();
    // Not cut in two, and hardly before the database's clock: a job that waits would be due by ours at once.
    let over = h.env.now().unix_timestamp().rem_euclid(LETTER);
    if over > LETTER - 45 {
        h.clock.by(time::Duration::seconds(LETTER - over));
    }
    for nth in 0..12 {
        say(&h, id, &format!("number {nth}")).await;
        h.clock.by(time::Duration::seconds(1));
        work(&h.env).await;
    }
    bring(&h, id, "Passport.pdf").await;
    say(&h, other, "And this?").await;
    while work(&h.env).await > 0 {}
    let mut lines = thread(&h).await;
    lines.retain(|line| line.direction == Direction::In);
    assert_eq!(lines.len(), 14, "each stands there at once");
    assert_eq!(subjects(&h, ana).await.len(), before, "nothing yet");
    wait(&h).await;
    let mut heard = subjects(&h, ana).await.split_off(before);
    heard.sort();
    assert_eq!(
        heard,
        [
            "Maria commented and brought documents for Passport",
            "Maria commented on Visa"
        ]
    );
    let letters = testing::letters(&h.env, &address(&h, ana).await).await;
    let letter = letters.iter().find(|one| one.subject.contains("documents"));
    let text = &letter.unwrap().text;
    for told in [
        "number 0",
        "number 9",
        "Document: Passport.",
        "There is more",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("number 10"), "{text}");
    // The next two minutes are another letter, and tell nothing twice.
    settle(&h);
    say(&h, id, "Thank you").await;
    while work(&h.env).await > 0 {}
    wait(&h).await;
    let letters = testing::letters(&h.env, &address(&h, ana).await).await;
    assert_eq!(letters.len(), before + 3);
    let thanks = letters.iter().filter(|one| one.text.contains("Thank you"));
    let texts: Vec<_> = thanks.map(|one| one.text.as_str()).collect();
    let [text] = texts[..] else {
        panic!("{texts:?}")
    };
    assert!(!text.contains("number"), "{text}");
}
