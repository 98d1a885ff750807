//! The first page: what is shared.

use super::frame::{self, Mode, Sheet, Told, document};
use crate::{ui::icon::Icon, words::portal};
use leptos::prelude::*;
use postern_domain::portal::page::{Home, Line};
use postern_types::TaskStatus;

/// Its document.
pub fn home(sheet: &Sheet, home: &Home, told: Option<&Told>) -> String {
    let host = &home.frame.host;
    let title = portal::title(portal::SHARED_WITH_YOU, &host.name);
    document(sheet, &title, frame::tone(host), Mode::Live, || {
        let (over, open): (Vec<_>, Vec<_>) =
            home.tasks.iter().partition(|line| line.stand.is_end());
        let lists = if home.tasks.is_empty() {
            nothing()
        } else {
            view! {
                {list(portal::SHARED_WITH_YOU, &open)}
                {list(portal::FINISHED, &over)}
            }
            .into_any()
        };
        let main = view! {
            {frame::told(told)}
            <h1 class="portal-hello" dir="auto">{portal::hello(&home.frame.client)}</h1>
            {lists}
        };
        frame::inside(sheet, &home.frame, main.into_any())
    })
}

fn nothing() -> AnyView {
    view! {
        <section class="portal-empty">
            <span class="portal-sign"><Icon name="list-checks"/></span>
            <h2>{portal::NOTHING_TITLE}</h2>
            <p>{portal::NOTHING}</p>
        </section>
    }
    .into_any()
}

fn list(title: &'static str, lines: &[&Line]) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = lines.iter().map(|line| row(line)).collect();
    view! {
        <section class="portal-list">
            <h2>{title}</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

fn row(line: &Line) -> AnyView {
    let missing = (line.missing > 0).then(|| {
        view! {
            <span class="portal-missing">
                <Icon name="upload"/>
                {portal::missing(line.missing)}
            </span>
        }
    });
    view! {
        <li>
            <a class="portal-line" href=format!("/portal/tasks/{}", line.id)>
                <span class="portal-line-title" dir="auto">{line.title.clone()}</span>
                {facts(line)}
                {progress(line)}
                {missing}
            </a>
        </li>
    }
    .into_any()
}

/// How it stands, and by when it is due.
pub(super) fn facts(line: &Line) -> AnyView {
    let due = line.due.as_ref().map(|due| {
        let class = if due.late {
            "portal-due late"
        } else {
            "portal-due"
        };
        let late = due.late.then(|| format!(" ({})", portal::LATE));
        view! {
            <span class=class>
                <Icon name="calendar"/>
                <time datetime=due.day.iso.clone()>{portal::due(&due.day.shown)}</time>
                {late}
            </span>
        }
    });
    view! {
        <span class="portal-facts">
            <span class=format!("portal-stand {}", line.stand.as_str())>{stand(line.stand)}</span>
            {due}
        </span>
    }
    .into_any()
}

/// How much of its list is done.
pub(super) fn progress(line: &Line) -> AnyView {
    if line.items == 0 {
        return ().into_any();
    }
    let words = portal::steps(line.done, line.items);
    view! {
        <span class="portal-progress">
            <progress max=line.items.to_string() value=line.done.to_string() aria-label=words.clone()></progress>
            <span aria-hidden="true">{words}</span>
        </span>
    }
    .into_any()
}

/// How a task stands, in words.
pub(super) fn stand(stand: TaskStatus) -> &'static str {
    match stand {
        TaskStatus::Open => portal::NOT_BEGUN,
        TaskStatus::Doing => portal::IN_PROGRESS,
        TaskStatus::Waiting => portal::WAITING,
        TaskStatus::Done => portal::DONE,
        TaskStatus::Cancelled => portal::CANCELLED,
    }
}
