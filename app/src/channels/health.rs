//! How a number stands at Meta: what is known, since when, and what it was before.

use super::{
    api,
    number::Page,
    timeline::{Stretch, stretches},
};
use crate::{
    boxed::{Show, on},
    browser,
    ui::{icon::Icon, time, toast::use_toasts},
    words::{channels, fault},
};
use leptos::prelude::*;
use postern_types::{Fact, FactChange, FactView, NumberHealth};

/// So long the answer to "check now" may take before the button is given back.
const PATIENCE_MS: u32 = 30_000;

/// In the order in which one wants to know.
const FACTS: [Fact; 13] = [
    Fact::Quality,
    Fact::Sending,
    Fact::Limit,
    Fact::Throughput,
    Fact::Status,
    Fact::Name,
    Fact::NameStatus,
    Fact::Restriction,
    Fact::Ban,
    Fact::Review,
    Fact::OnPhone,
    Fact::Platform,
    Fact::Mode,
];

/// The part.
#[component]
pub fn Health(page: Page) -> impl IntoView {
    move || {
        match page.health.get() {
        None => view! { <div class="card" aria-hidden="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i><i class="sk sk-line"></i></div> }.into_any(),
        Some(health) => known(page, health),
    }
    }
}

fn known(page: Page, health: NumberHealth) -> AnyView {
    let find = |fact: Fact| health.facts.iter().find(|known| known.fact == fact);
    let hindrances: Vec<String> = find(Fact::Hindrance).map_or_else(Vec::new, |known| {
        known.value.lines().map(str::to_owned).collect()
    });
    let facts: Vec<FactView> = FACTS
        .into_iter()
        .filter_map(|fact| find(fact).filter(|known| !known.value.is_empty()).cloned())
        .collect();
    let none = facts.is_empty();
    view! {
        {health.fault.clone().map(|words| view! { <div class="strip notice"><Icon name="triangle-alert"/><p dir="auto">{words}</p></div> })}
        {(!hindrances.is_empty()).then(|| view! {
            <section class="strip notice"><Icon name="triangle-alert"/>
                <div><h2>{channels::HINDERED}</h2><ul class="plain">{hindrances.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect_view()}</ul></div>
            </section>
        })}
        <section class="card">
            <dl class="facts wide">{facts.into_iter().map(fact).collect_view()}</dl>
            {none.then(|| view! { <p class="hint">{channels::NOTHING_KNOWN}</p> })}
            <footer class="card-foot spread">
                <span class="quiet-text">{match health.checked {
                    Some(at) => view! { <time title=time::full(at)>{channels::checked(&time::in_sentence(at, time::now()))}</time> }.into_any(),
                    None => channels::NEVER_CHECKED.into_any(),
                }}</span>
                <CheckNow page/>
            </footer>
        </section>
        <History changes=health.changes/>
    }
    .into_any()
}

fn fact(known: FactView) -> impl IntoView {
    let tone = channels::tone(known.fact, &known.value);
    view! {
        <div>
            <dt>{channels::fact(known.fact)}</dt>
            <dd>
                {tone.map(|tone| view! { <span class=format!("dot {tone}") aria-hidden="true"></span> })}
                <bdi>{channels::value(known.fact, &known.value)}</bdi>
                <small class="quiet-text"><time title=time::full(known.since)>{channels::since(&time::date(known.since))}</time></small>
            </dd>
        </div>
    }
}

#[component]
fn CheckNow(page: Page) -> impl IntoView {
    let toasts = use_toasts();
    let check = move |_| {
        if page.asking.get_untracked() {
            return;
        }
        page.asking.set(true);
        leptos::task::spawn_local(async move {
            if let Err(error) = api::check(page.id).await {
                page.asking.try_set(false);
                toasts.fault(fault::doing(channels::NOT_CHECKED, &error));
                return;
            }
            // The answer comes as a change of the number; if none comes, one may try again.
            browser::sleep(PATIENCE_MS).await;
            page.asking.try_set(false);
        });
    };
    view! {
        <Show when=move || page.admin.get()>
            <button type="button" class="button" on:click=on::click(check) aria-disabled=move || page.asking.get().then_some("true")>
                <Icon name="rotate-cw"/>{move || if page.asking.get() { channels::CHECKING } else { channels::CHECK }}
            </button>
        </Show>
    }
}

#[component]
fn History(changes: Vec<FactChange>) -> impl IntoView {
    let drawn = stretches(&changes, time::now());
    view! {
        <section class="card">
            <h2>{channels::HISTORY}</h2>
            {(!drawn.is_empty()).then(|| view! { <Timeline drawn/> })}
            {if changes.is_empty() {
                view! { <p class="hint">{channels::NO_HISTORY}</p> }.into_any()
            } else {
                view! { <ol class="history">{changes.into_iter().map(change).collect_view()}</ol> }.into_any()
            }}
        </section>
    }
}

/// The quality as a band; the same stands below it in words.
#[component]
fn Timeline(drawn: Vec<Stretch>) -> impl IntoView {
    view! {
        <figure class="timeline">
            <svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=channels::TIMELINE>
                {drawn.into_iter().map(|stretch| view! {
                    <rect x=stretch.from y="0" width=stretch.length height="24" class=channels::tone(Fact::Quality, &stretch.value).unwrap_or("none")/>
                }).collect_view()}
            </svg>
            <figcaption>{channels::TIMELINE}</figcaption>
        </figure>
    }
}

fn change(change: FactChange) -> impl IntoView {
    let value = |word: &str| channels::value(change.fact, word);
    view! {
        <li>
            <time class="quiet-text" title=time::full(change.at)>{time::in_sentence(change.at, time::now())}</time>
            <strong>{channels::fact(change.fact)}</strong>
            <span><bdi>{value(&change.before)}</bdi>" → "<bdi>{value(&change.after)}</bdi></span>
        </li>
    }
}
