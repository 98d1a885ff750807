//! The lists: open ones, one's own, overdue, due soon, done.

use super::{
    desk::Desk,
    new::{Given, NewDialog},
    row::Row,
};
use crate::{
    boxed::{Show, effect, memo, on},
    live::use_live,
    ui::{empty::Empty, icon::Icon},
    words::{self, fault, tasks},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use postern_types::{ConversationId, MessageId, TaskList, TaskRequest};

const LISTS: [(TaskList, &str, &str); 5] = [
    (TaskList::Open, "open", tasks::OPEN),
    (TaskList::Mine, "mine", tasks::MINE),
    (TaskList::Overdue, "overdue", tasks::OVERDUE),
    (TaskList::Soon, "soon", tasks::SOON),
    (TaskList::Done, "done", tasks::DONE),
];

/// The page.
#[component]
pub fn Lists() -> impl IntoView {
    let query = use_query_map();
    let list = memo(move || {
        let named = query.with(|query| query.get("list")).unwrap_or_default();
        let known = LISTS.iter().find(|(_, word, _)| *word == named);
        known.map_or(TaskList::Open, |(list, ..)| *list)
    });
    let desk = Desk::open(Signal::derive(move || TaskRequest {
        list: list.get(),
        ..TaskRequest::default()
    }));
    let open = RwSignal::new(false);
    let given = RwSignal::new(Given::default());
    // Whoever comes from a message makes its task at once.
    effect(move || {
        if let Some(from) =
            query.with(|query| Some((query.get("message")?, query.get("conversation"))))
        {
            untrack(|| given.set(given_by(from)));
            open.set(true);
        }
    });
    let begin = move |_| {
        given.set(Given::default());
        open.set(true);
    };
    view! {
        <header class="page-head">
            <div>
                <h1>{tasks::TITLE}</h1>
                <p class="page-lead">{tasks::LEAD}</p>
            </div>
            <button type="button" class="button primary" on:click=on::click(begin)><Icon name="plus"/>{tasks::NEW}</button>
        </header>
        <nav class="tabs" aria-label=tasks::LISTS>
            {LISTS.map(|(which, word, name)| view! {
                <a class="tab" href=format!("/tasks?list={word}") aria-current=move || (list.get() == which).then_some("page")>
                    {name}
                    {move || (which == TaskList::Overdue).then(|| desk.overdue.get()).filter(|n| *n > 0).map(|n| view! {
                        <span class="tab-count">{words::count(i32::try_from(n).unwrap_or_default())}</span>
                    })}
                </a>
            })}
        </nav>
        <Rows desk/>
        {move || desk.rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty)).then(|| {
            let (title, hint) = tasks::none(list.get());
            view! { <Empty icon="list-checks" title hint/> }
        })}
        <NewDialog open given/>
    }
    .into_any()
}

/// What is known here of a message that a task is made from.
fn given_by((message, conversation): (String, Option<String>)) -> Given {
    let live = use_live();
    let message = message.parse::<MessageId>().ok();
    let conversation = conversation.and_then(|id| id.parse::<ConversationId>().ok());
    live.inbox.with_untracked(|inbox| {
        let contact = conversation.and_then(|id| Some(inbox.row(id)?.contact.clone()));
        let title = conversation
            .zip(message)
            .and_then(|(id, message)| {
                let known = inbox.threads.get(&id)?.find(message)?;
                let words = known.content.text().split_whitespace();
                Some(
                    words
                        .collect::<Vec<_>>()
                        .join(" ")
                        .chars()
                        .take(80)
                        .collect(),
                )
            })
            .unwrap_or_default();
        Given {
            contact,
            message,
            title,
        }
    })
}

/// It stays as it was read last, also while it cannot be read.
#[component]
fn Rows(desk: Desk) -> impl IntoView {
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(tasks::NOT_READ, error))
        })
    };
    view! {
        {move || failed().map(|text| view! {
            <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                <button type="button" class="button small" on:click=on::click(move |_| desk.again())>{words::TRY_AGAIN}</button>
            </div>
        })}
        <ul class="task-list" aria-label=tasks::TITLE aria-busy=move || desk.busy.get().to_string()>
            <For each=move || desk.rows.get().unwrap_or_default() key=|row| format!("{row:?}") let:row>
                <li><Row row today=desk.today.get_untracked()/></li>
            </For>
        </ul>
        <Show when=move || desk.rows.with(Option::is_none) && desk.failed.with(Option::is_none)>
            <div class="card" aria-hidden="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i><i class="sk sk-line"></i></div>
        </Show>
        <Show when=move || desk.next.with(Option::is_some)>
            <p class="audit-more">
                <button type="button" class="button" on:click=on::click(move |_| desk.more()) aria-disabled=move || desk.busy.get().then_some("true")>
                    {tasks::MORE}
                </button>
            </p>
        </Show>
    }
    .into_any()
}
