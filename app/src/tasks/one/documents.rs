//! Documents: those that are here, those that the contact is asked for, and bringing one.

use super::{super::api, comments::who, desk::Desk, upload};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    number::bytes,
    ui::{icon::Icon, time},
    words::{fault, tasks},
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use postern_types::TaskDocument;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The section.
#[component]
pub fn Documents(desk: Desk) -> impl IntoView {
    let all = memo(move || desk.read(|task| task.documents.clone()));
    let shared = memo(move || desk.read(|task| task.form.shared));
    view! {
        <section class="card" aria-labelledby="task-documents">
            <h2 id="task-documents">{tasks::DOCUMENTS}</h2>
            <Show when=move || all.with(Vec::is_empty)><p class="hint">{tasks::NO_DOCUMENTS}</p></Show>
            <ul class="task-documents">
                <For each=move || all.get() key=|one| (one.id, one.file, one.at) let:one>
                    <Line desk one/>
                </For>
            </ul>
            <Bring desk shared/>
            <Show when=move || shared.get()><AskFor desk/></Show>
        </section>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, one: TaskDocument) -> impl IntoView {
    let live = use_live();
    let TaskDocument {
        id,
        name,
        file,
        size,
        author,
        internal,
        at,
        ..
    } = one;
    let here = file.is_some();
    let about = move || {
        let by = who(live, desk, author);
        let at = time::in_sentence(at, live.now.get());
        if here {
            tasks::brought_by(&by, &at, size.map(bytes))
        } else {
            tasks::asked_by(&by, &at)
        }
    };
    let save = move |_| {
        leptos::task::spawn_local(async move {
            match api::document(desk.id, id).await {
                // It is served to be saved, never to be shown.
                Ok(url) => {
                    let _ = window().location().set_href(&url);
                }
                Err(error) => desk.toasts.fault(fault::doing(tasks::NOT_SAVED, &error)),
            }
        });
    };
    let (label, title) = (tasks::save_label(&name), tasks::take_label(&name));
    let take = move |_| desk.act(api::take_away(desk.id, id), tasks::NOT_CHANGED);
    view! {
        <li class:asked=!here>
            <span class="other-icon"><Icon name=if here { "file-text" } else { "clock" }/></span>
            <span class="task-words">
                <bdi class="document-name">{name}</bdi>
                <small>{about}{internal.then_some(" · ")}{internal.then_some(tasks::INTERNAL)}</small>
            </span>
            {here.then(|| view! {
                <button type="button" class="icon-button" aria-label=label on:click=on::click(save)><Icon name="download"/></button>
            })}
            <button type="button" class="icon-button" aria-label=title on:click=on::click(take)><Icon name="x"/></button>
        </li>
    }
    .into_any()
}

/// A file of the reader's. On a task that the contact sees, it is said whether they see it too.
#[component]
fn Bring(desk: Desk, shared: Memo<bool>) -> impl IntoView {
    let busy = RwSignal::new(None::<u32>);
    let open = RwSignal::new(false);
    let picked = move |event: web_sys::Event| {
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        let file = input.files().and_then(|files| files.get(0));
        let Some(file) = file.filter(|_| busy.get_untracked().is_none()) else {
            return;
        };
        let internal = !(shared.get_untracked() && open.get_untracked());
        busy.set(Some(0));
        leptos::task::spawn_local(async move {
            let progress = move |part| {
                busy.try_set(Some(part));
            };
            if let Err(error) = upload::run(desk.id, &file, internal, progress).await {
                desk.toasts.fault(fault::doing(tasks::NOT_BROUGHT, &error));
            }
            // The same file may be chosen again.
            input.set_value("");
            busy.try_set(None);
            desk.refresh();
        });
    };
    view! {
        <div class="task-send">
            <label class="button small">
                <Icon name="upload"/>
                {move || busy.get().map_or_else(|| tasks::BRING.to_owned(), tasks::bringing)}
                <input type="file" class="only-heard" on:change=on::change(picked)/>
            </label>
            <Show when=move || shared.get()>
                <label class="team-switch">
                    <input type="checkbox" role="switch" prop:checked=move || open.get() on:change=on::change(move |event| open.set(event_target_checked(&event)))/>
                    <span><strong><Icon name="eye"/>{tasks::CONTACT_SEES}</strong></span>
                </label>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn AskFor(desk: Desk) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = node.get_untracked() else {
            return;
        };
        let name = input.value();
        if !name.trim().is_empty() {
            input.set_value("");
            let asked = async move { api::ask(desk.id, name).await.map(drop) };
            desk.act(asked, tasks::NOT_ASKED);
        }
    };
    view! {
        <form class="task-add" on:submit=on::submit(ask)>
            <input node_ref=node type="text" maxlength="120" dir="auto" autocomplete="off" aria-label=tasks::ASK_FOR placeholder=tasks::ASK_FOR/>
            <button type="submit" class="button small">{tasks::ASK}</button>
        </form>
    }
    .into_any()
}
