//! The portal: a contact opens a link, enters its PIN, and sees what is shared with them.
//!
//! A link is found by its secret ([`find`]), opened with its PIN ([`try_pin`], or [`open`] for one that was found), and from
//! then on every request [`enter`]s by the session that its token ([`read`]) names: the database asks anew whether session and
//! link still stand. A page that stays open [`watch`]es for their end. What a client sees is read in [`page`]; they write
//! [`comment`]s, and bring documents by [`crate::file::admit_paper`].

mod asked;
mod comment;
mod form;
mod link;
mod logo;
pub mod page;
mod pin;
mod session;
mod token;
mod watch;
mod when;

pub use asked::ask_for_pin;
pub(crate) use asked::run as run_asked;
pub use comment::{LONGEST as LONGEST_COMMENT, comment};
pub use form::{is_twin, twin};
pub(crate) use link::moved;
pub use link::{NewPin, Secrets, draw, draw_pin, list, make, reset_pin, revoke, revoke_all, send};
pub use logo::{Logo, logo};
pub use session::{LIFE, Opened, enter, leave, open, try_pin};
pub use token::read;
pub use watch::{Rung, Watch, watch};
pub use when::{Due, When};

use crate::{
    Env, Error, Result,
    attempt::{self, Subject},
    crypto, workspace,
};
use postern_types::{LinkId, PortalSessionId, WorkspaceId};
use std::net::IpAddr;
use uuid::Uuid;

/// Look-ups of links by one address…
const LOOK_UPS: i32 = 30;
/// …and what else is counted, in so many seconds.
const WINDOW_S: i32 = 15 * 60;

/// A link that was found by its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub link: LinkId,
}

/// A browser behind the PIN. That it may still be there is the database's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Where.
    pub workspace: WorkspaceId,
    /// Its session.
    pub session: PortalSessionId,
}

/// What the page before the PIN shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// The workspace's name.
    pub name: String,
    /// Its colour in the palette; none: the one that its id has.
    pub tone: Option<u8>,
    /// Its logo.
    pub logo: Option<Uuid>,
}

/// The link of an address. [`Error::NotFound`] alike for one that never was, was revoked or has expired;
/// [`Error::TooMany`] after 30 look-ups by one address in a quarter of an hour.
pub async fn find(env: &Env, token: &str, address: IpAddr) -> Result<Way> {
    let looks = Subject::address(env, "portal:look", address, LOOK_UPS, WINDOW_S);
    attempt::begin(env, &[looks]).await?;
    let mut global = env.db.global().await?;
    let found = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!", id AS "id!" FROM find_portal_link($1, $2)"#,
        &crypto::sha256(token.as_bytes())[..],
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    let found = found.ok_or(Error::NotFound)?;
    Ok(Way {
        workspace: WorkspaceId(found.workspace),
        link: LinkId(found.id),
    })
}

/// Whose portal it is, for who has found the link and not entered the PIN.
pub async fn face(env: &Env, way: &Way) -> Result<Face> {
    let mut tenant = env.db.link(way.workspace, way.link).await?;
    let row = sqlx::query!(
        r#"SELECT w.name, s.tone AS "tone?", l.id AS "logo?"
             FROM workspace w
             LEFT JOIN workspace_setting s ON s.workspace_id = $1
             LEFT JOIN workspace_logo l ON l.workspace_id = $1
            WHERE w.workspace_id = $1"#,
        way.workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    tenant.commit().await?;
    Ok(Face {
        name: row.name,
        tone: workspace::tone(row.tone),
        logo: row.logo,
    })
}

#[cfg(test)]
mod tests;
