//! Serving: from a listener to a clean stop.

mod accept;
mod files;
mod steady;

use crate::{
    boot,
    config::{Config, Environment, LogFormat},
    cutter, eraser, postman, routes, worker,
};
use anyhow::Context as _;
use postern_domain::{Env, wake::across::Across};
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
    log_panics(config.environment == Environment::Development);
    Ok(())
}

/// A panic is a line of the log like any other. Its words may quote what somebody wrote, and its file names our sources:
/// both are for development alone.
fn log_panics(in_full: bool) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location();
        if in_full {
            let words = panic.payload_as_str().unwrap_or_default();
            let place = place.map(ToString::to_string).unwrap_or_default();
            tracing::error!(panic.words = words, panic.place = place, "panicked");
        } else {
            let (line, column) = place.map_or((0, 0), |place| (place.line(), place.column()));
            tracing::error!(panic.line = line, panic.column = column, "panicked");
        }
    }));
}

/// Serves until it is told to stop, with as many job loops as configured.
pub async fn web(config: &Config, env: Env) -> anyhow::Result<()> {
    boot::check_store(&env).await?;
    let state = boot::state(config, env.clone()).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let across = Across::start(&env);
    let (stop, stopped) = watch::channel(false);
    let workers = tokio::spawn(work_off(
        config,
        env.clone(),
        config.workers,
        stopped.clone(),
    ));
    tracing::info!(address = %listener.local_addr()?, url = %config.base_url, "serving");
    crate::auth::announce_setup(&env, &state.site).await?;
    tokio::spawn(told(stop));
    let router = routes::router(state);
    let limits = &config.limits;
    files::make_room(limits.connections);
    let doors = accept::Doors::new(
        limits.connections,
        limits.connections_per_address,
        config.trusted_proxies.clone(),
    );
    let served = accept::serve(listener, router, accept::PATIENCE, doors, stopped.clone());
    // Open sockets do not end by themselves: they get a moment, then the process goes.
    let mut ended = stopped;
    tokio::select! {
        () = served => {}
        () = grace(&mut ended) => {}
    }
    workers.await.context("the worker broke")?;
    across.end().await;
    env.db.close().await;
    Ok(())
}

/// Works through jobs until it is told to stop.
pub async fn work(config: &Config, env: Env) -> anyhow::Result<()> {
    boot::check_store(&env).await?;
    let across = Across::start(&env);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(told(stop));
    work_off(config, env.clone(), config.workers.max(1), stopped).await;
    across.end().await;
    env.db.close().await;
    Ok(())
}

/// Works through jobs and letters until told to stop. With no loops it does neither.
fn work_off(
    config: &Config,
    env: Env,
    loops: usize,
    stopped: watch::Receiver<bool>,
) -> impl Future<Output = ()> + use<> {
    if loops > 0 && config.smtp.is_none() {
        let folder = config.data.join("mail");
        tracing::warn!(
            folder = %folder.display(),
            "no mail server is configured (POSTERN_SMTP_URL): letters are written into a folder"
        );
    }
    async move {
        if loops > 0 {
            everything(env, loops, stopped).await;
        }
    }
}

/// All that is worked off: jobs, letters, webhooks, and what was deleted.
pub async fn everything(env: Env, loops: usize, stopped: watch::Receiver<bool>) {
    let letters = Box::pin(postman::run(env.clone(), stopped.clone()));
    let erasing = Box::pin(eraser::run(env.clone(), stopped.clone()));
    let cutting = Box::pin(cutter::run(env.clone(), stopped.clone()));
    tokio::join!(worker::run(env, loops, stopped), letters, erasing, cutting);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("the page").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_a_line_of_the_log_with_its_words_and_place_in_development_alone() {
        let before = std::panic::take_hook();
        let said = |in_full| {
            let page = Page::default();
            let writer = page.clone();
            let log = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            log_panics(in_full);
            tracing::subscriber::with_default(log, || {
                let outcome = std::panic::catch_unwind(|| panic!("said by +1 555 0100"));
                assert!(outcome.is_err());
            });
            String::from_utf8(page.0.lock().expect("the page").clone()).expect("text")
        };
        let (open, closed) = (said(true), said(false));
        std::panic::set_hook(before);
        assert!(
            open.contains("+1 555 0100") && open.contains("serve.rs"),
            "{open}"
        );
        assert!(
            closed.contains("ERROR") && closed.contains("panicked panic.line="),
            "{closed}"
        );
        assert!(
            !closed.contains("555") && !closed.contains(".rs"),
            "{closed}"
        );
    }
}
