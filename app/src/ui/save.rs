//! A file that the browser makes and saves. For lazy parts alone.

use js_sys::Array;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast as _;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// So long the browser may take to write a file.
const WRITING: Duration = Duration::from_mins(1);

/// Gives CSV to the browser as a file; none when it does not take it.
pub fn save_csv(pieces: &Array, name: &str) -> Option<()> {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let blob = Blob::new_with_str_sequence_and_options(pieces, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        WRITING,
    );
    Some(())
}
