//! What each kind asks for. The names of the fields are those that the server calls them by.

use super::desk::Desk;
use crate::{
    boxed::{effect, memo, on},
    live::{Inbox, use_live},
    ui::field::Field,
    words::qr,
};
use leptos::prelude::*;

/// The fields of a kind.
pub fn of(desk: Desk, kind: &'static str) -> AnyView {
    match kind {
        "chat" => view! { <Chat desk/> }.into_any(),
        "phone" => view! {
            <Field name="phone" label=qr::PHONE kind="tel" value=desk.call hint=qr::PHONE_HINT fault=desk.fault("phone") maxlength=40_u32/>
        }
        .into_any(),
        "link" => view! {
            <Field name="address" label=qr::ADDRESS value=desk.address hint=qr::ADDRESS_HINT fault=desk.fault("address")
                inputmode="url" maxlength=1000_u32/>
        }
        .into_any(),
        "card" => view! { <Card desk/> }.into_any(),
        "wifi" => view! { <Wifi desk/> }.into_any(),
        _ => view! { <Event desk/> }.into_any(),
    }
}

#[component]
fn Chat(desk: Desk) -> impl IntoView {
    let live = use_live();
    let numbers = memo(move || live.inbox.with(Inbox::numbers));
    // The first of them, until somebody chooses.
    effect(move || {
        let first = numbers.with(|all| all.first().map(|number| number.id));
        if desk.channel.get_untracked().is_none() {
            desk.channel.set(first);
        }
    });
    let wrong = desk.fault("channel");
    view! {
        <div class="field" class:faulty=move || wrong.with(Option::is_some)>
            <label for="channel">{qr::NUMBER}</label>
            <select id="channel" class="select" aria-describedby="channel-hint"
                on:change=on::change(move |event| desk.channel.set(event_target_value(&event).parse().ok()))>
                {move || numbers.with(Vec::is_empty).then(|| view! { <option value="">{qr::NO_NUMBER}</option> })}
                <For each=move || numbers.get() key=|number| (number.id, number.name.clone(), number.phone.clone()) let:number>
                    <option value=number.id.to_string() prop:selected=move || desk.channel.get() == Some(number.id)>
                        {format!("{} ({})", number.name, number.phone)}
                    </option>
                </For>
            </select>
            <p id="channel-hint" class="hint" aria-live="polite">{move || wrong.get()}</p>
        </div>
        <Area name="text" label=qr::TEXT value=desk.text hint=qr::TEXT_HINT fault=desk.fault("text") longest=500/>
    }
    .into_any()
}

#[component]
fn Card(desk: Desk) -> impl IntoView {
    view! {
        <Field name="name" label=qr::NAME value=desk.name fault=desk.fault("name") maxlength=120_u32/>
        <div class="form-pair">
            <Field name="phone" label=qr::PHONE kind="tel" value=desk.phone fault=desk.fault("phone") required=false maxlength=40_u32/>
            <Field name="email" label=qr::EMAIL value=desk.email fault=desk.fault("email") inputmode="email" required=false maxlength=254_u32/>
            <Field name="organisation" label=qr::ORGANISATION value=desk.organisation fault=desk.fault("organisation") required=false maxlength=120_u32/>
            <Field name="title" label=qr::POSITION value=desk.title fault=desk.fault("title") required=false maxlength=120_u32/>
        </div>
        <Field name="website" label=qr::WEBSITE value=desk.website fault=desk.fault("website") inputmode="url" required=false maxlength=1000_u32/>
        <Area name="place" label=qr::PLACE value=desk.place fault=desk.fault("place") longest=300/>
        <Area name="note" label=qr::NOTE value=desk.note fault=desk.fault("note") longest=500/>
    }
    .into_any()
}

#[component]
fn Wifi(desk: Desk) -> impl IntoView {
    view! {
        <Field name="network" label=qr::NETWORK value=desk.network fault=desk.fault("network") maxlength=32_u32/>
        <Field name="password" label=qr::PASSWORD value=desk.password hint=qr::PASSWORD_HINT fault=desk.fault("password") required=false maxlength=63_u32/>
        <label class="qr-check">
            <input type="checkbox" id="hidden" prop:checked=move || desk.hidden.get()
                on:change=on::change(move |event| desk.hidden.set(event_target_checked(&event)))/>
            <span>{qr::HIDDEN}</span>
        </label>
    }
    .into_any()
}

#[component]
fn Event(desk: Desk) -> impl IntoView {
    view! {
        <Field name="title" label=qr::WHAT value=desk.what fault=desk.fault("title") maxlength=200_u32/>
        <div class="form-pair">
            <Field name="start" label=qr::STARTS kind="datetime-local" value=desk.start hint=qr::ZONE_HINT fault=desk.fault("start")/>
            <Field name="end" label=qr::ENDS kind="datetime-local" value=desk.end fault=desk.fault("end")/>
        </div>
        <Field name="place" label=qr::WHERE value=desk.at fault=desk.fault("place") required=false maxlength=200_u32/>
        <Area name="note" label=qr::NOTE value=desk.about fault=desk.fault("note") longest=500/>
    }
    .into_any()
}

/// A labelled text of several lines.
#[component]
fn Area(
    name: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] hint: &'static str,
    fault: Signal<Option<String>>,
    longest: u32,
) -> impl IntoView {
    let described = format!("{name}-hint");
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for=name>{label}</label>
            <textarea id=name rows="3" maxlength=longest dir="auto" aria-describedby=described.clone()
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                prop:value=move || value.get() on:input=on::input(move |event| value.set(event_target_value(&event)))></textarea>
            <p id=described.clone() class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| hint.to_owned())}</p>
        </div>
    }
    .into_any()
}
