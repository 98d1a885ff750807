//! How messages of every kind are shown. The code of it is fetched when the page has come to rest, or as soon as a message
//! needs it; until then such a message is named, and a text is plain.
//!
//! To show one more kind: its variant in `postern_types::Detail`, its view in a file here, its arm in `detail`.

mod body;
mod call;
mod cards;
mod choice;
mod detail;
mod document;
mod file;
mod format;
mod formatted;
mod lightbox;
mod lines;
mod links;
mod location;
mod measure;
mod notice;
mod order;
mod picture;
mod player;
mod quote;
mod reactions;
mod referral;
mod room;
mod sent;
mod voice;
mod wave;

use crate::{boxed::effect, live::Live, ui::later::Part};
use body::RichBubble;
use futures::FutureExt as _;
use leptos::prelude::*;
use postern_types::{Content, ConversationId, MessageView};
use room::{Room, RoomView};
use std::time::Duration;
use wasm_split_helpers::wasm_split;

pub use formatted::Formatted;

/// So long after the page the code is fetched, if no message needed it before.
const REST: Duration = Duration::from_secs(2);

/// Where the code is; one for the inbox, copied about freely.
#[derive(Clone, Copy)]
struct Code {
    here: RwSignal<bool>,
    asked: StoredValue<Asked>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    No,
    Yes,
    /// It did not come: asked again when the connection is there again.
    Failed,
}

/// The lazy half of one thread; copied about freely.
#[derive(Clone, Copy)]
pub struct Rich {
    code: Code,
    /// Whether what its bubbles share is there.
    ready: RwSignal<bool>,
    room: StoredValue<Option<Room>>,
}

/// What the lazy half is asked to show.
enum Show {
    /// What stands beside the lines: it makes what they share.
    Room(Rich, ConversationId),
    /// A message.
    Bubble(Room, Memo<Option<MessageView>>),
}

/// Once, at the inbox's root.
pub fn provide_code(live: Live) {
    let code = Code {
        here: RwSignal::new(false),
        asked: StoredValue::new(Asked::No),
    };
    provide_context(code);
    effect(move || set_timeout(move || code.ask(Asked::No), REST));
    live.on_connected(move || code.ask(Asked::Failed));
}

/// Whether there is more to show than plain words.
pub fn wants(message: &MessageView) -> bool {
    message.extra.is_some() || matches!(&message.content, Content::Text { text } if has_marks(text))
}

/// Whether WhatsApp may show a text otherwise than as it stands.
fn has_marks(text: &str) -> bool {
    text.contains(['*', '_', '~', '`'])
        || text.starts_with(['>', '-'])
        || text.contains("\n>")
        || text.contains("\n-")
}

impl Code {
    fn ask(self, when: Asked) {
        if self.asked.try_get_value() != Some(when) {
            return;
        }
        self.asked.set_value(Asked::Yes);
        leptos::task::spawn_local(async move {
            if fetch().await.is_ok() {
                self.here.try_set(true);
            } else {
                self.asked.try_set_value(Asked::Failed);
            }
        });
    }
}

impl Rich {
    /// For one thread.
    pub fn new() -> Self {
        Self {
            code: expect_context(),
            ready: RwSignal::new(false),
            room: StoredValue::new(None),
        }
    }

    /// What stands beside the lines, once the code is here.
    pub fn room(self, conversation: ConversationId) -> Option<AnyView> {
        self.code
            .here
            .get()
            .then(|| view_of(Show::Room(self, conversation)))?
    }

    /// Whether a message can be shown in full; asks for the code when it is not here.
    pub fn is_ready(self) -> bool {
        let ready = self.ready.get();
        if !ready {
            self.code.ask(Asked::No);
        }
        ready
    }

    /// A message, once the code is here.
    pub fn bubble(self, message: Memo<Option<MessageView>>) -> Option<AnyView> {
        if !self.ready.get() {
            return None;
        }
        view_of(Show::Bubble(self.room.get_value()?, message))
    }
}

fn view_of(what: Show) -> Option<AnyView> {
    show(what).now_or_never()?.ok()
}

#[wasm_split(thread, preload(fetch), fallible)]
fn show(what: Show) -> Part {
    Ok(match what {
        Show::Room(rich, conversation) => view! { <RoomView rich conversation/> }.into_any(),
        Show::Bubble(room, message) => view! { <RichBubble room message/> }.into_any(),
    })
}
