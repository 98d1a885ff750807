//! Limits of requests: buckets shared by every process through the database, and each process's own front before them.
//!
//! A bucket gains tokens at an even rate and holds a minute of them (the generic cell rate algorithm: of each bucket only
//! the time is kept at which it is full again). A process counts every request by itself and settles with the database
//! after every few, so that no flood makes a write a request; who is over the limit is refused without asking anybody.
//! To add a class: a variant, its rate in [`Rates`], a row in SECURITY.md's table.

mod front;

use crate::{Env, Error, Result, crypto, webhook::Door};
use front::{Front, Verdict};
use postern_types::{SessionId, WorkspaceId};
use std::{
    net::IpAddr,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use time::OffsetDateTime;

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// An address gives credentials: signs in, sets up.
    SignIn,
    /// An address renews sessions: those of everybody behind it, whatever one of them does.
    Renew,
    /// A session's cookie is used to renew it.
    Cookie,
    /// An address asks for what is public: pages, their files, whether the server lives, what is not there.
    Page,
    /// An address posts a webhook at a door that refuses it. Signed ones are not counted: they come from few addresses.
    Webhook,
    /// An address opens a socket.
    Live,
    /// An address calls server functions, with a session or without.
    Call,
    /// A session calls server functions.
    Session,
    /// A workspace's members call server functions.
    Workspace,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::SignIn,
        Self::Renew,
        Self::Cookie,
        Self::Page,
        Self::Webhook,
        Self::Live,
        Self::Call,
        Self::Session,
        Self::Workspace,
    ];

    /// What happens while the database does not answer.
    pub fn away(self) -> Away {
        match self {
            Self::SignIn | Self::Cookie => Away::Closed,
            _ => Away::Local,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Renew => "renew",
            Self::Cookie => "cookie",
            Self::Page => "page",
            Self::Webhook => "webhook",
            Self::Live => "live",
            Self::Call => "call",
            Self::Session => "session",
            Self::Workspace => "workspace",
        }
    }
}

/// What a class does while the database does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Nothing passes; what is tried is counted all the same.
    Closed,
    /// The process's own front goes on alone.
    Local,
}

/// Requests a minute, which is also how many may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of [`Class::SignIn`].
    pub sign_in: u32,
    /// Of [`Class::Renew`].
    pub renew: u32,
    /// Of [`Class::Cookie`].
    pub cookie: u32,
    /// Of [`Class::Page`].
    pub page: u32,
    /// Of [`Class::Webhook`].
    pub webhook: u32,
    /// Of [`Class::Live`].
    pub live: u32,
    /// Of [`Class::Call`].
    pub call: u32,
    /// Of [`Class::Session`].
    pub session: u32,
    /// Of [`Class::Workspace`].
    pub workspace: u32,
}

impl Default for Rates {
    /// What an office of two hundred people behind one address does not meet.
    fn default() -> Self {
        Self {
            sign_in: 600,
            renew: 6_000,
            cookie: 60,
            page: 6_000,
            webhook: 120,
            live: 1_200,
            call: 30_000,
            session: 1_200,
            workspace: 12_000,
        }
    }
}

impl Rates {
    fn rule(&self, class: Class) -> Rule {
        let minute = match class {
            Class::SignIn => self.sign_in,
            Class::Renew => self.renew,
            Class::Cookie => self.cookie,
            Class::Page => self.page,
            Class::Webhook => self.webhook,
            Class::Live => self.live,
            Class::Call => self.call,
            Class::Session => self.session,
            Class::Workspace => self.workspace,
        };
        let rule = Rule::new(minute.max(1), class.away());
        match class {
            // Anybody can make up another cookie each time: what came once is not written.
            Class::Cookie => Rule {
                lease: (minute / 20).max(1),
                ..rule
            },
            _ => rule,
        }
    }
}

/// A bucket's measures, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Between two tokens.
    step: i64,
    /// From empty to full.
    hold: i64,
    /// Tokens that a process spends before it settles them. One is asked for before it is spent.
    lease: u32,
}

impl Rule {
    fn new(minute: u32, away: Away) -> Self {
        let step = (60_000_000 / i64::from(minute)).max(1);
        Self {
            step,
            hold: step * i64::from(minute),
            lease: match away {
                Away::Closed => 1,
                Away::Local => (minute / 20).max(1),
            },
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    class: Class,
    whose: [u8; 16],
}

impl Subject {
    /// Those of an address.
    pub fn address(class: Class, address: IpAddr) -> Self {
        Self {
            class,
            whose: household(address),
        }
    }

    /// Webhooks of an address that are refused at a door; without one, those that come to no door of anybody's. Meta's
    /// addresses are everybody's: what fails at one door must hold up no other.
    pub fn webhook(address: IpAddr, door: Option<&Door>) -> Self {
        let (kind, key) = match door {
            None => (0, ""),
            Some(Door::Installation) => (1, ""),
            Some(Door::Callback { key }) => (2, key.as_str()),
        };
        Self::refused(address, kind, key)
    }

    /// What an address posts at a source's address and is refused; without a token, at addresses that are nobody's. Apart from
    /// Meta's doors: neither holds up the other.
    pub fn source(address: IpAddr, token: Option<&str>) -> Self {
        let (kind, token) = token.map_or((3, ""), |token| (4, token));
        Self::refused(address, kind, token)
    }

    fn refused(address: IpAddr, kind: u8, name: &str) -> Self {
        let named = [&household(address)[..], &[kind], name.as_bytes()].concat();
        let mut whose = [0; 16];
        whose.copy_from_slice(&crypto::sha256(&named)[..16]);
        Self {
            class: Class::Webhook,
            whose,
        }
    }

    /// Renewals with this token.
    pub fn cookie(token: &str) -> Self {
        let mut whose = [0; 16];
        whose.copy_from_slice(&crypto::sha256(token.as_bytes())[..16]);
        Self {
            class: Class::Cookie,
            whose,
        }
    }

    /// Calls of a session.
    pub fn session(session: SessionId) -> Self {
        Self {
            class: Class::Session,
            whose: session.0.into_bytes(),
        }
    }

    /// Calls of a workspace.
    pub fn workspace(workspace: WorkspaceId) -> Self {
        Self {
            class: Class::Workspace,
            whose: workspace.0.into_bytes(),
        }
    }

    /// The name in the database: of an address only a keyed hash is kept.
    fn key(&self, env: &Env) -> [u8; 16] {
        let digest = env
            .keys
            .digest("limit", &[self.class.word().as_bytes(), &self.whose]);
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        key
    }
}

/// What counts as one address: an IPv4 address itself, an IPv6 address by its /64, of which a household has one and each
/// of its devices many addresses.
pub fn household(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets[8..].fill(0);
            octets
        }
    }
}

/// A process's limits.
pub struct Limiter {
    rates: Rates,
    front: Front,
    /// Until when the database is not asked, for it did not answer; microseconds.
    away_until: AtomicI64,
}

/// How long the database may take over a limit that this process can keep alone.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it may take over one that it cannot: who would be refused without an answer rather waits for it.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// How long it is left alone after it did not answer: nobody who can pass without it waits for it meanwhile.
const AWAY_US: i64 = 1_000_000;

impl Limiter {
    /// Limits of these rates, with an empty front.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            front: Front::default(),
            away_until: AtomicI64::new(0),
        }
    }

    /// Counts one request; [`Error::TooMany`] when there are too many, [`Error::Unavailable`] when its class lets nothing
    /// pass without the database.
    pub async fn take(&self, env: &Env, subject: Subject) -> Result<()> {
        let rule = self.rates.rule(subject.class);
        let now = micros(env.now());
        let tokens = match self.front.take(subject, rule, now) {
            Verdict::Pass => return Ok(()),
            Verdict::Wait(wait) => return Err(too_many(wait)),
            Verdict::Settle(tokens) => tokens,
        };
        match self.settle(env, subject, rule, tokens, now).await {
            Ok((taken, full_at)) => {
                self.front.learn(subject, rule, full_at, now);
                if taken {
                    Ok(())
                } else {
                    Err(too_many(full_at + rule.step - now - rule.hold))
                }
            }
            Err(_) if subject.class.away() == Away::Local => {
                self.front.owe(subject, tokens);
                Ok(())
            }
            // Whatever broke: it cannot be told whether this may pass.
            Err(_) => Err(Error::Unavailable),
        }
    }

    /// Counts one request that nobody can wait for any more: here at once, in the database with the next.
    pub fn note(&self, env: &Env, subject: Subject) {
        let rule = self.rates.rule(subject.class);
        if let Verdict::Settle(tokens) = self.front.take(subject, rule, micros(env.now())) {
            self.front.owe(subject, tokens);
        }
    }

    /// Whether [`Limiter::take`] would refuse, as far as this process knows; counts nothing.
    pub fn look(&self, env: &Env, subject: Subject) -> Result<()> {
        let rule = self.rates.rule(subject.class);
        match self.front.look(subject, rule, micros(env.now())) {
            Some(wait) => Err(too_many(wait)),
            None => Ok(()),
        }
    }

    /// Takes tokens out of the shared bucket: whether they were there, and when it is full again.
    async fn settle(
        &self,
        env: &Env,
        subject: Subject,
        rule: Rule,
        tokens: u32,
        now: i64,
    ) -> Result<(bool, i64)> {
        let left = self.away_until.load(Ordering::Relaxed) - now;
        let patience = match subject.class.away() {
            Away::Local if (1..=AWAY_US).contains(&left) => return Err(Error::Unavailable),
            Away::Local => PATIENCE,
            Away::Closed => LAST_PATIENCE,
        };
        let asked = tokio::time::timeout(patience, ask(env, subject, rule, tokens));
        let told = asked.await.unwrap_or(Err(Error::Unavailable));
        if let Err(error) = &told {
            self.away_until.store(now + AWAY_US, Ordering::Relaxed);
            tracing::warn!(
                limit.class = subject.class.word(),
                error = error as &dyn std::error::Error,
                "limits are this process's own for now: the database did not answer"
            );
        }
        told
    }
}

async fn ask(env: &Env, subject: Subject, rule: Rule, tokens: u32) -> Result<(bool, i64)> {
    let mut conn = env.db.alone().await?;
    let row = sqlx::query!(
        r#"SELECT taken AS "taken!", full_at AS "full_at!" FROM take_limit($1, $2, $3, $4, $5)"#,
        &subject.key(env)[..],
        i32::try_from(tokens).unwrap_or(i32::MAX),
        rule.step,
        rule.hold,
        env.now(),
    )
    .fetch_one(&mut *conn)
    .await?;
    Ok((row.taken, micros(row.full_at)))
}

fn too_many(wait_us: i64) -> Error {
    let seconds = wait_us.max(1).unsigned_abs().div_ceil(1_000_000);
    Error::TooMany {
        retry_after_s: u32::try_from(seconds).unwrap_or(60),
    }
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests;
