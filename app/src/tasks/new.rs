//! A new task: for whom, what, until when.

use super::{api, person::Person};
use crate::{
    boxed::{Show, memo, on},
    live::{Inbox, use_live},
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
        toast::use_toasts,
    },
    words::{self, tasks},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{ContactBrief, MemberId, MessageId, NewTask};

/// What is known before anything is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    pub contact: Option<ContactBrief>,
    pub message: Option<MessageId>,
    pub title: String,
}

/// The dialog. The task that was made is opened.
#[component]
pub fn NewDialog(open: RwSignal<bool>, #[prop(into)] given: Signal<Given>) -> impl IntoView {
    view! {
        <Dialog open title=tasks::NEW>
            // As it is when the dialog opens: what changes meanwhile takes nothing from whoever writes.
            {move || view! { <Form open given=given.get_untracked()/> }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Form(open: RwSignal<bool>, given: Given) -> impl IntoView {
    let (ask, toasts, navigate) = (Ask::new(), use_toasts(), use_navigate());
    let Given {
        contact,
        message,
        title,
    } = given;
    // A message says for whom it is, also where nothing is known of its contact here.
    let asks_whom = contact.is_some() || message.is_none();
    focus_soon(if contact.is_some() || !asks_whom {
        "#title"
    } else {
        "#contact"
    });
    let chosen = RwSignal::new(contact);
    let title = RwSignal::new(title);
    let description = RwSignal::new(String::new());
    let due = RwSignal::new(String::new());
    let owner = RwSignal::new(None::<MemberId>);
    let shared = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let task = NewTask {
            contact: chosen.with_untracked(|chosen| chosen.as_ref().map(|one| one.id)),
            message,
            title: title.get_untracked(),
            description: description.get_untracked(),
            due: Some(due.get_untracked()).filter(|day| !day.is_empty()),
            owner: owner.get_untracked(),
            shared: shared.get_untracked(),
        };
        let navigate = navigate.clone();
        ask.put(api::create(task), move |id| {
            open.try_set(false);
            toasts.say(tasks::MADE);
            navigate(&format!("/tasks/{id}"), NavigateOptions::default());
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit) novalidate>
            {ask.general(&["contact", "title", "description", "due", "owner"])}
            <Show when=move || asks_whom><Person chosen fault=ask.fault("contact")/></Show>
            <Field name="title" label=tasks::WHAT value=title hint=tasks::WHAT_HINT fault=ask.fault("title") maxlength=200_u32/>
            <Prose name="description" label=tasks::DESCRIPTION value=description fault=ask.fault("description")/>
            <div class="task-two">
                <Field name="due" label=tasks::DUE kind="date" value=due fault=ask.fault("due") required=false/>
                <Owner value=owner.into() chosen=Callback::new(move |who| owner.set(who)) fault=ask.fault("owner")/>
            </div>
            <label class="team-switch">
                <input type="checkbox" role="switch" on:change=on::change(move |event| shared.set(event_target_checked(&event)))/>
                <span><strong>{tasks::SHARE}</strong><small>{tasks::SHARE_HINT}</small></span>
            </label>
            <Foot ask open act=tasks::CREATE/>
        </form>
    }
    .into_any()
}

/// Words in several lines.
#[component]
pub fn Prose(
    name: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    fault: Signal<Option<String>>,
) -> impl IntoView {
    let hint = format!("{name}-hint");
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for=name>{label}</label>
            <textarea id=name rows="4" maxlength="4000" dir="auto" aria-describedby=hint.clone()
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                prop:value=move || value.get() on:input=on::input(move |event| value.set(event_target_value(&event)))></textarea>
            <p id=hint class="hint" aria-live="polite">{move || fault.get()}</p>
        </div>
    }
    .into_any()
}

/// Who looks after it.
#[component]
pub fn Owner(
    value: Signal<Option<MemberId>>,
    chosen: Callback<Option<MemberId>>,
    fault: Signal<Option<String>>,
) -> impl IntoView {
    let live = use_live();
    let colleagues = memo(move || live.inbox.with(Inbox::colleagues));
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for="owner">{tasks::OWNER}</label>
            <select id="owner" class="select" on:change=on::change(move |event| chosen.run(event_target_value(&event).parse().ok()))>
                <option value="" prop:selected=move || value.get().is_none()>{words::NOBODY}</option>
                <For each=move || colleagues.get() key=|who| (who.id, who.name.clone()) let:who>
                    <option value=who.id.to_string() prop:selected=move || value.get() == Some(who.id)>{who.name}</option>
                </For>
            </select>
            <p class="hint" aria-live="polite">{move || fault.get()}</p>
        </div>
    }
    .into_any()
}
