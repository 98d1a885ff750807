//! The hours of one day.

use super::{super::desk::Desk, DAY};
use crate::{
    boxed::{Show, memo, on},
    ui::icon::Icon,
    words::workspace as words,
};
use leptos::prelude::*;
use postern_types::{DAY_MINUTES, Span};

/// What a second time begins with: so long after the first, and for so long.
const PAUSE: u16 = 60;
const AFTERNOON: u16 = 4 * 60;

/// Closed, or once or twice open.
#[component]
pub fn Day(desk: Desk, day: usize) -> impl IntoView {
    let name = words::DAYS.get(day).copied().unwrap_or_default();
    let count = memo(move || read(desk, day, Vec::len).unwrap_or_default());
    let open = move |event: web_sys::Event| {
        let spans = if event_target_checked(&event) {
            vec![DAY]
        } else {
            vec![]
        };
        change(desk, day, |known| *known = spans);
    };
    let add = move |_| {
        change(desk, day, |spans| {
            if let Some(next) = spans.first().copied().and_then(after) {
                spans.truncate(1);
                spans.push(next);
            }
        });
    };
    let room = memo(move || {
        let first = read(desk, day, |spans| spans.first().copied()).flatten();
        count.get() == 1 && first.and_then(after).is_some()
    });
    view! {
        <div class="hours-day">
            <label class="hours-open">
                <input type="checkbox" prop:checked=move || { count.get() > 0 } on:change=on::change(open) aria-label=words::is_open(name)/>
                <span aria-hidden="true">{name}</span>
            </label>
            <Show when=move || { count.get() > 0 } fallback=|| view! { <span class="quiet-text">{words::CLOSED}</span> }>
                <div class="hours-spans">
                    <Times desk day at=0/>
                    <Show when=move || { count.get() > 1 }>
                        <Times desk day at=1/>
                        <button type="button" class="icon-button" aria-label=words::remove_span(name) title=words::REMOVE_SPAN
                            on:click=on::click(move |_| change(desk, day, |spans| spans.truncate(1)))><Icon name="x"/></button>
                    </Show>
                    <Show when=move || room.get()>
                        <button type="button" class="icon-button" aria-label=words::add_span(name) title=words::ADD_SPAN on:click=on::click(add)><Icon name="plus"/></button>
                    </Show>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn Times(desk: Desk, day: usize, at: usize) -> impl IntoView {
    let name = words::DAYS.get(day).copied().unwrap_or_default();
    let span = memo(move || {
        read(desk, day, |spans| spans.get(at).copied())
            .flatten()
            .unwrap_or(DAY)
    });
    let from = move |event: web_sys::Event| {
        if let Some(from) = minutes(&event_target_value(&event)) {
            set(desk, (day, at), |span| span.from = from);
        }
    };
    let to = move |event: web_sys::Event| {
        if let Some(to) = minutes(&event_target_value(&event)) {
            // Midnight is the end of this day, not its beginning.
            let to = if to == 0 { DAY_MINUTES } else { to };
            set(desk, (day, at), |span| span.to = to);
        }
    };
    view! {
        <span class="hours-span">
            <input type="time" aria-label=words::from(name, at > 0) prop:value=move || clock(span.get().from) on:change=on::change(from)/>
            <span aria-hidden="true">{words::TO}</span>
            <input type="time" aria-label=words::until(name, at > 0) prop:value=move || clock(span.get().to) on:change=on::change(to)/>
        </span>
    }
    .into_any()
}

fn read<T>(desk: Desk, day: usize, take: impl FnOnce(&Vec<Span>) -> T) -> Option<T> {
    desk.week
        .with(|week| week.as_ref().and_then(|week| week.get(day)).map(take))
}

fn change(desk: Desk, day: usize, change: impl FnOnce(&mut Vec<Span>)) {
    desk.week.update(|week| {
        let spans = week.as_mut().and_then(|week| week.get_mut(day));
        spans.map(change);
    });
}

fn set(desk: Desk, (day, at): (usize, usize), set: impl FnOnce(&mut Span)) {
    change(desk, day, |spans| {
        spans.get_mut(at).map(set);
    });
}

/// A second time behind a first one; none where the day is over.
fn after(first: Span) -> Option<Span> {
    let from = first.to + PAUSE;
    let to = (from + AFTERNOON).min(DAY_MINUTES);
    (from < to).then_some(Span { from, to })
}

/// As a browser's field for a time writes it: `HH:MM`, whatever it shows.
fn clock(minutes: u16) -> String {
    let minutes = minutes % DAY_MINUTES;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes(clock: &str) -> Option<u16> {
    let (hours, rest) = clock.split_once(':')?;
    let (hours, minutes) = (
        hours.parse::<u16>().ok()?,
        rest.get(..2)?.parse::<u16>().ok()?,
    );
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_for_a_time_is_read_as_it_was_written() {
        for at in [0, 1, 59, 60, 719, 1439] {
            assert_eq!(minutes(&clock(at)), Some(at));
        }
        assert_eq!(clock(DAY_MINUTES), "00:00");
        assert_eq!(minutes("09:30:15"), Some(570));
        for none in ["", "9", "24:00", "09:60", "09:5", "ab:cd", "-1:00"] {
            assert_eq!(minutes(none), None, "{none}");
        }
    }

    #[test]
    fn a_second_time_stands_behind_the_first_and_within_the_day() {
        let second = |from, to| after(Span { from, to }).map(|span| (span.from, span.to));
        assert_eq!(second(540, 720), Some((780, 1020)));
        assert_eq!(second(540, 1200), Some((1260, 1440)));
        assert_eq!(second(540, 1380), None);
        assert_eq!(second(0, 1440), None);
    }
}
