//! What is asked before it is done to somebody: it names what is lost.

mod decline;
mod hand_over;
mod remove;

use super::{api, desk::Desk};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot},
        dialog::Dialog,
    },
    words::team,
};
use decline::Decline;
use hand_over::HandOver;
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{MemberId, Role};
use remove::Remove;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Turn somebody away who waits.
    Decline,
    /// Close the workspace in all of their browsers.
    EndAccess,
    /// Remove them.
    Remove,
    /// Make them an owner, and oneself an admin.
    HandOver,
    /// Take that lower role oneself.
    StepDown(Role),
}

/// To whom, as they were when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub what: What,
    pub id: MemberId,
    pub name: String,
    /// Open ones that are theirs.
    pub conversations: u32,
}

/// One dialog for all of them.
#[component]
pub fn Asking(desk: Desk) -> impl IntoView {
    let title = Signal::derive(move || {
        desk.asked
            .with(|asked| asked.as_ref().map(head).unwrap_or_default())
    });
    view! {
        <Dialog open=desk.asking title>
            {move || desk.asked.get().map(|asked| match asked.what {
                What::Decline => view! { <Decline desk asked/> }.into_any(),
                What::EndAccess => view! { <EndAccess desk asked/> }.into_any(),
                What::Remove => view! { <Remove desk asked/> }.into_any(),
                What::HandOver => view! { <HandOver desk asked/> }.into_any(),
                What::StepDown(to) => view! { <StepDown desk asked to/> }.into_any(),
            })}
        </Dialog>
    }
    .into_any()
}

fn head(asked: &Asked) -> String {
    match asked.what {
        What::Decline => team::decline_title(&asked.name),
        What::EndAccess => team::end_access_title(&asked.name),
        What::Remove => team::remove_title(&asked.name),
        What::HandOver => team::hand_over_title(&asked.name),
        What::StepDown(_) => team::STEP_DOWN_TITLE.into(),
    }
}

#[component]
fn EndAccess(desk: Desk, asked: Asked) -> impl IntoView {
    let ask = Ask::new();
    let (id, said) = (asked.id, team::access_ended(&asked.name));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let said = said.clone();
        ask.put(api::end_access(id), move |()| desk.done(said));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text" dir="auto">{team::end_access_lost(&asked.name)}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=team::END_ACCESS look="button danger"/>
        </form>
    }
    .into_any()
}

#[component]
fn StepDown(desk: Desk, asked: Asked, to: Role) -> impl IntoView {
    let ask = Ask::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::change_role(asked.id, to), move |()| {
            desk.done(team::stepped_down(to));
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{team::step_down_lost(to)}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=team::step_down_do(to) look="button danger"/>
        </form>
    }
    .into_any()
}
