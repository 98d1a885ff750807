//! Waiting for the end of a visit, or for news of it.

use super::{Visit, enter};
use crate::{Env, Result, wake::Signal};
use postern_types::{LinkId, WorkspaceId};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::broadcast::{self, error::RecvError};

/// Between two looks when no bell rings: when one was lost, no page outlives its right by more than this.
const BEAT: Duration = Duration::from_secs(25);

/// What rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// The visit may be over: [`enter`] tells.
    Right,
    /// Something happened in the workspace that may be shared with the contact.
    News,
}

/// A visit that is waited with.
pub struct Watch {
    bells: broadcast::Receiver<Signal>,
    clock: Env,
    workspace: WorkspaceId,
    link: LinkId,
    ends_at: OffsetDateTime,
}

/// Listens from now on to what concerns `visit`, by the bells of this process and of the others.
/// [`Error::Unauthorized`](crate::Error::Unauthorized) when it is over already.
pub async fn watch(env: &Env, visit: &Visit) -> Result<Watch> {
    // Before it is looked at: what ends in between rings.
    let bells = env.wake.listen();
    let mut tenant = enter(env, visit).await?;
    let row = sqlx::query!(
        r#"SELECT s.link_id AS "link: LinkId", least(s.expires_at, l.expires_at) AS "ends_at!"
             FROM portal_session s JOIN portal_link l ON l.workspace_id = s.workspace_id AND l.id = s.link_id
            WHERE s.workspace_id = $1 AND s.id = $2"#,
        visit.workspace.0,
        visit.session.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    tenant.commit().await?;
    Ok(Watch {
        bells,
        clock: env.clone(),
        workspace: visit.workspace,
        link: row.link,
        ends_at: row.ends_at,
    })
}

impl Watch {
    /// The link of the visit.
    pub fn link(&self) -> LinkId {
        self.link
    }

    /// Waits for the next bell that concerns the visit, for its end by the clock, and no longer than 25 seconds.
    pub async fn rung(&mut self) -> Rung {
        let left = (self.ends_at - self.clock.now()).max(time::Duration::ZERO);
        let left = Duration::try_from(left).unwrap_or_default().min(BEAT);
        tokio::time::timeout(left, self.bell())
            .await
            .unwrap_or(Rung::Right)
    }

    async fn bell(&mut self) -> Rung {
        loop {
            match self.bells.recv().await {
                Ok(Signal::Portal(link)) if link == self.link => return Rung::Right,
                Ok(Signal::Feed(workspace)) if workspace == self.workspace => return Rung::News,
                // Some were missed, or nobody rings any more.
                Ok(Signal::All) | Err(RecvError::Lagged(_) | RecvError::Closed) => {
                    return Rung::Right;
                }
                Ok(_) => {}
            }
        }
    }
}
