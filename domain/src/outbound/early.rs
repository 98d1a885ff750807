//! Statuses that came before Meta's answer named the message.

use crate::{
    Env, Result, Tenant,
    message::step::{self, From, Step},
};
use postern_types::{ChannelId, MessageId, SendFault, Status};

/// Applies them to the message that the answer's `wamid` was just stored in.
pub(super) async fn take(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    wamid: &str,
    message: MessageId,
) -> Result<()> {
    let workspace = tenant.workspace();
    let mut early = sqlx::query!(
        r#"DELETE FROM status_early WHERE workspace_id = $1 AND channel_id = $2 AND wamid = $3
           RETURNING status AS "status: Status", fault_code"#,
        workspace.0,
        channel.0,
        wamid,
    )
    .fetch_all(tenant.conn())
    .await?;
    early.sort_by_key(|row| row.status.as_str() == "failed");
    for row in early {
        let fault = (row.status == Status::Failed).then(|| {
            let code = row.fault_code.unwrap_or(-1);
            let (reason, retry) = crate::fault::words(code);
            SendFault {
                code,
                reason: reason.to_owned(),
                retry,
            }
        });
        let from = From {
            states: &[Status::Accepted, Status::Sent, Status::Delivered],
            attempt: None,
        };
        let step = Step {
            fault,
            ..Step::default()
        };
        step::take(env, tenant, message, from, row.status, step).await?;
    }
    Ok(())
}
