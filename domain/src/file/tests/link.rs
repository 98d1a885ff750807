//! Links: what each is good for, and for how long.

use super::*;
use crate::{
    file::tests::{giving, photo, scene},
    session, testing,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration as Std;

#[sqlx::test(migrations = "../migrations")]
async fn a_link_is_good_for_five_minutes_and_is_nothing_once_it_is_changed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(photo())).await;
    let file = scene.image().await;
    scene.work(Std::ZERO).await;
    let (full, thumb) = scene.link(file).await;
    let (full, thumb) = (
        full["/files/".len()..].to_owned(),
        thumb.unwrap()["/files/".len()..].to_owned(),
    );
    let served = open(&scene.env, &full).await.unwrap();
    assert!((299..=300).contains(&served.fresh_s), "{}", served.fresh_s);
    let small = open(&scene.env, &thumb).await.unwrap();
    assert_ne!(served.tag, small.tag);

    for at in 0..full.len() {
        let mut changed = full.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        // The last letter has bits that say nothing; whatever is taken for the same is the same.
        if let Ok(same) = open(&scene.env, &changed).await {
            assert_eq!(same.tag, served.tag);
            assert_eq!(at, full.len() - 1);
        }
    }
    for broken in [
        "",
        "A",
        &full[..full.len() - 2],
        &format!("{full}AA"),
        "../../etc/passwd",
    ] {
        assert!(
            matches!(open(&scene.env, broken).await, Err(Error::Unauthorized)),
            "{broken}"
        );
    }
    scene.clock.by(Duration::seconds(299));
    assert!(open(&scene.env, &full).await.is_ok());
    scene.clock.by(Duration::seconds(2));
    assert!(matches!(
        open(&scene.env, &full).await,
        Err(Error::Unauthorized)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_link_ends_with_its_session_and_opens_no_other_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options.clone(), giving(photo())).await;
    let file = scene.image().await;
    scene.work(Std::ZERO).await;
    let (full, _) = scene.link(file).await;
    let full = &full["/files/".len()..];
    let good = Token::read(&scene.env, full).unwrap();

    // Rightly signed, and of a file of another workspace, or by a session that has no place there.
    let other = testing::workspace(&scene.env, "Other", Role::Owner).await;
    let foreign = Token {
        workspace: other.workspace,
        session: other.session,
        ..good
    };
    assert!(matches!(
        open(&scene.env, &foreign.write(&scene.env)).await,
        Err(Error::NotFound)
    ));
    let stranger = Token {
        session: other.session,
        ..good
    };
    let refused = open(&scene.env, &stranger.write(&scene.env)).await;
    assert!(
        matches!(refused, Err(Error::NotFound | Error::Forbidden)),
        "a stranger was let in"
    );

    assert!(open(&scene.env, full).await.is_ok());
    let mut global = scene.env.db.global().await.unwrap();
    sqlx::query("UPDATE session SET ended_at = now(), end_reason = 'sign_out' WHERE id = $1")
        .bind(scene.fixture.session.0)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    let mut global = scene.env.db.global().await.unwrap();
    assert!(
        !session::lives(global.conn(), scene.fixture.session)
            .await
            .unwrap()
    );
    drop(global);
    assert!(matches!(
        open(&scene.env, full).await,
        Err(Error::Unauthorized)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn links_are_given_of_a_hundred_files_at_once_and_no_more(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let mut tenant = one.enter(&env).await;
    let ids: Vec<FileId> = (0..101).map(|_| env.id()).collect();
    let many = links(&env, &mut tenant, one.session, &ids).await;
    assert!(matches!(many, Err(Error::Invalid { field: "ids", .. })));
    assert!(
        links(&env, &mut tenant, one.session, &ids[1..])
            .await
            .unwrap()
            .is_empty()
    );
}
