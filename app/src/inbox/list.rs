//! The list pane: views, search, rows, and more of them as one scrolls.

mod chosen;
mod filters;
mod focus;
mod narrow;
mod rows;
mod span;

use crate::{live::use_live, words::list};
use filters::Filters;
use leptos::prelude::*;
use narrow::Narrow;
use rows::Rows;

/// The list with its head.
#[component]
pub fn ListPane() -> impl IntoView {
    let live = use_live();
    let narrow = Narrow::of(live);
    view! {
        <section class="list-pane" aria-label=list::CONVERSATIONS>
            <Filters looking_at=live.looking_at narrow/>
            <Rows narrow/>
        </section>
    }
    .into_any()
}
