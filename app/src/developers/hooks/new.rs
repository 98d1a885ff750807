//! A new endpoint, then its secret, once.

use super::{api, form::HookForm};
use crate::{
    boxed::{effect, on},
    browser,
    developers::place::{self, Hook},
    ui::{ask::Ask, copy::Copyable, dialog::Dialog, icon::Icon},
    words::webhooks,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{EndpointForm, EndpointMade, EventKind};

/// Opens over the list; begins anew each time. `again` reads the list once it has another one.
#[component]
pub fn NewDialog(
    making: RwSignal<bool>,
    again: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! { <Dialog open=making title=webhooks::NEW_TITLE class="wide"><Ways making again/></Dialog> }
        .into_any()
}

#[component]
fn Ways(making: RwSignal<bool>, again: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let ask = Ask::new();
    let made = RwSignal::new(None::<EndpointMade>);
    let go = StoredValue::new_local(use_navigate());
    let save = move |form: EndpointForm| {
        ask.put(api::make(form), move |answer| {
            made.try_set(Some(answer));
            again();
        });
    };
    move || {
        if let Some(EndpointMade { id, secret }) = made.get() {
            // There it is tried.
            let done = move || {
                making.set(false);
                let to = place::of_hook(Hook::One(id));
                go.with_value(|go| go(&to, NavigateOptions::default()));
            };
            view! { <Secret secret=secret.0 done=Box::new(done)/> }.into_any()
        } else {
            let given = EndpointForm {
                kinds: EventKind::choosable().collect(),
                ..EndpointForm::default()
            };
            view! { <HookForm ask given open=making act=webhooks::MAKE save=Box::new(save)/> }
                .into_any()
        }
    }
}

/// A secret that was just made.
#[component]
pub fn Secret(secret: String, done: Box<dyn Fn()>) -> impl IntoView {
    effect(|| {
        request_animation_frame(|| {
            browser::focus(".key-made button");
        });
    });
    view! {
        <div class="form key-made">
            <Copyable label=webhooks::SECRET value=secret/>
            <p class="strip notice"><Icon name="info"/>{webhooks::ONCE}</p>
            <p class="dialog-text">{webhooks::HOW}</p>
            <footer class="dialog-foot">
                <button type="button" class="button primary" on:click=on::click(move |_| done())>{webhooks::DONE}</button>
            </footer>
        </div>
    }
    .into_any()
}
