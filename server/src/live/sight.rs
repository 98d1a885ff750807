//! What a socket's reader may see. A limited agent's socket is sent nothing that the room read: it reads the feed for itself,
//! as that agent, and the database leaves out what is not theirs.

use postern_domain::{Env, Result, event::Entry, live, live::Pass};
use postern_types::ConversationId;
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Between two readings of one limited agent's socket, however much happens.
const APART: Duration = Duration::from_millis(100);
/// Answers that are remembered.
const MOST: usize = 500;

/// Of one socket.
pub struct Sight {
    limited: bool,
    /// When to read next; none when nothing has happened.
    due: Option<Instant>,
    /// Not before.
    free_at: Instant,
    /// What the database said of conversations. What it would say now comes over the feed: one that comes into sight is told
    /// of, and with one that is lost the socket ends.
    known: HashMap<ConversationId, bool>,
}

impl Sight {
    /// Of the holder of `pass`.
    pub fn new(pass: &Pass, now: Instant) -> Self {
        Self {
            limited: pass.limited,
            due: None,
            free_at: now,
            known: HashMap::new(),
        }
    }

    /// Whether they see their own and their teams' conversations alone.
    pub fn is_limited(&self) -> bool {
        self.limited
    }

    /// Something has happened: whether they may see it, a reading tells.
    pub fn wake(&mut self) {
        self.due.get_or_insert(self.free_at);
    }

    /// Ends when it is time to read.
    pub async fn due(&self) {
        match self.due {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// It is read now.
    pub fn read(&mut self, now: Instant) {
        self.due = None;
        self.free_at = now + APART;
    }

    /// An entry of the feed that they were given.
    pub fn learn(&mut self, entry: &Entry) {
        if let Some(conversation) = entry.conversation.filter(|_| self.limited) {
            self.known.remove(&conversation);
        }
    }

    /// Whether they see that conversation.
    pub async fn sees(&mut self, env: &Env, pass: &Pass, id: ConversationId) -> Result<bool> {
        if !self.limited {
            return Ok(true);
        }
        if let Some(sees) = self.known.get(&id) {
            return Ok(*sees);
        }
        let sees = live::sees(env, pass, id).await?;
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(id, sees);
        Ok(sees)
    }
}
