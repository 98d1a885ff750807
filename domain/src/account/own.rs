//! What a signed-in person does to their own account.

use super::{Deed, Person, audit_from, me, ways};
use crate::{
    Env, Error, Result,
    attempt::{self, Subject},
    mail::{self, Letter},
    password, session,
    wake::Signal,
};
use postern_types::{AccountId, Me, SessionId};
use sqlx::PgConnection;

/// Who is signed in with a session.
pub(crate) struct Signed {
    pub account: AccountId,
    pub name: String,
    pub email: String,
    pub password_hash: String,
    /// The network that the session was seen in last (/24, /48).
    pub network: String,
}

/// The person of a session. [`Error::Unauthorized`] when it is over.
pub(crate) async fn signed(conn: &mut PgConnection, session: SessionId) -> Result<Signed> {
    let row = sqlx::query!(
        "SELECT a.id, a.name, a.email, a.password_hash, s.network
           FROM session s JOIN account a ON a.id = s.account_id
          WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL",
        session.0,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::Unauthorized)?;
    Ok(Signed {
        account: row.id.into(),
        name: row.name,
        email: row.email,
        password_hash: row.password_hash,
        network: row.network,
    })
}

/// Makes sure that whoever holds the session knows the password, however often it is tried. [`Error::Invalid`] on `field`.
pub(crate) async fn prove(
    env: &Env,
    session: SessionId,
    password: &str,
    field: &'static str,
) -> Result<Signed> {
    let mut global = env.db.global().await?;
    let signed = signed(global.conn(), session).await?;
    drop(global);
    let subjects = [Subject::secret(
        env,
        "password",
        &[signed.account.0.as_bytes()],
    )];
    attempt::begin(env, &subjects).await?;
    if !password::verify(env, Some(&signed.password_hash), password).await? {
        // Made by way of a provider, or said to be known to somebody else: a link that is mailed sets one.
        let none = signed.password_hash.is_empty();
        return Err(Error::invalid(
            field,
            if none {
                "You have no password now. Sign out, set one with “Forgot your password?”, then try again."
            } else {
                "This is not your password."
            },
        ));
    }
    let mut global = env.db.global().await?;
    attempt::succeeded(env, global.conn(), &subjects).await?;
    global.commit().await?;
    Ok(signed)
}

/// Locks the account for a change that its person proved they may make, and looks at the session once more: what happened
/// meanwhile may have ended it.
pub(crate) async fn hold(
    conn: &mut PgConnection,
    signed: &Signed,
    session: SessionId,
) -> Result<()> {
    lock(conn, signed.account).await?;
    let now = self::signed(conn, session).await?;
    if now.email == signed.email && now.password_hash == signed.password_hash {
        Ok(())
    } else {
        Err(Error::conflict(
            "Your account was changed somewhere else at this moment. Nothing was changed here; try again.",
        ))
    }
}

/// One change at a time: whoever signs in waits for it, and finds what it left.
pub(crate) async fn lock(conn: &mut PgConnection, account: AccountId) -> Result<()> {
    sqlx::query!(
        "SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE",
        account.0
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// Ends every session but `kept`, and every way in that was opened before: see [`close_doors`]. Whoever commits it rings the
/// account.
pub(crate) async fn shut_out(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    kept: Option<SessionId>,
    reason: session::Reason,
) -> Result<()> {
    session::end_others(env, conn, account, kept, reason).await?;
    close_doors(conn, account, kept).await
}

/// Ends every way in that was opened before: sign-ins that wait for a factor, links and codes that were mailed, seeds that
/// wait, browsers that are trusted but for that of `kept`.
pub(crate) async fn close_doors(
    conn: &mut PgConnection,
    account: AccountId,
    kept: Option<SessionId>,
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM trusted_device WHERE account_id = $1
            AND device IS DISTINCT FROM (SELECT device FROM session WHERE id = $2)",
        account.0,
        kept.map(|kept| kept.0),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM factor_step WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "UPDATE account_link SET spent_at = now() WHERE account_id = $1 AND purpose = 'reset' AND spent_at IS NULL",
        account.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM mailed_code WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM passkey_state WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "DELETE FROM totp WHERE account_id = $1 AND confirmed_at IS NULL",
        account.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The person, as they stand now.
pub async fn now(env: &Env, session: SessionId) -> Result<Me> {
    let mut global = env.db.global().await?;
    let signed = signed(global.conn(), session).await?;
    me(env, global.conn(), signed.account, Some(session)).await
}

/// Gives the person another name. [`Error::Invalid`] on `name`.
pub async fn rename(env: &Env, session: SessionId, name: &str) -> Result<Me> {
    let mut global = env.db.global().await?;
    let signed = signed(global.conn(), session).await?;
    let person = Person::new(name, &signed.email)?;
    let renamed = sqlx::query!(
        "UPDATE account SET name = $2 WHERE id = $1 AND name <> $2",
        signed.account.0,
        person.name(),
    )
    .execute(global.conn())
    .await?;
    if renamed.rows_affected() > 0 {
        let from = Some(signed.network.as_str());
        audit_from(env, global.conn(), signed.account, Deed::Renamed, from).await?;
    }
    let me = me(env, global.conn(), signed.account, Some(session)).await?;
    global.commit().await?;
    Ok(me)
}

/// Sets a new password for whoever knows the old one, and ends every other session. [`Error::Invalid`] on `old` or
/// `password`.
pub async fn change_password(env: &Env, session: SessionId, old: &str, new: &str) -> Result<()> {
    let signed = prove(env, session, old, "old").await?;
    let mut global = env.db.global().await?;
    let places = super::place_names(global.conn(), signed.account).await?;
    drop(global);
    password::check_own(new, &signed.name, &signed.email, &places).await?;
    let kept = password::hash(env, new).await?;
    let mut global = env.db.global().await?;
    hold(global.conn(), &signed, session).await?;
    sqlx::query!(
        "UPDATE account SET password_hash = $2, password_mailed = false WHERE id = $1",
        signed.account.0,
        kept,
    )
    .execute(global.conn())
    .await?;
    let reason = session::Reason::Password;
    shut_out(env, global.conn(), signed.account, Some(session), reason).await?;
    let from = Some(signed.network.as_str());
    audit_from(
        env,
        global.conn(),
        signed.account,
        Deed::PasswordChanged,
        from,
    )
    .await?;
    let not_me = super::not_me_link(env, global.conn(), signed.account, &signed.email).await?;
    let letter = Letter::new("Your password was changed")
        .words("It was changed just now, and every other session of yours was ended.")
        .facts(vec![("From the network", signed.network.clone())])
        .link(
            "This was not me: end the access and set a new password",
            not_me,
        );
    let letter = ways::told(env, global.conn(), signed.account, letter).await?;
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    global.ring(Signal::Account(signed.account));
    global.ring(Signal::Jobs);
    global.commit().await
}
