//! Signed pieces of webhooks that go to nobody: sealed, counted, listed for the operator.

use crate::{Env, Error, Result, db::Global, env::moment, vault};
use postern_types::{ChannelId, Moment};
use time::OffsetDateTime;
use uuid::Uuid;

/// Why a piece goes to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The secret that signed it does not cover the number or account that it is about.
    NotCovered,
    /// No workspace has the number, or it names none.
    UnknownNumber,
    /// No workspace has a number under the account.
    UnknownAccount,
    /// It is not JSON, or not in the form of Meta's webhooks.
    Unreadable,
    /// No piece, but what came of a signer when its quarantine was full: counted, and not kept.
    Full,
}

impl Reason {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCovered => "not_covered",
            Self::UnknownNumber => "unknown_number",
            Self::UnknownAccount => "unknown_account",
            Self::Unreadable => "unreadable",
            Self::Full => "full",
        }
    }
}

/// A piece of a body that goes to nobody.
pub(crate) struct Stranger {
    pub reason: Reason,
    pub piece: Vec<u8>,
}

/// A piece in quarantine, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its id.
    pub id: Uuid,
    /// Why: the word of a [`Reason`].
    pub reason: String,
    /// The channel whose secret signed it; none for the installation's.
    pub signed_by: Option<ChannelId>,
    /// When it first came.
    pub received_at: Moment,
    /// How often it came.
    pub times: i32,
}

pub(crate) const SEALED: &str = "quarantine.sealed";

/// What stands for all that there was no room for.
pub(crate) const NOTHING: &[u8] = b"{}";

/// How many pieces of one signer are kept, and how many bytes of them. Whoever has a secret can
/// sign as much as they like.
const MOST_PIECES: i64 = 10_000;
const MOST_BYTES: i64 = 256 << 20;

/// Keeps the strangers of a body, all or none. One that was delivered before is counted, and so is one for which there is
/// no room.
pub(crate) async fn keep(
    env: &Env,
    signed_by: Option<ChannelId>,
    strangers: &[Stranger],
) -> Result<()> {
    if strangers.is_empty() {
        return Ok(());
    }
    let mut global = env.db.global().await?;
    for stranger in strangers {
        if again(env, &mut global, signed_by, stranger).await? {
            continue;
        }
        if has_room(&mut global, signed_by).await? {
            insert(env, &mut global, signed_by, stranger).await?;
        } else {
            tracing::error!(
                signer.id = %signer(signed_by),
                "quarantine is full of one signer's pieces: what came was answered and not kept; see `postern quarantine`"
            );
            let full = Stranger {
                reason: Reason::Full,
                piece: NOTHING.to_vec(),
            };
            insert(env, &mut global, signed_by, &full).await?;
        }
    }
    global.commit().await
}

fn digest(env: &Env, signed_by: Option<ChannelId>, stranger: &Stranger) -> [u8; 32] {
    let reason = stranger.reason.as_str().as_bytes();
    env.keys.digest(
        "quarantine",
        &[signer(signed_by).as_bytes(), reason, &stranger.piece],
    )
}

/// The id that stands for a signer.
fn signer(signed_by: Option<ChannelId>) -> Uuid {
    signed_by.map_or(Uuid::nil(), |channel| channel.0)
}

/// Counts a piece that is there already; false when it is not.
async fn again(
    env: &Env,
    global: &mut Global,
    signed_by: Option<ChannelId>,
    stranger: &Stranger,
) -> Result<bool> {
    let counted = sqlx::query!(
        "UPDATE quarantine SET times = least(times, 2147483646) + 1 WHERE digest = $1",
        &digest(env, signed_by, stranger)[..],
    )
    .execute(global.conn())
    .await?;
    Ok(counted.rows_affected() == 1)
}

/// Two at once may both find the last place free: the ceiling is there to hold, not to be exact.
async fn has_room(global: &mut Global, signed_by: Option<ChannelId>) -> Result<bool> {
    let room = sqlx::query_scalar!(
        r#"SELECT count(*) < $2 AND coalesce(sum(bytes), 0) < $3 AS "room!"
             FROM quarantine WHERE signer = $1"#,
        signer(signed_by),
        MOST_PIECES,
        MOST_BYTES,
    )
    .fetch_one(global.conn())
    .await?;
    Ok(room)
}

async fn insert(
    env: &Env,
    global: &mut Global,
    signed_by: Option<ChannelId>,
    stranger: &Stranger,
) -> Result<()> {
    let id: Uuid = env.id();
    let sealed =
        vault::seal_own(env, global.conn(), SEALED, &id.to_string(), &stranger.piece).await?;
    sqlx::query!(
        "INSERT INTO quarantine (id, digest, reason, signed_by, sealed, received_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (digest) DO UPDATE
            SET times = least(quarantine.times, 2147483646) + 1",
        id,
        &digest(env, signed_by, stranger)[..],
        stranger.reason.as_str(),
        signed_by.map(|channel| channel.0),
        sealed,
        env.now(),
    )
    .execute(global.conn())
    .await?;
    Ok(())
}

struct Record {
    id: Uuid,
    reason: String,
    signed_by: Option<Uuid>,
    received_at: OffsetDateTime,
    times: i32,
}

impl From<Record> for Quarantined {
    fn from(row: Record) -> Self {
        Self {
            id: row.id,
            reason: row.reason,
            signed_by: row.signed_by.map(ChannelId),
            received_at: moment(row.received_at),
            times: row.times,
        }
    }
}

/// What is in quarantine, newest first: 100 of each signer at most, so that none hides the others.
/// For the installation's operator alone.
pub async fn list(env: &Env) -> Result<Vec<Quarantined>> {
    let mut global = env.db.global().await?;
    let rows = sqlx::query_as!(
        Record,
        "SELECT id, reason, signed_by, received_at, times
           FROM (SELECT *, row_number() OVER (PARTITION BY signer ORDER BY received_at DESC, id DESC) AS place
                   FROM quarantine) q
          WHERE place <= 100 ORDER BY received_at DESC, id DESC",
    )
    .fetch_all(global.conn())
    .await?;
    global.commit().await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Whoever has something there: channels, and none for the installation.
pub(crate) async fn signers(env: &Env) -> Result<Vec<Option<ChannelId>>> {
    let mut global = env.db.global().await?;
    let signers = sqlx::query_scalar!(
        r#"SELECT DISTINCT signed_by AS "signed_by: ChannelId" FROM quarantine ORDER BY 1"#,
    )
    .fetch_all(global.conn())
    .await?;
    global.commit().await?;
    Ok(signers)
}

/// All that one signer has there, a channel or the installation, newest first. There is a ceiling to it.
pub async fn list_of(env: &Env, signed_by: Option<ChannelId>) -> Result<Vec<Quarantined>> {
    let mut global = env.db.global().await?;
    let rows = sqlx::query_as!(
        Record,
        "SELECT id, reason, signed_by, received_at, times FROM quarantine
          WHERE signer = $1 ORDER BY received_at DESC, id DESC",
        signer(signed_by),
    )
    .fetch_all(global.conn())
    .await?;
    global.commit().await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// What a piece says, as it came, and the channel whose secret signed it.
pub async fn open(env: &Env, id: Uuid) -> Result<(Vec<u8>, Option<ChannelId>)> {
    let mut global = env.db.global().await?;
    let row = sqlx::query!(
        r#"SELECT sealed, signed_by AS "signed_by: ChannelId" FROM quarantine WHERE id = $1"#,
        id,
    )
    .fetch_one(global.conn())
    .await?;
    global.commit().await?;
    let piece = vault::open_own(env, SEALED, &id.to_string(), &row.sealed)?;
    Ok((piece.to_vec(), row.signed_by))
}

/// Throws a piece away: it was given to whom it belongs, or the operator wants it gone.
pub async fn discard(env: &Env, id: Uuid) -> Result<()> {
    let mut global = env.db.global().await?;
    let gone = sqlx::query!("DELETE FROM quarantine WHERE id = $1", id)
        .execute(global.conn())
        .await?;
    global.commit().await?;
    if gone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// Throws away what first came before that time, whoever signed it; gives the count.
pub async fn discard_before(env: &Env, time: OffsetDateTime) -> Result<u64> {
    let mut global = env.db.global().await?;
    let gone = sqlx::query!("DELETE FROM quarantine WHERE received_at < $1", time)
        .execute(global.conn())
        .await?;
    global.commit().await?;
    Ok(gone.rows_affected())
}
