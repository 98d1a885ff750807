//! How far a reply came, as WhatsApp's ticks.

use crate::{ui::icon::Icon, words};
use leptos::prelude::*;
use postern_types::Status;

/// The tick, and its word for those who listen.
#[component]
pub fn Ticks(status: Status) -> impl IntoView {
    let (icon, class) = match status {
        Status::Received => return ().into_any(),
        Status::Queued | Status::Sending => ("clock", "ticks"),
        Status::Accepted | Status::Sent => ("check", "ticks"),
        Status::Delivered => ("check-check", "ticks"),
        Status::Read | Status::Played => ("check-check", "ticks read"),
        Status::Unknown => ("circle-help", "ticks unknown"),
        Status::Failed => ("triangle-alert", "ticks failed"),
    };
    let word = words::thread::status(status);
    view! {
        <span class=class title=word data-status=status.as_str()>
            <Icon name=icon/>
            <span class="only-heard">{word}</span>
        </span>
    }
    .into_any()
}
