//! What Meta told of a number beside messages, as it came: newest first, each opened line by line.

use super::api;
use crate::{
    boxed::{Show, effect, on},
    error::ApiError,
    ui::{empty::Empty, icon::Icon, time},
    words::{channels, fault},
};
use leptos::prelude::*;
use postern_types::{ChannelId, EventId, Line, ToldLine, ToldPage};

/// The part.
#[component]
pub fn Events(id: ChannelId) -> impl IntoView {
    let field = RwSignal::new(None::<String>);
    let lines = RwSignal::new(None::<Vec<ToldLine>>);
    let (fields, next) = (
        RwSignal::new(Vec::<String>::new()),
        RwSignal::new(None::<String>),
    );
    let failed = RwSignal::new(None::<ApiError>);
    // What was asked for last; the answer to an earlier question comes too late.
    let asked = StoredValue::new(0_u32);
    let take = move |page: ToldPage, more: bool| {
        lines.try_update(|lines| {
            let before = lines.take().filter(|_| more).unwrap_or_default();
            *lines = Some(before.into_iter().chain(page.lines).collect());
        });
        fields.try_set(page.fields);
        next.try_set(page.next);
    };
    let read = move |after: Option<String>| {
        let turn = asked.with_value(|asked| asked.wrapping_add(1));
        asked.set_value(turn);
        let field = field.get_untracked();
        leptos::task::spawn_local(async move {
            let more = after.is_some();
            let answer = api::events(id, field, after).await;
            if asked.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(page) => {
                    failed.try_set(None);
                    take(page, more);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    effect(move || {
        field.track();
        read(None);
    });
    let older = move |_| read(next.get_untracked());
    view! {
        <p class="part-lead">{channels::EVENTS_LEAD}</p>
        <Show when=move || { fields.with(|fields| fields.len() > 1) || field.with(Option::is_some) }>
            <div class="field filter">
                <label for="field">{channels::FIELD}</label>
                <select id="field" class="select" on:change=on::change(move |event| field.set(Some(event_target_value(&event)).filter(|word| !word.is_empty())))>
                    <option value="">{channels::ALL_FIELDS}</option>
                    <For each=move || fields.get() key=Clone::clone let:word>
                        <option value=word.clone() prop:selected={let word = word.clone(); move || field.with(|chosen| chosen.as_ref() == Some(&word))}>{channels::told(&word)}</option>
                    </For>
                </select>
            </div>
        </Show>
        <Show when=move || failed.with(Option::is_some)>
            <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{move || failed.with(|error| error.as_ref().map(|e| fault::doing(channels::NOT_READ, e)))}</p>
        </Show>
        <ul class="events">
            <For each=move || lines.get().unwrap_or_default() key=|line| line.id let:line><li><Opened id line/></li></For>
        </ul>
        <Show when=move || next.with(Option::is_some)>
            <p class="part-do"><button type="button" class="button" on:click=on::click(older)>{channels::OLDER}</button></p>
        </Show>
        <Show when=move || lines.with(|lines| lines.as_ref().is_some_and(Vec::is_empty))>
            <Empty icon="inbox" title=channels::NO_EVENTS hint=channels::NO_EVENTS_HINT/>
        </Show>
    }
    .into_any()
}

/// One of them; what it says is read when it is opened.
#[component]
fn Opened(id: ChannelId, line: ToldLine) -> impl IntoView {
    let told = RwSignal::new(None::<Result<Vec<Line>, ApiError>>);
    let event = EventId(line.id);
    let open = move |_| {
        if told.with_untracked(|told| matches!(told, Some(Ok(_)))) {
            return;
        }
        leptos::task::spawn_local(async move {
            let answer = api::event(id, event).await.map(|whole| whole.lines);
            told.try_set(Some(answer));
        });
    };
    let what = channels::told(&line.field);
    let happened = channels::told(&line.event);
    view! {
        <details class="event" on:toggle=open>
            <summary>
                <strong>{what}</strong>
                <span class="event-word"><bdi>{happened}</bdi></span>
                <time class="quiet-text" title=time::full(line.at)>{time::in_sentence(line.at, time::now())}</time>
            </summary>
            {move || told.get().map(|told| match told {
                Ok(lines) if lines.is_empty() => view! { <p class="hint">{channels::EMPTY_EVENT}</p> }.into_any(),
                Ok(lines) => view! {
                    <dl class="facts wide">
                        {lines.into_iter().map(|line| view! { <div><dt dir="auto">{line.label}</dt><dd dir="auto">{line.value}</dd></div> }).collect_view()}
                    </dl>
                }.into_any(),
                Err(error) => view! { <p class="strip fault" role="alert"><Icon name="triangle-alert"/>{fault::doing(channels::NOT_READ, &error)}</p> }.into_any(),
            })}
        </details>
    }
    .into_any()
}
