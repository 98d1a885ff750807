//! What agents add: what goes out, what does not and why, and what becomes of it.

use super::*;
use crate::{
    file::tests::{Scene, giving, photo, scene},
    graph::Fault,
    job,
    message::{self, New},
    testing::{self, meta::Reply, thread},
};
use futures::stream;
use postern_types::{Direction, FileState, Status, Told};
use secrecy::SecretString;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

/// Lets it in and takes it.
async fn bring<S, E>(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    asked: Asked,
    body: S,
) -> Result<FileView>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let admitted = admit(env, session, workspace, asked).await?;
    receive(env, admitted, body).await
}

async fn add(scene: &Scene, claimed: &str, name: &str, bytes: Vec<u8>) -> Result<FileView> {
    let asked = Asked {
        conversation: scene.conversation,
        name: Some(name.to_owned()),
        claimed: claimed.to_owned(),
        size: None,
    };
    let pieces: Vec<_> = bytes
        .chunks(50_000)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
        .collect();
    bring(
        &scene.env,
        scene.fixture.session,
        scene.fixture.workspace,
        asked,
        stream::iter(pieces),
    )
    .await
}

fn words<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Invalid {
            field: "file",
            reason,
        }) => reason.into_owned(),
        other => panic!("{other:?}"),
    }
}

fn zip(first: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    bytes.resize(26, 0);
    bytes.extend(u16::try_from(first.len()).unwrap().to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(first.as_bytes());
    bytes
}

fn long(begin: &[u8], size: u64) -> Vec<u8> {
    let mut bytes = begin.to_vec();
    bytes.resize(usize::try_from(size).unwrap(), 1);
    bytes
}

#[sqlx::test(migrations = "../migrations")]
async fn what_whatsapp_takes_is_taken_and_what_it_does_not_is_refused_in_words(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(Vec::new())).await;
    let film = b"\0\0\0\x18ftypisom\0\0\0\0";
    let opus = [
        b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13".as_slice(),
        b"OpusHead",
    ]
    .concat();
    let vorbis = [&opus[..28], b"\x01vorbis\0"].concat();
    let office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let webp = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0";
    let still = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0";
    let mut good = 0;
    for (claimed, name, bytes, sent) in [
        ("image/jpeg", "a.jpg", photo(), "image/jpeg"),
        (
            "image/png",
            "",
            long(b"\x89PNG\r\n\x1a\n", 5 * MB),
            "image/png",
        ),
        ("video/mp4", "a.mp4", long(film, 16 * MB), "video/mp4"),
        ("audio/mp4", "a.m4a", film.to_vec(), "audio/mp4"),
        ("audio/ogg; codecs=opus", "note.ogg", opus, "audio/ogg"),
        ("audio/mpeg", "a.mp3", b"ID3\x04\0\0".to_vec(), "audio/mpeg"),
        ("image/webp", "", long(webp, 400 * 1024), "image/webp"),
        (
            "application/pdf",
            "a.pdf",
            long(b"%PDF-1.7", 17 * MB),
            "application/pdf",
        ),
        (office, "a.docx", zip("[Content_Types].xml"), office),
        (
            "application/msword",
            "a.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            "application/msword",
        ),
        ("text/plain", "a.txt", b"hello".to_vec(), "text/plain"),
        ("", "a.csv", b"a,b".to_vec(), "text/plain"),
    ] {
        let size = bytes.len();
        let view = add(&scene, claimed, name, bytes)
            .await
            .unwrap_or_else(|error| panic!("{name} {claimed}: {error}"));
        assert_eq!((view.state, view.mime.as_str()), (FileState::Stored, sent));
        assert_eq!(view.size, Some(i64::try_from(size).unwrap()));
        good += 1;
    }
    let objects = scene.objects().await.len();
    assert_eq!(objects, good + 1, "and a small photo");
    for (claimed, name, bytes, word) in [
        (
            "image/png",
            "a.png",
            long(b"\x89PNG\r\n\x1a\n", 5 * MB + 1),
            "5 MB at most",
        ),
        (
            "video/mp4",
            "a.mp4",
            long(film, 16 * MB + 1),
            "16 MB at most",
        ),
        ("image/webp", "", long(webp, 501 * 1024), "500 KB at most"),
        ("image/webp", "", long(still, 101 * 1024), "100 KB at most"),
        (
            "image/gif",
            "a.gif",
            b"GIF89a\x01\0\x01\0".to_vec(),
            "JPEG or PNG",
        ),
        ("image/svg+xml", "a.svg", b"<svg/>".to_vec(), "PDF, text"),
        ("text/html", "a.html", b"<html>".to_vec(), "PDF, text"),
        (
            "video/quicktime",
            "a.mov",
            b"\0\0\0\x14ftypqt  ".to_vec(),
            "MP4 or 3GP",
        ),
        ("audio/ogg", "a.ogg", vorbis, "Opus"),
        ("application/zip", "a.zip", zip("a/b"), "PDF, text"),
        ("application/pdf", "a.pdf", b"MZ\x90\0".to_vec(), "program"),
        (
            "image/jpeg",
            "a.jpg",
            b"%PDF-1.4".to_vec(),
            "not what it was sent as",
        ),
        ("text/plain", "a.txt", Vec::new(), "empty"),
    ] {
        let said = words(add(&scene, claimed, name, bytes).await);
        assert!(said.contains(word), "{name} {claimed}: {said}");
    }
    assert_eq!(
        scene.objects().await.len(),
        objects,
        "what is refused leaves nothing"
    );

    let broken = stream::iter([
        Ok(Bytes::from_static(b"%PDF-1.7")),
        Err(std::io::Error::other("gone")),
    ]);
    let asked = Asked {
        conversation: scene.conversation,
        name: None,
        claimed: String::new(),
        size: None,
    };
    let cut = bring(
        &scene.env,
        scene.fixture.session,
        scene.fixture.workspace,
        asked.clone(),
        broken,
    )
    .await;
    assert!(words(cut).contains("did not come whole"));
    for size in [MOST + 1, u64::MAX] {
        let told = Asked {
            size: Some(size),
            ..asked.clone()
        };
        let (session, workspace) = (scene.fixture.session, scene.fixture.workspace);
        let large = admit(&scene.env, session, workspace, told).await;
        assert!(words(large).contains("100 MB at most"), "{size}");
    }
    assert_eq!(scene.objects().await.len(), objects);
}

#[sqlx::test(migrations = "../migrations")]
async fn more_than_may_be_is_not_taken_however_little_was_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(Vec::new())).await;
    let piece = Bytes::from(vec![b'a'; 1024 * 1024]);
    let endless = stream::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
    let asked = Asked {
        conversation: scene.conversation,
        name: None,
        claimed: "text/plain".to_owned(),
        size: Some(5),
    };
    let taken = bring(
        &scene.env,
        scene.fixture.session,
        scene.fixture.workspace,
        asked,
        endless,
    )
    .await;
    assert!(words(taken).contains("100 MB"));
    assert_eq!(scene.objects().await, [""; 0]);
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_adds_a_file_to_another_workspaces_conversation(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(Vec::new())).await;
    let other = testing::workspace(&scene.env, "Other", Role::Owner).await;
    for (session, workspace) in [
        (other.session, other.workspace),
        (other.session, scene.fixture.workspace),
    ] {
        let asked = Asked {
            conversation: scene.conversation,
            name: None,
            claimed: "text/plain".to_owned(),
            size: None,
        };
        let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"hello"))]);
        let put = bring(&scene.env, session, workspace, asked, body).await;
        assert!(matches!(put, Err(Error::NotFound)), "{put:?}");
    }
    assert_eq!(scene.objects().await, [""; 0]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_sent_nowhere_goes_after_a_day_and_what_a_message_names_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(Vec::new())).await;
    let unused = add(&scene, "image/jpeg", "a.jpg", photo()).await.unwrap();
    let used = add(&scene, "text/plain", "b.txt", b"hello".to_vec())
        .await
        .unwrap();
    assert_eq!(scene.objects().await.len(), 3);
    name_it(&scene, used.id).await;
    scene.work(Duration::from_hours(23)).await;
    assert_eq!(scene.view(unused.id).await.state, FileState::Stored);
    scene.work(Duration::from_hours(25)).await;
    let mut tenant = scene.fixture.enter(&scene.env).await;
    assert!(matches!(
        crate::file::find(&mut tenant, unused.id).await,
        Err(Error::NotFound)
    ));
    drop(tenant);
    assert_eq!(scene.view(used.id).await.state, FileState::Stored);
    assert_eq!(scene.objects().await.len(), 1);
    assert_eq!(thread::jobs(&scene.env, &scene.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn while_too_much_waits_to_be_sent_no_more_is_taken_and_another_workspace_is_not_held_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(Vec::new())).await;
    let text = async || add(&scene, "text/plain", "a.txt", b"hello".to_vec()).await;
    let full = async || match text().await {
        Err(Error::Conflict(words)) => words.contains("wait to be sent"),
        other => panic!("{other:?}"),
    };
    let first = text().await.unwrap().id;
    let sized = async |size: i64| {
        let mut tenant = scene.fixture.enter(&scene.env).await;
        sqlx::query("UPDATE file SET size = $2 WHERE id = $1")
            .bind(first.0)
            .bind(size)
            .execute(tenant.conn())
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    };
    // By their bytes.
    let most = 2 * 1024 * 1024 * 1024;
    sized(most).await;
    assert!(full().await);
    sized(most - 1).await;
    text().await.unwrap();
    assert!(full().await);
    sized(5).await;

    // By their number: with these there are 499.
    let mut tenant = scene.fixture.enter(&scene.env).await;
    sqlx::query(
        "INSERT INTO file (workspace_id, id, channel_id, author_id, kind, claimed, mime, state, size, sha256,
                           key_sealed, object, created_at)
         SELECT workspace_id, gen_random_uuid(), channel_id, author_id, kind, claimed, mime, state, size, sha256,
                key_sealed, object, created_at
           FROM file, generate_series(1, 497) WHERE id = $1",
    )
    .bind(first.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    text().await.unwrap();
    let objects = scene.objects().await.len();
    assert!(full().await);
    assert_eq!(scene.objects().await.len(), objects, "nothing was kept");

    let other = testing::workspace(&scene.env, "Other", Role::Owner).await;
    let channel = testing::channel(&scene.env, &other, "100000000000900").await;
    let conversation = thread::conversation(&scene.env, &other, channel, "15550002222").await;
    let asked = Asked {
        conversation,
        name: None,
        claimed: "text/plain".to_owned(),
        size: None,
    };
    let theirs = admit(&scene.env, other.session, other.workspace, asked).await;
    assert!(theirs.is_ok(), "{theirs:?}");

    // What is sent waits no longer; nor does what came in.
    name_it(&scene, first).await;
    scene.document("text/plain", "in.txt").await;
    text().await.unwrap();
    assert!(full().await);
}

/// A message that takes the file along, and is never sent here.
async fn name_it(scene: &Scene, file: FileId) {
    let mut tenant = scene.fixture.enter(&scene.env).await;
    let kind = crate::file::sendable(&mut tenant, file, scene.channel)
        .await
        .unwrap();
    let new = New {
        id: scene.env.id(),
        conversation: scene.conversation,
        channel: scene.channel,
        direction: Direction::Out,
        author: Some(scene.fixture.member),
        kind: kind.as_str(),
        body: "",
        at: scene.env.now(),
        wamid: None,
        status: Status::Queued,
        told: &Told::default(),
        quotes: None,
        target: None,
        file: Some(file),
    };
    assert!(message::add(&scene.env, &mut tenant, &new).await.unwrap());
    tenant.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_is_handed_over_once_in_twenty_five_days(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    use crate::file::{Handed, meta_id};
    let scene = scene(options, |request| match request.before {
        0 => Reply::Json(
            400,
            json!({ "error": { "message": "no", "code": 131_053 } }),
        ),
        nth => Reply::Json(200, json!({ "id": format!("handed-{nth}") })),
    })
    .await;
    let photo = photo();
    let view = add(&scene, "image/jpeg", "a \"b\".jpg", photo.clone())
        .await
        .unwrap();
    let mut tenant = scene.fixture.enter(&scene.env).await;
    let job = scene.env.id();
    job::add(&scene.env, &mut tenant, job, job::Kind::Send, "lane", &job)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let claim = job::claim(&scene.env, 1, job::LEASE).await.unwrap()[0];
    let token = SecretString::from("token");
    let hand = async || {
        Box::pin(meta_id(&scene.env, claim, view.id, &token, "100"))
            .await
            .unwrap()
    };

    let Handed::Not(Fault::Refused(refusal)) = hand().await else {
        panic!("refused")
    };
    assert_eq!(refusal.code, 131_053);
    for _ in 0..2 {
        assert!(matches!(hand().await, Handed::Id(id) if id == "handed-1"));
    }
    let seen = scene.meta.seen();
    assert_eq!(seen.len(), 2, "it has an id");
    assert!(
        seen[1].line.contains("POST /v24.0/100/media"),
        "{}",
        seen[1].line
    );
    let has = |part: &[u8]| seen[1].raw.windows(part.len()).any(|at| at == part);
    assert!(has(&photo) && has(b"image/jpeg") && has(b"messaging_product") && has(b"whatsapp"));
    scene.clock.by(time::Duration::days(26));
    assert!(matches!(hand().await, Handed::Id(id) if id == "handed-2"));
}
