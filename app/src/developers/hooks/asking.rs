//! What is asked before something is done with an endpoint.

use super::{
    api::{self, Deed},
    desk::{Asked, Desk},
    form::HookForm,
    range::Range,
    rotate::Rotate,
};
use crate::{
    boxed::on,
    developers::place::{self, Hook},
    ui::{
        ask::{Ask, Foot},
        dialog::Dialog,
    },
    words::webhooks,
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::EndpointForm;

/// One dialog for all of it.
#[component]
pub fn Asking(desk: Desk) -> impl IntoView {
    let title = Signal::derive(move || {
        match desk.asked.get() {
            Some(Asked::Change) => webhooks::CHANGE_TITLE,
            Some(Asked::Rotate) => webhooks::ROTATE_TITLE,
            Some(Asked::Resume) => webhooks::RESUME_TITLE,
            Some(Asked::Delete) => webhooks::DELETE_TITLE,
            Some(Asked::Range) => webhooks::RANGE_TITLE,
            None => "",
        }
        .to_owned()
    });
    view! {
        <Dialog open=desk.asking title class="wide">
            {move || desk.asked.get().map(|what| match what {
                Asked::Change => view! { <Change desk/> }.into_any(),
                Asked::Rotate => view! { <Rotate desk/> }.into_any(),
                Asked::Resume => view! { <Resume desk/> }.into_any(),
                Asked::Delete => view! { <Delete desk/> }.into_any(),
                Asked::Range => view! { <Range desk/> }.into_any(),
            })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Change(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let given = desk.endpoint.with_untracked(|one| {
        let one = one.as_ref();
        one.map_or_else(EndpointForm::default, |one| EndpointForm {
            url: one.url.clone(),
            description: one.description.clone(),
            kinds: one.kinds.clone(),
        })
    });
    let save = move |form: EndpointForm| {
        ask.put(api::act(desk.id, Deed::Change(form)), move |_| {
            desk.done(webhooks::CHANGED.to_owned());
        });
    };
    view! { <HookForm ask given open=desk.asking act=webhooks::SAVE save=Box::new(save)/> }
        .into_any()
}

#[component]
fn Resume(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let skip = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let skip = skip.get_untracked();
        ask.put(api::act(desk.id, Deed::Resume { skip }), move |_| {
            desk.done(webhooks::RESUMED.to_owned());
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            {ask.general(&[])}
            <Either lead=webhooks::RESUME_LEAD second=skip options=[
                (webhooks::SEND_WAITED, webhooks::SEND_WAITED_HINT),
                (webhooks::SKIP_WAITED, webhooks::SKIP_WAITED_HINT),
            ]/>
            <Foot ask open=desk.asking act=webhooks::RESUME/>
        </form>
    }
    .into_any()
}

/// Two ways, of which the first is usual.
#[component]
pub fn Either(
    lead: &'static str,
    /// Whether the second is chosen.
    second: RwSignal<bool>,
    options: [(&'static str, &'static str); 2],
) -> impl IntoView {
    let options = [false, true].into_iter().zip(options);
    view! {
        <fieldset class="field options">
            <legend>{lead}</legend>
            {options.map(|(is_second, (word, hint))| view! {
                <label class="option">
                    <input type="radio" name="either" prop:checked=move || second.get() == is_second
                        on:change=on::change(move |_| second.set(is_second))/>
                    <span><strong>{word}</strong><small>{hint}</small></span>
                </label>
            }.into_any()).collect_view()}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Delete(desk: Desk) -> impl IntoView {
    let (ask, go) = (Ask::new(), StoredValue::new_local(use_navigate()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::act(desk.id, Deed::Delete), move |_| {
            desk.toasts.say(webhooks::DELETED);
            let to = place::of_hook(Hook::All);
            go.try_with_value(|go| go(&to, NavigateOptions::default()));
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{webhooks::lost(&desk.host())}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=webhooks::DELETE look="button danger"/>
        </form>
    }
    .into_any()
}
