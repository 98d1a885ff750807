//! Failed tries: counted in the database, each taken before it is made; after a few, every further one waits longer.

mod local;

use crate::{Env, Error, Result};
use sqlx::PgConnection;
use std::net::{IpAddr, Ipv6Addr};
use time::OffsetDateTime;

/// What tries are counted against. Delays, not lockouts: who knows a password gets in after the wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    key: String,
    rule: Rule,
}

/// When a subject's tries begin to wait, and when they are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    /// Tries without any wait.
    free: i32,
    /// Seconds after the last one until all are forgotten.
    forget_s: i32,
    /// True when many people try as this subject: one's success says nothing of the others.
    shared: bool,
    /// True when the free ones are all that there are in `forget_s` seconds from the first.
    fixed: bool,
}

/// The longest wait, in seconds.
const LONGEST_S: i32 = 900;

impl Subject {
    /// One account as tried from one network, or from a known device of it; named by a keyed hash, so that no address
    /// of a person is kept.
    pub fn secret(env: &Env, purpose: &str, parts: &[&[u8]]) -> Self {
        Self {
            key: hashed(env, purpose, parts),
            rule: Rule {
                free: 5,
                forget_s: 24 * 3600,
                shared: false,
                fixed: false,
            },
        }
    }

    /// One account as tried from everywhere: loose, for whoever knows an address could else make its owner wait. It
    /// holds up those who guess from many networks at once.
    pub fn everywhere(env: &Env, purpose: &str, parts: &[&[u8]]) -> Self {
        Self {
            key: hashed(env, purpose, parts),
            rule: Rule {
                free: 100,
                forget_s: 24 * 3600,
                shared: true,
                fixed: false,
            },
        }
    }

    /// A network, for what many people of one do at once and nobody guesses at: registering, asking for a link.
    pub fn crowd(purpose: &str, address: IpAddr) -> Self {
        Self {
            key: format!("{purpose}:{}", network(address)),
            rule: Rule {
                free: 200,
                forget_s: 3600,
                shared: true,
                fixed: false,
            },
        }
    }

    /// One address, which may do it so often in so many seconds from its first time, and then no more until they are over.
    /// It is named by a keyed hash. A machine with IPv6 has a whole /64 to itself.
    pub fn address(env: &Env, purpose: &str, address: IpAddr, most: i32, window_s: i32) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
        };
        Self::fixed(env, purpose, &address, most, window_s)
    }

    /// The same of anything that has a name.
    pub(crate) fn fixed(env: &Env, purpose: &str, name: &[u8], most: i32, window_s: i32) -> Self {
        Self {
            key: hashed(env, purpose, &[name]),
            rule: Rule {
                free: most,
                forget_s: window_s,
                shared: true,
                fixed: true,
            },
        }
    }

    /// A network's ways to a provider within this hour. Whoever comes in gives theirs back ([`succeeded`]); one that never
    /// comes back is forgotten with its hour, however busy the network is.
    pub fn ways(env: &Env, purpose: &str, address: IpAddr) -> Self {
        let hour = env.now().unix_timestamp().div_euclid(3600);
        Self::crowd(&format!("{purpose}:{hour}"), address)
    }

    /// Letters to one address: few by one requester (`by`: a network, an account, a workspace), and not too many by all of
    /// them together. Each flow has its own, so that nobody uses up another's.
    pub fn letters(env: &Env, flow: &str, by: &[u8], email: &str) -> [Self; 2] {
        let flow = format!("letters:{flow}");
        [
            Self::secret(env, &format!("{flow}:by"), &[by, email.as_bytes()]),
            Self::everywhere(env, &flow, &[email.as_bytes()]),
        ]
    }

    /// A network: many people may share one, so it has more tries and is forgotten sooner.
    pub fn network(purpose: &str, address: IpAddr) -> Self {
        Self {
            key: format!("{purpose}:{}", network(address)),
            rule: Rule {
                free: 25,
                forget_s: 3600,
                shared: true,
                fixed: false,
            },
        }
    }
}

fn hashed(env: &Env, purpose: &str, parts: &[&[u8]]) -> String {
    let digest = env.keys.digest("attempt", parts);
    format!("{purpose}:{}", hex::encode(&digest[..16]))
}

/// The network that an address belongs to: its /24, or its /48 for IPv6.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// Takes one try of each subject, or none: [`Error::TooMany`] while any of them waits. It counts as failed until
/// [`succeeded`] gives it back, so that parallel guesses get no more tries than patient ones. While the database is
/// away nothing is let through, and this process's own counters hold on; they are a front, and only the database's decide.
pub async fn begin(env: &Env, subjects: &[Subject]) -> Result<()> {
    let now = env.now();
    for subject in subjects {
        local::take(&subject.key, subject.rule.free, now)?;
    }
    let mut global = env.db.global().await?;
    for subject in subjects {
        take(global.conn(), subject, now).await?;
    }
    global.commit().await
}

/// The same within a transaction that is open: what it takes is given back when that does not commit.
pub(crate) async fn within(env: &Env, conn: &mut PgConnection, subjects: &[Subject]) -> Result<()> {
    let now = env.now();
    for subject in subjects {
        local::take(&subject.key, subject.rule.free, now)?;
        take(conn, subject, now).await?;
    }
    Ok(())
}

/// The try was a good one: a person's own tries are forgotten, a network gets this one back.
pub async fn succeeded(env: &Env, conn: &mut PgConnection, subjects: &[Subject]) -> Result<()> {
    for subject in subjects {
        sqlx::query!(
            "UPDATE attempt SET failures = CASE WHEN $2 THEN greatest(failures - 1, 0) ELSE 0 END, blocked_until = NULL
              WHERE key = $1",
            subject.key,
            subject.rule.shared,
        )
        .execute(&mut *conn)
        .await?;
    }
    // What nobody tried for a day holds nobody up any more.
    sqlx::query!(
        "DELETE FROM attempt WHERE last_at < $1",
        env.now() - time::Duration::days(1),
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn take(conn: &mut PgConnection, subject: &Subject, now: OffsetDateTime) -> Result<()> {
    if subject.rule.fixed {
        return take_fixed(conn, subject, now).await;
    }
    // One statement, so that of any number at once exactly the free ones pass. The wait doubles: 2 s after the last
    // free try, 4 s after the next, up to the longest.
    let taken = sqlx::query_scalar!(
        "INSERT INTO attempt AS a (key, failures, last_at) VALUES ($1, 1, $2)
         ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN a.last_at < $2 - make_interval(secs => $4) THEN 1 ELSE a.failures + 1 END,
            blocked_until = CASE WHEN a.last_at >= $2 - make_interval(secs => $4) AND a.failures + 1 >= $3
                THEN $2 + make_interval(secs => least(power(2, least(a.failures + 2 - $3, 20)), $5)) END,
            last_at = $2
          WHERE a.blocked_until IS NULL OR a.blocked_until <= $2
         RETURNING failures",
        subject.key,
        now,
        subject.rule.free,
        f64::from(subject.rule.forget_s),
        f64::from(LONGEST_S),
    )
    .fetch_optional(&mut *conn)
    .await?;
    if taken.is_some() {
        return Ok(());
    }
    let until = sqlx::query_scalar!(
        "SELECT blocked_until FROM attempt WHERE key = $1",
        subject.key
    )
    .fetch_one(conn)
    .await?;
    Err(wait(now, until.unwrap_or(now)))
}

/// `last_at` is when the window began.
async fn take_fixed(conn: &mut PgConnection, subject: &Subject, now: OffsetDateTime) -> Result<()> {
    let window = f64::from(subject.rule.forget_s);
    let taken = sqlx::query_scalar!(
        "INSERT INTO attempt AS a (key, failures, last_at) VALUES ($1, 1, $2)
         ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN a.last_at <= $2 - make_interval(secs => $4) THEN 1 ELSE a.failures + 1 END,
            last_at = CASE WHEN a.last_at <= $2 - make_interval(secs => $4) THEN $2 ELSE a.last_at END
          WHERE a.failures < $3 OR a.last_at <= $2 - make_interval(secs => $4)
         RETURNING failures",
        subject.key,
        now,
        subject.rule.free,
        window,
    )
    .fetch_optional(&mut *conn)
    .await?;
    if taken.is_some() {
        return Ok(());
    }
    let began = sqlx::query_scalar!("SELECT last_at FROM attempt WHERE key = $1", subject.key)
        .fetch_one(conn)
        .await?;
    Err(wait(
        now,
        began + time::Duration::seconds(i64::from(subject.rule.forget_s)),
    ))
}

fn wait(now: OffsetDateTime, until: OffsetDateTime) -> Error {
    let seconds = (until - now).whole_seconds() + 1;
    Error::TooMany {
        retry_after_s: u32::try_from(seconds).unwrap_or(1),
    }
}

#[cfg(test)]
mod tests;
