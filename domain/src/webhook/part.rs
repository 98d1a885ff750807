//! A workspace's part of a body: sealed as it came, then applied, a few elements a transaction.

use super::{
    Part,
    news::{self, Reading},
};
use crate::{Env, Error, Result, Tenant, vault};
use postern_types::{ChannelId, PartId, Role, SessionId, WorkspaceId};
use time::OffsetDateTime;

/// What became of a part: as good as the worst in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// All of it was understood, and is shown.
    Applied,
    /// Something in it waits to be understood.
    Kept,
}

impl Outcome {
    /// The word stored in the database.
    fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Kept => "kept",
        }
    }
}

pub(super) const SEALED: &str = "webhook_part.sealed";
const PENDING: &str = "pending";
const TRIES: u32 = 5;
/// Elements of one transaction. The feeds of all workspaces stand still below the oldest one that is open, so none stays
/// open for as long as the longest body takes.
pub(super) const PIECE: usize = 50;

/// Keeps and applies a part in its workspace's own transactions. What two of them in each other's way undo is tried
/// again; what was committed before a try that failed is gone on from. None for a part that came before, and was ended.
pub(super) async fn receive(env: &Env, part: &Part) -> Result<Option<Outcome>> {
    let mut tries = 1;
    loop {
        match once(env, part).await {
            // With the database away it is Meta who tries again.
            Err(error)
                if error.is_passing() && !matches!(error, Error::Unavailable) && tries < TRIES =>
            {
                tries += 1;
            }
            done => return done,
        }
    }
}

async fn once(env: &Env, part: &Part) -> Result<Option<Outcome>> {
    let way = Way::Channel(part.workspace, part.channel);
    let mut tenant = way.enter(env).await?;
    let mut reading = news::read(&mut tenant, &part.body, env.now()).await?;
    // A short one is kept and applied at once, and nobody ever sees it pending.
    let state = if reading.news.len() > PIECE {
        PENDING
    } else {
        reading.outcome.as_str()
    };
    let row = keep(env, &mut tenant, part, state).await?;
    if !row.new && row.state != PENDING {
        tenant.commit().await?;
        return Ok(None);
    }
    if !row.new {
        // Begun by another delivery, which was cut off or is at it now.
        reading = news::read(&mut tenant, &part.body, row.received_at).await?;
    }
    let late = (!row.new).then_some(row.id);
    let (mut tenant, outcome) = work(env, way, tenant, reading, late).await?;
    let mine = outcome.as_str() == row.state
        || mark(&mut tenant, row.id, &row.state, outcome.as_str()).await?;
    if !mine {
        // The other one ended it.
        count_replay(&mut tenant, row.id).await?;
    }
    tenant.commit().await?;
    Ok(mine.then_some(outcome))
}

/// A row of `webhook_part`.
struct Row {
    id: PartId,
    state: String,
    received_at: OffsetDateTime,
    new: bool,
}

/// Keeps the part sealed in that state, or finds it: then it is counted as a replay, unless it is still to be ended.
async fn keep(env: &Env, tenant: &mut Tenant, part: &Part, state: &str) -> Result<Row> {
    let workspace = tenant.workspace();
    let id: PartId = env.id();
    let digest = digest(env, &part.body);
    let sealed = vault::seal(env, tenant, SEALED, &id.to_string(), &part.body).await?;
    let row = sqlx::query!(
        r#"INSERT INTO webhook_part AS p (workspace_id, id, channel_id, digest, sealed, received_at, state)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (workspace_id, digest) DO UPDATE
              SET replays = p.replays + CASE WHEN p.state = 'pending' THEN 0 ELSE 1 END
           RETURNING id AS "id: PartId", state, received_at"#,
        workspace.0,
        id.0,
        part.channel.0,
        digest,
        sealed,
        env.now(),
        state,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Row {
        id: row.id,
        state: row.state,
        received_at: row.received_at,
        new: row.id == id,
    })
}

/// A keyed hash of a part: the same one again is a replay.
pub(super) fn digest(env: &Env, body: &[u8]) -> Vec<u8> {
    env.keys.digest("webhook_part", &[body]).to_vec()
}

/// The way into a part's workspace.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Channel(WorkspaceId, ChannelId),
    Operator(WorkspaceId),
    Admin(SessionId, WorkspaceId),
}

impl Way {
    async fn enter(self, env: &Env) -> Result<Tenant> {
        match self {
            Self::Channel(workspace, channel) => env.db.channel(workspace, channel).await,
            Self::Operator(workspace) => env.db.operator(workspace).await,
            Self::Admin(session, workspace) => env.db.member(session, workspace, Role::Admin).await,
        }
    }
}

/// Applies what was read, beginning in `tenant`; gives back the transaction of the last elements, still open. What was
/// applied before changes nothing. Messages of a part that was kept before remember it: their times do not tell of it.
async fn work(
    env: &Env,
    way: Way,
    mut tenant: Tenant,
    reading: Reading,
    late: Option<PartId>,
) -> Result<(Tenant, Outcome)> {
    let mut outcome = reading.outcome;
    for (turn, piece) in reading.news.chunks(PIECE).enumerate() {
        if turn > 0 {
            tenant.commit().await?;
            tenant = way.enter(env).await?;
        }
        for news in piece {
            if !news::apply(env, &mut tenant, news, late).await? {
                outcome = Outcome::Kept;
            }
        }
    }
    Ok((tenant, outcome))
}

/// Moves a part from one state to another; false when it is not in the first any more.
async fn mark(tenant: &mut Tenant, id: PartId, from: &str, to: &str) -> Result<bool> {
    let workspace = tenant.workspace();
    let moved = sqlx::query!(
        "UPDATE webhook_part SET state = $4 WHERE workspace_id = $1 AND id = $2 AND state = $3",
        workspace.0,
        id.0,
        from,
        to,
    )
    .execute(tenant.conn())
    .await?;
    Ok(moved.rows_affected() == 1)
}

async fn count_replay(tenant: &mut Tenant, id: PartId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE webhook_part SET replays = replays + 1 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}

/// A part of which something is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: PartId,
    /// `kept`: something in it was not understood; `unshown`: it came when its kind was shown nowhere yet; `pending`: it
    /// was begun, and Meta has not come again since.
    pub state: String,
}

/// The parts of the tenant's workspace of which something is not shown, after `after`, as they came, 1000 at most.
pub async fn waiting(tenant: &mut Tenant, after: Option<PartId>) -> Result<Vec<Waiting>> {
    let workspace = tenant.workspace();
    let parts = sqlx::query_as!(
        Waiting,
        r#"SELECT id AS "id: PartId", state FROM webhook_part
            WHERE workspace_id = $1 AND state <> 'applied' AND ($2::uuid IS NULL OR id > $2)
            ORDER BY id LIMIT 1000"#,
        workspace.0,
        after.map(|part| part.0),
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(parts)
}

/// Applies a part again, as the operator; what was applied before changes nothing. True when all of it is shown now.
pub async fn reapply(env: &Env, workspace: WorkspaceId, id: PartId) -> Result<bool> {
    again(env, Way::Operator(workspace), id).await
}

/// The same by any way in.
pub(super) async fn again(env: &Env, way: Way, id: PartId) -> Result<bool> {
    let mut tenant = way.enter(env).await?;
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT sealed, received_at FROM webhook_part WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let body = vault::open(env, &mut tenant, SEALED, &id.to_string(), &row.sealed).await?;
    let reading = news::read(&mut tenant, &body, row.received_at).await?;
    let (mut tenant, outcome) = work(env, way, tenant, reading, Some(id)).await?;
    sqlx::query!(
        "UPDATE webhook_part SET state = $3 WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
        outcome.as_str(),
    )
    .execute(tenant.conn())
    .await?;
    tenant.commit().await?;
    Ok(outcome == Outcome::Applied)
}
