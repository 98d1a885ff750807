//! The code itself, and the ways to take it along.

use crate::{boxed::on, ui::icon::Icon, words::qr};
use leptos::prelude::*;
use postern_types::QrDrawn;

/// The picture with what stands in it told to those who do not see it.
#[component]
pub fn Picture(
    drawn: QrDrawn,
    /// What it is of.
    of: &'static str,
    /// What its files are called, before the dot.
    file: &'static str,
) -> impl IntoView {
    let svg = String::from(js_sys::encode_uri_component(&drawn.svg));
    let svg = format!("data:image/svg+xml,{svg}");
    let png = format!("data:image/png;base64,{}", drawn.png);
    view! {
        <img class="qr-picture" src=svg.clone() alt=of width="280" height="280"/>
        <div class="qr-do">
            <a class="button" href=svg download=format!("{file}.svg")><Icon name="download"/>{qr::SVG}</a>
            <a class="button" href=png download=format!("{file}.png")><Icon name="download"/>{qr::PNG}</a>
            <button type="button" class="button" on:click=on::click(|_| { let _ = window().print(); })><Icon name="printer"/>{qr::PRINT}</button>
        </div>
    }
    .into_any()
}
