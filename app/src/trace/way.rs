//! One message's way: its steps, with times, and the one where it stopped.

use crate::{
    ui::{icon::Icon, time},
    words::trace as words,
};
use leptos::prelude::*;
use leptos_router::components::A;
use postern_types::{Direction, StepState, Trace, TraceStep};

/// A card of it.
#[component]
pub fn Way(trace: Trace) -> impl IntoView {
    let failed = trace.failing().is_some();
    let (came, at) = (trace.direction == Direction::In, trace.at);
    let said = match trace.line.as_str() {
        "" => trace.kind.clone(),
        line => line.to_owned(),
    };
    let state = words::state(&trace);
    let about = [trace.contact, trace.number].into_iter().flatten();
    let about = about.collect::<Vec<_>>().join(" · ");
    let told = trace.told;
    view! {
        <article class="card way" class:stopped=failed data-way=trace.message.map(|id| id.to_string())>
            <header class="card-head">
                <span class="card-icon"><Icon name=if came { "arrow-down" } else { "send-horizontal" }/></span>
                <div class="card-words">
                    <h2 class="way-line"><bdi>{said}</bdi></h2>
                    <p class="quiet-text"><bdi>{about}</bdi>" "<time title=time::full(at)>{time::exact(at)}</time></p>
                </div>
                <span class="state" class:bad=failed>{state}</span>
            </header>
            <ol class="way-steps">{trace.steps.into_iter().map(step).collect_view()}</ol>
            {(!told.is_empty()).then(|| view! {
                <dl class="facts wide">
                    {told.into_iter().map(|line| view! { <div><dt><bdi>{line.label}</bdi></dt><dd dir="auto">{line.value}</dd></div> }).collect_view()}
                </dl>
            })}
            {(trace.message.is_some() || trace.wamid.is_some()).then(|| view! { <dl class="facts wide">
                {trace.message.map(|id| view! { <div><dt>{words::OURS}</dt><dd dir="ltr">{id.to_string()}</dd></div> })}
                {trace.wamid.map(|id| view! { <div><dt>{words::METAS}</dt><dd dir="ltr">{id}</dd></div> })}
            </dl> })}
            {trace.conversation.map(|id| view! {
                <footer class="card-foot"><A href=format!("/inbox/{id}") attr:class="button">{words::OPEN}</A></footer>
            })}
        </article>
    }
    .into_any()
}

fn step(step: TraceStep) -> impl IntoView {
    let (class, icon, heard) = match step.state {
        StepState::Done => ("way-step done", "check", words::DONE),
        StepState::Waiting => ("way-step waiting", "clock", words::WAITING),
        StepState::Failed => ("way-step failed", "triangle-alert", words::STOPPED),
        StepState::Ahead => ("way-step ahead", "clock", words::AHEAD),
    };
    let at = step
        .at
        .map(|at| view! { <time title=time::full(at)>{time::exact(at)}</time> });
    let told = step.heard_at.map(
        |at| view! { <span class="quiet-text">{words::HEARD}" "<time title=time::full(at)>{time::exact(at)}</time></span> },
    );
    view! {
        <li class=class data-stage=step.stage.as_str()>
            <Icon name=icon/>
            <div>
                <p class="way-word"><strong>{words::stage(step.stage)}</strong><span class="only-heard">": "{heard}</span>" "{at}" "{told}</p>
                {step.note.map(|note| view! { <p class="way-note" dir="auto">{note}</p> })}
                {step.code.map(|code| view! { <p class="way-note quiet-text">{words::code(code)}</p> })}
                {step.details.map(|said| view! { <p class="way-note quiet-text" dir="auto">{words::META_SAYS}" "{said}</p> })}
            </div>
        </li>
    }
}
