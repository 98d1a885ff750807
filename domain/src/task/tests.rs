//! What members do with tasks, and what others see of it.

pub(super) mod client;
mod lists;

use super::*;
use crate::{Env, Tenant, db::Db, member, testing, testing::Fixture};
use postern_types::{
    ContactId, ConversationId, ItemAct, NewTask, Role, SessionId, TaskForm, TaskId, TaskRequest,
    TaskStatus, TaskView,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

/// A workspace with a contact who has written.
pub(super) struct House {
    pub env: Env,
    pub clock: std::sync::Arc<testing::Moved>,
    pub owner: Fixture,
    pub talk: ConversationId,
    pub contact: ContactId,
}

pub(super) async fn house(options: PgConnectOptions) -> House {
    let (env, clock) = testing::env(options);
    let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
    let channel = testing::channel(&env, &owner, "100").await;
    let talk = testing::conversation(&env, &owner, channel, "Maria", Duration::minutes(5)).await;
    let mut tenant = owner.enter(&env).await;
    let contact = contact_of(&mut tenant, talk).await;
    drop(tenant);
    House {
        env,
        clock,
        owner,
        talk,
        contact,
    }
}

pub(super) async fn contact_of(tenant: &mut Tenant, talk: ConversationId) -> ContactId {
    sqlx::query_scalar("SELECT contact_id FROM conversation WHERE id = $1")
        .bind(talk.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap()
}

impl House {
    pub async fn enter(&self) -> Tenant {
        self.owner.enter(&self.env).await
    }

    /// A task of that title.
    pub async fn task(&self, title: &str, shared: bool) -> TaskId {
        let mut tenant = self.enter().await;
        let new = self.new_task(title, shared);
        let id = create(&self.env, &mut tenant, &new).await.unwrap();
        tenant.commit().await.unwrap();
        id
    }

    pub fn new_task(&self, title: &str, shared: bool) -> NewTask {
        NewTask {
            contact: Some(self.contact),
            title: title.into(),
            shared,
            ..NewTask::default()
        }
    }

    pub async fn show(&self, id: TaskId) -> TaskView {
        let mut tenant = self.enter().await;
        show(&self.env, &mut tenant, id).await.unwrap()
    }

    /// Changes something of a task.
    pub async fn change(&self, id: TaskId, with: impl FnOnce(&mut TaskForm)) {
        let view = self.show(id).await;
        let mut form = view.form;
        with(&mut form);
        let mut tenant = self.enter().await;
        change(&self.env, &mut tenant, id, view.rev, &form)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }

    /// Another member, with a live session.
    pub async fn join(&self, name: &str, role: Role) -> (MemberId, SessionId) {
        let (account, session) = testing::person(&self.env, name).await;
        let mut tenant = self.env.db.operator(self.owner.workspace).await.unwrap();
        let member = member::add(&self.env, &mut tenant, account, role)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        (member, session)
    }

    pub async fn as_member(&self, session: SessionId) -> Tenant {
        enter(&self.env.db, session, &self.owner).await
    }
}

async fn enter(db: &Db, session: SessionId, house: &Fixture) -> Tenant {
    db.member(session, house.workspace, Role::Agent)
        .await
        .unwrap()
}

fn kinds(view: &TaskView) -> Vec<&str> {
    let mut kinds: Vec<_> = view.changes.iter().map(|c| c.kind.as_str()).collect();
    kinds.reverse();
    kinds
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn every_verb_changes_the_task_tells_its_history_and_counts(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("  Tax return ", true).await;
    let made = h.show(id).await;
    assert_eq!(made.form.title, "Tax return");
    assert_eq!(made.contact.label(), "Maria");
    assert_eq!((made.rev, made.form.tells), (1, true));
    h.change(id, |form| {
        form.title = "Tax return 2025".into();
        form.description = "All of it.".into();
        form.status = TaskStatus::Doing;
        form.due = Some("2026-09-30".into());
        form.owner = Some(h.owner.member);
    })
    .await;
    let mut tenant = h.enter().await;
    for body in ["Payslips", "Rent", "Travel"] {
        let add = ItemAct::Add(body.into());
        change_items(&h.env, &mut tenant, id, &add).await.unwrap();
    }
    let items = show(&h.env, &mut tenant, id).await.unwrap().items;
    let [pay, rent, travel] = [items[0].id, items[1].id, items[2].id];
    for act in [
        ItemAct::Tick(pay, true),
        ItemAct::Tick(pay, true),
        ItemAct::Tick(pay, false),
        ItemAct::Tick(pay, true),
        ItemAct::Rename(rent, "Rent contract".into()),
        ItemAct::Move(travel, Some(pay)),
        ItemAct::Remove(rent),
    ] {
        change_items(&h.env, &mut tenant, id, &act).await.unwrap();
    }
    comment(&h.env, &mut tenant, id, "To you", false)
        .await
        .unwrap();
    comment(&h.env, &mut tenant, id, "To us", true)
        .await
        .unwrap();
    let passport = ask(&h.env, &mut tenant, id, "Passport").await.unwrap();
    ask(&h.env, &mut tenant, id, "Payslip").await.unwrap();
    take_away(&h.env, &mut tenant, id, passport).await.unwrap();
    tenant.commit().await.unwrap();
    let view = h.show(id).await;
    let list: Vec<_> = view
        .items
        .iter()
        .map(|i| (i.body.as_str(), i.done))
        .collect();
    assert_eq!(list, [("Travel", false), ("Payslips", true)]);
    let said: Vec<_> = view
        .comments
        .comments
        .iter()
        .map(|c| (c.body.as_str(), c.internal))
        .collect();
    assert_eq!(said, [("To you", false), ("To us", true)]);
    let asked: Vec<_> = view
        .documents
        .iter()
        .map(|d| (d.name.as_str(), d.asked))
        .collect();
    assert_eq!(asked, [("Payslip", true)]);
    assert_eq!(view.form.due.as_deref(), Some("2026-09-30"));
    assert_eq!(
        kinds(&view),
        [
            "created",
            "title",
            "description",
            "status",
            "due",
            "owner",
            "item",
            "item",
            "item",
            "item_done",
            "item_undone",
            "item_done",
            "item",
            "item_gone",
            "asked",
            "asked",
            "document_gone"
        ]
    );
    // The form once, three lines, six acts that changed something, two comments, three documents.
    assert_eq!(view.rev, 1 + 1 + 3 + 6 + 2 + 3);
    h.change(id, |form| form.status = TaskStatus::Done).await;
    let ended = h.show(id).await.ended;
    assert!(ended.is_some());
    h.change(id, |form| form.status = TaskStatus::Cancelled)
        .await;
    assert_eq!(h.show(id).await.ended, ended);
    h.change(id, |form| form.status = TaskStatus::Open).await;
    assert_eq!(h.show(id).await.ended, None);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn of_two_who_change_a_task_at_once_the_second_is_told_and_nothing_is_lost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", false).await;
    let view = h.show(id).await;
    h.change(id, |form| form.description = "The first".into())
        .await;
    let mut form = view.form;
    form.description = "The second".into();
    let mut tenant = h.enter().await;
    let late = change(&h.env, &mut tenant, id, view.rev, &form).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    drop(tenant);
    assert_eq!(h.show(id).await.form.description, "The first");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_task_is_made_from_a_message_for_whoever_it_is_from(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let line = testing::thread::write(&h.env, &h.owner, h.talk, "hello").await;
    let mut tenant = h.enter().await;
    let mut new = h.new_task("Answer", false);
    new.contact = None;
    new.message = Some(line);
    let id = create(&h.env, &mut tenant, &new).await.unwrap();
    let view = show(&h.env, &mut tenant, id).await.unwrap();
    assert_eq!((view.contact.id, view.message), (h.contact, Some(line)));
    assert_eq!(view.conversation, Some(h.talk));
    new.contact = Some(h.env.id());
    let other = create(&h.env, &mut tenant, &new).await;
    assert!(matches!(
        other,
        Err(Error::Invalid {
            field: "contact",
            ..
        })
    ));
    new.contact = None;
    new.message = Some(h.env.id());
    let none = create(&h.env, &mut tenant, &new).await;
    assert!(matches!(none, Err(Error::NotFound)));
    new.message = None;
    let nobody = create(&h.env, &mut tenant, &new).await;
    assert!(matches!(
        nobody,
        Err(Error::Invalid {
            field: "contact",
            ..
        })
    ));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn what_is_too_long_or_none_is_refused_by_its_name(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", false).await;
    let mut tenant = h.enter().await;
    let env = &h.env;
    let field = |error: Error| match error {
        Error::Invalid { field, .. } => field,
        other => panic!("{other:?}"),
    };
    let mut new = h.new_task(&"x".repeat(201), false);
    assert_eq!(
        field(create(env, &mut tenant, &new).await.unwrap_err()),
        "title"
    );
    new = h.new_task("x", false);
    new.description = "x".repeat(4001);
    assert_eq!(
        field(create(env, &mut tenant, &new).await.unwrap_err()),
        "description"
    );
    new = h.new_task("x", false);
    new.due = Some("tomorrow".into());
    assert_eq!(
        field(create(env, &mut tenant, &new).await.unwrap_err()),
        "due"
    );
    new = h.new_task("x", false);
    new.owner = Some(env.id());
    assert_eq!(
        field(create(env, &mut tenant, &new).await.unwrap_err()),
        "owner"
    );
    let long = comment(env, &mut tenant, id, &"x".repeat(4001), true).await;
    assert_eq!(field(long.unwrap_err()), "comment");
    let empty = comment(env, &mut tenant, id, " \n", true).await;
    assert_eq!(field(empty.unwrap_err()), "comment");
    let item = change_items(env, &mut tenant, id, &ItemAct::Add("a\nb".into())).await;
    assert_eq!(field(item.unwrap_err()), "item");
    // Not shared: there is nobody to read it.
    for refused in [
        comment(env, &mut tenant, id, "hello", false)
            .await
            .map(drop),
        ask(env, &mut tenant, id, "Passport").await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Conflict(_))));
    }
    for nth in 0..100 {
        let add = ItemAct::Add(format!("{nth}"));
        change_items(env, &mut tenant, id, &add).await.unwrap();
    }
    let full = change_items(env, &mut tenant, id, &ItemAct::Add("one more".into())).await;
    assert!(matches!(full, Err(Error::Conflict(_))));
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_workspace_sees_and_changes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let h = house(options).await;
    let id = h.task("Passport", true).await;
    let mut tenant = h.enter().await;
    let document = ask(&h.env, &mut tenant, id, "Passport").await.unwrap();
    let add = ItemAct::Add("Photo".into());
    change_items(&h.env, &mut tenant, id, &add).await.unwrap();
    tenant.commit().await.unwrap();
    let before = h.show(id).await;
    let rival = testing::workspace(&h.env, "Rival", Role::Owner).await;
    let mut theirs = rival.enter(&h.env).await;
    let env = &h.env;
    let tick = ItemAct::Tick(before.items[0].id, true);
    for answer in [
        show(env, &mut theirs, id).await.map(drop),
        change(env, &mut theirs, id, before.rev, &before.form).await,
        delete(env, &mut theirs, id).await,
        change_items(env, &mut theirs, id, &tick).await,
        comment(env, &mut theirs, id, "hello", true).await.map(drop),
        ask(env, &mut theirs, id, "x").await.map(drop),
        take_away(env, &mut theirs, id, document).await,
        comments(&mut theirs, id, None).await.map(drop),
        link(env, &mut theirs, rival.session, id, document)
            .await
            .map(drop),
        create(env, &mut theirs, &h.new_task("x", false))
            .await
            .map(drop),
    ] {
        assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
    }
    theirs.commit().await.unwrap();
    assert_eq!(h.show(id).await, before);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_manager_deletes_a_task_and_an_agent_does_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Passport", true).await;
    let (_, agent) = h.join("Ana", Role::Agent).await;
    let (_, manager) = h.join("Mia", Role::Manager).await;
    let mut tenant = h.as_member(agent).await;
    assert!(matches!(
        delete(&h.env, &mut tenant, id).await,
        Err(Error::Forbidden)
    ));
    drop(tenant);
    let mut tenant = h.as_member(manager).await;
    comment(&h.env, &mut tenant, id, "Gone soon", true)
        .await
        .unwrap();
    delete(&h.env, &mut tenant, id).await.unwrap();
    assert!(matches!(
        show(&h.env, &mut tenant, id).await,
        Err(Error::NotFound)
    ));
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM task_comment) + (SELECT count(*) FROM task_change)",
    )
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_limited_agent_works_on_what_they_see_and_finds_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let id = h.task("Hidden", false).await;
    let (ana, session) = h.join("Ana", Role::Agent).await;
    let mut tenant = h.enter().await;
    crate::teams::limit(&h.env, &mut tenant, true)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut hers = h.as_member(session).await;
    let page = list(&h.env, &mut hers, &TaskRequest::default())
        .await
        .unwrap();
    assert_eq!((page.rows, page.overdue), (vec![], 0));
    for answer in [
        show(&h.env, &mut hers, id).await.map(drop),
        comment(&h.env, &mut hers, id, "hello", true)
            .await
            .map(drop),
        create(&h.env, &mut hers, &h.new_task("x", false))
            .await
            .map(drop),
    ] {
        assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
    }
    drop(hers);
    h.change(id, |form| form.owner = Some(ana)).await;
    let mut hers = h.as_member(session).await;
    let view = show(&h.env, &mut hers, id).await.unwrap();
    assert_eq!(view.contact.name, None, "the task is hers, and no more");
    comment(&h.env, &mut hers, id, "On it", true).await.unwrap();
    let mut form = view.form;
    form.owner = None;
    let rev = show(&h.env, &mut hers, id).await.unwrap().rev;
    let away = change(&h.env, &mut hers, id, rev, &form).await;
    assert!(matches!(away, Err(Error::Conflict(_))), "{away:?}");
}
