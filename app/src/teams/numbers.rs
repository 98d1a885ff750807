//! Where the new conversations of each number go.

use super::{api, desk::Desk};
use crate::boxed::{memo, on};
use crate::words::teams;
use leptos::{html, prelude::*};
use postern_types::{ChannelId, TeamId};

/// The section.
#[component]
pub fn Numbers(desk: Desk) -> impl IntoView {
    let ids = memo(move || desk.read(|all| all.numbers.iter().map(|n| n.id).collect()));
    let none = move || ids.with(Vec::<ChannelId>::is_empty);
    view! {
        <section class="card" aria-labelledby="teams-numbers">
            <h2 id="teams-numbers">{teams::NUMBERS}</h2>
            <p class="hint">{move || if none() { teams::NO_NUMBERS } else { teams::NUMBERS_HINT }}</p>
            <For each=move || ids.get() key=|id| *id let:id>
                <Number desk id/>
            </For>
        </section>
    }
    .into_any()
}

#[component]
fn Number(desk: Desk, id: ChannelId) -> impl IntoView {
    let number =
        memo(move || desk.read(|all| all.numbers.iter().find(|number| number.id == id).cloned()));
    let team = memo(move || number.with(|number| number.as_ref().and_then(|n| n.team)));
    let name = memo(move || {
        number.with(|number| number.as_ref().map(|n| n.name.clone()).unwrap_or_default())
    });
    let phone = move || number.with(|number| number.as_ref().map(|n| n.phone.clone()));
    let choices = memo(move || {
        desk.read(|all| {
            let teams = all.teams.iter();
            teams
                .map(|team| (team.id, team.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    let node = NodeRef::<html::Select>::new();
    // As it still is, and not as it was chosen.
    let back = move || {
        if let (Some(select), Some(team)) =
            (node.try_get_untracked().flatten(), team.try_get_untracked())
        {
            select.set_value(&team.map(|team| team.to_string()).unwrap_or_default());
        }
    };
    let chosen = move |event: web_sys::Event| {
        let to = event_target_value(&event).parse::<TeamId>().ok();
        let said = teams::number_chosen(&name.get_untracked());
        desk.act(api::take_number(id, to), said, teams::NOT_CHANGED, back);
    };
    let select = format!("teams-number-{id}");
    view! {
        <div class="team-line">
            <label class="team-person team-words" for=select.clone()>
                <strong><bdi>{move || name.get()}</bdi></strong>
                <span class="quiet-text" dir="ltr">{phone}</span>
            </label>
            <div class="team-do">
                <select id=select class="select" node_ref=node on:change=on::change(chosen)>
                    <option value="" prop:selected=move || team.get().is_none()>{teams::NO_TEAM}</option>
                    <For each=move || choices.get() key=|choice| choice.clone() let:choice>
                        <option value=choice.0.to_string() prop:selected=move || team.get() == Some(choice.0)>{choice.1.clone()}</option>
                    </For>
                </select>
            </div>
        </div>
    }
    .into_any()
}
