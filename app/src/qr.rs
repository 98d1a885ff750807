//! QR codes: for a chat, a card, a number, a page, a network, a date; and for a portal link where one was just made.

mod api;
mod code;
mod desk;
mod fields;
mod look;
mod picture;
mod whole;

use crate::{
    ui::later::{self, Later, Part},
    words::qr,
};
use code::PortalCode;
use leptos::prelude::*;
use wasm_split_helpers::wasm_split;
use whole::Whole;

/// The page; its code is fetched by those who come here.
#[component]
pub fn QrPage() -> impl IntoView {
    later::page(qr::TITLE, fetch, qr_page)
}

/// The code of a portal link that was just made, in whose dialog it is shown.
pub fn code() -> AnyView {
    view! { <Later fetch=fetch_code part=portal_code/> }.into_any()
}

#[wasm_split(qr, preload(fetch), fallible)]
fn qr_page() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

#[wasm_split(qr, preload(fetch_code), fallible)]
fn portal_code() -> Part {
    Ok(view! { <PortalCode/> }.into_any())
}
