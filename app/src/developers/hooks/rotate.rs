//! Another secret, and what becomes of the one until now.

use super::{
    api::{self, Deed},
    asking::Either,
    desk::Desk,
    new::Secret,
};
use crate::{
    boxed::on,
    ui::ask::{Ask, Foot},
    words::webhooks,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// Asks, then shows the new one, once.
#[component]
pub fn Rotate(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let at_once = RwSignal::new(false);
    let made = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let at_once = at_once.get_untracked();
        ask.put(api::act(desk.id, Deed::Rotate { at_once }), move |acted| {
            made.try_set(acted.secret.map(|secret| secret.0));
            desk.again();
        });
    };
    move || match made.get() {
        Some(secret) => {
            let done = move || desk.asking.set(false);
            view! { <Secret secret done=Box::new(done)/> }.into_any()
        }
        None => view! {
            <form class="form" on:submit=on::submit(submit)>
                {ask.general(&[])}
                <Either lead=webhooks::ROTATE_LEAD second=at_once options=[
                    (webhooks::OVERLAP, webhooks::OVERLAP_HINT),
                    (webhooks::AT_ONCE, webhooks::AT_ONCE_HINT),
                ]/>
                <Foot ask open=desk.asking act=webhooks::ROTATE_DO/>
            </form>
        }
        .into_any(),
    }
}
