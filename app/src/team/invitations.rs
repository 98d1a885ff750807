//! Invitations that are open: mailed ones, and links that are handed on.

use super::{api, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::{icon::Icon, time},
    words::team,
};
use leptos::prelude::*;
use postern_types::{InvitationId, InvitationView};

/// The section; nothing while none is open.
#[component]
pub fn Invitations(desk: Desk) -> impl IntoView {
    let ids = memo(move || {
        desk.team.with(|team| {
            let all = team.iter().flat_map(|team| &team.invitations);
            all.map(|one| one.id).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || ids.with(|ids| !ids.is_empty())>
            <section class="card" aria-labelledby="team-invitations">
                <h2 id="team-invitations">{team::INVITATIONS}" "<span class="team-count">{move || ids.with(Vec::len)}</span></h2>
                <ul class="team-lines">
                    <For each=move || ids.get() key=|id| *id let:id>
                        <Line desk id/>
                    </For>
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, id: InvitationId) -> impl IntoView {
    let live = use_live();
    let invitation = memo(move || {
        desk.team.with(|team| {
            let mut all = team.iter().flat_map(|team| &team.invitations);
            all.find(|one| one.id == id).cloned()
        })
    });
    let known = invitation.get_untracked();
    // What never changes of it.
    let mailed = known.as_ref().is_some_and(|one| one.email.is_some());
    let whom = known.as_ref().map(whom).unwrap_or_default();
    let role = known.as_ref().map(|one| team::role(one.role));
    let facts = move || {
        let now = live.now.get();
        invitation.get().map(|one| {
            let (when, by) = (time::brief(one.sent, now), one.by.as_deref());
            let told = if mailed {
                team::sent(&when, by)
            } else {
                team::made(&when, by)
            };
            view! {
                <span title=time::full(one.sent) dir="auto">{told}</span>
                <span title=time::full(one.expires)>{team::good_until(&time::date(one.expires))}</span>
            }
        })
    };
    let busy = RwSignal::new(false);
    let resent = team::resent(&whom);
    let resend = move |_| desk.act(busy, api::resend(id), resent.clone(), team::NOT_RESENT);
    let withdrawn = team::withdrawn(&whom);
    let withdraw = move |_| {
        desk.act(
            busy,
            api::withdraw(id),
            withdrawn.clone(),
            team::NOT_WITHDRAWN,
        );
    };
    let (resend_it, withdraw_it) = (team::resend(&whom), team::withdraw(&whom));
    view! {
        <li class="team-line">
            <div class="team-person">
                <span class="card-icon"><Icon name=if mailed { "send-horizontal" } else { "link" }/></span>
                <div class="team-words">
                    <strong dir="auto">{whom}</strong>
                    <span class="quiet-text team-facts"><span>{role}</span>{facts}</span>
                </div>
            </div>
            <div class="team-do">
                {mailed.then(|| view! {
                    <button type="button" class="button small" on:click=on::click(resend) aria-label=resend_it
                        aria-disabled=move || busy.get().then_some("true")>{team::RESEND}</button>
                })}
                <button type="button" class="button small danger-quiet" on:click=on::click(withdraw) aria-label=withdraw_it
                    aria-disabled=move || busy.get().then_some("true")>{team::WITHDRAW}</button>
            </div>
        </li>
    }
    .into_any()
}

fn whom(one: &InvitationView) -> String {
    let email = one.email.clone();
    email.unwrap_or_else(|| team::link_for(one.domain.as_deref()))
}
