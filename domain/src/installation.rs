//! The installation as a whole.

use crate::{Env, Result};

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
