//! Where is my message? One field, and each message's way with its times; an admin applies again what was kept.

mod again;
mod api;
mod way;

use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    session::use_session,
    ui::{
        empty::Empty,
        icon::Icon,
        later::{self, Part},
    },
    words::{fault, trace},
};
use again::Again;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;
use postern_types::{Role, Trace};
use wasm_split_helpers::wasm_split;
use way::Way;

/// The page; its code is fetched by those who come here.
#[component]
pub fn WherePage() -> impl IntoView {
    later::page(trace::TITLE, fetch, where_page)
}

#[wasm_split(trail, preload(fetch), fallible)]
fn where_page() -> Part {
    Ok(view! { <Where/> }.into_any())
}

/// What was found, or why nothing was.
type Found = Option<Result<Vec<Trace>, ApiError>>;

#[component]
fn Where() -> impl IntoView {
    let session = use_session();
    let admin = memo(move || session.at_least(Role::Admin));
    let what = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let found: RwSignal<Found> = RwSignal::new(None);
    let look = move || {
        let sought = what.get_untracked().trim().to_owned();
        if sought.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::find(sought).await;
            busy.try_set(false);
            found.try_set(Some(answer));
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        look();
    };
    // From a message's menu: its own id, which is nobody's secret.
    let asked = use_query_map();
    effect(move || {
        if let Some(id) = asked.with(|asked| asked.get("message")) {
            what.set(id);
            look();
        }
    });
    view! {
        <main class="page" id="main">
            <header class="page-head">
                <div>
                    <h1>{trace::TITLE}</h1>
                    <p class="page-lead">{trace::LEAD}</p>
                </div>
            </header>
            <form class="where-form" role="search" on:submit=on::submit(submit)>
                <div class="field">
                    <label for="what">{trace::WHAT}</label>
                    <input id="what" type="text" autocomplete="off" spellcheck="false" dir="auto" maxlength="1024" required=true
                        aria-describedby="what-hint"
                        prop:value=move || what.get() on:input=on::input(move |event| what.set(event_target_value(&event)))/>
                    <p id="what-hint" class="hint">{trace::WHAT_HINT}</p>
                </div>
                <button type="submit" class="button primary" disabled=move || busy.get()><Icon name="search"/>{trace::FIND}</button>
            </form>
            <div class="where-found" aria-live="polite" aria-busy=move || busy.get().to_string()>
                {move || found.with(show)}
            </div>
            <Show when=move || admin.get()><Again/></Show>
        </main>
    }
    .into_any()
}

fn show(found: &Found) -> AnyView {
    match found {
        None => ().into_any(),
        Some(Err(error)) => {
            let said = fault::doing(trace::NOT_FOUND_OUT, error);
            view! { <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{said}</p> }
                .into_any()
        }
        Some(Ok(traces)) if traces.is_empty() => {
            view! { <Empty icon="search" title=trace::NOTHING hint=trace::NOTHING_HINT/> }
                .into_any()
        }
        Some(Ok(traces)) => {
            let ways = traces.iter().cloned();
            view! {
                <ul class="cards">
                    {ways.map(|trace| view! { <li><Way trace/></li> }).collect_view()}
                </ul>
            }
            .into_any()
        }
    }
}
