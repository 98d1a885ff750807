//! Coming in with a passkey: as the second step, or with nothing else.

use super::{
    check, party,
    party::Known,
    state::{self, Asker},
};
use crate::{
    Env, Error, Result,
    account::{self, Deed},
    attempt::{self, Subject},
    factor::step,
    session::{self, Browser, Opened},
};
use postern_types::{AccountId, PasskeyAnswer, PasskeyAsked, SessionId};
use serde_json::Value;
use sqlx::PgConnection;
use webauthn_rs::prelude::{DiscoverableAuthentication, PublicKeyCredential};

/// What a passkey of whoever gave the password in that step is asked. [`Error::NotFound`] when the step is over, or they have
/// none.
pub async fn begin_factor(env: &Env, ticket: &str, browser: &Browser) -> Result<PasskeyAsked> {
    let mut global = env.db.global().await?;
    let account = step::of(env, global.conn(), ticket, browser).await?.account;
    let known = known(global.conn(), account).await?;
    let asked = ask(env, global.conn(), &Asker::Proves(account, browser), &known).await?;
    global.commit().await?;
    Ok(asked)
}

/// What a passkey of whoever is signed in is asked before what cannot be undone. [`Error::Invalid`] on `password`,
/// [`Error::NotFound`] when they have none.
pub async fn begin_own(env: &Env, session: SessionId, password: &str) -> Result<PasskeyAsked> {
    let signed = account::prove(env, session, password, "password").await?;
    let mut global = env.db.global().await?;
    let known = known(global.conn(), signed.account).await?;
    let owner = Asker::Owns(signed.account, session);
    let asked = ask(env, global.conn(), &owner, &known).await?;
    global.commit().await?;
    Ok(asked)
}

/// What any passkey of this installation is asked, by a browser of which nobody knows who uses it. [`Error::TooMany`] when a
/// network asks again and again without signing in.
pub async fn begin_sign_in(env: &Env, browser: &Browser) -> Result<PasskeyAsked> {
    // Each question is one try; whoever comes in gives it back.
    attempt::begin(env, &subjects(browser)).await?;
    let mut global = env.db.global().await?;
    let asked = ask(env, global.conn(), &Asker::SignsIn(browser), &[]).await?;
    global.commit().await?;
    Ok(asked)
}

/// Opens a session for whoever has the passkey and showed their device that it is them: that is two factors, and no other is
/// asked for. [`Error::Invalid`] on `passkey` alike for one that is unknown or wrong and for a disabled account.
pub async fn finish_sign_in(
    env: &Env,
    answer: &PasskeyAnswer,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    let mut global = env.db.global().await?;
    let asker = Asker::SignsIn(browser);
    let state: Option<DiscoverableAuthentication> =
        state::spend(env, global.conn(), &asker, &answer.ticket).await?;
    // Whatever comes of the answer, it is the only one.
    global.commit().await?;
    let state = state.ok_or_else(check::late)?;
    let mut global = env.db.global().await?;
    let account = match check::read(&answer.credential) {
        // Nobody was named to the device: it has to say whom it belongs to.
        Ok(shown) if names_somebody(&shown) => {
            check::shown_by(env, global.conn(), state, &shown).await
        }
        Ok(_) => Err(check::refused()),
        Err(error) => Err(error),
    };
    let account = match account {
        Ok(account) => account,
        Err(refused @ Error::Invalid { .. }) => {
            let address = Some(browser.address);
            let nobody = None::<AccountId>;
            account::audit(env, global.conn(), nobody, Deed::SignInRefused, address).await?;
            global.commit().await?;
            return Err(refused);
        }
        Err(error) => return Err(error),
    };
    attempt::succeeded(env, global.conn(), &subjects(browser)).await?;
    session::come_in(env, global, account, browser, replaced, None).await
}

/// Those of a person, the one used last first. [`Error::NotFound`] when there is none.
async fn known(conn: &mut PgConnection, account: AccountId) -> Result<Vec<Known>> {
    let rows = sqlx::query!(
        "SELECT credential_id, transports FROM passkey
          WHERE account_id = $1 ORDER BY used_at DESC NULLS LAST, id",
        account.0,
    )
    .fetch_all(conn)
    .await?;
    let known: Vec<Known> = rows
        .into_iter()
        .map(|row| Known {
            credential_id: row.credential_id,
            transports: row.transports.filter(Value::is_array),
        })
        .collect();
    if known.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(known)
}

async fn ask(
    env: &Env,
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    known: &[Known],
) -> Result<PasskeyAsked> {
    let (question, state) = party::of(env)?
        .start_discoverable_authentication()
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(PasskeyAsked {
        ticket: state::keep(env, conn, asker, &state).await?,
        options: party::request(&question, known)?,
    })
}

fn names_somebody(shown: &PublicKeyCredential) -> bool {
    shown.get_user_unique_id().is_some()
}

fn subjects(browser: &Browser) -> [Subject; 1] {
    [Subject::crowd("passkey", browser.address)]
}
