//! The first step: a file, chosen or dropped.

use super::desk::Desk;
use crate::{
    boxed::on,
    error::ApiError,
    ui::{
        icon::Icon,
        upload::{self, Upload},
    },
    words::{fault, import},
};
use leptos::{ev::DragEvent, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{IMPORT_BYTES, ImportView};
use web_sys::File;

/// What is taken; the server looks at the bytes.
const ACCEPTED: &str = ".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values";

/// The card.
#[component]
pub fn Choose(desk: Desk) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(None::<u32>);
    let over = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let go = use_navigate();
    let upload = StoredValue::new_local(Upload::default());
    let bring = move |file: Option<File>| {
        let Some(file) = file.filter(|_| busy.get_untracked().is_none()) else {
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "far below what a number holds")]
        let large = file.size() > IMPORT_BYTES as f64;
        if large {
            failed.set(Some(import::TOO_LARGE.to_owned()));
            return;
        }
        failed.set(None);
        busy.set(Some(0));
        let go = go.clone();
        leptos::task::spawn_local(async move {
            let progress = move |part| {
                busy.try_set(Some(part));
            };
            match run(&upload.get_value(), &file, progress).await {
                Ok(view) => go(
                    &format!("/contacts/import/{}", view.id),
                    NavigateOptions::default(),
                ),
                Err(error) => {
                    let words = error.field("file").map(str::to_owned);
                    let words = words.unwrap_or_else(|| fault::doing(import::NOT_BROUGHT, &error));
                    failed.try_set(Some(words));
                }
            }
            busy.try_set(None);
            desk.refresh();
        });
    };
    let picked = {
        let bring = bring.clone();
        move |_| {
            let Some(input) = node.get_untracked() else {
                return;
            };
            let file = input.files().and_then(|files| files.get(0));
            bring(file);
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        bring(files.and_then(|files| files.get(0)));
    };
    let cancel = move |_| upload.with_value(Upload::cancel);
    view! {
        <section class="card import-choose" class:over=move || over.get() aria-labelledby="import-file"
            on:dragover=move |event: DragEvent| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_: DragEvent| over.set(false) on:drop=dropped>
            <h2 id="import-file">{import::CHOOSE}</h2>
            <p class="hint">{import::CHOOSE_HINT}</p>
            {move || failed.get().map(|text| view! { <p class="strip fault" role="alert" dir="auto">{text}</p> })}
            {move || match busy.get() {
                None => view! {
                    <p><Icon name="upload"/>{import::DROP}</p>
                }.into_any(),
                Some(part) => view! {
                    <p class="import-progress">
                        <progress max="100" value=part aria-label=import::BRINGING></progress>
                        <span aria-live="polite">{import::bringing(part)}</span>
                        <button type="button" class="button small" on:click=on::click(cancel)>{crate::words::CANCEL}</button>
                    </p>
                }.into_any(),
            }}
            <label class="button primary">
                <input type="file" class="only-heard" accept=ACCEPTED node_ref=node on:change=on::change(picked)/>
                {import::CHOOSE_FILE}
            </label>
        </section>
    }
    .into_any()
}

async fn run(
    upload: &Upload,
    file: &File,
    progress: impl Fn(u32) + Copy + 'static,
) -> Result<ImportView, ApiError> {
    let name = js_sys::encode_uri_component(&file.name());
    let path = format!("/files/import?name={name}");
    upload::post_for(upload, &path, "text/csv", file, progress).await
}
