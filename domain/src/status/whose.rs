//! A message may have gone out in several tries: which of them a status is about, and what that changes.

use super::{Target, advance};
use crate::{Result, Tenant, payload::StatusNews};
use postern_types::{MessageId, Status};
use uuid::Uuid;

/// The try that a status is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The one that the message stands at: in flight, or the one that settled it.
    Current,
    /// One that was given up before the message was sent again.
    Earlier,
}

/// Where a message stands after a status of one of its tries, or none when that changes nothing.
///
/// An earlier try can only tell that the contact has the message. That it left, or failed, says nothing of the try since.
pub(super) fn lands(current: Status, whose: Whose, next: Status) -> Option<Status> {
    let arrived = matches!(next, Status::Delivered | Status::Read | Status::Played);
    // Queued: the next try has not begun, so that any status is of one before.
    let counts = arrived || (whose == Whose::Current && current != Status::Queued);
    advance(current, next).filter(|_| counts)
}

/// The message of the try that went along by this id; the first try's is the message's own.
pub(super) async fn message_of(tenant: &mut Tenant, ours: MessageId) -> Result<MessageId> {
    let workspace = tenant.workspace();
    let later = sqlx::query_scalar!(
        r#"SELECT message_id AS "message: MessageId" FROM message_try WHERE workspace_id = $1 AND id = $2"#,
        workspace.0,
        ours.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(later.unwrap_or(ours))
}

/// Which of the message's tries the status is about.
pub(super) async fn whose(
    tenant: &mut Tenant,
    target: &Target,
    news: &StatusNews,
) -> Result<Whose> {
    match (&target.wamid, target.in_flight()) {
        // A try in flight has no id of Meta's yet: this one is of the try before it.
        (Some(known), true) if *known == news.wamid => return Ok(Whose::Earlier),
        (Some(known), false) if *known == news.wamid => return Ok(Whose::Current),
        // Another try than the one that settled it.
        (Some(_), false) => return Ok(Whose::Earlier),
        _ => {}
    }
    let Some(ours) = news.ours else {
        return Ok(Whose::Earlier);
    };
    let current = match target.attempt {
        None => true,
        Some(attempt) if attempt == ours.0 => true,
        // Before tries had ids of their own at Meta, every one went by the message's.
        Some(attempt) => ours == target.id && !is_later_try(tenant, attempt).await?,
    };
    Ok(if current {
        Whose::Current
    } else {
        Whose::Earlier
    })
}

async fn is_later_try(tenant: &mut Tenant, attempt: Uuid) -> Result<bool> {
    let workspace = tenant.workspace();
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM message_try WHERE workspace_id = $1 AND id = $2) AS "known!""#,
        workspace.0,
        attempt,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{
        Accepted, Delivered, Failed, Played, Queued, Read, Received, Sending, Sent, Unknown,
    };

    #[test]
    fn an_earlier_try_tells_of_an_arrival_and_of_nothing_else() {
        let news = [Accepted, Sent, Failed, Delivered, Read, Played];
        // Rows: where it stands; columns: what comes, in the order above. `x` moves on.
        for (current, of_this_try, of_an_earlier) in [
            (Received, "......", "......"),
            // Nothing of the next try is out yet.
            (Queued, "...xxx", "...xxx"),
            (Sending, "xxxxxx", "...xxx"),
            (Unknown, "xxxxxx", "...xxx"),
            (Accepted, ".xxxxx", "...xxx"),
            (Sent, "..xxxx", "...xxx"),
            (Failed, "...xxx", "...xxx"),
            (Delivered, "....xx", "....xx"),
            (Read, ".....x", ".....x"),
            (Played, "......", "......"),
        ] {
            for (whose, row) in [
                (Whose::Current, of_this_try),
                (Whose::Earlier, of_an_earlier),
            ] {
                for (next, mark) in news.into_iter().zip(row.chars()) {
                    let expected = (mark == 'x').then_some(next);
                    let landed = lands(current, whose, next);
                    assert_eq!(landed, expected, "{current:?} {whose:?} {next:?}");
                }
            }
        }
    }
}
