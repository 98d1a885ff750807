//! Uploading one file, with its progress: what `fetch` cannot tell, the older request can.

use crate::{error::ApiError, json, session};
use futures::channel::oneshot;
use postern_types::FileView;
use serde::de::DeserializeOwned;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// An upload that goes on; cancelled from elsewhere.
#[derive(Clone, Default)]
pub struct Upload(Rc<RefCell<Option<XmlHttpRequest>>>);

impl Upload {
    /// Nobody waits for it any more.
    pub fn cancel(&self) {
        if let Some(request) = self.0.borrow_mut().take() {
            let _ = request.abort();
        }
    }
}

/// Posts a file to `path`; `progress` hears of each hundredth.
pub async fn post(
    upload: &Upload,
    path: &str,
    mime: &str,
    blob: &Blob,
    progress: impl Fn(u32) + Clone + 'static,
) -> Result<FileView, ApiError> {
    post_for(upload, path, mime, blob, progress).await
}

/// The same, where something else is answered.
pub async fn post_for<T: DeserializeOwned>(
    upload: &Upload,
    path: &str,
    mime: &str,
    blob: &Blob,
    progress: impl Fn(u32) + Clone + 'static,
) -> Result<T, ApiError> {
    let (status, generation, text) = once(upload, path, mime, blob, progress.clone()).await?;
    if status != 401 {
        return read(status, &text);
    }
    session::renew(generation).await?;
    let (status, _, text) = once(upload, path, mime, blob, progress).await?;
    read(status, &text)
}

fn read<T: DeserializeOwned>(status: u16, text: &str) -> Result<T, ApiError> {
    let lost = || ApiError::Transport {
        message: format!("status {status}"),
    };
    if (200..300).contains(&status) {
        json::read(text.as_bytes()).map_err(|_| lost())
    } else {
        // Not our words: a proxy's page, perhaps.
        Err(json::read(text.as_bytes()).unwrap_or_else(|_| lost()))
    }
}

async fn once(
    upload: &Upload,
    path: &str,
    mime: &str,
    blob: &Blob,
    progress: impl Fn(u32) + 'static,
) -> Result<(u16, u64, String), ApiError> {
    let (token, generation, workspace) = session::bearer().await?;
    let request = XmlHttpRequest::new().map_err(lost)?;
    request.open("POST", path).map_err(lost)?;
    let mime = Some(mime).filter(|mime| !mime.is_empty());
    let mut headers = vec![
        (
            "Content-Type",
            mime.unwrap_or("application/octet-stream").to_owned(),
        ),
        ("Authorization", format!("Bearer {token}")),
        ("X-Requested-With", "postern".to_owned()),
    ];
    headers.extend(workspace.map(|workspace| ("X-Workspace-ID", workspace.to_string())));
    for (header, value) in headers {
        request.set_request_header(header, &value).map_err(lost)?;
    }
    let (done, ended) = oneshot::channel::<()>();
    let done = RefCell::new(Some(done));
    let on_end = Closure::<dyn Fn()>::new(move || {
        if let Some(done) = done.borrow_mut().take() {
            let _ = done.send(());
        }
    });
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            progress(hundredths(event.loaded() / event.total()));
        }
    });
    // However it ends: answered, broken off or cancelled.
    request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
    if let Ok(sending) = request.upload() {
        sending.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    request.send_with_opt_blob(Some(blob)).map_err(lost)?;
    upload.0.replace(Some(request.clone()));
    let _ = ended.await;
    upload.0.replace(None);
    let status = request.status().unwrap_or_default();
    if status == 0 {
        return Err(lost(JsValue::from_str("no answer")));
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    Ok((status, generation, text))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
fn hundredths(part: f64) -> u32 {
    (part.clamp(0.0, 1.0) * 100.0) as u32
}

fn lost(error: JsValue) -> ApiError {
    ApiError::Transport {
        message: format!("{error:?}"),
    }
}
