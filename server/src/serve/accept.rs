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
mod tests;
