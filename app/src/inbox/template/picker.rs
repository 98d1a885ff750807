//! The picker: whom it goes to and which templates there are, beside the chosen one as it will be read.

use super::{Towards, choice::Choice, find::Find, form::Form, recipient::Recipient};
use crate::{
    boxed::{Show, effect, memo},
    browser,
    ui::{empty::Empty, icon::Icon},
    words::{fault, template},
};
use leptos::prelude::*;

/// Lives as long as it is open.
#[component]
pub fn Picker() -> impl IntoView {
    let choice = Choice::new();
    // The form begins anew with another template, and when the parts of this one changed; not with its quality.
    let shape = memo(move || {
        choice
            .chosen
            .with(|chosen| chosen.as_ref().map(|one| (one.id, one.parts.clone())))
    });
    let failed = move || {
        choice.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(template::LIST_FAILED, error))
        })
    };
    // The dialog opened before its code was here.
    effect(|| {
        request_animation_frame(|| {
            if !browser::focus("#template-phone") {
                browser::focus("#template-search");
            }
        });
    });
    view! {
        <div class="picker" class:filling=move || choice.filling.get()>
            <section class="picker-side">
                {(choice.towards == Towards::Number).then(|| view! { <Recipient choice/> })}
                {move || failed().map(|text| view! { <p class="strip fault" role="alert"><Icon name="triangle-alert"/><span>{text}</span></p> })}
                <Find choice/>
            </section>
            <section class="picker-main">
                {move || shape.get().map(|(id, parts)| view! { <Form choice id parts/> })}
                <Show when=move || choice.loaded.get() && shape.with(Option::is_none)>
                    <Empty icon="layout-template" title=template::NONE_CHOSEN hint=template::NONE_CHOSEN_HINT>""</Empty>
                </Show>
            </section>
        </div>
    }
    .into_any()
}
