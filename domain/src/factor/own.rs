//! A second factor of somebody who is signed in, before what cannot be undone. Passkeys come and go with the password alone:
//! what is new counts here only once its letter's link cannot undo it any more.

use super::{is_confirmed, passkey, recovery, totp};
use crate::{
    Env, Error, Result,
    account::{self, MOMENT, NOT_ME_LIFE, Signed},
    attempt::{self, Subject},
};
use postern_types::{AccountId, FactorKind, PasskeyAnswer, SessionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// What would prove it, the best first; nothing for who has no second factor.
pub(crate) async fn kinds(conn: &mut PgConnection, account: AccountId) -> Result<Vec<FactorKind>> {
    let row = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM passkey WHERE account_id = $1) AS "passkey!",
                  EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "totp!",
                  EXISTS (SELECT FROM recovery_code WHERE account_id = $1 AND spent_at IS NULL) AS "recovery!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    let on = row.passkey || row.totp;
    let kinds = [
        (row.passkey, FactorKind::Passkey),
        (row.totp, FactorKind::Totp),
        (on && row.recovery, FactorKind::Recovery),
    ];
    Ok(kinds
        .into_iter()
        .filter_map(|(there, kind)| there.then_some(kind))
        .collect())
}

/// Makes sure that whoever holds the session has a second factor of the account, where it has one: a passkey, a code of the
/// application, or one that was written down, used up by it. [`Error::Invalid`] on `code` or `passkey`, [`Error::Conflict`]
/// for a while after the last factor was taken away.
pub(crate) async fn prove(
    env: &Env,
    session: SessionId,
    signed: &Signed,
    code: &str,
    shown: Option<&PasskeyAnswer>,
) -> Result<()> {
    let subjects = [Subject::secret(env, "factor:own", &[session.0.as_bytes()])];
    let mut global = env.db.global().await?;
    account::hold(global.conn(), signed, session).await?;
    let bounds = Bounds::of(env, global.conn(), signed.account).await?;
    if bounds.oldest.is_none() {
        return if bounds.loosened {
            Err(loosened())
        } else {
            Ok(())
        };
    }
    drop(global);
    attempt::begin(env, &subjects).await?;
    let born = match shown {
        Some(answer) => passkey::prove_own(env, session, signed, answer).await?,
        None => None,
    };
    let mut global = env.db.global().await?;
    account::hold(global.conn(), signed, session).await?;
    // As it is by now.
    let bounds = Bounds::of(env, global.conn(), signed.account).await?;
    let (field, born) = match born {
        Some(born) => ("passkey", born),
        None => (
            "code",
            take(env, global.conn(), signed.account, code).await?,
        ),
    };
    if !bounds.count(env.now(), born) {
        // What was used up is so no more.
        return Err(young(field));
    }
    attempt::succeeded(env, global.conn(), &subjects).await?;
    global.commit().await
}

/// Uses a code up; since when what it belongs to is there.
async fn take(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    code: &str,
) -> Result<OffsetDateTime> {
    if totp::take(env, &mut *conn, account, code, true).await? {
        let since = sqlx::query_scalar!(
            r#"SELECT confirmed_at AS "confirmed_at!" FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL"#,
            account.0,
        )
        .fetch_one(conn)
        .await?;
        return Ok(since);
    }
    match recovery::take(env, &mut *conn, account, code).await? {
        Some(made) => Ok(made),
        None if is_confirmed(conn, account).await? => Err(totp::wrong()),
        None => Err(Error::invalid(
            "code",
            "Show your passkey, or type a recovery code that was not used before.",
        )),
    }
}

/// Which factors count.
struct Bounds {
    /// Since when the oldest is there; none for who has none.
    oldest: Option<OffsetDateTime>,
    /// One was taken away not long ago: whoever knows the password alone may have done it.
    loosened: bool,
}

impl Bounds {
    async fn of(env: &Env, conn: &mut PgConnection, account: AccountId) -> Result<Self> {
        let row = sqlx::query!(
            r#"SELECT least((SELECT min(created_at) FROM passkey WHERE account_id = $1),
                            (SELECT confirmed_at FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL)) AS oldest,
                      EXISTS (SELECT FROM account_audit WHERE account_id = $1 AND at > $2
                                 AND action IN ('passkey_removed', 'factor_off')) AS "loosened!""#,
            account.0,
            env.now() - NOT_ME_LIFE,
        )
        .fetch_one(conn)
        .await?;
        Ok(Self {
            oldest: row.oldest,
            loosened: row.loosened,
        })
    }

    fn count(&self, now: OffsetDateTime, born: OffsetDateTime) -> bool {
        let first = self.oldest.is_some_and(|oldest| born <= oldest + MOMENT);
        born <= now - NOT_ME_LIFE || (first && !self.loosened)
    }
}

fn young(field: &'static str) -> Error {
    Error::invalid(
        field,
        "It was added less than seven days ago, and others stood before it. Use one that you have had for longer. Nothing was deleted.",
    )
}

fn loosened() -> Error {
    Error::conflict(
        "Two-step sign-in was taken off this account less than seven days ago. Until they are over nothing is deleted with the password alone.",
    )
}

#[cfg(test)]
mod tests;
