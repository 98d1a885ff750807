//! Passkeys: added and taken away with the password, listed and named.

mod check;
mod enter;
mod party;
mod state;

pub(super) use check::{prove, prove_own};
pub use enter::{begin_factor, begin_own, begin_sign_in, finish_sign_in};
pub(crate) use state::SEALED;

use super::{forget_rest, is_on, is_required, recovery};
use crate::{
    Env, Error, Result,
    account::{self, Deed, Signed},
    db::Global,
    env::moment,
    error::OnConstraint as _,
    mail::{self, Letter},
    session,
    wake::Signal,
};
use postern_types::{AccountId, PasskeyAnswer, PasskeyAsked, PasskeyId, PasskeyView, SessionId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use state::Asker;
use time::OffsetDateTime;
use webauthn_rs::prelude::{Passkey, PasskeyRegistration, RegisterPublicKeyCredential};

/// Passkeys of one person.
const MOST: usize = 20;

/// Those of a person, the oldest first.
pub(super) async fn list(conn: &mut PgConnection, account: AccountId) -> Result<Vec<PasskeyView>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: PasskeyId", name, created_at, used_at FROM passkey
            WHERE account_id = $1 ORDER BY created_at, id"#,
        account.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PasskeyView {
            id: row.id,
            name: row.name,
            added: moment(row.created_at),
            used: row.used_at.map(moment),
        })
        .collect())
}

/// What a device is asked that is to keep a new one: none that has one of this person already. [`Error::Invalid`] on
/// `password`, [`Error::Conflict`] when there are enough, or where there can be none.
pub async fn begin_enrol(env: &Env, session: SessionId, password: &str) -> Result<PasskeyAsked> {
    let signed = account::prove(env, session, password, "password").await?;
    let mut global = env.db.global().await?;
    let known = sqlx::query_scalar!(
        "SELECT credential_id FROM passkey WHERE account_id = $1",
        signed.account.0,
    )
    .fetch_all(global.conn())
    .await?;
    if known.len() >= MOST {
        return Err(Error::conflict(format!(
            "You have {MOST} passkeys. Remove one first."
        )));
    }
    let (question, state) = party::of(env)?
        .start_passkey_registration(signed.account.0, &signed.email, &signed.name, Some(known))
        .map_err(|error| Error::Internal(error.into()))?;
    let asker = Asker::Enrols(signed.account, session);
    let ticket = state::keep(env, global.conn(), &asker, &state).await?;
    global.commit().await?;
    Ok(PasskeyAsked {
        ticket,
        options: party::creation(&question)?,
    })
}

/// Keeps the new passkey. With the first factor every other session ends, and the recovery codes come, shown this once; with
/// a further one, none. [`Error::Invalid`] on `passkey_name` or `passkey`, [`Error::Conflict`] for one that is known.
pub async fn finish_enrol(
    env: &Env,
    session: SessionId,
    answer: &PasskeyAnswer,
    name: &str,
) -> Result<Vec<String>> {
    let name = checked_name(name)?;
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let asker = Asker::Enrols(signed.account, session);
    let state: Option<PasskeyRegistration> =
        state::spend(env, global.conn(), &asker, &answer.ticket).await?;
    // Whatever comes of the answer, it is the only one.
    global.commit().await?;
    let state = state.ok_or_else(check::late)?;
    let made: RegisterPublicKeyCredential = check::read(&answer.credential)?;
    let key = party::of(env)?
        .finish_passkey_registration(&made, &state)
        .map_err(|error| {
            tracing::info!(%error, "a new passkey was refused");
            Error::invalid(
                "passkey",
                "This passkey cannot be used here. Try another device.",
            )
        })?;
    let mut global = env.db.global().await?;
    // Whose session was ended meanwhile adds nothing: what ends it takes passkeys away under the same lock.
    account::hold(global.conn(), &signed, session).await?;
    let first = !is_on(global.conn(), signed.account).await?;
    let transports = json!(made.response.transports);
    insert(
        env,
        global.conn(),
        signed.account,
        (&key, &transports),
        name,
    )
    .await?;
    let codes = if first {
        recovery::make(env, global.conn(), signed.account).await?
    } else {
        Vec::new()
    };
    if first {
        account::close_doors(global.conn(), signed.account, None).await?;
        let why = session::Reason::Password;
        session::end_others(env, global.conn(), signed.account, Some(session), why).await?;
        global.ring(Signal::Account(signed.account));
    }
    let letter = Letter::new("A passkey was added").words(
        "It signs in to your account without your password, and is the second step where that is given.",
    );
    let deeds = [Some(Deed::PasskeyAdded), first.then_some(Deed::FactorOn)];
    tell(env, global, &signed, name, &deeds, letter).await?;
    Ok(codes)
}

async fn insert(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    (key, transports): (&Passkey, &Value),
    name: &str,
) -> Result<()> {
    let data = serde_json::to_value(key).map_err(|error| Error::Internal(error.into()))?;
    sqlx::query!(
        "INSERT INTO passkey (id, account_id, credential_id, data, transports, name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        env.id::<PasskeyId>().0,
        account.0,
        &key.cred_id()[..],
        data,
        transports,
        name,
        env.now(),
    )
    .execute(conn)
    .await
    .on_constraint("passkey_credential_key", || {
        Error::conflict("This passkey was added before.")
    })?;
    Ok(())
}

/// Calls it something else. [`Error::Invalid`] on `passkey_name`, [`Error::NotFound`] for one of somebody else.
pub async fn rename(env: &Env, session: SessionId, id: PasskeyId, name: &str) -> Result<()> {
    let name = checked_name(name)?;
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let renamed = sqlx::query!(
        "UPDATE passkey SET name = $3 WHERE id = $1 AND account_id = $2",
        id.0,
        signed.account.0,
        name,
    )
    .execute(global.conn())
    .await?;
    if renamed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    global.commit().await
}

/// Takes it away. [`Error::Invalid`] on `password`, [`Error::NotFound`] for one of somebody else, [`Error::Conflict`] for the
/// last factor while a workspace requires one.
pub async fn remove(env: &Env, session: SessionId, id: PasskeyId, password: &str) -> Result<()> {
    let signed = account::prove(env, session, password, "password").await?;
    let mut global = env.db.global().await?;
    account::hold(global.conn(), &signed, session).await?;
    let name = sqlx::query_scalar!(
        "DELETE FROM passkey WHERE id = $1 AND account_id = $2 RETURNING name",
        id.0,
        signed.account.0,
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let last = !is_on(global.conn(), signed.account).await?;
    if last {
        if is_required(global.conn(), signed.account).await? {
            return Err(Error::conflict(
                "A workspace of yours requires two-step sign-in. Add another passkey or an app first.",
            ));
        }
        forget_rest(global.conn(), signed.account).await?;
    }
    let words = if last {
        "It signs nobody in any more. From now on your password alone does."
    } else {
        "It signs nobody in any more."
    };
    let letter = Letter::new("A passkey was removed").words(words);
    let deeds = [Some(Deed::PasskeyRemoved), last.then_some(Deed::FactorOff)];
    tell(env, global, &signed, &name, &deeds, letter).await
}

/// Takes away what was added since; whether there was any.
pub(super) async fn remove_since(
    conn: &mut PgConnection,
    account: AccountId,
    since: OffsetDateTime,
) -> Result<bool> {
    let removed = sqlx::query!(
        "DELETE FROM passkey WHERE account_id = $1 AND created_at >= $2",
        account.0,
        since,
    )
    .execute(conn)
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Writes it down, tells the person by mail, and commits.
async fn tell(
    env: &Env,
    mut global: Global,
    signed: &Signed,
    name: &str,
    deeds: &[Option<Deed>],
    letter: Letter,
) -> Result<()> {
    let from = Some(signed.network.as_str());
    for deed in deeds.iter().flatten() {
        account::audit_from(env, global.conn(), signed.account, *deed, from).await?;
    }
    let not_me = account::not_me_link(env, global.conn(), signed.account, &signed.email).await?;
    let letter = letter
        .facts(vec![
            ("Passkey", name.to_owned()),
            ("From the network", signed.network.clone()),
        ])
        .link("This was not me: end the access", not_me);
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    global.ring(Signal::Jobs);
    global.commit().await
}

fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "passkey_name",
            "Give the passkey a name of 1 to 80 characters.",
        ));
    }
    Ok(name)
}
