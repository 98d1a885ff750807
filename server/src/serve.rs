//! Serving: from a listener to a clean stop.

use crate::{
    boot,
    config::{Config, LogFormat},
    routes, worker,
};
use anyhow::Context as _;
use postern_domain::Env;
use std::net::SocketAddr;
use tokio::{net::TcpListener, sync::watch};
use tracing_subscriber::EnvFilter;

/// Sends the log to standard error, as configured.
pub fn log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("POSTERN_LOG is no filter of a log")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// Serves until it is told to stop, with as many job loops as configured.
pub async fn web(config: &Config, env: Env) -> anyhow::Result<()> {
    let state = boot::state(config, env.clone()).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let (stop, stopped) = watch::channel(false);
    let workers = tokio::spawn(worker::run(env.clone(), config.workers, stopped.clone()));
    tracing::info!(address = %listener.local_addr()?, url = %config.base_url, "serving");
    crate::auth::announce_setup(&env, &state.site).await?;
    let served = axum::serve(
        listener,
        routes::router(state).into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(told(stop));
    // Open sockets do not end by themselves: they get a moment, then the process goes.
    let mut ended = stopped;
    tokio::select! {
        outcome = served => outcome?,
        () = grace(&mut ended) => {}
    }
    workers.await.context("the worker broke")?;
    env.db.close().await;
    Ok(())
}

/// Works through jobs until it is told to stop.
pub async fn work(config: &Config, env: Env) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(told(stop));
    worker::run(env.clone(), config.workers.max(1), stopped).await;
    env.db.close().await;
    Ok(())
}

async fn told(stop: watch::Sender<bool>) {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("stopping");
    // Nobody left to tell is as good as told.
    let _ = stop.send(true);
}

async fn grace(stopped: &mut watch::Receiver<bool>) {
    // The sender lives until the signal came.
    let _ = stopped.wait_for(|stopped| *stopped).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
}
