//! The simulator as a program: `sim serve`, and `sim load` against a server that somebody else started.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use postern_sim::demo::Cast;
use postern_sim::{Account, Limits, Number, Sim, SimConfig, SimHandle, load};
use serde::Deserialize;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Meta, pretended: a Graph API, signed webhooks and scripted customers.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answers until it is told to stop.
    Serve(Box<Serve>),
    /// Sends webhooks at a rate, and reports how they were answered.
    Load(Box<load::Load>),
    /// Opens very many sockets.
    Sockets(Box<load::Sockets>),
}

#[derive(Args)]
struct Serve {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// 0 takes any free port.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where webhooks go.
    #[arg(long)]
    callback: Option<String>,
    /// Signs webhooks.
    #[arg(long, env = "SIM_APP_SECRET", hide_env_values = true)]
    app_secret: String,
    /// What the callback answers the handshake with.
    #[arg(long, env = "SIM_VERIFY_TOKEN", hide_env_values = true)]
    verify_token: String,
    /// The access token of the account.
    #[arg(long, env = "SIM_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The first number.
    #[arg(long, default_value = "106540352242922")]
    phone_number_id: String,
    /// The account of the first number.
    #[arg(long, default_value = "102290129340398")]
    waba_id: String,
    /// The first number's digits.
    #[arg(long, default_value = "15550783881")]
    digits: String,
    /// The first number's verified name.
    #[arg(long, default_value = "Harbour Coffee Roasters")]
    verified_name: String,
    /// A further number, as `phone_number_id,waba_id,token,digits,name`; may be repeated.
    #[arg(long = "number")]
    more: Vec<String>,
    /// A JSON file with a list of `{phone_number_id, waba_id, token, digits, verified_name}`.
    #[arg(long)]
    numbers: Option<PathBuf>,
    /// Scripted customers begin to write as soon as the callback has passed the handshake. Without it they wait for
    /// `POST /_control/demo {"run":true}`.
    #[arg(long)]
    demo: bool,
    /// How long to wait for the callback, in seconds.
    #[arg(long, default_value_t = 120)]
    patience: u64,
    /// Leaves out Meta's limits: the 24-hour window, the pair rate, the throughput.
    #[arg(long)]
    no_limits: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberLine {
    phone_number_id: String,
    waba_id: String,
    token: String,
    digits: String,
    verified_name: String,
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("SIM_LOG")
                .unwrap_or_else(|_| "postern_sim=warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    // A load shares the machine with what it measures: one thread is enough for it, and bounds what it takes.
    let threads = |many: bool| {
        let mut runtime = if many {
            runtime::Builder::new_multi_thread()
        } else {
            runtime::Builder::new_current_thread()
        };
        runtime.enable_all().build()
    };
    match Cli::parse().command {
        Command::Serve(options) => threads(true)?.block_on(serve(*options)),
        Command::Load(load) => {
            let report = threads(false)?.block_on(load::run(&load))?;
            if load.out.is_none() {
                println!("{report:#}");
            }
            Ok(())
        }
        Command::Sockets(sockets) => threads(false)?.block_on(load::run_sockets(&sockets)),
    }
}

async fn serve(serve: Serve) -> anyhow::Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;

    let sim = start(&serve).await?;
    println!("sim ready at {}", sim.base_url());
    let work = async {
        if serve.demo {
            wait_for_callback(&sim, &serve).await;
            sim.start_demo(Cast::of_the_demo(sim.numbers()));
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = work => {}
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    sim.stop().await;
    println!("sim stopped");
    Ok(())
}

async fn start(serve: &Serve) -> anyhow::Result<SimHandle> {
    let config = SimConfig {
        host: serve.host,
        port: serve.port,
        app_secret: serve.app_secret.clone(),
        verify_token: serve.verify_token.clone(),
        callback: serve.callback.clone(),
        limits: if serve.no_limits {
            Limits::none()
        } else {
            Limits::like_meta()
        },
        ..SimConfig::default()
    };
    let sim = Sim::start(config)
        .await
        .with_context(|| format!("cannot listen on {}:{}", serve.host, serve.port))?;
    for line in lines(serve)? {
        let number = Number::new(&line.phone_number_id, &line.digits, &line.verified_name);
        sim.add_account(Account::new(&line.waba_id, &line.token).with_number(number));
    }
    Ok(sim)
}

fn lines(serve: &Serve) -> anyhow::Result<Vec<NumberLine>> {
    let mut lines = Vec::new();
    if let Some(token) = &serve.token {
        lines.push(NumberLine {
            phone_number_id: serve.phone_number_id.clone(),
            waba_id: serve.waba_id.clone(),
            token: token.clone(),
            digits: serve.digits.clone(),
            verified_name: serve.verified_name.clone(),
        });
    }
    for text in &serve.more {
        let parts: Vec<&str> = text.splitn(5, ',').map(str::trim).collect();
        let [phone_number_id, waba_id, token, digits, name] = parts[..] else {
            bail!("--number wants phone_number_id,waba_id,token,digits,name");
        };
        lines.push(NumberLine {
            phone_number_id: phone_number_id.to_owned(),
            waba_id: waba_id.to_owned(),
            token: token.to_owned(),
            digits: digits.to_owned(),
            verified_name: name.to_owned(),
        });
    }
    if let Some(path) = &serve.numbers {
        let file =
            std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let listed: Vec<NumberLine> =
            serde_json::from_reader(file).with_context(|| format!("in {}", path.display()))?;
        lines.extend(listed);
    }
    if lines.is_empty() {
        bail!("no number: give --token, --number or --numbers");
    }
    Ok(lines)
}

/// Tries the handshake until it succeeds, at most as long as the patience lasts; the customers write in any case.
async fn wait_for_callback(sim: &SimHandle, serve: &Serve) {
    let Some(url) = &serve.callback else { return };
    let trying = async {
        while let Err(error) = sim.verify_callback(url, &serve.verify_token).await {
            tracing::info!(%error, "the handshake failed, once more");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(serve.patience), trying)
        .await
        .is_err()
    {
        eprintln!(
            "sim: the callback did not pass the handshake within {} s",
            serve.patience
        );
    }
}
