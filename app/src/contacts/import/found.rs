//! Where the import stands: how far it is, what would come of it or came of it, and what can be done now.

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::{dialog::Dialog, icon::Icon, time},
    words::{self, import},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{ImportState, ImportView};

/// The card.
#[component]
pub fn Found(desk: Desk) -> impl IntoView {
    let live = use_live();
    let view = memo(move || {
        desk.page
            .with(|page| page.as_ref().map(|page| page.view.clone()))
    });
    let asking = RwSignal::new(false);
    let shown = move || {
        let view = view.get()?;
        let about = import::about(
            &view.name,
            view.lines,
            &time::in_sentence(view.at, live.now.get()),
        );
        let fault = view.fault.clone();
        let fault = fault.map(|text| view! { <p class="strip fault" role="alert">{text}</p> });
        Some(view! {
            <h2 id="import-found"><bdi>{import::stands(view.state)}</bdi></h2>
            <p class="quiet-text" dir="auto">{about}</p>
            {fault}
            {progress(&view)}
            {counts(&view)}
            <Acts desk view asking/>
        })
    };
    view! {
        <section class="card form" aria-labelledby="import-found" aria-live="polite">
            <Show when=move || view.with(Option::is_some) fallback=|| view! { <i class="sk sk-line"></i><i class="sk sk-line short"></i> }>
                {shown}
            </Show>
        </section>
        <Undoing desk open=asking/>
    }
    .into_any()
}

fn progress(view: &ImportView) -> Option<impl IntoView + use<>> {
    let whole = view.lines.max(1);
    let (done, words) = match view.state {
        ImportState::Checking | ImportState::Importing => {
            let seen = view.counts.seen.min(whole);
            (seen, import::so_far(seen, view.lines))
        }
        _ => return None,
    };
    Some(view! {
        <p class="import-progress">
            <progress max=whole value=done aria-label=import::PROGRESS></progress>
            <span>{words}</span>
        </p>
    })
}

fn counts(view: &ImportView) -> Option<impl IntoView + use<>> {
    let counts = view.counts;
    let lines: Vec<(u32, String)> = match view.state {
        ImportState::Read => return None,
        ImportState::Undoing | ImportState::Undone => {
            let undone = view.undone.unwrap_or_default();
            let said = [
                (undone.gone, import::GONE),
                (undone.restored, import::RESTORED),
                (undone.written, import::WRITTEN),
                (undone.used, import::USED),
                (undone.touched, import::TOUCHED),
            ];
            said.into_iter()
                .map(|(many, words)| (many, words.to_owned()))
                .collect()
        }
        state => {
            let tried = matches!(state, ImportState::Checking | ImportState::Checked);
            let said = if tried { import::WOULD } else { import::DID };
            let many = [counts.made, counts.changed, counts.same, counts.faulty];
            many.into_iter().zip(said.map(str::to_owned)).collect()
        }
    };
    let lines = lines
        .into_iter()
        .map(|(many, words)| view! { <div><dt>{words}</dt><dd>{many}</dd></div> });
    Some(view! { <dl class="import-counts">{lines.collect_view()}</dl> })
}

/// What can be done now.
#[component]
fn Acts(desk: Desk, view: ImportView, asking: RwSignal<bool>) -> impl IntoView {
    let go = use_navigate();
    let id = view.id;
    let contacts = view.counts.made + view.counts.changed;
    match view.state {
        ImportState::Checking | ImportState::Importing => view! {
            <div class="import-do">
                <button type="button" class="button" on:click=on::click(move |_| desk.act(api::stop(id)))><Icon name="square"/>{import::STOP}</button>
                <p class="hint">{import::STOP_HINT}</p>
            </div>
        }
        .into_any(),
        ImportState::Read | ImportState::Checked => {
            let ready = view.state == ImportState::Checked && contacts > 0;
            let discard = move |_| {
                let go = go.clone();
                leptos::task::spawn_local(async move {
                    if api::discard(id).await.is_ok() {
                        go("/contacts/import", NavigateOptions::default());
                    }
                    desk.refresh();
                });
            };
            view! {
                <div class="import-do">
                    {ready.then(|| view! {
                        <button type="button" class="button primary" on:click=on::click(move |_| desk.act(api::start(id)))><Icon name="users"/>{import::start(contacts)}</button>
                    })}
                    <button type="button" class="button" on:click=on::click(discard)><Icon name="trash-2"/>{import::DISCARD}</button>
                </div>
            }
            .into_any()
        }
        ImportState::Done | ImportState::Stopped => {
            let until = view.until.map(time::date);
            match until {
                Some(until) if contacts > 0 => view! {
                    <div class="import-do">
                        <a class="button primary" href="/contacts">{crate::words::contacts::ALL}</a>
                        <button type="button" class="button" on:click=on::click(move |_| asking.set(true))><Icon name="undo-2"/>{import::UNDO}</button>
                        <p class="hint">{import::until(&until)}</p>
                    </div>
                }
                .into_any(),
                _ => ().into_any(),
            }
        }
        ImportState::Undoing | ImportState::Undone => ().into_any(),
    }
}

/// The question before it is taken back.
#[component]
fn Undoing(desk: Desk, open: RwSignal<bool>) -> impl IntoView {
    let title = Signal::derive(|| import::UNDO_TITLE.to_owned());
    let undo = move |_| {
        open.set(false);
        if let Some(id) = desk.id.get_untracked() {
            desk.act(api::undo(id));
        }
    };
    view! {
        <Dialog open title>
            <p>{import::UNDO_WORDS}</p>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=on::click(move |_| open.set(false))>{words::CANCEL}</button>
                <button type="button" class="button danger" on:click=on::click(undo)>{import::UNDO}</button>
            </footer>
        </Dialog>
    }
    .into_any()
}
