//! Who else may be the same person: suggested, looked for, merged, parted.

use super::{Desk, api};
use crate::{
    boxed::{effect, on},
    ui::{avatar::Avatar, time},
    words::{self, details, fault},
};
use leptos::prelude::*;
use postern_types::{Alike, ContactBrief, Merged};
use std::time::Duration;

const TYPING: Duration = Duration::from_millis(180);

/// Those who look like the same person.
#[component]
pub fn AlikeList(desk: Desk, alike: Vec<Alike>) -> impl IntoView {
    (!alike.is_empty()).then(|| view! {
        <h3>{details::ALIKE}</h3>
        <ul class="person-list">
            {alike.into_iter().map(|alike| {
                let other = alike.contact.clone();
                let name = words::called(other.label());
                let dismiss = move |_| dismiss(desk, &alike.contact);
                view! {
                    <li>
                        <Who contact=other.clone()/>
                        <p class="hint">{details::why(alike.why)}</p>
                        <div class="person-foot">
                            <button type="button" class="button small" aria-label=details::not_same(&name) on:click=on::click(dismiss)>{details::NOT_SAME}</button>
                            <button type="button" class="button small primary" aria-label=details::merge_with(&name) on:click=on::click(move |_| desk.merge(other.clone()))>{details::MERGE}</button>
                        </div>
                    </li>
                }
            }).collect_view()}
        </ul>
    })
    .into_any()
}

fn dismiss(desk: Desk, other: &ContactBrief) {
    let other = other.id;
    let one = desk
        .person
        .with_untracked(|person| person.as_ref().map(|p| p.id));
    let Some(one) = one else { return };
    leptos::task::spawn_local(async move {
        if let Err(error) = api::dismiss(one, other).await {
            desk.toasts
                .fault(fault::doing(details::NOT_DISMISSED, &error));
        }
        desk.refresh();
    });
}

/// Those who were merged into the contact.
#[component]
pub fn MergedList(desk: Desk, merged: Vec<Merged>) -> impl IntoView {
    (!merged.is_empty()).then(|| view! {
        <h3>{details::MERGED}</h3>
        <ul class="person-list">
            {merged.into_iter().map(|merged| {
                let name = words::called(merged.contact.label());
                let id = merged.id;
                view! {
                    <li class="person-line">
                        <Who contact=merged.contact/>
                        <time class="hint" title=time::full(merged.at)>{time::date(merged.at)}</time>
                        <button type="button" class="button small" aria-label=details::undo_merge(&name) on:click=on::click(move |_| desk.part(id))>{words::UNDO}</button>
                    </li>
                }
            }).collect_view()}
        </ul>
    })
    .into_any()
}

/// Looks for somebody to merge with.
#[component]
pub fn MergeSearch(desk: Desk) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<ContactBrief>::new());
    effect(move || {
        let sought = text.get();
        set_timeout(
            move || {
                if text.try_with_untracked(|text| *text == sought) == Some(true) {
                    search(sought, text, found);
                }
            },
            TYPING,
        );
    });
    let others = move || {
        let own = desk.person.with(|person| person.as_ref().map(|p| p.id));
        let mut others = found.get();
        others.retain(|other| Some(other.id) != own);
        others
    };
    view! {
        <details class="person-merge">
            <summary>{details::MERGE_WITH}</summary>
            <p class="hint">{details::MERGE_HINT}</p>
            <div class="field">
                <input type="search" aria-label=details::MERGE_SEARCH placeholder=details::MERGE_SEARCH autocomplete="off" dir="auto"
                    prop:value=move || text.get() on:input=on::input(move |event| text.set(event_target_value(&event)))/>
            </div>
            <ul class="person-list">
                <For each=others key=|other| (other.id, other.name.clone(), other.phone.clone()) let:other>
                    <li class="person-line">
                        <Who contact=other.clone()/>
                        <button type="button" class="button small" aria-label=details::merge_with(&words::called(other.label()))
                            on:click=on::click(move |_| { text.set(String::new()); desk.merge(other.clone()) })>{details::MERGE}</button>
                    </li>
                </For>
            </ul>
        </details>
    }
    .into_any()
}

/// What was typed since makes an answer worthless.
fn search(sought: String, text: RwSignal<String>, found: RwSignal<Vec<ContactBrief>>) {
    if sought.trim().is_empty() {
        found.try_set(Vec::new());
        return;
    }
    leptos::task::spawn_local(async move {
        let answer = api::find(sought.trim().to_owned()).await;
        if text.try_with_untracked(|text| *text == sought) == Some(true) {
            found.try_set(answer.unwrap_or_default());
        }
    });
}

/// Somebody, in one line.
#[component]
fn Who(contact: ContactBrief) -> impl IntoView {
    let name = words::called(contact.label());
    let phone = contact.name.as_ref().and(contact.phone);
    view! {
        <div class="person-who">
            <Avatar name=contact.name id=contact.id.0/>
            <span class="person-words"><bdi>{name}</bdi><span class="quiet-text" dir="ltr">{phone}</span></span>
        </div>
    }
    .into_any()
}
