//! Takes connections: as `axum::serve` does, but none may take for ever to say what it wants.

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
use std::{net::SocketAddr, pin::pin, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tower::ServiceExt as _;

/// For the head of a request, counted from the end of the one before: longer than proxies keep a connection at rest
/// (60 s nginx, 120 s Caddy), so that they close it and not we while they use it again.
pub const HEADERS: Duration = Duration::from_secs(150);

/// Serves until it is told to stop; then running requests end, and it with them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    headers: Duration,
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
                let connection = connection(stream, peer, router.clone(), headers, stopped.clone());
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
    router: Router,
    headers: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let service = tower::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(headers)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut serving = pin!(serving);
    tokio::select! {
        // How it ended is between the browser and its network.
        _ = serving.as_mut() => return,
        () = told(&mut stopped) => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}

async fn told(stopped: &mut watch::Receiver<bool>) {
    // A sender that is gone tells as much.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        time::timeout,
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
        let served = tokio::spawn(serve(listener, router, Duration::from_millis(300), stopped));

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
}
