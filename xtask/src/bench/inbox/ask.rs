//! Reading one page many times: by psql as the serving role, and through the server.

use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use super::pages::Page;
use crate::bench::{Spread, database::Role, spread, stage::Stage};

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// The statement alone, as psql sees it.
    pub database_us: Spread,
    /// The whole call: a connection, the sign-in's check, the transaction, JSON.
    pub http_us: Spread,
    /// The most that EXPLAIN told.
    pub buffers: u64,
    /// Of the answer as JSON.
    pub bytes: usize,
}

/// A signed-in owner of the workspaces.
pub struct Session {
    id: String,
    token: String,
}

impl Session {
    pub fn open(stage: &Stage) -> Result<Self> {
        let token = stage.token()?;
        let email = &stage.email;
        let id = stage.database.ask(
            Role::Admin,
            &format!(
                "SELECT s.id FROM session s JOIN account a ON a.id = s.account_id
                  WHERE a.email = '{email}' AND s.ended_at IS NULL ORDER BY s.created_at DESC LIMIT 1"
            ),
        )?;
        Ok(Self { id, token })
    }

    pub fn ask(&self, stage: &Stage, page: &Page, samples: u32) -> Result<Asked> {
        let (database_us, buffers) = self.database(stage, page, samples)?;
        let workspace = &stage.tenants[0].workspace;
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..samples {
            let begun = Instant::now();
            let answer = stage.call(&self.token, workspace, page.call, &page.body)?;
            times.push(begun.elapsed().as_secs_f64() * 1e6);
            bytes = answer.to_string().len();
        }
        Ok(Asked {
            database_us,
            http_us: spread(&mut times),
            buffers,
            bytes,
        })
    }

    /// In one transaction inside the workspace, with the statement prepared, as the server's connections have it.
    fn database(&self, stage: &Stage, page: &Page, samples: u32) -> Result<(Spread, u64)> {
        let (session, workspace) = (&self.id, &stage.tenants[0].workspace);
        let (types, sql, arguments) = (page.types, page.sql, &page.arguments);
        let told = stage.database.pour(Role::App, |out| {
            writeln!(out, "BEGIN; SELECT enter_member('{session}', '{workspace}', 'agent');")?;
            writeln!(out, "PREPARE page ({types}) AS {sql};")?;
            for _ in 0..10 {
                writeln!(out, "EXECUTE page ({arguments}) \\g /dev/null")?;
            }
            writeln!(out, "\\timing on")?;
            for nth in 0..samples {
                writeln!(out, "EXECUTE page ({arguments}) \\g /dev/null")?;
                if nth % 50 == 0 {
                    writeln!(out, "\\timing off\nEXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE page ({arguments});\n\\timing on")?;
                }
            }
            writeln!(out, "\\timing off\nCOMMIT;")?;
            Ok(())
        })?;
        let mut times: Vec<f64> = told.lines().filter_map(time_us).collect();
        let buffers = plans(&told)?.iter().filter_map(buffers).max();
        Ok((
            spread(&mut times),
            buffers.context("EXPLAIN told no buffers")?,
        ))
    }
}

/// `Time: 0.345 ms`, of a second and more `Time: 1234.567 ms (00:01.235)`.
fn time_us(line: &str) -> Option<f64> {
    let ms: f64 = line
        .strip_prefix("Time: ")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    Some(ms * 1000.0)
}

/// All that is no time, of which each plan is one JSON value.
fn plans(told: &str) -> Result<Vec<Value>> {
    let rest: String = told
        .lines()
        .filter(|line| time_us(line).is_none())
        .flat_map(|line| [line, "\n"])
        .collect();
    serde_json::Deserializer::from_str(&rest)
        .into_iter()
        .map(|plan| plan.context("a plan is not understood"))
        .collect()
}

fn buffers(plan: &Value) -> Option<u64> {
    let plan = plan.pointer("/0/Plan")?;
    Some(plan["Shared Hit Blocks"].as_u64()? + plan["Shared Read Blocks"].as_u64()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_psql_tells_is_taken_apart() {
        let told = "\nTime: 0.345 ms\n[\n  {\n    \"Plan\": {\n      \"Shared Hit Blocks\": 44,\n\
                    \"Shared Read Blocks\": 2\n    }\n  }\n]\nTime: 1234.567 ms (00:01.235)\n[{\"Plan\": {}}]";
        let times: Vec<f64> = told.lines().filter_map(time_us).collect();
        assert_eq!(times, [345.0, 1_234_567.0]);
        let plans = plans(told).expect("two plans");
        assert_eq!(
            plans.iter().map(buffers).collect::<Vec<_>>(),
            [Some(46), None]
        );
    }
}
