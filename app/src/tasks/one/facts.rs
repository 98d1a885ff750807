//! How far a task is, until when, whose, and whether the contact sees it.

use super::{
    super::{due::Due, new::Owner},
    desk::Desk,
    edit::What,
};
use crate::{
    boxed::{Show, memo, on},
    session::use_session,
    ui::{icon::Icon, time},
    words::tasks,
};
use leptos::prelude::*;
use postern_types::{Right, TaskStatus, TaskTold};

/// The section; what is chosen is so at once.
#[component]
pub fn Facts(desk: Desk) -> impl IntoView {
    let session = use_session();
    let status = memo(move || desk.read(|task| task.form.status));
    let due = memo(move || desk.read(|task| task.form.due.clone()));
    let today = memo(move || desk.read(|task| task.today.clone()));
    let owner = Signal::derive(move || {
        desk.beat.track();
        desk.read(|task| task.form.owner)
    });
    let choose = move |event: web_sys::Event| {
        if let Some(status) = TaskStatus::parse(&event_target_value(&event)) {
            desk.change(|form| form.status = status);
        }
    };
    let set_due = move |event: web_sys::Event| {
        let day = Some(event_target_value(&event)).filter(|day| !day.is_empty());
        desk.change(|form| form.due = day);
    };
    view! {
        <section class="card task-facts" aria-label=tasks::ABOUT>
            <div class="field">
                <label for="status">{tasks::STATUS}</label>
                <select id="status" class="select" on:change=on::change(choose)>
                    {TaskStatus::ALL.map(|one| view! {
                        <option value=one.as_str() prop:selected=move || { desk.beat.track(); status.get() == one }>{tasks::status(one)}</option>
                    })}
                </select>
            </div>
            <Owner value=owner chosen=Callback::new(move |who| desk.change(|form| form.owner = who)) fault=Signal::derive(|| None)/>
            <div class="field">
                <label for="due">{tasks::DUE}</label>
                <input id="due" type="date" prop:value=move || { desk.beat.track(); due.get().unwrap_or_default() } on:change=on::change(set_due)/>
                <p class="hint">{move || due.get().map(|day| view! { <Due day today=today.get() status=status.get()/> })}</p>
            </div>
            <Sharing desk/>
            <Show when=move || session.at_least(Right::DeleteTasks.role())>
                <button type="button" class="button small" on:click=on::click(move |_| desk.ask(What::Delete))><Icon name="trash-2"/>{tasks::DELETE}</button>
            </Show>
        </section>
    }
    .into_any()
}

/// Whether the contact sees it and is told of it, and what became of the last word to them.
#[component]
fn Sharing(desk: Desk) -> impl IntoView {
    let shared = memo(move || desk.read(|task| task.form.shared));
    let tells = memo(move || desk.read(|task| task.form.tells));
    let told = memo(move || desk.read(|task| task.told));
    view! {
        <label class="team-switch">
            <input type="checkbox" role="switch" prop:checked=move || { desk.beat.track(); shared.get() } on:change=on::change(move |event| {
                let wanted = event_target_checked(&event);
                desk.change(|form| form.shared = wanted);
            })/>
            <span><strong>{tasks::SHARE}</strong><small>{tasks::SHARE_HINT}</small></span>
        </label>
        <Show when=move || shared.get()>
            <label class="team-switch">
                <input type="checkbox" role="switch" prop:checked=move || { desk.beat.track(); tells.get() } on:change=on::change(move |event| {
                    let wanted = event_target_checked(&event);
                    desk.change(|form| form.tells = wanted);
                })/>
                <span><strong>{tasks::TELL}</strong><small>{tasks::TELL_HINT}</small></span>
            </label>
            {move || told.get().map(|(what, at)| {
                let bad = matches!(what, TaskTold::NoTemplate | TaskTold::NoChat);
                view! {
                    <p class="task-told" class:over=bad>
                        <Icon name=if bad { "triangle-alert" } else { "check" }/>
                        <span>{tasks::told(what)}" "<time title=time::full(at)>{time::exact(at)}</time></span>
                    </p>
                }
            })}
        </Show>
    }
    .into_any()
}
