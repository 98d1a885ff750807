//! When the workspace is open: a line a day, and all of it in words.

mod day;
mod told;
mod zone;

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, effect, memo, on},
    live::use_live,
    words::workspace as words,
};
use day::Day;
use leptos::prelude::*;
use postern_types::{Opening, Span, Week};
use told::{at, summary};
use zone::Zone;

/// What somebody begins with who has kept none.
pub(super) const DAY: Span = Span {
    from: 9 * 60,
    to: 17 * 60,
};

/// The section.
#[component]
pub fn Hours(desk: Desk) -> impl IntoView {
    let kept = memo(move || desk.week.with(Option::is_some));
    let fault = desk.ask.fault("hours");
    let keep = move |event: web_sys::Event| {
        let week = event_target_checked(&event).then(usual);
        desk.week.set(week);
    };
    view! {
        <section class="card" aria-labelledby="workspace-time">
            <h2 id="workspace-time">{words::TIME}</h2>
            <Zone desk/>
            <label class="team-switch">
                <input type="checkbox" role="switch" prop:checked=move || kept.get() on:change=on::change(keep)/>
                <span><strong>{words::KEEP_HOURS}</strong><small>{words::KEEP_HOURS_HINT}</small></span>
            </label>
            <Show when=move || kept.get()>
                <Now desk/>
                <fieldset id="hours" class="field hours" tabindex="-1" aria-describedby="hours-hint" class:faulty=move || fault.with(Option::is_some)>
                    <legend>{words::HOURS}</legend>
                    <div>{(0..words::DAYS.len()).map(|day| view! { <Day desk day/> }).collect_view()}</div>
                    <p id="hours-hint" class="hint" aria-live="polite">{move || fault.get()}</p>
                </fieldset>
            </Show>
        </section>
    }
    .into_any()
}

/// Monday to Friday, all day long.
fn usual() -> Week {
    (0..words::DAYS.len())
        .map(|day| if day < 5 { vec![DAY] } else { vec![] })
        .collect()
}

/// The hours in words, and whether it is open now, as they were saved.
#[component]
fn Now(desk: Desk) -> impl IntoView {
    let live = use_live();
    let opening = memo(move || desk.saved.with(|saved| saved.as_ref()?.opening));
    let over = memo(move || {
        let until = opening.get().and_then(|opening| opening.until);
        until.is_some_and(|until| until <= live.now.get())
    });
    effect(move || {
        if over.get() {
            leptos::task::spawn_local(async move {
                if let Ok(view) = api::read().await {
                    desk.freshen(&view);
                }
            });
        }
    });
    let lines = move || {
        let week = desk.week.get().unwrap_or_default();
        summary(&week, |minutes| told::clock(desk, minutes))
    };
    view! {
        <ul class="hours-told">{move || lines().into_iter().map(|(days, times)| view! { <li><strong>{days}</strong>" "{times}</li> }).collect_view()}</ul>
        {move || {
            let opening = opening.get().filter(|_| !desk.dirty.get())?;
            let zone = desk.saved.with_untracked(|saved| saved.as_ref().map(|saved| saved.zone.clone()))?;
            let said = in_words(opening, |until| at(desk, &zone, until));
            Some(view! { <p class="hours-now"><span class="state" class:off=!opening.open>{said}</span></p> })
        }}
    }
    .into_any()
}

fn in_words(opening: Opening, clock: impl Fn(postern_types::Moment) -> String) -> String {
    match (opening.open, opening.until) {
        (true, Some(until)) => words::open_until(&clock(until)),
        (true, None) => words::ALWAYS_OPEN.into(),
        (false, Some(until)) => words::opens(&clock(until)),
        (false, None) => words::NEVER_OPEN.into(),
    }
}
