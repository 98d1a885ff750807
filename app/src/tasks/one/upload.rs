//! Uploading a document of a task.

use crate::{
    error::ApiError,
    ui::upload::{self, Upload},
};
use postern_types::TaskId;
use web_sys::File;

/// Uploads it, with its progress in hundredths.
pub async fn run(
    task: TaskId,
    file: &File,
    internal: bool,
    progress: impl Fn(u32) + Copy + 'static,
) -> Result<(), ApiError> {
    let name = js_sys::encode_uri_component(&file.name());
    let path = format!("/files/task/{task}?name={name}&internal={internal}");
    upload::post(&Upload::default(), &path, &file.type_(), file, progress).await?;
    Ok(())
}
