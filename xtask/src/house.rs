//! The real program with its own PostgreSQL and sim beside it, and one workspace: what a check asks over HTTP.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::{http, stage};
use crate::place::Place;
use crate::stack::process::Process;
use crate::stack::{self, Installation, Secrets, random_hex};
use crate::{setup, shell};

/// Running; dropping it stops the server first, then sim, and removes the folder.
pub struct House {
    server: Option<Process>,
    sim: Option<Process>,
    pub installation: Installation,
    pub workspace: String,
    email: String,
    password: String,
    token: RefCell<Option<(String, Instant)>>,
}

/// A sign-in is good for ten minutes.
const FRESH: Duration = Duration::from_mins(5);

impl House {
    /// Builds and starts everything, in a folder that is called after the check, without the limits that hold off who
    /// asks as often as thousands do.
    pub fn set(place: &Place, check: &str) -> Result<Self> {
        setup::machine(place, false)?;
        stack::build(place)?;
        let data = std::env::temp_dir().join(format!("postern-{check}-{}", std::process::id()));
        let data = stack::open_folder(data)?;
        let site = stage::no_pages(&data)?;
        let mut installation = Installation::new(place, site, data, Secrets::make()?, None)?;
        installation.settings = stage::unlimited();
        let (email, password) = (format!("admin@{check}.example"), random_hex(12)?);
        let sim = installation.simulate()?;
        let server = installation.serve()?;
        let mut house = Self {
            server: Some(server),
            sim: Some(sim),
            installation,
            workspace: String::new(),
            email,
            password,
            token: RefCell::default(),
        };
        house.workspace = house.add_workspace(check)?;
        Ok(house)
    }

    /// One more workspace of the same admin; its id.
    pub fn add_workspace(&self, name: &str) -> Result<String> {
        let mut add = self.installation.postern();
        add.args([
            "workspace",
            "add",
            "--name",
            name,
            "--owner-email",
            &self.email,
        ]);
        let told = shell::output(add.env("POSTERN_NEW_PASSWORD", &self.password))?;
        let id = told.split_whitespace().nth(1);
        Ok(id.context("`postern workspace add` told no id")?.to_owned())
    }

    /// The address without a name to look up.
    pub fn url(&self) -> String {
        stage::direct(&self.installation)
    }

    /// Calls a server function as the workspace's admin.
    pub fn call(&self, function: &str, body: &Value) -> Result<Value> {
        self.call_in(&self.workspace, function, body)
    }

    /// The same in another workspace of theirs.
    pub fn call_in(&self, workspace: &str, function: &str, body: &Value) -> Result<Value> {
        let token = self.token()?;
        http::post(
            &format!("{}/api/{function}", self.url()),
            &[
                ("Origin", &self.installation.url()),
                ("Authorization", &format!("Bearer {token}")),
                ("X-Workspace-Id", workspace),
            ],
            body,
        )
    }

    /// Tells sim what Meta does.
    pub fn tell_meta(&self, what: &str, body: &Value) -> Result<Value> {
        let sim = self.installation.sim_url();
        http::post(&format!("{sim}/_control/{what}"), &[], body)
    }

    /// Panics that the server's log tells of.
    pub fn panics(&self) -> Result<usize> {
        let log = std::fs::read_to_string(self.installation.log("server"))?;
        Ok(log.matches("panicked at").count())
    }

    fn token(&self) -> Result<String> {
        if let Some((token, since)) = &*self.token.borrow()
            && since.elapsed() < FRESH
        {
            return Ok(token.clone());
        }
        let told = http::post(
            &format!("{}/auth/sign-in", self.url()),
            &[("Origin", &self.installation.url())],
            &json!({ "email": self.email, "password": self.password }),
        )?;
        let token = told["in"]["token"]
            .as_str()
            .context("signing in gave no token")?;
        *self.token.borrow_mut() = Some((token.to_owned(), Instant::now()));
        Ok(token.to_owned())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.server.take());
        drop(self.sim.take());
        let _ = std::fs::remove_dir_all(&self.installation.data);
    }
}
