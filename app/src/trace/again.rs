//! An admin applies kept raw events again: a span of time, what waits in it, and how far it is.

use super::api;
use crate::{
    boxed::on,
    error::ApiError,
    ui::{icon::Icon, time},
    words::{fault, trace as words},
};
use js_sys::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Kept, Moment, PartId, Reapplied};

/// How far it is.
#[derive(Clone, Debug)]
enum Doing {
    /// Nothing was asked for yet.
    Nothing,
    /// It is found out what waits.
    Asking,
    /// So much waits in the span.
    Found(Moment, Moment, Kept),
    /// It is being applied: so many of so many parts.
    Applying(i64, i64),
    /// All of it was tried: so many are shown now, so many still wait.
    Done(i64, i64),
    Failed(ApiError),
}

/// The form and what came of it.
#[component]
pub fn Again() -> impl IntoView {
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let doing = RwSignal::new(Doing::Nothing);
    let busy = move || doing.with(|doing| matches!(doing, Doing::Asking | Doing::Applying(..)));
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let (from, to) = (local(&from.get_untracked()), local(&to.get_untracked()));
        let (Some(from), Some(to)) = (from, to) else {
            return;
        };
        // The minute that was chosen belongs to it.
        let to = Moment(to.0 + 59_999);
        doing.set(Doing::Asking);
        leptos::task::spawn_local(async move {
            let answer = api::waiting(from, to).await;
            doing.try_set(answer.map_or_else(Doing::Failed, |kept| Doing::Found(from, to, kept)));
        });
    };
    view! {
        <section class="card again" aria-labelledby="again-title">
            <header><h2 id="again-title">{words::AGAIN}</h2><p class="hint">{words::AGAIN_HINT}</p></header>
            <form class="again-form" on:submit=on::submit(ask)>
                <div class="field">
                    <label for="again-from">{words::FROM}</label>
                    <input id="again-from" type="datetime-local" required=true on:input=on::input(move |event| from.set(event_target_value(&event)))/>
                </div>
                <div class="field">
                    <label for="again-to">{words::TO}</label>
                    <input id="again-to" type="datetime-local" required=true on:input=on::input(move |event| to.set(event_target_value(&event)))/>
                </div>
                <button type="submit" class="button" disabled=busy>{words::COUNT}</button>
            </form>
            <div role="status">{move || show(doing)}</div>
        </section>
    }
    .into_any()
}

fn show(doing: RwSignal<Doing>) -> AnyView {
    match doing.get() {
        Doing::Nothing => ().into_any(),
        Doing::Asking => view! { <p>{words::COUNTING}</p> }.into_any(),
        Doing::Found(_, _, Kept { parts: 0, .. }) => {
            view! { <p>{words::NOTHING_WAITS}</p> }.into_any()
        }
        Doing::Found(from, to, kept) => {
            let span = kept.first.zip(kept.last);
            let span = span.map(|(first, last)| words::span(&time::exact(first), &time::exact(last)));
            let apply = move |_| {
                doing.set(Doing::Applying(0, kept.parts));
                leptos::task::spawn_local(async move {
                    let ended = all(from, to, kept.parts, doing).await;
                    doing.try_set(ended.unwrap_or_else(Doing::Failed));
                });
            };
            view! {
                <p>{words::waits(kept.parts)}" "{span}</p>
                <button type="button" class="button primary" on:click=on::click(apply)><Icon name="rotate-cw"/>{words::APPLY}</button>
            }
            .into_any()
        }
        Doing::Applying(done, of) => view! {
            <label class="again-progress">{words::applying(done, of)}<progress max=of value=done></progress></label>
        }
        .into_any(),
        Doing::Done(applied, left) => view! { <p>{words::applied(applied, left)}</p> }.into_any(),
        Doing::Failed(error) => {
            let said = fault::doing(words::NOT_APPLIED, &error);
            view! { <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{said}</p> }
                .into_any()
        }
    }
}

/// Goes on until there is nothing left to try. What was applied when it fails stays applied.
async fn all(from: Moment, to: Moment, of: i64, doing: RwSignal<Doing>) -> Result<Doing, ApiError> {
    let (mut applied, mut left) = (0, 0);
    let mut after: Option<PartId> = None;
    loop {
        let did: Reapplied = api::reapply(from, to, after).await?;
        applied += did.applied;
        left += did.left;
        if did.next.is_none() {
            return Ok(Doing::Done(applied, left));
        }
        after = did.next;
        if doing.try_set(Doing::Applying(applied + left, of)).is_some() {
            // The page is gone: nobody waits for the rest.
            return Ok(Doing::Nothing);
        }
    }
}

/// What a field for date and time holds, in the reader's own zone.
fn local(text: &str) -> Option<Moment> {
    let at = Date::new(&text.into()).get_time();
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
