//! Files: what messages bring, and what they take along.
//!
//! One that comes in is told of by a webhook, fetched by a job, and lies in the store, sealed, from then on. One that goes
//! out is uploaded by an agent, lies there the same way, and is handed over to Meta when its message is sent. A task's
//! document (`paper`) is brought by a member or by the client, and belongs to the contact. What a browser gets of any goes
//! through [`link`].

mod expire;
mod fetch;
mod kind;
pub mod link;
mod meta;
mod mixed;
mod name;
mod paper;
mod seal;
mod sheet;
mod sound;
mod store;
mod taken;
mod thumb;
mod upload;

pub(crate) use expire::{let_go, run as run_expiry};
pub(crate) use fetch::{give_up, run as run_fetch};
pub use kind::{Kind, is_shown};
pub use link::{Link, links};
pub(crate) use meta::{Handed, forget_meta_id, meta_id};
pub use paper::{
    AdmittedPaper, Bringer, Kept, LARGEST as LARGEST_PAPER, Paper, admit_paper, receive_paper,
};
pub use seal::Variant;
pub(crate) use sheet::{Sheet, delete_sheet, drop_sheet, read_sheet, sheet_name, take_sheet};
pub use store::{S3, Store};
pub use upload::{Admitted, Asked, admit, receive};

use thumb::Sight;

use crate::{Env, Error, Result, Tenant, job, message, payload::Media};
use postern_types::{ChannelId, FileId, FileState, FileView, JobId, MessageId};
use sqlx::types::Json;

/// Notes a file that a message of that kind brings, and promises to fetch it. The message is added after it, and names it.
pub(crate) async fn expect(
    env: &Env,
    tenant: &mut Tenant,
    channel: ChannelId,
    kind: &str,
    media: &Media,
) -> Result<FileId> {
    let workspace = tenant.workspace();
    let id: FileId = env.id();
    let claimed = kind::essence(media.mime.as_deref().unwrap_or("application/octet-stream"));
    let nowhere = media.id.is_empty();
    let fault = nowhere
        .then_some("WhatsApp did not say where this file is. Ask the contact to send it again.");
    sqlx::query!(
        "INSERT INTO file (workspace_id, id, channel_id, media_id, kind, claimed, mime, name, expected, state, fault,
                           created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11)",
        workspace.0,
        id.0,
        channel.0,
        media.id,
        Kind::of(kind).as_str(),
        claimed,
        media.name.as_deref().and_then(name::harmless),
        media.sha256,
        if nowhere { "failed" } else { "waiting" },
        fault,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    if !nowhere {
        fetch::promise(env, tenant, id, media.url.clone()).await?;
    }
    Ok(id)
}

/// A picture that is made anew from its pixels alone, with no side longer than that: its type, and its bytes. [`Error::Invalid`]
/// on `logo` says what is wrong with it.
pub(crate) async fn remade(
    env: &Env,
    bytes: Vec<u8>,
    side: u32,
) -> Result<(&'static str, Vec<u8>)> {
    let found = kind::sniff(bytes.get(..kind::HEAD).unwrap_or(&bytes));
    let words = match thumb::look(&env.files.pictures, found, bytes, side).await? {
        Sight::Seen(looked) => return Ok((kind::sniff(&looked.thumb).mime, looked.thumb)),
        Sight::Bomb => "This picture has more than 50 million pixels. Bring a smaller one.",
        // A drawing is a program to a browser: it may load and run things.
        Sight::Dark if found.family == kind::Family::Markup => {
            "Drawings (SVG) and web pages are not taken. Bring a PNG, JPEG, WebP or GIF."
        }
        Sight::Dark => "This is no picture that can be read. Bring a PNG, JPEG, WebP or GIF.",
    };
    Err(Error::invalid("logo", words))
}

/// One file.
pub async fn find(tenant: &mut Tenant, id: FileId) -> Result<FileView> {
    let workspace = tenant.workspace();
    let Json(view) = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object(
                      'id', f.id, 'state', f.state, 'mime', f.mime, 'name', f.name, 'size', f.size, 'width', f.width,
                      'height', f.height, 'seconds', f.seconds, 'wave', f.wave, 'thumb', f.thumb_object IS NOT NULL,
                      'fault', f.fault) AS "view!: Json<FileView>"
             FROM file f WHERE f.workspace_id = $1 AND f.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(view)
}

/// How a file that lies here is sent; [`Error::Conflict`] when it does not lie here, or another number's.
pub async fn sendable(tenant: &mut Tenant, id: FileId, channel: ChannelId) -> Result<Kind> {
    let workspace = tenant.workspace();
    let found = sqlx::query!(
        "SELECT kind, state, channel_id, author_id FROM file WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if found.state != "stored" || found.channel_id != Some(channel.0) || found.author_id.is_none() {
        return Err(Error::conflict(
            "This file cannot be sent here: add it again.",
        ));
    }
    Ok(Kind::of(&found.kind))
}

/// Fetches a file again that could not be fetched. One that is on its way already stays as it is.
pub async fn fetch_again(env: &Env, tenant: &mut Tenant, id: FileId) -> Result<FileView> {
    tenant.actor().await?;
    let workspace = tenant.workspace();
    let view = find(tenant, id).await?;
    let again = sqlx::query!(
        "UPDATE file SET state = 'waiting', fault = NULL
          WHERE workspace_id = $1 AND id = $2 AND state = 'failed' AND media_id <> '' AND author_id IS NULL",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    if again.rows_affected() == 0 {
        return match view.state {
            FileState::Waiting | FileState::Stored => Ok(view),
            FileState::Refused => Err(Error::conflict(
                "This file is not kept, and would not be if it was fetched again.",
            )),
            FileState::Failed => Err(Error::conflict(
                "This file cannot be fetched again. Ask the contact to send it again.",
            )),
        };
    }
    fetch::promise(env, tenant, id, None).await?;
    tell(env, tenant, id).await?;
    find(tenant, id).await
}

/// Tells the feed of every message that names the file, as it is now.
async fn tell(env: &Env, tenant: &mut Tenant, id: FileId) -> Result<()> {
    let workspace = tenant.workspace();
    let messages = sqlx::query_scalar!(
        r#"UPDATE message SET rev = rev + 1 WHERE workspace_id = $1 AND file_id = $2 RETURNING id AS "id: MessageId""#,
        workspace.0,
        id.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    for message in messages {
        message::announce(env, tenant, message).await?;
    }
    Ok(())
}

/// Each file has a lane of its own: one that does not come holds up no other, and nothing that is sent.
fn lane(id: FileId) -> String {
    format!("file:{id}")
}

/// Whose lane that is.
fn of_lane(lane: &str) -> Result<FileId> {
    let id = lane.strip_prefix("file:").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("a lane is no file's"))
}

fn job_of(kind: job::Kind, id: FileId) -> JobId {
    job::id_of(kind, &id.to_string())
}

/// Where the key of a file's objects is sealed.
pub(crate) const KEY: &str = "file.key_sealed";

#[cfg(test)]
mod tests;
