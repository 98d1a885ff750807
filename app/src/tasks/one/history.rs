//! What became of a task.

use super::{super::due::written, comments::who, desk::Desk};
use crate::{boxed::memo, live::use_live, ui::time, words::tasks};
use leptos::prelude::*;
use postern_types::{TaskChange, TaskStatus};

/// The section, the newest first.
#[component]
pub fn History(desk: Desk) -> impl IntoView {
    let all = memo(move || desk.read(|task| task.changes.clone()));
    view! {
        <section class="card" aria-labelledby="task-history">
            <h2 id="task-history">{tasks::HISTORY}</h2>
            <ol class="task-history">
                <For each=move || all.get() key=|one| format!("{one:?}") let:one>
                    <Line desk one/>
                </For>
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, one: TaskChange) -> impl IntoView {
    let live = use_live();
    let TaskChange {
        at,
        author,
        kind,
        value,
    } = one;
    let what = move || {
        let value = match kind.as_str() {
            "status" => TaskStatus::parse(&value)
                .map_or_else(|| value.clone(), |status| tasks::status(status).to_owned()),
            "due" if !value.is_empty() => written(&value),
            "owner" => match value.parse() {
                Ok(member) => who(live, desk, Some(member)),
                Err(_) => String::new(),
            },
            _ => value.clone(),
        };
        tasks::became(&kind, &value)
    };
    view! {
        <li>
            <span dir="auto"><strong><bdi>{move || who(live, desk, author)}</bdi></strong>" "{what}</span>
            <time title=time::full(at)>{move || time::in_sentence(at, live.now.get())}</time>
        </li>
    }
    .into_any()
}
