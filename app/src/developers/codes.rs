//! One-time codes that callers had sent, what they may ask for, and the log of tests.

mod api;
mod limits;
mod list;
mod trials;

pub use trials::Tests;

use leptos::prelude::*;
use limits::Limits;
use list::List;

/// The codes, and their limits.
#[component]
pub fn Codes() -> impl IntoView {
    view! { <div class="cards"><List/><Limits/></div> }.into_any()
}
