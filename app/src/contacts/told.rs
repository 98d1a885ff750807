//! What is noted of a contact and what happened: a part of its own, whose code comes after the page's.

use super::{notes::Notes, profile::Desk, story::Story};
use crate::ui::later::{Later, Part};
use leptos::{context::Provider, prelude::*};
use wasm_split_helpers::wasm_split;

/// Both cards.
#[component]
pub fn Told(desk: Desk) -> impl IntoView {
    let meanwhile = || view! { <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i></div> };
    view! { <Provider value=desk><Later fetch=fetch part=told meanwhile/></Provider> }.into_any()
}

#[wasm_split(story, preload(fetch), fallible)]
fn told() -> Part {
    let desk = expect_context::<Desk>();
    Ok(view! { <Notes desk/><Story desk/> }.into_any())
}
