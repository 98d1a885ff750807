//! Another address: asked for with the password, confirmed by a code that is mailed to the new one.

use super::{Deed, Person, audit_from, me, own, signed};
use crate::{
    Env, Error, Result,
    attempt::{self, Subject},
    code::{self, Purpose},
    error::OnConstraint as _,
    mail::{self, Letter},
    session,
    wake::Signal,
};
use postern_types::{CodeSent, Confirm, Me, SessionId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Change {
    email: String,
}

/// Mails a code to the new address. It answers alike whether that has an account: then the letter says so, and holds no
/// code. [`Error::Invalid`] on `email` or `password`.
pub async fn begin_email(
    env: &Env,
    session: SessionId,
    email: &str,
    password: &str,
) -> Result<CodeSent> {
    let mut global = env.db.global().await?;
    let now = signed(global.conn(), session).await?;
    drop(global);
    let person = Person::new(&now.name, email)?;
    let signed = own::prove(env, session, password, "password").await?;
    if person.email() == signed.email {
        return Err(Error::invalid("email", "This is your address already."));
    }
    let by = signed.account.0.as_bytes();
    let subjects = Subject::letters(env, "email", by, person.email());
    attempt::begin(env, &subjects).await?;
    let change = Change {
        email: person.email().to_owned(),
    };
    let drawn = code::draw(env, Purpose::Email, Some(signed.account), &change).await?;
    let mut global = env.db.global().await?;
    let taken = super::find(global.conn(), person.email()).await?.is_some();
    let letter = if taken {
        Letter::new("This address has an account already")
            .words("Somebody wanted to use it for another account. Nothing was changed.")
    } else {
        Letter::new("Confirm your new address")
            .words("Type this code where you asked for the change. It is good for ten minutes.")
            .code(drawn.code.as_str())
            .note("If you did not ask for it, nothing needs to be done: nothing was changed.")
    };
    mail::put(env, global.conn(), person.email(), &letter).await?;
    code::keep(env, global.conn(), &drawn).await?;
    global.ring(Signal::Jobs);
    global.commit().await?;
    Ok(CodeSent {
        ticket: drawn.ticket.to_string(),
    })
}

/// Changes the address, once the code is right; tells the old one, and ends every other session. [`Error::Invalid`] on
/// `code`, [`Error::NotFound`] when its time or its tries are over.
pub async fn confirm_email(env: &Env, session: SessionId, confirm: &Confirm) -> Result<Me> {
    let mut global = env.db.global().await?;
    let signed = signed(global.conn(), session).await?;
    drop(global);
    let checked = code::check(env, Purpose::Email, confirm).await?;
    if checked.account != Some(signed.account) {
        return Err(Error::NotFound);
    }
    let change: Change = checked.of()?;
    let mut global = env.db.global().await?;
    own::hold(global.conn(), &signed, session).await?;
    code::spend(env, global.conn(), &checked).await?;
    sqlx::query!(
        "UPDATE account SET email = $2 WHERE id = $1",
        signed.account.0,
        change.email,
    )
    .execute(global.conn())
    .await
    .on_constraint("account_email_key", || {
        Error::conflict("This address has an account by now.")
    })?;
    let reason = session::Reason::Password;
    own::shut_out(env, global.conn(), signed.account, Some(session), reason).await?;
    let from = Some(signed.network.as_str());
    audit_from(env, global.conn(), signed.account, Deed::EmailChanged, from).await?;
    let not_me = super::not_me_link(env, global.conn(), signed.account, &signed.email).await?;
    let letter = Letter::new("Your address was changed")
        .words("You sign in with another address from now on; every other session was ended.")
        .facts(vec![("From the network", signed.network.clone())])
        .link("This was not me: end the access", not_me)
        .note("Then write to whoever runs your inbox: they can help you back in.");
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    let me = me(env, global.conn(), signed.account, Some(session)).await?;
    global.ring(Signal::Account(signed.account));
    global.ring(Signal::Jobs);
    global.commit().await?;
    Ok(me)
}
