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
};
use delivery::Delivery;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use list::List;
use one::One;

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
    move || match at.get() {
        Hook::All => view! { <List/> }.into_any(),
        Hook::One(id) => view! { <One id/> }.into_any(),
        Hook::Delivery(endpoint, id) => view! { <Delivery endpoint id/> }.into_any(),
    }
}
