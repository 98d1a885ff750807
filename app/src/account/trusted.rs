//! Browsers that are trusted and not signed in: each can be forgotten.

use super::{api, ask::focus_head};
use crate::{
    boxed::{Show, effect, on},
    error::ApiError,
    ui::{
        icon::Icon,
        time,
        toast::{Toasts, use_toasts},
    },
    words::{self, fault, settings},
};
use leptos::prelude::*;
use postern_types::{TrustId, TrustedView};

/// The head of the sessions, where one goes on after the last of these is gone.
const ABOVE: &str = "sessions-head";
/// The head of the section.
const HEAD: &str = "trusted-head";

/// What the parts share; copied about freely.
#[derive(Clone, Copy)]
struct Desk {
    all: RwSignal<Vec<TrustedView>>,
    failed: RwSignal<Option<ApiError>>,
    toasts: Toasts,
}

impl Desk {
    fn read(self) {
        leptos::task::spawn_local(async move {
            match api::trusted().await {
                Ok(all) => {
                    self.all.try_set(all);
                    self.failed.try_set(None);
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn forget(self, id: TrustId) {
        leptos::task::spawn_local(async move {
            match api::forget_trusted(id).await {
                // Forgotten by somebody else at this moment, or run out: so it is not trusted.
                Ok(()) | Err(ApiError::NotFound) => {
                    let left = self.all.try_update(|all| {
                        all.retain(|browser| browser.id != id);
                        all.len()
                    });
                    self.toasts.say(settings::FORGOTTEN);
                    focus_head(if left == Some(0) { ABOVE } else { HEAD });
                }
                Err(error) => self
                    .toasts
                    .fault(fault::doing(settings::NOT_FORGOTTEN, &error)),
            }
        });
    }
}

/// The section; nothing while there is none. It reads itself anew when `changed` grows.
#[component]
pub fn Trusted(changed: RwSignal<u32>) -> impl IntoView {
    let desk = Desk {
        all: RwSignal::new(Vec::new()),
        failed: RwSignal::new(None),
        toasts: use_toasts(),
    };
    effect(move || {
        changed.track();
        desk.read();
    });
    let shown = move || desk.all.with(|all| !all.is_empty()) || desk.failed.with(Option::is_some);
    view! {
        <Show when=shown>
            <section class="card" aria-labelledby=HEAD>
                <h2 id=HEAD>{settings::TRUSTED_BROWSERS}</h2>
                <p class="hint">{settings::TRUSTED_LEAD}</p>
                <Show when=move || desk.failed.with(Option::is_some)>
                    <div class="strip fault" role="alert"><Icon name="triangle-alert"/>
                        <p>{move || desk.failed.with(|error| error.as_ref().map(|e| fault::doing(settings::NOT_READ, e)))}</p>
                        <button type="button" class="button small" on:click=on::click(move |_| desk.read())>{words::TRY_AGAIN}</button>
                    </div>
                </Show>
                <ul class="sessions" aria-labelledby=HEAD>
                    <For each=move || desk.all.get() key=|browser| browser.id let:browser>
                        <Line desk browser/>
                    </For>
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, browser: TrustedView) -> impl IntoView {
    let (id, since, until) = (browser.id, browser.since, browser.until);
    let now = time::now();
    let label = if browser.label.is_empty() {
        settings::SOME_BROWSER.to_owned()
    } else {
        browser.label
    };
    let forget = settings::forget_of(&label);
    view! {
        <li class="session">
            <span class="card-icon"><Icon name="lock"/></span>
            <div class="session-words">
                <h3><bdi>{label}</bdi></h3>
                <p class="quiet-text">
                    <span dir="ltr">{browser.network}</span>
                    <time title=time::full(since)>{settings::trusted_since(&time::in_sentence(since, now))}</time>
                    <time title=time::full(until)>{settings::trusted_until(&time::in_sentence(until, now))}</time>
                </p>
            </div>
            <button type="button" class="button small" aria-label=forget on:click=on::click(move |_| desk.forget(id))>{settings::FORGET}</button>
        </li>
    }
    .into_any()
}
