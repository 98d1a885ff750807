//! What members call the contact.

use crate::{
    boxed::{Show, on},
    browser,
    ui::same::{Desk, api},
    words::{self, details, fault},
};
use leptos::prelude::*;
use postern_types::PersonView;

/// Offers to call them something else.
#[component]
pub fn Name(desk: Desk, person: PersonView) -> impl IntoView {
    let editing = RwSignal::new(false);
    let text = RwSignal::new(person.given_name.unwrap_or_default());
    let placeholder = words::called(
        person
            .name
            .as_deref()
            .or(person.username.as_deref())
            .unwrap_or_default(),
    );
    let id = person.id;
    let edit = move |_| {
        editing.set(true);
        request_animation_frame(|| {
            browser::focus("#person-name");
        });
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        editing.set(false);
        let name = text.get_untracked();
        leptos::task::spawn_local(async move {
            if let Err(error) = api::rename(id, name).await {
                desk.toasts
                    .fault(fault::doing(details::NOT_RENAMED, &error));
            }
            desk.refresh();
        });
    };
    let escape = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !browser::composing(&event) {
            event.prevent_default();
            event.stop_propagation();
            editing.set(false);
        }
    };
    view! {
        <Show when=move || editing.get() fallback=move || view! {
            <button type="button" class="button small" on:click=on::click(edit)>{details::RENAME}</button>
        }>
            <form class="person-name" on:submit=on::submit(save) on:keydown=on::keydown(escape)>
                <div class="field">
                    <label for="person-name">{details::NAME}</label>
                    <input id="person-name" maxlength="80" autocomplete="off" dir="auto" placeholder=placeholder.clone()
                        prop:value=move || text.get() on:input=on::input(move |event| text.set(event_target_value(&event))) aria-describedby="person-name-hint"/>
                    <p id="person-name-hint" class="hint">{details::NAME_HINT}</p>
                </div>
                <footer class="person-foot">
                    <button type="button" class="button small" on:click=on::click(move |_| editing.set(false))>{words::CANCEL}</button>
                    <button type="submit" class="button small primary">{details::SAVE}</button>
                </footer>
            </form>
        </Show>
    }
    .into_any()
}
