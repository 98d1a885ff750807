//! Who else signs one in: Google and Microsoft, connected and taken away by whoever knows the password.

use super::{
    api,
    ask::{Proof, focus_head},
};
use crate::{
    boxed::{Show, effect, on},
    error::ApiError,
    session::connect,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        icon::Icon,
        toast::use_toasts,
    },
    words::{self, fault, settings},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Connect, Connections, Provider};

const HEAD: &str = "connections-head";

/// What the parts share; copied about freely.
#[derive(Clone, Copy)]
struct Desk {
    found: RwSignal<Option<Connections>>,
    failed: RwSignal<Option<ApiError>>,
    /// What is asked for: which one, and whether it is to be connected.
    wish: RwSignal<Option<(Provider, bool)>>,
    open: RwSignal<bool>,
}

impl Desk {
    fn read(self) {
        leptos::task::spawn_local(async move {
            match api::read_connections().await {
                Ok(found) => {
                    self.found.try_set(Some(found));
                    self.failed.try_set(None);
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    fn ask(self, provider: Provider, on: bool) {
        self.wish.set(Some((provider, on)));
        self.open.set(true);
    }
}

/// The section; nothing where nobody else signs anybody in.
#[component]
pub fn SignIns() -> impl IntoView {
    let desk = Desk {
        found: RwSignal::new(None),
        failed: RwSignal::new(None),
        wish: RwSignal::new(None),
        open: RwSignal::new(false),
    };
    effect(move || desk.read());
    let any = move || {
        let some = |it: &Connections| !it.offered.is_empty() || !it.connected.is_empty();
        desk.failed.with(Option::is_some)
            || desk.found.with(|found| found.as_ref().is_some_and(some))
    };
    let title = Signal::derive(move || {
        let wish = desk.wish.get();
        wish.map(|(provider, on)| settings::connect(provider, on))
            .unwrap_or_default()
    });
    view! {
        <Show when=any>
            <section class="card" aria-labelledby=HEAD>
                <h2 id=HEAD>{settings::SIGN_INS}</h2>
                <p class="hint">{settings::SIGN_INS_LEAD}</p>
                <Show when=move || desk.failed.with(Option::is_some)>
                    <div class="strip fault" role="alert"><Icon name="triangle-alert"/>
                        <p>{move || desk.failed.with(|error| error.as_ref().map(|e| fault::doing(settings::NOT_READ, e)))}</p>
                        <button type="button" class="button small" on:click=on::click(move |_| desk.read())>{words::TRY_AGAIN}</button>
                    </div>
                </Show>
                {move || desk.found.get().map(|found| view! { <Lines desk found/> })}
            </section>
        </Show>
        <Dialog open=desk.open title><Form desk/></Dialog>
    }
    .into_any()
}

#[component]
fn Lines(desk: Desk, found: Connections) -> impl IntoView {
    let (offered, password) = (found.offered, found.password);
    let lines = Provider::ALL.into_iter().filter_map(|provider| {
        let connected = found.connected.iter().find(|it| it.provider == provider);
        let on = connected.is_none();
        if on && !offered.contains(&provider) {
            return None;
        }
        let state = connected.map_or_else(
            || settings::NOT_CONNECTED.to_owned(),
            |it| settings::connected_as(&it.email),
        );
        let look = if on { "button" } else { "button danger-quiet" };
        Some(view! {
            <div class="account-line">
                <div class="account-words">
                    <h3>{provider.name()}</h3>
                    <p class="hint" dir="auto">{state}</p>
                </div>
                {password.then(|| view! {
                    <button type="button" class=look on:click=on::click(move |_| desk.ask(provider, on))>{settings::connect(provider, on)}</button>
                })}
            </div>
        })
    });
    view! {
        {lines.collect_view()}
        {(!password).then(|| view! { <p class="strip notice"><Icon name="triangle-alert"/>{settings::NO_PASSWORD}</p> })}
    }
    .into_any()
}

#[component]
fn Form(desk: Desk) -> impl IntoView {
    let toasts = use_toasts();
    let ask = Ask::new();
    let password = RwSignal::new(String::new());
    focus_soon("#password");
    let (provider, on) = desk
        .wish
        .get_untracked()
        .unwrap_or((Provider::Google, true));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let password = password.get_untracked();
        if on {
            let form = Connect { provider, password };
            ask.put(connect(form), |away| {
                let _ = window().location().set_href(&away.to);
            });
        } else {
            ask.put(api::disconnect(provider, password), move |()| {
                toasts.say(settings::disconnected(provider));
                desk.open.try_set(false);
                desk.read();
                focus_head(HEAD);
            });
        }
    };
    let look = if on {
        "button primary"
    } else {
        "button danger"
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{settings::connect_lead(provider, on)}</p>
            {ask.general(&["password"])}
            <Proof ask value=password/>
            <Foot ask open=desk.open act=settings::act(on) look/>
        </form>
    }
    .into_any()
}
