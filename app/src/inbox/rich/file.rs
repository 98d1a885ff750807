//! How far a file is: on its way, here, not to be had, not wanted. And how it is taken away.

use super::{links::Links, measure::type_of, room::Room};
use crate::{
    boxed::on,
    inbox::files,
    number::bytes,
    ui::{
        icon::Icon,
        sentinel::Sentinel,
        toast::{Toasts, use_toasts},
    },
    words::{fault, rich},
};
use leptos::prelude::*;
use postern_types::{FileId, FileState, FileView};
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

/// A file that is not here: why, and what can be done.
#[component]
pub fn Away(file: FileView, #[prop(into)] icon: String) -> impl IntoView {
    let told = [
        file.name.clone(),
        Some(type_of(file.name.as_deref(), &file.mime)),
        file.size.map(bytes),
    ];
    let about = told
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let (class, words, fault) = match file.state {
        FileState::Waiting | FileState::Stored => ("file waiting", rich::FETCHING, None),
        FileState::Failed => ("file failed", rich::FAILED, file.fault),
        FileState::Refused => ("file refused", rich::REFUSED, file.fault),
    };
    view! {
        <div class=class aria-busy=(file.state == FileState::Waiting).then_some("true")>
            <span class="other-icon"><Icon name=icon/></span>
            <span class="other-words">
                <strong>{words}</strong>
                {fault.map(|fault| view! { <span class="other-summary" dir="auto">{fault}</span> })}
                {(!about.is_empty()).then(|| view! { <span class="other-summary"><bdi>{about}</bdi></span> })}
            </span>
            {(file.state == FileState::Failed).then(|| view! { <FetchAgain id=file.id/> })}
        </div>
    }
    .into_any()
}

/// It is fetched again by the worker; the thread hears what becomes of it.
#[component]
fn FetchAgain(id: FileId) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let ask = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            if let Err(error) = files::fetch_again(id).await {
                busy.try_set(false);
                toasts.fault(fault::doing(rich::NOT_ASKED, &error));
            }
        });
    };
    view! {
        <button type="button" class="button small" disabled=move || busy.get() on:click=on::click(ask)>
            <Icon name="rotate-cw"/>{move || if busy.get() { rich::FETCH_ASKED } else { rich::FETCH_AGAIN }}
        </button>
    }
}

/// Learns where a file is as soon as its bubble is seen.
#[component]
pub fn OnSeen(room: Room, id: FileId) -> impl IntoView {
    let seen = Callback::new(move |_: String| room.links().want(id));
    view! { <Sentinel place=Signal::stored(Some(String::new())) seen again=Signal::stored(0)/> }
}

/// A button that saves a file under its name.
#[component]
pub fn Download(room: Room, id: FileId, name: Option<String>) -> impl IntoView {
    let save = Save::of(room, id, name);
    view! {
        <button type="button" class="button small" disabled=move || save.busy.get() on:click=on::click(move |_| save.run())>
            <Icon name="download"/>{rich::DOWNLOAD}
        </button>
    }
}

/// Saving a file; copied about freely.
#[derive(Clone, Copy)]
pub struct Save {
    links: Links,
    id: FileId,
    name: StoredValue<Option<String>>,
    toasts: Toasts,
    /// Until its address is known.
    pub busy: RwSignal<bool>,
}

impl Save {
    pub fn of(room: Room, id: FileId, name: Option<String>) -> Self {
        Self {
            links: room.links(),
            id,
            name: StoredValue::new(name),
            toasts: use_toasts(),
            busy: RwSignal::new(false),
        }
    }

    /// The server sends it as something to keep, never as something to open.
    pub fn run(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let address = self.links.address(self.id).await;
            let name = self.name.try_get_value().flatten().unwrap_or_default();
            self.busy.try_set(false);
            if address.and_then(|address| save(&address, &name)).is_none() {
                self.toasts.fault(rich::NOT_DOWNLOADED);
            }
        });
    }
}

fn save(address: &str, name: &str) -> Option<()> {
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(address);
    link.set_download(name);
    link.click();
    Some(())
}
