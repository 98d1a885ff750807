//! A file: fetched piece by piece, and given to the browser as one.

use super::api;
use crate::{
    browser,
    error::ApiError,
    ui::{save::save_csv, toast::Toasts},
    words::{export, fault},
};
use js_sys::Array;
use leptos::prelude::*;
use postern_types::ExportRequest;
use wasm_bindgen::JsValue;

/// How often a piece is asked for again, once the server said to come later.
const TRIES: usize = 20;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Pull {
    toasts: Toasts,
    /// Records that are here; none while nothing is fetched.
    lines: RwSignal<Option<u32>>,
}

impl Pull {
    pub fn new(toasts: Toasts) -> Self {
        let lines = RwSignal::new(None);
        Self { toasts, lines }
    }

    /// Whether one is being fetched.
    pub fn is_busy(self) -> bool {
        self.lines.with(Option::is_some)
    }

    /// How far it is.
    pub fn told(self) -> Option<String> {
        self.lines.get().map(export::so_far)
    }

    /// Fetches it, unless one is being fetched.
    pub fn start(self, request: ExportRequest) {
        if self.lines.get_untracked().is_some() {
            return;
        }
        self.lines.set(Some(0));
        let name = export::file_name(request.kind);
        leptos::task::spawn_local(async move {
            match self.pieces(request).await {
                Ok((pieces, lines)) => match save_csv(&pieces, &name) {
                    Some(()) => self.toasts.say(export::done(lines)),
                    None => self.toasts.fault(export::NOT_SAVED),
                },
                // Half a file would pass for a whole one.
                Err(error) => self
                    .toasts
                    .fault(fault::doing(export::NOT_DOWNLOADED, &error)),
            }
            self.lines.try_set(None);
        });
    }

    async fn pieces(self, mut request: ExportRequest) -> Result<(Array, u32), ApiError> {
        let (pieces, mut lines, mut tries) = (Array::new(), 0_u32, 0);
        loop {
            let piece = match api::piece(request.clone()).await {
                Err(ApiError::TooMany { retry_after_s }) if tries < TRIES => {
                    tries += 1;
                    browser::sleep(retry_after_s.clamp(1, 60) * 1000).await;
                    continue;
                }
                piece => piece?,
            };
            tries = 0;
            pieces.push(&JsValue::from_str(&piece.csv));
            lines = lines.saturating_add(piece.lines);
            self.lines.try_set(Some(lines));
            if piece.next.is_none() {
                return Ok((pieces, lines));
            }
            request.after = piece.next;
        }
    }
}
