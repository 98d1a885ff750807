//! One installation in a folder of its own, with the program as a process that can be killed.

use crate::api::Api;
use postern_sim::{Sim, SimConfig, SimHandle};
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
    port: u16,
    server: Option<Child>,
    /// What the program wrote, for the set-up link and for a failure's report.
    log: Arc<Mutex<Vec<String>>>,
    /// Meta.
    pub meta: SimHandle,
}

impl Town {
    /// Builds one, starts it, sets it up and connects the number.
    pub async fn found(name: &str) -> (Self, Api) {
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
        let port = free_port();
        let mut town = Self {
            folder,
            port,
            server: None,
            log: Arc::default(),
            meta,
        };
        town.start().await;
        let api = Api::set_up(&town.url(), &town.setup_token().await).await;
        api.connect(NUMBER, ACCOUNT, TOKEN).await;
        town.meta
            .set_callback(Some(&format!("{}/webhooks/whatsapp", town.url())));
        (town, api)
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_postern"));
        program
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("POSTERN_DATA", self.folder.join("data"))
            .env("POSTERN_SITE", self.folder.join("site"))
            .env("POSTERN_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("POSTERN_BASE_URL", self.url())
            .env(
                "POSTERN_GRAPH_URL",
                format!("{}/v24.0", self.meta.base_url()),
            )
            .env("POSTERN_APP_SECRET", self.meta.app_secret())
            .env("POSTERN_VERIFY_TOKEN", VERIFY);
        program
    }

    /// Runs an operator's command beside the running program.
    pub fn operate(&self, arguments: &[&str], password: &str) -> String {
        let mut program = self.program();
        let run = program
            .args(arguments)
            .env("POSTERN_NEW_PASSWORD", password)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(
            run.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&run.stderr)
        );
        said
    }

    /// Starts the program and waits until it is ready.
    pub async fn start(&mut self) {
        let mut child = self
            .program()
            .arg("serve")
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
                    log.lock().expect("the log").push(line);
                }
            });
        }
        self.server = Some(child);
        let ready = format!("{}/health/ready", self.url());
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

    /// Kills the program as a power cut would (SIGKILL).
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("it runs");
        server.kill().expect("it is ours");
        server.wait().expect("it ends");
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

    /// The last of what the program wrote.
    pub fn log(&self) -> String {
        let log = self.log.lock().expect("the log");
        log[log.len().saturating_sub(60)..].join("\n")
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // A clean end: PostgreSQL goes with it.
            let _ = Command::new("kill")
                .args(["-INT", &server.id().to_string()])
                .status();
            let deadline = Instant::now() + Duration::from_secs(20);
            while matches!(server.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(30));
            }
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
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
