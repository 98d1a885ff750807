//! One team: its members, and what can be done with it.

use super::{api, asking::What, desk::Desk};
use crate::{
    boxed::{Show, memo, on},
    live::{Inbox, use_live},
    ui::{avatar::Avatar, icon::Icon},
    words::teams,
};
use leptos::{html, prelude::*};
use postern_types::{MemberId, TeamId, TeamView};

/// The section.
#[component]
pub fn TeamCard(desk: Desk, id: TeamId) -> impl IntoView {
    let team = memo(move || desk.read(|all| all.teams.iter().find(|team| team.id == id).cloned()));
    let read = move |read: fn(&TeamView) -> String| {
        team.with(|team| team.as_ref().map(read).unwrap_or_default())
    };
    let name = memo(move || read(|team| team.name.clone()));
    let open = memo(move || team.with(|team| team.as_ref().map_or(0, |t| t.conversations)));
    let members = memo(move || {
        team.with(|team| team.as_ref().map(|team| team.members.clone()))
            .unwrap_or_default()
    });
    let head = format!("team-{id}");
    let rename = move |_| desk.ask(What::Rename(id, name.get_untracked()));
    let delete = move |_| desk.ask(What::Delete(id, name.get_untracked(), open.get_untracked()));
    view! {
        <section class="card" aria-labelledby=head>
            <div class="teams-head">
                <h2 id=head.clone()><bdi>{move || name.get()}</bdi></h2>
                <span class="quiet-text">{move || teams::open(open.get())}</span>
                <div class="team-do">
                    <button type="button" class="button small" aria-label=move || teams::rename_title(&name.get()) on:click=on::click(rename)>
                        <Icon name="pencil"/>{teams::RENAME}
                    </button>
                    <button type="button" class="button small" aria-label=move || teams::delete_label(&name.get()) on:click=on::click(delete)>
                        <Icon name="x"/>{teams::DELETE}
                    </button>
                </div>
            </div>
            <Show when=move || members.with(Vec::is_empty)><p class="hint">{teams::NOBODY}</p></Show>
            <ul class="teams-members">
                <For each=move || members.get() key=|member| *member let:member>
                    <li><Person desk id name member/></li>
                </For>
            </ul>
            <Add desk id name members/>
        </section>
    }
    .into_any()
}

#[component]
fn Person(desk: Desk, id: TeamId, name: Memo<String>, member: MemberId) -> impl IntoView {
    let live = use_live();
    let who = memo(move || live.inbox.with(|inbox| inbox.name_of(member)));
    let out = move |_| {
        let said = teams::taken_out(&who.get_untracked(), &name.get_untracked());
        desk.act(api::take_out(id, member), said, teams::NOT_CHANGED, || ());
    };
    view! {
        {move || view! { <Avatar name=Some(who.get()) id=member.0/> }}
        <span class="team-words"><bdi>{move || who.get()}</bdi></span>
        <button type="button" class="icon-button" aria-label=move || teams::take_out(&who.get(), &name.get()) on:click=on::click(out)>
            <Icon name="x"/>
        </button>
    }
    .into_any()
}

/// Whoever is chosen is in.
#[component]
fn Add(desk: Desk, id: TeamId, name: Memo<String>, members: Memo<Vec<MemberId>>) -> impl IntoView {
    let live = use_live();
    let node = NodeRef::<html::Select>::new();
    let others = memo(move || {
        let mut all = live.inbox.with(Inbox::colleagues);
        members.with(|members| all.retain(|who| !members.contains(&who.id)));
        all
    });
    let chosen = move |event: web_sys::Event| {
        let Ok(member) = event_target_value(&event).parse::<MemberId>() else {
            return;
        };
        let who = others.with_untracked(|all| {
            let known = all.iter().find(|who| who.id == member);
            known.map(|who| who.name.clone()).unwrap_or_default()
        });
        if let Some(select) = node.get_untracked() {
            select.set_value("");
        }
        let said = teams::added(&who, &name.get_untracked());
        desk.act(api::add(id, member), said, teams::NOT_CHANGED, || ());
    };
    view! {
        <Show when=move || others.with(|all| !all.is_empty())>
            <select class="select teams-add" node_ref=node aria-label=move || teams::add_to(&name.get()) on:change=on::change(chosen)>
                <option value="">{teams::ADD}</option>
                <For each=move || others.get() key=|who| (who.id, who.name.clone()) let:who>
                    <option value=who.id.to_string()>{who.name}</option>
                </For>
            </select>
        </Show>
    }
    .into_any()
}
