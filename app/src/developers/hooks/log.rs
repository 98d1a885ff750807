//! What went to an endpoint, and what became of it.

use super::{
    api,
    desk::{Asked, Desk},
    marks, renew,
};
use crate::{
    boxed::{Show, memo, on},
    browser,
    developers::{
        pages::skeleton,
        place::{self, Hook},
    },
    ui::{icon::Icon, time},
    words::webhooks,
};
use leptos::prelude::*;
use postern_types::{DeliveryRow, DeliveryState, EndpointId};

const LOG: &str = "hooks-log";

/// The log.
#[component]
pub fn Log(desk: Desk) -> impl IntoView {
    let log = desk.log;
    // Nothing moves while it is paused.
    let moves = memo(move || {
        desk.endpoint
            .with(|one| one.as_ref().is_some_and(|one| one.paused.is_none()))
    });
    renew::while_waiting(
        move || {
            let rows = log.rows.get()?;
            let some = rows.iter().any(|row| row.state == DeliveryState::Waiting);
            (some && moves.get()).then_some(rows)
        },
        move || desk.again(),
    );
    let failed = move || {
        desk.endpoint
            .with(|one| one.as_ref().is_some_and(|one| one.failed > 0))
    };
    let replay = move |_| {
        let asked = async move {
            let count = api::act(desk.id, api::Deed::ReplayFailed).await?.count;
            // The button goes when nothing has failed any more.
            browser::focus_place(LOG);
            Ok(webhooks::replayed(count))
        };
        desk.put(asked, webhooks::NOT_REPLAYED);
    };
    view! {
        <section class="card developers" aria-labelledby=LOG>
            <header class="account-head">
                <h2 id=LOG>{webhooks::LOG}</h2>
                <div class="account-keep">
                    <button type="button" class="button small" on:click=on::click(move |_| desk.again())><Icon name="rotate-cw"/>{webhooks::RENEW}</button>
                    <Show when=failed>
                        <button type="button" class="button small" on:click=on::click(replay)>{webhooks::REPLAY_FAILED}</button>
                    </Show>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.ask(Asked::Range))><Icon name="clock"/>{webhooks::REPLAY_RANGE}</button>
                </div>
            </header>
            <p class="hint">{webhooks::LOG_LEAD}</p>
            <Filter desk/>
            {log.fault(webhooks::LOG_NOT_READ, "")}
            <Show when=move || log.rows.with(Option::is_none) && log.failed.with(Option::is_none)>{skeleton()}</Show>
            <Show when=move || log.none() fallback=move || view! { <Rows desk/> }>
                <p class="hint">{move || if desk.state.get().is_none() { webhooks::NOTHING } else { webhooks::NOTHING_OF }}</p>
            </Show>
            {log.older(webhooks::MORE)}
        </section>
    }
    .into_any()
}

/// Which states: a link each, so that the way back leads through them.
#[component]
fn Filter(desk: Desk) -> impl IntoView {
    let states = webhooks::LISTS;
    let states = states.map(|(state, word)| (Some(state), word, webhooks::state(state)));
    let all = std::iter::once((None, "", webhooks::ALL)).chain(states);
    view! {
        <nav class="dev-parts" aria-label=webhooks::STATES>
            {all.map(|(state, word, name)| view! {
                <a class="dev-part" href=place::of_log(desk.id, word) aria-current=move || (desk.state.get() == state).then_some("true")>{name}</a>
            }.into_any()).collect_view()}
        </nav>
    }
    .into_any()
}

#[component]
fn Rows(desk: Desk) -> impl IntoView {
    let (id, log) = (desk.id, desk.log);
    let key = |row: &DeliveryRow| (row.id, row.state, row.attempts, row.status, row.due);
    view! {
        <table class="log" aria-labelledby=LOG aria-busy=move || log.busy.get().to_string()>
            <thead>
                <tr>
                    <th scope="col">{webhooks::EVENT}</th>
                    <th scope="col">{webhooks::STATE}</th>
                    <th scope="col">{webhooks::HAPPENED}</th>
                    <th scope="col">{webhooks::ATTEMPTS}</th>
                    <th scope="col">{webhooks::LAST}</th>
                </tr>
            </thead>
            <tbody>
                <For each=move || log.rows.get().unwrap_or_default() key let:row>{line(id, row)}</For>
            </tbody>
        </table>
    }
    .into_any()
}

fn line(endpoint: EndpointId, row: DeliveryRow) -> AnyView {
    let now = time::now();
    let address = place::of_hook(Hook::Delivery(endpoint, row.id));
    let next = row.due.map(|due| {
        view! { <small class="quiet-text">{webhooks::NEXT}" "<time title=time::full(due)>{soon(due.0, now.0).unwrap_or_else(|| time::in_sentence(due, now))}</time></small> }
    });
    let last = (row.attempts > 0).then(|| marks::answer(row.status, row.fault.as_deref()));
    view! {
        <tr>
            <th scope="row">
                <a href=address translate="no">{row.kind}</a>
                <small class="quiet-text"><code translate="no" dir="ltr">{row.event}</code></small>
            </th>
            <td>{marks::of_delivery(row.state)}</td>
            <td data-label=webhooks::HAPPENED><time title=time::full(row.at)>{time::in_sentence(row.at, now)}</time></td>
            <td data-label=webhooks::ATTEMPTS>{row.attempts}</td>
            <td data-label=webhooks::LAST><span>{last.unwrap_or_else(|| "–".to_owned())}</span>{next}</td>
        </tr>
    }
    .into_any()
}

/// What is due already is tried now.
pub fn soon(due: i64, now: i64) -> Option<String> {
    (due <= now).then(|| webhooks::SOON.to_owned())
}
