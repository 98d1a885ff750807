//! Deleting one's account: the places first, each as by leaving it, then what names the person. What they wrote stays where
//! it is, under nobody's name.

use super::{Deed, Signed, audit_from, hold, prove, signed, sought};
use crate::{
    Env, Error, Result, factor,
    mail::{self, Letter},
    member, oidc,
    wake::Signal,
};
use postern_types::{AccountId, EraseAccount, Leaving, LeavingPlace, SessionId, WorkspaceId};
use sqlx::PgConnection;

/// What a person is called whose account is gone.
pub(crate) const NOBODY: &str = "Deleted member";

/// A workspace in which a person is, or was.
struct Place {
    workspace: WorkspaceId,
    name: String,
    removed: bool,
    alone: bool,
}

/// What somebody would leave.
pub async fn leaving(env: &Env, session: SessionId) -> Result<Leaving> {
    let mut global = env.db.global().await?;
    let person = signed(global.conn(), session).await?;
    let factors = factor::kinds(global.conn(), person.account).await?;
    let places = places(global.conn(), session).await?;
    let places = places
        .into_iter()
        .filter(|place| !place.removed)
        .map(|place| LeavingPlace {
            name: place.name,
            alone: place.alone,
        })
        .collect();
    Ok(Leaving { places, factors })
}

/// Deletes the account of whoever holds the session. [`Error::Invalid`] on `email`, `password`, `code` or
/// `passkey`;
/// [`Error::Conflict`] while they are the last owner of a workspace. Cut off half-way, they are out of some workspaces, and
/// asking again goes on.
pub async fn erase(env: &Env, session: SessionId, form: &EraseAccount) -> Result<()> {
    let mut global = env.db.global().await?;
    let person = signed(global.conn(), session).await?;
    refuse_the_last(&places(global.conn(), session).await?)?;
    drop(global);
    if sought(&form.email).as_deref() != Some(&person.email) {
        return Err(Error::invalid(
            "email",
            "This is not the address of your account. Nothing was deleted.",
        ));
    }
    let person = prove(env, session, &form.password, "password").await?;
    factor::prove(env, session, &person, &form.code, form.passkey.as_ref()).await?;
    let mut global = env.db.global().await?;
    let places = places(global.conn(), session).await?;
    drop(global);
    for place in &places {
        leave(env, session, place).await?;
    }
    forget(env, session, &person).await
}

async fn places(conn: &mut PgConnection, session: SessionId) -> Result<Vec<Place>> {
    let places = sqlx::query_as!(
        Place,
        r#"SELECT workspace_id AS "workspace!: WorkspaceId", workspace_name AS "name!", removed AS "removed!",
                  alone AS "alone!"
             FROM leaving_places($1)"#,
        session.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(places)
}

fn refuse_the_last(places: &[Place]) -> Result<()> {
    let alone: Vec<&str> = places
        .iter()
        .filter(|place| place.alone)
        .map(|place| place.name.as_str())
        .collect();
    if alone.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "You are the last owner of {}. Hand it over or delete it first. Nothing was deleted.",
        alone.join(", ")
    )))
}

/// Leaves a workspace for good, however one stands there, and takes along what names one.
async fn leave(env: &Env, session: SessionId, place: &Place) -> Result<()> {
    let mut tenant = match env.db.leaving(session, place.workspace).await {
        // It was deleted at this moment.
        Err(Error::NotFound) => return Ok(()),
        entered => entered?,
    };
    if !place.removed {
        match member::leave(env, &mut tenant).await {
            // They were removed at this moment.
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    member::forget(env, &mut tenant, NOBODY).await?;
    tenant.commit().await
}

/// Takes the person out of what belongs to no workspace. The account stays as a number, for the audit and for what they
/// wrote.
async fn forget(env: &Env, session: SessionId, person: &Signed) -> Result<()> {
    let mut global = env.db.global().await?;
    hold(global.conn(), person, session).await?;
    mail::forget(env, global.conn(), &person.email).await?;
    close_every_way(global.conn(), person.account).await?;
    audit_from(env, global.conn(), person.account, Deed::Erased, None).await?;
    let out = sqlx::query_scalar!(r#"SELECT forget_browsers($1) AS "out!""#, session.0)
        .fetch_one(global.conn())
        .await?;
    if !out {
        return Err(Error::conflict(
            "You were let into a workspace at this moment. Your account is still there; delete it once more.",
        ));
    }
    sqlx::query!(
        // An address that no account can have: whoever has the old one may register again.
        "UPDATE account SET name = $2, email = 'deleted:' || id, password_hash = '', disabled_at = $3 WHERE id = $1",
        person.account.0,
        NOBODY,
        env.now(),
    )
    .execute(global.conn())
    .await?;
    let letter = Letter::new("Your account was deleted").words(
        "It is gone for good, and so are your name, your address and your sessions. What you wrote to customers stays in \
         the workspaces where you wrote it, without your name. This is the last letter.",
    );
    mail::put(env, global.conn(), &person.email, &letter).await?;
    global.ring(Signal::Account(person.account));
    global.ring(Signal::Jobs);
    global.commit().await
}

/// Takes every factor, link and code away.
async fn close_every_way(conn: &mut PgConnection, account: AccountId) -> Result<()> {
    super::close_doors(&mut *conn, account, None).await?;
    sqlx::query!("DELETE FROM account_link WHERE account_id = $1", account.0)
        .execute(&mut *conn)
        .await?;
    factor::forget(&mut *conn, account).await?;
    sqlx::query!(
        "DELETE FROM oidc_way WHERE session_id IN (SELECT id FROM session WHERE account_id = $1)",
        account.0
    )
    .execute(&mut *conn)
    .await?;
    oidc::forget(&mut *conn, account).await?;
    sqlx::query!(
        "DELETE FROM account_setting WHERE account_id = $1",
        account.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
