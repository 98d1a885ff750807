//! Webhooks: the endpoints, one of them with its log, one delivery.

mod api;
mod asking;
mod delivery;
mod desk;
mod form;
mod list;
mod log;
mod marks;
mod new;
mod one;
mod range;
mod renew;
mod rotate;

use super::place::{self, Hook};
use crate::{
    boxed::{effect, memo},
    browser,
    ui::later::{Later, Part},
};
use delivery::Delivery;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use list::List;
use one::One;
use wasm_split_helpers::wasm_split;

/// The head of whatever is shown, where one goes on after a step to another place.
pub const HEAD: &str = "hooks-head";

/// The place that the address names.
#[component]
pub fn Webhooks() -> impl IntoView {
    let query = use_query_map();
    let at = memo(move || query.with(place::hook));
    let before = StoredValue::new(at.get_untracked());
    // The link that led on is gone, and with it the focus.
    effect(move || {
        let now = at.get();
        if before.get_value() != now {
            before.set_value(now);
            request_animation_frame(|| browser::focus_place(HEAD));
        }
    });
    let is_delivery = memo(move || matches!(at.get(), Hook::Delivery(..)));
    move || {
        if is_delivery.get() {
            view! { <Later fetch=fetch_delivery part=delivery_part/> }.into_any()
        } else {
            view! { <Later fetch=fetch part=endpoints/> }.into_any()
        }
    }
}

// With the codes and the keys they would be more than a part may weigh: each comes with what as few fetch.
#[wasm_split(story, preload(fetch_delivery), fallible)]
fn delivery_part() -> Part {
    Ok(view! { <OneDelivery/> }.into_any())
}

/// The one that the address names.
#[component]
fn OneDelivery() -> impl IntoView {
    let query = use_query_map();
    let named = memo(move || match query.with(place::hook) {
        Hook::Delivery(endpoint, id) => Some((endpoint, id)),
        Hook::All | Hook::One(_) => None,
    });
    move || {
        let named = named.get();
        named.map(|(endpoint, id)| view! { <Delivery endpoint id/> }.into_any())
    }
}

#[wasm_split(qr, preload(fetch), fallible)]
fn endpoints() -> Part {
    Ok(view! { <Endpoints/> }.into_any())
}

/// All of them, or one.
#[component]
fn Endpoints() -> impl IntoView {
    let query = use_query_map();
    let one = memo(move || match query.with(place::hook) {
        Hook::One(id) | Hook::Delivery(id, _) => Some(id),
        Hook::All => None,
    });
    move || match one.get() {
        Some(id) => view! { <One id/> }.into_any(),
        None => view! { <List/> }.into_any(),
    }
}
