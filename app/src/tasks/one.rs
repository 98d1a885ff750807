//! One task: what it is, its list, documents and comments, and what became of it.

mod comments;
mod desk;
mod documents;
mod edit;
mod facts;
mod history;
mod items;
mod upload;

use crate::{
    boxed::{Show, memo, on},
    ui::{empty::Empty, icon::Icon, linked::Linked},
    words::{self, fault, tasks},
};
use comments::Comments;
use desk::Desk;
use documents::Documents;
use edit::{Asking, What};
use facts::Facts;
use history::History;
use items::Items;
use leptos::prelude::*;
use postern_types::TaskId;

/// The page; of an address that names no task, word that there is nothing.
#[component]
pub fn One(id: Option<TaskId>) -> impl IntoView {
    match id {
        Some(id) => view! { <Known id/> }.into_any(),
        None => gone(),
    }
}

fn gone() -> AnyView {
    view! {
        <Empty icon="list-checks" title=tasks::GONE hint=tasks::GONE_HINT>
            <a class="button primary" href="/tasks">{tasks::ALL}</a>
        </Empty>
    }
    .into_any()
}

#[component]
fn Known(id: TaskId) -> impl IntoView {
    let desk = Desk::open(id);
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(tasks::NOT_READ, error))
        })
    };
    let here = memo(move || desk.task.with(Option::is_some));
    view! {
        {move || failed().map(|text| view! {
            <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                <button type="button" class="button small" on:click=on::click(move |_| desk.refresh())>{words::TRY_AGAIN}</button>
            </div>
        })}
        <Show when=move || !desk.gone.get() fallback=gone>
            <Show when=move || here.get() fallback=|| view! {
                <div class="card" aria-busy="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i><i class="sk sk-line"></i></div>
            }>
                <Whole desk/>
                <Asking desk/>
            </Show>
        </Show>
    }
    .into_any()
}

#[component]
fn Whole(desk: Desk) -> impl IntoView {
    let title = memo(move || desk.read(|task| task.form.title.clone()));
    let description = memo(move || desk.read(|task| task.form.description.clone()));
    let contact = memo(move || {
        desk.task.with(|task| {
            task.as_ref()
                .map(|task| (task.contact.id, words::called(task.contact.label())))
        })
    });
    let talk = memo(move || desk.read(|task| task.conversation));
    view! {
        <header class="page-head">
            <div>
                <a class="page-up" href="/tasks"><Icon name="arrow-left"/>{tasks::TITLE}</a>
                <h1 dir="auto">{move || title.get()}</h1>
                {move || contact.get().map(|(id, name)| view! {
                    <p class="page-lead">
                        {tasks::FOR}" "<a href=format!("/contacts/{id}")><bdi>{name}</bdi></a>
                        {talk.get().map(|talk| view! { " · "<a href=format!("/inbox/{talk}")>{tasks::CONVERSATION}</a> })}
                    </p>
                })}
            </div>
            <button type="button" class="button" on:click=on::click(move |_| desk.ask(What::Edit))><Icon name="pencil"/>{tasks::EDIT}</button>
        </header>
        <div class="task-page">
            <div class="task-main">
                <Show when=move || description.with(|text| !text.is_empty())>
                    <section class="card" aria-label=tasks::DESCRIPTION>
                        <p class="task-prose" dir="auto">{move || view! { <Linked text=description.get()/> }}</p>
                    </section>
                </Show>
                <Items desk/>
                <Documents desk/>
                <Comments desk/>
            </div>
            <aside class="task-side" aria-label=tasks::ABOUT>
                <Facts desk/>
                <History desk/>
            </aside>
        </div>
    }
    .into_any()
}
