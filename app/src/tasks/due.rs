//! The day by which a task is due, in words.

use crate::{ui::time, words::tasks};
use js_sys::Date;
use leptos::prelude::*;
use postern_types::{Moment, TaskStatus};

/// Days from one to the other, each as `2026-01-31`; the hours between do not count.
fn between(from: &str, to: &str) -> Option<i64> {
    let (from, to) = (noon(from)?, noon(to)?);
    Some(time::local_day(to) - time::local_day(from))
}

/// The middle of that day, in the reader's zone.
fn noon(day: &str) -> Option<Moment> {
    let at = Date::new(&format!("{day}T12:00").into()).get_time();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date is whole milliseconds"
    )]
    at.is_finite().then_some(Moment(at as i64))
}

/// A day as the reader writes it.
pub fn written(day: &str) -> String {
    noon(day).map_or_else(|| day.to_owned(), time::date)
}

/// In words; in the warning colour once it is over, unless nothing is left to do.
#[component]
pub fn Due(day: String, today: String, status: TaskStatus) -> impl IntoView {
    let days = between(&today, &day);
    let title = written(&day);
    let (class, text) = match days {
        _ if status.is_end() => ("task-due", title.clone()),
        Some(days @ ..0) => ("task-due over", tasks::overdue_by(-days)),
        Some(days @ 0..=7) => ("task-due soon", tasks::due_in(days)),
        _ => ("task-due", tasks::due_on(&title)),
    };
    view! { <span class=class title=title>{text}</span> }
}
