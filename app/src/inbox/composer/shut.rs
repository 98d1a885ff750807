//! Why nothing can be sent now, and what can be done instead.

use crate::{
    boxed::{Show, on},
    inbox::{
        actions,
        desk::{Ask, use_desk},
        template::Towards,
        window::Gate,
    },
    live::use_live,
    ui::{icon::Icon, toast::use_toasts},
    words::{composer, template},
};
use leptos::prelude::*;
use postern_types::ConversationId;

/// Stands where one would write.
#[component]
pub fn Shut(id: ConversationId, gate: Memo<Option<Gate>>) -> impl IntoView {
    let (live, desk, toasts) = (use_live(), use_desk(), use_toasts());
    view! {
        <div class="composer-shut" role="note">
            <Icon name="lock"/>
            <p>{move || gate.get().and_then(|gate| gate.reason(live.now.get()))}</p>
            <Show when=move || gate.get() == Some(Gate::Closed)>
                <button type="button" class="button small" on:click=on::click(move |_| actions::toggle_state(live, toasts, id))>{composer::REOPEN}</button>
            </Show>
            <Show when=move || matches!(gate.get(), Some(Gate::Ended(_) | Gate::Never))>
                <button type="button" class="button primary small" on:click=on::click(move |_| desk.choose_template(Towards::Here))>{template::CHOOSE}</button>
            </Show>
            <button type="button" class="button small" on:click=on::click(move |_| desk.ask_to_write(Ask::Note))>{composer::WRITE_NOTE}</button>
        </div>
    }
}
