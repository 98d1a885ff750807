//! The list to tick off. A line is renamed where it stands; arrows put it elsewhere.

use super::desk::Desk;
use crate::{
    boxed::{Show, memo, on},
    browser,
    ui::icon::Icon,
    words::tasks,
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use postern_types::{ItemAct, TaskItem, TaskItemId};

/// The section.
#[component]
pub fn Items(desk: Desk) -> impl IntoView {
    let ids =
        memo(move || desk.read(|task| task.items.iter().map(|item| item.id).collect::<Vec<_>>()));
    let count = memo(move || {
        desk.read(|task| {
            let ticked = task.items.iter().filter(|item| item.done).count();
            (ticked, task.items.len())
        })
    });
    let node = NodeRef::<html::Input>::new();
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = node.get_untracked() else {
            return;
        };
        let body = input.value();
        if !body.trim().is_empty() {
            input.set_value("");
            desk.item(ItemAct::Add(body));
        }
    };
    view! {
        <section class="card" aria-labelledby="task-items">
            <h2 id="task-items" tabindex="-1">{tasks::ITEMS}" "{move || {
                let (ticked, all) = count.get();
                (all > 0).then(|| view! { <span class="team-count">{format!("{ticked}/{all}")}</span> })
            }}</h2>
            <ul class="task-items">
                <For each=move || ids.get() key=|id| *id let:id>
                    <Line desk id ids/>
                </For>
            </ul>
            <form class="task-add" on:submit=on::submit(add)>
                <input node_ref=node type="text" maxlength="500" dir="auto" autocomplete="off" aria-label=tasks::ADD_ITEM placeholder=tasks::ADD_ITEM/>
                <button type="submit" class="button small">{tasks::ADD}</button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, id: TaskItemId, ids: Memo<Vec<TaskItemId>>) -> impl IntoView {
    let item = memo(move || {
        desk.task.with(|task| {
            let items = task.as_ref().map(|task| &task.items);
            items?.iter().find(|item| item.id == id).cloned()
        })
    });
    let read = move |read: fn(&TaskItem) -> String| {
        item.with(|item| item.as_ref().map(read).unwrap_or_default())
    };
    let body = memo(move || read(|item| item.body.clone()));
    let done = memo(move || item.with(|item| item.as_ref().is_some_and(|item| item.done)));
    let renaming = RwSignal::new(false);
    let place = memo(move || ids.with(|ids| ids.iter().position(|one| *one == id)));
    let last = memo(move || ids.with(|ids| ids.last() == Some(&id)));
    let up = move |_| {
        let before = ids.with_untracked(|ids| {
            let at = ids.iter().position(|one| *one == id)?;
            ids.get(at.checked_sub(1)?).copied()
        });
        if before.is_some() {
            desk.item(ItemAct::Move(id, before));
        }
    };
    let down = move |_| {
        let before = ids.with_untracked(|ids| {
            let at = ids.iter().position(|one| *one == id)?;
            ids.get(at + 2).copied()
        });
        desk.item(ItemAct::Move(id, before));
    };
    let remove = move |_| {
        desk.item(ItemAct::Remove(id));
        browser::focus("#task-items");
    };
    view! {
        <li class:done=move || done.get()>
            <Show when=move || !renaming.get() fallback=move || view! { <Rename desk id body renaming/> }>
                <label>
                    <input type="checkbox" prop:checked=move || { desk.beat.track(); done.get() } on:change=on::change(move |event| {
                        desk.item(ItemAct::Tick(id, event_target_checked(&event)));
                    })/>
                    <span dir="auto">{move || body.get()}</span>
                </label>
                <span class="task-item-do">
                    <Show when=move || place.get() != Some(0)>
                        <button type="button" class="icon-button turned" aria-label=move || tasks::item_up(&body.get()) on:click=on::click(up)><Icon name="arrow-down"/></button>
                    </Show>
                    <Show when=move || !last.get()>
                        <button type="button" class="icon-button" aria-label=move || tasks::item_down(&body.get()) on:click=on::click(down)><Icon name="arrow-down"/></button>
                    </Show>
                    <button type="button" class="icon-button" aria-label=move || tasks::item_rename(&body.get()) on:click=on::click(move |_| renaming.set(true))><Icon name="pencil"/></button>
                    <button type="button" class="icon-button" aria-label=move || tasks::item_remove(&body.get()) on:click=on::click(remove)><Icon name="x"/></button>
                </span>
            </Show>
        </li>
    }
    .into_any()
}

#[component]
fn Rename(
    desk: Desk,
    id: TaskItemId,
    body: Memo<String>,
    renaming: RwSignal<bool>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    crate::ui::ask::focus_soon("#task-item");
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(input) = node.get_untracked() {
            desk.item(ItemAct::Rename(id, input.value()));
        }
        renaming.set(false);
    };
    view! {
        <form class="task-add" on:submit=on::submit(save)>
            <input id="task-item" node_ref=node type="text" maxlength="500" dir="auto" autocomplete="off" prop:value=body.get_untracked()
                aria-label=move || tasks::item_rename(&body.get())
                on:keydown=on::keydown(move |event| if event.key() == "Escape" { renaming.set(false) })/>
            <button type="submit" class="button small">{tasks::SAVE}</button>
        </form>
    }
    .into_any()
}
