//! Settings on a real database; another workspace sees and changes none of them.

mod logo;
mod steps;

use super::*;
use crate::{
    account,
    testing::{self, Fixture},
};
use postern_types::{Announce, Habits, Role, Span, WorkspaceForm, WorkspaceView};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn form() -> WorkspaceForm {
    WorkspaceForm {
        name: " Harbour 🌿 Coffee ".into(),
        tone: Some(9),
        zone: "Europe/Lisbon".into(),
        hours: Some(vec![
            vec![Span {
                from: 540,
                to: 1020
            }];
            7
        ]),
        revision: 0,
    }
}

async fn read(env: &Env, fixture: &Fixture) -> WorkspaceView {
    let mut tenant = fixture.enter(env).await;
    show(env, &mut tenant, fixture.session).await.unwrap()
}

async fn saved(env: &Env, fixture: &Fixture, form: &WorkspaceForm) -> Result<()> {
    let mut tenant = fixture.enter(env).await;
    save(env, &mut tenant, form).await?;
    tenant.commit().await
}

/// How often that stands in the audit of the workspace.
async fn audited(env: &Env, fixture: &Fixture, action: &str) -> i64 {
    let mut tenant = fixture.enter(env).await;
    sqlx::query_scalar("SELECT count(*) FROM audit WHERE workspace_id = $1 AND action = $2")
        .bind(fixture.workspace.0)
        .bind(action)
        .fetch_one(tenant.conn())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_saved_is_read_and_stays_in_its_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    let two = testing::workspace(&env, "Two", Role::Admin).await;
    let fresh = read(&env, &one).await;
    assert_eq!(
        (fresh.name.as_str(), fresh.zone.as_str(), fresh.revision),
        ("One", "UTC", 0)
    );
    assert_eq!((fresh.tone, fresh.hours, fresh.opening), (None, None, None));

    saved(&env, &one, &form()).await.unwrap();
    let view = read(&env, &one).await;
    assert_eq!(view.name, "Harbour 🌿 Coffee");
    assert_eq!((view.tone, view.zone.as_str()), (Some(9), "Europe/Lisbon"));
    assert_eq!((view.hours, view.revision), (form().hours, 1));
    assert!(view.opening.is_some());
    assert_eq!(audited(&env, &one, "workspace.changed").await, 1);

    let other = read(&env, &two).await;
    assert_eq!((other.name.as_str(), other.revision), ("Two", 0));
    let mut global = env.db.global().await.unwrap();
    let me = account::now(&env, one.session).await.unwrap();
    let place = &me.memberships[0];
    assert_eq!(
        (place.workspace_name.as_str(), place.tone),
        ("Harbour 🌿 Coffee", Some(9))
    );
    // Without a workspace nothing is seen.
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM workspace_setting")
        .fetch_one(global.conn())
        .await
        .unwrap();
    assert_eq!(seen, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_saves_what_somebody_else_changed_is_told_and_nothing_is_lost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    // Of many who read the same, one saves.
    let tries = (0..8).map(|n| {
        let (env, one) = (&env, &one);
        async move {
            let mine = WorkspaceForm {
                name: format!("Name {n}"),
                ..form()
            };
            saved(env, one, &mine).await.map(|()| n)
        }
    });
    let answers = futures::future::join_all(tries).await;
    let won: Vec<_> = answers.iter().filter_map(|a| a.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    let lost = answers.iter().filter_map(|a| a.as_ref().err());
    for error in lost {
        assert!(matches!(error, Error::Conflict(_)), "{error:?}");
    }
    assert_eq!(read(&env, &one).await.name, format!("Name {}", won[0]));
    for revision in [0, 2, -1, i32::MAX] {
        let stale = WorkspaceForm { revision, ..form() };
        let refused = saved(&env, &one, &stale).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{revision}");
    }
    let next = WorkspaceForm {
        revision: 1,
        ..form()
    };
    saved(&env, &one, &next).await.unwrap();
    assert_eq!(audited(&env, &one, "workspace.changed").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_acceptable_is_refused_by_its_field_and_changes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    let overlap = vec![vec![Span { from: 540, to: 800 }, Span { from: 700, to: 900 },]; 7];
    for (field, form) in [
        (
            "workspace_name",
            WorkspaceForm {
                name: "x".repeat(81),
                ..form()
            },
        ),
        (
            "workspace_name",
            WorkspaceForm {
                name: "a\nb".into(),
                ..form()
            },
        ),
        (
            "workspace_name",
            WorkspaceForm {
                name: "  ".into(),
                ..form()
            },
        ),
        (
            "tone",
            WorkspaceForm {
                tone: Some(10),
                ..form()
            },
        ),
        (
            "zone",
            WorkspaceForm {
                zone: "Mars/Olympus".into(),
                ..form()
            },
        ),
        (
            "hours",
            WorkspaceForm {
                hours: Some(overlap),
                ..form()
            },
        ),
    ] {
        match saved(&env, &one, &form).await {
            Err(Error::Invalid { field: at, .. }) => assert_eq!(at, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let view = read(&env, &one).await;
    assert_eq!((view.name.as_str(), view.revision), ("One", 0));
    assert_eq!(audited(&env, &one, "workspace.changed").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_persons_habits_are_theirs_in_every_browser(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let (_, ana) = testing::person(&env, "Ana").await;
    let (_, bo) = testing::person(&env, "Bo").await;
    assert_eq!(
        account::now(&env, ana).await.unwrap().habits,
        Habits::default()
    );
    let mut habits = Habits {
        locale: Some("de-AT".into()),
        announce: Announce::Nothing,
        sound: false,
        task_mail: false,
    };
    let me = account::settle(&env, ana, &habits).await.unwrap();
    assert_eq!(me.habits, habits);
    for announce in [Announce::Everything, Announce::Open, Announce::Mine] {
        habits = Habits {
            locale: None,
            announce,
            sound: true,
            task_mail: true,
        };
        account::settle(&env, ana, &habits).await.unwrap();
        assert_eq!(account::now(&env, ana).await.unwrap().habits, habits);
    }
    for locale in ["", "de", "xx-YY", "de-AT-u-nu-thai", "en-us", "<b>"] {
        let wrong = Habits {
            locale: Some(locale.into()),
            ..Habits::default()
        };
        let refused = account::settle(&env, ana, &wrong).await;
        assert!(
            matches!(
                refused,
                Err(Error::Invalid {
                    field: "locale",
                    ..
                })
            ),
            "{locale}"
        );
    }
    assert_eq!(
        account::now(&env, bo).await.unwrap().habits,
        Habits::default()
    );
    let nobody = account::settle(&env, env.id(), &habits).await;
    assert!(matches!(nobody, Err(Error::Unauthorized)));
}
