//! What every action is given: the database, the time, chance, keys and the bells.

use crate::{
    crypto::Keys, db::Db, file::Store, graph::Meta, mail::Post, oidc::Oidc, outside::Outside,
    registration::Registration, wake::Wake, webhook::Intake,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::Moment;
use std::sync::Arc;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::{NoContext, Timestamp, Uuid};
use zeroize::Zeroizing;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now, UTC.
    fn now(&self) -> OffsetDateTime;
}

/// Gives random bytes fit for secrets.
pub trait Chance: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's own clock and the operating system's randomness.
pub struct Real;

impl Clock for Real {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the time comes from"
    )]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

impl Chance for Real {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where chance comes from"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no secret could be made; nothing sensible can go on.
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}

/// The surroundings of an action; cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// The database, as the serving role.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Arc<dyn Chance>,
    /// Master keys, token keys and the pepper.
    pub keys: Arc<Keys>,
    /// The way to Meta.
    pub meta: Meta,
    /// Where files lie.
    pub files: Store,
    /// How letters leave, and where their links lead.
    pub post: Post,
    /// Whether strangers may register.
    pub registration: Registration,
    /// Who else vouches for people.
    pub oidc: Oidc,
    /// The way to addresses that people typed.
    pub outside: Outside,
    /// Webhooks on their short way in.
    pub intake: Intake,
    /// Rings for those who wait: sockets and workers.
    pub wake: Wake,
}

impl Env {
    /// The time now, cut to microseconds as PostgreSQL keeps it.
    pub fn now(&self) -> OffsetDateTime {
        let now = self.clock.now();
        now.replace_nanosecond(now.microsecond() * 1000)
            .unwrap_or(now)
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// 256 random bits, as they stand in a link, a ticket or a cookie.
    pub(crate) fn secret(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*Zeroizing::new(self.bytes::<32>())))
    }

    /// `N` random letters and digits that are not mistaken for one another, to be read out and typed: five bits each, in
    /// groups of `group`.
    pub fn readable<const N: usize>(&self, group: usize) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let letters = self
            .bytes::<N>()
            .map(|byte| LETTERS[usize::from(byte % 32)]);
        let groups: Vec<_> = letters.chunks(group).map(String::from_utf8_lossy).collect();
        groups.join("-")
    }

    /// A new id that sorts by time (UUIDv7).
    pub fn id<T: From<Uuid>>(&self) -> T {
        let now = self.clock.now();
        let stamp = Timestamp::from_unix(
            NoContext,
            u64::try_from(now.unix_timestamp()).unwrap_or(0),
            now.nanosecond(),
        );
        let (seconds, nanos) = stamp.to_unix();
        let millis = seconds * 1000 + u64::from(nanos / 1_000_000);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes())
            .into_uuid()
            .into()
    }
}

/// As callers read it: RFC 3339, UTC.
pub fn rfc3339(at: Moment) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// As the browser counts time.
pub fn moment(at: OffsetDateTime) -> Moment {
    Moment(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
}
