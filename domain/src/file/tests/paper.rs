//! What members and clients bring for a task, and what is not taken of them.

use super::{
    room::{ALL_BYTES, MOST_BYTES},
    *,
};
use crate::{
    file::tests::photo,
    portal::{draw, make, revoke, try_pin},
    testing::{self, Fixture},
};
use futures::stream;
use postern_types::{MadeLink, NewLink};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::io::Cursor;

struct Scene {
    env: Env,
    owner: Fixture,
    task: TaskId,
    other: TaskId,
    made: MadeLink,
    visit: Visit,
}

async fn scene(options: PgConnectOptions) -> Scene {
    let (env, _) = testing::env(options);
    let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
    let secrets = draw(&env).await.unwrap();
    let mut tenant = owner.enter(&env).await;
    let mut tasks = Vec::new();
    let mut contacts = Vec::new();
    for name in ["Amira", "Bo"] {
        let (contact, task): (ContactId, TaskId) = (env.id(), env.id());
        sqlx::query(
            "INSERT INTO contact (workspace_id, id, name, created_at) VALUES ($1, $2, $3, now())",
        )
        .bind(owner.workspace.0)
        .bind(contact.0)
        .bind(name)
        .execute(tenant.conn())
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO task (workspace_id, id, contact_id, title, status, shared, created_at, changed_at)
             VALUES ($1, $2, $3, 'Papers', 'open', true, now(), now())",
        )
        .bind(owner.workspace.0)
        .bind(task.0)
        .bind(contact.0)
        .execute(tenant.conn())
        .await
        .unwrap();
        tasks.push(task);
        contacts.push(contact);
    }
    let form = NewLink { days: None };
    let made = make(&env, &mut tenant, contacts[0], &form, &secrets)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let secret = made.address.rsplit('/').next().unwrap();
    let opened = try_pin(&env, secret, &made.pin, &testing::browser(&env)).await;
    let Ok(opened) = opened else {
        panic!("the PIN is right")
    };
    Scene {
        visit: opened.visit,
        env,
        owner,
        task: tasks[0],
        other: tasks[1],
        made,
    }
}

impl Scene {
    fn client(&self) -> Bringer {
        Bringer::Client(self.visit)
    }

    fn paper(&self, name: &str, claimed: &str) -> Paper {
        Paper {
            task: self.task,
            asked: None,
            internal: false,
            name: Some(name.to_owned()),
            claimed: claimed.to_owned(),
            size: None,
        }
    }

    async fn bring(&self, by: Bringer, paper: Paper, bytes: &[u8]) -> Result<Kept> {
        let admitted = admit_paper(&self.env, by, paper).await?;
        let pieces: Vec<_> = bytes
            .chunks(50_000)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        receive_paper(&self.env, admitted, stream::iter(pieces)).await
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query_scalar(sql)
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }
}

fn picture(format: image::ImageFormat) -> Vec<u8> {
    let mut out = Vec::new();
    image::RgbImage::from_pixel(8, 8, image::Rgb([9, 90, 200]))
        .write_to(&mut Cursor::new(&mut out), format)
        .unwrap();
    out
}

fn zip(first: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    bytes.resize(26, 0);
    bytes.extend(u16::try_from(first.len()).unwrap().to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(first.as_bytes());
    bytes
}

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0";

#[sqlx::test(migrations = "../migrations")]
async fn documents_of_people_are_taken_and_what_runs_acts_or_is_two_things_is_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let mut good = 0;
    for (name, claimed, bytes) in [
        ("a.jpg", "image/jpeg", photo()),
        ("a.png", "image/png", picture(image::ImageFormat::Png)),
        (
            "a.heic",
            "image/heic",
            b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(),
        ),
        ("a.pdf", "application/pdf", b"%PDF-1.7\n1 0 obj".to_vec()),
        ("a.docx", office, zip("[Content_Types].xml")),
        ("a.txt", "text/plain", b"My address is this.".to_vec()),
        (
            "a.CSV",
            "application/vnd.ms-excel",
            b"name,city\nAmira,Ulm".to_vec(),
        ),
        (
            "scan",
            "application/octet-stream",
            b"%PDF-1.7\n1 0 obj".to_vec(),
        ),
        ("a.JPEG", "image/jpeg", photo()),
    ] {
        let kept = scene
            .bring(scene.client(), scene.paper(name, claimed), &bytes)
            .await;
        let kept = kept.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(kept.file.name.as_deref(), Some(name));
        good += 1;
    }
    let gif_page = [
        b"GIF89a\x01\0\x01\0=1;".as_slice(),
        b"<script>alert(1)</script>",
    ]
    .concat();
    let pdf_archive = [b"%PDF-1.7\n".as_slice(), &b"PK\x05\x06"[..], &[0; 18]].concat();
    let png_tail = [
        picture(image::ImageFormat::Png).as_slice(),
        b"PK\x05\x06",
        &[0; 18],
    ]
    .concat();
    for (name, claimed, bytes) in [
        // A program by whatever name.
        ("holiday.jpg", "image/jpeg", b"MZ\x90\0\x03\0".to_vec()),
        ("a.pdf", "application/pdf", b"\x7fELF\x02\x01\x01".to_vec()),
        ("invoice.pdf.exe", "application/pdf", b"%PDF-1.7".to_vec()),
        ("a.sh", "text/plain", b"#!/bin/sh\nrm".to_vec()),
        // A drawing, a page.
        (
            "a.svg",
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        ),
        ("a.png", "image/png", b"<svg onload=alert(1)>".to_vec()),
        ("a.html", "text/html", b"<!doctype html><script>".to_vec()),
        (
            "a.txt",
            "text/plain",
            b"<html><script>alert(1)</script>".to_vec(),
        ),
        // Two at once.
        ("a.gif", "image/gif", gif_page),
        ("a.pdf", "application/pdf", pdf_archive),
        ("a.png", "image/png", png_tail),
        // Not what it is called, broken, or of no use here.
        ("a.pdf", "application/pdf", photo()),
        ("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 broken".to_vec()),
        ("a.zip", "application/zip", zip("notes.txt")),
        ("a.mp4", "video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0".to_vec()),
        ("a.docx", office, zip("evil/")),
        ("a.bin", "application/octet-stream", vec![0, 1, 2, 3]),
        // Text that some program acts upon, and what is named after something else.
        ("a.html", "text/plain", b"nothing of a page".to_vec()),
        (
            "a.rdp",
            "text/plain",
            b"full address:s:evil.example".to_vec(),
        ),
        (
            "a.txt.rdp.",
            "text/plain",
            b"full address:s:evil.example".to_vec(),
        ),
        ("a.iqy", "", b"WEB\n1\nhttps://evil.example".to_vec()),
        ("a.slk", "text/plain", b"ID;PWXL;N;E".to_vec()),
        ("a.doc", "application/msword", b"{ text }".to_vec()),
        ("a.md", "text/plain", b"# A title".to_vec()),
        ("a.vb", "application/octet-stream", photo()),
        ("a.png", "image/png", photo()),
        (
            "a.iqy",
            "application/octet-stream",
            b"%PDF-1.7\n1 0 obj".to_vec(),
        ),
        ("a.doc", "application/msword", OLE.to_vec()),
        ("a.txt", "text/plain", Vec::new()),
    ] {
        let refused = scene
            .bring(scene.client(), scene.paper(name, claimed), &bytes)
            .await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: "file", .. })),
            "{name}: {refused:?}"
        );
    }
    assert_eq!(
        scene.count("SELECT count(*) FROM task_document").await,
        good
    );
    assert_eq!(
        scene
            .count("SELECT count(*) FROM file WHERE channel_id IS NULL AND contact_id IS NOT NULL AND author_id IS NULL")
            .await,
        good
    );
    assert_eq!(
        scene
            .count("SELECT count(*) FROM job WHERE lane LIKE 'portal:%'")
            .await,
        good
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_document_has_so_many_bytes_and_is_not_read_beyond_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let mut told = scene.paper("a.pdf", "application/pdf");
    told.size = Some(200 * MB);
    let refused = scene.bring(scene.client(), told, b"%PDF-1.7").await;
    assert!(matches!(refused, Err(Error::Invalid { field: "file", .. })));
    // What says nothing of its size is cut off where it gets too large.
    let paper = scene.paper("a.pdf", "application/pdf");
    let admitted = admit_paper(&scene.env, scene.client(), paper)
        .await
        .unwrap();
    let read = std::sync::atomic::AtomicU64::new(0);
    let piece = Bytes::from(vec![b'%'; 1024 * 1024]);
    let endless = stream::iter(std::iter::repeat_with(|| {
        read.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, std::io::Error>(piece.clone())
    }));
    let refused = receive_paper(&scene.env, admitted, endless).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "file", .. })));
    assert_eq!(read.into_inner(), 26);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_brings_documents_for_their_own_shared_tasks_alone_and_what_was_asked_for_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let pdf = b"%PDF-1.7\n1 0 obj";
    for task in [scene.other, scene.env.id()] {
        let mut paper = scene.paper("a.pdf", "application/pdf");
        paper.task = task;
        let refused = scene.bring(scene.client(), paper, pdf).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    let asked: DocumentId = scene.env.id();
    let mut tenant = scene.owner.enter(&scene.env).await;
    sqlx::query(
        "INSERT INTO task_document (workspace_id, id, task_id, name, author_id, asked, internal, at)
         VALUES ($1, $2, $3, 'Your passport', $4, true, false, now())",
    )
    .bind(scene.owner.workspace.0)
    .bind(asked.0)
    .bind(scene.task.0)
    .bind(scene.owner.member.0)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    let mut paper = scene.paper("passport.pdf", "application/pdf");
    paper.asked = Some(asked);
    let kept = scene
        .bring(scene.client(), paper.clone(), pdf)
        .await
        .unwrap();
    assert_eq!(kept.document, asked);
    let again = scene.bring(scene.client(), paper, pdf).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");

    // A member's own are internal where they say so, and then no client's.
    let by = Bringer::Member(scene.owner.session, scene.owner.workspace);
    let mut internal = scene.paper("notes.pdf", "application/pdf");
    internal.internal = true;
    let hidden = scene.bring(by, internal, pdf).await.unwrap();
    let shown = scene
        .bring(by, scene.paper("contract.pdf", "application/pdf"), pdf)
        .await
        .unwrap();
    let mut tenant = portal::enter(&scene.env, &scene.visit).await.unwrap();
    let served = crate::file::link::of_document(&scene.env, &mut tenant, shown.document).await;
    assert_eq!(served.unwrap().name.as_deref(), Some("contract.pdf"));
    let served = crate::file::link::of_document(&scene.env, &mut tenant, hidden.document).await;
    assert!(matches!(served, Err(Error::NotFound)));
    drop(tenant);
    // What colleagues brought for tasks waits for no message.
    let (waits, kept) = (
        scene
            .count("SELECT count(*) FROM file WHERE author_id IS NOT NULL AND contact_id IS NULL")
            .await,
        scene
            .count("SELECT count(*) FROM file WHERE author_id IS NOT NULL")
            .await,
    );
    assert_eq!((waits, kept), (0, 2));

    // Another workspace's member has no such task.
    let stranger = testing::workspace(&scene.env, "Elsewhere", Role::Owner).await;
    let by = Bringer::Member(stranger.session, stranger.workspace);
    let refused = scene
        .bring(by, scene.paper("a.pdf", "application/pdf"), pdf)
        .await;
    assert!(matches!(refused, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_that_is_under_way_when_its_link_is_revoked_is_not_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let paper = scene.paper("a.pdf", "application/pdf");
    let admitted = admit_paper(&scene.env, scene.client(), paper)
        .await
        .unwrap();
    let mut tenant = scene.owner.enter(&scene.env).await;
    revoke(&scene.env, &mut tenant, scene.made.id)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let pieces = [Ok::<_, std::io::Error>(Bytes::from_static(b"%PDF-1.7\n"))];
    let refused = receive_paper(&scene.env, admitted, stream::iter(pieces)).await;
    assert!(matches!(refused, Err(Error::Unauthorized)), "{refused:?}");
    assert_eq!(scene.count("SELECT count(*) FROM file").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_document_of_an_older_office_program_is_a_members_to_bring_and_a_client_is_told_what_to_do(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let paper = scene.paper("a.doc", "application/msword");
    let refused = scene.bring(scene.client(), paper.clone(), OLE).await;
    let Err(Error::Invalid { reason, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert!(reason.contains("Save it as .docx"), "{reason}");
    let by = Bringer::Member(scene.owner.session, scene.owner.workspace);
    scene.bring(by, paper, OLE).await.unwrap();
}

impl Scene {
    /// Files of the client on that task, made so many days ago.
    async fn fill(&self, files: i32, size: i64, days: i32) {
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query(
            "WITH made AS (
                INSERT INTO file (workspace_id, id, contact_id, kind, claimed, mime, name, state, size, sha256, key_sealed, object,
                                  created_at)
                SELECT $1, gen_random_uuid(), t.contact_id, 'document', 'text/plain', 'text/plain', 'a.txt', 'stored', $4,
                       sha256(''), '', 'o' || n, $6 - make_interval(days => $5)
                  FROM task t, generate_series(1, $3) n WHERE t.id = $2
                RETURNING id)
             INSERT INTO task_document (workspace_id, id, task_id, name, file_id, asked, internal, at)
             SELECT $1, id, $2, 'a.txt', id, false, false, $6 FROM made",
        )
        .bind(self.owner.workspace.0)
        .bind(self.task.0)
        .bind(files)
        .bind(size)
        .bind(days)
        .bind(self.env.now())
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.commit().await.unwrap();
    }

    async fn admit(&self, by: Bringer) -> Result<AdmittedPaper> {
        admit_paper(&self.env, by, self.paper("a.txt", "text/plain")).await
    }

    async fn receive(&self, admitted: AdmittedPaper) -> Result<Kept> {
        let pieces = [Ok::<_, std::io::Error>(Bytes::from_static(b"words"))];
        receive_paper(&self.env, admitted, stream::iter(pieces)).await
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_task_has_a_hundred_documents_however_many_come_at_once_and_by_whom(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    let member = Bringer::Member(scene.owner.session, scene.owner.workspace);
    scene.fill(99, 5, 2).await;
    let mut coming = Vec::new();
    for by in [scene.client(), member, scene.client(), member] {
        coming.push(scene.admit(by).await.unwrap());
    }
    let came = coming.into_iter().map(|one| scene.receive(one));
    let came = futures::future::join_all(came).await;
    let kept = came.iter().filter(|one| one.is_ok()).count();
    let refused = came
        .iter()
        .filter(|one| matches!(one, Err(Error::Conflict(_))))
        .count();
    assert_eq!((kept, refused), (1, 3), "{came:?}");
    for by in [scene.client(), member] {
        let refused = scene.admit(by).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    assert_eq!(scene.count("SELECT count(*) FROM file").await, 100);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_brings_so_much_in_a_day_and_in_all_however_much_comes_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    scene.fill(1, MOST_BYTES - 5, 0).await;
    let two = [
        scene.admit(scene.client()).await.unwrap(),
        scene.admit(scene.client()).await.unwrap(),
    ];
    let came = futures::future::join_all(two.map(|one| scene.receive(one))).await;
    let refused = |one: &&Result<Kept>| matches!(one, Err(Error::TooMany { .. }));
    assert_eq!(came.iter().filter(refused).count(), 1, "{came:?}");
    let late = scene.admit(scene.client()).await;
    assert!(matches!(late, Err(Error::TooMany { .. })), "{late:?}");
    scene.fill(1, ALL_BYTES - MOST_BYTES, 400).await;
    let full = scene.admit(scene.client()).await;
    assert!(matches!(full, Err(Error::Conflict(_))), "{full:?}");
    // A colleague's document is not theirs.
    let member = Bringer::Member(scene.owner.session, scene.owner.workspace);
    let admitted = scene.admit(member).await.unwrap();
    scene.receive(admitted).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_meets_the_ceiling_of_a_task_with_what_they_do_not_see_and_passes_none_with_five_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    scene.fill(98, 5, 2).await;
    let member = Bringer::Member(scene.owner.session, scene.owner.workspace);
    let mut paper = scene.paper("a.txt", "text/plain");
    paper.internal = true;
    scene.bring(member, paper, b"between us").await.unwrap();
    let mut coming = Vec::new();
    for _ in 0..5 {
        coming.push(scene.admit(scene.client()).await.unwrap());
    }
    let came = coming.into_iter().map(|one| scene.receive(one));
    let came = futures::future::join_all(came).await;
    assert_eq!(came.iter().filter(|one| one.is_ok()).count(), 1, "{came:?}");
    let full = scene.admit(scene.client()).await;
    assert!(matches!(full, Err(Error::Conflict(_))), "{full:?}");
    let all = "SELECT count(*) FROM task_document";
    assert_eq!(scene.count(all).await, 100);
    // Of a task that is not theirs a client learns nothing.
    let mut tenant = portal::enter(&scene.env, &scene.visit).await.unwrap();
    let room: bool = sqlx::query_scalar("SELECT task_has_room($1)")
        .bind(scene.other.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(room);
}

#[sqlx::test(migrations = "../migrations")]
async fn five_that_come_at_once_pass_no_ceiling_of_bytes_by_a_single_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options).await;
    // Each brings five bytes: there is room for two, and two bytes more.
    scene.fill(1, MOST_BYTES - 12, 0).await;
    let mut coming = Vec::new();
    for _ in 0..5 {
        coming.push(scene.admit(scene.client()).await.unwrap());
    }
    let came = coming.into_iter().map(|one| scene.receive(one));
    let came = futures::future::join_all(came).await;
    assert_eq!(came.iter().filter(|one| one.is_ok()).count(), 2, "{came:?}");
    let refused = |one: &&Result<Kept>| matches!(one, Err(Error::TooMany { .. }));
    assert_eq!(came.iter().filter(refused).count(), 3, "{came:?}");
    let bytes = scene.count("SELECT sum(size)::bigint FROM file").await;
    assert_eq!(bytes, MOST_BYTES - 2);
    // What says before how large it is, is refused before it is read.
    let mut paper = scene.paper("a.txt", "text/plain");
    paper.size = Some(3);
    let refused = admit_paper(&scene.env, scene.client(), paper).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
}
