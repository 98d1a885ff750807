//! The one key to tenant rows: a transaction that knows its workspace.

use crate::{
    Error, Result,
    wake::{Signal, Wake},
};
use postern_types::{
    ChannelId, InvitationId, JobId, KeyId, LinkId, MemberId, PortalSessionId, Role, SessionId,
    SourceId, WorkspaceId,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres,
    Transaction,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use std::time::Duration;
use uuid::Uuid;

/// The schema, to be applied by the owner.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Brings the schema up to date as its owner.
pub async fn migrate(owner_url: &str) -> Result<()> {
    let mut connection = quiet(owner_url.parse()?).connect().await?;
    MIGRATOR
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    connection.close().await?;
    Ok(())
}

/// The driver writes statements that take long into the log, with their text; ours names no SQL.
fn quiet(options: PgConnectOptions) -> PgConnectOptions {
    options.disable_statement_logging()
}

/// How long to wait for a connection at most.
pub(crate) const ACQUIRE: Duration = Duration::from_secs(5);

/// The database as the serving role sees it. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    wake: Wake,
}

/// A transaction inside one workspace. Dropped without [`Tenant::commit`], nothing has happened.
pub struct Tenant {
    tx: Transaction<'static, Postgres>,
    workspace: WorkspaceId,
    /// Whether who acts is a limited agent; none until somebody asks.
    limited: Option<bool>,
    /// The key by which a machine came in.
    key: Option<KeyId>,
    wake: Wake,
    signals: Vec<Signal>,
}

/// By which key a machine comes in, and from which network.
pub(crate) struct ByKey {
    pub workspace: WorkspaceId,
    pub key: KeyId,
    /// As [`attempt::network`](crate::attempt::network) writes it.
    pub network: String,
}

/// A transaction on what belongs to no workspace: people, routing, quarantine.
pub struct Global {
    tx: Transaction<'static, Postgres>,
    wake: Wake,
    signals: Vec<Signal>,
}

impl Db {
    /// Opens a pool of up to `size` connections; none is made before it is needed.
    pub fn open(options: PgConnectOptions, size: u32, wake: Wake) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(ACQUIRE)
            // A look at a connection that was just in use would be a second round trip; one that has rested may have
            // died with its server.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    Ok(meta.idle_for < Duration::from_secs(1) || connection.ping().await.is_ok())
                })
            })
            // A request that was cancelled while it began leaves its connection inside the transaction, with the
            // tenant set (sqlx 0.9). This ends it, or closes the connection, before anybody else gets it.
            .after_release(|connection, _| {
                Box::pin(async move {
                    let ended = sqlx::raw_sql("BEGIN; ROLLBACK")
                        .execute(&mut *connection)
                        .await;
                    // Who was refused leaves a transaction that failed, in which BEGIN fails as well.
                    Ok(ended.is_ok()
                        || sqlx::raw_sql("ROLLBACK")
                            .execute(&mut *connection)
                            .await
                            .is_ok())
                })
            })
            .connect_lazy_with(quiet(options));
        Self { pool, wake }
    }

    /// [`Db::open`] on a URL.
    pub fn open_url(url: &str, size: u32, wake: Wake) -> Result<Self> {
        let options: PgConnectOptions = url
            .parse()
            .map_err(|_| Error::invalid("DATABASE_URL", "This is not a PostgreSQL address."))?;
        Ok(Self::open(options, size, wake))
    }

    /// As a signed-in person who ranks at least `role` in `workspace`.
    pub async fn member(
        &self,
        session: SessionId,
        workspace: WorkspaceId,
        role: Role,
    ) -> Result<Tenant> {
        let role = role.as_str();
        self.enter(
            workspace,
            format!("enter_member('{session}', '{workspace}', '{role}')"),
        )
        .await
    }

    /// By an API key, in the name of the member who made it, who must rank at least `role`. [`Error::Unauthorized`] when the key
    /// opens nothing any more.
    pub(crate) async fn key(&self, by: ByKey, role: Role) -> Result<Tenant> {
        let ByKey {
            workspace,
            key,
            network,
        } = by;
        let role = role.as_str();
        let mut tenant = self
            .enter(
                workspace,
                format!("enter_key('{workspace}', '{key}', '{role}', '{network}')"),
            )
            .await?;
        tenant.key = Some(key);
        Ok(tenant)
    }

    /// As a webhook of that channel.
    pub(crate) async fn channel(
        &self,
        workspace: WorkspaceId,
        channel: ChannelId,
    ) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_channel('{workspace}', '{channel}')"),
        )
        .await
    }

    /// As what that source posts. [`Error::NotFound`] for one that takes nothing.
    pub(crate) async fn source(&self, workspace: WorkspaceId, source: SourceId) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_source('{workspace}', '{source}')"),
        )
        .await
    }

    /// As a job that `worker` has claimed.
    pub(crate) async fn job(
        &self,
        workspace: WorkspaceId,
        job: JobId,
        worker: Uuid,
    ) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_job('{workspace}', '{job}', '{worker}')"),
        )
        .await
    }

    /// As the installation's operator, at the command line.
    pub async fn operator(&self, workspace: WorkspaceId) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_system('{workspace}', 'operator')"),
        )
        .await
    }

    /// To read the feed for open sockets, each of which was let in by itself.
    pub async fn live(&self, workspace: WorkspaceId) -> Result<Tenant> {
        self.enter(workspace, format!("enter_system('{workspace}', 'live')"))
            .await
    }

    /// To make a workspace that does not exist yet.
    pub(crate) async fn new_workspace(&self, workspace: WorkspaceId) -> Result<Tenant> {
        self.enter(workspace, format!("enter_new_workspace('{workspace}')"))
            .await
    }

    /// With an invitation that is open.
    pub(crate) async fn invitation(
        &self,
        workspace: WorkspaceId,
        invitation: InvitationId,
    ) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_invitation('{workspace}', '{invitation}')"),
        )
        .await
    }

    /// With a portal link, before its PIN: nothing but the link is seen.
    pub(crate) async fn link(&self, workspace: WorkspaceId, link: LinkId) -> Result<Tenant> {
        self.enter(workspace, format!("enter_link('{workspace}', '{link}')"))
            .await
    }

    /// As the contact of a portal link, by a session that its PIN opened: nothing but what is shared with them is seen.
    /// [`Error::Unauthorized`] once the session has ended, or the link.
    pub(crate) async fn portal(
        &self,
        workspace: WorkspaceId,
        session: PortalSessionId,
    ) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_portal('{workspace}', '{session}')"),
        )
        .await
    }

    /// To leave for good, as somebody who is or was a member.
    pub(crate) async fn leaving(
        &self,
        session: SessionId,
        workspace: WorkspaceId,
    ) -> Result<Tenant> {
        self.enter(
            workspace,
            format!("enter_leaving('{session}', '{workspace}')"),
        )
        .await
    }

    /// For what belongs to no workspace.
    pub async fn global(&self) -> Result<Global> {
        let tx = self.pool.begin().await?;
        Ok(Global {
            tx,
            wake: self.wake.clone(),
            signals: Vec::new(),
        })
    }

    /// For one statement on what belongs to no workspace, which is its own transaction: one round trip.
    pub(crate) async fn alone(&self) -> Result<PoolConnection<Postgres>> {
        Ok(self.pool.acquire().await?)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// A connection that is not the pool's, for what belongs to no transaction.
    pub(crate) async fn apart(&self) -> Result<PgConnection> {
        Ok(self.pool.connect_options().connect().await?)
    }

    /// Another, which listens to `channel`. A listener needs a pool: this one is its own, and holds nothing else.
    pub(crate) async fn listener(&self, channel: &str) -> Result<PgListener> {
        let options = PgConnectOptions::clone(&self.pool.connect_options());
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        // One that is lost is told of, and opened anew by whoever listens.
        listener.eager_reconnect(false);
        listener.listen(channel).await?;
        Ok(listener)
    }

    /// What is wrong with the role and the tables that this would serve; empty when tenants are held apart.
    pub async fn faults(&self) -> Result<Vec<String>> {
        Ok(crate::prepare::verify_serving_role(&self.pool).await?)
    }

    /// Ends every connection, after what runs on it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// One round trip: begins, checks, and sets the workspace. `call` is made of ids, networks and fixed words alone,
    /// none of which can hold a quote.
    async fn enter(&self, workspace: WorkspaceId, call: String) -> Result<Tenant> {
        let tx = self
            .pool
            .begin_with(AssertSqlSafe(format!("BEGIN; SELECT public.{call}")))
            .await?;
        Ok(Tenant {
            tx,
            workspace,
            limited: None,
            key: None,
            wake: self.wake.clone(),
            signals: Vec::new(),
        })
    }
}

impl Tenant {
    /// The workspace whose rows this reaches.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The key by which a machine came in; none for everybody else.
    pub(crate) fn key(&self) -> Option<KeyId> {
        self.key
    }

    /// The connection, for a statement.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Whether who acts ranks at least that; an operator does.
    pub(crate) async fn ranks(&mut self, role: Role) -> Result<bool> {
        let is = sqlx::query_scalar!(r#"SELECT current_setting('app.role', true) AS "role""#)
            .fetch_one(self.conn())
            .await?;
        let is = is.unwrap_or_default();
        let mut high = [Role::Agent, Role::Manager, Role::Admin, Role::Owner]
            .into_iter()
            .filter(|high| *high >= role);
        Ok(is == "operator" || high.any(|high| high.as_str() == is))
    }

    /// Whether who acts sees their own and their teams' conversations alone. The database holds them to it, whether this is
    /// asked or not.
    pub(crate) async fn limited(&mut self) -> Result<bool> {
        if let Some(limited) = self.limited {
            return Ok(limited);
        }
        let limited = sqlx::query_scalar!(
            r#"SELECT coalesce(current_setting('app.limited', true), '') <> '' AS "limited!""#
        )
        .fetch_one(self.conn())
        .await?;
        self.limited = Some(limited);
        Ok(limited)
    }

    /// Shows a limited agent's transaction all conversations, until [`Tenant::narrow`]: for what has to find a contact who is
    /// there, whoever sees them. Whoever calls it looks at what was found once it is narrow again.
    pub(crate) async fn widen(&mut self) -> Result<()> {
        sqlx::query("SELECT set_config('app.limited', '', true)")
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Ends what [`Tenant::widen`] began.
    pub(crate) async fn narrow(&mut self) -> Result<()> {
        sqlx::query("SELECT set_config('app.limited', 'on', true)")
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// The member who acts; [`Error::Forbidden`] when no person does.
    pub async fn actor(&mut self) -> Result<MemberId> {
        self.author().await?.ok_or(Error::Forbidden)
    }

    /// The same; none when no person does: a client, a job, the operator.
    pub async fn author(&mut self) -> Result<Option<MemberId>> {
        let id = sqlx::query_scalar::<_, Option<Uuid>>(
            "SELECT nullif(current_setting('app.member', true), '')::uuid",
        )
        .fetch_one(self.conn())
        .await?;
        Ok(id.map(MemberId))
    }

    /// Rings `signal` once this is committed, and only then.
    pub fn ring(&mut self, signal: Signal) {
        if !self.signals.contains(&signal) {
            self.signals.push(signal);
        }
    }

    /// Marks a place to come back to: what fails until [`Tenant::keep`] can be undone with [`Tenant::undo`].
    pub async fn mark(&mut self) -> Result<()> {
        sqlx::query("SAVEPOINT element")
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Keeps what happened since [`Tenant::mark`].
    pub async fn keep(&mut self) -> Result<()> {
        sqlx::query("RELEASE SAVEPOINT element")
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Undoes what happened since [`Tenant::mark`], and nothing before it.
    pub async fn undo(&mut self) -> Result<()> {
        sqlx::raw_sql("ROLLBACK TO SAVEPOINT element; RELEASE SAVEPOINT element")
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Makes it all true, then rings the bells.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        for signal in self.signals {
            self.wake.ring(signal);
        }
        Ok(())
    }
}

impl Global {
    /// The connection, for a statement.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Rings `signal` once this is committed.
    pub fn ring(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    /// Makes it all true, then rings the bells.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        for signal in self.signals {
            self.wake.ring(signal);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
