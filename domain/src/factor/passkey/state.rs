//! Questions that browsers were given: sealed, good for five minutes, answered once and by whoever asked.

use crate::{Env, Error, Result, crypto, session::Browser, vault};
use postern_types::{AccountId, SessionId};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::PgConnection;
use time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a question waits: as long as browsers do.
const LIFE: Duration = Duration::minutes(5);

/// Where they are sealed.
pub(crate) const SEALED: &str = "passkey_state.sealed";

/// Who asks, and for what.
pub(super) enum Asker<'a> {
    /// Somebody who is signed in and adds one.
    Enrols(AccountId, SessionId),
    /// Somebody who is signed in, before what cannot be undone.
    Owns(AccountId, SessionId),
    /// Whoever gave that person's password in this browser.
    Proves(AccountId, &'a Browser),
    /// Somebody whom nobody knows yet, in this browser.
    SignsIn(&'a Browser),
}

/// The same, as it is kept.
struct Kept {
    purpose: &'static str,
    account: Option<Uuid>,
    session: Option<Uuid>,
    device: Option<Vec<u8>>,
}

impl Asker<'_> {
    fn kept(&self) -> Kept {
        let (purpose, account, session, browser) = match self {
            Self::Enrols(account, session) => ("enrol", Some(account), Some(session), None),
            Self::Owns(account, session) => ("own", Some(account), Some(session), None),
            Self::Proves(account, browser) => ("factor", Some(account), None, Some(browser)),
            Self::SignsIn(browser) => ("sign_in", None, None, Some(browser)),
        };
        Kept {
            purpose,
            account: account.map(|account| account.0),
            session: session.map(|session| session.0),
            device: browser.map(|browser| browser.device().to_vec()),
        }
    }
}

/// Keeps what the answer will be held against; gives the ticket for the browser.
pub(super) async fn keep(
    env: &Env,
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    state: &(impl Serialize + Sync),
) -> Result<String> {
    let ticket = env.secret();
    let plain =
        Zeroizing::new(serde_json::to_vec(state).map_err(|error| Error::Internal(error.into()))?);
    let id: Uuid = env.id();
    let sealed = vault::seal_own(env, conn, SEALED, &id.to_string(), &plain).await?;
    let kept = asker.kept();
    sqlx::query!(
        "INSERT INTO passkey_state (id, ticket_hash, purpose, account_id, session_id, device, sealed, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        &crypto::sha256(ticket.as_bytes())[..],
        kept.purpose,
        kept.account,
        kept.session,
        kept.device,
        sealed,
        env.now() + LIFE,
    )
    .execute(conn)
    .await?;
    Ok(ticket.to_string())
}

/// Uses a ticket up: of any number at once, one. None when it is over, was used, or belongs to somebody else.
pub(super) async fn spend<T: DeserializeOwned>(
    env: &Env,
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    ticket: &str,
) -> Result<Option<T>> {
    let kept = asker.kept();
    let row = sqlx::query!(
        "UPDATE passkey_state SET spent_at = $6
          WHERE ticket_hash = $1 AND purpose = $2 AND account_id IS NOT DISTINCT FROM $3
            AND session_id IS NOT DISTINCT FROM $4 AND device IS NOT DISTINCT FROM $5
            AND spent_at IS NULL AND expires_at > $6
         RETURNING id, sealed",
        &crypto::sha256(ticket.as_bytes())[..],
        kept.purpose,
        kept.account,
        kept.session,
        kept.device,
        env.now(),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let plain = vault::open_own(env, SEALED, &row.id.to_string(), &row.sealed)?;
    let state = serde_json::from_slice(&plain).map_err(|error| Error::Internal(error.into()))?;
    Ok(Some(state))
}
