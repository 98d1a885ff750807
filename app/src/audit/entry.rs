//! One entry: when, who, what, from where, and what is told of it in particular.

use crate::{
    ui::{icon::Icon, time},
    words::audit as words,
};
use leptos::prelude::*;
use postern_types::{AuditEntry, AuditState, Line, Moment};

/// A line of the list.
#[component]
pub fn Entry(entry: AuditEntry) -> impl IntoView {
    let (at, state) = (entry.at, entry.state);
    let who = words::by(entry.actor.is_some(), entry.by.as_deref());
    let what = words::what(&entry.action);
    let facts = entry
        .detail
        .into_iter()
        .map(|line| fact(&entry.action, line));
    let facts = facts.collect::<Vec<_>>();
    view! {
        <article class="audit-entry" data-action=entry.action.clone()>
            <time class="quiet-text" title=time::full(at)>{time::clock(at)}</time>
            <div class="audit-words">
                <h3><bdi>{who}</bdi></h3>
                <p>{what}</p>
                {(!facts.is_empty()).then(|| view! {
                    <dl class="audit-facts">
                        {facts.into_iter().map(|(label, value)| view! {
                            <div><dt>{label}</dt><dd dir="auto">{value}</dd></div>
                        }).collect_view()}
                    </dl>
                })}
                {(state == AuditState::Erased).then(|| view! { <p class="quiet-text">{words::ERASED}</p> })}
                {(state == AuditState::Broken).then(|| view! {
                    <p class="strip fault"><Icon name="triangle-alert"/>{words::BROKEN}</p>
                })}
            </div>
            <p class="audit-from quiet-text">
                {entry.network.map(|network| view! { <span><span class="only-heard">{words::FROM_NETWORK}" "</span><bdi dir="ltr">{network}</bdi></span> })}
                <span>{words::place(entry.position)}</span>
            </p>
        </article>
    }
    .into_any()
}

/// What it is, and what stands there, in words.
fn fact(action: &str, line: Line) -> (String, String) {
    let label = words::label(&line.label);
    let value = match words::is_time(action, &line.label)
        .then(|| line.value.parse::<i64>().ok())
        .flatten()
    {
        Some(at) => time::exact(Moment(at)),
        None => words::value(line.value),
    };
    (label, value)
}
