//! The rows at fault: the first of them, and all as a file that can be mended and brought again.

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    error::ApiError,
    ui::icon::Icon,
    words::{fault, import},
};
use js_sys::Array;
use leptos::prelude::*;
use postern_types::ImportId;
use std::time::Duration;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// So long the browser may take to write a file.
const WRITING: Duration = Duration::from_mins(1);

/// The card; nothing where nothing is at fault.
#[component]
pub fn Faults(desk: Desk) -> impl IntoView {
    let faults = memo(move || {
        desk.page
            .with(|page| page.as_ref().map(|page| page.faults.clone()))
            .unwrap_or_default()
    });
    let many = memo(move || {
        desk.page
            .with(|page| page.as_ref().map(|page| page.view.counts.faulty))
            .unwrap_or_default()
    });
    let rows = move || {
        let faults = faults.get().into_iter();
        faults
            .map(|fault| view! { <tr><td>{fault.row}</td><td dir="auto">{fault.column}</td><td dir="auto">{fault.words}</td></tr> })
            .collect_view()
    };
    view! {
        <Show when=move || faults.with(|faults| !faults.is_empty())>
            <section class="card form" aria-labelledby="import-faults">
                <h2 id="import-faults">{move || import::faults(many.get())}</h2>
                <p class="hint">{import::FAULTS_HINT}</p>
                <div class="import-do"><Download desk/></div>
                <div class="import-table" tabindex="0" role="region" aria-labelledby="import-faults">
                    <table>
                        <thead><tr><th scope="col">{import::ROW}</th><th scope="col">{import::COLUMN}</th><th scope="col">{import::WRONG}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Download(desk: Desk) -> impl IntoView {
    let busy = RwSignal::new(false);
    let download = move |_| {
        let Some(id) = desk.id.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        leptos::task::spawn_local(async move {
            match pieces(id).await {
                Ok(pieces) if save(&pieces).is_some() => {}
                Ok(_) => desk.toasts.fault(import::NOT_SAVED),
                Err(error) => desk.toasts.fault(fault::doing(import::NOT_SAVED, &error)),
            }
            busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="button" on:click=on::click(download) aria-disabled=move || busy.get().then_some("true")>
            <Icon name="download"/>{move || if busy.get() { crate::words::WAIT } else { import::DOWNLOAD }}
        </button>
    }
    .into_any()
}

/// All of it, as it comes.
async fn pieces(id: ImportId) -> Result<Array, ApiError> {
    let pieces = Array::new();
    let mut after = None;
    loop {
        let piece = api::faults(id, after).await?;
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
    link.set_download(import::FILE_NAME);
    link.click();
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        WRITING,
    );
    Some(())
}
