//! The demo's workspace: made once for each data folder, remembered beside it.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::place::Place;
use crate::setup::npm;
use crate::shell;
use crate::stack::{Installation, Secrets, random_hex};

/// Credentials and secrets of one data folder, in a file that only its owner reads.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seed {
    pub email: String,
    pub password: String,
    /// The workspace, once it is made.
    pub workspace: Option<String>,
    pub channel_made: bool,
    pub secrets: Secrets,
    #[serde(skip)]
    file: PathBuf,
}

impl Seed {
    /// What was made for this folder before, or new chance.
    pub fn of(data: &Path) -> Result<Self> {
        let file = data.join("demo.json");
        if let Ok(text) = std::fs::read_to_string(&file) {
            let known: Self =
                serde_json::from_str(&text).context("demo.json is not understood; try --reset")?;
            return Ok(Self { file, ..known });
        }
        let seed = Self {
            email: "amal@harbour.example".to_owned(),
            password: format!("{}-{}-{}", random_hex(3)?, random_hex(3)?, random_hex(3)?),
            workspace: None,
            channel_made: false,
            secrets: Secrets::make()?,
            file,
        };
        seed.keep()?;
        Ok(seed)
    }

    fn keep(&self) -> Result<()> {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.file)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        Ok(())
    }

    /// Makes the workspace with its owner, once. The server must not run yet.
    pub fn plant(mut self, installation: &Installation) -> Result<Self> {
        if self.workspace.is_none() {
            shell::say("making the demo's workspace");
            let mut add = installation.postern();
            add.args(["workspace", "add", "--name", "Harbour Coffee Roasters"]);
            add.args(["--owner-email", &self.email, "--owner-name", "Amal Haddad"]);
            let told = shell::output(add.env("POSTERN_NEW_PASSWORD", &self.password))?;
            self.workspace = Some(last_uuid(&told).context("`postern workspace add` told no id")?);
            self.keep()?;
        }
        Ok(self)
    }

    /// Connects the simulated number, once, and lets the customers write: server and sim must run.
    pub fn wake(mut self, place: &Place, installation: &Installation) -> Result<Self> {
        let mut node = npm::program(place, "node");
        node.arg(place.file("xtask/tools/demo.mjs"))
            .env("DEMO_URL", installation.url())
            .env("DEMO_SIM_URL", installation.sim_url())
            .env("DEMO_EMAIL", &self.email)
            .env("DEMO_PASSWORD", &self.password)
            .env(
                "DEMO_WORKSPACE",
                self.workspace.as_deref().unwrap_or_default(),
            )
            .env("DEMO_TOKEN", &self.secrets.token)
            .env("DEMO_PHONE_NUMBER_ID", &self.secrets.phone_number_id)
            .env("DEMO_WABA_ID", &self.secrets.waba_id);
        if !self.channel_made {
            shell::say("connecting the simulated number");
            node.env("DEMO_CONNECT", "yes");
        }
        shell::output(&mut node)?;
        self.channel_made = true;
        self.keep()?;
        Ok(self)
    }
}

/// The last id that a command printed.
fn last_uuid(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .rfind(|word| word.len() == 36 && word.matches('-').count() == 4)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspaces_id_is_found_in_what_was_printed() {
        let told = "workspace 0192f0a0-0000-7000-8000-000000000001 (Harbour)\n";
        assert_eq!(
            last_uuid(told).as_deref(),
            Some("0192f0a0-0000-7000-8000-000000000001")
        );
        assert_eq!(last_uuid("no id here"), None);
    }

    #[test]
    fn a_folder_keeps_its_credentials_and_another_gets_its_own() {
        let folder = |name: &str| {
            let folder =
                std::env::temp_dir().join(format!("xtask-seed-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a scratch folder");
            folder
        };
        let (one, two) = (folder("one"), folder("two"));
        let first = Seed::of(&one).expect("a seed");
        assert_eq!(Seed::of(&one).expect("the same").password, first.password);
        assert_ne!(Seed::of(&two).expect("another").password, first.password);
        for folder in [one, two] {
            std::fs::remove_dir_all(folder).expect("it is removed");
        }
    }
}
