//! A new link: how long it is good for, then what opens it.

use super::{
    api,
    desk::Desk,
    shown::{Out, Pin, focus_made},
};
use crate::{
    boxed::{Show, on},
    error::ApiError,
    ui::{
        ask::{Ask, Foot, focus_soon},
        contact_parts::{Address, use_contact_parts},
        copy::Copyable,
        dialog::Dialog,
        icon::Icon,
    },
    words::{self, fault, links},
};
use leptos::{context::Provider, ev::SubmitEvent, prelude::*};
use postern_types::{MadeLink, NewLink};

/// Opens over the page; begins anew each time.
#[component]
pub fn NewDialog(desk: Desk) -> impl IntoView {
    view! { <Dialog open=desk.making title=links::NEW_TITLE class="wide"><Ways desk/></Dialog> }
        .into_any()
}

#[component]
fn Ways(desk: Desk) -> impl IntoView {
    let made = RwSignal::new(None::<MadeLink>);
    view! {
        {move || match made.get() {
            Some(link) => view! { <Made desk link/> }.into_any(),
            None => view! { <Form desk made/> }.into_any(),
        }}
    }
    .into_any()
}

/// The third of them is what most want.
const USUAL: usize = 2;

#[component]
fn Form(desk: Desk, made: RwSignal<Option<MadeLink>>) -> impl IntoView {
    let ask = Ask::new();
    let chosen = RwSignal::new(USUAL);
    focus_soon("#days");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let days = links::LIVES
            .get(chosen.get_untracked())
            .and_then(|life| life.0);
        ask.put(api::make(desk.contact, NewLink { days }), move |link| {
            made.try_set(Some(link));
            desk.read();
        });
    };
    let choose = move |event: web_sys::Event| {
        chosen.set(event_target_value(&event).parse().unwrap_or(USUAL));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            {ask.general(&[])}
            <div class="field">
                <label for="days">{links::LASTS}</label>
                <select id="days" class="select" aria-describedby="days-hint" on:change=on::change(choose)>
                    {links::LIVES.into_iter().enumerate().map(|(nth, (_, name))| view! {
                        <option value=nth.to_string() prop:selected=move || chosen.get() == nth>{name}</option>
                    }).collect_view()}
                </select>
                <p id="days-hint" class="hint">{links::LASTS_HINT}</p>
            </div>
            <Foot ask open=desk.making act=links::MAKE/>
        </form>
    }
    .into_any()
}

#[component]
fn Made(desk: Desk, link: MadeLink) -> impl IntoView {
    let out = RwSignal::new(false);
    focus_made();
    let pin = link.pin.clone();
    view! {
        <Show when=move || out.get() fallback=move || view! { <Both desk link=link.clone() out/> }>
            <Out pin=pin.clone() out/>
        </Show>
    }
    .into_any()
}

#[component]
fn Both(desk: Desk, link: MadeLink, out: RwSignal<bool>) -> impl IntoView {
    let parts = use_contact_parts();
    let address = Address(link.address.clone());
    view! {
        <div class="form portal-made">
            <Copyable label=links::ADDRESS value=link.address.clone()/>
            <Provider value=address>{(parts.code)()}</Provider>
            <Pin pin=link.pin.clone()/>
            <p class="strip notice"><Icon name="info"/>{links::ONCE}</p>
            <p class="dialog-text">{links::ONE_FACTOR}</p>
            <Send desk link/>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=on::click(move |_| out.set(true))><Icon name="phone"/>{links::READ_OUT}</button>
                <button type="button" class="button primary" on:click=on::click(move |_| desk.making.set(false))>{links::DONE}</button>
            </footer>
        </div>
    }
    .into_any()
}

/// The address into the chat; never the PIN.
#[component]
fn Send(desk: Desk, link: MadeLink) -> impl IntoView {
    let busy = RwSignal::new(false);
    let came = RwSignal::new(None::<Result<(), ApiError>>);
    let send = move |_| {
        if busy.get_untracked() || matches!(came.get_untracked(), Some(Ok(()))) {
            return;
        }
        busy.set(true);
        let asked = api::send_link(link.id, link.address.clone());
        leptos::task::spawn_local(async move {
            let answer = asked.await;
            if answer.is_ok() {
                desk.toasts.say(links::SENT);
            }
            came.try_set(Some(answer));
            busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="button portal-send" aria-disabled=move || busy.get().then_some("true") on:click=on::click(send)>
            <Icon name="send-horizontal"/>
            {move || if busy.get() { words::WAIT } else { links::SEND }}
        </button>
        <div role="status">
            {move || came.get().map(|came| match came {
                Ok(()) => view! { <p class="strip"><Icon name="check"/>{links::SENT}</p> }.into_any(),
                Err(error) => {
                    let text = match &error {
                        ApiError::WindowClosed => links::WINDOW_CLOSED.to_owned(),
                        error => fault::say(error),
                    };
                    view! { <p class="strip fault"><Icon name="triangle-alert"/>{text}</p> }.into_any()
                }
            })}
        </div>
    }
    .into_any()
}
