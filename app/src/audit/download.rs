//! The audit as a file: fetched piece by piece, and given to the browser as one.

use super::api;
use crate::{
    boxed::on,
    error::ApiError,
    ui::{icon::Icon, toast::use_toasts},
    words::{audit, fault},
};
use js_sys::Array;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// So long the browser may take to write a file.
const WRITING: Duration = Duration::from_mins(1);

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
                Ok(pieces) if save(&pieces).is_some() => toasts.say(audit::DOWNLOADED),
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

/// Gives the text to the browser as a file.
fn save(pieces: &Array) -> Option<()> {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let blob = Blob::new_with_str_sequence_and_options(pieces, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(audit::FILE_NAME);
    link.click();
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        WRITING,
    );
    Some(())
}
