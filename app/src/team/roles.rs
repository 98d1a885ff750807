//! Choosing a role: for somebody who is to come, and of somebody who is here.

use super::{asking::What, who::Who};
use crate::{
    boxed::{Show, memo, on},
    words::team,
};
use leptos::{html, prelude::*};
use postern_types::Role;

/// From least to most.
pub const ROLES: [Role; 4] = [Role::Agent, Role::Manager, Role::Admin, Role::Owner];

/// What one may come in as: owners are made among members.
const OFFERED: [Role; 3] = [Role::Agent, Role::Manager, Role::Admin];

fn read(word: &str) -> Option<Role> {
    ROLES.into_iter().find(|role| role.as_str() == word)
}

/// The role of somebody who is to come.
#[component]
pub fn RoleChoice(
    value: RwSignal<Role>,
    /// The id on the page, for a label.
    #[prop(optional)]
    id: Option<&'static str>,
    /// What it is called where no label stands beside it.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    #[prop(optional)] hint: Option<&'static str>,
) -> impl IntoView {
    let chosen = move |event: web_sys::Event| {
        if let Some(role) = read(&event_target_value(&event)) {
            value.set(role);
        }
    };
    view! {
        <select class="select" id=id aria-label=move || label.map(|label| label.get()) aria-describedby=hint on:change=on::change(chosen)>
            {OFFERED.into_iter().map(|each| view! {
                <option value=each.as_str() prop:selected=move || value.get() == each>{team::role(each)}</option>
            }).collect_view()}
        </select>
    }
    .into_any()
}

/// The same in a form, with what the role is for.
#[component]
pub fn RoleField(value: RwSignal<Role>) -> impl IntoView {
    view! {
        <div class="field">
            <label for="role">{team::ROLE}</label>
            <RoleChoice value id="role" hint="role-hint"/>
            <p id="role-hint" class="hint" aria-live="polite">{move || team::role_line(value.get())}</p>
        </div>
    }
    .into_any()
}

/// The role of a member: another one is theirs as soon as it is chosen.
#[component]
pub fn RoleOf(who: Who, name: Memo<String>) -> impl IntoView {
    let desk = who.desk;
    let node = NodeRef::<html::Select>::new();
    let role = memo(move || who.role());
    let above = memo(move || Some(who.role()) > desk.mine.get());
    let last = memo(move || {
        let alone = desk.owners.get() == 1;
        who.read(|who| alone && who.you && who.role == Role::Owner)
    });
    let too_high = move |each: Role| Some(each) > desk.mine.get();
    // As it still is, and not as it was chosen.
    let back = move || {
        let select = node.try_get_untracked().flatten();
        if let (Some(select), Some(role)) = (select, role.try_get_untracked()) {
            select.set_value(role.as_str());
        }
    };
    let chosen = move |event: web_sys::Event| {
        let from = role.get_untracked();
        let Some(to) = read(&event_target_value(&event)).filter(|to| *to != from) else {
            return;
        };
        if who.known(|who| who.you) {
            back();
            who.ask(What::StepDown(to));
        } else {
            desk.give_role(who.id, name.get_untracked(), (from, to), Box::new(back));
        }
    };
    view! {
        <select class="select" node_ref=node aria-label=move || team::role_of(&name.get())
            disabled=move || above.get() || last.get() on:change=on::change(chosen)>
            {ROLES.into_iter().map(|each| view! {
                <option value=each.as_str() prop:selected=move || role.get() == each disabled=move || too_high(each)
                    hidden=move || too_high(each) && role.get() != each>{team::role(each)}</option>
            }).collect_view()}
        </select>
        <Show when=move || last.get()><p class="hint">{team::LAST_OWNER}</p></Show>
    }
    .into_any()
}
