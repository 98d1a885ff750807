//! How things stand, at a glance.

use crate::words::webhooks;
use leptos::prelude::*;
use postern_types::{DeliveryState, EndpointView, PausedWhy};

/// Whether an endpoint is on, and what waits and failed.
#[component]
pub fn Marks(one: EndpointView) -> impl IntoView {
    let (look, said) = match one.paused {
        None => ("state", webhooks::ON),
        Some((PausedWhy::Asked, _)) => ("state off", webhooks::paused(PausedWhy::Asked)),
        Some((why, _)) => ("state bad", webhooks::paused(why)),
    };
    view! {
        <p class="session-marks">
            <span class=look>{said}</span>
            {(one.waiting > 0).then(|| view! { <span class="state off">{webhooks::waiting(one.waiting)}</span> })}
            {(one.failed > 0).then(|| view! { <span class="state bad">{webhooks::failed(one.failed)}</span> })}
        </p>
    }
    .into_any()
}

/// How far a delivery is.
pub fn of_delivery(state: DeliveryState) -> AnyView {
    let look = match state {
        DeliveryState::Delivered => "state",
        DeliveryState::Failed => "state bad",
        DeliveryState::Waiting => "state wait",
        DeliveryState::Skipped => "state off",
    };
    view! { <span class=look>{webhooks::state(state)}</span> }.into_any()
}

/// What an attempt came to: the status, or why there was none.
pub fn answer(status: Option<i32>, fault: Option<&str>) -> String {
    match (status, fault) {
        (Some(status), Some(fault)) => format!("{status}: {fault}"),
        (Some(status), None) => status.to_string(),
        (None, Some(fault)) => fault.to_owned(),
        (None, None) => webhooks::UNDER_WAY.to_owned(),
    }
}
