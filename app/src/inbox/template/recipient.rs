//! To which number, and over which of ours.

use super::choice::Choice;
use crate::{
    boxed::{Show, on},
    ui::field::Field,
    words::template,
};
use leptos::prelude::*;
use postern_types::e164;

/// Stands above the templates of a new conversation.
#[component]
pub fn Recipient(choice: Choice) -> impl IntoView {
    let numbers = choice
        .live
        .inbox
        .with_untracked(crate::live::Inbox::numbers);
    let several = numbers.len() > 1;
    let wrong = Signal::derive(move || {
        if let Some(fault) = choice.phone_fault.get() {
            return Some(fault);
        }
        let typed = choice.phone.get();
        choice
            .tried
            .get()
            .then(|| e164(&typed).err().map(|fault| fault.to_string()))?
    });
    // What the server said was of what was typed before.
    Effect::new(move |before: Option<String>| {
        let now = choice.phone.get();
        if before.is_some_and(|before| before != now) {
            choice.phone_fault.set(None);
        }
        now
    });
    let chosen = move |event| {
        let id = event_target_value(&event).parse().ok();
        choice.chosen.set(None);
        choice.category.set(None);
        choice.language.set(None);
        choice.channel.set(id);
    };
    view! {
        <div class="picker-recipient">
            <Field name="template-phone" label=template::PHONE kind="tel" inputmode="tel" value=choice.phone hint=template::PHONE_HINT
                fault=wrong maxlength=40_u32/>
            <Show when=move || several>
                <div class="field">
                    <label for="template-channel">{template::CHANNEL}</label>
                    <select id="template-channel" class="select" on:change=on::change(chosen)>
                        {numbers.clone().into_iter().map(|number| {
                            let id = number.id;
                            view! {
                                <option value=id.to_string() selected=move || choice.channel.get() == Some(id)>
                                    {format!("{} ({})", number.name, number.phone)}
                                </option>
                            }
                        }).collect_view()}
                    </select>
                </div>
            </Show>
        </div>
    }
    .into_any()
}
