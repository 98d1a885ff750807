//! The links of a contact, with what they are good for now.

use super::there;
use crate::{
    Env, Result, Tenant,
    env::moment,
    portal::pin::{CLOSED, MOST, TRIES},
};
use postern_types::{ContactId, LinkId, LinkState, MemberId, PortalLink};
use time::OffsetDateTime;

/// So many are told of, the newest first; those that open something before the others.
const SHOWN: i64 = 50;

/// How a link stands.
struct Row {
    expires_at: Option<OffsetDateTime>,
    revoked: bool,
    tries: i32,
    tries_from: Option<OffsetDateTime>,
    wrong: i32,
}

impl Row {
    fn state(&self, now: OffsetDateTime) -> LinkState {
        if self.revoked {
            LinkState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            LinkState::Expired
        } else if self.wrong >= MOST {
            LinkState::Locked
        } else if self.closed_until().is_some_and(|until| until > now) {
            LinkState::Closed
        } else {
            LinkState::Open
        }
    }

    fn closed_until(&self) -> Option<OffsetDateTime> {
        let from = self.tries_from.filter(|_| self.tries >= TRIES)?;
        Some(from + CLOSED)
    }
}

/// The links of a contact and of those who were merged into them. [`Error::NotFound`](crate::Error::NotFound) for a contact who
/// is not there.
pub async fn list(env: &Env, tenant: &mut Tenant, contact: ContactId) -> Result<Vec<PortalLink>> {
    there(tenant, contact).await?;
    let (workspace, now) = (tenant.workspace(), env.now());
    let rows = sqlx::query!(
        r#"SELECT l.id AS "id: LinkId", l.author_id AS "author: MemberId", l.created_at, l.expires_at, l.used_at, l.pin_at,
                  l.asked_at, l.tries, l.tries_from, l.wrong, l.revoked_at IS NOT NULL AS "revoked!",
                  (SELECT count(*) FROM portal_session s
                    WHERE s.workspace_id = $1 AND s.link_id = l.id AND s.ended_at IS NULL AND s.expires_at > $3) AS "browsers!"
             FROM portal_link l
            WHERE l.workspace_id = $1
              AND l.contact_id IN (SELECT c.id FROM contact c WHERE c.workspace_id = $1 AND (c.id = $2 OR c.merged_into = $2))
            ORDER BY (l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > $3)) DESC, l.created_at DESC, l.id DESC
            LIMIT $4"#,
        workspace.0,
        contact.0,
        now,
        SHOWN,
    )
    .fetch_all(tenant.conn())
    .await?;
    let links = rows.into_iter().map(|row| {
        let stands = Row {
            expires_at: row.expires_at,
            revoked: row.revoked,
            tries: row.tries,
            tries_from: row.tries_from,
            wrong: row.wrong,
        };
        let state = stands.state(now);
        let closed_until = stands.closed_until();
        PortalLink {
            id: row.id,
            author: row.author,
            made: moment(row.created_at),
            expires: row.expires_at.map(moment),
            state,
            closed_until: closed_until
                .filter(|_| state == LinkState::Closed)
                .map(moment),
            used: row.used_at.map(moment),
            browsers: if state.stands() { row.browsers } else { 0 },
            pin_set: moment(row.pin_at),
            asked: row.asked_at.map(moment),
        }
    });
    Ok(links.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    #[test]
    fn a_link_stands_as_its_row_says_at_that_time() {
        let now = datetime!(2026-08-01 12:00 UTC);
        let ago = |minutes| Some(now - Duration::minutes(minutes));
        let row = |expires_at, revoked, tries, tries_from, wrong| Row {
            expires_at,
            revoked,
            tries,
            tries_from,
            wrong,
        };
        for (row, state) in [
            (row(None, false, 0, None, 0), LinkState::Open),
            (row(ago(-1), false, 4, ago(1), 19), LinkState::Open),
            (row(None, false, 5, ago(14), 5), LinkState::Closed),
            (row(None, false, 5, ago(15), 5), LinkState::Open),
            (row(None, false, 5, ago(1), 20), LinkState::Locked),
            (row(None, false, 0, ago(90), 20), LinkState::Locked),
            (row(ago(0), false, 5, ago(1), 20), LinkState::Expired),
            (row(ago(5), true, 0, None, 0), LinkState::Revoked),
        ] {
            assert_eq!(row.state(now), state);
        }
    }
}
