//! Connections that are slow, too many, or turn into something else.

use super::*;
use axum::{
    Extension,
    body::Bytes,
    extract::rejection::BytesRejection,
    http::StatusCode,
    middleware::{Next, from_fn},
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
    time::timeout,
};

const QUICK: Patience = Patience {
    headers: Duration::from_millis(300),
    answers: Duration::from_millis(300),
};

/// What comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_string(&mut text));
    read.await.expect("it is closed").expect("text");
    text
}

#[tokio::test]
async fn a_request_that_never_says_what_it_wants_is_closed_and_others_are_served() {
    let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
    let router = Router::new().route("/", get(who));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let served = tokio::spawn(serve(
        listener,
        router,
        QUICK,
        Doors::new(10, 10, Vec::new()),
        stopped,
    ));

    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let mut quick = TcpStream::connect(address).await.unwrap();
    let me = quick.local_addr().unwrap().to_string();
    let ask = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    quick.write_all(ask).await.unwrap();
    let answer = rest(&mut quick).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with(&me),
        "{answer}"
    );
    assert!(!rest(&mut slow).await.contains("200"));

    stop.send(true).unwrap();
    timeout(Duration::from_secs(20), served)
        .await
        .expect("it stops")
        .unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

/// A server of that router, until the sender is told or dropped.
async fn town(router: Router, doors: Doors) -> (SocketAddr, watch::Sender<bool>) {
    patient_town(router, doors, Duration::from_secs(20)).await
}

/// One whose answers are read within so long.
async fn patient_town(
    router: Router,
    doors: Doors,
    answers: Duration,
) -> (SocketAddr, watch::Sender<bool>) {
    let headers = Duration::from_secs(20);
    let patience = Patience { headers, answers };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(serve(listener, router, patience, doors, stopped));
    (address, stop)
}

/// A connection from that address that was served once; none when it was closed instead.
async fn served(from: &str, to: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    let asked = stream
        .write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
        .await;
    let mut byte = [0];
    let read = timeout(Duration::from_secs(20), stream.read(&mut byte));
    let read = read.await.expect("answered or closed");
    (asked.is_ok() && matches!(read, Ok(1))).then_some(stream)
}

/// Waits until there is room for one from that address.
async fn room(from: &str, to: SocketAddr) {
    let freed = async {
        while served(from, to).await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    let freed = timeout(Duration::from_secs(20), freed);
    freed.await.expect("room again");
}

#[tokio::test]
async fn a_connection_too_many_is_closed_at_once_and_the_others_are_served() {
    let router = Router::new().route("/", get(|| async { "here" }));
    let proxies = vec!["127.0.0.9/32".parse().unwrap()];
    let (to, _stop) = town(router, Doors::new(5, 2, proxies)).await;
    let mut open = Vec::new();
    for (from, expected) in [
        ("127.0.0.1", true),
        ("127.0.0.1", true),
        // A third of one address; another's first; a proxy's go by the whole number alone.
        ("127.0.0.1", false),
        ("127.0.0.2", true),
        ("127.0.0.9", true),
        ("127.0.0.9", true),
        ("127.0.0.3", false),
        ("127.0.0.9", false),
    ] {
        let stream = served(from, to).await;
        assert_eq!(stream.is_some(), expected, "{from}");
        open.extend(stream);
    }
    // One that ends makes room.
    open.remove(0);
    room("127.0.0.1", to).await;
}

#[tokio::test]
async fn what_a_connection_turns_into_keeps_its_place() {
    // As a socket does: it goes on with the connection when the request is over.
    let turn = async |Extension(place): Extension<Connection>, request: Request| {
        tokio::spawn(async move {
            let upgraded = hyper::upgrade::on(request).await.expect("upgraded");
            let mut upgraded = TokioIo::new(upgraded);
            let _ = upgraded.read_to_end(&mut Vec::new()).await;
            drop(place);
        });
        let headers = [("connection", "upgrade"), ("upgrade", "other")];
        (StatusCode::SWITCHING_PROTOCOLS, headers)
    };
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/turn", get(turn));
    let (to, _stop) = town(router, Doors::new(1, 1, Vec::new())).await;
    let mut turned = TcpStream::connect(to).await.unwrap();
    let ask = b"GET /turn HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
    turned.write_all(ask).await.unwrap();
    let mut head = [0; 12];
    turned.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
    for _ in 0..20 {
        assert!(served("127.0.0.1", to).await.is_none());
    }
    drop(turned);
    room("127.0.0.1", to).await;
}

/// More than a system keeps for a client that does not read.
const MUCH: usize = 64 << 20;

#[tokio::test]
async fn who_reads_nothing_of_an_answer_is_closed_and_what_a_connection_turned_into_is_not() {
    let turn = async |Extension(place): Extension<Connection>, request: Request| {
        tokio::spawn(async move {
            let upgraded = hyper::upgrade::on(request).await.expect("upgraded");
            let mut upgraded = TokioIo::new(upgraded);
            let _ = upgraded.write_all(&vec![b'x'; MUCH]).await;
            drop(place);
        });
        let headers = [("connection", "upgrade"), ("upgrade", "other")];
        (StatusCode::SWITCHING_PROTOCOLS, headers)
    };
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/much", get(|| async { vec![b'x'; MUCH] }))
        .route("/turn", get(turn));
    let quick = Duration::from_millis(300);
    let (to, _stop) = patient_town(router, Doors::new(3, 3, Vec::new()), quick).await;
    let start = async |ask: &[u8], head: &[u8; 12]| {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(ask).await.unwrap();
        let mut found = [0; 12];
        stream.read_exact(&mut found).await.unwrap();
        assert_eq!(&found, head);
        stream
    };
    let ask = b"GET /turn HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
    let mut turned = start(ask, b"HTTP/1.1 101").await;
    // Then nothing more is read of any.
    let ask = b"GET /much HTTP/1.1\r\nhost: here\r\n\r\n";
    let first = start(ask, b"HTTP/1.1 200").await;
    let second = start(ask, b"HTTP/1.1 200").await;
    assert!(served("127.0.0.1", to).await.is_none());
    room("127.0.0.1", to).await;
    // The socket waited for longer than that, and has everything.
    let mut all = Vec::new();
    let read = timeout(Duration::from_secs(20), turned.read_to_end(&mut all));
    read.await.expect("in time").unwrap();
    assert!(all.len() > MUCH, "{}", all.len());
    drop((first, second));
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_off_though_it_never_rests() {
    let router = Router::new().route(
        "/",
        post(|body: Result<Bytes, BytesRejection>| async move {
            match body {
                Ok(body) => format!("whole: {}", body.len()),
                Err(_) => "cut off".to_owned(),
            }
        }),
    );
    let in_time = async |request: Request, next: Next| {
        let patience = Duration::from_millis(400);
        next.run(crate::limit::within(request, patience)).await
    };
    let (to, _stop) = town(router.layer(from_fn(in_time)), Doors::new(9, 9, Vec::new())).await;
    let head = b"POST / HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 400\r\n\r\n";

    let mut quick = TcpStream::connect(to).await.unwrap();
    quick.write_all(head).await.unwrap();
    quick.write_all(&[b' '; 400]).await.unwrap();
    assert!(rest(&mut quick).await.ends_with("whole: 400"));

    let mut slow = TcpStream::connect(to).await.unwrap();
    slow.write_all(head).await.unwrap();
    let (mut reads, mut writes) = slow.split();
    let mut text = String::new();
    let mut drip = tokio::time::interval(Duration::from_millis(100));
    let dripping = async {
        for _ in 0..200 {
            drip.tick().await;
            if writes.write_all(b" ").await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = reads.read_to_string(&mut text) => {}
        () = dripping => {}
    }
    assert!(text.ends_with("cut off"), "{text}");
}
