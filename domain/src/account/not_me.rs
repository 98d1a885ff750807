//! “This was not me”: the link of a letter undoes what came since that was written, and takes the password out of force.

use super::{
    Deed, audit,
    link::{self, Link},
    reset, ways,
};
use crate::{
    Env, Result, account, factor,
    mail::{self, Letter},
    oidc,
    session::{self, Browser},
    wake::Signal,
};
use postern_types::{AccountId, Ended};
use sqlx::PgConnection;
use time::Duration;

/// How long one may say that it was somebody else: so long a factor that is new can be undone by mail, and no longer.
pub(crate) const LIFE: Duration = Duration::days(7);
/// What a letter tells of was written a moment before it.
pub(crate) const MOMENT: Duration = Duration::minutes(1);

/// Ends every session of the person, and every way in that is half open. What came since the letter is undone: factors,
/// recovery codes, connected providers; what stood before stays, so that who merely reads the mailbox takes away none of it.
/// The password is good no more: what is given sets a new one at once, where the letter went to the address that the account
/// has. [`Error::NotFound`](crate::Error::NotFound) when the link is over.
pub async fn not_me(env: &Env, token: &str, browser: &Browser) -> Result<Ended> {
    let mut global = env.db.global().await?;
    let link = link::spend(env, global.conn(), "not_me", token).await?;
    let account = link.account;
    account::lock(global.conn(), account).await?;
    account::shut_out(env, global.conn(), account, None, session::Reason::NotMe).await?;
    let since = link.written_at - MOMENT;
    factor::undo_since(env, global.conn(), account, since, browser).await?;
    oidc::undo_since(env, global.conn(), account, since, browser).await?;
    // As after a mailed link: a mailed code adds nothing to the password that comes next.
    let person = sqlx::query!(
        "UPDATE account SET password_hash = '', password_mailed = true WHERE id = $1 AND disabled_at IS NULL
         RETURNING email",
        account.0,
    )
    .fetch_optional(global.conn())
    .await?;
    let address = Some(browser.address);
    audit(env, global.conn(), account, Deed::NotMe, address).await?;
    let mut reset = None;
    if let Some(person) = person {
        if person.email == link.email {
            reset = Some(reset::offer(env, global.conn(), account, &person.email).await?);
        }
        let letter = Letter::new("The access to your account was ended")
            .words(
                "By the link in a letter to you every session was ended, what was added to your account since that letter \
                 was taken away, and your password is not good any more.",
            )
            .button("Set a new password", format!("{}/forgot", env.post.origin));
        let letter = ways::told(env, global.conn(), account, letter).await?;
        mail::put(env, global.conn(), &person.email, &letter).await?;
        global.ring(Signal::Jobs);
    }
    global.ring(Signal::Account(account));
    global.commit().await?;
    Ok(Ended { reset })
}

/// The address of a link by which the person can say that it was not them, in a letter to `email`.
pub(crate) async fn not_me_link(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    email: &str,
) -> Result<String> {
    let secret = env.secret();
    let link = Link {
        purpose: "not_me",
        account,
        email,
        life: LIFE,
    };
    link::keep(env, conn, &link, &secret).await?;
    Ok(env.post.link("not-me", &secret))
}

#[cfg(test)]
mod tests;
