//! A file that is read here, row by row, and shown to nobody: it lies in the store like any other, sealed under a key of its
//! own that whoever brought it in keeps.

use super::{
    name,
    seal::{Seal, Variant},
    upload::take,
};
use crate::{Env, Result, crypto::Key};
use bytes::Bytes;
use futures::Stream;
use postern_types::{FileId, WorkspaceId};
use uuid::Uuid;

/// One that lies in the store; nothing names it yet.
pub(crate) struct Sheet {
    /// Opens it.
    pub key: Key,
    /// Where it lies.
    pub object: String,
    /// Its bytes.
    pub size: u64,
    /// The first of them.
    pub head: Vec<u8>,
}

/// Takes one in under the id `id`, of `most` bytes at most. [`crate::Error::Invalid`] on `file` when it is larger, empty, or does
/// not come whole.
pub(crate) async fn take_sheet<S, E>(
    env: &Env,
    workspace: WorkspaceId,
    id: Uuid,
    most: u64,
    body: S,
) -> Result<Sheet>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let taken = take(env, workspace, FileId(id), most, body).await?;
    Ok(Sheet {
        key: taken.key,
        object: taken.object,
        size: taken.size,
        head: taken.head,
    })
}

/// Its bytes, up to `until`.
pub(crate) async fn read_sheet(
    env: &Env,
    workspace: WorkspaceId,
    id: Uuid,
    sheet: &Sheet,
    until: u64,
) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
    let seal = Seal::new(&sheet.key, workspace, FileId(id), Variant::Full);
    let range = 0..until.min(sheet.size);
    env.files.read(&sheet.object, seal, sheet.size, range).await
}

/// Takes one out of the store again.
pub(crate) async fn drop_sheet(env: &Env, object: String) {
    env.files.discard([object]).await;
}

/// The same, where it is tried again when that fails.
pub(crate) async fn delete_sheet(env: &Env, object: &str) -> Result<()> {
    env.files.delete(object).await
}

/// A file's name as it may be shown.
pub(crate) fn sheet_name(name: &str) -> Option<String> {
    name::harmless(name)
}
