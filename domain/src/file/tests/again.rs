//! Files that do not come at once.

use super::*;

fn lost() -> Reply {
    Reply::Json(
        404,
        json!({ "error": { "message": "gone", "code": 100, "error_subcode": 33 } }),
    )
}

#[sqlx::test(migrations = "../migrations")]
async fn an_address_that_is_too_old_is_asked_for_anew_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let again = scene(options.clone(), |request| match request.before {
        0 => Reply::Text(404, "gone".to_owned()),
        1 => lying(request, "/bytes"),
        _ => Reply::Bytes(photo()),
    })
    .await;
    // The webhook told an address of the host that the installation is pointed at.
    let media = Media {
        url: Some(again.meta.url.replace("/v24.0", "/old")),
        ..claimed("image/jpeg")
    };
    let (file, _) = again.bring("image", media).await;
    again.work(Duration::ZERO).await;
    assert_eq!(again.view(file).await.state, FileState::Stored);
    let asked: Vec<_> = again
        .meta
        .seen()
        .into_iter()
        .map(|request| request.line)
        .collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(
        asked[0].contains("/old") && asked[1].contains("/m1") && asked[2].contains("/bytes"),
        "{asked:?}"
    );

    let never = scene(options.clone(), |request| {
        if request.line.contains("/m1") {
            lying(request, "/bytes")
        } else {
            Reply::Text(404, String::new())
        }
    })
    .await;
    let file = never.image().await;
    never.work(Duration::ZERO).await;
    let view = never.view(file).await;
    assert_eq!(
        (view.state, never.meta.seen().len()),
        (FileState::Failed, 4)
    );
    assert!(view.fault.unwrap().contains("send it again"));

    let gone = scene(options, |_| lost()).await;
    let file = gone.image().await;
    gone.work(Duration::ZERO).await;
    assert_eq!(
        (gone.view(file).await.state, gone.meta.seen().len()),
        (FileState::Failed, 1)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_fresh_address_of_a_webhook_is_used_and_an_old_one_is_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, giving(photo())).await;
    let media = || Media {
        url: Some(scene.meta.url.replace("/v24.0", "/bytes")),
        ..claimed("image/jpeg")
    };
    scene.bring("image", media()).await;
    scene.work(Duration::ZERO).await;
    assert_eq!(scene.meta.seen().len(), 1, "Graph was not asked");
    scene.bring("image", media()).await;
    scene.clock.by(time::Duration::minutes(6));
    scene.work(Duration::ZERO).await;
    let asked: Vec<_> = scene
        .meta
        .seen()
        .into_iter()
        .map(|request| request.line)
        .collect();
    assert!(asked[1].contains("/m1"), "{asked:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_breaks_off_is_tried_again_with_growing_pauses_and_then_by_hand(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, |request| {
        let photo = photo();
        if request.line.contains("/m1") {
            lying(request, "/bytes")
        } else if request.before < 14 {
            Reply::Torn(photo[..photo.len() / 2].to_vec())
        } else {
            Reply::Bytes(photo)
        }
    })
    .await;
    let file = scene.image().await;
    scene.work(Duration::ZERO).await;
    assert_eq!(
        scene.view(file).await.state,
        FileState::Waiting,
        "it waits for its next try"
    );
    assert_eq!(scene.objects().await, [""; 0], "half of it is not kept");
    assert_eq!(scene.meta.seen().len(), 2);
    scene.work(Duration::from_secs(8)).await;
    assert_eq!(scene.meta.seen().len(), 4);
    scene.work(Duration::from_hours(3)).await;
    let view = scene.view(file).await;
    assert_eq!(
        (view.state, scene.meta.seen().len()),
        (FileState::Failed, 14)
    );
    assert!(view.fault.unwrap().contains("could not be reached"));
    assert_eq!(thread::jobs(&scene.env, &scene.fixture).await, 0);

    let mut tenant = scene.fixture.enter(&scene.env).await;
    let waiting = fetch_again(&scene.env, &mut tenant, file).await.unwrap();
    assert_eq!((waiting.state, waiting.fault), (FileState::Waiting, None));
    // Twice is once.
    fetch_again(&scene.env, &mut tenant, file).await.unwrap();
    tenant.commit().await.unwrap();
    scene.work(Duration::ZERO).await;
    assert_eq!(scene.view(file).await.state, FileState::Stored);
    let mut tenant = scene.fixture.enter(&scene.env).await;
    let there = fetch_again(&scene.env, &mut tenant, file).await.unwrap();
    assert_eq!(
        there.state,
        FileState::Stored,
        "what is here stays as it is"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_hash_that_differs_and_a_length_beyond_all_measure_are_told(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options.clone(), giving(photo())).await;
    let media = Media {
        sha256: Some(hex::encode([7; 32])),
        ..claimed("image/jpeg")
    };
    let (file, _) = scene.bring("image", media).await;
    scene.work(Duration::ZERO).await;
    let view = scene.view(file).await;
    assert_eq!(view.state, FileState::Failed);
    assert!(view.fault.unwrap().contains("hash"));
    assert_eq!(scene.objects().await, [""; 0]);

    let announced = super::scene(options, |request| {
        if request.line.contains("/m1") {
            let Reply::Json(_, mut told) = lying(request, "/bytes") else {
                panic!("JSON")
            };
            told["file_size"] = json!("999999999999");
            Reply::Json(200, told)
        } else {
            Reply::Torn(vec![0; 10])
        }
    })
    .await;
    let file = announced.image().await;
    announced.work(Duration::ZERO).await;
    let view = announced.view(file).await;
    // What its head says goes before what Graph said: it was torn there, and comes again.
    assert_eq!(view.state, FileState::Waiting);
}

#[sqlx::test(migrations = "../migrations")]
async fn many_files_take_turns_and_hold_up_nothing_that_is_sent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let scene = scene(options, |request| {
        if request.line.contains("/messages") {
            crate::testing::meta::accepted(request.before)
        } else if request.line.contains("/m1") {
            lying(request, "/bytes")
        } else {
            Reply::Bytes(photo())
        }
    })
    .await;
    let mut files = Vec::new();
    for _ in 0..12 {
        files.push(scene.image().await);
    }
    let message = thread::write(&scene.env, &scene.fixture, scene.conversation, "hello").await;
    thread::work(&scene.env).await;
    let sent = thread::read(&scene.env, &scene.fixture, message).await;
    assert_eq!(sent.status, Status::Accepted, "in the first round");
    let mut stored = 0;
    for file in &files {
        stored += i32::from(scene.view(*file).await.state == FileState::Stored);
    }
    assert!((1..=4).contains(&stored), "four at once: {stored}");
    scene.work(Duration::from_secs(5)).await;
    for file in files {
        assert_eq!(scene.view(file).await.state, FileState::Stored);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_is_given_up_leaves_its_file_to_be_fetched_by_hand(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut scene = scene(options, giving(photo())).await;
    let file = scene.image().await;
    // A store that is not there: every try is a fault of ours.
    let bad = file::S3 {
        endpoint: Some("http://127.0.0.1:9".parse().unwrap()),
        bucket: "b".to_owned(),
        region: "r".to_owned(),
        key_id: "k".into(),
        secret: "s".into(),
        path_style: true,
    };
    let good = std::mem::replace(&mut scene.env.files, file::Store::s3_without_retries(&bad));
    for _ in 0..20 {
        let claims = crate::job::claim(&scene.env, 1, crate::job::LEASE)
            .await
            .unwrap();
        for claim in claims {
            assert!(crate::job::attend(&scene.env, claim).await.is_err());
        }
        match crate::job::next(&scene.env).await.unwrap() {
            Some(wait) => scene.clock.by(wait.try_into().unwrap()),
            None => break,
        }
    }
    let view = scene.view(file).await;
    assert_eq!(view.state, FileState::Failed);
    assert!(view.fault.unwrap().contains("administrator"));
    scene.env.files = good;
    let mut tenant = scene.fixture.enter(&scene.env).await;
    fetch_again(&scene.env, &mut tenant, file).await.unwrap();
    tenant.commit().await.unwrap();
    scene.work(Duration::ZERO).await;
    assert_eq!(scene.view(file).await.state, FileState::Stored);
}
