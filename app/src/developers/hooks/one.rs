//! One endpoint: what it is, what can be done with it, its log.

use super::{
    HEAD,
    api::{self, Deed},
    asking::Asking,
    desk::{Asked, Desk},
    list::kinds,
    log::Log,
    marks::Marks,
};
use crate::{
    boxed::{Show, memo, on},
    developers::{
        pages::{skeleton, strip},
        place::{self, Hook},
    },
    ui::{icon::Icon, time},
    words::{fault, webhooks},
};
use leptos::prelude::*;
use postern_types::{EndpointId, EndpointView};

/// Its page.
#[component]
pub fn One(id: EndpointId) -> impl IntoView {
    let desk = Desk::open(id);
    // Read again and again while something waits, and drawn when it has changed: who stands on a button stays there.
    let shown = memo(move || desk.endpoint.get());
    let here = memo(move || shown.with(Option::is_some));
    view! {
        <div class="cards">
            <a class="page-up" href=place::of_hook(Hook::All)><Icon name="chevron-left"/>{webhooks::BACK}</a>
            <section class="card developers" aria-labelledby=HEAD>
                <h2 id=HEAD class="hook-name" dir="ltr">{move || desk.host()}</h2>
                {move || desk.failed.get().map(|error| {
                    strip(fault::doing(webhooks::ONE_NOT_READ, &error), move || desk.again())
                })}
                {move || match shown.get() {
                    Some(one) => view! { <Facts one/> }.into_any(),
                    None if desk.failed.with(Option::is_some) => ().into_any(),
                    None => skeleton(),
                }}
                <Show when=move || here.get()><Deeds desk/></Show>
            </section>
            <Log desk/>
        </div>
        <Asking desk/>
    }
    .into_any()
}

#[component]
fn Facts(one: EndpointView) -> impl IntoView {
    let now = time::now();
    let at = |at| view! { <time title=time::full(at)>{time::in_sentence(at, now)}</time> };
    let old = one.overlap_until.map(|until| {
        view! { <small>{webhooks::old_until(&time::in_sentence(until, now))}</small> }
    });
    let paused = one.paused.map(|(why, since)| {
        let said = webhooks::paused_since(why, &time::in_sentence(since, now));
        view! { <p class="strip notice"><Icon name="pause"/>{said}</p> }
    });
    view! {
        <Marks one=one.clone()/>
        {(!one.description.is_empty()).then(|| view! { <p dir="auto">{one.description.clone()}</p> })}
        {paused}
        <dl class="facts wide">
            <div><dt>{webhooks::ADDRESS}</dt><dd><code dir="ltr" translate="no">{one.url.clone()}</code></dd></div>
            <div><dt>{webhooks::KINDS}</dt><dd>{kinds(&one.kinds)}</dd></div>
            <div><dt>{webhooks::MADE}</dt><dd>{at(one.created)}</dd></div>
            <div><dt>{webhooks::SECRET}</dt><dd>{webhooks::SECRET_KEPT}" "{old}</dd></div>
        </dl>
    }
    .into_any()
}

/// What can be done with it.
#[component]
fn Deeds(desk: Desk) -> impl IntoView {
    let id = desk.id;
    let is = move |what: fn(&EndpointView) -> bool| {
        memo(move || desk.endpoint.with(|one| one.as_ref().is_some_and(what)))
    };
    let (paused, waits) = (is(|one| one.paused.is_some()), is(|one| one.waiting > 0));
    let test = move |_| {
        let asked = async move {
            api::act(id, Deed::Test)
                .await
                .map(|_| webhooks::TESTED.to_owned())
        };
        desk.put(asked, webhooks::NOT_TESTED);
    };
    let turn = move |_| {
        if !paused.get_untracked() {
            let asked = async move {
                api::act(id, Deed::Pause)
                    .await
                    .map(|_| webhooks::PAUSED.to_owned())
            };
            desk.put(asked, webhooks::NOT_PAUSED);
        } else if waits.get_untracked() {
            desk.ask(Asked::Resume);
        } else {
            let asked = async move {
                let resumed = api::act(id, Deed::Resume { skip: false }).await;
                resumed.map(|_| webhooks::RESUMED.to_owned())
            };
            desk.put(asked, webhooks::NOT_RESUMED);
        }
    };
    let look = move || {
        let (name, word) = if paused.get() {
            ("play", webhooks::RESUME)
        } else {
            ("pause", webhooks::PAUSE)
        };
        view! { <Icon name/>{word} }
    };
    view! {
        <div class="account-keep hook-do">
            <button type="button" class="button small" on:click=on::click(test)><Icon name="send-horizontal"/>{webhooks::TEST}</button>
            <button type="button" class="button small" on:click=on::click(move |_| desk.ask(Asked::Change))><Icon name="pencil"/>{webhooks::CHANGE}</button>
            <button type="button" class="button small" on:click=on::click(turn)>{look}</button>
            <button type="button" class="button small" on:click=on::click(move |_| desk.ask(Asked::Rotate))><Icon name="key-round"/>{webhooks::ROTATE}</button>
            <button type="button" class="button small danger-quiet" on:click=on::click(move |_| desk.ask(Asked::Delete))>{webhooks::DELETE}</button>
        </div>
    }
    .into_any()
}
