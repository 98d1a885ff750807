//! One task of a list.

use super::due::Due;
use crate::{
    live::use_live,
    ui::icon::Icon,
    words::{self, tasks},
};
use leptos::prelude::*;
use postern_types::{TaskRow, TaskStatus};

/// How far it is, as an icon with its word.
#[component]
pub fn Status(status: TaskStatus) -> impl IntoView {
    let icon = match status {
        TaskStatus::Open => "square",
        TaskStatus::Doing => "clock",
        TaskStatus::Waiting => "pause",
        TaskStatus::Done => "square-check",
        TaskStatus::Cancelled => "ban",
    };
    view! { <span class=format!("task-status {}", status.as_str())><Icon name=icon/>{tasks::status(status)}</span> }
}

/// A link to it.
#[component]
pub fn Row(
    row: TaskRow,
    today: String,
    /// Whether it is said for whom it is.
    #[prop(default = true)]
    whose: bool,
) -> impl IntoView {
    let live = use_live();
    let owner = row
        .owner
        .map(|owner| live.inbox.with_untracked(|inbox| inbox.name_of(owner)));
    let status = row.status;
    view! {
        <a class="task-row" class:ended=status.is_end() href=format!("/tasks/{}", row.id)>
            <Status status/>
            <span class="task-words">
                <strong dir="auto">{row.title}</strong>
                <span class="task-about">
                    {whose.then(|| view! { <bdi>{words::called(row.contact.label())}</bdi> })}
                    {owner.map(|name| view! { <span><Icon name="user"/><bdi>{name}</bdi></span> })}
                    {(row.items > 0).then(|| view! {
                        <span title=tasks::ticked(row.ticked, row.items)><Icon name="list-checks"/>{format!("{}/{}", row.ticked, row.items)}</span>
                    })}
                    {row.shared.then(|| view! { <span title=tasks::SHARED_HINT><Icon name="eye"/>{tasks::SHARED}</span> })}
                </span>
            </span>
            {row.due.map(|day| view! { <Due day today status/> })}
        </a>
    }
    .into_any()
}
