//! A new key: what it may do, from where and how long; then the key itself, once.

use super::{api, desk::Desk};
use crate::{
    boxed::{effect, on},
    browser,
    ui::{
        ask::{Ask, Foot, focus_soon},
        copy::Copyable,
        dialog::Dialog,
        field::Field,
        icon::Icon,
    },
    words::developers,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{NewKey, SCOPES, Scope};

/// Opens over the page; begins anew each time.
#[component]
pub fn NewDialog(desk: Desk) -> impl IntoView {
    view! { <Dialog open=desk.making title=developers::NEW_TITLE class="wide"><Ways desk/></Dialog> }
        .into_any()
}

#[component]
fn Ways(desk: Desk) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    view! {
        {move || match made.get() {
            Some(key) => view! { <Made desk key/> }.into_any(),
            None => view! { <Form desk made/> }.into_any(),
        }}
    }
    .into_any()
}

/// 90 days.
const USUAL: usize = 2;

#[component]
fn Form(desk: Desk, made: RwSignal<Option<String>>) -> impl IntoView {
    let ask = Ask::new();
    let (name, networks) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let scopes = RwSignal::new(Vec::<Scope>::new());
    let (chosen, trial) = (RwSignal::new(USUAL), RwSignal::new(false));
    focus_soon("#name");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let life = developers::LIVES.get(chosen.get_untracked());
        let new = NewKey {
            name: name.get_untracked(),
            scopes: scopes.get_untracked(),
            networks: networks.with_untracked(|text| {
                let entries = text.split([',', '\n', ' ']).map(str::trim);
                let entries = entries.filter(|entry| !entry.is_empty());
                entries.map(str::to_owned).collect()
            }),
            days: life.and_then(|life| life.0),
            test: trial.get_untracked(),
        };
        ask.put(api::make(new), move |key| {
            made.try_set(Some(key.key));
            desk.read();
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            {ask.general(&["name", "scopes", "networks"])}
            <Field name="name" label=developers::NAME value=name hint=developers::NAME_HINT maxlength=80 fault=ask.fault("name")/>
            <Trial trial scopes/>
            <Scopes ask scopes trial/>
            <Life chosen/>
            <Field name="networks" label=developers::NETWORKS value=networks hint=developers::NETWORKS_HINT required=false
                fault=ask.fault("networks")/>
            <Foot ask open=desk.making act=developers::MAKE/>
        </form>
    }
    .into_any()
}

/// Whether it is for trying out; what a test key may not is chosen no more then.
#[component]
fn Trial(trial: RwSignal<bool>, scopes: RwSignal<Vec<Scope>>) -> impl IntoView {
    let choose = move |is_trial: bool| {
        trial.set(is_trial);
        if is_trial {
            scopes.update(|chosen| chosen.retain(|scope| scope.in_tests()));
        }
    };
    let ways = [
        (false, developers::LIVE, developers::LIVE_HINT),
        (true, developers::TRIAL, developers::TRIAL_HINT),
    ];
    view! {
        <fieldset class="field options">
            <legend>{developers::KIND}</legend>
            <div class="key-choices">
                {ways.map(|(is_trial, word, hint)| view! {
                    <label class="option">
                        <input type="radio" name="trial" prop:checked=move || trial.get() == is_trial
                            on:change=on::change(move |_| choose(is_trial))/>
                        <span><strong>{word}</strong><small>{hint}</small></span>
                    </label>
                }.into_any()).into_iter().collect_view()}
            </div>
        </fieldset>
    }
    .into_any()
}

/// What it may do: a box each.
#[component]
fn Scopes(ask: Ask, scopes: RwSignal<Vec<Scope>>, trial: RwSignal<bool>) -> impl IntoView {
    let fault = ask.fault("scopes");
    let choose = move |scope: Scope, on: bool| {
        scopes.update(|chosen| {
            chosen.retain(|each| *each != scope);
            if on {
                chosen.push(scope);
            }
        });
    };
    view! {
        <fieldset id="scopes" class="field options" tabindex="-1" aria-describedby="scopes-hint" class:faulty=move || fault.with(Option::is_some)>
            <legend>{developers::SCOPES}</legend>
            <div class="key-choices">
                {SCOPES.into_iter().map(|(scope, word, about)| view! {
                    <label class="option" hidden=move || trial.get() && !scope.in_tests()>
                        <input type="checkbox" prop:checked=move || scopes.with(|chosen| chosen.contains(&scope))
                            on:change=on::change(move |event| choose(scope, event_target_checked(&event)))/>
                        <span><strong translate="no">{word}</strong><small>{about}</small></span>
                    </label>
                }).collect_view()}
            </div>
            <p id="scopes-hint" class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| developers::SCOPES_HINT.to_owned())}</p>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Life(chosen: RwSignal<usize>) -> impl IntoView {
    let choose = move |event: web_sys::Event| {
        chosen.set(event_target_value(&event).parse().unwrap_or(USUAL));
    };
    view! {
        <div class="field">
            <label for="days">{developers::LASTS}</label>
            <select id="days" class="select" on:change=on::change(choose)>
                {developers::LIVES.into_iter().enumerate().map(|(nth, (_, name))| view! {
                    <option value=nth.to_string() prop:selected=move || chosen.get() == nth>{name}</option>
                }).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

#[component]
fn Made(desk: Desk, key: String) -> impl IntoView {
    effect(|| {
        request_animation_frame(|| {
            browser::focus(".key-made button");
        });
    });
    view! {
        <div class="form key-made">
            <Copyable label=developers::KEY value=key.clone()/>
            <p class="strip notice"><Icon name="info"/>{developers::ONCE}</p>
            <Copyable label=developers::TRY value=developers::try_it(&browser::origin(), &key)/>
            <footer class="dialog-foot">
                <button type="button" class="button primary" on:click=on::click(move |_| desk.making.set(false))>{developers::DONE}</button>
            </footer>
        </div>
    }
    .into_any()
}
