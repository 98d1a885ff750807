//! The button with all that can be sent.

use super::{forms::Form, pick::given, place, tray::Tray};
use crate::{boxed::on, ui::icon::Icon, words::kit};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

const PICTURES: &str = "image/jpeg,image/png,image/webp,video/mp4,video/3gpp";
const DOCUMENTS: &str = ".pdf,.txt,.doc,.docx,.xls,.xlsx,.ppt,.pptx,audio/*";

/// Opens the browser's own popover.
#[component]
pub fn Attach(tray: Tray, form: RwSignal<Option<Form>>) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    // Before the browser opens it.
    let placed = move |_| {
        if let (Some(menu), Some(button)) = (menu.get_untracked(), button.get_untracked()) {
            place(&menu, &button);
        }
    };
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let picked = move |event: web_sys::Event| {
        close();
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            tray.add(input.files().map(|files| given(&files)).unwrap_or_default());
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let item = move |icon: &'static str, word: &'static str, opens: Form| {
        view! {
            <button type="button" class="menu-item" on:click=on::click(move |_| { close(); form.set(Some(opens)) })>
                <Icon name=icon/><span class="menu-name">{word}</span>
            </button>
        }
    };
    view! {
        <button type="button" class="icon-button" node_ref=button on:click=on::click(placed) popovertarget="attach" aria-label=kit::ATTACH title=kit::ATTACH>
            <Icon name="paperclip"/>
        </button>
        <div id="attach" class="menu kit-menu" popover="auto" node_ref=menu>
            <label class="menu-item">
                <Icon name="image"/><span class="menu-name">{kit::PICTURE}</span>
                <input type="file" class="only-heard" multiple accept=PICTURES on:change=on::change(picked)/>
            </label>
            <label class="menu-item">
                <Icon name="file-text"/><span class="menu-name">{kit::DOCUMENT}</span>
                <input type="file" class="only-heard" multiple accept=DOCUMENTS on:change=on::change(picked)/>
            </label>
            {item("map-pin", kit::LOCATION, Form::Location)}
            {item("contact", kit::CONTACT, Form::Contact)}
            {item("mouse-pointer-click", kit::BUTTONS, Form::Buttons)}
            {item("list", kit::LIST, Form::List)}
            {item("link", kit::LINK, Form::Link)}
            {item("compass", kit::ASK_LOCATION, Form::Ask)}
        </div>
    }
    .into_any()
}
