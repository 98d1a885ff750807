//! The tasks of one contact, on their page.

use super::{
    desk::Desk,
    new::{Given, NewDialog},
    row::Row,
};
use crate::{
    boxed::{Show, on},
    ui::{contact_parts::Of, icon::Icon},
    words::{fault, tasks},
};
use leptos::prelude::*;
use postern_types::{ContactBrief, TaskRequest};

/// The section.
#[component]
pub fn Card() -> impl IntoView {
    let Of(contact) = expect_context::<Of>();
    let desk = Desk::open(Signal::derive(move || TaskRequest {
        contact: Some(contact),
        ..TaskRequest::default()
    }));
    let open = RwSignal::new(false);
    // What they are called is known by any of their tasks; the page around says it anyway.
    let given = Signal::derive(move || Given {
        contact: Some(desk.rows.with(|rows| {
            let known = rows.as_ref().and_then(|rows| rows.first());
            known.map_or_else(
                || ContactBrief {
                    id: contact,
                    name: Some(tasks::THIS_CONTACT.into()),
                    phone: None,
                },
                |row| row.contact.clone(),
            )
        })),
        ..Given::default()
    });
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(tasks::NOT_READ, error))
        })
    };
    view! {
        <section class="card" aria-labelledby="contact-tasks">
            <header class="task-head">
                <h2 id="contact-tasks">{tasks::TITLE}</h2>
                <button type="button" class="button small" on:click=on::click(move |_| open.set(true))><Icon name="plus"/>{tasks::NEW}</button>
            </header>
            {move || failed().map(|text| view! { <p class="hint" role="alert">{text}</p> })}
            <ul class="task-list" aria-labelledby="contact-tasks" aria-busy=move || desk.busy.get().to_string()>
                <For each=move || desk.rows.get().unwrap_or_default() key=|row| format!("{row:?}") let:row>
                    <li><Row row today=desk.today.get_untracked() whose=false/></li>
                </For>
            </ul>
            <Show when=move || desk.rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty))>
                <p class="hint">{tasks::NONE_OF_CONTACT}</p>
            </Show>
            <Show when=move || desk.next.with(Option::is_some)>
                <button type="button" class="button small" on:click=on::click(move |_| desk.more())>{tasks::MORE}</button>
            </Show>
        </section>
        <NewDialog open given/>
    }
    .into_any()
}
