//! One line of the list.

use super::ticks::Ticks;
use crate::{
    live::use_live,
    ui::{
        avatar::{Avatar, WindowRing},
        icon::{Icon, kind_icon},
        labels::chips,
        time,
    },
    words::{self, list},
};
use leptos::prelude::*;
use postern_types::{Content, ConversationId, Direction, LastLine, MemberId};

/// A conversation as a link; it follows what happens to it.
#[component]
pub fn Row(id: ConversationId, #[prop(into)] current: Signal<bool>) -> impl IntoView {
    let live = use_live();
    let row = live.row(id);
    let known = move || {
        row.get().map(|row| {
        let name = row.contact.label().to_owned();
        let shown = if name.is_empty() { words::UNKNOWN_CONTACT.to_owned() } else { name };
        let at = row.last_at;
        view! {
            <span class="row-face">
                <Avatar name=row.contact.name.clone() id=row.contact.id.0/>
                <WindowRing until=row.window_until now=live.now/>
            </span>
            <span class="row-main">
                <span class="row-top">
                    <span class="row-name"><bdi>{shown}</bdi></span>
                    <time class="row-time" title=time::full(at)>{move || time::brief(at, live.now.get())}</time>
                </span>
                <span class="row-bottom">
                    <span class="row-last">{row.last.map(last_line)}</span>
                    <span class="chips">{chips(row.labels)}</span>
                    {row.team.map(|team| view! { <bdi class="row-team">{move || live.inbox.with(|inbox| inbox.team(team))}</bdi> })}
                    {row.assignee.map(|member| view! { <Assignee member/> })}
                    {(row.unread > 0).then(|| view! {
                        <span class="badge">
                            <span aria-hidden="true">{words::count(row.unread)}</span>
                            <span class="only-heard">{list::unread(row.unread)}</span>
                        </span>
                    })}
                </span>
            </span>
        }
    })
    };
    view! {
        <a
            class="row"
            class:unread=move || row.with(|row| row.as_ref().is_some_and(|row| row.unread > 0))
            href=format!("/inbox/{id}")
            data-conversation=id.to_string()
            aria-current=move || current.get().then_some("page")
        >
            {known}
        </a>
    }
    .into_any()
}

fn last_line(last: LastLine) -> impl IntoView {
    let text = words::thread::line(&last.content, false);
    let icon = match &last.content {
        Content::Text { .. } => None,
        Content::Other { kind, .. } => Some(kind_icon(kind)),
    };
    view! {
        {match last.direction {
            Direction::In => ().into_any(),
            Direction::Out => view! { <Ticks status=last.status/> }.into_any(),
            Direction::Note => view! {
                <span class="row-note" title=list::NOTE>
                    <Icon name="sticky-note"/><span class="only-heard">{list::NOTE}</span>
                </span>
            }.into_any(),
        }}
        {icon.map(|icon| view! { <Icon name=icon/> })}
        <bdi class="row-text">{text}</bdi>
    }
}

/// A colleague, small.
#[component]
fn Assignee(member: MemberId) -> impl IntoView {
    let live = use_live();
    let name = move || live.inbox.with(|inbox| inbox.name_of(member));
    view! {
        <span class="assignee" title=move || list::assigned_to(&name())>
            {move || view! { <Avatar name=Some(name()) id=member.0/> }}
            <span class="only-heard">{move || list::assigned_to(&name())}</span>
        </span>
    }
}
