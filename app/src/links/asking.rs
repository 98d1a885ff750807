//! What is asked before a link ends or its PIN is set anew.

use super::{
    api,
    desk::Desk,
    shown::{Out, Pin, focus_made},
};
use crate::{
    boxed::{Show, on},
    ui::{
        ask::{Ask, Foot},
        dialog::Dialog,
        icon::Icon,
    },
    words::links,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::LinkId;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Set the PIN anew.
    Pin(LinkId),
    /// End one.
    Revoke(LinkId),
    /// End all.
    RevokeAll,
}

/// One dialog for all of them.
#[component]
pub fn Asking(desk: Desk) -> impl IntoView {
    let title = Signal::derive(move || {
        match desk.asked.get() {
            Some(What::Pin(_)) => links::PIN_TITLE,
            Some(What::Revoke(_)) => links::REVOKE_TITLE,
            Some(What::RevokeAll) => links::REVOKE_ALL_TITLE,
            None => "",
        }
        .to_owned()
    });
    view! {
        <Dialog open=desk.asking title>
            {move || desk.asked.get().map(|what| match what {
                What::Pin(id) => view! { <NewPin desk id/> }.into_any(),
                What::Revoke(_) | What::RevokeAll => view! { <End desk what/> }.into_any(),
            })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn End(desk: Desk, what: What) -> impl IntoView {
    let ask = Ask::new();
    let lost = match what {
        What::RevokeAll => links::REVOKE_ALL_LOST,
        _ => links::REVOKE_LOST,
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = async move {
            match what {
                What::Revoke(id) => api::revoke(id).await.map(|()| links::REVOKED.to_owned()),
                _ => api::revoke_all(desk.contact).await.map(links::revoked_all),
            }
        };
        ask.put(asked, move |said| desk.done(said));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{lost}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=links::REVOKE look="button danger"/>
        </form>
    }
    .into_any()
}

#[component]
fn NewPin(desk: Desk, id: LinkId) -> impl IntoView {
    let ask = Ask::new();
    let made = RwSignal::new(None::<String>);
    let out = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::reset_pin(id), move |answer| {
            made.try_set(Some(answer.pin));
            desk.read();
            focus_made();
        });
    };
    view! {
        {move || match made.get() {
            Some(pin) => view! { <Set desk pin out/> }.into_any(),
            None => view! {
                <form class="form" on:submit=on::submit(submit)>
                    <p class="dialog-text">{links::PIN_LOST}</p>
                    {ask.general(&[])}
                    <Foot ask open=desk.asking act=links::SET_PIN/>
                </form>
            }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Set(desk: Desk, pin: String, out: RwSignal<bool>) -> impl IntoView {
    let shown = pin.clone();
    view! {
        <Show when=move || out.get() fallback=move || view! {
            <div class="form portal-made">
                <Pin pin=shown.clone()/>
                <p class="strip notice"><Icon name="info"/>{links::PIN_ONCE}</p>
                <p class="dialog-text">{links::ONE_FACTOR}</p>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=on::click(move |_| out.set(true))><Icon name="phone"/>{links::READ_OUT}</button>
                    <button type="button" class="button primary" on:click=on::click(move |_| desk.asking.set(false))>{links::DONE}</button>
                </footer>
            </div>
        }>
            <Out pin=pin.clone() out/>
        </Show>
    }
    .into_any()
}
