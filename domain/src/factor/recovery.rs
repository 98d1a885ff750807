//! Codes that were written down, for when the application or the passkey is not at hand: keyed digests, each good once.

use super::totp;
use crate::{
    Env, Result,
    account::{self, Deed},
    mail::{self, Letter},
    wake::Signal,
};
use postern_types::{AccountId, SessionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Recovery codes that are made at once.
const CODES: usize = 10;

/// Makes new recovery codes, shown this once; the old ones are void. [`Error::Invalid`](crate::Error::Invalid) on `password`
/// or `code`; whoever has no application gives no code. [`Error::Conflict`](crate::Error::Conflict) without a factor.
pub async fn renew_recovery(
    env: &Env,
    session: SessionId,
    password: &str,
    code: &str,
) -> Result<Vec<String>> {
    let (signed, mut global) = totp::proven(env, session, password, code).await?;
    let account = signed.account;
    let codes = make(env, global.conn(), account).await?;
    let from = Some(signed.network.as_str());
    account::audit_from(env, global.conn(), account, Deed::RecoveryRenewed, from).await?;
    let not_me = account::not_me_link(env, global.conn(), account, &signed.email).await?;
    let letter = Letter::new("New recovery codes were made")
        .words("The codes that were written down before are good for nothing any more.")
        .facts(vec![("From the network", signed.network.clone())])
        .link("This was not me: end the access", not_me);
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    global.ring(Signal::Jobs);
    global.commit().await?;
    Ok(codes)
}

/// New ones in the place of the old.
pub(super) async fn make(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
) -> Result<Vec<String>> {
    sqlx::query!("DELETE FROM recovery_code WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    // Sixty random bits in three groups.
    let codes: Vec<String> = (0..CODES).map(|_| env.readable::<12>(4)).collect();
    let digests: Vec<Vec<u8>> = codes
        .iter()
        .map(|code| digest(env, account, code).to_vec())
        .collect();
    sqlx::query!(
        "INSERT INTO recovery_code (account_id, digest, created_at) SELECT $1, d, $3 FROM unnest($2::bytea[]) AS u (d)",
        account.0,
        &digests,
        env.now(),
    )
    .execute(conn)
    .await?;
    Ok(codes)
}

/// Takes them away where they were made since; whether they were.
pub(super) async fn remove_since(
    conn: &mut PgConnection,
    account: AccountId,
    since: OffsetDateTime,
) -> Result<bool> {
    let removed = sqlx::query!(
        "DELETE FROM recovery_code WHERE account_id = $1 AND created_at >= $2",
        account.0,
        since,
    )
    .execute(conn)
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Uses one up, and says when it was made; none when it is none, or was used.
pub(super) async fn take(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    code: &str,
) -> Result<Option<OffsetDateTime>> {
    let made = sqlx::query_scalar!(
        "UPDATE recovery_code SET spent_at = $3 WHERE account_id = $1 AND digest = $2 AND spent_at IS NULL
         RETURNING created_at",
        account.0,
        &digest(env, account, code)[..],
        env.now(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(made)
}

/// As it is kept: a keyed digest, whose key stands outside the database.
fn digest(env: &Env, account: AccountId, code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    env.keys
        .digest("recovery code", &[account.0.as_bytes(), plain.as_bytes()])
}
