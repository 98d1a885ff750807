//! What is looked for in the book, and in which order.

use super::desk::Desk;
use crate::{
    boxed::{memo, on},
    live::{Inbox, use_live},
    words::{self, contacts, details},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{BookOrder, OwnedBy};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(180);

/// The form; each choice is looked for at once.
#[component]
pub fn Filters(desk: Desk) -> impl IntoView {
    let live = use_live();
    let asked = desk.asked;
    let labels = memo(move || live.inbox.with(|inbox| inbox.labels.clone()));
    let people = memo(move || live.inbox.with(Inbox::colleagues));
    let version = StoredValue::new(0_u32);
    let typed = move |event| {
        let now = event_target_value(&event).trim().to_owned();
        version.update_value(|version| *version += 1);
        let mine = version.get_value();
        set_timeout(
            move || {
                let settled = version.try_get_value() == Some(mine);
                if settled && asked.with_untracked(|asked| asked.search != now) {
                    asked.update(|asked| asked.search = now);
                }
            },
            TYPING,
        );
    };
    let owner = move |event| {
        let owner = match event_target_value(&event).as_str() {
            "" => OwnedBy::Anybody,
            "-" => OwnedBy::Nobody,
            id => id.parse().map_or(OwnedBy::Anybody, OwnedBy::Member),
        };
        asked.update(|asked| asked.owner = owner);
    };
    let order = move |event| {
        let newest = event_target_value(&event) == "newest";
        let order = if newest {
            BookOrder::Newest
        } else {
            BookOrder::Name
        };
        asked.update(|asked| asked.order = order);
    };
    view! {
        <form class="audit-filters" role="search" aria-label=contacts::FILTERS on:submit=on::submit(|event: SubmitEvent| event.prevent_default())>
            <div class="field">
                <label for="book-search">{contacts::SEARCH}</label>
                <input id="book-search" type="search" autocomplete="off" spellcheck="false" dir="auto" maxlength="200"
                    prop:value=asked.with_untracked(|asked| asked.search.clone()) on:input=on::input(typed)/>
            </div>
            <div class="field">
                <label for="book-label">{contacts::LABEL}</label>
                <select id="book-label" class="select" on:change=on::change(move |event| {
                    let label = event_target_value(&event).parse().ok();
                    asked.update(|asked| asked.label = label);
                })>
                    <option value="">{contacts::ANY_LABEL}</option>
                    <For each=move || labels.get() key=|label| (label.id, label.name.clone()) let:label>
                        <option value=label.id.to_string() prop:selected=move || asked.with(|asked| asked.label == Some(label.id))>{label.name}</option>
                    </For>
                </select>
            </div>
            <div class="field">
                <label for="book-owner">{contacts::OWNER}</label>
                <select id="book-owner" class="select" on:change=on::change(owner)>
                    <option value="">{contacts::ANYBODYS}</option>
                    <option value="-" prop:selected=move || asked.with(|asked| asked.owner == OwnedBy::Nobody)>{words::NOBODY}</option>
                    <For each=move || people.get() key=|who| (who.id, who.name.clone()) let:who>
                        <option value=who.id.to_string() prop:selected=move || asked.with(|asked| asked.owner == OwnedBy::Member(who.id))>{if who.id == live.me() { details::me(&who.name) } else { who.name.clone() }}</option>
                    </For>
                </select>
            </div>
            <div class="field">
                <label for="book-order">{contacts::ORDER}</label>
                <select id="book-order" class="select" on:change=on::change(order)>
                    <option value="name">{contacts::BY_NAME}</option>
                    <option value="newest" prop:selected=move || asked.with(|asked| asked.order == BookOrder::Newest)>{contacts::BY_AGE}</option>
                </select>
            </div>
        </form>
    }
    .into_any()
}
