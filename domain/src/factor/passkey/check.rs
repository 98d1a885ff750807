//! What a passkey answers: held against the question, and against the passkey as it is known here.

use super::{party, state, state::Asker};
use crate::{Env, Error, Result, account::Signed, session::Browser};
use postern_types::{AccountId, PasskeyAnswer, SessionId};
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

/// Octets of an answer; most have less than one thousand.
const LONGEST: usize = 32 * 1024;

/// The second step with a passkey of that person. [`Error::Invalid`] on `passkey`, whatever is wrong.
pub(crate) async fn prove(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    ticket: &str,
    credential: &str,
    browser: &Browser,
) -> Result<()> {
    let asker = Asker::Proves(account, browser);
    let state = state::spend(env, conn, &asker, ticket)
        .await?
        .ok_or_else(late)?;
    let shown = read(credential)?;
    if shown_by(env, conn, state, &shown).await? == account {
        Ok(())
    } else {
        Err(refused())
    }
}

/// A passkey of whoever is signed in; since when it is theirs. Whatever comes of the answer, it is the only one.
/// [`Error::Invalid`] on `passkey`.
pub(crate) async fn prove_own(
    env: &Env,
    session: SessionId,
    signed: &Signed,
    answer: &PasskeyAnswer,
) -> Result<Option<OffsetDateTime>> {
    let mut global = env.db.global().await?;
    let asker = Asker::Owns(signed.account, session);
    let state = state::spend(env, global.conn(), &asker, &answer.ticket).await?;
    global.commit().await?;
    let state = state.ok_or_else(late)?;
    let shown: PublicKeyCredential = read(&answer.credential)?;
    let mut global = env.db.global().await?;
    if shown_by(env, global.conn(), state, &shown).await? != signed.account {
        return Err(refused());
    }
    let since = sqlx::query_scalar!(
        "SELECT created_at FROM passkey WHERE credential_id = $1",
        shown.get_credential_id(),
    )
    .fetch_one(global.conn())
    .await?;
    global.commit().await?;
    Ok(Some(since))
}

/// Whose passkey answered: it is known, its owner is not disabled, it signed this question, and its owner was there and
/// showed the device that it is them. Its counter moves on; one that goes back is a copy, and refused.
pub(super) async fn shown_by(
    env: &Env,
    conn: &mut PgConnection,
    state: DiscoverableAuthentication,
    shown: &PublicKeyCredential,
) -> Result<AccountId> {
    // The account before its passkey, as whoever takes passkeys away does.
    sqlx::query!(
        "SELECT id FROM account WHERE disabled_at IS NULL
            AND id = (SELECT account_id FROM passkey WHERE credential_id = $1)
            FOR SHARE",
        shown.get_credential_id(),
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or_else(refused)?;
    let row = sqlx::query!(
        "SELECT id, account_id, data FROM passkey WHERE credential_id = $1 FOR NO KEY UPDATE",
        shown.get_credential_id(),
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or_else(refused)?;
    // The device may name whom it belongs to, and must where nobody was named to it.
    let named = shown.get_user_unique_id().map(Uuid::from_slice);
    if named.is_some_and(|named| named.ok() != Some(row.account_id)) {
        return Err(refused());
    }
    let mut key: Passkey =
        serde_json::from_value(row.data).map_err(|error| Error::Internal(error.into()))?;
    let result = party::of(env)?
        .finish_discoverable_authentication_v2(shown, state, &key)
        .map_err(|error| {
            tracing::info!(%error, passkey.id = %row.id, "a passkey was refused");
            refused()
        })?;
    key.update_credential(&result);
    let data = serde_json::to_value(&key).map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "UPDATE passkey SET data = $2, used_at = $3 WHERE id = $1",
        row.id,
        data,
        env.now(),
    )
    .execute(conn)
    .await?;
    Ok(AccountId(row.account_id))
}

/// What the browser gave, as far as it can be one.
pub(super) fn read<T: DeserializeOwned>(credential: &str) -> Result<T> {
    if credential.len() > LONGEST {
        return Err(refused());
    }
    serde_json::from_str(credential).map_err(|_| refused())
}

/// Alike for one that nobody has, one that was removed, and one of a disabled account.
pub(super) fn refused() -> Error {
    Error::invalid(
        "passkey",
        "This passkey does not sign in here. It may have been removed. Use another way.",
    )
}

/// The question's time is over, or it was answered.
pub(super) fn late() -> Error {
    Error::invalid("passkey", "That took too long. Try again.")
}
