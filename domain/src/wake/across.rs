//! From process to process: what rings here is told to the others by NOTIFY, after the commit and on a connection of its
//! own, and what rings there rings here.
//!
//! A NOTIFY inside the transaction that writes would let one commit through at a time. Here one is on its way at most;
//! what rings meanwhile goes with the next. Nothing depends on a notice: each wakes somebody who would look later anyway.

use super::{Signal, notice};
use crate::{Env, Error, Result};
use sqlx::{PgConnection, postgres::PgListener};
use std::{
    convert::Infallible,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout, timeout_at},
};
use uuid::Uuid;

/// The channel; a notice that another version could misread would need another.
const CHANNEL: &str = "postern_wake";
/// Between two notices.
const APART: Duration = Duration::from_millis(5);
/// The same while no other process is known: nobody is waiting. 200 notices a second that nobody else listens to cost
/// PostgreSQL 2 to 3 % of a core.
const ALONE: Duration = Duration::from_millis(250);
/// A process is known by what it says, at least this often.
const BEAT: Duration = Duration::from_secs(10);
/// One that said nothing for so long is gone. Our own notices come back to us: when they do not, we are deaf.
const SILENCE: Duration = Duration::from_secs(30);
/// How long the first of them may take. Behind a pooler of transactions it never comes.
const ECHO: Duration = Duration::from_secs(5);
/// How long a connection and a notice may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest pause between two attempts.
const PAUSE: Duration = Duration::from_secs(10);

/// This process's part in it.
pub struct Across {
    env: Env,
    task: JoinHandle<()>,
}

impl Across {
    /// Begins to tell and to listen, for as long as this lives. Without a way to the others everything goes on, by
    /// looking more often.
    pub fn start(env: &Env) -> Self {
        Self {
            env: env.clone(),
            task: tokio::spawn(run(env.clone())),
        }
    }

    /// Tells the last of it and ends.
    pub async fn end(self) {
        self.task.abort();
        tell(&self.env).await;
    }
}

impl Drop for Across {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Tells the others at once what has rung here: for who does something and ends.
pub async fn tell(env: &Env) {
    let batch = env.wake.take();
    if batch.is_empty() {
        return;
    }
    let told = async {
        let mut mouth = within(env.db.apart()).await?;
        say(&mut mouth, &batch.notices(name(env))).await
    };
    match told.await {
        Ok(()) => env.wake.told(),
        Err(error) => {
            tracing::warn!(%error, "the other processes could not be told; they look by themselves within seconds");
        }
    }
}

async fn run(env: Env) {
    let line = Line {
        me: name(&env),
        env,
        outage: Mutex::new(false),
        other: Mutex::new(None),
    };
    let mut pause = Duration::ZERO;
    loop {
        let Err(error) = line.hold().await;
        if line.env.wake.hears(false) {
            pause = Duration::ZERO;
        }
        if !std::mem::replace(&mut *lock(&line.outage), true) {
            tracing::warn!(
                %error,
                "other processes cannot be heard; what they do is noticed later, by looking every second"
            );
        }
        sleep(pause).await;
        pause = (pause * 2).clamp(Duration::from_millis(100), PAUSE);
    }
}

/// Two connections, and what is known by them.
struct Line {
    env: Env,
    /// By which our own notices are told from others'.
    me: Uuid,
    /// That nobody is heard, and that the log says so.
    outage: Mutex<bool>,
    /// When another process said something.
    other: Mutex<Option<Instant>>,
}

impl Line {
    /// Tells and listens until that fails.
    async fn hold(&self) -> Result<Infallible> {
        let ear = within(self.env.db.listener(CHANNEL)).await?;
        let mut mouth = within(self.env.db.apart()).await?;
        tokio::try_join!(self.listen(ear), self.speak(&mut mouth)).map(|(never, _)| never)
    }

    async fn listen(&self, mut ear: PgListener) -> Result<Infallible> {
        let mut deaf = Instant::now() + ECHO;
        loop {
            let heard = timeout_at(deaf, ear.try_recv()).await.map_err(|_| {
                Error::internal(
                    "our own notices do not come back: DATABASE_URL must lead to a session of its own, not through a \
                     pooler of transactions",
                )
            })?;
            // None: the connection is lost.
            let heard = heard?.ok_or(Error::Unavailable)?;
            let Some((sender, signals)) = notice::read(heard.payload()) else {
                continue;
            };
            if sender == self.me {
                deaf = Instant::now() + SILENCE;
                self.found();
                continue;
            }
            *lock(&self.other) = Some(Instant::now());
            for signal in signals {
                self.env.wake.ring_here(signal);
            }
        }
    }

    async fn speak(&self, mouth: &mut PgConnection) -> Result<Infallible> {
        // The first one is said at once, whatever is in it: we wait for it to come back.
        let mut beat = Instant::now();
        loop {
            let batch = self.env.wake.take();
            if !batch.is_empty() || Instant::now() >= beat {
                say(mouth, &batch.notices(self.me)).await?;
                self.env.wake.told();
                beat = Instant::now() + BEAT;
                sleep(self.apart()).await;
            }
            // Too late is in time for the beat.
            let _ = timeout_at(beat, self.env.wake.more()).await;
        }
    }

    /// We are heard by ourselves, so others are heard as well. What they said before was missed.
    fn found(&self) {
        if self.env.wake.hears(true) {
            return;
        }
        if std::mem::take(&mut *lock(&self.outage)) {
            tracing::info!("other processes are heard again");
        }
        self.env.wake.ring_here(Signal::All);
    }

    fn apart(&self) -> Duration {
        let other = *lock(&self.other);
        match other {
            Some(said) if said.elapsed() < SILENCE => APART,
            _ => ALONE,
        }
    }
}

async fn say(mouth: &mut PgConnection, notices: &[String]) -> Result<()> {
    within(async {
        sqlx::query("SELECT pg_notify('postern_wake', said) FROM unnest($1::text[]) AS said")
            .bind(notices)
            .execute(mouth)
            .await?;
        Ok(())
    })
    .await
}

async fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, work)
        .await
        .unwrap_or(Err(Error::Unavailable))
}

fn name(env: &Env) -> Uuid {
    Uuid::from_bytes(env.bytes())
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
