//! Uploading: a colleague's file is sealed as it comes, held against what WhatsApp takes, and waits for its message.

use super::{
    KEY, Kind, expire,
    kind::{self, Family, Type},
    name,
    taken::{self, Looks, MOST, Taken, Taking},
};
use crate::{Env, Error, Result, conversation, vault};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use postern_types::{ChannelId, ConversationId, FileId, FileView, Role, SessionId, WorkspaceId};
use std::pin::pin;

/// What is uploaded, as the browser says.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Where it will be sent.
    pub conversation: ConversationId,
    /// Its name.
    pub name: Option<String>,
    /// Its type, as claimed.
    pub claimed: String,
    /// Bytes, when the browser says how many.
    pub size: Option<u64>,
}

/// An upload that may come.
#[derive(Debug)]
pub struct Admitted {
    session: SessionId,
    workspace: WorkspaceId,
    channel: ChannelId,
    asked: Asked,
}

/// Lets an upload in before any of it is read: from here on the session is known to belong to the workspace.
/// [`Error::Conflict`] says in words that too much waits there already, [`Error::Invalid`] that this is too large.
pub async fn admit(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    asked: Asked,
) -> Result<Admitted> {
    let mut tenant = env.db.member(session, workspace, Role::Agent).await?;
    let channel = conversation::row(&mut tenant, asked.conversation)
        .await?
        .channel;
    expire::room(env, &mut tenant).await?;
    tenant.commit().await?;
    if asked.size.is_some_and(|size| size > MOST) {
        return Err(refused(format!(
            "A file may have 100 MB at most, and this has {}.",
            megabytes(asked.size)
        )));
    }
    Ok(Admitted {
        session,
        workspace,
        channel,
        asked,
    })
}

/// Takes a file in for a member's message. [`Error::Invalid`] says in words what WhatsApp does not take, and why, or that
/// it did not come whole.
pub async fn receive<S, E>(env: &Env, admitted: Admitted, body: S) -> Result<FileView>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let Admitted {
        session,
        workspace,
        channel,
        asked,
    } = admitted;
    let file: FileId = env.id();
    let taken = take(env, workspace, file, MOST, body).await?;
    let shown = asked.name.as_deref().and_then(name::harmless);
    let (taken, accepted, looks) =
        look(env, workspace, file, &asked, shown.as_deref(), taken).await?;
    let upload = Upload {
        file,
        channel,
        name: shown,
        accepted,
        taken,
        looks,
    };
    let kept = upload.keep(env, session, workspace).await;
    // A commit that broke off may have come through all the same: then its objects stay, named or not.
    if matches!(
        kept,
        Err(Error::NotFound | Error::Unauthorized | Error::Forbidden)
    ) {
        upload.taken.discard(env, Some(upload.looks)).await;
    }
    kept
}

/// Takes bytes into the store, `most` at most; [`Error::Invalid`] when they are more, or do not come whole.
pub(super) async fn take<S, E>(
    env: &Env,
    workspace: WorkspaceId,
    file: FileId,
    most: u64,
    body: S,
) -> Result<Taken>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let mut body = pin!(body);
    let mut taking = Taking::begin(env, workspace, file);
    while let Some(bytes) = body.next().await {
        let Ok(bytes) = bytes else {
            taking.abort().await;
            return Err(refused(
                "The file did not come whole. Nothing was kept; add it again.",
            ));
        };
        if !taking.put(&bytes).await? || taking.size() > most {
            taking.abort().await;
            let most = megabytes(Some(most));
            return Err(refused(format!("A file may have {most} at most.")));
        }
    }
    if taking.size() == 0 {
        taking.abort().await;
        return Err(refused("The file is empty."));
    }
    taking.finish().await
}

async fn look(
    env: &Env,
    workspace: WorkspaceId,
    file: FileId,
    asked: &Asked,
    shown: Option<&str>,
    mut taken: Taken,
) -> Result<(Taken, Accepted, Looks)> {
    let judged = kind::judge(Kind::Document, &asked.claimed, shown, &taken.head)
        .and_then(|found| accept(found, asked, shown, &taken).map(|accepted| (found, accepted)));
    let looked = match judged {
        Ok((found, accepted)) => taken
            .look(env, workspace, file, found)
            .await?
            .map(|looks| (accepted, looks)),
        Err(words) => Err(words),
    };
    match looked {
        Ok((accepted, looks)) => Ok((taken, accepted, looks)),
        Err(words) => {
            taken.discard(env, None).await;
            Err(refused(words))
        }
    }
}

/// How it goes out.
struct Accepted {
    kind: Kind,
    mime: &'static str,
}

pub(super) const MB: u64 = 1024 * 1024;

/// What WhatsApp takes (Cloud API, "Supported media types"); else why it does not.
fn accept(
    found: Type,
    asked: &Asked,
    name: Option<&str>,
    taken: &Taken,
) -> Result<Accepted, String> {
    let end = name.and_then(name::extension).unwrap_or_default();
    let sound = kind::essence(&asked.claimed).starts_with("audio/");
    let (kind, mime, most, what) = match (found.mime, found.family) {
        (mime @ ("image/jpeg" | "image/png"), _) => (Kind::Image, mime, 5 * MB, "picture"),
        ("image/webp", _) => {
            let most = if is_animated(&taken.head) { 500 } else { 100 };
            (Kind::Sticker, "image/webp", most * 1024, "sticker")
        }
        ("video/mp4", _) if sound => (Kind::Audio, "audio/mp4", 16 * MB, "recording"),
        ("video/3gpp", _) if sound => {
            return Err(takes("Recordings", "AAC, AMR, MP3, M4A or Ogg with Opus"));
        }
        (mime @ ("video/mp4" | "video/3gpp"), _) => (Kind::Video, mime, 16 * MB, "video"),
        ("audio/ogg", _) if !taken.head.windows(8).any(|at| at == b"OpusHead") => {
            return Err(takes("Recordings in Ogg", "Ogg with Opus"));
        }
        (mime @ ("audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg"), _) => {
            (Kind::Audio, mime, 16 * MB, "recording")
        }
        ("audio/x-m4a" | "audio/m4a", _) => (Kind::Audio, "audio/mp4", 16 * MB, "recording"),
        ("application/pdf", _) => (Kind::Document, "application/pdf", MOST, "document"),
        (_, Family::Text) => (Kind::Document, "text/plain", MOST, "document"),
        (_, Family::Zip | Family::Ole) => match office(found.family, &end) {
            Some(mime) => (Kind::Document, mime, MOST, "document"),
            None => return Err(takes("Documents", DOCUMENTS)),
        },
        (_, Family::Image) => return Err(takes("Pictures", "JPEG or PNG, and WebP as stickers")),
        (_, Family::Film) => return Err(takes("Videos", "MP4 or 3GP")),
        (_, Family::Sound) => {
            return Err(takes("Recordings", "AAC, AMR, MP3, M4A or Ogg with Opus"));
        }
        _ => return Err(takes("Documents", DOCUMENTS)),
    };
    if taken.size > most {
        return Err(format!(
            "A {what} like this may have {} at most on WhatsApp, and this has {}.",
            megabytes(Some(most)),
            megabytes(Some(taken.size))
        ));
    }
    Ok(Accepted { kind, mime })
}

const DOCUMENTS: &str = "PDF, text, Word, Excel or PowerPoint";

fn takes(what: &str, types: &str) -> String {
    format!("{what} go out by WhatsApp as {types}. This is none of these.")
}

/// An office document by its name: its beginning is an archive's, or that of any older one.
pub(super) fn office(family: Family, end: &str) -> Option<&'static str> {
    Some(match (family, end) {
        (Family::Zip, "docx") => {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        }
        (Family::Zip, "xlsx") => {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
        (Family::Zip, "pptx") => {
            "application/vnd.openxmlformats-officedocument.presentationml.presentation"
        }
        (Family::Ole, "doc") => "application/msword",
        (Family::Ole, "xls") => "application/vnd.ms-excel",
        (Family::Ole, "ppt") => "application/vnd.ms-powerpoint",
        _ => return None,
    })
}

/// A bit of WebP's extended head.
fn is_animated(head: &[u8]) -> bool {
    head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 2 != 0)
}

pub(super) fn megabytes(size: Option<u64>) -> String {
    let size = size.unwrap_or_default();
    if size < MB {
        return format!("{} KB", size.div_ceil(1024));
    }
    let tenths = size.saturating_mul(10).div_ceil(MB);
    match tenths % 10 {
        0 => format!("{} MB", tenths / 10),
        part => format!("{}.{part} MB", tenths / 10),
    }
}

pub(super) fn refused(words: impl Into<String>) -> Error {
    Error::invalid("file", words.into())
}

struct Upload {
    file: FileId,
    channel: ChannelId,
    name: Option<String>,
    accepted: Accepted,
    taken: Taken,
    looks: Looks,
}

impl Upload {
    async fn keep(
        &self,
        env: &Env,
        session: SessionId,
        workspace: WorkspaceId,
    ) -> Result<FileView> {
        let mut tenant = env.db.member(session, workspace, Role::Agent).await?;
        let author = tenant.actor().await?;
        let key = vault::seal(
            env,
            &mut tenant,
            KEY,
            &self.file.to_string(),
            &*self.taken.key,
        )
        .await?;
        let thumb = self.looks.thumb.as_ref();
        sqlx::query!(
            "INSERT INTO file (workspace_id, id, channel_id, author_id, kind, claimed, mime, name, state, size, sha256,
                               key_sealed, object, thumb_object, thumb_size, thumb_mime, width, height, seconds, wave,
                               created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 'stored', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            workspace.0,
            self.file.0,
            self.channel.0,
            author.0,
            self.accepted.kind.as_str(),
            self.accepted.mime,
            self.name,
            taken::count(self.taken.size)?,
            &self.taken.sha256[..],
            key,
            self.taken.object,
            thumb.map(|thumb| thumb.object.as_str()),
            thumb.map(|thumb| taken::count(thumb.size)).transpose()?,
            thumb.map(|thumb| thumb.mime),
            self.looks.width,
            self.looks.height,
            self.looks.heard.as_ref().map(|heard| heard.seconds),
            self.looks.heard.as_ref().map(|heard| heard.wave.as_str()),
            env.now(),
        )
        .execute(tenant.conn())
        .await?;
        let thumb = thumb.map(|thumb| thumb.object.clone());
        let objects = [self.taken.object.clone()].into_iter().chain(thumb);
        expire::promise(env, &mut tenant, self.file, objects.collect()).await?;
        let view = super::find(&mut tenant, self.file).await?;
        tenant.commit().await?;
        Ok(view)
    }
}

#[cfg(test)]
#[path = "tests/upload.rs"]
mod tests;
