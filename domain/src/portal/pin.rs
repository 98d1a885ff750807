//! Tries at a PIN: each is counted before it is looked at, in one statement, so that any number at once get no more than
//! patient ones. Five wrong ones close the link for a quarter of an hour, twenty until the PIN is set anew.

use super::{WINDOW_S, Way};
use crate::{Env, Error, Result, Tenant, attempt::Subject, audit, event, session::Browser};
use postern_types::{ContactId, Side};
use serde_json::json;
use time::{Duration, OffsetDateTime};

/// Tries at one link before it closes.
pub(super) const TRIES: i32 = 5;
/// Tries since the PIN was set.
pub(super) const MOST: i32 = 20;
/// How long it closes.
pub(super) const CLOSED: Duration = Duration::seconds(WINDOW_S as i64);
/// Tries by one address, at whatever links.
const BY_ADDRESS: i32 = 10;

/// The address that tries.
pub(super) fn subject(env: &Env, browser: &Browser) -> Subject {
    Subject::address(env, "portal:pin", browser.address, BY_ADDRESS, WINDOW_S)
}

/// The same limit as a link's, for an address that is none: the two are not told apart by it.
pub(super) fn subject_of_none(env: &Env, token: &str) -> Subject {
    Subject::fixed(env, "portal:none", token.as_bytes(), TRIES, WINDOW_S)
}

/// A try that was taken.
pub(super) struct Taken {
    pub hash: String,
    pub contact: ContactId,
    /// Tries, this one included, until the link closes.
    tries: i32,
    wrong: i32,
}

/// Takes one. [`Error::TooMany`] while the link is closed; [`Error::Conflict`] when the PIN has to be set anew.
pub(super) async fn take(env: &Env, way: &Way) -> Result<Taken> {
    let now = env.now();
    let mut tenant = env.db.link(way.workspace, way.link).await?;
    let taken = sqlx::query!(
        r#"UPDATE portal_link SET tries = CASE WHEN tries_from > $3 THEN tries + 1 ELSE 1 END, tries_from = $4, wrong = wrong + 1
            WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $4)
              AND wrong < $6 AND (tries < $5 OR tries_from <= $3)
           RETURNING pin_hash, contact_id AS "contact: ContactId", tries, wrong"#,
        way.workspace.0,
        way.link.0,
        now - CLOSED,
        now,
        TRIES,
        MOST,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(taken) = taken else {
        return Err(refused(&mut tenant, way, now).await?);
    };
    tenant.commit().await?;
    Ok(Taken {
        hash: taken.pin_hash,
        contact: taken.contact,
        tries: taken.tries,
        wrong: taken.wrong,
    })
}

/// Why none was to be had.
async fn refused(tenant: &mut Tenant, way: &Way, now: OffsetDateTime) -> Result<Error> {
    let row = sqlx::query!(
        "SELECT wrong, tries_from FROM portal_link
          WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)",
        way.workspace.0,
        way.link.0,
        now,
    )
    .fetch_one(tenant.conn())
    .await?;
    if row.wrong >= MOST {
        return Ok(Error::conflict(
            "There were too many wrong PINs: this link opens again with a new PIN alone. Ask for one.",
        ));
    }
    let until = row.tries_from.unwrap_or(now) + CLOSED;
    let seconds = (until - now).whole_seconds().max(0) + 1;
    Ok(Error::TooMany {
        retry_after_s: u32::try_from(seconds).unwrap_or(1),
    })
}

/// Writes down that it was wrong, when that has closed the link.
pub(super) async fn failed(env: &Env, way: &Way, taken: &Taken) -> Result<()> {
    let locked = taken.wrong >= MOST;
    if taken.tries < TRIES && !locked {
        return Ok(());
    }
    let mut tenant = match env.db.link(way.workspace, way.link).await {
        // It was revoked meanwhile: there is nothing to close.
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    let action = if locked {
        "portal.locked"
    } else {
        "portal.closed"
    };
    let told = json!({ "contact": taken.contact, "link": way.link });
    audit::record(env, &mut tenant, action, &told).await?;
    event::side(env, &mut tenant, Side::Portal, taken.contact.0).await?;
    tenant.commit().await
}

/// Gives a right one back. [`Error::NotFound`] when another PIN was set meanwhile, or the link ended: whoever does that waits
/// for this row, or is seen here.
pub(super) async fn give_back(
    env: &Env,
    tenant: &mut Tenant,
    way: &Way,
    taken: &Taken,
) -> Result<Option<OffsetDateTime>> {
    let row = sqlx::query!(
        "UPDATE portal_link SET tries = greatest(tries - 1, 0), wrong = greatest(wrong - 1, 0), used_at = $4
          WHERE workspace_id = $1 AND id = $2 AND pin_hash = $3 AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > $4)
         RETURNING expires_at",
        way.workspace.0,
        way.link.0,
        taken.hash,
        env.now(),
    )
    .fetch_optional(tenant.conn())
    .await?;
    row.map(|row| row.expires_at).ok_or(Error::NotFound)
}
