//! Photos and videos of a thread, one at a time and large: arrows lead to the others, Escape back.

use super::{file::Save, formatted::Formatted, measure::room as room_of, room::Room};
use crate::{
    boxed::{Show, effect, memo, on},
    json,
    live::Thread,
    ui::{
        dialog::{follow, is_beside},
        icon::Icon,
        time,
    },
    words::{self, rich},
};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use postern_types::{
    Content, Detail, Direction, Extra, FileState, FileView, MemberId, MessageId, MessageView,
    Moment,
};

/// One of them.
#[derive(Clone, PartialEq)]
struct Item {
    id: MessageId,
    file: FileView,
    video: bool,
    caption: Option<String>,
    direction: Direction,
    author: Option<MemberId>,
    at: Moment,
}

/// Opens with `room.shown()`.
#[component]
pub fn Lightbox(room: Room) -> impl IntoView {
    let shown = room.shown();
    let node = NodeRef::<html::Dialog>::new();
    let open = RwSignal::new(false);
    effect(move || open.set(shown.get().is_some()));
    follow(node, open, move || room.player().pause());
    let items = memo(move || {
        if shown.get().is_none() {
            return Vec::new();
        }
        room.live().inbox.with(|inbox| {
            let messages = inbox
                .threads
                .get(&room.conversation())
                .map(Thread::messages);
            messages
                .unwrap_or_default()
                .iter()
                .filter_map(item)
                .collect::<Vec<_>>()
        })
    });
    let at = memo(move || {
        items.with(|items| items.iter().position(|item| Some(item.id) == shown.get()))
    });
    let item = memo(move || items.with(|items| items.get(at.get()?).cloned()));
    let step = move |forward: bool| {
        let to = items.with_untracked(|items| {
            let at = at.get_untracked()?;
            let to = if forward { at + 1 } else { at.checked_sub(1)? };
            items.get(to).map(|item| item.id)
        });
        if let Some(to) = to {
            shown.set(Some(to));
        }
    };
    let keys = move |event: KeyboardEvent| {
        // Over a video the arrows are its own.
        let rtl = document().dir() == "rtl";
        match event.key().as_str() {
            "ArrowLeft" => step(rtl),
            "ArrowRight" => step(!rtl),
            _ => return,
        }
        event.prevent_default();
    };
    let beside = move |event: MouseEvent| {
        if is_beside(node, &event) {
            shown.set(None);
        }
    };
    let can = move |forward: bool| {
        at.get().is_some_and(|at| {
            if forward {
                at + 1 < items.with(Vec::len)
            } else {
                at > 0
            }
        })
    };
    view! {
        <dialog class="lightbox" node_ref=node aria-label=rich::LIGHTBOX on:close=move |_| shown.set(None) on:keydown=on::keydown(keys) on:click=on::click(beside)>
            <Show when=move || open.get()>
                <div class="lightbox-head">
                    {move || item.get().map(|item| view! { <Head room item/> })}
                    <span class="lightbox-count" aria-live="polite">
                        {move || at.get().map(|at| rich::place_of(at + 1, items.with(Vec::len)))}
                    </span>
                    {move || item.get().map(|item| view! { <SaveIt room file=item.file/> })}
                    <button type="button" class="icon-button" autofocus aria-label=words::CLOSE on:click=on::click(move |_| shown.set(None))>
                        <Icon name="x"/>
                    </button>
                </div>
                <button type="button" class="icon-button lightbox-step back" aria-label=rich::PREVIOUS aria-disabled=move || (!can(false)).then_some("true") on:click=on::click(move |_| step(false))>
                    <Icon name="chevron-left"/>
                </button>
                <div class="lightbox-stage">
                    {move || item.get().map(|item| view! { <Stage room item/> })}
                </div>
                <button type="button" class="icon-button lightbox-step on" aria-label=rich::NEXT aria-disabled=move || (!can(true)).then_some("true") on:click=on::click(move |_| step(true))>
                    <Icon name="chevron-right"/>
                </button>
                {move || item.get().and_then(|item| item.caption).map(|text| view! { <div class="lightbox-words"><Formatted text/></div> })}
            </Show>
        </dialog>
    }
    .into_any()
}

/// Photos and videos that are here, and nothing of what was deleted.
fn item(message: &MessageView) -> Option<Item> {
    let Content::Other { kind, .. } = &message.content else {
        return None;
    };
    let video = kind == "video";
    if !video && kind != "image" {
        return None;
    }
    let extra: Extra = json::read(message.extra.as_ref()?.0.as_bytes()).ok()?;
    if extra.deleted.is_some() {
        return None;
    }
    let caption = match extra.told.detail {
        Some(Detail::Media { caption, .. }) => caption,
        _ => None,
    };
    Some(Item {
        id: message.id,
        file: extra.file.filter(|file| file.state == FileState::Stored)?,
        video,
        caption,
        direction: message.direction,
        author: message.author,
        at: message.at,
    })
}

#[component]
fn Head(room: Room, item: Item) -> impl IntoView {
    view! {
        <span class="lightbox-who">
            <bdi>{move || room.name_of(item.direction, item.author)}</bdi>
            <time title=time::full(item.at)>{move || time::in_sentence(item.at, room.live().now.get())}</time>
        </span>
    }
}

#[component]
fn SaveIt(room: Room, file: FileView) -> impl IntoView {
    let save = Save::of(room, file.id, file.name);
    view! {
        <button type="button" class="icon-button" aria-label=rich::DOWNLOAD title=rich::DOWNLOAD disabled=move || save.busy.get() on:click=on::click(move |_| save.run())>
            <Icon name="download"/>
        </button>
    }
}

/// The small picture stands there, blurred, until the large one is here.
#[component]
fn Stage(room: Room, item: Item) -> impl IntoView {
    let Item { file, video, .. } = item;
    let id = file.id;
    let links = room.links();
    links.want(id);
    let (large, small) = (links.follow(id, false), links.follow(id, true));
    let has_small = file.thumb;
    let size = (file.width, file.height);
    let (width, height) = match size {
        (Some(width), Some(height)) => (width.to_string(), height.to_string()),
        (width, height) => {
            let (width, height) = room_of(width, height);
            (width.to_string(), height.to_string())
        }
    };
    let here = RwSignal::new(false);
    let before = move || has_small.then(|| small.now.get()).flatten();
    move || match large.now.get() {
        Some(url) if video => {
            let poster = untrack(before);
            view! { <video controls autoplay playsinline src=url poster=poster on:error=move |_| large.failed()></video> }
                .into_any()
        }
        Some(url) => {
            let (width, height) = (width.clone(), height.clone());
            let small = untrack(before).map(|address| {
                view! { <img class="lightbox-small" class:gone=move || here.get() src=address alt=""/> }
            });
            view! {
                {small}
                <img
                    class="lightbox-large" class:here=move || here.get() src=url alt="" width=width height=height
                    on:load=move |_| here.set(true) on:error=move |_| large.failed()
                />
            }
            .into_any()
        }
        None if large.lost.get() => view! {
            <p class="lightbox-lost" role="alert"><Icon name="image-off"/>{rich::LINK_FAILED}</p>
        }
        .into_any(),
        None => view! { <i class="sk lightbox-wait" aria-hidden="true"></i> }.into_any(),
    }
}
