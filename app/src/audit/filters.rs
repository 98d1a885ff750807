//! What is looked for: whose, of what kind, in which days.

use super::desk::Desk;
use crate::boxed::on;
use crate::words::audit;
use js_sys::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::Moment;

/// The form; each choice is looked for at once.
#[component]
pub fn Filters(desk: Desk) -> impl IntoView {
    let asked = desk.asked;
    let stay = move |event: SubmitEvent| event.prevent_default();
    view! {
        <form class="audit-filters" role="search" aria-label=audit::FILTERS on:submit=on::submit(stay)>
            <div class="field">
                <label for="audit-who">{audit::WHO}</label>
                <select id="audit-who" class="select" on:change=on::change(move |event| {
                    let member = event_target_value(&event).parse().ok();
                    asked.update(|asked| asked.member = member);
                })>
                    <option value="">{audit::EVERYBODY}</option>
                    <For each=move || desk.people.get() key=|who| (who.id, who.name.clone()) let:who>
                        <option value=who.id.to_string()>{who.name}</option>
                    </For>
                </select>
            </div>
            <div class="field">
                <label for="audit-what">{audit::WHAT}</label>
                <select id="audit-what" class="select" on:change=on::change(move |event| {
                    let action = event_target_value(&event);
                    asked.update(|asked| asked.action = action);
                })>
                    {audit::KINDS.into_iter().map(|(word, kind)| view! { <option value=word>{kind}</option> }).collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="audit-from">{audit::FROM}</label>
                <input id="audit-from" type="date" on:change=on::change(move |event| {
                    let from = midnight(&event_target_value(&event), 0);
                    asked.update(|asked| asked.from = from);
                })/>
            </div>
            <div class="field">
                <label for="audit-until">{audit::UNTIL}</label>
                <input id="audit-until" type="date" on:change=on::change(move |event| {
                    // The day that was chosen belongs to it.
                    let until = midnight(&event_target_value(&event), 1);
                    asked.update(|asked| asked.until = until);
                })/>
            </div>
        </form>
    }
    .into_any()
}

/// When a day begins in the reader's own zone, or one so many days later; none for an empty field.
fn midnight(day: &str, later: u32) -> Option<Moment> {
    if day.is_empty() {
        return None;
    }
    let date = Date::new(&format!("{day}T00:00").into());
    date.set_date(date.get_date() + later);
    let at = date.get_time();
    if !at.is_finite() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date is whole milliseconds"
    )]
    let at = Moment(at as i64);
    Some(at)
}
