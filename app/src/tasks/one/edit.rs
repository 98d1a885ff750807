//! The words of a task in a form, and what is asked before it is deleted.

use super::{
    super::{api, new::Prose},
    desk::Desk,
};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
    },
    words::tasks,
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::TaskForm;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Call it otherwise, describe it.
    Edit,
    /// Delete it.
    Delete,
}

/// One dialog for both.
#[component]
pub fn Asking(desk: Desk) -> impl IntoView {
    let title = Signal::derive(move || match desk.asked.get() {
        Some(What::Delete) => tasks::delete_title(&desk.read(|task| task.form.title.clone())),
        _ => tasks::EDIT_TITLE.to_owned(),
    });
    view! {
        <Dialog open=desk.asking title>
            {move || match desk.asked.get() {
                Some(What::Delete) => view! { <Delete desk/> }.into_any(),
                _ => view! { <Edit desk/> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Edit(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let known = desk
        .task
        .with_untracked(|task| task.as_ref().map(|task| (task.rev, task.form.clone())));
    let Some((rev, form)) = known else {
        return ().into_any();
    };
    let title = RwSignal::new(form.title.clone());
    let description = RwSignal::new(form.description.clone());
    focus_soon("#title");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // Comments and ticks of others are no reason to begin anew: only another form is.
        let now = desk.task.with_untracked(|task| {
            let same = task.as_ref().filter(|task| task.form == form);
            same.map_or(rev, |task| task.rev)
        });
        let form = TaskForm {
            title: title.get_untracked(),
            description: description.get_untracked(),
            ..form.clone()
        };
        ask.put(api::change(desk.id, now, form), move |()| {
            desk.done(tasks::SAVED);
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit) novalidate>
            {ask.general(&["title", "description"])}
            <Field name="title" label=tasks::WHAT value=title hint=tasks::WHAT_HINT fault=ask.fault("title") maxlength=200_u32/>
            <Prose name="description" label=tasks::DESCRIPTION value=description fault=ask.fault("description")/>
            <Foot ask open=desk.asking act=tasks::SAVE/>
        </form>
    }
    .into_any()
}

#[component]
fn Delete(desk: Desk) -> impl IntoView {
    let (ask, navigate) = (Ask::new(), use_navigate());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        ask.put(api::delete(desk.id), move |()| {
            desk.toasts.say(tasks::DELETED);
            navigate("/tasks", NavigateOptions::default());
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{tasks::DELETE_LOST}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=tasks::DELETE_DO look="button danger"/>
        </form>
    }
    .into_any()
}
