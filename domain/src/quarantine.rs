//! Signed pieces of webhooks that go to nobody: sealed, counted, listed for the operator.

use crate::{Env, Result, env::moment, vault};
use postern_types::{ChannelId, Moment};
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
}

impl Reason {
    /// The word stored in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCovered => "not_covered",
            Self::UnknownNumber => "unknown_number",
            Self::UnknownAccount => "unknown_account",
            Self::Unreadable => "unreadable",
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

const SEALED: &str = "quarantine.sealed";

/// Keeps the strangers of a body, all or none. One that was delivered before is counted.
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
        let id: Uuid = env.id();
        let signer = signed_by.map_or(Uuid::nil(), |channel| channel.0);
        let digest = env.keys.digest(
            "quarantine",
            &[
                signer.as_bytes(),
                stranger.reason.as_str().as_bytes(),
                &stranger.piece,
            ],
        );
        let sealed = vault::seal_own(env, SEALED, &id.to_string(), &stranger.piece)?;
        sqlx::query!(
            "INSERT INTO quarantine (id, digest, reason, signed_by, sealed, received_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (digest) DO UPDATE SET times = quarantine.times + 1, released_at = NULL",
            id,
            &digest[..],
            stranger.reason.as_str(),
            signed_by.map(|channel| channel.0),
            sealed,
            env.now(),
        )
        .execute(global.conn())
        .await?;
    }
    global.commit().await
}

/// What is in quarantine and was not released, newest first, 1000 at most. For the installation's operator alone.
pub async fn list(env: &Env) -> Result<Vec<Quarantined>> {
    let mut global = env.db.global().await?;
    let rows = sqlx::query!(
        r#"SELECT id, reason, signed_by AS "signed_by: ChannelId", received_at, times FROM quarantine
            WHERE released_at IS NULL ORDER BY received_at DESC, id DESC LIMIT 1000"#,
    )
    .fetch_all(global.conn())
    .await?;
    global.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| Quarantined {
            id: row.id,
            reason: row.reason,
            signed_by: row.signed_by,
            received_at: moment(row.received_at),
            times: row.times,
        })
        .collect())
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

/// Takes a piece off the list: everything in it has been given to whom it belongs.
pub(crate) async fn release(env: &Env, id: Uuid) -> Result<()> {
    let mut global = env.db.global().await?;
    sqlx::query!(
        "UPDATE quarantine SET released_at = $2 WHERE id = $1 AND released_at IS NULL",
        id,
        env.now(),
    )
    .execute(global.conn())
    .await?;
    global.commit().await
}
