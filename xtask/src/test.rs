//! `cargo xtask test`: every check there is, then the ledger of promises held against what ran.

mod api;
pub mod browser;
mod junit;
mod rust;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::place::Place;
use crate::postgres::Postgres;
use crate::proof::{self, Outcome};
use crate::{conformance, lint, setup, shell, sqlx, stack, web};

#[derive(Args, Default)]
pub struct Options {
    /// Only these checks; the ledger is then not held, since it needs them all
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Formatting, clippy, house rules
    Lint,
    /// types, app, sim and xtask
    Unit,
    /// domain, on a real PostgreSQL, and the committed query data
    Sql,
    /// server
    Http,
    /// Webhooks of every kind through the real door, and what people see of them
    Conformance,
    /// The callers' API, fuzzed from its own document
    Api,
    /// Playwright in Chromium
    Browser,
    /// How much code the release client makes a browser fetch
    Bytes,
}

const SHIPPED: web::Options = web::Options { release: true };

/// Runs what was asked for to its end, whatever fails on the way. The last line counts all of it.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let wanted = |kind| options.only.is_empty() || options.only.contains(&kind);
    setup::machine(place, wanted(Kind::Browser))?;

    let mut tally = Tally::default();
    if wanted(Kind::Lint) {
        tally.check("lint", lint::run(place))?;
    }
    let kinds: Vec<Kind> = [Kind::Unit, Kind::Sql, Kind::Http]
        .into_iter()
        .filter(|kind| wanted(*kind))
        .collect();
    if !kinds.is_empty() {
        let cluster = Postgres::start()?;
        if wanted(Kind::Sql) {
            tally.check("sqlx", sqlx::check_or_refresh(place, &cluster, true))?;
        }
        let ran = rust::run(place, &cluster, &kinds);
        tally.tests("rust", ran)?;
    }
    if wanted(Kind::Conformance) {
        tally.check("conformance", conformance::check(place))?;
    }
    if wanted(Kind::Api) {
        let ran = api::run(place);
        tally.tests("api", ran)?;
    }
    if wanted(Kind::Browser) {
        let ran = browse(place);
        tally.tests("browser", ran)?;
    }
    if wanted(Kind::Bytes) {
        tally.check("bundle", bundle(place))?;
        tally.check("bytes", weigh(place))?;
    }
    if options.only.is_empty() {
        let held = proof::hold(place, &tally.outcomes);
        tally.check("controls", held)?;
    }
    tally.close()
}

fn browse(place: &Place) -> Result<Vec<Outcome>> {
    if !browser::has_specs(place) {
        eprintln!("\n!!! end2end has no spec files yet: NOTHING was tested in a browser !!!\n");
        return Ok(Vec::new());
    }
    setup::npm::browser_tools(place)?;
    // The client as it is shipped: what makes it small could break it.
    let site = web::run(place, SHIPPED)?;
    stack::build(place)?;
    browser::run(place, &site)
}

/// The bundler's own tests, built by themselves: its libraries would be compiled twice beside the others'.
fn bundle(place: &Place) -> Result<()> {
    let mut cargo = shell::cargo(place);
    shell::run(cargo.args(["test", "--quiet", "--package", "xtask-bundle"]))
}

/// Sizes follow from the source alone: a busy machine cannot move them.
fn weigh(place: &Place) -> Result<()> {
    let site = web::run(place, SHIPPED)?;
    web::budget::weigh(&site)?.hold()
}

/// What passed and failed, tests and whole checks alike.
#[derive(Default)]
struct Tally {
    outcomes: Vec<Outcome>,
    checks_passed: usize,
    faults: Vec<String>,
}

impl Tally {
    /// A check that is one thing; only being interrupted ends the run.
    fn check(&mut self, name: &str, result: Result<()>) -> Result<()> {
        match result {
            Ok(()) => self.checks_passed += 1,
            Err(fault) if shell::interrupted() => return Err(fault),
            Err(fault) => {
                eprintln!("{name}: {fault:#}");
                self.faults.push(name.to_owned());
            }
        }
        Ok(())
    }

    /// Many tests; that they could not run at all is a failure of its own.
    fn tests(&mut self, name: &str, result: Result<Vec<Outcome>>) -> Result<()> {
        match result {
            Ok(outcomes) => {
                let failed = outcomes.iter().filter(|outcome| !outcome.passed);
                for outcome in failed {
                    eprintln!("failed: {}", outcome.name);
                }
                self.outcomes.extend(outcomes);
                Ok(())
            }
            Err(fault) => self.check(name, Err(fault)),
        }
    }

    fn close(self) -> Result<()> {
        let failed = self
            .outcomes
            .iter()
            .filter(|outcome| !outcome.passed)
            .count()
            + self.faults.len();
        let passed = self
            .outcomes
            .iter()
            .filter(|outcome| outcome.passed)
            .count()
            + self.checks_passed;
        if !self.faults.is_empty() {
            eprintln!("these checks failed as a whole: {}", self.faults.join(", "));
        }
        // The fault goes out first: the counting line is the last one.
        if failed > 0 {
            eprintln!("error: not everything passed");
        }
        println!("{passed} passed, {failed} failed");
        if failed > 0 {
            std::process::exit(1);
        }
        if passed == 0 {
            bail!("nothing ran");
        }
        Ok(())
    }
}
