//! Files that are pasted or dropped anywhere on the conversation.

use super::{
    super::Bench,
    tray::{Given, Tray},
};
use crate::{boxed::Show, ui::icon::Icon, words::kit};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, File, FileList};

/// Listens while a reply may be written, and says so while something is dragged over the page.
#[component]
pub fn Drop(tray: Tray) -> impl IntoView {
    let bench = expect_context::<Bench>();
    let over = RwSignal::new(false);
    let listeners = [
        window_event_listener_untyped("paste", move |event| {
            let Some(event) = event.dyn_ref::<ClipboardEvent>() else {
                return;
            };
            let given = event.clipboard_data().map(|data| files(&data));
            take(tray, event, given);
        }),
        window_event_listener_untyped("dragover", move |event| {
            let brings = event
                .dyn_ref::<DragEvent>()
                .and_then(DragEvent::data_transfer)
                .is_some_and(|data| data.types().includes(&"Files".into(), 0));
            if brings {
                event.prevent_default();
                over.set(true);
            }
        }),
        window_event_listener_untyped("dragleave", move |event| {
            // Out of the window, not from one element to another.
            let out = event
                .dyn_ref::<DragEvent>()
                .is_some_and(|event| event.related_target().is_none());
            if out {
                over.set(false);
            }
        }),
        window_event_listener_untyped("drop", move |event| {
            over.set(false);
            let Some(event) = event.dyn_ref::<DragEvent>() else {
                return;
            };
            let given = event.data_transfer().map(|data| files(&data));
            take(tray, event, given);
            super::super::focus(bench.input);
        }),
    ];
    on_cleanup(move || {
        listeners
            .into_iter()
            .for_each(leptos::leptos_dom::helpers::WindowListenerHandle::remove);
    });
    view! {
        <Show when=move || over.get()>
            <div class="kit-drop" aria-hidden="true"><Icon name="paperclip"/>{kit::DROP}</div>
        </Show>
    }
    .into_any()
}

fn take(tray: Tray, event: &web_sys::Event, given: Option<Vec<Given>>) {
    let given = given.unwrap_or_default();
    // Text is pasted as ever.
    if !given.is_empty() && !crate::browser::in_dialog() {
        event.prevent_default();
        tray.add(given);
    }
}

fn files(data: &DataTransfer) -> Vec<Given> {
    data.files().map(|files| given(&files)).unwrap_or_default()
}

/// What stands in a list of files.
pub fn given(files: &FileList) -> Vec<Given> {
    let all = (0..files.length()).filter_map(|at| files.item(at));
    all.map(|file: File| Given {
        name: file.name(),
        mime: file.type_(),
        blob: file.into(),
        voice: false,
    })
    .collect()
}
