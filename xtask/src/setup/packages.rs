//! The machine's package manager: apt is driven, any other is told about in words.

use std::fmt::Write;
use std::io::IsTerminal;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::shell;

/// Something the machine must have, whatever its packages are called there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    CCompiler,
    Node,
    Postgres,
    Chromium,
    Fonts,
    Python,
    Shell,
}

impl Package {
    fn why(self) -> &'static str {
        match self {
            Self::CCompiler => "a C compiler and linker: some Rust packages build C code",
            Self::Node => {
                "Node.js 20 or newer, with npm: the client's script, style and WebAssembly are made small with it"
            }
            Self::Postgres => {
                "PostgreSQL 15 or newer (the server's programs): Postern keeps everything in it"
            }
            Self::Chromium => "Chromium: the browser tests drive it",
            Self::Fonts => {
                "fonts with emoji, Arabic, Chinese, Japanese and Korean: people write all of it, and pictures would show boxes"
            }
            Self::Shell => "curl and jq: the quick start of the API is run as its document has it",
            Self::Python => {
                "Python 3.11 or newer with venv: programs of others check the API and its webhooks"
            }
        }
    }

    /// The packages' names, manager by manager.
    fn names(self, manager: Manager) -> &'static [&'static str] {
        match (self, manager) {
            (Self::CCompiler, Manager::Apt) => &["build-essential"],
            (Self::CCompiler, Manager::Pacman) => &["base-devel"],
            (Self::CCompiler, Manager::Dnf) => &["gcc"],
            (Self::Node, _) => &["nodejs", "npm"],
            (Self::Postgres, Manager::Apt | Manager::Pacman) => &["postgresql"],
            (Self::Postgres, Manager::Dnf) => &["postgresql-server"],
            (Self::Chromium, _) => &["chromium"],
            (Self::Shell, _) => &["curl", "jq"],
            (Self::Python, Manager::Apt) => &["python3", "python3-venv"],
            (Self::Python, Manager::Dnf) => &["python3"],
            (Self::Python, Manager::Pacman) => &["python"],
            (Self::Fonts, Manager::Apt) => &[
                "fontconfig",
                "fonts-noto-color-emoji",
                "fonts-dejavu-core",
                "fonts-wqy-zenhei",
            ],
            (Self::Fonts, Manager::Dnf) => &[
                "fontconfig",
                "google-noto-color-emoji-fonts",
                "dejavu-sans-fonts",
                "google-noto-sans-cjk-fonts",
            ],
            (Self::Fonts, Manager::Pacman) => &[
                "fontconfig",
                "noto-fonts-emoji",
                "ttf-dejavu",
                "noto-fonts-cjk",
            ],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Pacman,
}

impl Manager {
    fn install_line(self) -> &'static str {
        match self {
            Self::Apt => "sudo apt-get install",
            Self::Dnf => "sudo dnf install",
            Self::Pacman => "sudo pacman -S",
        }
    }
}

/// How this machine gets its packages.
pub struct Packages {
    manager: Option<Manager>,
    /// What stands before a command that needs root; `None` when there is no way to be root.
    root: Option<Vec<&'static str>>,
}

impl Packages {
    /// Looks, and changes nothing.
    pub fn of_this_machine() -> Self {
        let known = [
            ("apt-get", Manager::Apt),
            ("dnf", Manager::Dnf),
            ("pacman", Manager::Pacman),
        ];
        let manager = known
            .into_iter()
            .find(|(program, _)| shell::version(program).is_some());
        Self {
            manager: manager.map(|(_, manager)| manager),
            root: way_to_root(),
        }
    }

    /// Installs, or says exactly what a person has to.
    pub fn install(&self, missing: &[Package]) -> Result<()> {
        let (Some(Manager::Apt), Some(root)) = (self.manager, &self.root) else {
            bail!("{}", self.told(missing));
        };
        for package in missing {
            shell::say(format_args!(
                "installing {} ({})",
                package.names(Manager::Apt).join(", "),
                package.why()
            ));
        }
        if missing.contains(&Package::Postgres) {
            no_cluster_of_its_own(root)?;
        }
        shell::run(as_root(root, &["apt-get", "-qq", "update"]))?;
        let mut line = vec![
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "-y",
            "--no-install-recommends",
        ];
        line.extend(["-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Progress-Fancy=0"]);
        for package in missing {
            // A newer Node from elsewhere brings its own npm, and refuses Debian's.
            let has_npm = shell::version("npm").is_some();
            line.extend(
                package
                    .names(Manager::Apt)
                    .iter()
                    .filter(|name| **name != "npm" || !has_npm),
            );
        }
        shell::run(as_root(root, &line))
    }

    /// The exact list, for a machine that we cannot install on.
    fn told(&self, missing: &[Package]) -> String {
        let mut text = String::from(
            "this machine lacks what Postern needs, and it cannot be installed from here:\n",
        );
        for package in missing {
            let _ = writeln!(text, "  - {}", package.why());
        }
        let _ = match self.manager {
            Some(manager) => {
                let names: Vec<_> = missing
                    .iter()
                    .flat_map(|package| package.names(manager))
                    .copied()
                    .collect();
                let line = format!("{} {}", manager.install_line(), names.join(" "));
                write!(text, "Run `{line}`, then this command again.")
            }
            None => write!(
                text,
                "Install these with your package manager, then run this command again."
            ),
        };
        text
    }
}

fn way_to_root() -> Option<Vec<&'static str>> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&id.stdout).trim() == "0" {
        return Some(Vec::new());
    }
    let silent = Command::new("sudo")
        .args(["-n", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    if silent.success() {
        return Some(vec!["sudo", "-n"]);
    }
    // A person can type the password; a script cannot.
    std::io::stdin().is_terminal().then(|| vec!["sudo"])
}

/// Debian's package would start a cluster of its own; Postern runs its own, elsewhere.
fn no_cluster_of_its_own(root: &[&str]) -> Result<()> {
    if std::path::Path::new("/etc/postgresql-common/createcluster.conf").exists() {
        return Ok(());
    }
    shell::say(
        "telling Debian's PostgreSQL packages not to start a cluster of their own (/etc/postgresql-common/createcluster.conf): Postern runs its own",
    );
    let line = "mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf";
    shell::run(as_root(root, &["sh", "-c", line]))
}

fn as_root(root: &[&str], line: &[&str]) -> &'static mut Command {
    let mut words = root.iter().chain(line);
    let mut command = Command::new(words.next().expect("a command has a first word"));
    command.args(words);
    Box::leak(Box::new(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_known_manager_is_told_each_thing_and_why() {
        let machine = Packages {
            manager: None,
            root: Some(Vec::new()),
        };
        let fault = machine
            .install(&[Package::Node, Package::Postgres])
            .expect_err("nothing can be installed");
        let text = fault.to_string();
        assert!(text.contains("Node.js 20 or newer"), "{text}");
        assert!(text.contains("PostgreSQL 15 or newer"), "{text}");
        assert!(!text.contains("Chromium"), "{text}");
    }

    #[test]
    fn a_known_manager_that_is_not_driven_gets_its_exact_line() {
        let machine = Packages {
            manager: Some(Manager::Dnf),
            root: Some(Vec::new()),
        };
        let fault = machine
            .install(&[Package::Node, Package::Postgres])
            .expect_err("dnf is not driven");
        assert!(
            fault
                .to_string()
                .contains("`sudo dnf install nodejs npm postgresql-server`"),
            "{fault}"
        );
    }

    #[test]
    fn apt_without_a_way_to_root_is_told_the_line_to_run() {
        let machine = Packages {
            manager: Some(Manager::Apt),
            root: None,
        };
        let fault = machine.install(&[Package::Chromium]).expect_err("not root");
        assert!(
            fault
                .to_string()
                .contains("`sudo apt-get install chromium`"),
            "{fault}"
        );
    }
}
