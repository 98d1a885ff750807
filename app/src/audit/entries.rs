//! The entries by day, and the way to older ones.

use super::{desk::Desk, entry::Entry};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::{empty::Empty, icon::Icon, time},
    words::{self, audit, fault},
};
use leptos::prelude::*;
use postern_types::{AuditEntry, Moment};
use uuid::Uuid;

/// What happened on one of the reader's days, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Day {
    /// A time of it.
    at: Moment,
    entries: Vec<AuditEntry>,
}

impl Day {
    /// By what it is known: it is drawn anew when other entries stand in it, or one of them was linked.
    fn key(&self) -> Vec<(Uuid, Option<i64>)> {
        let entries = self.entries.iter();
        entries.map(|entry| (entry.id, entry.position)).collect()
    }
}

fn by_day(entries: &[AuditEntry]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let number = time::local_day(entry.at);
        match days.last_mut() {
            Some(day) if time::local_day(day.at) == number => day.entries.push(entry.clone()),
            _ => days.push(Day {
                at: entry.at,
                entries: vec![entry.clone()],
            }),
        }
    }
    days
}

/// The list.
#[component]
pub fn Entries(desk: Desk) -> impl IntoView {
    let days = memo(move || {
        desk.entries
            .with(|entries| by_day(entries.as_deref().unwrap_or_default()))
    });
    let none = memo(move || {
        desk.entries
            .with(|entries| entries.as_ref().is_some_and(Vec::is_empty))
    });
    let failed = move || {
        desk.failed.with(|error| {
            error
                .as_ref()
                .map(|error| fault::doing(audit::NOT_READ, error))
        })
    };
    view! {
        {move || failed().map(|text| view! {
            <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
                <button type="button" class="button small" on:click=on::click(move |_| desk.again())>{words::TRY_AGAIN}</button>
            </div>
        })}
        <div class="audit-days" aria-busy=move || desk.busy.get().to_string()>
            <For each=move || days.get() key=Day::key let:day><OneDay day/></For>
        </div>
        <Show when=move || none.get()><Empty icon="search" title=audit::NOTHING hint=audit::NOTHING_HINT/></Show>
        <Show when=move || desk.next.with(Option::is_some)>
            <p class="audit-more">
                <button type="button" class="button" on:click=on::click(move |_| desk.more()) aria-disabled=move || desk.busy.get().then_some("true")>
                    {audit::MORE}
                </button>
            </p>
        </Show>
    }
    .into_any()
}

#[component]
fn OneDay(day: Day) -> impl IntoView {
    let live = use_live();
    let at = day.at;
    let head = format!("audit-day-{}", time::local_day(at));
    view! {
        <section class="audit-day" aria-labelledby=head.clone()>
            <h2 id=head.clone()>{move || time::day(at, live.now.get())}</h2>
            <ul>{day.entries.into_iter().map(|entry| view! { <li><Entry entry/></li> }).collect_view()}</ul>
        </section>
    }
    .into_any()
}
