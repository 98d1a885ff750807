//! Removing a member, and who goes on with what they had in hand.

use super::Asked;
use crate::{
    boxed::on,
    team::{api, desk::Desk},
    ui::ask::{Ask, Foot},
    words::team,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{MemberId, MemberState};

/// The dialog's inside.
#[component]
pub fn Remove(desk: Desk, asked: Asked) -> impl IntoView {
    let ask = Ask::new();
    let heir = RwSignal::new(None::<MemberId>);
    let (id, said) = (asked.id, team::removed(&asked.name));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let said = said.clone();
        ask.put(api::remove(id, heir.get_untracked()), move |()| {
            desk.done(said);
        });
    };
    let given = asked.conversations;
    view! {
        <form class="form team-form" on:submit=on::submit(submit)>
            <p class="dialog-text" dir="auto">{team::remove_lost(&asked.name)}</p>
            {ask.general(&["heir"])}
            {if given > 0 {
                view! { <Heir desk ask gone=id given heir/> }.into_any()
            } else {
                view! { <p class="hint">{team::NO_CONVERSATIONS}</p> }.into_any()
            }}
            <Foot ask open=desk.asking act=team::REMOVE_DO look="button danger"/>
        </form>
    }
    .into_any()
}

#[component]
fn Heir(
    desk: Desk,
    ask: Ask,
    /// Who is removed.
    gone: MemberId,
    given: u32,
    heir: RwSignal<Option<MemberId>>,
) -> impl IntoView {
    let fault = ask.fault("heir");
    let colleagues = desk.team.with_untracked(|team| {
        let members = team.iter().flat_map(|team| &team.members);
        members
            .filter(|who| who.id != gone && who.state == MemberState::Active)
            .map(|who| {
                let name = if who.you {
                    team::me(&who.name)
                } else {
                    who.name.clone()
                };
                (who.id, name)
            })
            .collect::<Vec<_>>()
    });
    view! {
        <div class="field" class:faulty=move || fault.with(Option::is_some)>
            <label for="heir">{team::give(given)}</label>
            <select id="heir" class="select" aria-describedby="heir-hint"
                on:change=on::change(move |event| heir.set(event_target_value(&event).parse().ok()))>
                <option value="">{team::TO_NOBODY}</option>
                {colleagues.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> }).collect_view()}
            </select>
            <p id="heir-hint" class="hint" aria-live="polite">{move || fault.get()}</p>
        </div>
    }
    .into_any()
}
