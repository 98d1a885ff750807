//! The installation that is measured: release programs, workspaces with connected numbers, and their data.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Shared,
    database::{Database, Role},
    http,
    preload::{self, Size},
};
use crate::place::Place;
use crate::stack::process::Process;
use crate::stack::{self, Installation, Secrets, random_hex};
use crate::{demo, setup, shell};

/// A workspace with its number, and the customers that were loaded into it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tenant {
    pub workspace: String,
    pub channel: String,
    pub member: String,
    pub phone_number_id: String,
    pub waba_id: String,
    pub token: String,
    /// The number's own digits.
    pub digits: String,
    /// Customers write from this number and the following ones; each has one open conversation.
    pub first_customer: u64,
    pub customers: u32,
}

impl Tenant {
    /// What the workspace is called.
    pub fn name(&self) -> String {
        format!("Bench {}", self.phone_number_id)
    }
}

/// What a data folder was made with; kept beside the data.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// Changes when the data would be made differently.
    stamp: String,
    secrets: Secrets,
    email: String,
    password: String,
    tenants: Vec<Tenant>,
    loaded: bool,
}

/// The running installation. Dropping it stops the server first, then sim.
pub struct Stage {
    server: Option<Process>,
    _sim: Process,
    _alone: File,
    /// The settings of the server when no bench asks for another one.
    usual: Vec<(String, String)>,
    pub installation: Installation,
    pub database: Database,
    /// The largest first.
    pub tenants: Vec<Tenant>,
    pub email: String,
    pub password: String,
}

impl Stage {
    /// Builds and starts everything, and loads the data unless the folder has it. Without `site` the server has no pages,
    /// only its interfaces.
    pub fn set(place: &Place, shared: &Shared, site: Option<PathBuf>) -> Result<Self> {
        setup::machine(place, false)?;
        let profile = if shared.debug { "dev" } else { "release" };
        let programs = stack::build_as(place, profile)?;
        let data = stack::open_folder(shared.folder(place)?)?;
        let alone = demo::alone(&data)?;
        let mut kept = Kept::of(&data, place, shared)?;
        let site = site.map_or_else(|| no_pages(&data), Ok)?;
        let mut installation = Installation::new(place, site, data, kept.secrets.clone(), None)?;
        installation.programs = programs;
        let usual = usual(shared);
        installation.settings.clone_from(&usual);

        let numbers = installation.data.join("numbers.json");
        kept.write_numbers(&numbers)?;
        let sim = installation.simulate_with(&[format!("--numbers={}", numbers.display())])?;
        let server = installation.serve()?;
        let database = Database::of(&installation.data)?;
        let mut stage = Self {
            server: Some(server),
            _sim: sim,
            _alone: alone,
            usual,
            installation,
            database,
            tenants: kept.tenants.clone(),
            email: kept.email.clone(),
            password: kept.password.clone(),
        };
        if !kept.loaded {
            stage.load(&mut kept, shared)?;
        }
        Ok(stage)
    }

    fn load(&mut self, kept: &mut Kept, shared: &Shared) -> Result<()> {
        shell::say(format_args!("making {} workspaces", self.tenants.len()));
        for tenant in &mut self.tenants {
            found(tenant, &self.installation, &self.email, &self.password)?;
        }
        let token = self.token()?;
        for tenant in &self.tenants {
            connect(self, tenant, &token)?;
        }
        preload::learn_ids(&self.database, &mut self.tenants)?;
        preload::load(&self.database, &self.tenants, Size::of(shared))?;
        // For the benches that compare commits with frames by the same clock.
        self.database
            .ask(Role::Admin, "ALTER SYSTEM SET track_commit_timestamp = on")?;
        kept.tenants.clone_from(&self.tenants);
        kept.loaded = true;
        kept.write(&self.installation.data)?;
        self.restart()
    }

    /// Starts the server anew, with the settings that `installation` has by now.
    pub fn restart(&mut self) -> Result<()> {
        drop(self.server.take());
        self.server = Some(self.installation.serve()?);
        self.database = Database::of(&self.installation.data)?;
        Ok(())
    }

    /// Starts the server anew with one more setting (`NAME=VALUE`) than usual, or with none.
    pub fn set_for(&mut self, setting: Option<&str>) -> Result<()> {
        let mut settings = self.usual.clone();
        settings.extend(setting.map(named));
        if settings == self.installation.settings {
            return Ok(());
        }
        self.installation.settings = settings;
        self.restart()
    }

    /// Signs the owner of all workspaces in; the token is good for ten minutes.
    pub fn token(&self) -> Result<String> {
        let url = self.installation.url();
        let told = http::post(
            &format!("{}/auth/sign-in", direct(&self.installation)),
            &[("Origin", &url)],
            &json!({ "email": self.email, "password": self.password }),
        )?;
        Ok(told["in"]["token"]
            .as_str()
            .context("signing in gave no token")?
            .to_owned())
    }

    /// Calls a server function as the owner, in that workspace.
    pub fn call(
        &self,
        token: &str,
        workspace: &str,
        function: &str,
        body: &Value,
    ) -> Result<Value> {
        http::post(
            &format!("{}/api/{function}", direct(&self.installation)),
            &[
                ("Origin", &self.installation.url()),
                ("Authorization", &format!("Bearer {token}")),
                ("X-Workspace-Id", workspace),
            ],
            body,
        )
    }

    /// The server's process id.
    pub fn server(&self) -> u32 {
        self.server.as_ref().map_or(0, Process::pid)
    }
}

/// One address and one person stand for thousands here: limits, which would hold them off, are lifted. They are counted all
/// the same.
const USUAL: [&str; 12] = [
    "POSTERN_LOG=warn",
    "POSTERN_LIMIT_WEBHOOK=10000000",
    "POSTERN_LIMIT_SIGN_IN=10000000",
    "POSTERN_LIMIT_RENEW=10000000",
    "POSTERN_LIMIT_COOKIE=10000000",
    "POSTERN_LIMIT_SESSION=10000000",
    "POSTERN_LIMIT_LIVE=10000000",
    "POSTERN_LIMIT_CALL=10000000",
    "POSTERN_LIMIT_WORKSPACE=10000000",
    "POSTERN_SOCKETS_PER_SESSION=20000",
    "POSTERN_CONNECTIONS=24000",
    "POSTERN_CONNECTIONS_PER_ADDRESS=24000",
];

/// The limits lifted, for whoever stands for thousands.
pub fn unlimited() -> Vec<(String, String)> {
    USUAL.into_iter().map(named).collect()
}

/// What every bench sets: a log of what goes wrong alone, and what was asked for.
fn usual(shared: &Shared) -> Vec<(String, String)> {
    let own = USUAL.into_iter();
    own.chain(shared.settings.iter().map(String::as_str))
        .map(named)
        .collect()
}

/// `NAME=VALUE`.
fn named(setting: &str) -> (String, String) {
    let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
    (name.to_owned(), value.to_owned())
}

/// The address without a name to look up.
pub fn direct(installation: &Installation) -> String {
    format!("http://127.0.0.1:{}", installation.port)
}

/// Makes the workspace.
fn found(
    tenant: &mut Tenant,
    installation: &Installation,
    email: &str,
    password: &str,
) -> Result<()> {
    let name = tenant.name();
    let mut add = installation.postern();
    add.args(["workspace", "add", "--name", &name, "--owner-email", email]);
    let told = shell::output(add.env("POSTERN_NEW_PASSWORD", password))?;
    let id = told.split_whitespace().nth(1);
    id.context("`postern workspace add` told no id")?
        .clone_into(&mut tenant.workspace);
    Ok(())
}

/// Connects its number over the interface that the pages use.
fn connect(stage: &Stage, tenant: &Tenant, token: &str) -> Result<()> {
    let form = json!({ "form": {
        "name": "Bench", "phone_number_id": tenant.phone_number_id, "account_id": tenant.waba_id,
        "token": tenant.token, "app_secret": null,
    }});
    stage.call(token, &tenant.workspace, "channels/connect", &form)?;
    Ok(())
}

/// A site folder that the server accepts and that has no client.
pub fn no_pages(data: &Path) -> Result<PathBuf> {
    let site = data.join("site");
    std::fs::create_dir_all(&site)?;
    std::fs::write(site.join("site.json"), r#"{"pkg":"pkg","name":"postern"}"#)?;
    Ok(site)
}

/// What the data depends on: its size, how it is made, and the schema.
fn stamp(place: &Place, shared: &Shared) -> Result<String> {
    let mut newest = String::new();
    for entry in std::fs::read_dir(place.file("migrations"))?.flatten() {
        newest = newest.max(entry.file_name().to_string_lossy().into_owned());
    }
    Ok(format!(
        "{} {newest} {:?}",
        preload::VERSION,
        Size::of(shared)
    ))
}

impl Kept {
    /// What the folder was made with; made anew, in an empty folder, when that does not fit.
    fn of(data: &Path, place: &Place, shared: &Shared) -> Result<Self> {
        let (file, stamp) = (data.join("bench.json"), stamp(place, shared)?);
        let known = std::fs::read_to_string(&file)
            .ok()
            .and_then(|text| serde_json::from_str::<Self>(&text).ok())
            .filter(|known| known.loaded && known.stamp == stamp && !shared.fresh);
        if let Some(known) = known {
            return Ok(known);
        }
        shell::say(format_args!("beginning anew in {}", data.display()));
        demo::empty(data)?;
        let kept = Self {
            stamp,
            secrets: Secrets::make()?,
            email: "owner@bench.example".to_owned(),
            password: random_hex(12)?,
            tenants: preload::plan(Size::of(shared))?,
            loaded: false,
        };
        kept.write(data)?;
        Ok(kept)
    }

    fn write(&self, data: &Path) -> Result<()> {
        std::fs::write(data.join("bench.json"), serde_json::to_string_pretty(self)?)?;
        Ok(())
    }

    /// The file from which sim learns of the numbers.
    fn write_numbers(&self, file: &Path) -> Result<()> {
        let numbers: Vec<Value> = self
            .tenants
            .iter()
            .map(|tenant| {
                json!({
                    "phone_number_id": tenant.phone_number_id, "waba_id": tenant.waba_id, "token": tenant.token,
                    "digits": tenant.digits, "verified_name": "Bench",
                })
            })
            .collect();
        std::fs::write(file, serde_json::to_string(&numbers)?)?;
        Ok(())
    }
}
