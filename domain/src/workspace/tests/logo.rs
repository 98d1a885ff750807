//! What is taken as a logo, and who is shown it.

use super::*;
use crate::workspace::logo;
use bytes::Bytes;
use image::ImageFormat;
use postern_types::{MemberState, Right};
use std::{convert::Infallible, io::Cursor};
use time::Duration;

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut out = Vec::new();
    image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 30]))
        .write_to(&mut Cursor::new(&mut out), format)
        .unwrap();
    out
}

async fn bring(env: &Env, fixture: &Fixture, bytes: Vec<u8>) -> Result<WorkspaceView> {
    let admitted = logo::admit(env, fixture.session, fixture.workspace, None).await?;
    let pieces: Vec<_> = bytes
        .chunks(64 * 1024)
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    logo::receive(env, admitted, futures::stream::iter(pieces)).await
}

fn token(view: &WorkspaceView) -> String {
    let link = view.logo.as_deref().unwrap();
    link.strip_prefix("/files/logo/").unwrap().to_owned()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_logo_is_made_anew_small_and_kept_sealed(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let mut bytes = picture(1200, 600, format);
        bytes.extend(b"<script>alert(1)</script>");
        let view = bring(&env, &one, bytes).await.unwrap();
        let served = logo::open(&env, &token(&view)).await.unwrap();
        assert!(["image/png", "image/jpeg"].contains(&served.mime.as_str()));
        let small = image::load_from_memory(&served.bytes).unwrap();
        assert_eq!((small.width(), small.height()), (256, 128), "{format:?}");
        assert!(!served.bytes.windows(8).any(|at| at == b"<script>"));
    }
    let mut tenant = one.enter(&env).await;
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM workspace_logo")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    drop(tenant);
    assert!(
        image::guess_format(&sealed).is_err(),
        "it lies there sealed"
    );
    assert_eq!(audited(&env, &one, "workspace.logo").await, 4);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_picture_or_too_much_of_one_is_no_logo(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Admin).await;
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    // A head that claims 65,536 by 65,536.
    let mut bomb = picture(4, 4, ImageFormat::Gif);
    bomb[6..10].copy_from_slice(&[0xff; 4]);
    let whole = picture(64, 64, ImageFormat::Png);
    for (bytes, says) in [
        (svg.as_bytes().to_vec(), "SVG"),
        (
            format!("<?xml version=\"1.0\"?>\n{svg}").into_bytes(),
            "SVG",
        ),
        (b"<!doctype html><p>".to_vec(), "SVG"),
        (bomb, "50 million"),
        (whole[..whole.len() / 3].to_vec(), "no picture"),
        (b"%PDF-1.4".to_vec(), "no picture"),
        (b"MZ\x90\0".to_vec(), "no picture"),
        (vec![], "no picture"),
        (vec![0x89; 5 * 1024 * 1024 + 1], "5 MB"),
    ] {
        match bring(&env, &one, bytes).await {
            Err(Error::Invalid {
                field: "logo",
                reason,
            }) => assert!(reason.contains(says), "{reason}"),
            other => panic!("{says}: {other:?}"),
        }
    }
    let told = logo::admit(&env, one.session, one.workspace, Some(6 << 20)).await;
    assert!(matches!(told, Err(Error::Invalid { .. })));
    let broken = futures::stream::iter([Ok(Bytes::from_static(b"\x89PNG")), Err("gone")]);
    let admitted = logo::admit(&env, one.session, one.workspace, None).await;
    let broken = logo::receive(&env, admitted.unwrap(), broken).await;
    assert!(matches!(broken, Err(Error::Invalid { .. })));
    assert_eq!(read(&env, &one).await.logo, None);
    assert_eq!(audited(&env, &one, "workspace.logo").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_logo_is_had_by_its_members_while_they_are_in_and_its_link_is_good(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, clock) = testing::env(options.clone());
    let one = testing::workspace(&env, "One", Role::Admin).await;
    let two = testing::workspace(&env, "Two", Role::Admin).await;
    let view = bring(&env, &one, picture(9, 9, ImageFormat::Png))
        .await
        .unwrap();
    let link = token(&view);
    assert!(logo::open(&env, &link).await.is_ok());

    // Each letter of it counts.
    let mut forged = link.clone().into_bytes();
    for at in (0..forged.len()).step_by(7) {
        let kept = forged[at];
        forged[at] = if kept == b'A' { b'B' } else { b'A' };
        let opened = logo::open(&env, std::str::from_utf8(&forged).unwrap()).await;
        assert!(matches!(opened, Err(Error::Unauthorized)), "at {at}");
        forged[at] = kept;
    }
    for nothing in ["", "A", "logo"] {
        let opened = logo::open(&env, nothing).await;
        assert!(matches!(opened, Err(Error::Unauthorized)), "{nothing}");
    }
    // Somebody of another workspace has a link of their own session: it opens nothing here.
    let id: uuid::Uuid = {
        let mut tenant = one.enter(&env).await;
        sqlx::query_scalar("SELECT id FROM workspace_logo")
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    };
    for (workspace, session) in [(one.workspace, two.session), (two.workspace, two.session)] {
        let foreign = logo::link(&env, workspace, id, session);
        let foreign = foreign.strip_prefix("/files/logo/").unwrap();
        let opened = logo::open(&env, foreign).await;
        assert!(matches!(opened, Err(Error::NotFound)));
    }
    let brought = logo::admit(&env, two.session, one.workspace, None).await;
    assert!(matches!(brought, Err(Error::NotFound)));

    // Whoever waits sees neither colour nor logo, and the link is shut as well.
    let waiting = format!(
        "UPDATE member SET state = 'waiting' WHERE workspace_id = '{}'",
        one.workspace
    );
    testing::as_owner(&options, "member", &waiting).await;
    assert!(matches!(
        logo::open(&env, &link).await,
        Err(Error::Forbidden)
    ));
    let me = account::now(&env, one.session).await.unwrap();
    let place = &me.memberships[0];
    assert_eq!(place.state, MemberState::Waiting);
    assert_eq!((place.tone, place.logo.as_ref()), (None, None));
    testing::as_owner(&options, "member", &waiting.replace("waiting", "active")).await;
    let me = account::now(&env, one.session).await.unwrap();
    assert!(me.memberships[0].logo.is_some());

    // Another logo has another link; a link ends by itself.
    let view = bring(&env, &one, picture(8, 8, ImageFormat::Jpeg))
        .await
        .unwrap();
    assert!(matches!(
        logo::open(&env, &link).await,
        Err(Error::NotFound)
    ));
    clock.by(Duration::hours(1));
    let late = logo::open(&env, &token(&view)).await;
    assert!(matches!(late, Err(Error::Unauthorized)));
    let mut tenant = one.enter(&env).await;
    remove_logo(&env, &mut tenant).await.unwrap();
    remove_logo(&env, &mut tenant).await.unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(read(&env, &one).await.logo, None);
    assert_eq!(audited(&env, &one, "workspace.logo").await, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_brings_no_logo(_: PgPoolOptions, options: PgConnectOptions) {
    let (env, _) = testing::env(options);
    for role in [Role::Agent, Role::Manager] {
        assert!(!role.may(Right::Workspace));
        let one = testing::workspace(&env, "One", role).await;
        let brought = logo::admit(&env, one.session, one.workspace, None).await;
        assert!(matches!(brought, Err(Error::Forbidden)));
    }
}
