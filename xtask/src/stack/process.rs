//! A program in the background, its output in a file, which ends before we do.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell;

/// Dropping it asks the program to end, and insists after ten seconds.
pub struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// In a group of its own, so that Ctrl-C in the terminal reaches it through us, in order; where the kernel can,
    /// it is told to end even if we are killed. To be called from the main thread.
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = std::fs::File::create(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let mut wrapped = wrapped(command);
        wrapped
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        std::os::unix::process::CommandExt::process_group(&mut wrapped, 0);
        Ok(Self {
            name,
            child: shell::spawn(&mut wrapped)?,
            log: log.to_path_buf(),
        })
    }

    /// Polls until it is ready; its death or the deadline is a fault that shows the end of its log.
    pub fn wait_until(&mut self, limit: Duration, ready: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + limit;
        while !ready() {
            self.must_live()?;
            if shell::interrupted() {
                bail!("interrupted");
            }
            if Instant::now() > deadline {
                bail!(
                    "{} did not answer in {} s:\n{}",
                    self.name,
                    limit.as_secs(),
                    self.last_words()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Its process id: `setpriv` becomes the program it starts.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn must_live(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) if !shell::interrupted() => {
                bail!("{} ended ({status}):\n{}", self.name, self.last_words())
            }
            _ => Ok(()),
        }
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        format!(
            "{}\n(all of it in {})",
            shell::tail(&text, 25),
            self.log.display()
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        shell::signal(self.child.id(), "INT");
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        eprintln!("{} does not end: it is killed", self.name);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wrapped(command: &Command) -> Command {
    let mut wrapped = if shell::version("setpriv").is_some() {
        let mut setpriv = Command::new("setpriv");
        setpriv
            .args(["--pdeathsig", "INT"])
            .arg(command.get_program());
        setpriv
    } else {
        Command::new(command.get_program())
    };
    wrapped.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("xtask-process-{name}-{}", std::process::id()))
    }

    #[test]
    fn a_program_that_dies_early_is_a_fault_with_its_last_words() {
        let log = log("dies");
        let mut command = Command::new("sh");
        command.args(["-c", "echo the reason; exit 3"]);
        let mut process = Process::start("it", &mut command, &log).expect("sh starts");
        let fault = process
            .wait_until(Duration::from_secs(10), || false)
            .expect_err("it never answers");
        assert!(fault.to_string().contains("the reason"), "{fault}");
        std::fs::remove_file(log).expect("the log was there");
    }

    #[test]
    fn dropping_it_ends_it() {
        let log = log("ends");
        let mut command = Command::new("sleep");
        command.arg("600");
        let process = Process::start("it", &mut command, &log).expect("sleep starts");
        let pid = process.child.id();
        drop(process);
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
        std::fs::remove_file(log).expect("the log was there");
    }
}
