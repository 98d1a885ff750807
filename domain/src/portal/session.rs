//! Browsers behind the PIN: a day each, and no longer than their link.

use super::{Visit, Way, find, pin, token};
use crate::{
    Env, Error, Result, Tenant, attempt, audit, event, password,
    session::{Browser, label},
    vault,
    wake::Signal,
};
use postern_types::{LinkId, PortalSessionId, Side};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// From the PIN to its end.
pub const LIFE: Duration = Duration::hours(24);
/// Browsers that one link keeps open: the PIN opens a further one and ends the oldest.
const MOST: i64 = 10;
/// How often it is written down that a browser was seen.
const SEEN: Duration = Duration::minutes(1);
/// Characters of a PIN that are looked at: more are as wrong as none.
const LONGEST: usize = 16;

/// What an opened session gives out.
pub struct Opened {
    /// The browser.
    pub visit: Visit,
    /// For its cookie alone.
    pub token: Zeroizing<String>,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
}

/// [`find`]s a link and [`open`]s it. An address that is no link, or none any more, costs the same time and the same tries, and
/// is told by the same words as a wrong PIN.
pub async fn try_pin(env: &Env, secret: &str, pin: &str, browser: &Browser) -> Result<Opened> {
    match find(env, secret, browser.address).await {
        Ok(way) => match open(env, &way, pin, browser).await {
            // It ended between the two.
            Err(Error::NotFound) => Err(wrong()),
            other => other,
        },
        Err(Error::NotFound) => {
            let subjects = [
                pin::subject(env, browser),
                pin::subject_of_none(env, secret),
            ];
            attempt::begin(env, &subjects).await?;
            let nothing = password::hash_code(env, secret.as_bytes(), &typed(pin)).await?;
            drop(nothing);
            Err(wrong())
        }
        Err(other) => Err(other),
    }
}

/// Opens a session for whoever knows the PIN. [`Error::Invalid`] on `pin` for a wrong one, [`Error::TooMany`] while the link is
/// closed or the address has tried too often, [`Error::Conflict`] when the PIN has to be set anew, [`Error::NotFound`] when
/// the link has ended.
pub async fn open(env: &Env, way: &Way, pin: &str, browser: &Browser) -> Result<Opened> {
    let subjects = [pin::subject(env, browser)];
    attempt::begin(env, &subjects).await?;
    let tried = pin::take(env, way).await?;
    // No transaction is open while it is hashed.
    let about = way.link.0;
    if !password::verify_code(env, &tried.hash, about.as_bytes(), &typed(pin)).await? {
        pin::failed(env, way, &tried).await?;
        return Err(wrong());
    }
    let mut tenant = env.db.link(way.workspace, way.link).await?;
    let ends = match pin::give_back(env, &mut tenant, way, &tried).await {
        Err(Error::NotFound) => return Err(wrong()),
        other => other?,
    };
    attempt::succeeded(env, tenant.conn(), &subjects).await?;
    let (session, now): (PortalSessionId, _) = (env.id(), env.now());
    make_room(&mut tenant, way, now).await?;
    let expires_at = ends.map_or(now + LIFE, |ends| ends.min(now + LIFE));
    let network = attempt::network(browser.address);
    sqlx::query!(
        "INSERT INTO portal_session (workspace_id, id, link_id, created_at, expires_at, seen_at, network, browser)
         VALUES ($1, $2, $3, $4, $5, $4, $6, $7)",
        way.workspace.0,
        session.0,
        way.link.0,
        now,
        expires_at,
        network,
        label(&browser.agent),
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "contact": tried.contact, "link": way.link, "network": network });
    audit::record(env, &mut tenant, "portal.opened", &told).await?;
    event::side(env, &mut tenant, Side::Portal, tried.contact.0).await?;
    let agreed = vault::current_token(env, tenant.conn()).await?;
    let visit = Visit {
        workspace: way.workspace,
        session,
    };
    let signed = token::issue(env, agreed.as_deref(), visit, expires_at)?;
    tenant.commit().await?;
    Ok(Opened {
        visit,
        token: signed,
        expires_at,
    })
}

/// Ends the oldest browsers of a link where there are too many for a further one. Whoever opens another one waits for the
/// link's row, which is held.
async fn make_room(tenant: &mut Tenant, way: &Way, now: OffsetDateTime) -> Result<()> {
    let ended = sqlx::query!(
        "UPDATE portal_session SET ended_at = $3
          WHERE workspace_id = $1 AND id IN (
                SELECT s.id FROM portal_session s
                 WHERE s.workspace_id = $1 AND s.link_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3
                 ORDER BY s.created_at DESC, s.id DESC OFFSET $4)",
        way.workspace.0,
        way.link.0,
        now,
        MOST - 1,
    )
    .execute(tenant.conn())
    .await?;
    if ended.rows_affected() > 0 {
        tenant.ring(Signal::Portal(way.link));
    }
    Ok(())
}

/// Enters as the contact. [`Error::Unauthorized`] once the session or its link has ended.
pub async fn enter(env: &Env, visit: &Visit) -> Result<Tenant> {
    let mut tenant = env.db.portal(visit.workspace, visit.session).await?;
    let now = env.now();
    let row = sqlx::query!(
        r#"SELECT s.seen_at, s.link_id AS "link: LinkId" FROM portal_session s
             JOIN portal_link l ON l.workspace_id = s.workspace_id AND l.id = s.link_id
            WHERE s.workspace_id = $1 AND s.id = $2 AND s.expires_at > $3
              AND (l.expires_at IS NULL OR l.expires_at > $3)"#,
        visit.workspace.0,
        visit.session.0,
        now,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or(Error::Unauthorized)?;
    if row.seen_at > now - SEEN {
        return Ok(tenant);
    }
    // By itself: whoever revokes the link does not wait for what is done in it.
    seen(&mut tenant, visit, row.link, now).await?;
    tenant.commit().await?;
    env.db.portal(visit.workspace, visit.session).await
}

async fn seen(tenant: &mut Tenant, visit: &Visit, link: LinkId, now: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "UPDATE portal_session SET seen_at = $3 WHERE workspace_id = $1 AND id = $2 AND seen_at < $3",
        visit.workspace.0,
        visit.session.0,
        now,
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE portal_link SET used_at = greatest(used_at, $3) WHERE workspace_id = $1 AND id = $2",
        visit.workspace.0,
        link.0,
        now,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// Ends the session in this browser; one that is over stays so.
pub async fn leave(env: &Env, visit: &Visit) -> Result<()> {
    let mut tenant = match env.db.portal(visit.workspace, visit.session).await {
        Err(Error::Unauthorized) => return Ok(()),
        other => other?,
    };
    let link = sqlx::query_scalar!(
        r#"UPDATE portal_session SET ended_at = $3 WHERE workspace_id = $1 AND id = $2 RETURNING link_id AS "link: LinkId""#,
        visit.workspace.0,
        visit.session.0,
        env.now(),
    )
    .fetch_one(tenant.conn())
    .await?;
    tenant.ring(Signal::Portal(link));
    tenant.commit().await
}

/// What was typed, without the spaces that people put between groups of digits.
fn typed(pin: &str) -> Zeroizing<String> {
    let digits = pin.chars().filter(|c| !c.is_whitespace() && *c != '-');
    Zeroizing::new(digits.take(LONGEST).collect())
}

fn wrong() -> Error {
    Error::invalid(
        "pin",
        "This is not the PIN. After five wrong ones the link closes for a quarter of an hour.",
    )
}
