//! A store that speaks S3, as little of it as is needed.

use super::*;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Vec<u8>>,
    parts: HashMap<String, BTreeMap<u32, Vec<u8>>>,
    /// What was asked: method and path with its query.
    asked: Vec<String>,
}

/// Starts one; its bucket, and its settings.
async fn start() -> (Arc<Mutex<Bucket>>, file::S3) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let bucket: Arc<Mutex<Bucket>> = Arc::default();
    let own = Arc::clone(&bucket);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&own)));
        }
    });
    let settings = file::S3 {
        endpoint: Some(endpoint.parse().unwrap()),
        bucket: "files".to_owned(),
        region: "here".to_owned(),
        key_id: "key-1".into(),
        secret: "secret-1".into(),
        path_style: true,
    };
    (bucket, settings)
}

async fn serve(mut stream: TcpStream, bucket: Arc<Mutex<Bucket>>) {
    let mut bytes = Vec::new();
    loop {
        let at = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let head = String::from_utf8(bytes[..at].to_vec()).unwrap();
        let header = |name: &str| {
            let found = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_owned())
        };
        let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
        while bytes.len() < at + 4 + length {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let body: Vec<u8> = bytes.drain(..at + 4 + length).skip(at + 4).collect();
        let signed = header("authorization")
            .is_some_and(|proof| proof.starts_with("AWS4-HMAC-SHA256 Credential=key-1/"));
        let line = head
            .lines()
            .next()
            .unwrap()
            .trim_end_matches(" HTTP/1.1")
            .to_owned();
        let (status, more, answer) = if signed {
            answer(
                &mut bucket.lock().unwrap(),
                &line,
                header("range").as_deref(),
                body,
            )
        } else {
            (403, String::new(), Vec::new())
        };
        let length = answer.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\netag: \"1\"\r\nlast-modified: Wed, 01 Jan 2025 00:00:00 GMT\r\n{more}\r\n"
        );
        if stream
            .write_all(&[head.as_bytes(), &answer].concat())
            .await
            .is_err()
        {
            return;
        }
    }
}

fn answer(
    bucket: &mut Bucket,
    line: &str,
    range: Option<&str>,
    body: Vec<u8>,
) -> (u16, String, Vec<u8>) {
    bucket.asked.push(line.to_owned());
    let (method, path) = line.split_once(' ').unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let name = path
        .strip_prefix("/files")
        .unwrap()
        .trim_start_matches('/')
        .to_owned();
    let of = |key: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
    };
    let part = of("partNumber").map(|part| part.parse::<u32>().unwrap());
    match (method, part) {
        ("PUT", Some(part)) => {
            bucket.parts.entry(name).or_default().insert(part, body);
            (200, String::new(), Vec::new())
        }
        ("PUT", None) => {
            bucket.objects.insert(name, body);
            (200, String::new(), Vec::new())
        }
        ("POST", _) if query.starts_with("uploads") => {
            let xml = "<InitiateMultipartUploadResult><Bucket>files</Bucket><Key>k</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
            (200, String::new(), xml.into())
        }
        ("POST", _) if query.starts_with("delete") => {
            let mut deleted = String::new();
            for named in String::from_utf8(body).unwrap().split("<Key>").skip(1) {
                let name = named.split("</Key>").next().unwrap();
                bucket.objects.remove(name);
                deleted.extend(["<Deleted><Key>", name, "</Key></Deleted>"]);
            }
            let xml = format!("<DeleteResult>{deleted}</DeleteResult>");
            (200, String::new(), xml.into())
        }
        ("POST", _) => {
            let parts = bucket.parts.remove(&name).unwrap();
            bucket
                .objects
                .insert(name, parts.into_values().collect::<Vec<_>>().concat());
            let xml =
                "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>";
            (200, String::new(), xml.into())
        }
        ("GET", _) if name.is_empty() => {
            let objects: Vec<String> = bucket
                .objects
                .iter()
                .map(|(name, bytes)| {
                    let size = bytes.len();
                    format!("<Contents><Key>{name}</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified><ETag>\"1\"</ETag><Size>{size}</Size></Contents>")
                })
                .collect();
            let objects = objects.concat();
            (
                200,
                String::new(),
                format!("<ListBucketResult>{objects}</ListBucketResult>").into(),
            )
        }
        ("GET", _) => match bucket.objects.get(&name) {
            None => (404, String::new(), Vec::new()),
            Some(whole) => match range
                .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
            {
                None => (200, String::new(), whole.clone()),
                Some((from, to)) => {
                    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                    let of = format!("content-range: bytes {from}-{to}/{}\r\n", whole.len());
                    (206, of, whole[from..=to].to_vec())
                }
            },
        },
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn files_lie_in_a_bucket_in_parts_and_are_had_by_ranges(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (bucket, settings) = start().await;
    let large = [b"%PDF-1.7\n".as_slice(), &vec![7; 12 * 1024 * 1024]].concat();
    let mut scene = scene(options, giving(large.clone())).await;
    scene.env.files = file::Store::s3(&settings).unwrap();
    scene.env.files.check(&scene.env).await.unwrap();
    assert!(
        bucket.lock().unwrap().objects.is_empty(),
        "the check leaves nothing"
    );

    let file = scene.document("application/pdf", "large.pdf").await;
    scene.work(Duration::ZERO).await;
    assert_eq!(scene.view(file).await.state, FileState::Stored);
    {
        let bucket = bucket.lock().unwrap();
        let parts = bucket
            .asked
            .iter()
            .filter(|line| line.contains("partNumber"))
            .count();
        assert_eq!((parts, bucket.objects.len()), (3, 1), "{:?}", bucket.asked);
        assert!(
            !bucket
                .objects
                .values()
                .any(|bytes| bytes.windows(5).any(|at| at == b"%PDF-"))
        );
    }
    let (full, _) = scene.link(file).await;
    assert!(scene.read(&full).await.unwrap() == large);
    let served = link::open(&scene.env, &full["/files/".len()..])
        .await
        .unwrap();
    let part: Vec<_> = served
        .read(&scene.env, 65_530..65_540)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(part.concat(), [7; 10]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bucket_that_does_not_know_the_key_stops_the_start(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (_, settings) = start().await;
    let (env, _) = testing::env(options);
    let wrong = file::S3 {
        key_id: "key-2".into(),
        ..settings
    };
    let store = file::Store::s3_without_retries(&wrong);
    assert!(store.check(&env).await.is_err());
    let folder = std::env::temp_dir().join(format!("postern-files-{}", env.id::<uuid::Uuid>()));
    let store = file::Store::folder(&folder).unwrap();
    store.check(&env).await.unwrap();
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&folder).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
    std::fs::remove_dir_all(folder).unwrap();
}
