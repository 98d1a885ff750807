//! One number's page: what it is called, whether it works, and its parts.

use super::{
    Desk, alerts::Alerts, api, events::Events, health::Health, place::Place, profile::ProfileForm,
    registration::RegistrationForms,
};
use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    live::use_live,
    ui::{
        empty::Empty,
        icon::Icon,
        later::{Later, Part},
    },
    words::{channels, fault},
};
use leptos::prelude::*;
use postern_types::{ChannelId, ChannelState, NumberHealth};
use wasm_split_helpers::wasm_split;

/// What the parts of the page share; copied about freely.
#[derive(Clone, Copy)]
pub struct Page {
    pub id: ChannelId,
    pub admin: Memo<bool>,
    /// How it stands, once that is here.
    pub health: RwSignal<Option<NumberHealth>>,
    /// True while Meta is being asked.
    pub asking: RwSignal<bool>,
}

/// What is shown, for the part that is fetched.
#[derive(Clone, Copy)]
struct Shown {
    id: ChannelId,
    place: Memo<Place>,
    admin: Memo<bool>,
    loaded: RwSignal<bool>,
    desk: Desk,
}

/// The page; most who look at the list never open one.
#[component]
pub fn NumberPage(
    id: ChannelId,
    place: Memo<Place>,
    admin: Memo<bool>,
    loaded: RwSignal<bool>,
    desk: Desk,
) -> impl IntoView {
    provide_context(Shown {
        id,
        place,
        admin,
        loaded,
        desk,
    });
    let meanwhile = || view! { <main class="page" id="main" aria-busy="true"></main> };
    view! { <Later fetch part=one meanwhile/> }.into_any()
}

#[wasm_split(number, preload(fetch), fallible)]
fn one() -> Part {
    Ok(view! { <Number/> }.into_any())
}

/// It reads itself anew whenever something about the number changes.
#[component]
fn Number() -> impl IntoView {
    let Shown {
        id,
        place,
        admin,
        loaded,
        desk,
    } = expect_context();
    let live = use_live();
    let page = Page {
        id,
        admin,
        health: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    let failed = RwSignal::new(None::<ApiError>);
    let channel = memo(move || live.inbox.with(|inbox| inbox.channel(id).cloned()));
    let rev = memo(move || channel.with(|channel| channel.as_ref().map(|c| c.rev)));
    effect(move || {
        if rev.get().is_none() {
            return;
        }
        leptos::task::spawn_local(async move {
            match api::health(id).await {
                Ok(health) => {
                    page.health.try_set(Some(health));
                    page.asking.try_set(false);
                    failed.try_set(None);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    });
    let head = move || {
        channel.get().map(|channel| {
            let lost = channel.state == ChannelState::Disconnected;
            view! {
                <header class="page-head">
                    <div>
                        <a class="page-up" href="/settings/channels"><Icon name="arrow-left"/>{channels::TITLE}</a>
                        <h1><bdi>{channel.name.clone()}</bdi></h1>
                        <p class="page-lead" dir="ltr">{channel.phone.clone()}</p>
                    </div>
                    <span class="state" class:bad=lost><Icon name=if lost { "unplug" } else { "check" }/>{channels::state(channel.state)}</span>
                </header>
                {lost.then(|| view! {
                    <div class="strip fault"><Icon name="triangle-alert"/><p dir="auto">{channel.state_reason.clone()}" "{channels::WHY}</p>
                        <Show when=move || admin.get()>
                            <button type="button" class="button small" on:click=on::click(move |_| desk.connecting.set(true))>{channels::CONNECT_AGAIN}</button>
                        </Show>
                    </div>
                })}
            }
        })
    };
    let part = move || {
        let place = place.get();
        if place.is_admins() && !admin.get() {
            return view! { <p class="hint">{channels::FOR_ADMINS}</p> }.into_any();
        }
        match place {
            Place::Health => view! { <Health page/> }.into_any(),
            Place::Alerts => view! { <Alerts page/> }.into_any(),
            Place::Profile => view! { <ProfileForm id/> }.into_any(),
            Place::Registration => {
                let name =
                    channel.with_untracked(|channel| channel.as_ref().map(|c| c.name.clone()));
                view! { <RegistrationForms id name=name.unwrap_or_default()/> }.into_any()
            }
            Place::Events => view! { <Events id/> }.into_any(),
        }
    };
    view! {
        <main class="page" id="main">
            {head}
            <Show when=move || rev.get().is_some()>
                <Tabs page place/>
                <Show when=move || failed.with(Option::is_some)>
                    <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{move || failed.with(|error| error.as_ref().map(|e| fault::doing(channels::NOT_READ, e)))}</p>
                </Show>
                <div class="number-part">{part}</div>
            </Show>
            <Show when=move || loaded.get() && rev.get().is_none()>
                <Empty icon="smartphone" title=channels::NO_SUCH hint=channels::NO_SUCH_HINT>
                    <a class="button primary" href="/settings/channels">{channels::TITLE}</a>
                </Empty>
            </Show>
        </main>
    }
    .into_any()
}

#[component]
fn Tabs(page: Page, place: Memo<Place>) -> impl IntoView {
    let unseen = memo(move || {
        page.health.with(|health| {
            let alerts = health.as_ref().map_or(&[][..], |health| &health.alerts);
            alerts.iter().filter(|alert| alert.seen.is_none()).count()
        })
    });
    view! {
        <nav class="tabs" aria-label=channels::PARTS>
            {Place::ALL.into_iter().map(|each| view! {
                <a href=each.address(page.id) class="tab" aria-current=move || (place.get() == each).then_some("page")>
                    {channels::place(each)}
                    {(each == Place::Alerts).then(|| view! {
                        <Show when=move || { unseen.get() > 0 }>
                            <span class="tab-count"><span aria-hidden="true">{move || unseen.get()}</span><span class="only-heard">{move || channels::unseen(unseen.get())}</span></span>
                        </Show>
                    })}
                </a>
            }).collect_view()}
        </nav>
    }
    .into_any()
}
