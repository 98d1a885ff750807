//! The endpoints of the workspace.

use super::{HEAD, api, marks::Marks, new::NewDialog};
use crate::{
    boxed::{Show, effect, on},
    developers::{
        pages::{Pages, skeleton},
        place::{self, Hook},
    },
    live::use_live,
    ui::{empty::Empty, icon::Icon},
    words::webhooks,
};
use leptos::prelude::*;
use postern_types::{EndpointView, EventKind};

/// The list, and the way to a new one.
#[component]
pub fn List() -> impl IntoView {
    let live = use_live();
    let making = RwSignal::new(false);
    let all = Pages::new(|_| Box::pin(async { api::list().await.map(|all| (all, None)) }));
    effect(move || {
        live.epoch.track();
        all.again();
    });
    view! {
        <section class="card portal developers" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{webhooks::TITLE}</h2>
                <div class="account-keep">
                    <button type="button" class="button small" on:click=on::click(move |_| making.set(true))><Icon name="plus"/>{webhooks::NEW}</button>
                </div>
            </header>
            <p class="hint">{webhooks::LEAD}</p>
            {all.fault(webhooks::NOT_READ, "")}
            <Show when=move || all.rows.with(Option::is_none) && all.failed.with(Option::is_none)>{skeleton()}</Show>
            <Show when=move || all.none() fallback=move || view! {
                <ul class="sessions" aria-labelledby=HEAD>
                    <For each=move || all.rows.get().unwrap_or_default() key=|one| format!("{one:?}") let:one><Line one/></For>
                </ul>
            }>
                <Empty icon="link" title=webhooks::NONE hint=webhooks::NONE_HINT/>
            </Show>
        </section>
        <NewDialog making again=move || all.again()/>
    }
    .into_any()
}

#[component]
fn Line(one: EndpointView) -> impl IntoView {
    let host = place::host(&one.url).to_owned();
    let address = place::of_hook(Hook::One(one.id));
    view! {
        <li class="session">
            <span class="card-icon"><Icon name="link"/></span>
            <div class="session-words">
                <h3><a class="hook-name" href=address.clone() dir="ltr">{host.clone()}</a></h3>
                <Marks one=one.clone()/>
                {(!one.description.is_empty()).then(|| view! { <p dir="auto">{one.description.clone()}</p> })}
                {kinds(&one.kinds)}
            </div>
            <div class="account-keep">
                <a class="button small" href=address aria-label=webhooks::open_of(&host)>{webhooks::OPEN}</a>
            </div>
        </li>
    }
    .into_any()
}

/// What goes there: all, or the words of the kinds.
pub fn kinds(kinds: &[EventKind]) -> AnyView {
    if kinds.len() == EventKind::choosable().count() {
        return view! { <p class="quiet-text">{webhooks::ALL_KINDS}</p> }.into_any();
    }
    let words = kinds.iter().map(|kind| kind.as_str());
    let words = words.map(|word| view! { <li><code translate="no">{word}</code></li> }.into_any());
    view! { <ul class="key-scopes" aria-label=webhooks::KINDS>{words.collect_view()}</ul> }
        .into_any()
}
