//! Starting, stopping, and being away for a while.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::SimConfig;
use crate::door::{Caller, Door};
use crate::handle::SimHandle;
use crate::meta::Meta;
use crate::{control, graph};

/// So long may answers take that are under way when the server stops.
const GRACE: Duration = Duration::from_millis(300);

/// The simulator.
#[derive(Debug)]
pub struct Sim;

impl Sim {
    /// Listens, and returns the handle of it. Everything stops with [`SimHandle::stop`].
    pub async fn start(config: SimConfig) -> io::Result<SimHandle> {
        let wanted = SocketAddr::new(config.host, config.port);
        let listener = TcpListener::bind(wanted).await?;
        let address = listener.local_addr()?;
        let meta = Meta::new(config, address).map_err(io::Error::other)?;
        let handle = SimHandle::new(meta, address);
        handle.open(listener).await;
        Ok(handle)
    }
}

/// A server that is answering.
#[derive(Debug)]
pub(crate) struct Open {
    shut: CancellationToken,
    cut: CancellationToken,
    task: JoinHandle<()>,
}

impl Open {
    pub(crate) fn serve(listener: TcpListener, handle: &SimHandle, meta: Arc<Meta>) -> Self {
        let (shut, cut) = (CancellationToken::new(), CancellationToken::new());
        let routes = Router::new()
            .nest("/_control", control::routes(handle.clone()))
            .merge(graph::routes().with_state(meta));
        let door = Door {
            listener,
            cut: cut.clone(),
        };
        let stopping = shut.clone().cancelled_owned();
        let task = tokio::spawn(async move {
            let service = routes.into_make_service_with_connect_info::<Caller>();
            let served = axum::serve(door, service)
                .with_graceful_shutdown(stopping)
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "the simulator stopped answering");
            }
        });
        Self { shut, cut, task }
    }

    /// Takes no more connections, gives the present ones a moment, and cuts those that are left.
    pub(crate) async fn close(mut self) {
        self.shut.cancel();
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.cut.cancel();
            if let Err(error) = self.task.await {
                tracing::error!(%error, "the simulator stopped badly");
            }
        }
    }
}
