//! What happened with a contact, newest first.

use super::{api, pages::Pages, profile::Desk};
use crate::{
    live::use_live,
    ui::{
        icon::{Icon, kind_icon},
        time,
    },
    words::{self, contacts},
};
use leptos::prelude::*;
use postern_types::{Content, ConversationId, Happened, Happening};

/// The card.
#[component]
pub fn Story(desk: Desk) -> impl IntoView {
    let pages = Pages::open(desk, contacts::STORY_NOT_READ, |id, after| {
        Box::pin(async move {
            let page = api::story(id, after).await?;
            Ok((page.entries, page.next))
        })
    });
    view! {
        <section class="card" aria-labelledby="profile-story">
            <h2 id="profile-story">{contacts::STORY}</h2>
            {pages.fault()}
            <ol class="story">
                <For each=move || pages.all() key=|entry| format!("{entry:?}") let:entry><li><Entry entry/></li></For>
            </ol>
            {pages.older()}
        </section>
    }
    .into_any()
}

#[component]
fn Entry(entry: Happening) -> impl IntoView {
    let live = use_live();
    let (at, by) = (entry.at, entry.by);
    let name = move || by.map(|by| live.inbox.with(|inbox| inbox.name_of(by)));
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
        Happened::Remarked(id, content) => {
            let what = match &content {
                Content::Other { kind, .. } if kind == "portal" => What::Answered,
                _ => What::Noted,
            };
            said(what, id, content)
        }
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
