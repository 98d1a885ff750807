//! The time zone: those that the browser knows, as it lists them itself.

use super::{super::desk::Desk, told};
use crate::{boxed::on, browser, live::use_live, words::workspace as words};
use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};

/// Browsers leave it out of their list, and know it all the same.
const UTC: &str = "UTC";

thread_local! {
    static KNOWN: OnceCell<Vec<String>> = const { OnceCell::new() };
}

/// The choice.
#[component]
pub fn Zone(desk: Desk) -> impl IntoView {
    let live = use_live();
    let fault = desk.ask.fault("zone");
    // One that this browser does not know stays, unless another is chosen.
    let saved = desk.zone.get_untracked();
    let mut zones = known();
    if !zones.contains(&saved) {
        zones.insert(0, saved);
    }
    let hint = move || {
        fault.get().unwrap_or_else(|| {
            let zone = desk.zone.get();
            words::there(&told::at(desk, &zone, live.now.get()))
        })
    };
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for="zone">{words::ZONE}</label>
            <select id="zone" class="select" on:change=on::change(move |event| desk.zone.set(event_target_value(&event))) aria-describedby="zone-hint">
                {zones.into_iter().map(|zone| {
                    let (value, shown) = (zone.clone(), zone.replace('_', " "));
                    view! { <option value=value prop:selected=move || desk.zone.with(|chosen| *chosen == zone)>{shown}</option> }
                }).collect_view()}
            </select>
            <p id="zone-hint" class="hint">{hint}</p>
        </div>
    }
    .into_any()
}

/// Whether this browser can tell the time there: of a zone that it does not know, it throws.
pub fn is_known(zone: &str) -> bool {
    with_known(|known| known.iter().any(|name| name == zone))
}

fn known() -> Vec<String> {
    with_known(<[String]>::to_vec)
}

fn with_known<T>(take: impl FnOnce(&[String]) -> T) -> T {
    KNOWN.with(|known| {
        take(known.get_or_init(|| {
            let mut zones = listed().unwrap_or_default();
            if !zones.iter().any(|zone| zone == UTC) {
                zones.push(UTC.into());
            }
            zones
        }))
    })
}

/// `Intl.supportedValuesOf('timeZone')`; none in a browser that is older than it.
fn listed() -> Option<Vec<String>> {
    if !browser::has("Intl") {
        return None;
    }
    let intl = Reflect::get(&window(), &"Intl".into()).ok()?;
    let list = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?;
    let list = list.dyn_ref::<Function>()?;
    let zones = list.call1(&intl, &JsValue::from_str("timeZone")).ok()?;
    Some(
        Array::from(&zones)
            .iter()
            .filter_map(|zone| zone.as_string())
            .collect(),
    )
}
