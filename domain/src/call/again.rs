//! A write that may come once more: its answer is kept for a day, in the transaction that does it.
//!
//! Whoever comes second with the same key waits for the first: its row is there, or its transaction was undone and the
//! second acts. What failed is not kept: nothing was done, and it may be tried again under the same key.

use crate::{Env, Error, Result, Tenant, vault};
use uuid::Uuid;

pub(crate) const SEALED: &str = "api_call.sealed";

/// What is asked under a caller's key of idempotency.
pub struct Asked {
    id: Uuid,
    asked: [u8; 32],
}

/// What was answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

/// Whether it was done before.
#[derive(Debug, PartialEq, Eq)]
pub enum Before {
    /// Not yet: it is this transaction's to do, and to [`Asked::keep`].
    Never,
    /// It was: this was answered.
    Done(Answer),
}

impl Asked {
    /// `text` is the caller's own key, 1 to 255 printable characters. [`Error::Invalid`] on `Idempotency-Key`.
    pub fn new(
        env: &Env,
        tenant: &Tenant,
        text: &str,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Result<Self> {
        if text.is_empty()
            || text.len() > 255
            || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        {
            return Err(Error::invalid(
                "Idempotency-Key",
                "A key of idempotency has 1 to 255 printable ASCII characters.",
            ));
        }
        let key = tenant.key().ok_or(Error::Forbidden)?;
        let workspace = tenant.workspace();
        let digest = env.keys.digest(
            "api call",
            &[workspace.0.as_bytes(), key.0.as_bytes(), text.as_bytes()],
        );
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Ok(Self {
            id: Uuid::from_bytes(id),
            // Keyed: a body holds numbers and codes, and those are few enough to be tried out.
            asked: env
                .keys
                .digest("api asked", &[method.as_bytes(), path.as_bytes(), body]),
        })
    }

    /// Whether it was done before; if not, whoever asks the same waits for this transaction. [`Error::Conflict`] when something
    /// else was asked under that key.
    pub async fn before(&self, env: &Env, tenant: &mut Tenant) -> Result<Before> {
        let workspace = tenant.workspace();
        // Seen as soon as the transaction ends that may hold the row.
        let fresh = sqlx::query!(
            "INSERT INTO api_call (workspace_id, id, asked, at, status, sealed) VALUES ($1, $2, $3, $4, 0, '')
             ON CONFLICT (workspace_id, id) DO NOTHING",
            workspace.0,
            self.id,
            &self.asked[..],
            env.now(),
        )
        .execute(tenant.conn())
        .await?
        .rows_affected()
            == 1;
        if fresh {
            return Ok(Before::Never);
        }
        let done = self.done(env, tenant).await?;
        done.map(Before::Done)
            .ok_or_else(|| Error::internal("an answer went between two statements"))
    }

    /// What was answered, when it was done before. It keeps nobody waiting: whoever goes on asks [`Asked::before`] in the
    /// transaction that acts.
    pub async fn done(&self, env: &Env, tenant: &mut Tenant) -> Result<Option<Answer>> {
        let workspace = tenant.workspace();
        let kept = sqlx::query!(
            "SELECT asked, status, sealed FROM api_call WHERE workspace_id = $1 AND id = $2",
            workspace.0,
            self.id,
        )
        .fetch_optional(tenant.conn())
        .await?;
        let Some(kept) = kept else {
            return Ok(None);
        };
        if kept.asked != self.asked {
            return Err(Error::conflict(
                "Something else was asked under this Idempotency-Key within the last day. Nothing was done: take a new key \
                 for a new request.",
            ));
        }
        let body = vault::open(env, tenant, SEALED, &self.id.to_string(), &kept.sealed).await?;
        let status = u16::try_from(kept.status).unwrap_or(500);
        Ok(Some(Answer {
            status,
            body: body.to_vec(),
        }))
    }

    /// Keeps what is answered.
    pub async fn keep(&self, env: &Env, tenant: &mut Tenant, answer: &Answer) -> Result<()> {
        let workspace = tenant.workspace();
        let sealed = vault::seal(env, tenant, SEALED, &self.id.to_string(), &answer.body).await?;
        sqlx::query!(
            "UPDATE api_call SET status = $3, sealed = $4 WHERE workspace_id = $1 AND id = $2",
            workspace.0,
            self.id,
            i16::try_from(answer.status).unwrap_or(500),
            sealed,
        )
        .execute(tenant.conn())
        .await?;
        Ok(())
    }
}
