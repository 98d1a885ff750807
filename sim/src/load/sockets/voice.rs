//! The customer whose messages everybody hears.

use std::sync::Arc;

use anyhow::bail;
use tokio::time::Instant;

use super::Sockets;
use crate::load::line::Line;
use crate::load::plan::{Plan, parts};
use crate::load::record::Record;
use crate::load::traffic;

/// Writes to the first number.
pub(super) struct Voice {
    plan: Arc<Plan>,
    record: Arc<Record>,
    secret: String,
    host: String,
    path: String,
    line: Option<Line>,
    customer: u32,
}

impl Voice {
    pub fn new(sockets: &Sockets, plan: Arc<Plan>, record: Arc<Record>) -> anyhow::Result<Self> {
        let (host, path) = parts(&plan.targets[0])?;
        Ok(Self {
            plan,
            record,
            secret: sockets.app_secret.clone(),
            host,
            path,
            line: None,
            customer: 0,
        })
    }

    /// Writes, and returns the message's index when it is acknowledged.
    pub async fn say(&mut self) -> anyhow::Result<usize> {
        self.customer = (self.customer + 1) % self.plan.numbers[0].customers;
        let (message, body, signature) = traffic::message(
            &self.plan,
            (0, self.customer),
            &self.record.name,
            Some(&self.record),
            &self.secret,
        );
        for _ in 0..2 {
            let mut line = match self.line.take() {
                Some(line) => line,
                None => Line::open(&self.host).await?,
            };
            let sent = self.record.at(Instant::now());
            // The server may have closed it while nobody spoke: the same body goes out again.
            let Ok(status) = line.post(&self.host, &self.path, &signature, &body).await else {
                continue;
            };
            if status != 200 {
                bail!("a webhook was answered {status}");
            }
            let acked = self.record.at(Instant::now());
            self.record.change(message, |entry| {
                entry.due = sent;
                entry.sent = Some(sent);
                entry.acked = Some(acked);
            });
            self.line = Some(line);
            return Ok(message);
        }
        bail!("a webhook was not answered")
    }
}
