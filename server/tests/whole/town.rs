//! One installation in a folder of its own, with the program as processes that can be killed.

use crate::{api::Api, tally::until};
use postern_domain::Env;
use postern_server::{
    boot::{self, Database},
    config::{Config, os_random},
    postgres::{Data, Private},
};
use postern_sim::{Sim, SimConfig, SimHandle};
use secrecy::ExposeSecret as _;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Meta's id of the number that every town connects.
pub const NUMBER: &str = "106540352242922";
/// Meta's id of its account.
pub const ACCOUNT: &str = "102290129340398";
/// The token that opens it.
pub const TOKEN: &str = "EAAtestToken";
const VERIFY: &str = "verify-me-please";

/// A running installation with Meta beside it.
pub struct Town {
    folder: PathBuf,
    processes: Vec<Process>,
    /// A PostgreSQL that is none of the processes'.
    database: Option<Private>,
    /// What the program wrote, for the set-up link and for a failure's report.
    log: Arc<Mutex<Vec<String>>>,
    /// Meta.
    pub meta: SimHandle,
}

struct Process {
    /// Where it serves; one that only works has none.
    port: Option<u16>,
    child: Option<Child>,
}

impl Process {
    fn serve() -> Self {
        Self {
            port: Some(free_port()),
            child: None,
        }
    }

    fn work() -> Self {
        Self {
            port: None,
            child: None,
        }
    }
}

impl Town {
    /// Builds one of one process, starts it, sets it up and connects the number.
    pub async fn found(name: &str) -> (Self, Api) {
        Self::of(name, vec![Process::serve()]).await
    }

    /// The same of several processes on one database: 0 and 1 serve and do no jobs, `workers` more do jobs alone.
    pub async fn found_wide(name: &str, workers: usize) -> (Self, Api) {
        let mut processes = vec![Process::serve(), Process::serve()];
        processes.extend((0..workers).map(|_| Process::work()));
        Self::of(name, processes).await
    }

    async fn of(name: &str, processes: Vec<Process>) -> (Self, Api) {
        let mut config = SimConfig::quick(ACCOUNT, NUMBER, TOKEN);
        VERIFY.clone_into(&mut config.verify_token);
        let meta = Sim::start(config).await.expect("Meta starts");
        // Short and open to pass: PostgreSQL runs as another user there.
        let folder = PathBuf::from(format!("/tmp/postern-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("site")).expect("a folder");
        fs::write(
            folder.join("site/site.json"),
            r#"{"pkg":"pkg/none","name":"postern"}"#,
        )
        .expect("a file");
        let count = processes.len();
        let database = (count > 1).then(|| postgresql(&folder.join("database")));
        let mut town = Self {
            folder,
            processes,
            database,
            log: Arc::default(),
            meta,
        };
        for process in 0..count {
            town.start(process).await;
        }
        let api = Api::set_up(&town.url(), &town.setup_token().await).await;
        api.connect(NUMBER, ACCOUNT, TOKEN).await;
        town.meta
            .set_callback(Some(&format!("{}/webhooks/whatsapp", town.url())));
        (town, api)
    }

    /// Where it is reached, as far as it knows.
    pub fn url(&self) -> String {
        self.urls().swap_remove(0)
    }

    /// Where each process that serves is reached, as a balancer in front of them knows.
    pub fn urls(&self) -> Vec<String> {
        let ports = self.processes.iter().filter_map(|process| process.port);
        ports
            .map(|port| format!("http://localhost:{port}"))
            .collect()
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_postern"));
        program
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("POSTERN_DATA", self.folder.join("data"))
            .env("POSTERN_SITE", self.folder.join("site"))
            .env("POSTERN_BASE_URL", self.url())
            .env(
                "POSTERN_GRAPH_URL",
                format!("{}/v24.0", self.meta.base_url()),
            )
            .env("POSTERN_APP_SECRET", self.meta.app_secret())
            .env("POSTERN_VERIFY_TOKEN", VERIFY)
            // Whoever hears of its events is on this machine.
            .env("POSTERN_PRIVATE_ENDPOINTS", "true")
            // One person asks here as often as a thousand do.
            .env("POSTERN_LIMIT_SESSION", "1000000")
            .env("POSTERN_LIMIT_WORKSPACE", "1000000")
            .env("POSTERN_LIMIT_CALL", "1000000");
        if let Some(database) = &self.database {
            program
                .env("DATABASE_URL", database.app_url().expose_secret())
                .env("DATABASE_OWNER_URL", database.owner_url().expose_secret())
                .env("POSTERN_WORKERS", "false")
                // All of them together may have the hundred of a PostgreSQL that nobody set up.
                .env("POSTERN_POOL_SIZE", "12")
                .env("POSTERN_WORKER_POOL_SIZE", "4");
        }
        program
    }

    /// What the running program works with, for what nobody can ask it over HTTP.
    pub async fn environment(&self) -> Env {
        let program = self.program();
        let variables = program.get_envs().filter_map(|(name, value)| {
            let (name, value) = (name.to_str()?, value?.to_str()?);
            Some((name.to_owned(), value.to_owned()))
        });
        let config = Config::load_from(&variables.collect(), &os_random);
        let config = config.expect("its settings");
        let database = tokio::task::block_in_place(|| Database::start_or_join(&config));
        let env = boot::env(&config, &database.expect("its database")).await;
        env.expect("its environment")
    }

    /// Runs an operator's command beside the running program.
    pub fn operate(&self, arguments: &[&str], password: &str) -> String {
        let variables = [("POSTERN_NEW_PASSWORD", password)];
        match self.operate_with(arguments, &variables) {
            Ok(said) => said,
            Err(said) => panic!("{said}"),
        }
    }

    /// The same with these variables; what it says when it fails.
    pub fn operate_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<String, String> {
        let mut program = self.program();
        let run = program
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        if run.status.success() {
            Ok(said)
        } else {
            Err(said + &String::from_utf8_lossy(&run.stderr))
        }
    }

    /// The file of the keys that it made.
    pub fn keys(&self) -> String {
        fs::read_to_string(self.folder.join("data/keys.toml")).expect("its keys")
    }

    /// Starts a process and waits until it is ready, where that can be asked.
    pub async fn start(&mut self, process: usize) {
        let port = self.processes[process].port;
        let mut program = self.program();
        match port {
            Some(port) => program
                .arg("serve")
                .env("POSTERN_LISTEN", format!("127.0.0.1:{port}")),
            None => program.arg("work"),
        };
        let mut child = program
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        for stream in [
            child
                .stdout
                .take()
                .map(|out| Box::new(out) as Box<dyn std::io::Read + Send>),
            child
                .stderr
                .take()
                .map(|err| Box::new(err) as Box<dyn std::io::Read + Send>),
        ] {
            let log = Arc::clone(&self.log);
            let stream = stream.expect("a pipe");
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    log.lock()
                        .expect("the log")
                        .push(format!("{process}: {line}"));
                }
            });
        }
        self.processes[process].child = Some(child);
        let Some(port) = port else { return };
        let ready = format!("http://localhost:{port}/health/ready");
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let deadline = Instant::now() + Duration::from_mins(1);
        while !http
            .get(&ready)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(
                Instant::now() < deadline,
                "the program is not ready:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Kills a process as a power cut would (SIGKILL).
    pub fn kill(&mut self, process: usize) {
        let mut child = self.processes[process].child.take().expect("it runs");
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
    }

    /// Kills the private PostgreSQL alone, and waits until it serves again.
    pub async fn kill_postgres(&self) {
        let first = self.postmaster().expect("PostgreSQL runs");
        let killed = Command::new("kill")
            .args(["-9", &first.to_string()])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.postmaster().is_none_or(|pid| pid == first) {
            assert!(
                Instant::now() < deadline,
                "PostgreSQL did not come back:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn postmaster(&self) -> Option<u32> {
        let pid = find(&self.folder.join("data"), "postmaster.pid")?;
        fs::read_to_string(pid)
            .ok()?
            .lines()
            .next()?
            .trim()
            .parse()
            .ok()
    }

    async fn setup_token(&self) -> String {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let log = self.log.lock().expect("the log").join("\n");
            if let Some((_, rest)) = log.split_once("/setup#") {
                return rest
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                    .collect();
            }
            assert!(
                Instant::now() < deadline,
                "no set-up link was printed:\n{log}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How often the program wrote something like that.
    pub fn said(&self, words: &str) -> usize {
        let log = self.log.lock().expect("the log");
        log.iter().filter(|line| line.contains(words)).count()
    }

    /// Ends the connections on which processes listen to each other, as a failover would, once each of them does.
    pub async fn cut(&self) {
        let database = self.database.as_ref().expect("a shared one");
        let url = database.app_url().expose_secret();
        let ears = "FROM pg_stat_activity WHERE query LIKE 'LISTEN %'";
        let ask = |what: &str| {
            let ran = Command::new("psql")
                .args(["-XAtqc", &format!("SELECT {what} {ears}"), "-d", url])
                .output()
                .expect("psql runs");
            String::from_utf8_lossy(&ran.stdout).trim().parse()
        };
        let everybody = Ok(self.processes.len());
        until("everybody listens", self, async || {
            ask("count(*)") == everybody
        })
        .await;
        assert_eq!(ask("count(pg_terminate_backend(pid))"), everybody);
    }

    /// The last of what the program wrote.
    pub fn log(&self) -> String {
        let log = self.log.lock().expect("the log");
        log[log.len().saturating_sub(60)..].join("\n")
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let children = self.processes.iter_mut();
        let mut children: Vec<_> = children
            .filter_map(|process| process.child.take())
            .collect();
        // A clean end: a PostgreSQL of its own goes with it.
        for child in &children {
            let _ = Command::new("kill")
                .args(["-INT", &child.id().to_string()])
                .status();
        }
        let deadline = Instant::now() + Duration::from_secs(20);
        for child in &mut children {
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(30));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some(database) = self.database.take() {
            database.stop();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// One that the processes share.
fn postgresql(folder: &Path) -> Private {
    fs::create_dir_all(folder).expect("a folder");
    let data = Data {
        elsewhere: folder.to_owned(),
        ..Data::new(folder)
    };
    tokio::task::block_in_place(|| Private::start(&data, &os_random)).expect("PostgreSQL starts")
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if entry.file_name() == name {
            return Some(path);
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir())
            && let Some(found) = find(&path, name)
        {
            return Some(found);
        }
    }
    None
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}
