//! Giving the workspace to somebody else: its name is typed, for only they can give it back.

use super::Asked;
use crate::{
    boxed::on,
    browser,
    session::use_session,
    team::{api, desk::Desk},
    ui::{
        ask::{Ask, Foot, focus_soon},
        field::Field,
    },
    words::team,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// The dialog's inside.
#[component]
pub fn HandOver(desk: Desk, asked: Asked) -> impl IntoView {
    let session = use_session();
    let ask = Ask::new();
    let (typed, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let place = untrack(move || session.membership());
    let place = place.map(|place| place.workspace_name).unwrap_or_default();
    let (id, said) = (asked.id, team::handed_over(&asked.name));
    let lost = team::hand_over_lost(&asked.name, &place);
    focus_soon("#typed");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let right = typed.with_untracked(|typed| typed.trim() == place.trim());
        wrong.set((!right).then(|| team::NOT_ITS_NAME.to_owned()));
        if !right {
            browser::focus("#typed");
            return;
        }
        let said = said.clone();
        ask.put(api::hand_over(id), move |()| desk.done(said));
    };
    view! {
        <form class="form" on:submit=on::submit(submit) novalidate>
            <p class="dialog-text" dir="auto">{lost}</p>
            {ask.general(&[])}
            <Field name="typed" label=team::TYPE_NAME value=typed fault=wrong/>
            <Foot ask open=desk.asking act=team::HAND_OVER_DO look="button danger"/>
        </form>
    }
    .into_any()
}
