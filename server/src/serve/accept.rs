//! Takes connections: as `axum::serve` does, but none may take for ever to say what it wants.

use super::steady::Steady;
use crate::limit::{Connection, Place, Places};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use ipnet::IpNet;
use postern_domain::limit::household;
use std::{
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tower::ServiceExt as _;

/// For how long a connection may do nothing.
#[derive(Clone, Copy)]
pub struct Patience {
    /// Until the head of a request is there, counted from the end of the one before.
    headers: Duration,
    /// While nothing is read of an answer that is to be written.
    answers: Duration,
}

/// The usual one. For a head longer than proxies keep a connection at rest (60 s nginx, 120 s Caddy), so that they close it
/// and not we while they use it again.
pub const PATIENCE: Patience = Patience {
    headers: Duration::from_secs(150),
    answers: Duration::from_secs(30),
};

/// How many connections may be open.
pub struct Doors {
    places: Places<[u8; 16]>,
    an_address: usize,
    proxies: Vec<IpNet>,
}

impl Doors {
    /// So many, and so many of one address that is not one of `proxies`, who come for many.
    pub fn new(connections: usize, an_address: usize, proxies: Vec<IpNet>) -> Self {
        let places = Places::new(connections);
        Self {
            places,
            an_address,
            proxies,
        }
    }

    fn place(&self, peer: IpAddr) -> Option<Place<[u8; 16]>> {
        let peer = peer.to_canonical();
        let proxy = self.proxies.iter().any(|network| network.contains(&peer));
        let share = if proxy { usize::MAX } else { self.an_address };
        self.places.take(household(peer), share)
    }
}

/// Bytes of a request's head at most, cookies and all.
const HEAD: usize = 64 * 1024;

/// Serves until it is told to stop; then running requests end, and it with them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    doors: Doors,
    mut stopped: watch::Receiver<bool>,
) {
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = open.join_next() => continue,
            () = told(&mut stopped) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = doors.place(peer.ip()) else {
                    // Closed without a word: one would cost what is short.
                    continue;
                };
                // A second frame would wait for the first one's acknowledgement otherwise, which takes up to 40 ms.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection was lost as it came");
                    continue;
                }
                let place = Connection(Arc::new(place));
                let router = router.clone();
                let connection = connection(stream, peer, place, router, patience, stopped.clone());
                open.spawn(connection);
            }
            Err(error) => {
                // Out of files, most likely: those that are open may end meanwhile.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: Connection,
    router: Router,
    patience: Patience,
    mut stopped: watch::Receiver<bool>,
) {
    let ended = Arc::new(AtomicBool::new(false));
    let stream = Steady::new(stream, patience.answers, Arc::clone(&ended));
    let service = tower::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(place.clone());
        router.clone().oneshot(request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut serving = pin!(serving);
    tokio::select! {
        // How it ended is between the browser and its network.
        _ = serving.as_mut() => {}
        () = told(&mut stopped) => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
    // What is left of it by now is a socket.
    ended.store(true, Ordering::Relaxed);
}

async fn told(stopped: &mut watch::Receiver<bool>) {
    // A sender that is gone tells as much.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests {
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
        let ask =
            b"GET /turn HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
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
        let ask =
            b"GET /turn HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
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
        let head =
            b"POST / HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 400\r\n\r\n";

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
}
