//! The chain: a link over each line and the link before it. The database makes them (`link_audit`, which writes down of what);
//! here they are made a second time, by other code, to see whether they hold.

use crate::{Env, Result, Tenant, crypto};
use futures::TryStreamExt as _;
use postern_types::AuditChain;
use time::OffsetDateTime;
use uuid::Uuid;

/// Lines that one transaction links.
const BATCH: i32 = 500;

/// Links what is not linked yet, in every workspace; how many lines. Another process that does so at this moment is waited
/// for: whatever was committed before is linked then.
pub async fn link(env: &Env) -> Result<u64> {
    let mut linked = 0;
    loop {
        let mut global = env.db.global().await?;
        let some = sqlx::query_scalar!(r#"SELECT link_audit($1) AS "linked!""#, BATCH)
            .fetch_one(global.conn())
            .await?;
        global.commit().await?;
        linked += u64::try_from(some).unwrap_or(0);
        if some < i64::from(BATCH) {
            return Ok(linked);
        }
    }
}

/// Goes along the whole chain of the tenant's workspace.
pub async fn verify(tenant: &mut Tenant) -> Result<AuditChain> {
    let workspace = tenant.workspace();
    let mut walk = Walk::default();
    let mut linked = 0;
    let mut head = None;
    {
        // One statement, so that it sees one moment: the head belongs to the lines.
        let mut rows = sqlx::query!(
            r#"SELECT a.id AS "id?", a.at AS "at?", a.actor, a.action AS "action?", a.network, a.digest, a.position,
                      a.link, h.position AS "head_position?", h.link AS "head_link?"
                 FROM workspace w
                 LEFT JOIN audit_head h ON h.workspace_id = w.workspace_id
                 LEFT JOIN audit a ON a.workspace_id = w.workspace_id AND a.position IS NOT NULL
                WHERE w.workspace_id = $1
                ORDER BY a.position"#,
            workspace.0,
        )
        .fetch(tenant.conn());
        while let Some(row) = rows.try_next().await? {
            if head.is_none() {
                head = row.head_position.zip(row.head_link);
            }
            let (Some(id), Some(at), Some(action)) = (row.id, row.at, &row.action) else {
                continue;
            };
            let (Some(position), Some(told)) = (row.position, &row.link) else {
                continue;
            };
            linked += 1;
            let line = Line {
                workspace: workspace.0,
                id,
                at: micros(at),
                actor: row.actor,
                action,
                network: row.network.as_deref(),
                digest: row.digest.as_deref(),
            };
            walk.step(position, told, &line);
        }
    }
    let entries = sqlx::query_scalar!(
        r#"SELECT count(*) AS "entries!" FROM audit WHERE workspace_id = $1"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(AuditChain {
        entries,
        linked,
        broken_at: walk.end(head.as_ref()),
        link: head.map(|(_, link)| hex::encode(link)),
    })
}

/// What a link is made of, beside the one before it.
pub(super) struct Line<'a> {
    pub workspace: Uuid,
    pub id: Uuid,
    /// Microseconds since 1970.
    pub at: i64,
    pub actor: Option<Uuid>,
    pub action: &'a str,
    pub network: Option<&'a str>,
    pub digest: Option<&'a [u8]>,
}

/// Before the first link.
const START: [u8; 32] = [0; 32];

impl Line<'_> {
    /// The link behind `before`: SHA-256 over the fields, each behind its length in four bytes, or the length -1 alone where
    /// there is none.
    pub fn link(&self, before: &[u8; 32]) -> [u8; 32] {
        let at = self.at.to_be_bytes();
        let fields: [Option<&[u8]>; 9] = [
            Some(&b"postern audit 1"[..]),
            Some(&before[..]),
            Some(&self.workspace.as_bytes()[..]),
            Some(&self.id.as_bytes()[..]),
            Some(&at[..]),
            self.actor.as_ref().map(|actor| &actor.as_bytes()[..]),
            Some(self.action.as_bytes()),
            self.network.map(str::as_bytes),
            self.digest,
        ];
        let mut bytes = Vec::with_capacity(256);
        for field in fields {
            let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap_or(i32::MAX));
            bytes.extend(length.to_be_bytes());
            bytes.extend(field.unwrap_or_default());
        }
        crypto::sha256(&bytes)
    }
}

/// Goes along a chain from its beginning, and notes where it breaks first.
pub(super) struct Walk {
    /// The last line that verifies.
    pub position: i64,
    pub link: [u8; 32],
    pub broken: Option<i64>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            position: 0,
            link: START,
            broken: None,
        }
    }
}

impl Walk {
    /// The next line, as it says where it stands and what links it.
    pub fn step(&mut self, position: i64, told: &[u8], line: &Line<'_>) {
        if self.broken.is_some() {
            return;
        }
        let due = self.position + 1;
        let made = line.link(&self.link);
        if position == due && made[..] == *told {
            self.position = due;
            self.link = made;
        } else {
            self.broken = Some(due);
        }
    }

    /// The next line cannot be what was written.
    pub fn fail(&mut self) {
        self.broken.get_or_insert(self.position + 1);
    }

    /// Where it breaks, when its end should be there.
    fn end(&self, head: Option<&(i64, Vec<u8>)>) -> Option<i64> {
        self.broken.or_else(|| match head {
            None => (self.position > 0).then_some(1),
            Some((position, _)) if *position != self.position => {
                Some(self.position.min(*position) + 1)
            }
            Some((position, link)) => (self.link[..] != **link).then_some(*position),
        })
    }
}

/// A time as links hold it.
pub(super) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

    fn first() -> Line<'static> {
        Line {
            workspace: uuid!("00000000-0000-7000-8000-000000000001"),
            id: uuid!("ad4ef091-08b0-4bac-b73c-cdcc8e909e67"),
            at: 1_767_323_045_123_456,
            actor: None,
            action: "a.b",
            network: None,
            digest: None,
        }
    }

    /// What the database and a third hand made of the same two lines.
    #[test]
    fn links_are_what_the_description_says() {
        let one = first().link(&START);
        assert_eq!(
            hex::encode(one),
            "4cd97cf65fbc0f84f8ffadff9514f13038602d0cb9cfdd5f88fbf442da59d52a"
        );
        let digest = crypto::sha256(b"x");
        let two = Line {
            id: uuid!("00000000-0000-7000-8000-0000000000aa"),
            at: 1_767_323_046_500_000,
            actor: Some(uuid!("00000000-0000-7000-8000-0000000000bb")),
            action: "a.c",
            network: Some("203.0.113.0/24"),
            digest: Some(&digest),
            ..first()
        };
        assert_eq!(
            hex::encode(two.link(&one)),
            "a5f741968fbb6fa0b7699d3210c82401039d4d218d08105cac2d03229953cc3d"
        );
    }

    #[test]
    fn no_two_lines_have_the_same_link() {
        let lines = [
            first(),
            Line {
                network: Some(""),
                ..first()
            },
            Line {
                action: "a",
                network: Some(".b"),
                ..first()
            },
            Line {
                action: "a.b",
                network: None,
                digest: Some(b""),
                ..first()
            },
            Line {
                at: first().at + 1,
                ..first()
            },
        ];
        let mut made: Vec<_> = lines.iter().map(|line| line.link(&START)).collect();
        made.sort_unstable();
        made.dedup();
        assert_eq!(made.len(), lines.len());
    }

    #[test]
    fn a_chain_ends_where_its_head_is() {
        let mut walk = Walk::default();
        assert_eq!(walk.end(None), None);
        assert_eq!(walk.end(Some(&(2, START.to_vec()))), Some(1), "all is gone");
        let link = first().link(&START);
        walk.step(1, &link, &first());
        assert_eq!(walk.end(Some(&(1, link.to_vec()))), None);
        assert_eq!(walk.end(Some(&(3, link.to_vec()))), Some(2), "cut off");
        assert_eq!(walk.end(Some(&(1, START.to_vec()))), Some(1));
        assert_eq!(walk.end(None), Some(1), "the head is gone");
        walk.fail();
        assert_eq!(walk.end(Some(&(1, link.to_vec()))), Some(2));
    }
}
