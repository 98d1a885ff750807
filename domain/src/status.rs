//! What becomes of a message that went out, as Meta tells it: statuses move forward only.

mod early;
mod whose;

pub(crate) use early::drain;
pub use early::take_early;

use crate::{
    Env, Result, Tenant, contact, fault, inbound::Number, message, otp, outbound,
    payload::StatusNews, trace,
};
use early::{keep, lock};
use postern_types::{ChannelId, ContactId, ConversationId, MessageId, Status};
use time::OffsetDateTime;
use uuid::Uuid;
use whose::{Whose, lands, message_of, whose};

/// Where a message stands after `next`, or none when that changes nothing.
///
/// Failing is final, unless the message arrived after all: whatever order statuses come in, they end the same.
pub fn advance(current: Status, next: Status) -> Option<Status> {
    (current != Status::Received && rank(next) > rank(current)).then_some(next)
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Received => 0,
        Status::Queued => 1,
        Status::Sending => 2,
        Status::Unknown => 3,
        Status::Accepted => 4,
        Status::Sent => 5,
        Status::Failed => 6,
        Status::Delivered => 7,
        Status::Read => 8,
        Status::Played => 9,
    }
}

/// Applies what a webhook says of a message. What belongs to no message yet is kept until Meta's answer names it.
pub(crate) async fn apply(
    env: &Env,
    tenant: &mut Tenant,
    number: &Number,
    news: &StatusNews,
) -> Result<()> {
    let Some(status) = news.status else {
        return Ok(());
    };
    let mut target = find(tenant, number.channel, news).await?;
    if target.is_none() {
        // The sender stores Meta's answer under the same lock: either it finds what we keep, or we see what it stored.
        lock(tenant, number.channel, &news.wamid).await?;
        target = find(tenant, number.channel, news).await?;
    }
    let Some(target) = target else {
        // A one-time code is no message, and has statuses all the same.
        if otp::told(env, tenant, number.channel, status, news).await? {
            return Ok(());
        }
        return keep(env, tenant, number.channel, status, news).await;
    };
    if let Some(person) = &news.recipient {
        contact::learn(env, tenant, &number.people, target.contact, person).await?;
    }
    let whose = whose(tenant, &target, news).await?;
    let change = Change {
        status,
        at: news.at,
        wamid: &news.wamid,
        fault: news.fault,
        details: news.details.as_deref(),
        whose,
    };
    let moved = move_on(env, tenant, &target, &change).await?;
    if moved && whose == Whose::Current && target.wamid.as_deref() != Some(news.wamid.as_str()) {
        // Named only now: what came without our own id was waiting for that.
        take_early(env, tenant, number.channel, &news.wamid, target.id).await?;
    }
    if let Some(code) = news.fault.filter(|_| moved && status == Status::Failed) {
        outbound::refused(env, tenant, number.channel, code).await?;
    }
    Ok(())
}

/// A message that went out, locked.
struct Target {
    id: MessageId,
    conversation: ConversationId,
    contact: ContactId,
    status: Status,
    wamid: Option<String>,
    attempt: Option<Uuid>,
}

impl Target {
    fn in_flight(&self) -> bool {
        matches!(
            self.status,
            Status::Queued | Status::Sending | Status::Unknown
        )
    }
}

struct Change<'a> {
    status: Status,
    at: OffsetDateTime,
    wamid: &'a str,
    fault: Option<i64>,
    details: Option<&'a str>,
    whose: Whose,
}

async fn find(
    tenant: &mut Tenant,
    channel: ChannelId,
    news: &StatusNews,
) -> Result<Option<Target>> {
    let workspace = tenant.workspace();
    let named = sqlx::query_as!(
        Target,
        r#"SELECT m.id AS "id: MessageId", m.conversation_id AS "conversation: ConversationId",
                  c.contact_id AS "contact: ContactId", m.status AS "status: Status", m.wamid,
                  m.attempt_id AS attempt
             FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            WHERE m.workspace_id = $1 AND m.channel_id = $2 AND m.wamid = $3 AND m.direction = 'out'
              FOR UPDATE OF m"#,
        workspace.0,
        channel.0,
        news.wamid,
    )
    .fetch_optional(tenant.conn())
    .await?;
    match (named, news.ours) {
        (Some(target), _) => Ok(Some(target)),
        (None, Some(ours)) => {
            let message = message_of(tenant, ours).await?;
            by_id(tenant, channel, message).await
        }
        (None, None) => Ok(None),
    }
}

async fn by_id(tenant: &mut Tenant, channel: ChannelId, id: MessageId) -> Result<Option<Target>> {
    let workspace = tenant.workspace();
    let target = sqlx::query_as!(
        Target,
        r#"SELECT m.id AS "id: MessageId", m.conversation_id AS "conversation: ConversationId",
                  c.contact_id AS "contact: ContactId", m.status AS "status: Status", m.wamid,
                  m.attempt_id AS attempt
             FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
            WHERE m.workspace_id = $1 AND m.channel_id = $2 AND m.id = $3 AND m.direction = 'out'
              FOR UPDATE OF m"#,
        workspace.0,
        channel.0,
        id.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(target)
}

/// Moves the message on and tells of it; false when that changes nothing.
async fn move_on(
    env: &Env,
    tenant: &mut Tenant,
    target: &Target,
    change: &Change<'_>,
) -> Result<bool> {
    let Some(status) = lands(target.status, change.whose, change.status) else {
        if change.whose == Whose::Current {
            trace::told_late(env, tenant, target.id, change.status, change.at).await?;
        }
        return Ok(false);
    };
    // The id of an earlier try does not take the place of the one that is known.
    let wamid = match (&target.wamid, change.whose) {
        (Some(known), Whose::Earlier) => known,
        _ => change.wamid,
    };
    let workspace = tenant.workspace();
    let fault = (status == Status::Failed).then(|| {
        let code = change.fault.unwrap_or(-1);
        let (reason, retry) = fault::words(code);
        (code, reason, retry)
    });
    sqlx::query!(
        "UPDATE message SET status = $3, status_at = $4, wamid = $5, ask_at = NULL, fault_code = $6, fault_reason = $7,
                fault_retry = $8, fault_details = $9, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        target.id.0,
        status.as_str(),
        change.at,
        wamid,
        fault.map(|(code, ..)| code),
        fault.map(|(_, reason, _)| reason),
        fault.map(|(.., retry)| retry),
        change.details.filter(|_| status == Status::Failed),
    )
    .execute(tenant.conn())
    .await?;
    sqlx::query!(
        "UPDATE conversation SET last_status = $4, rev = rev + 1
          WHERE workspace_id = $1 AND id = $2 AND last_message_id = $3",
        workspace.0,
        target.conversation.0,
        target.id.0,
        status.as_str(),
    )
    .execute(tenant.conn())
    .await?;
    message::announce(env, tenant, target.id).await?;
    if target.in_flight() {
        // What was written after it waited for this.
        outbound::settled(env, tenant, target.id).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{
        Accepted, Delivered, Failed, Played, Queued, Read, Received, Sending, Sent, Unknown,
    };
    use proptest::prelude::*;

    #[test]
    fn a_status_moves_forward_or_not_at_all() {
        let all = [
            Received, Queued, Sending, Unknown, Accepted, Sent, Delivered, Read, Played, Failed,
        ];
        // Rows: where it stands; columns: what comes, in the order above. `x` moves on.
        for (current, row) in [
            (Received, ".........."),
            (Queued, "..xxxxxxxx"),
            (Sending, "...xxxxxxx"),
            (Unknown, "....xxxxxx"),
            (Accepted, ".....xxxxx"),
            (Sent, "......xxxx"),
            (Delivered, ".......xx."),
            (Read, "........x."),
            (Played, ".........."),
            (Failed, "......xxx."),
        ] {
            for (next, mark) in all.into_iter().zip(row.chars()) {
                let expected = (mark == 'x').then_some(next);
                assert_eq!(advance(current, next), expected, "{current:?} {next:?}");
            }
        }
    }

    fn status() -> impl Strategy<Value = Status> {
        proptest::sample::select(vec![Accepted, Sent, Delivered, Read, Played, Failed])
    }

    proptest! {
        #[test]
        fn statuses_end_the_same_in_any_order(
            (one, other) in proptest::collection::vec(status(), 0..12)
                .prop_flat_map(|news| (Just(news.clone()), Just(news).prop_shuffle())),
        ) {
            let end = |news: Vec<Status>| news.into_iter().fold(Sending, |at, next| advance(at, next).unwrap_or(at));
            prop_assert_eq!(end(one), end(other));
        }
    }
}
