//! What is asked before a key ends.

use super::{api, desk::Desk};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot},
        dialog::Dialog,
    },
    words::developers,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::KeyView;

#[component]
pub fn Asking(desk: Desk) -> impl IntoView {
    view! {
        <Dialog open=desk.asking title=developers::REVOKE_TITLE>
            {move || desk.asked.get().map(|key| view! { <End desk key/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn End(desk: Desk, key: KeyView) -> impl IntoView {
    let ask = Ask::new();
    let id = key.id;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask.put(api::revoke(id), move |()| {
            desk.done(developers::REVOKED.to_owned());
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{developers::lost(&key.name)}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=developers::REVOKE look="button danger"/>
        </form>
    }
    .into_any()
}
