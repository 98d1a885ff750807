//! A contact card: written by hand, or somebody whom the workspace knows.

use super::{Foot, Send, Words, fits, trimmed};
use crate::{
    boxed::{effect, on},
    live,
    words::{self, fault, kit},
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Card, CardPhone, ContactBrief, InboxView, ListRequest, Outgoing};

/// So many numbers of one person.
const NUMBERS: usize = 3;

/// A name and its numbers.
#[component]
pub fn Contact(send: Send) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let numbers: [RwSignal<String>; NUMBERS] = [(); NUMBERS].map(|()| RwSignal::new(String::new()));
    let pick = Callback::new(move |contact: ContactBrief| {
        name.set(contact.name.unwrap_or_default());
        for (nth, number) in numbers.into_iter().enumerate() {
            let phone = contact.phone.clone().filter(|_| nth == 0);
            number.set(phone.unwrap_or_default());
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let phones = numbers
            .into_iter()
            .map(trimmed)
            .filter(|number| !number.is_empty());
        let card = Card {
            name: trimmed(name),
            phones: phones
                .map(|number| CardPhone {
                    number,
                    ..CardPhone::default()
                })
                .collect(),
            lines: Vec::new(),
        };
        send.run((String::new(), Outgoing::Contacts { cards: vec![card] }));
    };
    let ready = move || {
        let good = |number: &RwSignal<String>| {
            number.with(|text| text.trim().is_empty() || is_number(text))
        };
        fits(name, 256)
            && numbers.iter().all(good)
            && numbers
                .iter()
                .any(|number| number.with(|text| !text.trim().is_empty()))
    };
    view! {
        <Known pick/>
        <form class="form" on:submit=on::submit(submit)>
            <Words name="card-name" label=kit::CARD_NAME value=name most=256/>
            {numbers.into_iter().enumerate().map(|(nth, number)| view! {
                <div class="field" class:faulty=move || number.with(|text| !text.trim().is_empty() && !is_number(text))>
                    <label for=format!("card-number-{nth}")>{kit::card_number(nth)}</label>
                    <input id=format!("card-number-{nth}") type="tel" dir="ltr" autocomplete="off"
                        prop:value=move || number.get() on:input=on::input(move |event| number.set(event_target_value(&event)))/>
                    <p class="hint">{(nth == 0).then_some(kit::NUMBER_HINT)}</p>
                </div>
            }).collect_view()}
            <Foot ready=Signal::derive(ready)/>
        </form>
    }
    .into_any()
}

/// As the server will look at it.
fn is_number(text: &str) -> bool {
    let written = text.trim().trim_start_matches('+');
    let digits = written.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&digits)
        && written
            .chars()
            .all(|c| c.is_ascii_digit() || " -./()\u{a0}".contains(c))
}

/// Finds people whom the workspace knows by name or number.
#[component]
fn Known(pick: Callback<ContactBrief>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<ContactBrief>::new());
    let failed = RwSignal::new(None::<String>);
    effect(move || {
        let asked = text.get();
        if asked.trim().is_empty() {
            found.set(Vec::new());
            return;
        }
        leptos::task::spawn_local(async move {
            let request = ListRequest {
                view: InboxView::All,
                search: asked.clone(),
                ..ListRequest::default()
            };
            let answer = live::list(request).await;
            // Another letter has come meanwhile.
            if text.try_get_untracked().as_ref() != Some(&asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    let mut people: Vec<ContactBrief> = Vec::new();
                    for row in page.rows {
                        let known = people.iter().any(|one| one.id == row.contact.id);
                        if row.contact.phone.is_some() && !known && people.len() < 6 {
                            people.push(row.contact);
                        }
                    }
                    failed.try_set(None);
                    found.try_set(people);
                }
                Err(error) => {
                    failed.try_set(Some(fault::say(&error)));
                }
            }
        });
    });
    view! {
        <div class="field">
            <label for="card-search">{kit::FIND_CONTACT}</label>
            <input id="card-search" type="search" dir="auto" autocomplete="off" prop:value=move || text.get()
                on:input=on::input(move |event| text.set(event_target_value(&event)))/>
            <p class="hint" role="status">{move || failed.get()}</p>
        </div>
        <ul class="kit-found">
            <For each=move || found.get() key=|contact| contact.id let:contact>
                {
                    let (name, phone) = (contact.name.clone(), contact.phone.clone());
                    view! {
                        <li><button type="button" class="menu-item" on:click=on::click(move |_| {
                            pick.run(contact.clone());
                            text.set(String::new());
                        })>
                            <span class="menu-name"><bdi>{name.unwrap_or_else(|| words::UNKNOWN_CONTACT.to_owned())}</bdi></span>
                            <small dir="ltr">{phone}</small>
                        </button></li>
                    }
                }
            </For>
        </ul>
    }
    .into_any()
}
