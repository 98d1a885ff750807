//! Running other programs: plainly, with their output seen, and never left behind.

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::place::Place;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The child in the foreground, which a SIGTERM to us alone would not reach.
static FOREGROUND: Mutex<Option<u32>> = Mutex::new(None);

/// After Ctrl-C or SIGTERM the running child is told, and the task unwinds, so that every guard stops what it started.
pub fn listen_for_interrupts() {
    let told = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        if let Ok(guard) = FOREGROUND.lock()
            && let Some(pid) = *guard
        {
            signal(pid, "INT");
        }
    });
    if let Err(fault) = told {
        eprintln!("warning: Ctrl-C will not clean up: {fault}");
    }
}

/// Whether the person asked for the end.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Sends a signal by name; a process that is gone is no fault.
pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// A line of progress.
pub fn say(line: impl std::fmt::Display) {
    println!("▸ {line}");
    let _ = std::io::stdout().flush();
}

/// `cargo` as a child of cargo: told where to build, and rid of what the outer cargo says of xtask itself, which
/// would rebuild every package whose build script looks at it.
pub fn cargo(place: &Place) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&place.root);
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let ours = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
            "CARGO_PRIMARY_",
        ]
        .iter()
        .any(|prefix| text.starts_with(prefix));
        if ours
            || matches!(
                text,
                "CARGO" | "OUT_DIR" | "LD_LIBRARY_PATH" | "DYLD_FALLBACK_LIBRARY_PATH"
            )
        {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_TARGET_DIR", &place.target);
    command
}

/// Runs with the output shown; a failure names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", name(command));
    }
    Ok(())
}

/// Runs with the output shown, and returns how it ended.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    let mut child = spawn(command)?;
    *FOREGROUND.lock().expect("no holder of this lock panics") = Some(child.id());
    let status = child.wait();
    *FOREGROUND.lock().expect("no holder of this lock panics") = None;
    if interrupted() {
        bail!("interrupted");
    }
    status.with_context(|| format!("`{}` was lost", name(command)))
}

/// The same program with the same arguments and settings, so much less urgent. Its pipes and its folder are to be set
/// anew: a command does not tell them.
pub fn nice(command: &Command, by: i32) -> Command {
    let mut nice = Command::new("nice");
    nice.arg(format!("-n{by}")).arg(command.get_program());
    nice.args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => nice.env(key, value),
            None => nice.env_remove(key),
        };
    }
    nice
}

/// Starts it; a missing program is said in words.
pub fn spawn(command: &mut Command) -> Result<Child> {
    command
        .spawn()
        .with_context(|| format!("cannot start `{}`", name(command)))
}

/// A program that runs beside us, and is killed when this is dropped.
pub struct Beside(Child);

impl Beside {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Self> {
        spawn(command).map(Self)
    }

    /// Its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Waits until it ends; a failure is an error.
    pub fn end(&mut self, name: &str) -> Result<()> {
        let status = self.0.wait()?;
        if !status.success() {
            bail!("{name} failed ({status})");
        }
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// Runs and returns what it printed; a failure carries the end of what it said on stderr.
pub fn output(command: &mut Command) -> Result<String> {
    let output = captured(command)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed ({}): {}",
            name(command),
            output.status,
            tail(&said, 12)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs and keeps everything; only not starting is an error.
pub fn captured(command: &mut Command) -> Result<Output> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", name(command)))?;
    if interrupted() {
        bail!("interrupted");
    }
    Ok(output)
}

/// Runs silently and only tells whether it worked in time. A program that is still running then is killed.
pub fn works_within(command: &mut Command, limit: Duration) -> bool {
    let started = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = started else { return false };
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < deadline && !interrupted() => {
                std::thread::sleep(Duration::from_millis(50));
            }
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// The first line a program prints about its version, or nothing when it is not there.
pub fn version(program: impl AsRef<std::ffi::OsStr>) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The last lines of a text.
pub fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

fn name(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    let mut line = words.join(" ");
    if line.chars().count() > 160 {
        line = line.chars().take(157).collect::<String>() + "…";
    }
    line
}
