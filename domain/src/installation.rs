//! The installation as a whole.

use crate::{Env, Result};
use sqlx::PgConnection;

/// What distinguishes an installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Eight characters that name its cookies.
    pub instance: String,
    /// False until the first owner was made.
    pub set_up: bool,
}

/// Reads it.
pub async fn find(env: &Env) -> Result<Installation> {
    let mut global = env.db.global().await?;
    let installation = sqlx::query_as!(
        Installation,
        r#"SELECT instance, set_up_at IS NOT NULL AS "set_up!" FROM installation"#,
    )
    .fetch_one(global.conn())
    .await?;
    global.commit().await?;
    Ok(installation)
}

/// Notes that it has an owner: it needs no first one any more. False when that was noted before; of two at once the second
/// waits for the first, and then finds it done.
pub(crate) async fn claim(env: &Env, conn: &mut PgConnection) -> Result<bool> {
    let claimed = sqlx::query!(
        "UPDATE installation SET set_up_at = $1 WHERE singleton AND set_up_at IS NULL",
        env.now(),
    )
    .execute(conn)
    .await?;
    Ok(claimed.rows_affected() == 1)
}
