//! Whether agents see their own and their teams' conversations alone.

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    words::teams,
};
use leptos::{html, prelude::*};
use postern_types::Right;

/// The section: one switch, for admins.
#[component]
pub fn Limit(desk: Desk) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let limited = memo(move || desk.read(|all| all.limited));
    let may = memo(move || desk.mine.get().is_some_and(|role| role.may(Right::Limit)));
    let choose = move |event: web_sys::Event| {
        let wanted = event_target_checked(&event);
        let said = if wanted {
            teams::LIMITED
        } else {
            teams::UNLIMITED
        };
        let back = move || {
            if let Some(input) = node.try_get_untracked().flatten() {
                input.set_checked(!wanted);
            }
        };
        desk.act(
            api::limit(wanted),
            said.to_owned(),
            teams::NOT_CHANGED,
            back,
        );
    };
    view! {
        <section class="card" aria-labelledby="teams-limit">
            <h2 id="teams-limit">{teams::WHO_SEES}</h2>
            <label class="team-switch">
                <input type="checkbox" role="switch" node_ref=node disabled=move || !may.get()
                    prop:checked=move || limited.get() on:change=on::change(choose)/>
                <span><strong>{teams::LIMIT}</strong><small>{teams::LIMIT_HINT}</small></span>
            </label>
            <Show when=move || !may.get()><p class="hint">{teams::ADMINS_ONLY}</p></Show>
        </section>
    }
    .into_any()
}
