//! Recovery codes, shown once: copied, kept in a file, and gone when their owner says so.

use super::factors::Desk;
use crate::{
    boxed::on,
    browser,
    session::use_session,
    ui::{ask::focus_soon, dialog::Dialog, icon::Icon, toast::use_toasts},
    words::{self, settings},
};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// So long the browser may take to write a file.
const WRITING: Duration = Duration::from_mins(1);

/// Closing it keeps them for now: only the button lets go of them.
#[component]
pub fn CodesDialog(desk: Desk) -> impl IntoView {
    view! { <Dialog open=desk.showing title=settings::CODES><Codes desk/></Dialog> }.into_any()
}

#[component]
fn Codes(desk: Desk) -> impl IntoView {
    let codes = desk.codes.get_untracked().unwrap_or_default();
    focus_soon("#codes-copy");
    view! {
        <p class="dialog-text">{settings::CODES_LEAD}</p>
        <ul class="account-codes" translate="no" dir="ltr">
            {codes.iter().cloned().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}
        </ul>
        <div class="account-keep">
            <CopyAll codes=codes.clone()/>
            <Download codes/>
        </div>
        <footer class="dialog-foot">
            <button type="button" class="button primary" on:click=on::click(move |_| desk.kept())><Icon name="check"/>{settings::KEPT}</button>
        </footer>
    }
    .into_any()
}

#[component]
fn CopyAll(codes: Vec<String>) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let text = codes.join("\n");
    let copy = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            let done = browser::copy(&text).await;
            copied.try_set(Some(done));
        });
    };
    let word = move || match copied.get() {
        None => settings::COPY_CODES,
        Some(true) => words::COPIED,
        Some(false) => words::NOT_COPIED,
    };
    view! {
        <button type="button" id="codes-copy" class="button" on:click=on::click(copy)><Icon name="copy"/><span aria-live="polite">{word}</span></button>
    }
    .into_any()
}

#[component]
fn Download(codes: Vec<String>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let download = move |_| {
        let email = session
            .me
            .with_untracked(|me| me.as_ref().map(|me| me.email.clone()));
        let text = settings::codes_file(&email.unwrap_or_default(), &codes);
        if save(&text).is_none() {
            toasts.fault(settings::NOT_DOWNLOADED);
        }
    };
    view! {
        <button type="button" class="button" on:click=on::click(download)><Icon name="download"/>{settings::DOWNLOAD}</button>
    }
    .into_any()
}

/// Gives the text to the browser as a file; the server does not see it again.
fn save(text: &str) -> Option<()> {
    let parts = js_sys::Array::new();
    parts.push(&JsValue::from_str(text));
    let options = BlobPropertyBag::new();
    options.set_type("text/plain;charset=utf-8");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(settings::FILE_NAME);
    link.click();
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        WRITING,
    );
    Some(())
}
