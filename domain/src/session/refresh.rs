//! Renewing a session: the token is swapped for a new one, and an old one that comes again is answered (RFC 9700).

use super::{Browser, Opened, hash, signed_in};
use crate::{
    Env, Error, Result,
    account::{self, Deed},
    attempt,
    mail::{self, Letter},
    wake::Signal,
};
use postern_types::{AccountId, REFRESH_GRACE_MS, SessionId};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long after its rotation a token may come again from the same device: a lost answer, a page loaded twice.
const GRACE: Duration = Duration::milliseconds(REFRESH_GRACE_MS as i64);

/// Swaps `refresh` for a new token. [`Error::Unauthorized`] when the session is over or unknown, and when the token was
/// spent before: then every session of that person has been ended.
pub async fn refresh(env: &Env, refresh: &str, browser: &Browser) -> Result<Opened> {
    let presented = hash(refresh);
    let mut global = env.db.global().await?;
    let Some(session) = lock(global.conn(), &presented).await? else {
        return Err(Error::Unauthorized);
    };
    let account = AccountId(session.account_id);
    match judge(&session, &presented, &browser.device(), env.now()) {
        Verdict::Over => Err(Error::Unauthorized),
        Verdict::Replay => {
            // Its lock is let go first: two replays of two sessions would wait for each other.
            drop(global);
            end_all(env, account, browser).await?;
            Err(Error::Unauthorized)
        }
        verdict @ (Verdict::Rotate | Verdict::Grace) => {
            let next = env.secret();
            rotate(env, global.conn(), &session, verdict, &hash(&next), browser).await?;
            let signed_in = signed_in(env, global.conn(), account, SessionId(session.id)).await?;
            global.commit().await?;
            Ok(Opened {
                session: SessionId(session.id),
                refresh: next,
                expires_at: session.expires_at,
                signed_in,
            })
        }
    }
}

/// A session as it stands, locked until the end of the transaction.
#[derive(Clone)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    token_hash: Vec<u8>,
    previous_hash: Option<Vec<u8>>,
    rotated_at: OffsetDateTime,
    device: Vec<u8>,
    expires_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    end_reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The token in force: swap it.
    Rotate,
    /// The one before it, in time and from the same device: swap its unused successor.
    Grace,
    /// A spent token: somebody has a copy.
    Replay,
    /// Nothing to renew.
    Over,
}

fn judge(session: &Row, presented: &[u8], device: &[u8], now: OffsetDateTime) -> Verdict {
    let in_force = session.token_hash == presented;
    let over = session.ended_at.is_some() || session.expires_at <= now;
    if in_force {
        return if over { Verdict::Over } else { Verdict::Rotate };
    }
    // A theft is answered once: whoever holds its tokens cannot go on signing the person out for days.
    if session.end_reason.as_deref() == Some("replay") || session.expires_at <= now {
        return Verdict::Over;
    }
    // The successor was used once there is a token between it and the one presented.
    let unused_successor = session.previous_hash.as_deref() == Some(presented);
    if !over && unused_successor && now - session.rotated_at <= GRACE && session.device == device {
        return Verdict::Grace;
    }
    Verdict::Replay
}

/// The session that the token is or was of. A token is in force or spent in every snapshot, for both change in one
/// transaction; the row is then read anew under its lock.
async fn lock(conn: &mut PgConnection, presented: &[u8]) -> Result<Option<Row>> {
    let id = sqlx::query_scalar!(
        r#"SELECT s.id AS "id!" FROM session s WHERE s.token_hash = $1
           UNION ALL SELECT p.session_id FROM session_spent p WHERE p.token_hash = $1"#,
        presented,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(id) = id else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        "SELECT id, account_id, token_hash, previous_hash, rotated_at, device, expires_at, ended_at, end_reason
           FROM session WHERE id = $1 FOR UPDATE",
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

async fn rotate(
    env: &Env,
    conn: &mut PgConnection,
    session: &Row,
    verdict: Verdict,
    next: &[u8],
    browser: &Browser,
) -> Result<()> {
    let now = env.now();
    // A grace replaces the successor: the window still counts from the first rotation, and does not move with each.
    let (previous, rotated_at) = match (verdict, &session.previous_hash) {
        (Verdict::Grace, Some(previous)) => (previous, session.rotated_at),
        _ => (&session.token_hash, now),
    };
    sqlx::query!(
        "INSERT INTO session_spent (token_hash, session_id) VALUES ($1, $2)",
        session.token_hash,
        session.id,
    )
    .execute(&mut *conn)
    .await?;
    if session.device != browser.device() {
        // A browser that has lost its cookie cannot use that trust any more; who took the session along must not.
        sqlx::query!(
            "DELETE FROM trusted_device WHERE account_id = $1 AND device = $2",
            session.account_id,
            session.device,
        )
        .execute(&mut *conn)
        .await?;
    }
    let swapped = sqlx::query!(
        "UPDATE session SET token_hash = $3, previous_hash = $4, rotated_at = $5, device = $6, seen_at = $7, network = $8
          WHERE id = $1 AND token_hash = $2 AND ended_at IS NULL",
        session.id,
        session.token_hash,
        next,
        previous,
        rotated_at,
        &browser.device()[..],
        now,
        attempt::network(browser.address),
    )
    .execute(conn)
    .await?;
    if swapped.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Unauthorized)
    }
}

/// Ends every session of that person, and writes down why.
async fn end_all(env: &Env, account: AccountId, browser: &Browser) -> Result<()> {
    let mut global = env.db.global().await?;
    // One at a time for a person. Not FOR UPDATE: who signs out holds a session and then refers to the account in the
    // audit, which would wait for this while this waits for that session.
    let email = sqlx::query_scalar!(
        "SELECT email FROM account WHERE id = $1 FOR NO KEY UPDATE",
        account.0
    )
    .fetch_one(global.conn())
    .await?;
    let ended = sqlx::query_scalar!(
        "UPDATE session SET ended_at = coalesce(ended_at, $2), end_reason = 'replay'
          WHERE account_id = $1 AND expires_at > $2 AND end_reason IS DISTINCT FROM 'replay'
         RETURNING id",
        account.0,
        env.now(),
    )
    .fetch_all(global.conn())
    .await?;
    account::close_doors(global.conn(), account, None).await?;
    if ended.is_empty() {
        // The same replay, many times at once: the first of them has answered it.
        return Ok(());
    }
    let address = Some(browser.address);
    account::audit(env, global.conn(), account, Deed::Replay, address).await?;
    let letter = Letter::new("All your sessions were ended")
        .words("A key of one of your sessions was used a second time: somebody may have a copy of it. Every session of yours was ended; sign in again.")
        .facts(vec![("From the network", attempt::network(browser.address))])
        .button("Set a new password", format!("{}/forgot", env.post.origin))
        .note("A browser that was set back to an older state can cause this too.");
    mail::put(env, global.conn(), &email, &letter).await?;
    global.ring(Signal::Jobs);
    for session in ended {
        global.ring(Signal::Session(SessionId(session)));
    }
    global.ring(Signal::Account(account));
    global.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_token_is_judged_by_what_the_session_knows_of_it() {
        let now = datetime!(2026-03-01 12:00 UTC);
        let live = Row {
            id: Uuid::nil(),
            account_id: Uuid::nil(),
            token_hash: b"c".to_vec(),
            previous_hash: Some(b"b".to_vec()),
            rotated_at: now - Duration::seconds(10),
            device: b"laptop".to_vec(),
            expires_at: now + Duration::seconds(1),
            ended_at: None,
            end_reason: None,
        };
        let late = Row {
            rotated_at: now - Duration::milliseconds(10_001),
            ..live.clone()
        };
        let fresh = Row {
            previous_hash: None,
            ..live.clone()
        };
        let expired = Row {
            expires_at: now,
            ..live.clone()
        };
        let ended = |reason: &str| Row {
            ended_at: Some(now),
            end_reason: Some(reason.to_owned()),
            ..live.clone()
        };
        for (name, row, token, device, expected) in [
            ("in force", &live, "c", "laptop", Verdict::Rotate),
            (
                "in force, the browser was updated",
                &live,
                "c",
                "laptop 2",
                Verdict::Rotate,
            ),
            ("in force, expired", &expired, "c", "laptop", Verdict::Over),
            (
                "in force, signed out",
                &ended("sign_out"),
                "c",
                "laptop",
                Verdict::Over,
            ),
            ("the one before", &live, "b", "laptop", Verdict::Grace),
            (
                "the one before, too late",
                &late,
                "b",
                "laptop",
                Verdict::Replay,
            ),
            (
                "the one before, elsewhere",
                &live,
                "b",
                "thief",
                Verdict::Replay,
            ),
            (
                "the one before, signed out",
                &ended("sign_out"),
                "b",
                "laptop",
                Verdict::Replay,
            ),
            (
                "the one before, answered already",
                &ended("replay"),
                "b",
                "laptop",
                Verdict::Over,
            ),
            (
                "the one before, expired",
                &expired,
                "b",
                "laptop",
                Verdict::Over,
            ),
            ("an older one", &live, "a", "laptop", Verdict::Replay),
            (
                "an older one, none before",
                &fresh,
                "a",
                "laptop",
                Verdict::Replay,
            ),
        ] {
            let verdict = judge(row, token.as_bytes(), device.as_bytes(), now);
            assert_eq!(verdict, expected, "{name}");
        }
    }
}
