//! A place, and asking for one.

use super::{Foot, Send, Words, fits, optional, trimmed};
use crate::{
    boxed::on,
    inbox::composer::Bench,
    number,
    ui::{field::Field, icon::Icon},
    words::kit,
};
use js_sys::{Function, Reflect};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::Outgoing;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// Latitude and longitude, by hand or by the reader's own.
#[component]
pub fn Location(send: Send) -> impl IntoView {
    let [latitude, longitude, name, address] = [(); 4].map(|()| RwSignal::new(String::new()));
    let fault = RwSignal::new(None::<String>);
    let lost = RwSignal::new(None::<String>);
    let here = move |_| {
        lost.set(None);
        let found = move |north: f64, east: f64| {
            latitude.try_set(number::write(north, 6));
            longitude.try_set(number::write(east, 6));
        };
        if !position(found, move || {
            lost.try_set(Some(kit::NO_POSITION.to_owned()));
        }) {
            lost.set(Some(kit::NO_POSITION.to_owned()));
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match (degrees(latitude, 90.0), degrees(longitude, 180.0)) {
            (Some(latitude), Some(longitude)) => {
                let (name, address) = (optional(name), optional(address));
                send.run((
                    String::new(),
                    Outgoing::Location {
                        latitude,
                        longitude,
                        name,
                        address,
                    },
                ));
            }
            (None, _) => fault.set(Some(kit::LATITUDE_HINT.to_owned())),
            (_, None) => fault.set(Some(kit::LONGITUDE_HINT.to_owned())),
        }
    };
    let none = Signal::derive(|| None::<String>);
    view! {
        <form class="form" novalidate on:submit=on::submit(submit)>
            <button type="button" class="button" on:click=on::click(here)><Icon name="compass"/>{kit::MY_POSITION}</button>
            {move || lost.get().map(|words| view! { <p class="kit-fault" role="alert">{words}</p> })}
            <div class="form-pair">
                <Field name="latitude" label=kit::LATITUDE value=latitude hint=kit::LATITUDE_HINT fault=fault inputmode="decimal"/>
                <Field name="longitude" label=kit::LONGITUDE value=longitude hint=kit::LONGITUDE_HINT fault=none inputmode="decimal"/>
            </div>
            <Words name="place-name" label=kit::PLACE_NAME value=name most=256 required=false/>
            <Words name="place-address" label=kit::PLACE_ADDRESS value=address most=256 required=false/>
            <Foot ready=Signal::derive(move || !latitude.with(String::is_empty) && !longitude.with(String::is_empty))/>
        </form>
    }
    .into_any()
}

/// A number of degrees as people write it: with a point or a comma.
fn degrees(value: RwSignal<String>, most: f64) -> Option<f64> {
    let degrees = number::read(&trimmed(value).replace(',', "."))?;
    (-most..=most).contains(&degrees).then_some(degrees)
}

/// Asks the browser, which asks the reader; false when it cannot.
fn position(found: impl Fn(f64, f64) + 'static, lost: impl Fn() + 'static) -> bool {
    fn get(of: &JsValue, name: &str) -> Option<JsValue> {
        Reflect::get(of, &name.into())
            .ok()
            .filter(|value| !value.is_undefined())
    }
    let found = Closure::once_into_js(move |position: JsValue| {
        let number = |name: &str| get(&get(&position, "coords")?, name)?.as_f64();
        if let (Some(north), Some(east)) = (number("latitude"), number("longitude")) {
            found(north, east);
        }
    });
    let lost = Closure::once_into_js(move |_: JsValue| lost());
    let navigator = window().navigator();
    let ask = || {
        let geolocation = get(&navigator, "geolocation")?;
        let ask: Function = get(&geolocation, "getCurrentPosition")?.dyn_into().ok()?;
        ask.call2(&geolocation, &found, &lost).ok()
    };
    ask().is_some()
}

/// A question with a button that answers it by the contact's place.
#[component]
pub fn Ask(send: Send) -> impl IntoView {
    let bench = expect_context::<Bench>();
    let body = RwSignal::new(bench.draft.text.get_untracked());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run((trimmed(body), Outgoing::LocationRequest));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <Words name="ask-body" label=kit::BODY value=body most=1024 long=true/>
            <Foot ready=Signal::derive(move || fits(body, 1024))/>
        </form>
    }
    .into_any()
}
