//! The browser's entry: wakes the page that the server rendered, and nothing else.

// A page is one type, as deep as its elements: the compiler's usual limit is too low for the inbox.
#![recursion_limit = "512"]

use leptos::mount::hydrate_body;
use postern_app::{App, package_of_page};
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the script in the document's head.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let package = package_of_page();
    hydrate_body(move || leptos::view! { <App package/> });
}
