//! The message that another one answers, at its top; a press leads there.

use super::{format::plain, room::Room};
use crate::{
    boxed::on,
    ui::icon::{Icon, kind_icon},
    words::{rich, thread},
};
use leptos::prelude::*;
use postern_types::{Content, Direction, Quoted};

#[component]
pub fn Quote(room: Room, quoted: Quoted) -> impl IntoView {
    let Quoted {
        id,
        direction,
        author,
        kind,
        line,
    } = quoted;
    let Some(id) = id else {
        return view! { <p class="quote away"><Icon name="reply"/>{rich::QUOTE_AWAY}</p> }
            .into_any();
    };
    let class = match direction {
        Direction::In => "quote of-in",
        Direction::Out | Direction::Note => "quote of-out",
    };
    let is_text = kind == "text";
    let content = if is_text {
        Content::Text { text: plain(&line) }
    } else {
        Content::Other {
            kind: kind.clone(),
            summary: line,
        }
    };
    view! {
        <button type="button" class=class title=rich::QUOTE_GO on:click=on::click(move |_| room.go_to(id))>
            <bdi class="quote-who">{move || room.name_of(direction, author)}</bdi>
            <span class="quote-line">
                {(!is_text).then(|| view! { <Icon name=kind_icon(&kind)/> })}
                <span class="quote-words" dir="auto">{thread::line(&content, false)}</span>
            </span>
        </button>
    }
    .into_any()
}
