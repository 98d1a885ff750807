//! Files that come in, whatever comes instead of them.

mod again;
mod s3;

use super::{fetch_again, find, link, links, seal::SEGMENT_FOR_TESTS as SEGMENT};
use crate::{
    Env, Error, channel, file,
    graph::Meta,
    message::{self, New},
    payload::Media,
    testing::{
        self, Fixture, Moved,
        meta::{FakeMeta, Reply, Request, refused},
        thread,
    },
};
use futures::TryStreamExt as _;
use postern_types::{
    ChannelId, ConversationId, Direction, Extra, FileId, FileState, FileView, MessageId, Role,
    Status, Told,
};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Each scene of a test has a number of its own.
static NUMBERS: AtomicU64 = AtomicU64::new(100_000_000_000_001);

/// A workspace with a number and a conversation, and its Meta.
pub(super) struct Scene {
    pub env: Env,
    pub clock: Arc<Moved>,
    pub fixture: Fixture,
    pub channel: ChannelId,
    pub conversation: ConversationId,
    pub meta: FakeMeta,
}

pub(super) async fn scene(
    options: PgConnectOptions,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Scene {
    let meta = FakeMeta::start(answer).await;
    let (mut env, clock) = testing::env(options);
    env.meta.graph = meta.url.parse().unwrap();
    env.meta.http = Meta::http().unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Owner).await;
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed).to_string();
    let channel = testing::channel(&env, &fixture, &number).await;
    let conversation = thread::conversation(&env, &fixture, channel, "15550001111").await;
    Scene {
        env,
        clock,
        fixture,
        channel,
        conversation,
        meta,
    }
}

/// Answers where the file `m1` lies, and gives it there.
pub(super) fn giving(bytes: Vec<u8>) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    move |request| {
        if request.line.contains("/bytes") {
            Reply::Bytes(bytes.clone())
        } else {
            lying(request, "/bytes")
        }
    }
}

/// Where it lies, on the host that was asked.
fn lying(request: &Request, path: &str) -> Reply {
    Reply::Json(
        200,
        json!({ "url": format!("http://{}{path}", request.host), "mime_type": "x", "id": "m1", "file_size": null }),
    )
}

impl Scene {
    /// A message that brings a file.
    pub async fn bring(&self, kind: &str, media: Media) -> (FileId, MessageId) {
        let mut tenant = self.fixture.enter(&self.env).await;
        let media = Media {
            id: "m1".to_owned(),
            ..media
        };
        let file = file::expect(&self.env, &mut tenant, self.channel, kind, &media)
            .await
            .unwrap();
        let message = self.env.id();
        let new = New {
            id: message,
            conversation: self.conversation,
            channel: self.channel,
            direction: Direction::In,
            author: None,
            kind,
            body: "",
            at: self.env.now(),
            wamid: None,
            status: Status::Received,
            told: &Told::default(),
            quotes: None,
            target: None,
            file: Some(file),
        };
        assert!(message::add(&self.env, &mut tenant, &new).await.unwrap());
        tenant.commit().await.unwrap();
        (file, message)
    }

    pub async fn document(&self, mime: &str, name: &str) -> FileId {
        let media = Media {
            mime: Some(mime.to_owned()),
            name: Some(name.to_owned()),
            ..Media::default()
        };
        self.bring("document", media).await.0
    }

    pub async fn image(&self) -> FileId {
        self.bring("image", claimed("image/jpeg")).await.0
    }

    /// Does what is due, and all that waits for less than that.
    pub async fn work(&self, most: Duration) {
        thread::drain(&self.env, &self.clock, most).await;
    }

    pub async fn view(&self, file: FileId) -> FileView {
        let mut tenant = self.fixture.enter(&self.env).await;
        find(&mut tenant, file).await.unwrap()
    }

    /// Its links: of the whole, and of the small picture.
    pub async fn link(&self, file: FileId) -> (String, Option<String>) {
        let mut tenant = self.fixture.enter(&self.env).await;
        let found = links(&self.env, &mut tenant, self.fixture.session, &[file])
            .await
            .unwrap();
        let [(id, full, thumb)] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(*id, file);
        (full.clone(), thumb.clone())
    }

    pub async fn read(&self, link: &str) -> Result<Vec<u8>, Error> {
        let served = link::open(&self.env, link.strip_prefix("/files/").unwrap()).await?;
        let size = served.size;
        let pieces: Vec<_> = served.read(&self.env, 0..size).await?.try_collect().await?;
        Ok(pieces.concat())
    }

    /// What the only object in the store is called.
    pub async fn objects(&self) -> Vec<String> {
        self.env.files.names().await
    }
}

pub(super) fn claimed(mime: &str) -> Media {
    Media {
        mime: Some(mime.to_owned()),
        ..Media::default()
    }
}

pub(super) fn photo() -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(800, 600, |x, y| {
        image::Rgb([
            u8::try_from(x % 256).unwrap(),
            u8::try_from(y % 256).unwrap(),
            7,
        ])
    });
    let mut out = Vec::new();
    pixels
        .write_to(&mut Cursor::new(&mut out), image::ImageFormat::Jpeg)
        .unwrap();
    out
}

#[sqlx::test(migrations = "../migrations")]
async fn a_photo_is_fetched_sealed_and_shown_in_the_thread_as_it_comes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let photo = photo();
    let mut scene = scene(options, giving(photo.clone())).await;
    let hash = crate::crypto::sha256(&photo);
    let media = Media {
        sha256: Some(hex::encode(hash)),
        ..claimed("image/jpeg")
    };
    let (file, message) = scene.bring("image", media).await;
    assert_eq!(scene.view(file).await.state, FileState::Waiting);
    let before = thread::read(&scene.env, &scene.fixture, message).await;
    let mut cursor = {
        let mut tenant = scene.fixture.enter(&scene.env).await;
        crate::testing::end(&mut tenant).await
    };
    scene.work(Duration::ZERO).await;
    assert!(
        scene
            .meta
            .seen()
            .iter()
            .all(|request| request.token == "token")
    );
    assert!(
        scene.meta.seen()[0]
            .line
            .contains("/m1?phone_number_id=100000000000001")
    );

    // Live, with a later revision.
    let mut tenant = scene.fixture.enter(&scene.env).await;
    let events = testing::feed(&mut tenant, &mut cursor).await;
    drop(tenant);
    let told: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event {
            postern_types::Event::Message { message, .. } => Some(message),
            _ => None,
        })
        .collect();
    assert_eq!((told.len(), told[0].id), (1, message));
    assert!(told[0].rev > before.rev);
    let extra: Extra = serde_json::from_str(&told[0].extra.as_ref().unwrap().0).unwrap();
    let view = extra.file.unwrap();
    assert_eq!(view, scene.view(file).await);
    assert_eq!(
        (view.state, view.mime.as_str(), view.thumb),
        (FileState::Stored, "image/jpeg", true)
    );
    assert_eq!((view.width, view.height), (Some(800), Some(600)));
    assert_eq!(view.size, Some(i64::try_from(photo.len()).unwrap()));

    // At rest nothing of it can be read; through its links it can.
    let names = scene.objects().await;
    assert_eq!(names.len(), 2, "the photo and a small one");
    for name in &names {
        let raw = scene.env.files.raw(name).await;
        assert!(!raw.windows(4).any(|at| at == b"JFIF"), "{name}");
    }
    let (full, thumb) = scene.link(file).await;
    assert!(scene.read(&full).await.unwrap() == photo);
    let small = image::load_from_memory(&scene.read(&thumb.unwrap()).await.unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (640, 480));

    // With another data key the same objects open.
    crate::vault::rotate_data(&scene.env, Some(scene.fixture.workspace), &mut |_| {})
        .await
        .unwrap();
    assert!(scene.read(&full).await.unwrap() == photo);
    assert_eq!(scene.objects().await, names);

    // What lies there is cut short, longer, or another file's: it is not given out.
    let largest = {
        let mut sizes = Vec::new();
        for name in &names {
            sizes.push((scene.env.files.raw(name).await, name.clone()));
        }
        sizes.into_iter().max_by_key(|(raw, _)| raw.len()).unwrap()
    };
    let (raw, name) = largest;
    for broken in [
        raw[..raw.len() - 1].to_vec(),
        [&raw[..], b"x"].concat(),
        raw.iter().map(|byte| byte ^ 1).collect(),
    ] {
        scene.env.files.put_raw(&name, broken).await;
        assert!(scene.read(&full).await.is_err());
    }
    scene.env.files.put_raw(&name, raw).await;
    assert!(scene.read(&full).await.is_ok());
    scene.env.files = file::Store::memory();
    assert!(scene.read(&full).await.is_err(), "it is gone");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_large_file_passes_in_segments_and_every_part_of_it_can_be_had(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let whole: Vec<u8> = (0..SEGMENT * 90 + 11)
        .map(|at| u8::try_from(at % 251 + 1).unwrap())
        .collect();
    let pdf = [b"%PDF-1.7\n".as_slice(), &whole].concat();
    let scene = scene(options, giving(pdf.clone())).await;
    let file = scene.document("application/pdf", "long.pdf").await;
    scene.work(Duration::ZERO).await;
    let view = scene.view(file).await;
    assert_eq!(
        (view.state, view.name.as_deref(), view.thumb),
        (FileState::Stored, Some("long.pdf"), false)
    );
    let (full, _) = scene.link(file).await;
    assert!(scene.read(&full).await.unwrap() == pdf);
    let border = SEGMENT as u64;
    for range in [
        0..1,
        border - 1..border + 1,
        80 * border - 3..81 * border + 3,
        pdf.len() as u64 - 1..pdf.len() as u64,
    ] {
        let served = link::open(&scene.env, &full["/files/".len()..])
            .await
            .unwrap();
        let part: Vec<_> = served
            .read(&scene.env, range.clone())
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        let expected =
            &pdf[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        assert!(part.concat() == expected, "{range:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_what_it_says_or_must_not_be_kept_leaves_nothing_behind(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let bomb = {
        let mut gif = b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec();
        gif.extend(b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;");
        gif
    };
    for (kind, mime, name, bytes, word) in [
        (
            "document",
            "application/pdf",
            "invoice.pdf",
            b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff".to_vec(),
            "program",
        ),
        (
            "image",
            "image/jpeg",
            "",
            b"<svg onload=alert(1)>".to_vec(),
            "web page",
        ),
        ("image", "image/gif", "", bomb, "50 million pixels"),
        (
            "document",
            "application/pdf",
            "a.pdf",
            b"\x89PNG\r\n\x1a\n".to_vec(),
            "a picture",
        ),
    ] {
        let scene = scene(options.clone(), giving(bytes)).await;
        let media = Media {
            name: Some(name.to_owned()),
            ..claimed(mime)
        };
        let (file, _) = scene.bring(kind, media).await;
        scene.work(Duration::ZERO).await;
        let view = scene.view(file).await;
        let fault = view.fault.unwrap_or_default();
        assert!(
            view.state == FileState::Refused && fault.contains(word),
            "{word}: {:?} {fault}",
            view.state
        );
        assert_eq!(scene.objects().await, [""; 0], "{word}");
        assert_eq!(thread::jobs(&scene.env, &scene.fixture).await, 0);
        let mut tenant = scene.fixture.enter(&scene.env).await;
        let found = links(&scene.env, &mut tenant, scene.fixture.session, &[file])
            .await
            .unwrap();
        assert!(found.is_empty());
        let again = fetch_again(&scene.env, &mut tenant, file).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    // A page and a drawing are kept, and are nothing to be shown.
    for (mime, name, bytes) in [
        (
            "text/html",
            "page.html",
            &b"<html><script>alert(1)</script>"[..],
        ),
        ("image/svg+xml", "logo.svg", b"<svg onload='alert(1)'/>"),
    ] {
        let scene = scene(options.clone(), giving(bytes.to_vec())).await;
        let file = scene.document(mime, name).await;
        scene.work(Duration::ZERO).await;
        let view = scene.view(file).await;
        assert_eq!(
            (view.state, view.thumb),
            (FileState::Stored, false),
            "{name}"
        );
        assert!(!file::is_shown(&view.mime), "{name}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_token_goes_to_metas_hosts_alone_and_no_redirect_is_followed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let foreign = FakeMeta::start(|_| Reply::Bytes(photo())).await;
    let there = foreign.url.clone();
    let told = there.clone();
    let moving = move |request: &Request| {
        if request.line.contains("/moved") {
            Reply::Moved(told.clone())
        } else {
            lying(request, "/moved")
        }
    };
    let naming = {
        let there = there.clone();
        move |_: &Request| Reply::Json(200, json!({ "url": there, "id": "m1" }))
    };
    let by_redirect = scene(options.clone(), moving).await;
    let by_graph = scene(options.clone(), naming).await;
    let by_webhook = scene(options, giving(photo())).await;
    for (scene, url) in [
        (&by_redirect, None),
        (&by_graph, None),
        (&by_webhook, Some(there)),
    ] {
        let media = Media {
            url,
            ..claimed("image/jpeg")
        };
        let (file, _) = scene.bring("image", media).await;
        scene.work(Duration::ZERO).await;
        let view = scene.view(file).await;
        assert_eq!(view.state, FileState::Failed);
        assert!(view.fault.unwrap().contains("not its own"));
    }
    assert!(foreign.seen().is_empty(), "it was never asked");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_has_no_part_in_a_file(_: PgPoolOptions, options: PgConnectOptions) {
    let scene = scene(options, giving(photo())).await;
    let file = scene.image().await;
    scene.work(Duration::ZERO).await;
    let other = testing::workspace(&scene.env, "Other", Role::Owner).await;
    let mut tenant = other.enter(&scene.env).await;
    assert!(matches!(
        find(&mut tenant, file).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        fetch_again(&scene.env, &mut tenant, file).await,
        Err(Error::NotFound)
    ));
    let sent = file::sendable(&mut tenant, file, scene.channel).await;
    assert!(matches!(sent, Err(Error::NotFound)));
    let found = links(&scene.env, &mut tenant, other.session, &[file])
        .await
        .unwrap();
    assert!(found.is_empty(), "it is simply not there");
    // Nor can a file be put at another's number.
    let put = file::expect(
        &scene.env,
        &mut tenant,
        scene.channel,
        "image",
        &claimed("image/png"),
    )
    .await;
    assert!(matches!(put, Err(Error::NotFound)), "{put:?}");
    drop(tenant);
    assert_eq!(scene.view(file).await.state, FileState::Stored);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_disconnected_number_and_a_token_that_meta_refuses_say_what_to_do(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let refusing = scene(options.clone(), |_| refused(401, 190)).await;
    let file = refusing.image().await;
    refusing.work(Duration::ZERO).await;
    let view = refusing.view(file).await;
    assert_eq!(view.state, FileState::Failed);
    assert!(view.fault.unwrap().contains("access token"));
    let mut tenant = refusing.fixture.enter(&refusing.env).await;
    let state = channel::find(&mut tenant, refusing.channel)
        .await
        .unwrap()
        .state;
    assert_eq!(state, postern_types::ChannelState::Disconnected);
    tenant.commit().await.unwrap();

    let asked = refusing.meta.seen().len();
    let mut tenant = refusing.fixture.enter(&refusing.env).await;
    let waiting = fetch_again(&refusing.env, &mut tenant, file).await.unwrap();
    assert_eq!(waiting.state, FileState::Waiting);
    tenant.commit().await.unwrap();
    refusing.work(Duration::ZERO).await;
    assert!(
        refusing
            .view(file)
            .await
            .fault
            .unwrap()
            .contains("disconnected")
    );
    assert_eq!(
        refusing.meta.seen().len(),
        asked,
        "nothing is asked without a token"
    );
}
