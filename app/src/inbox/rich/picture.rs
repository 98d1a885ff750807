//! Photos, videos and stickers: room for them before they are here, and the way to see them large.

use super::{
    file::OnSeen,
    measure::{clock, room as room_of},
    room::Room,
};
use crate::{boxed::on, ui::icon::Icon, words::rich};
use leptos::prelude::*;
use postern_types::{FileView, MessageId};

/// A photo, or a video's first picture; a press opens it.
#[component]
pub fn Picture(
    room: Room,
    message: MessageId,
    file: FileView,
    video: bool,
    #[prop(into)] label: String,
) -> impl IntoView {
    let open = move |_| room.shown().set(Some(message));
    let class = if video { "picture video" } else { "picture" };
    let word = if video {
        rich::VIDEO_OPEN
    } else {
        rich::PHOTO_OPEN
    };
    let heard = if label.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {label}")
    };
    let length = file.seconds.map(|seconds| clock(seconds.into()));
    // A video without a picture of its own has nothing to be looked at here.
    let drawn = !video || file.thumb;
    view! {
        <button type="button" class=class aria-label=heard aria-haspopup="dialog" on:click=on::click(open)>
            <Drawn room file drawn alt=String::new()/>
            {video.then(|| view! {
                <span class="picture-play"><Icon name="play"/></span>
                {length.map(|length| view! { <span class="picture-length"><Icon name="video"/>{length}</span> })}
            })}
        </button>
    }
    .into_any()
}

/// A sticker stands without a bubble.
#[component]
pub fn Sticker(room: Room, file: FileView) -> impl IntoView {
    view! { <div class="sticker"><Drawn room file drawn=true alt=rich::STICKER.to_owned()/></div> }
}

/// The small picture, as soon as one knows where it is.
#[component]
fn Drawn(room: Room, file: FileView, drawn: bool, alt: String) -> impl IntoView {
    let (width, height) = room_of(file.width, file.height);
    let id = file.id;
    let address = room.links().follow(id, file.thumb);
    let here = RwSignal::new(false);
    let alt = StoredValue::new(alt);
    let image = move || {
        match address.now.get() {
        _ if !drawn => ().into_any(),
        Some(now) => view! {
            <img
                src=now alt=alt.get_value() decoding="async" class:here=move || here.get()
                on:load=move |_| here.set(true) on:error=move |_| address.failed()
            />
        }
        .into_any(),
        None if address.lost.get() => view! {
            <span class="picture-lost"><Icon name="image-off"/><span>{rich::LINK_FAILED}</span></span>
        }
        .into_any(),
        None => ().into_any(),
    }
    };
    view! {
        <span class="picture-room" class:here=move || here.get() || !drawn>
            <OnSeen room id/>
            <svg width=width.to_string() height=height.to_string() viewBox=format!("0 0 {width} {height}") aria-hidden="true"></svg>
            {image}
        </span>
    }
}
