//! The socket's right to listen: tickets for it, single use, 30 seconds, redeemed by whichever process gets the
//! connection; and what a ticket lets in, for as long as that may stay.

use crate::{
    Env, Error, Result, Tenant, conversation, crypto,
    event::{self, Reading},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{
    AccountId, ConversationId, FeedCursor, MemberId, Role, SessionId, WorkspaceId,
};
use time::{Duration, OffsetDateTime};

/// Who was let in.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// The session that drew the ticket.
    pub session: SessionId,
    /// Whose session it is.
    pub account: AccountId,
    /// The workspace the ticket was drawn for.
    pub workspace: WorkspaceId,
    /// The member it speaks for.
    pub member: MemberId,
    /// Whether they see their own and their teams' conversations alone.
    pub limited: bool,
    /// When the session ends by itself.
    pub ends_at: OffsetDateTime,
}

/// Makes a ticket for the session that is acting in the tenant's workspace, and notes that it came in.
pub async fn ticket(env: &Env, tenant: &mut Tenant, session: SessionId) -> Result<String> {
    let workspace = tenant.workspace();
    let secret: [u8; 32] = env.bytes();
    sqlx::query!(
        "INSERT INTO live_ticket (hash, workspace_id, session_id, expires_at) VALUES ($1, $2, $3, $4)",
        &crypto::sha256(&secret)[..],
        workspace.0,
        session.0,
        env.now() + Duration::seconds(30),
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "INSERT INTO member_access (workspace_id, session_id, member_id, seen_at)
         SELECT $1, $2, m.id, $3 FROM member m
          WHERE m.workspace_id = $1 AND m.id = nullif(current_setting('app.member', true), '')::uuid
         ON CONFLICT (workspace_id, session_id) DO UPDATE SET seen_at = excluded.seen_at",
        workspace.0,
        session.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

/// Uses a ticket up and lets its session in; [`Error::Unauthorized`] for one that is unknown, used or too old.
pub async fn enter(env: &Env, ticket: &str) -> Result<Pass> {
    let (session, workspace) = redeem(env, ticket).await?;
    let mut tenant = env.db.member(session, workspace, Role::Agent).await?;
    let member = tenant.actor().await?;
    let limited = tenant.limited().await?;
    let of = sqlx::query!(
        "SELECT account_id, expires_at FROM session WHERE id = $1",
        session.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    tenant.commit().await?;
    Ok(Pass {
        session,
        account: AccountId(of.account_id),
        workspace,
        member,
        limited,
        ends_at: of.expires_at,
    })
}

/// Looks again whether `pass` holds: that the session lives and the person still belongs there. [`Error::Conflict`] when
/// they see more or less than it says.
pub async fn holds(env: &Env, pass: &Pass) -> Result<()> {
    if pass.ends_at <= env.now() {
        return Err(Error::Unauthorized);
    }
    enter_again(env, pass).await?.commit().await
}

/// What stands in the feed behind `cursor`, as the holder of `pass` may see it. [`Error::Conflict`] when they see more or less
/// than it says, or the place is not of this feed's life.
pub async fn read(env: &Env, pass: &Pass, cursor: &FeedCursor) -> Result<Reading> {
    let mut tenant = enter_again(env, pass).await?;
    let reading = event::read(&mut tenant, cursor).await?;
    tenant.commit().await?;
    Ok(reading)
}

/// Enters as the holder of `pass` does by now. [`Error::Conflict`] when they see more or less than it says.
async fn enter_again(env: &Env, pass: &Pass) -> Result<Tenant> {
    let mut tenant = env
        .db
        .member(pass.session, pass.workspace, Role::Agent)
        .await?;
    if tenant.limited().await? == pass.limited {
        Ok(tenant)
    } else {
        Err(Error::conflict("what they may see has changed"))
    }
}

/// Whether the holder of `pass` sees that conversation.
pub async fn sees(env: &Env, pass: &Pass, id: ConversationId) -> Result<bool> {
    let mut tenant = env
        .db
        .member(pass.session, pass.workspace, Role::Agent)
        .await?;
    let sees = conversation::is_there(&mut tenant, id).await?;
    tenant.commit().await?;
    Ok(sees)
}

async fn redeem(env: &Env, ticket: &str) -> Result<(SessionId, WorkspaceId)> {
    let secret = URL_SAFE_NO_PAD
        .decode(ticket)
        .map_err(|_| Error::Unauthorized)?;
    let mut global = env.db.global().await?;
    let row = sqlx::query!(
        r#"SELECT session_id AS "session!", workspace_id AS "workspace!" FROM redeem_ticket($1, $2)"#,
        &crypto::sha256(&secret)[..],
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    let row = row.ok_or(Error::Unauthorized)?;
    Ok((SessionId(row.session), WorkspaceId(row.workspace)))
}

#[cfg(test)]
mod tests;
