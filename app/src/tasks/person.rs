//! For whom a task is: a contact that is looked for by name or number.

use super::api;
use crate::{
    boxed::{Show, effect, on},
    ui::{avatar::Avatar, icon::Icon},
    words::{self, tasks},
};
use leptos::prelude::*;
use postern_types::ContactBrief;
use std::time::Duration;

/// So long after the last letter it is looked for.
const PAUSE: Duration = Duration::from_millis(200);

/// The field; who is chosen stands in its place.
#[component]
pub fn Person(
    chosen: RwSignal<Option<ContactBrief>>,
    fault: Signal<Option<String>>,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<ContactBrief>::new());
    // None before anything was looked for.
    let looked = RwSignal::new(false);
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let words = search.get();
        let now = turn.with_value(|turn| turn.wrapping_add(1));
        turn.set_value(now);
        if words.trim().is_empty() {
            found.set(Vec::new());
            looked.set(false);
            return;
        }
        let look = move || {
            if turn.try_get_value() != Some(now) {
                return;
            }
            leptos::task::spawn_local(async move {
                let answer = api::contacts(words).await;
                if turn.try_get_value() == Some(now) {
                    found.try_set(answer.unwrap_or_default());
                    looked.try_set(true);
                }
            });
        };
        set_timeout(look, PAUSE);
    });
    let nobody = move || looked.get() && found.with(Vec::is_empty);
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <Show when=move || chosen.with(Option::is_none) fallback=move || view! { <Chosen chosen/> }>
                <label for="contact">{tasks::CONTACT}</label>
                <input id="contact" type="search" autocomplete="off" spellcheck="false" dir="auto" maxlength="200"
                    aria-describedby="contact-hint" aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    prop:value=move || search.get() on:input=on::input(move |event| search.set(event_target_value(&event)))/>
                <ul class="task-found" aria-label=tasks::FOUND>
                    <For each=move || found.get() key=|one| one.id let:one>
                        <li><button type="button" class="menu-item" on:click=on::click({
                            let one = one.clone();
                            move |_| chosen.set(Some(one.clone()))
                        })>
                            <Avatar name=one.name.clone() id=one.id.0/>
                            <span class="task-words"><bdi>{words::called(one.label())}</bdi><small dir="ltr">{one.phone.clone()}</small></span>
                        </button></li>
                    </For>
                </ul>
            </Show>
            <p id="contact-hint" class="hint" aria-live="polite">
                {move || fault.get().unwrap_or_else(|| match (chosen.with(Option::is_some), nobody()) {
                    (true, _) => String::new(),
                    (_, true) => tasks::NOBODY_FOUND.into(),
                    _ => tasks::CONTACT_HINT.into(),
                })}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn Chosen(chosen: RwSignal<Option<ContactBrief>>) -> impl IntoView {
    view! {
        <span class="task-label">{tasks::CONTACT}</span>
        {move || chosen.get().map(|one| view! {
            <div class="task-chosen">
                <Avatar name=one.name.clone() id=one.id.0/>
                <bdi>{words::called(one.label())}</bdi>
                <button type="button" class="icon-button" aria-label=tasks::OTHER_CONTACT on:click=on::click(move |_| chosen.set(None))><Icon name="x"/></button>
            </div>
        })}
    }
    .into_any()
}
