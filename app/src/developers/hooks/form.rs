//! What an endpoint is made with and changed to.

use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        field::Field,
    },
    words::webhooks,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{EndpointForm, EventKind};

/// The form; what is typed goes to `save`.
#[component]
pub fn HookForm(
    ask: Ask,
    /// What stands in it at first.
    given: EndpointForm,
    open: RwSignal<bool>,
    act: &'static str,
    save: Box<dyn Fn(EndpointForm)>,
) -> impl IntoView {
    let (url, about) = (RwSignal::new(given.url), RwSignal::new(given.description));
    let kinds = RwSignal::new(given.kinds);
    focus_soon("#url");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save(EndpointForm {
            url: url.get_untracked(),
            description: about.get_untracked(),
            kinds: kinds.get_untracked(),
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            {ask.general(&["url", "description", "kinds"])}
            <Field name="url" label=webhooks::ADDRESS value=url hint=webhooks::URL_HINT inputmode="url" maxlength=2000_u32 fault=ask.fault("url")/>
            <Field name="description" label=webhooks::DESCRIPTION value=about hint=webhooks::DESCRIPTION_HINT required=false
                maxlength=200_u32 fault=ask.fault("description")/>
            <Kinds ask kinds/>
            <Foot ask open act/>
        </form>
    }
    .into_any()
}

/// Which kinds of events: a box each.
#[component]
fn Kinds(ask: Ask, kinds: RwSignal<Vec<EventKind>>) -> impl IntoView {
    let fault = ask.fault("kinds");
    let choose = move |kind: EventKind, on: bool| {
        kinds.update(|chosen| {
            chosen.retain(|each| *each != kind);
            if on {
                chosen.push(kind);
            }
        });
    };
    let none = move || kinds.with(Vec::is_empty);
    let turn = move |_| {
        let all = if none() {
            EventKind::choosable().collect()
        } else {
            Vec::new()
        };
        kinds.set(all);
    };
    let boxes = EventKind::choosable().map(|kind| {
        view! {
            <label class="option">
                <input type="checkbox" prop:checked=move || kinds.with(|chosen| chosen.contains(&kind))
                    on:change=on::change(move |event| choose(kind, event_target_checked(&event)))/>
                <span><strong translate="no">{kind.as_str()}</strong><small>{kind.words()}</small></span>
            </label>
        }
        .into_any()
    });
    view! {
        <fieldset id="kinds" class="field options" tabindex="-1" aria-describedby="kinds-hint" class:faulty=move || fault.with(Option::is_some)>
            <legend>{webhooks::KINDS_LEGEND}</legend>
            <p class="hook-all"><button type="button" class="button small" on:click=on::click(turn)>
                {move || if none() { webhooks::CHOOSE_ALL } else { webhooks::CHOOSE_NONE }}
            </button></p>
            <div class="key-choices">{boxes.collect_view()}</div>
            <p id="kinds-hint" class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| webhooks::KINDS_HINT.to_owned())}</p>
        </fieldset>
    }
    .into_any()
}
