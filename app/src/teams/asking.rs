//! A team's name, and what is asked before one is deleted.

use super::{api, desk::Desk};
use crate::{
    boxed::on,
    ui::{
        ask::{Ask, Foot, focus_soon},
        dialog::Dialog,
        field::Field,
    },
    words::teams,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::TeamId;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Make a team.
    Create,
    /// Call one otherwise.
    Rename(TeamId, String),
    /// Delete one that is called so and has so many open conversations.
    Delete(TeamId, String, u32),
}

/// One dialog for all of them.
#[component]
pub fn Asking(desk: Desk) -> impl IntoView {
    let title = Signal::derive(move || match desk.asked.get() {
        None | Some(What::Create) => teams::NEW.to_owned(),
        Some(What::Rename(_, name)) => teams::rename_title(&name),
        Some(What::Delete(_, name, _)) => teams::delete_title(&name),
    });
    view! {
        <Dialog open=desk.asking title>
            {move || desk.asked.get().map(|what| match what {
                What::Create => view! { <Naming desk/> }.into_any(),
                What::Rename(id, name) => view! { <Naming desk renamed=(id, name)/> }.into_any(),
                What::Delete(id, name, open) => view! { <Delete desk id name open/> }.into_any(),
            })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Naming(
    desk: Desk,
    /// The team that is called otherwise; none for a new one.
    #[prop(optional)]
    renamed: Option<(TeamId, String)>,
) -> impl IntoView {
    let ask = Ask::new();
    let (id, was) = renamed.unzip();
    let act = if id.is_some() {
        teams::SAVE_NAME
    } else {
        teams::CREATE
    };
    let name = RwSignal::new(was.unwrap_or_default());
    focus_soon("#team_name");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let wanted = name.with_untracked(|name| name.trim().to_owned());
        let said = teams::named(&wanted);
        let asked = async move {
            match id {
                Some(id) => api::rename(id, wanted).await,
                None => api::create(wanted).await.map(drop),
            }
        };
        ask.put(asked, move |()| desk.done(said));
    };
    view! {
        <form class="form" on:submit=on::submit(submit) novalidate>
            {ask.general(&["team_name"])}
            <Field name="team_name" label=teams::NAME value=name hint=teams::NAME_HINT fault=ask.fault("team_name") maxlength=60_u32/>
            <Foot ask open=desk.asking act/>
        </form>
    }
    .into_any()
}

#[component]
fn Delete(desk: Desk, id: TeamId, name: String, open: u32) -> impl IntoView {
    let ask = Ask::new();
    let said = teams::deleted(&name);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let said = said.clone();
        ask.put(api::delete(id), move |()| desk.done(said));
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text" dir="auto">{teams::delete_lost(open)}</p>
            {ask.general(&[])}
            <Foot ask open=desk.asking act=teams::DELETE_DO look="button danger"/>
        </form>
    }
    .into_any()
}
