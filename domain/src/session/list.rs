//! A person's own sessions, and the end of them.

use crate::{
    Env, Error, Result,
    account::{self, Deed},
    env::moment,
    wake::Signal,
};
use postern_types::{AccountId, SessionId, SessionView, TrustId, TrustedView};
use sqlx::PgConnection;

/// Why a session was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// From another session of the person.
    Revoked,
    /// The password, the address or the factors changed.
    Password,
    /// The person said that a letter told of somebody else.
    NotMe,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Password => "password",
            Self::NotMe => "not_me",
        }
    }
}

/// The sessions that live of whoever asks, theirs first, then the one used last.
pub async fn list(env: &Env, session: SessionId) -> Result<Vec<SessionView>> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let rows = sqlx::query!(
        r#"SELECT s.id AS "id: SessionId", s.label, s.network, s.created_at, s.seen_at, s.id = $2 AS "current!",
                  EXISTS (SELECT FROM trusted_device d
                           WHERE d.account_id = $1 AND d.device = s.device AND d.until > $3) AS "trusted!"
             FROM session s WHERE s.account_id = $1 AND s.ended_at IS NULL AND s.expires_at > $3
            ORDER BY s.id = $2 DESC, s.seen_at DESC, s.id LIMIT 200"#,
        signed.account.0,
        session.0,
        env.now(),
    )
    .fetch_all(global.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionView {
            id: row.id,
            label: row.label,
            network: row.network,
            since: moment(row.created_at),
            seen: moment(row.seen_at),
            current: row.current,
            trusted: row.trusted,
        })
        .collect())
}

/// Ends another session of the same person; its browser is not trusted any more. [`Error::NotFound`] for one that is over
/// or somebody else's.
pub async fn revoke(env: &Env, session: SessionId, other: SessionId) -> Result<()> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let ended = sqlx::query_scalar!(
        "UPDATE session SET ended_at = $3, end_reason = 'revoked'
          WHERE id = $1 AND account_id = $2 AND ended_at IS NULL AND expires_at > $3
         RETURNING device",
        other.0,
        signed.account.0,
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!(
        "DELETE FROM trusted_device WHERE account_id = $1 AND device = $2",
        signed.account.0,
        ended,
    )
    .execute(global.conn())
    .await?;
    let from = Some(signed.network.as_str());
    account::audit_from(env, global.conn(), signed.account, Deed::Revoked, from).await?;
    global.ring(Signal::Session(other));
    global.commit().await
}

/// Ends every other session of the same person; says how many.
pub async fn revoke_others(env: &Env, session: SessionId) -> Result<u32> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let ended = end_others(
        env,
        global.conn(),
        signed.account,
        Some(session),
        Reason::Revoked,
    )
    .await?;
    sqlx::query!(
        "DELETE FROM trusted_device WHERE account_id = $1
            AND device <> (SELECT device FROM session WHERE id = $2)",
        signed.account.0,
        session.0,
    )
    .execute(global.conn())
    .await?;
    let from = Some(signed.network.as_str());
    account::audit_from(env, global.conn(), signed.account, Deed::Revoked, from).await?;
    global.ring(Signal::Account(signed.account));
    global.commit().await?;
    Ok(ended)
}

/// The browsers that are trusted and in which the person is not signed in, the newest first.
pub async fn trusted(env: &Env, session: SessionId) -> Result<Vec<TrustedView>> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let rows = sqlx::query!(
        r#"SELECT d.id AS "id: TrustId", d.label, d.network, d.since, d.until
             FROM trusted_device d
            WHERE d.account_id = $1 AND d.until > $2
              AND NOT EXISTS (SELECT FROM session s WHERE s.account_id = $1 AND s.device = d.device
                                 AND s.ended_at IS NULL AND s.expires_at > $2)
            ORDER BY d.since DESC, d.id LIMIT 200"#,
        signed.account.0,
        env.now(),
    )
    .fetch_all(global.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TrustedView {
            id: row.id,
            label: row.label,
            network: row.network,
            since: moment(row.since),
            until: moment(row.until),
        })
        .collect())
}

/// Has the second factor asked for in a browser again. [`Error::NotFound`] for one that is not trusted, or somebody else's.
pub async fn forget_trusted(env: &Env, session: SessionId, id: TrustId) -> Result<()> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let gone = sqlx::query!(
        "DELETE FROM trusted_device WHERE account_id = $1 AND id = $2",
        signed.account.0,
        id.0,
    )
    .execute(global.conn())
    .await?;
    if gone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let from = Some(signed.network.as_str());
    account::audit_from(env, global.conn(), signed.account, Deed::TrustEnded, from).await?;
    global.commit().await
}

/// Ends a person's sessions but `kept`; says how many. Whoever commits it rings the account.
pub(crate) async fn end_others(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    kept: Option<SessionId>,
    reason: Reason,
) -> Result<u32> {
    let ended = sqlx::query!(
        "UPDATE session SET ended_at = $2, end_reason = $4
          WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 AND id IS DISTINCT FROM $3",
        account.0,
        env.now(),
        kept.map(|kept| kept.0),
        reason.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(u32::try_from(ended.rows_affected()).unwrap_or(u32::MAX))
}
