//! What the reply answers, above it.

use super::super::Bench;
use crate::{
    boxed::{memo, on},
    inbox::desk::use_desk,
    live::use_live,
    ui::icon::Icon,
    words::{self, kit, thread},
};
use leptos::prelude::*;
use postern_types::{Content, Direction, MessageView};

/// Nothing while nothing is answered.
#[component]
pub fn Answer() -> impl IntoView {
    let (live, desk, bench) = (use_live(), use_desk(), expect_context::<Bench>());
    let answered = memo(move || {
        let id = desk.answers.get()?;
        live.inbox
            .with(|inbox| inbox.threads.get(&bench.id)?.find(id).cloned())
    });
    let name = move |message: &MessageView| match message.direction {
        Direction::In => live.inbox.with(|inbox| {
            let row = inbox.row(bench.id)?;
            Some(row.contact.label().to_owned()).filter(|name| !name.is_empty())
        }),
        _ => Some(kit::US.to_owned()),
    };
    move || {
        answered.get().map(|message| {
            let who = name(&message).unwrap_or_else(|| words::UNKNOWN_CONTACT.to_owned());
            let said = line(&message);
            view! {
                <div class="kit-answer" role="status">
                    <Icon name="reply"/>
                    <p><strong><bdi>{kit::answering(&who)}</bdi></strong><span dir="auto">{said}</span></p>
                    <button type="button" class="icon-button" aria-label=kit::NO_ANSWER on:click=on::click(move |_| {
                        desk.answers.set(None);
                        super::super::focus(bench.input);
                    })>
                        <Icon name="x"/>
                    </button>
                </div>
            }
        })
    }
}

fn line(message: &MessageView) -> String {
    match &message.content {
        Content::Other { kind, summary } if summary.is_empty() => thread::kind(kind).to_owned(),
        content => content.text().chars().take(160).collect(),
    }
}
