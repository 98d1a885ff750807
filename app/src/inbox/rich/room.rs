//! What the bubbles of one thread share: where files are, what plays, what is looked at, the way to another message.

use super::{Rich, lightbox::Lightbox, links::Links, player::Player};
use crate::{
    browser,
    inbox::api,
    live::{Live, use_live},
    ui::toast::{Toasts, use_toasts},
    words::{self, fault, rich},
};
use leptos::prelude::*;
use postern_types::{ConversationId, Direction, MemberId, MessageId};
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// So many older pages are read on the way to a message.
const FARTHEST: usize = 20;
/// So long a message that was looked for stands out.
const FLASH_MS: u32 = 1_800;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Room(StoredValue<Shared>);

#[derive(Clone, Copy)]
struct Shared {
    conversation: ConversationId,
    live: Live,
    links: Links,
    player: Player,
    shown: RwSignal<Option<MessageId>>,
    toasts: Toasts,
    /// Whether a message is being looked for.
    seeking: StoredValue<bool>,
}

/// What stands beside the lines; it makes what they share.
#[component]
pub fn RoomView(rich: Rich, conversation: ConversationId) -> impl IntoView {
    let (live, links) = (use_live(), Links::new());
    live.on_connected(move || links.look_again());
    let room = Room(StoredValue::new(Shared {
        conversation,
        live,
        links,
        player: Player::new(links),
        shown: RwSignal::new(None),
        toasts: use_toasts(),
        seeking: StoredValue::new(false),
    }));
    rich.room.set_value(Some(room));
    rich.ready.set(true);
    view! { <Lightbox room/> }
}

impl Room {
    pub fn conversation(self) -> ConversationId {
        self.0.with_value(|shared| shared.conversation)
    }

    pub fn live(self) -> Live {
        self.0.with_value(|shared| shared.live)
    }

    pub fn links(self) -> Links {
        self.0.with_value(|shared| shared.links)
    }

    pub fn player(self) -> Player {
        self.0.with_value(|shared| shared.player)
    }

    /// The photo or video that is looked at.
    pub fn shown(self) -> RwSignal<Option<MessageId>> {
        self.0.with_value(|shared| shared.shown)
    }

    /// What a sender is called.
    pub fn name_of(self, direction: Direction, author: Option<MemberId>) -> String {
        self.live().inbox.with(|inbox| match (direction, author) {
            (Direction::In, _) => {
                let known = inbox
                    .row(self.conversation())
                    .map(|row| row.contact.label().to_owned());
                known
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| words::UNKNOWN_CONTACT.into())
            }
            (_, Some(author)) if author == inbox.me => rich::YOU.into(),
            (_, Some(author)) => inbox.name_of(author),
            (_, None) => rich::TEAM.into(),
        })
    }

    /// Goes to a message, and reads older pages until it is there.
    pub fn go_to(self, id: MessageId) {
        let shared = self.0.get_value();
        let seeking = shared.seeking;
        if seeking.try_update_value(|seeking| std::mem::replace(seeking, true)) != Some(false) {
            return;
        }
        leptos::task::spawn_local(async move {
            let found = shared.seek(id).await;
            seeking.try_set_value(false);
            match found {
                Ok(Some(line)) => stand_out(line).await,
                Ok(None) => shared.toasts.say(rich::QUOTE_EARLIER),
                Err(error) => shared
                    .toasts
                    .fault(fault::doing(rich::QUOTE_UNREAD, &error)),
            }
        });
    }
}

impl Shared {
    async fn seek(self, id: MessageId) -> Result<Option<Element>, crate::ApiError> {
        for _ in 0..FARTHEST {
            let epoch = self.live.epoch.try_get_untracked();
            if let Some(line) = line_of(id) {
                return Ok(Some(line));
            }
            let older = self
                .live
                .inbox
                .try_with_untracked(|inbox| inbox.threads.get(&self.conversation)?.older.clone());
            let Some(older) = older.flatten() else {
                return Ok(None);
            };
            let page = api::thread(self.conversation, Some(older)).await?;
            // What was asked before everything was read anew is answered too late.
            if self.live.epoch.try_get_untracked() != epoch {
                continue;
            }
            self.live.inbox.try_update(|inbox| {
                inbox
                    .threads
                    .entry(self.conversation)
                    .or_default()
                    .absorb(page);
            });
            // It is drawn before it is looked for.
            browser::sleep(0).await;
        }
        Ok(line_of(id))
    }
}

fn line_of(id: MessageId) -> Option<Element> {
    let selector = format!("#thread [data-message=\"{id}\"]");
    document().query_selector(&selector).ok().flatten()
}

/// Brings a line into the middle, gives it the focus, and lets it stand out for a moment.
async fn stand_out(line: Element) {
    let middle = ScrollIntoViewOptions::new();
    middle.set_block(ScrollLogicalPosition::Center);
    line.scroll_into_view_with_scroll_into_view_options(&middle);
    // What is far away has no height of its own before it is drawn.
    browser::sleep(60).await;
    line.scroll_into_view_with_scroll_into_view_options(&middle);
    let id = line.get_attribute("data-message").unwrap_or_default();
    let _ = line.set_attribute("tabindex", "-1");
    browser::focus_in_place(&format!("#thread [data-message=\"{id}\"]"));
    let _ = line.class_list().add_1("found");
    browser::sleep(FLASH_MS).await;
    let _ = line.class_list().remove_1("found");
}
