//! Tasks: what is to be done for contacts.

mod api;
mod card;
mod desk;
mod due;
mod lists;
mod new;
mod one;
mod person;
mod row;

use crate::{
    boxed::memo,
    ui::later::{Later, Part},
    words::{self, tasks},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use lists::Lists;
use one::One;
use wasm_split_helpers::wasm_split;

/// The lists, or the task that the address names; the code of each is fetched by those who come there.
#[component]
pub fn TasksPage() -> impl IntoView {
    let params = use_params_map();
    let task = memo(move || params.with(|params| params.get("task").is_some()));
    let meanwhile = || view! { <main class="page" id="main" aria-busy="true"></main> };
    let shown = move || {
        if task.get() {
            view! { <Later fetch=fetch_one part=task_page meanwhile/> }.into_any()
        } else {
            view! { <Later fetch=fetch part=tasks_page meanwhile/> }.into_any()
        }
    };
    view! { <Title text=words::title(tasks::TITLE)/>{shown} }.into_any()
}

/// The tasks of the contact at hand; their code is fetched where they are shown.
pub fn card() -> AnyView {
    view! { <Later fetch=fetch_card part=tasks_card/> }.into_any()
}

#[wasm_split(tasks, preload(fetch_card), fallible)]
fn tasks_card() -> Part {
    Ok(view! { <card::Card/> }.into_any())
}

#[wasm_split(tasks, preload(fetch), fallible)]
fn tasks_page() -> Part {
    Ok(view! { <main class="page tasks" id="main"><Lists/></main> }.into_any())
}

#[wasm_split(task, preload(fetch_one), fallible)]
fn task_page() -> Part {
    Ok(view! { <Addressed/> }.into_any())
}

/// The task that the address names; another address is another task.
#[component]
fn Addressed() -> impl IntoView {
    let params = use_params_map();
    let id = memo(move || params.with(|params| params.get("task")));
    let shown = move || {
        let id = id.get().and_then(|id| id.parse().ok());
        view! { <One id/> }
    };
    view! { <main class="page tasks" id="main">{shown}</main> }.into_any()
}
