//! The picture, film or document above a template: uploaded from here, or fetched by WhatsApp from an address.

use super::{form::Filling, slot::SlotField};
use crate::{
    boxed::{Show, on},
    inbox::composer::kit::{Upload, given, upload},
    ui::icon::Icon,
    words::{fault, template},
};
use leptos::prelude::*;
use postern_types::{ConversationId, HeaderFormat, Slot};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// How far an upload is.
#[derive(Clone, Debug, PartialEq)]
enum State {
    None,
    /// Hundredths.
    Coming(u32),
    /// It is called so.
    Here(String),
    Failed(String),
}

/// An upload belongs to a conversation: where there is none yet, there is the address alone.
#[component]
pub fn MediaField(
    filling: Filling,
    asked: Slot,
    format: HeaderFormat,
    conversation: Option<ConversationId>,
) -> impl IntoView {
    let state = RwSignal::new(State::None);
    let picked = move |event: web_sys::Event| {
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let files = input.as_ref().and_then(HtmlInputElement::files);
        let file = files.and_then(|files| given(&files).into_iter().next());
        if let Some(input) = input {
            // The same file may be chosen again.
            input.set_value("");
        }
        let (Some(file), Some(conversation)) = (file, conversation) else {
            return;
        };
        state.set(State::Coming(0));
        leptos::task::spawn_local(async move {
            let progress = move |part| {
                state.try_set(State::Coming(part));
            };
            match upload(&Upload::default(), conversation, &file, progress).await {
                Ok(view) => {
                    filling.fill.try_update(|fill| fill.file = Some(view.id));
                    state.try_set(State::Here(view.name.unwrap_or_default()));
                }
                Err(error) => {
                    state.try_set(State::Failed(fault::say(&error)));
                }
            }
        });
    };
    let remove = move |_| {
        filling.fill.update(|fill| fill.file = None);
        state.set(State::None);
    };
    let accept = match format {
        HeaderFormat::Image => "image/jpeg,image/png",
        HeaderFormat::Video => "video/mp4,video/3gpp",
        _ => ".pdf,.txt,.doc,.docx,.xls,.xlsx,.ppt,.pptx",
    };
    let said = move || match state.get() {
        State::Coming(part) => Some(template::uploading(part)),
        State::Here(name) => Some(template::uploaded(&name)),
        State::Failed(why) => Some(why),
        State::None => None,
    };
    let here = move || matches!(state.get(), State::Here(_));
    view! {
        <Show when=move || conversation.is_some()>
            <div class="template-file">
                <label class="button small">
                    <Icon name="plus"/>{template::UPLOAD}
                    <input type="file" class="only-heard" accept=accept on:change=on::change(picked)/>
                </label>
                <p class="hint" aria-live="polite"><bdi>{said}</bdi></p>
                <Show when=here>
                    <button type="button" class="icon-button small" aria-label=template::REMOVE_FILE on:click=on::click(remove)><Icon name="x"/></button>
                </Show>
            </div>
        </Show>
        <Show when=move || !here()><SlotField filling asked=asked.clone() example=None/></Show>
    }
    .into_any()
}
