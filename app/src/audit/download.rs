//! The audit as a file: fetched piece by piece, and given to the browser as one.

use super::api;
use crate::{
    boxed::on,
    error::ApiError,
    ui::{icon::Icon, save::save_csv, toast::use_toasts},
    words::{audit, fault},
};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The button.
#[component]
pub fn Download() -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let download = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            match pieces().await {
                Ok(pieces) if save_csv(&pieces, audit::FILE_NAME).is_some() => {
                    toasts.say(audit::DOWNLOADED);
                }
                Ok(_) => toasts.fault(audit::NOT_SAVED),
                Err(error) => toasts.fault(fault::doing(audit::NOT_DOWNLOADED, &error)),
            }
            busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="button" on:click=on::click(download) aria-disabled=move || busy.get().then_some("true")>
            <Icon name="download"/>{move || if busy.get() { audit::DOWNLOADING } else { audit::DOWNLOAD }}
        </button>
    }
    .into_any()
}

/// All of it, as it comes.
async fn pieces() -> Result<Array, ApiError> {
    let pieces = Array::new();
    let mut after = None;
    loop {
        let piece = api::export(after).await?;
        pieces.push(&JsValue::from_str(&piece.csv));
        if piece.next.is_none() {
            return Ok(pieces);
        }
        after = piece.next;
    }
}
