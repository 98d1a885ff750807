//! Turning somebody away who waits, with a reason if one likes.

use super::Asked;
use crate::{
    boxed::on,
    team::{api, desk::Desk},
    ui::ask::{Ask, Foot, focus_soon},
    words::team,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// The dialog's inside.
#[component]
pub fn Decline(desk: Desk, asked: Asked) -> impl IntoView {
    let ask = Ask::new();
    let reason = RwSignal::new(String::new());
    let fault = ask.fault("reason");
    let (id, said) = (asked.id, team::declined(&asked.name));
    focus_soon("#reason");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let said = said.clone();
        let told = reason.with_untracked(|reason| reason.trim().to_owned());
        ask.put(api::decline(id, told), move |()| desk.done(said));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{team::DECLINE_LEAD}</p>
            {ask.general(&["reason"])}
            <div class="field" class:faulty=move || fault.with(Option::is_some)>
                <label for="reason">{team::REASON}</label>
                <textarea id="reason" rows="3" maxlength="500" dir="auto" prop:value=move || reason.get()
                    on:input=on::input(move |event| reason.set(event_target_value(&event))) aria-describedby="reason-hint"
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")></textarea>
                <p id="reason-hint" class="hint" aria-live="polite">{move || fault.get().unwrap_or_else(|| team::REASON_HINT.into())}</p>
            </div>
            <Foot ask open=desk.asking act=team::DECLINE look="button danger"/>
        </form>
    }
    .into_any()
}
