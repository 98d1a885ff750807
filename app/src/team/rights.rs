//! What each role may do: the server's own table, as it stands.

use super::roles::ROLES;
use crate::{
    boxed::Show,
    ui::{
        icon::Icon,
        later::{Later, Part},
    },
    words::team,
};
use leptos::prelude::*;
use postern_types::{RIGHTS, Right, Role};
use wasm_split_helpers::wasm_split;

/// A line a role, and the table. The roles are written out: on a phone its rows are no table to look at.
#[component]
pub fn Rights() -> impl IntoView {
    let opened = RwSignal::new(false);
    view! {
        <details class="card team-rights" on:toggle=move |_| opened.set(true)>
            <summary>{team::RIGHTS}</summary>
            <dl>
                {ROLES.into_iter().map(|role| view! {
                    <div><dt>{team::role(role)}</dt><dd>{team::role_line(role)}</dd></div>
                }).collect_view()}
            </dl>
            <Show when=move || opened.get()><Later fetch part=table/></Show>
        </details>
    }
    .into_any()
}

#[wasm_split(teams, preload(fetch), fallible)]
fn table() -> Part {
    let table = view! {
        <table role="table" aria-label=team::RIGHTS>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">{team::RIGHT}</th>
                    {ROLES.into_iter().map(|role| view! { <th role="columnheader" scope="col">{team::role(role)}</th> }).collect_view()}
                </tr>
            </thead>
            <tbody role="rowgroup">
                {RIGHTS.into_iter().map(|(right, _, words)| view! {
                    <tr role="row">
                        <th role="rowheader" scope="row">{words}</th>
                        {ROLES.into_iter().map(|role| view! { <Cell role right/> }).collect_view()}
                    </tr>
                }).collect_view()}
            </tbody>
        </table>
    };
    Ok(table.into_any())
}

#[component]
fn Cell(role: Role, right: Right) -> impl IntoView {
    let may = role.may(right);
    view! {
        <td role="cell" class:may=may>
            {if may { view! { <Icon name="check"/> }.into_any() } else { view! { <span aria-hidden="true">"–"</span> }.into_any() }}
            <span class="only-heard">{if may { team::MAY } else { team::MAY_NOT }}</span>
            <span class="team-label" aria-hidden="true">{team::role(role)}</span>
        </td>
    }
    .into_any()
}
