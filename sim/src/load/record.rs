//! Every message of a run: when it was due, sent, acknowledged and seen.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use tokio::time::Instant;

use super::plan::Plan;
use crate::clock;

/// One message. Times are microseconds from the run's beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// The number's place in the plan.
    pub number: usize,
    pub customer: u32,
    pub wamid: String,
    pub due: u64,
    /// When the first of its bodies went out.
    pub sent: Option<u64>,
    /// When the first of them was answered 200.
    pub acked: Option<u64>,
    /// When it first stood in a frame.
    pub framed: Option<u64>,
}

/// What was sent and what came of it.
pub(super) struct Record {
    /// Stands before the index in each text, so that a frame can be told to be of this run.
    pub name: String,
    entries: Mutex<Vec<Entry>>,
    begun: Instant,
    /// The same moment in microseconds since 1970.
    begun_unix: u64,
}

impl Record {
    pub fn new() -> Self {
        Self {
            name: format!("load:{}:", hex::encode(clock::entropy::<4>())),
            entries: Mutex::default(),
            begun: Instant::now(),
            begun_unix: clock::now_us(),
        }
    }

    /// Microseconds from the run's beginning to `moment`.
    pub fn at(&self, moment: Instant) -> u64 {
        u64::try_from(moment.duration_since(self.begun).as_micros()).unwrap_or(u64::MAX)
    }

    /// Writes a new message down, and returns its index.
    pub fn enter(&self, number: usize, customer: u32, wamid: &str) -> usize {
        let mut entries = self.entries();
        entries.push(Entry {
            number,
            customer,
            wamid: wamid.to_owned(),
            ..Entry::default()
        });
        entries.len() - 1
    }

    /// Changes an entry; an index that is none is passed over.
    pub fn change(&self, message: usize, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries().get_mut(message) {
            change(entry);
        }
    }

    /// All of it, as it is now.
    pub fn all(&self) -> Vec<Entry> {
        self.entries().clone()
    }

    /// The index that a frame's text speaks of, if it is of this run.
    pub fn index_in(&self, frame: &str) -> Option<usize> {
        let (_, rest) = frame.split_once(self.name.as_str())?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        rest[..end].parse().ok()
    }

    /// The file of `--messages`.
    pub fn write(&self, path: &Path, plan: &Plan) -> anyhow::Result<()> {
        let unix = |at: Option<u64>| at.map(|at| (self.begun_unix + at).to_string());
        let mut text = String::new();
        for (index, entry) in self.entries().iter().enumerate() {
            let Some(sent) = entry.sent else { continue };
            let target = &plan.numbers[entry.number];
            writeln!(
                text,
                "{index}\t{}\t{}\t{}\t{}\t{}\t{}",
                entry.wamid,
                target.phone_number_id,
                target.first_customer + u64::from(entry.customer),
                self.begun_unix + sent,
                unix(entry.acked).unwrap_or_default(),
                unix(entry.framed).unwrap_or_default(),
            )?;
        }
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_this_run_is_told_from_others() {
        let record = Record::new();
        let mine = format!(r#"{{"text":"{}42: when?"}}"#, record.name);
        assert_eq!(record.index_in(&mine), Some(42));
        assert_eq!(record.index_in("load:00:42: when?"), None);
        assert_eq!(record.index_in("beat"), None);
    }
}
