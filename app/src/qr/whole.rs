//! The page: what stands in the code on one side, the code on the other.

use super::{api, desk::Desk, fields, look::Look, picture::Picture};
use crate::{
    boxed::{effect, on},
    ui::{
        icon::Icon,
        toast::{Toasts, use_toasts},
    },
    words::{contacts, fault, qr},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;
use postern_types::ContactId;

#[component]
pub fn Whole() -> impl IntoView {
    let desk = Desk::open();
    let toasts = use_toasts();
    let query = use_query_map();
    effect(move || {
        let asked = query.with(|query| query.get("contact"));
        if let Some(contact) = asked.and_then(|id| id.parse().ok()) {
            take(desk, toasts, contact);
        }
    });
    let choose = move |event| {
        let word = event_target_value(&event);
        if let Some((kind, _)) = qr::KINDS.into_iter().find(|(kind, _)| *kind == word) {
            desk.kind.set(kind);
        }
    };
    view! {
        <main class="page qr-page" id="main">
            <header class="page-head">
                <div>
                    <a class="page-up" href="/contacts"><Icon name="arrow-left"/>{contacts::ALL}</a>
                    <h1>{qr::TITLE}</h1>
                    <p class="page-lead">{qr::LEAD}</p>
                </div>
            </header>
            <div class="qr-desk">
                <form class="card form" aria-label=qr::FORM on:submit=on::submit(|event: SubmitEvent| event.prevent_default()) novalidate>
                    <div class="field">
                        <label for="kind">{qr::KIND}</label>
                        <select id="kind" class="select" on:change=on::change(choose)>
                            {qr::KINDS.into_iter().map(|(kind, name)| view! {
                                <option value=kind prop:selected=move || desk.kind.get() == kind>{name}</option>
                            }).collect_view()}
                        </select>
                    </div>
                    // Drawn anew for each kind: an input that became another one would bring along what was typed into it.
                    <For each=move || [desk.kind.get()] key=|kind| *kind let:kind>{fields::of(desk, kind)}</For>
                    <Look desk/>
                </form>
                <Code desk/>
            </div>
        </main>
    }
    .into_any()
}

/// The card of a contact, who is why somebody came.
fn take(desk: Desk, toasts: Toasts, contact: ContactId) {
    desk.kind.set("card");
    leptos::task::spawn_local(async move {
        match api::card(contact).await {
            Ok(card) => {
                desk.name.try_set(card.name);
                desk.phone.try_set(card.phone);
                desk.email.try_set(card.email);
            }
            Err(error) => toasts.fault(fault::doing(qr::NOT_READ, &error)),
        }
    });
}

#[component]
fn Code(desk: Desk) -> impl IntoView {
    // What no field says for itself.
    let general = move || {
        desk.failed.with(|error| {
            let error = error.as_ref()?;
            let beside = FIELDS.iter().any(|field| error.field(field).is_some());
            // A text that is too long is none of a field in most kinds.
            let shown = beside && !(error.field("text").is_some() && desk.kind.get() != "chat");
            (!shown).then(|| fault::doing(qr::NOT_DRAWN, error))
        })
    };
    let told = move || {
        if desk.busy.get() {
            qr::DRAWING
        } else if desk.drawn.with(Option::is_some) {
            qr::DRAWN
        } else if desk.failed.with(Option::is_some) {
            qr::CORRECT
        } else {
            qr::EMPTY
        }
    };
    let shown = move || {
        desk.drawn.get().map(|drawn| {
            let text = drawn.text.clone();
            view! {
                <Picture drawn of=qr::PICTURE file="qr-code"/>
                <p class="hint">{qr::TRY}</p>
                <details class="qr-text">
                    <summary>{qr::INSIDE}</summary>
                    <pre dir="ltr" translate="no" tabindex="0">{text}</pre>
                </details>
            }
        })
    };
    view! {
        <section class="card qr-code" aria-labelledby="qr-code">
            <h2 id="qr-code">{qr::CODE}</h2>
            <p class="hint" role="status">{told}</p>
            {move || general().map(|said| view! {
                <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{said}</p>
            })}
            {shown}
        </section>
    }
    .into_any()
}

const FIELDS: [&str; 18] = [
    "channel",
    "text",
    "phone",
    "address",
    "name",
    "organisation",
    "title",
    "email",
    "website",
    "place",
    "note",
    "network",
    "password",
    "start",
    "end",
    "dark",
    "light",
    "hidden",
];
