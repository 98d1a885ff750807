//! What happened with a contact, newest first.

use super::{api, profile::Desk};
use crate::{
    boxed::{Show, effect, on},
    live::use_live,
    ui::{
        icon::{Icon, kind_icon},
        time,
    },
    words::{self, contacts, fault},
};
use leptos::prelude::*;
use postern_types::{Content, ConversationId, Happened, Happening};

/// The card.
#[component]
pub fn Story(desk: Desk) -> impl IntoView {
    let entries = RwSignal::new(None::<Vec<Happening>>);
    let next = RwSignal::new(None::<String>);
    let failed = RwSignal::new(None::<String>);
    let read = move |after: Option<String>| {
        let id = desk.id.get_untracked();
        leptos::task::spawn_local(async move {
            let more = after.is_some();
            match api::story(id, after).await {
                Ok(page) => {
                    failed.try_set(None);
                    next.try_set(page.next);
                    entries.try_update(|entries| {
                        let before = entries.take().filter(|_| more).unwrap_or_default();
                        *entries = Some(before.into_iter().chain(page.entries).collect());
                    });
                }
                Err(error) => {
                    failed.try_set(Some(fault::doing(contacts::STORY_NOT_READ, &error)));
                }
            }
        });
    };
    effect(move || {
        desk.rev.with(|_| ());
        desk.id.track();
        read(None);
    });
    view! {
        <section class="card" aria-labelledby="profile-story">
            <h2 id="profile-story">{contacts::STORY}</h2>
            {move || failed.get().map(|text| view! { <p class="strip fault" role="alert">{text}</p> })}
            <ol class="story">
                <For each=move || entries.get().unwrap_or_default() key=|entry| format!("{entry:?}") let:entry><li><Entry entry/></li></For>
            </ol>
            <Show when=move || next.with(Option::is_some)>
                <button type="button" class="button small" on:click=on::click(move |_| read(next.get_untracked()))>{contacts::OLDER}</button>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Entry(entry: Happening) -> impl IntoView {
    let live = use_live();
    let (at, by) = (entry.at, entry.by);
    let name = move || {
        by.map(|by| {
            let known = live
                .inbox
                .with(|inbox| inbox.member(by).map(|member| member.name.clone()));
            known.unwrap_or_else(|| words::FORMER.to_owned())
        })
    };
    let (icon, what, text, place) = told(entry.what);
    let words = match place {
        Some(place) => view! { <a href=place><bdi>{text}</bdi></a> }.into_any(),
        None => view! { <bdi>{text}</bdi> }.into_any(),
    };
    view! {
        <Icon name=icon/>
        <span class="story-words">
            <span class="quiet-text">{move || contacts::happened(what, name().as_deref())}</span>
            {words}
        </span>
        <time class="quiet-text" title=time::full(at)>{move || time::brief(at, live.now.get())}</time>
    }
    .into_any()
}

/// Its picture, what happened, what it says, and where it leads.
fn told(what: Happened) -> (&'static str, contacts::What, String, Option<String>) {
    use contacts::What;
    let said = |what, id: ConversationId, content: Content| {
        let icon = match &content {
            Content::Text { .. } => "message-circle",
            Content::Other { kind, .. } => kind_icon(kind),
        };
        let line = words::thread::line(&content, false);
        (icon, what, line, Some(format!("/inbox/{id}")))
    };
    match what {
        Happened::Heard(id, content) => said(What::Heard, id, content),
        Happened::Wrote(id, content) => said(What::Wrote, id, content),
        Happened::Remarked(id, content) => said(What::Noted, id, content),
        Happened::Noted(text) => ("sticky-note", What::Noted, text, None),
        Happened::Task(id, title) => (
            "list-checks",
            What::Task,
            title,
            Some(format!("/tasks/{id}")),
        ),
        Happened::TaskEnded(id, title) => (
            "check-check",
            What::TaskEnded,
            title,
            Some(format!("/tasks/{id}")),
        ),
        Happened::Visit => ("link", What::Visit, String::new(), None),
        Happened::Merged(name) => ("users", What::Merged, name, None),
        Happened::Began => ("user", What::Began, String::new(), None),
    }
}
