//! One delivery: what went out, and each attempt.

use super::{HEAD, api, log::soon, marks, renew};
use crate::{
    boxed::{Show, effect, memo, on},
    developers::{
        pages::{skeleton, strip},
        place::{self, Hook},
        pretty::pretty,
    },
    error::ApiError,
    live::use_live,
    ui::{
        icon::Icon,
        time,
        toast::{Toasts, use_toasts},
    },
    words::{fault, webhooks},
};
use leptos::prelude::*;
use postern_types::{DeliveryAttempt, DeliveryId, DeliveryState, DeliveryView, EndpointId};

/// As it was read last; copied about freely.
#[derive(Clone, Copy)]
struct Desk {
    id: DeliveryId,
    delivery: RwSignal<Option<DeliveryView>>,
    failed: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
    toasts: Toasts,
}

impl Desk {
    /// An earlier answer differs by attempts alone, and the next reading brings those.
    fn read(self) {
        leptos::task::spawn_local(async move {
            match api::delivery(self.id).await {
                Ok(one) => {
                    self.failed.try_set(None);
                    self.delivery.try_set(Some(one));
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn replay(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            match api::replay(self.id).await {
                Ok(()) => self.toasts.say(webhooks::replayed(1)),
                Err(error) => self
                    .toasts
                    .fault(fault::doing(webhooks::NOT_REPLAYED, &error)),
            }
            if self.busy.try_set(false).is_none() {
                self.read();
            }
        });
    }
}

/// Its page.
#[component]
pub fn Delivery(endpoint: EndpointId, id: DeliveryId) -> impl IntoView {
    let live = use_live();
    let desk = Desk {
        id,
        delivery: RwSignal::new(None),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
        toasts: use_toasts(),
    };
    effect(move || {
        live.epoch.track();
        desk.read();
    });
    renew::while_waiting(
        move || {
            let one = desk.delivery.get()?;
            (one.row.state == DeliveryState::Waiting).then_some(one)
        },
        move || desk.read(),
    );
    // Drawn when it has changed: who reads on, or stands on the button, stays there.
    let shown = memo(move || desk.delivery.get());
    let is = move |what: fn(&DeliveryView) -> bool| {
        memo(move || shown.with(|one| one.as_ref().is_some_and(what)))
    };
    let (here, waits) = (
        is(|_| true),
        is(|one| one.row.state == DeliveryState::Waiting),
    );
    let title = move || {
        desk.delivery.with(|one| {
            let kind = one.as_ref().map(|one| one.row.kind.clone());
            kind.unwrap_or_else(|| webhooks::DELIVERY.to_owned())
        })
    };
    let up = move || {
        desk.delivery.with(|one| {
            let host = one.as_ref().map(|one| place::host(&one.url).to_owned());
            host.unwrap_or_else(|| webhooks::ENDPOINT.to_owned())
        })
    };
    view! {
        <div class="cards">
            <a class="page-up" href=place::of_hook(Hook::One(endpoint))><Icon name="chevron-left"/>{up}</a>
            <section class="card developers" aria-labelledby=HEAD>
                <header class="account-head">
                    <h2 id=HEAD class="hook-name" translate="no">{title}</h2>
                    <Show when=move || here.get()>
                        <button type="button" class="button small" on:click=on::click(move |_| desk.replay())><Icon name="rotate-cw"/>
                            {move || if waits.get() { webhooks::REPLAY_NOW } else { webhooks::REPLAY }}
                        </button>
                    </Show>
                </header>
                {move || desk.failed.get().map(|error| {
                    strip(fault::doing(webhooks::DELIVERY_NOT_READ, &error), move || desk.read())
                })}
                {move || match shown.get() {
                    Some(one) => view! { <Whole one/> }.into_any(),
                    None if desk.failed.with(Option::is_some) => ().into_any(),
                    None => skeleton(),
                }}
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn Whole(one: DeliveryView) -> impl IntoView {
    let now = time::now();
    let row = one.row;
    let next = row.due.map(|due| {
        let said = soon(due.0, now.0).unwrap_or_else(|| time::in_sentence(due, now));
        view! { <div><dt>{webhooks::NEXT}</dt><dd><time title=time::full(due)>{said}</time></dd></div> }
    });
    let attempts = one.attempts.into_iter().rev().map(attempt);
    let none = row.attempts == 0;
    view! {
        <p class="session-marks">{marks::of_delivery(row.state)}</p>
        <dl class="facts wide">
            <div><dt translate="no">{webhooks::EVENT_ID}</dt><dd><code translate="no" dir="ltr">{row.event}</code></dd></div>
            <div><dt>{webhooks::TO}</dt><dd><code translate="no" dir="ltr">{one.url}</code></dd></div>
            <div><dt>{webhooks::HAPPENED}</dt><dd><time title=time::full(row.at)>{time::exact(row.at)}</time></dd></div>
            {next}
        </dl>
        <h3>{webhooks::TRIED}</h3>
        {none.then(|| view! { <p class="hint">{webhooks::NOT_TRIED}</p> })}
        <ol class="tries">{attempts.collect_view()}</ol>
        <h3 id="hook-body">{webhooks::BODY}</h3>
        <pre class="wire" tabindex="0" aria-labelledby="hook-body" dir="ltr" translate="no">{pretty(&one.body)}</pre>
        <p class="hint">{webhooks::BODY_HINT}</p>
    }
    .into_any()
}

/// The newest stands first.
fn attempt(one: DeliveryAttempt) -> AnyView {
    let look = match (one.status, &one.fault) {
        (_, Some(_)) => "dot bad",
        (Some(_), None) => "dot good",
        (None, None) => "dot",
    };
    let took = one.duration_ms.map(webhooks::took);
    let said = marks::answer(one.status, one.fault.as_deref());
    let head = (!one.head.is_empty()).then(|| {
        view! { <pre class="wire" tabindex="0" aria-label=webhooks::HEAD dir="ltr" translate="no">{one.head}</pre> }
    });
    view! {
        <li>
            <p class="try">
                <span class=look aria-hidden="true"></span>
                <strong>{webhooks::attempt(one.number)}</strong>
                <span>{said}</span>
                <span class="quiet-text"><time title=time::full(one.at)>{time::exact(one.at)}</time></span>
                <span class="quiet-text">{took}</span>
            </p>
            {head}
        </li>
    }
    .into_any()
}
