//! A moment after which nobody holds what they read before it.

use super::walk::{Note, Say};
use crate::{Env, Error, Result};
use std::{collections::HashSet, time::Duration};

/// How long transactions of before are waited for.
const MOST: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(10);

/// Waits until every transaction that the serving role has open now, in any process, has ended. What was committed
/// before is then what everybody sees: no transaction that still runs has read an older key.
pub(super) async fn grace(env: &Env, say: &mut Say<'_>) -> Result<()> {
    grace_of(env, MOST, say).await
}

/// The same, for so long at most.
pub(super) async fn grace_of(env: &Env, most: Duration, say: &mut Say<'_>) -> Result<()> {
    let before = open(env).await?;
    if !before.is_empty() {
        say(Note::Waits {
            transactions: before.len(),
        });
    }
    let deadline = tokio::time::Instant::now() + most;
    while !before.is_disjoint(&open(env).await?) {
        if tokio::time::Instant::now() > deadline {
            return Err(Error::conflict(
                "A transaction has been open for a minute, and may still use the old key. Nothing was lost, and what \
                 was sealed anew stays so: run the command again.",
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// The transactions of the serving role, and of logins that are members of it, but this one. An administrator is a member of
/// everything, and may be copying the database for hours: they serve nobody. Each holds its virtual id locked from its first statement to its
/// end, whether it has written or not.
async fn open(env: &Env) -> Result<HashSet<String>> {
    let mut global = env.db.global().await?;
    let open = sqlx::query_scalar!(
        r#"SELECT l.virtualxid AS "id!" FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
             JOIN pg_roles r ON r.oid = a.usesysid
            WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND a.pid <> pg_backend_pid()
              AND a.datname = current_database() AND (r.rolname = current_user
                                                    OR pg_has_role(r.oid, current_user, 'MEMBER') AND NOT r.rolsuper)"#,
    )
    .fetch_all(global.conn())
    .await?;
    global.commit().await?;
    Ok(open.into_iter().collect())
}
