//! Links as members make and end them. What opens one is shown once: its address and its PIN are kept as hashes.

mod list;
mod send;

pub use list::list;
pub use send::send;

use crate::{Env, Error, Result, Tenant, audit, code, crypto, event, password, wake::Signal};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{ContactId, LinkId, MadeLink, MadePin, NewLink, Side};
use serde_json::json;
use time::Duration;
use zeroize::Zeroizing;

/// Links of one contact that stand at once, at most.
const MOST: i64 = 20;

/// A PIN that was drawn for a link, before it is kept.
pub struct NewPin {
    link: LinkId,
    pin: Zeroizing<String>,
    hash: String,
}

/// What opens a new link, before it is kept.
pub struct Secrets {
    token: Zeroizing<String>,
    pin: NewPin,
}

/// Draws what opens a new link: 128 bits for its address, six digits. The hash takes time: no transaction is open.
pub async fn draw(env: &Env) -> Result<Secrets> {
    let bits = Zeroizing::new(env.bytes::<16>());
    Ok(Secrets {
        token: Zeroizing::new(URL_SAFE_NO_PAD.encode(*bits)),
        pin: draw_pin(env, env.id()).await?,
    })
}

/// Draws another PIN for a link.
pub async fn draw_pin(env: &Env, link: LinkId) -> Result<NewPin> {
    let pin = code::six_digits(env);
    let hash = password::hash_code(env, link.0.as_bytes(), &pin).await?;
    Ok(NewPin { link, pin, hash })
}

/// Makes a link for a contact. [`Error::Invalid`] on `days`, [`Error::NotFound`] for a contact who is not there or is a part of
/// another one, [`Error::Conflict`] when there are too many.
pub async fn make(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    form: &NewLink,
    secrets: &Secrets,
) -> Result<MadeLink> {
    if form.days.is_some_and(|days| !(1..=365).contains(&days)) {
        return Err(Error::invalid(
            "days",
            "Choose a day to a year, or no end at all.",
        ));
    }
    let (workspace, now) = (tenant.workspace(), env.now());
    // Whoever waited for the contact counts what the one before made.
    sqlx::query_scalar!(
        "SELECT id FROM contact WHERE workspace_id = $1 AND id = $2 AND merged_into IS NULL FOR UPDATE",
        workspace.0,
        contact.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let stand = sqlx::query_scalar!(
        r#"SELECT count(*) AS "stand!" FROM portal_link
            WHERE workspace_id = $1 AND contact_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)"#,
        workspace.0,
        contact.0,
        now,
    )
    .fetch_one(tenant.conn())
    .await?;
    if stand >= MOST {
        return Err(Error::conflict(
            "This contact has 20 links that open. No other one was made: revoke those that are not needed.",
        ));
    }
    let expires_at = form.days.map(|days| now + Duration::days(days.into()));
    let id = secrets.pin.link;
    sqlx::query!(
        "INSERT INTO portal_link (workspace_id, id, contact_id, token_hash, pin_hash, pin_at, author_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, nullif(current_setting('app.member', true), '')::uuid, $6, $7)",
        workspace.0,
        id.0,
        contact.0,
        &hash(&secrets.token)[..],
        secrets.pin.hash,
        now,
        expires_at,
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({ "contact": contact, "link": id, "days": form.days });
    audit::record(env, tenant, "portal.link_made", &told).await?;
    event::side(env, tenant, Side::Portal, contact.0).await?;
    Ok(MadeLink {
        id,
        address: env.post.portal_link(&secrets.token),
        pin: secrets.pin.pin.to_string(),
    })
}

/// Sets the PIN of a link anew: the old one is void, tries are forgotten, and every browser that it opened is signed out.
/// [`Error::Conflict`] for a link that has ended.
pub async fn reset_pin(env: &Env, tenant: &mut Tenant, pin: &NewPin) -> Result<MadePin> {
    let (workspace, link) = (tenant.workspace(), pin.link);
    let contact = sqlx::query_scalar!(
        r#"UPDATE portal_link SET pin_hash = $3, pin_at = $4, tries = 0, tries_from = NULL, wrong = 0, asked_at = NULL
            WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $4)
           RETURNING contact_id AS "contact: ContactId""#,
        workspace.0,
        link.0,
        pin.hash,
        env.now(),
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(contact) = contact else {
        known(tenant, link).await?;
        return Err(Error::conflict(
            "This link has ended and opens nothing any more. No PIN was set: make a new link.",
        ));
    };
    end_visits(env, tenant, link).await?;
    let told = json!({ "contact": contact, "link": link });
    audit::record(env, tenant, "portal.pin_reset", &told).await?;
    event::side(env, tenant, Side::Portal, contact.0).await?;
    Ok(MadePin {
        pin: pin.pin.to_string(),
    })
}

/// Ends a link and every browser that it opened, at once. One that was revoked stays so.
pub async fn revoke(env: &Env, tenant: &mut Tenant, link: LinkId) -> Result<()> {
    let workspace = tenant.workspace();
    let contact = sqlx::query_scalar!(
        r#"UPDATE portal_link SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL
           RETURNING contact_id AS "contact: ContactId""#,
        workspace.0,
        link.0,
        env.now(),
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(contact) = contact else {
        return known(tenant, link).await;
    };
    ended(env, tenant, contact, link).await?;
    event::side(env, tenant, Side::Portal, contact.0).await
}

/// Ends every link of a contact, also those of contacts who were merged into them; says how many that were.
pub async fn revoke_all(env: &Env, tenant: &mut Tenant, contact: ContactId) -> Result<u32> {
    there(tenant, contact).await?;
    let workspace = tenant.workspace();
    let links = sqlx::query_scalar!(
        r#"UPDATE portal_link SET revoked_at = $3
            WHERE workspace_id = $1 AND revoked_at IS NULL
              AND contact_id IN (SELECT c.id FROM contact c WHERE c.workspace_id = $1 AND (c.id = $2 OR c.merged_into = $2))
           RETURNING id AS "id: LinkId""#,
        workspace.0,
        contact.0,
        env.now(),
    )
    .fetch_all(tenant.conn())
    .await?;
    for link in &links {
        ended(env, tenant, contact, *link).await?;
    }
    event::side(env, tenant, Side::Portal, contact.0).await?;
    Ok(u32::try_from(links.len()).unwrap_or(u32::MAX))
}

async fn ended(env: &Env, tenant: &mut Tenant, contact: ContactId, link: LinkId) -> Result<()> {
    end_visits(env, tenant, link).await?;
    let told = json!({ "contact": contact, "link": link });
    audit::record(env, tenant, "portal.link_revoked", &told).await
}

/// Ends every browser behind a link. Whoever opens one at this moment holds the link's row, or finds it changed.
async fn end_visits(env: &Env, tenant: &mut Tenant, link: LinkId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE portal_session SET ended_at = $3 WHERE workspace_id = $1 AND link_id = $2 AND ended_at IS NULL",
        workspace.0,
        link.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    tenant.ring(Signal::Portal(link));
    Ok(())
}

/// Ends every browser behind links that go to another contact: what one of them has seen is not what the PIN was read out for.
/// Whoever moves them holds their rows.
pub(crate) async fn moved(
    env: &Env,
    tenant: &mut Tenant,
    from: ContactId,
    to: ContactId,
    links: &[LinkId],
) -> Result<()> {
    for link in links {
        end_visits(env, tenant, *link).await?;
        let told = json!({ "contact": to, "from": from, "link": link });
        audit::record(env, tenant, "portal.link_moved", &told).await?;
    }
    if !links.is_empty() {
        for contact in [from, to] {
            event::side(env, tenant, Side::Portal, contact.0).await?;
        }
    }
    Ok(())
}

/// [`Error::NotFound`] for a link that is not of this workspace, or not for who acts.
async fn known(tenant: &mut Tenant, link: LinkId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query_scalar!(
        "SELECT id FROM portal_link WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        link.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

/// The same for a contact.
async fn there(tenant: &mut Tenant, contact: ContactId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query_scalar!(
        "SELECT id FROM contact WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        contact.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(())
}

fn hash(token: &str) -> [u8; 32] {
    crypto::sha256(token.as_bytes())
}
