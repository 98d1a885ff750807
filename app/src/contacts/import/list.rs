//! What was imported before.

use super::desk::Desk;
use crate::{
    boxed::{Show, memo},
    live::use_live,
    ui::time,
    words::import,
};
use leptos::prelude::*;
use postern_types::{ImportId, ImportView};

/// The card; nothing where there was none.
#[component]
pub fn Earlier(desk: Desk) -> impl IntoView {
    let others = memo(move || {
        let id = desk.id.get();
        let all = desk.all.get().unwrap_or_default().into_iter();
        all.filter(|view| Some(view.id) != id).collect::<Vec<_>>()
    });
    view! {
        <Show when=move || others.with(|others| !others.is_empty())>
            <section class="card form" aria-labelledby="import-earlier">
                <h2 id="import-earlier">{import::EARLIER}</h2>
                <ul class="import-earlier">
                    <For each=move || others.get() key=key let:view><li><Line view/></li></For>
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

/// Another key is another line.
fn key(view: &ImportView) -> (ImportId, u8, [u32; 3]) {
    let counts = view.counts;
    let shown = [counts.made, counts.changed, counts.faulty];
    (view.id, view.state as u8, shown)
}

#[component]
fn Line(view: ImportView) -> impl IntoView {
    let live = use_live();
    let author = view.author;
    let who = move || match author {
        Some(author) => live.inbox.with(|inbox| inbox.name_of(author)),
        None => crate::words::FORMER.to_owned(),
    };
    let counts = view.counts;
    view! {
        <a class="import-line" href=format!("/contacts/import/{}", view.id)>
            <strong><bdi>{view.name}</bdi></strong>
            <span class="quiet-text">{import::stands(view.state)}</span>
            <span class="quiet-text">{import::brief(counts.made, counts.changed, counts.faulty)}</span>
            <span class="quiet-text"><bdi>{who}</bdi></span>
            <time class="quiet-text" title=time::full(view.at)>{time::date(view.at)}</time>
        </a>
    }
    .into_any()
}
