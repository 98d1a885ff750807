//! Those who ask to come in: an admin lets them in or not.

use super::{api, asking::What, desk::Desk, roles::RoleChoice, who::Who};
use crate::{
    boxed::{Show, memo, on},
    live::use_live,
    ui::{avatar::Avatar, time},
    words::team,
};
use leptos::prelude::*;
use postern_types::{MemberId, MemberState, Role};

/// The section; nothing while nobody waits.
#[component]
pub fn WaitingList(desk: Desk) -> impl IntoView {
    let ids = desk.ids(|who| who.state == MemberState::Waiting);
    view! {
        <Show when=move || ids.with(|ids| !ids.is_empty())>
            <section class="card" aria-labelledby="team-waiting">
                <h2 id="team-waiting">{team::WAITING}</h2>
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
fn Line(desk: Desk, id: MemberId) -> impl IntoView {
    let live = use_live();
    let who = Who::follow(desk, id);
    let name = memo(move || who.read(|who| who.name.clone()));
    // As it was offered, until somebody here chooses another.
    let role = RwSignal::new(who.known(|who| Some(who.role)).unwrap_or(Role::Agent));
    let busy = RwSignal::new(false);
    let approve = move |_| {
        let said = team::approved(&name.get_untracked());
        desk.act(
            busy,
            api::approve(id, role.get_untracked()),
            said,
            team::NOT_APPROVED,
        );
    };
    let since = who.known(|who| Some(who.since)).unwrap_or_default();
    let asked = move || {
        let ago = live.now.get().since(since);
        who.read(|who| team::asked(ago, who.network.as_deref()))
    };
    view! {
        <li class="team-line">
            <div class="team-person">
                {move || view! { <Avatar name=Some(name.get()) id=id.0/> }}
                <div class="team-words">
                    <strong><bdi>{move || name.get()}</bdi></strong>
                    <span class="quiet-text" dir="ltr">{move || who.read(|who| who.email.clone())}</span>
                    <span class="quiet-text" title=time::full(since)>{asked}</span>
                </div>
            </div>
            <div class="team-do">
                <RoleChoice value=role label=Signal::derive(move || team::role_of(&name.get()))/>
                <button type="button" class="button primary" on:click=on::click(approve) aria-label=move || team::approve(&name.get())
                    aria-disabled=move || busy.get().then_some("true")>{team::APPROVE}</button>
                <button type="button" class="button" on:click=on::click(move |_| who.ask(What::Decline))
                    aria-label=move || team::decline(&name.get())>{team::DECLINE}"…"</button>
            </div>
        </li>
    }
    .into_any()
}
