//! Uploading one file for a conversation.

use super::tray::Given;
use crate::{error::ApiError, ui::upload};
use postern_types::{ConversationId, FileView};
pub use upload::Upload;

/// Uploads it, with its progress in hundredths.
pub async fn run(
    upload: &Upload,
    conversation: ConversationId,
    given: &Given,
    progress: impl Fn(u32) + Clone + 'static,
) -> Result<FileView, ApiError> {
    let name = js_sys::encode_uri_component(&given.name);
    let path = format!("/files?conversation={conversation}&name={name}");
    upload::post(upload, &path, &given.mime, &given.blob, progress).await
}
