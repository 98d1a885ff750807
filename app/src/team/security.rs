//! What is required of everybody.

use super::{api, desk::Desk};
use crate::{
    boxed::{memo, on},
    error::ApiError,
    ui::icon::Icon,
    words::{fault, team},
};
use leptos::{html, prelude::*};
use postern_types::MemberState;

/// The section: one switch.
#[component]
pub fn Security(desk: Desk) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let failed = RwSignal::new(None::<ApiError>);
    let required = memo(move || {
        desk.team
            .with(|team| team.as_ref().is_some_and(|team| team.factor_required))
    });
    let without = memo(move || {
        desk.team.with(|team| {
            let members = team.iter().flat_map(|team| &team.members);
            members
                .filter(|who| !who.factor && who.state != MemberState::Waiting)
                .count()
        })
    });
    let choose = move |event: web_sys::Event| {
        let wanted = event_target_checked(&event);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match api::require_factor(wanted).await {
                Ok(()) if wanted => desk.toasts.say(team::REQUIRED),
                Ok(()) => desk.toasts.say(team::NOT_REQUIRED),
                Err(error) => {
                    failed.try_set(Some(error));
                    if let Some(input) = node.try_get_untracked().flatten() {
                        input.set_checked(!wanted);
                    }
                }
            }
            desk.read().await;
        });
    };
    view! {
        <section class="card" aria-labelledby="team-security">
            <h2 id="team-security">{team::SECURITY}</h2>
            <label class="team-switch">
                <input type="checkbox" role="switch" node_ref=node prop:checked=move || required.get() on:change=on::change(choose)/>
                <span><strong>{team::REQUIRE}</strong><small>{move || team::require_hint(without.get())}</small></span>
            </label>
            {move || failed.get().map(|error| {
                // What one has to do first is done there.
                let first = matches!(error, ApiError::Conflict { .. });
                view! {
                    <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{fault::doing(team::NOT_CHOSEN, &error)}</p>
                        {first.then(|| view! { <a class="button small" href="/settings/account">{team::TO_ACCOUNT}</a> })}
                    </div>
                }
            })}
        </section>
    }
    .into_any()
}
