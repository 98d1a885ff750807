//! The lines of a contact's form: what they are called, their number, their address, who looks after them.

use crate::{
    boxed::{memo, on},
    live::{Inbox, use_live},
    ui::{ask::Ask, field::Field},
    words::{self, contacts, details},
};
use leptos::prelude::*;
use postern_types::{ContactForm, MemberId};

/// The names by which the server calls them.
pub const FIELDS: &[&str] = &["name", "phone", "email", "owner"];

/// What is written there; copied about freely.
#[derive(Clone, Copy)]
pub struct Draft {
    name: RwSignal<String>,
    phone: RwSignal<String>,
    email: RwSignal<String>,
    owner: RwSignal<Option<MemberId>>,
}

impl Draft {
    /// Begins with what is known.
    pub fn new(form: ContactForm) -> Self {
        Self {
            name: RwSignal::new(form.name),
            phone: RwSignal::new(form.phone),
            email: RwSignal::new(form.email),
            owner: RwSignal::new(form.owner),
        }
    }

    /// As it is sent.
    pub fn form(self) -> ContactForm {
        ContactForm {
            name: self.name.get_untracked(),
            phone: self.phone.get_untracked(),
            email: self.email.get_untracked(),
            owner: self.owner.get_untracked(),
        }
    }
}

/// The lines.
#[component]
pub fn Lines(
    ask: Ask,
    draft: Draft,
    #[prop(default = "")] name_hint: &'static str,
) -> impl IntoView {
    let live = use_live();
    let people = memo(move || live.inbox.with(Inbox::colleagues));
    let owner = draft.owner;
    // Who does not work here any more stays until another one is chosen.
    let former = move || {
        let member = owner.get()?;
        let gone = people.with(|all| all.iter().all(|who| who.id != member));
        gone.then(|| view! { <option value=member.to_string() prop:selected=true>{words::FORMER}</option> })
    };
    view! {
        <Field name="name" label=contacts::NAME value=draft.name hint=name_hint fault=ask.fault("name") maxlength=80_u32 required=false/>
        <Field name="phone" label=contacts::PHONE kind="tel" value=draft.phone hint=contacts::PHONE_HINT fault=ask.fault("phone") maxlength=40_u32 required=false/>
        <Field name="email" label=contacts::EMAIL kind="email" value=draft.email fault=ask.fault("email") maxlength=254_u32 required=false/>
        <div class="field" class:faulty=move || ask.fault("owner").with(Option::is_some)>
            <label for="owner">{contacts::OWNER}</label>
            <select id="owner" class="select" aria-describedby="owner-hint" on:change=on::change(move |event| owner.set(event_target_value(&event).parse().ok()))>
                <option value="" prop:selected=move || owner.get().is_none()>{words::NOBODY}</option>
                {former}
                <For each=move || people.get() key=|who| (who.id, who.name.clone()) let:who>
                    <option value=who.id.to_string() prop:selected=move || owner.get() == Some(who.id)>
                        {if who.id == live.me() { details::me(&who.name) } else { who.name.clone() }}
                    </option>
                </For>
            </select>
            <p id="owner-hint" class="hint" aria-live="polite">{move || ask.fault("owner").get().unwrap_or_default()}</p>
        </div>
    }
    .into_any()
}
