//! What the database says of a load: nothing lost, nothing twice, nothing out of order; and when it was committed.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use super::database::{Database, Role};

/// Everything but `acknowledged` and the times must be zero.
#[derive(Clone, Debug, Serialize)]
pub struct Checks {
    pub acknowledged: u64,
    /// Acknowledged, and not there.
    pub lost: u64,
    /// Messages that are there more than once.
    pub doubles: u64,
    /// Messages that stand in their thread before one that was sent when theirs had been answered.
    pub disorder: u64,
    /// Customers whose messages lie in more than one conversation of a number.
    pub split: u64,
    /// Events of a message beyond its first.
    pub events_twice: u64,
    /// From the commit's time stamp, which PostgreSQL takes just before it writes the commit to the disk, to the frame in
    /// the first socket.
    pub commit_to_frame_us: Value,
}

/// Looks as the superuser, whom no policy keeps from any workspace. `messages` is what `sim load --messages` wrote, `name`
/// what the load calls itself in each text, and `from` the first message whose times are measured.
pub fn look(database: &Database, messages: &Path, name: &str, from: u64) -> Result<Checks> {
    let sent =
        std::fs::read(messages).with_context(|| format!("{} is not there", messages.display()))?;
    let told = database.pour(Role::Admin, |script| {
        script.write_all(TABLE.as_bytes())?;
        script.write_all(&sent)?;
        script.write_all(b"\\.\n")?;
        let look = LOOK.replace("{name}", name);
        script.write_all(look.replace("{from}", &from.to_string()).as_bytes())?;
        Ok(())
    })?;
    let line = told.lines().last().context("the database said nothing")?;
    let fields: Vec<&str> = line.splitn(7, '|').collect();
    let number = |place: usize| -> Result<u64> {
        let field = fields.get(place).context("a field is missing")?;
        field.parse().with_context(|| format!("in `{line}`"))
    };
    Ok(Checks {
        acknowledged: number(0)?,
        lost: number(1)?,
        doubles: number(2)?,
        disorder: number(3)?,
        split: number(4)?,
        events_twice: number(5)?,
        commit_to_frame_us: serde_json::from_str(fields.get(6).unwrap_or(&"null"))?,
    })
}

const TABLE: &str = "
CREATE TEMP TABLE sent (message bigint, wamid text, number text, customer text, sent bigint, acked bigint, framed bigint);
COPY sent FROM STDIN (NULL '');
";

const LOOK: &str = "
ANALYZE sent;
CREATE TEMP TABLE found AS
    SELECT s.*, m.id, m.conversation_id, m.at, m.arrival
      FROM sent s
      JOIN channel c ON c.phone_number_id = s.number
      LEFT JOIN message m ON m.workspace_id = c.workspace_id AND m.channel_id = c.id AND m.wamid = s.wamid;
CREATE TEMP TABLE told AS
    SELECT substring(e.body FROM '{name}([0-9]+)')::bigint AS message,
           (extract(epoch FROM pg_xact_commit_timestamp(e.xid::xid)) * 1000000)::bigint AS committed
      FROM event e
     WHERE e.at >= (SELECT to_timestamp(min(s.sent) / 1000000.0) - interval '1 minute' FROM sent s)
       AND e.body LIKE '%{name}%';
SELECT (SELECT count(*) FROM sent WHERE acked IS NOT NULL),
       (SELECT count(*) FROM found WHERE acked IS NOT NULL AND id IS NULL),
       (SELECT count(*) - count(DISTINCT wamid) FROM found WHERE id IS NOT NULL),
       (SELECT count(*) FROM (
           SELECT f.acked, max(f.sent) OVER (PARTITION BY f.conversation_id ORDER BY f.at, f.arrival
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
             FROM found f WHERE f.id IS NOT NULL AND f.acked IS NOT NULL) o WHERE o.earlier > o.acked),
       (SELECT count(*) FROM (
           SELECT FROM found f WHERE f.id IS NOT NULL GROUP BY f.number, f.customer
           HAVING count(DISTINCT f.conversation_id) > 1) t),
       (SELECT count(*) - count(DISTINCT message) FROM told),
       (SELECT json_build_object('count', d.many, 'p50', d.p[1], 'p95', d.p[2], 'p99', d.p[3], 'p999', d.p[4],
                                 'max', d.p[5])
          FROM (SELECT count(*) AS many, percentile_disc(ARRAY[0.5, 0.95, 0.99, 0.999, 1.0])
                       WITHIN GROUP (ORDER BY s.framed - t.committed) AS p
                  FROM sent s JOIN told t USING (message) WHERE s.framed IS NOT NULL AND message >= {from}) d);
";
