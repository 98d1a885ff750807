//! A code by mail as the second factor: a fallback, weaker than the others, offered after them.

use super::step;
use crate::{
    Env, Error, Result,
    attempt::{self, Subject},
    code::{self, Checked, Drawn, Purpose},
    mail::{self, Letter},
    session::Browser,
    wake::Signal,
};
use postern_types::{AccountId, CodeSent, Confirm};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// What waits for the code: which step it finishes.
#[derive(Serialize, Deserialize)]
struct Waiting {
    step: Vec<u8>,
}

/// Mails a code to whoever gave the password in that step; the one before it in the same step is void, and none of another: a
/// stranger who knows the password takes no code away from its owner. [`Error::NotFound`] when the step is
/// over, [`Error::Conflict`] where a mailed code proves nothing, [`Error::TooMany`] when it is asked for again and again.
pub async fn mail_code(env: &Env, ticket: &str, browser: &Browser) -> Result<CodeSent> {
    let mut global = env.db.global().await?;
    let step = step::of(env, global.conn(), ticket, browser).await?;
    let account = step.account;
    let person = sqlx::query!(
        "SELECT email, password_mailed FROM account WHERE id = $1 AND disabled_at IS NULL",
        account.0,
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    drop(global);
    if person.password_mailed || step.by_provider {
        return Err(Error::conflict(
            "Here a mailed code would show nothing more than your mailbox has shown already. Use another way.",
        ));
    }
    attempt::begin(env, &letters(env, &person.email, browser)).await?;
    let waiting = Waiting {
        step: step::hash(ticket).to_vec(),
    };
    let drawn = code::draw(env, Purpose::Factor, Some(account), &waiting).await?;
    let letter = Letter::new("Your code to sign in")
        .words("Type this code where you are signing in. It is good for ten minutes.")
        .code(drawn.code.as_str())
        .note("If you are not signing in, somebody knows your password. Set a new one, and give this code to nobody.")
        .link("Set a new password", format!("{}/forgot", env.post.origin));
    let mut global = env.db.global().await?;
    replace(env, global.conn(), ticket, &drawn).await?;
    mail::put(env, global.conn(), &person.email, &letter).await?;
    code::keep(env, global.conn(), &drawn).await?;
    global.ring(Signal::Jobs);
    global.commit().await?;
    Ok(CodeSent {
        ticket: drawn.ticket.to_string(),
    })
}

/// Writes down that this is the step's code from now on; the one before it is void. [`Error::NotFound`] when the step is over.
async fn replace(env: &Env, conn: &mut PgConnection, ticket: &str, drawn: &Drawn) -> Result<()> {
    let hash = step::hash(ticket);
    // Of two that are asked for at once the second waits here for the first.
    let before = sqlx::query_scalar!(
        "SELECT mailed FROM factor_step WHERE ticket_hash = $1 AND spent_at IS NULL FOR UPDATE",
        &hash[..],
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::NotFound)?;
    sqlx::query!(
        "UPDATE mailed_code SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL",
        before,
        env.now(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE factor_step SET mailed = $2 WHERE ticket_hash = $1",
        &hash[..],
        drawn.id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the letters are counted against: few from one network, so that whoever knows the password elsewhere does not use up
/// its owner's. A code that was right gives them back.
pub(super) fn letters(env: &Env, email: &str, browser: &Browser) -> [Subject; 2] {
    let network = attempt::network(browser.address);
    Subject::letters(env, "factor", network.as_bytes(), email)
}

/// Tries a code, outside of any transaction: its hash takes time. [`Error::Invalid`] on `code`, whatever is wrong with it.
pub(super) async fn check(
    env: &Env,
    account: AccountId,
    ticket: &str,
    asked: Option<&str>,
    code: &str,
) -> Result<Checked> {
    let confirm = Confirm {
        ticket: asked.unwrap_or_default().to_owned(),
        code: code.to_owned(),
    };
    let checked = match code::check(env, Purpose::Factor, &confirm).await {
        Err(Error::NotFound) => return Err(over()),
        checked => checked?,
    };
    let waiting: Waiting = checked.of()?;
    // Of somebody else's step, it is no code here.
    if checked.account != Some(account) || waiting.step != step::hash(ticket) {
        return Err(over());
    }
    Ok(checked)
}

/// Its ten minutes or its tries are used up, or there is a newer one.
pub(super) fn over() -> Error {
    Error::invalid(
        "code",
        "This code is not good any more. Have another one sent.",
    )
}
