//! A contact who has lost the PIN asks for a new one: members are told, and one of them reads it out. It is never sent.

use super::{WINDOW_S, Way, pin::CLOSED};
use crate::{
    Env, Error, Result, Tenant,
    attempt::{self, Subject},
    audit, event,
    job::{self, Job, Kind},
    mail::{self, Letter},
    session::Browser,
    wake::Signal,
};
use postern_types::{ContactId, LinkId, Side};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Asking by one address, for whatever links, in a quarter of an hour.
const BY_ADDRESS: i32 = 5;

#[derive(Serialize, Deserialize)]
struct Payload {
    link: LinkId,
}

/// Tells the members that the contact of this link asks for a new PIN: once in a quarter of an hour, else
/// [`Error::TooMany`].
pub async fn ask_for_pin(env: &Env, way: &Way, browser: &Browser) -> Result<()> {
    let subject = Subject::address(env, "portal:ask", browser.address, BY_ADDRESS, WINDOW_S);
    attempt::begin(env, &[subject]).await?;
    let now = env.now();
    let mut tenant = env.db.link(way.workspace, way.link).await?;
    let contact = sqlx::query_scalar!(
        r#"UPDATE portal_link SET asked_at = $4
            WHERE workspace_id = $1 AND id = $2 AND (asked_at IS NULL OR asked_at <= $3)
           RETURNING contact_id AS "contact: ContactId""#,
        way.workspace.0,
        way.link.0,
        now - CLOSED,
        now,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(contact) = contact else {
        return Err(Error::TooMany {
            retry_after_s: WINDOW_S.unsigned_abs(),
        });
    };
    let network = attempt::network(browser.address);
    let told = json!({ "contact": contact, "link": way.link, "network": network });
    audit::record(env, &mut tenant, "portal.pin_asked", &told).await?;
    event::side(env, &mut tenant, Side::Portal, contact.0).await?;
    // Who looks after the contact is not to be seen from here: a job looks. Before the PIN there is no contact, and theirs is
    // nobody's lane.
    let id = job::id_of(Kind::PinAsked, &way.link.to_string());
    let lane = format!("portal:{}", Uuid::nil());
    let payload = Payload { link: way.link };
    job::add(env, &mut tenant, id, Kind::PinAsked, &lane, &payload).await?;
    tenant.commit().await
}

/// Mails whoever looks after the contact, or made the link.
pub(crate) async fn run(env: &Env, mut tenant: Tenant, job: &Job) -> Result<()> {
    let Payload { link } = job.payload()?;
    let workspace = tenant.workspace();
    let found = sqlx::query!(
        r#"SELECT l.contact_id AS "contact: ContactId",
                  (SELECT a.email FROM member m JOIN account a ON a.id = m.account_id
                    WHERE m.workspace_id = $1 AND m.id IN (c.owner_id, l.author_id) AND m.removed_at IS NULL
                      AND m.state = 'active' AND a.disabled_at IS NULL
                    -- Who looks after them goes before who made it.
                    ORDER BY (m.id IS NOT DISTINCT FROM c.owner_id) DESC LIMIT 1) AS email
             FROM portal_link l JOIN contact c ON c.workspace_id = l.workspace_id AND c.id = l.contact_id
            WHERE l.workspace_id = $1 AND l.id = $2 AND l.revoked_at IS NULL"#,
        workspace.0,
        link.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    if let Some(found) = found
        && let Some(email) = found.email
    {
        // No name: who the contact is stands behind the sign-in.
        let letter = Letter::new("A contact asks for a new PIN")
            .words("Somebody who has a portal link of one of your contacts says that they have lost its PIN.")
            .words("Make sure that it is them, set a new PIN, and read it out on the phone. Never send it in the chat that the link went through: link and PIN through one chat are one factor.")
            .button("Open the contact", env.post.link(&format!("contacts/{}", found.contact), "portal"))
            .note("Nothing happens until you do: the PIN is as it was.");
        mail::put(env, tenant.conn(), &email, &letter).await?;
        tenant.ring(Signal::Jobs);
    }
    job::done(&mut tenant, job.claim).await?;
    tenant.commit().await
}
