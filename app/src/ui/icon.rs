//! Icons from the sprite that the build makes of `style/icons.txt`.

use leptos::prelude::*;

/// Where the package's files are: `/pkg/…`, told by the page's root.
#[derive(Clone)]
pub struct Package(pub String);

/// One icon, as large as the text beside it. It says nothing by itself: words or a label stand with it.
#[component]
pub fn Icon(#[prop(into)] name: String) -> impl IntoView {
    let package = use_context::<Package>().map(|p| p.0).unwrap_or_default();
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("{package}/icons.svg#{name}")></use>
        </svg>
    }
}

/// The icon of a kind of message that is named rather than shown.
pub fn kind_icon(kind: &str) -> &'static str {
    match kind {
        "image" => "image",
        "video" => "video",
        "audio" | "voice" => "mic",
        "document" => "file-text",
        "sticker" => "sticker",
        "location" => "map-pin",
        "contacts" => "contact",
        "reaction" => "smile",
        "button" | "interactive" => "mouse-pointer-click",
        "order" => "shopping-bag",
        "template" => "layout-template",
        "system" | "user_preferences" => "info",
        "call" | "calls" => "phone",
        "edit" => "pencil",
        "revoke" => "ban",
        "portal" => "list-checks",
        _ => "circle-help",
    }
}
