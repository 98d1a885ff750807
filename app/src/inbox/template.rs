//! Sending a template: where nothing else may be sent, beside what one writes, and to a number that is new. The code of it
//! is fetched by those who ask for it.

mod api;
mod choice;
mod find;
mod form;
mod media;
mod picker;
mod preview;
mod recipient;
mod slot;

use super::desk::use_desk;
use crate::{
    ui::{
        dialog::Dialog,
        later::{Later, Part},
    },
    words::template,
};
use leptos::prelude::*;
use picker::Picker;
use wasm_split_helpers::wasm_split;

/// To whom a template is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// To the contact of the open conversation.
    Here,
    /// To a number.
    Number,
}

/// Opens over the inbox.
#[component]
pub fn TemplateDialog() -> impl IntoView {
    let desk = use_desk();
    let title = Signal::derive(move || {
        match desk.towards.get() {
            Towards::Here => template::TITLE,
            Towards::Number => template::NEW,
        }
        .to_owned()
    });
    view! {
        <Dialog open=desk.template title class="templates"><Later fetch part=templates/></Dialog>
    }
    .into_any()
}

#[wasm_split(templates, preload(fetch), fallible)]
fn templates() -> Part {
    Ok(view! { <Picker/> }.into_any())
}
