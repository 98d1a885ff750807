//! The whole product, running: the server, Meta pretended by `sim`, and how they are told of each other.
//!
//! Every word of the server's and sim's command lines that xtask knows stands in this file and in `demo/seed.rs`.

pub mod process;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::place::Place;
use crate::shell;
use crate::stack::process::Process;

/// What the server and sim must agree on, made anew for each data folder.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    pub app_secret: String,
    pub verify_token: String,
    /// The access token of the WhatsApp account.
    pub token: String,
    pub phone_number_id: String,
    pub waba_id: String,
}

impl Secrets {
    /// Chance from the operating system; the ids look like Meta's.
    pub fn make() -> Result<Self> {
        Ok(Self {
            app_secret: random_hex(16)?,
            verify_token: random_hex(12)?,
            token: format!("EAA{}", random_hex(24)?),
            phone_number_id: "106540352242922".to_owned(),
            waba_id: "102290129340398".to_owned(),
        })
    }
}

/// The built programs and the folders of one installation.
pub struct Installation {
    pub site: PathBuf,
    pub data: PathBuf,
    pub secrets: Secrets,
    pub port: u16,
    pub sim_port: u16,
    /// Where the built programs lie.
    pub programs: PathBuf,
    /// What is set for the server beyond the usual.
    pub settings: Vec<(String, String)>,
}

impl Installation {
    /// Chooses ports: the wanted one when it is free.
    pub fn new(
        place: &Place,
        site: PathBuf,
        data: PathBuf,
        secrets: Secrets,
        port: Option<u16>,
    ) -> Result<Self> {
        let port = match port.map(|port| TcpListener::bind(("127.0.0.1", port))) {
            Some(Ok(listener)) => listener.local_addr()?.port(),
            _ => free_port()?,
        };
        Ok(Self {
            site,
            data,
            secrets,
            port,
            sim_port: free_port()?,
            programs: place.target.join("debug"),
            settings: Vec::new(),
        })
    }

    /// What people type into a browser.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Where its letters lie: it has no mail server.
    pub fn letters(&self) -> PathBuf {
        self.data.join("mail")
    }

    pub fn sim_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.sim_port)
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.data.join(format!("{name}.log"))
    }

    /// The server's program with its settings; the sub-command is up to the caller.
    pub fn postern(&self) -> Command {
        let mut command = Command::new(self.programs.join("postern"));
        // Nothing of the developer's own environment may configure this installation.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("POSTERN_") || text.starts_with("DATABASE_") {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(&self.data)
            .env("POSTERN_DATA", &self.data)
            .env("POSTERN_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("POSTERN_BASE_URL", self.url())
            .env("POSTERN_SITE", &self.site)
            .env("POSTERN_GRAPH_URL", format!("{}/v24.0", self.sim_url()))
            .env("POSTERN_APP_SECRET", &self.secrets.app_secret)
            .env("POSTERN_VERIFY_TOKEN", &self.secrets.verify_token)
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the server and waits until it answers.
    pub fn serve(&self) -> Result<Process> {
        let mut command = self.postern();
        command.arg("serve");
        let mut server = Process::start("the server", &mut command, &self.log("server"))?;
        server.wait_until(Duration::from_secs(90), || answers(self.port))?;
        Ok(server)
    }

    /// sim's program with what it shares with the server; the sub-command is up to the caller.
    pub fn sim(&self) -> Command {
        let mut command = Command::new(self.programs.join("sim"));
        command
            .current_dir(&self.data)
            .env("SIM_APP_SECRET", &self.secrets.app_secret)
            .env("SIM_VERIFY_TOKEN", &self.secrets.verify_token)
            .env("SIM_TOKEN", &self.secrets.token);
        command
    }

    /// Starts sim, which posts its webhooks to the server as soon as that passes the handshake.
    pub fn simulate(&self) -> Result<Process> {
        self.simulate_with(&[])
    }

    /// The same with further arguments.
    pub fn simulate_with(&self, more: &[String]) -> Result<Process> {
        let mut command = self.sim();
        command
            .args(["serve", "--port", &self.sim_port.to_string()])
            // Meta remembers who wrote when; sim forgets it with each start, and would refuse what the inbox allows.
            .arg("--no-limits")
            .args([
                "--callback",
                &format!("http://127.0.0.1:{}/webhooks/whatsapp", self.port),
            ])
            .args([
                "--phone-number-id",
                &self.secrets.phone_number_id,
                "--waba-id",
                &self.secrets.waba_id,
            ])
            .args(more);
        let mut sim = Process::start("sim", &mut command, &self.log("sim"))?;
        sim.wait_until(Duration::from_secs(20), || {
            TcpStream::connect(("127.0.0.1", self.sim_port)).is_ok()
        })?;
        Ok(sim)
    }
}

/// Compiles the server and sim.
pub fn build(place: &Place) -> Result<()> {
    build_as(place, "dev").map(drop)
}

/// Compiles them in that profile, and returns the folder of the programs.
pub fn build_as(place: &Place, profile: &str) -> Result<PathBuf> {
    shell::say(format_args!("compiling the server and sim ({profile})"));
    let mut cargo = shell::cargo(place);
    cargo.args([
        "build",
        "--package",
        "postern-server",
        "--package",
        "postern-sim",
        "--bins",
        "--profile",
        profile,
    ]);
    shell::run(&mut cargo)?;
    Ok(folder_of(place, profile))
}

/// Where the programs of that profile lie.
pub fn folder_of(place: &Place, profile: &str) -> PathBuf {
    let folder = if profile == "dev" { "debug" } else { profile };
    place.target.join(folder)
}

/// Where data stays from run to run. PostgreSQL's own user may not pass root's home.
pub fn data_folder(place: &Place, name: &str) -> PathBuf {
    if is_root() {
        Path::new("/var/lib").join(format!("postern-{name}"))
    } else {
        place.cache.join(name)
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// Makes the folder when it is missing. Started as root, PostgreSQL's own user must be let through.
pub fn open_folder(folder: PathBuf) -> Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if !folder.exists() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(&folder)?;
        std::fs::set_permissions(
            &folder,
            std::fs::Permissions::from_mode(if is_root() { 0o711 } else { 0o700 }),
        )?;
    }
    Ok(folder)
}

/// Random bytes of the operating system as hexadecimal digits.
pub fn random_hex(bytes: usize) -> Result<String> {
    use std::io::Read;
    let mut buffer = vec![0; bytes];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut buffer)?;
    Ok(crate::web::pack::hex(&buffer))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))
        .context("no free port")?
        .local_addr()?
        .port())
}

/// Whether something speaks HTTP there.
fn answers(port: u16) -> bool {
    let ask = || -> Result<()> {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )?;
        let mut start = [0; 5];
        stream.read_exact(&mut start)?;
        if &start != b"HTTP/" {
            bail!("not HTTP");
        }
        Ok(())
    };
    ask().is_ok()
}

/// Waits for Ctrl-C, or for one of them to end by itself, which is a fault.
pub fn wait_for_the_end(processes: &mut [&mut Process]) -> Result<()> {
    while !shell::interrupted() {
        for process in processes.iter_mut() {
            process.must_live()?;
        }
        let until = Instant::now() + Duration::from_millis(300);
        while !shell::interrupted() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}
