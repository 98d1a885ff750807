//! What keeps the page in step with the workspace: the store, the socket that feeds it, and who else is here.

mod api;
mod apply;
mod inbox;
mod notify;
mod presence;
mod socket;
mod thread;

pub use api::{counts, list, snapshot, ticket};
pub use apply::{apply, put};
pub use inbox::{Inbox, ListKey};
pub use notify::{Notices, Permission};
pub use presence::{Other, Presence};
pub use socket::Link;
pub use thread::Thread;

use crate::browser;
use leptos::prelude::*;
use postern_types::{
    ClientFrame, ConversationId, ConversationRow, InboxCounts, InboxView, ListRequest, MemberId,
    MessageView, Moment,
};
use socket::{Command, Commands};
use std::collections::HashMap;

/// The live half of one workspace's pages; copied about freely.
#[derive(Clone, Copy)]
pub struct Live {
    /// The store.
    pub inbox: RwSignal<Inbox>,
    /// How the socket is.
    pub link: RwSignal<Link>,
    /// Who looks at what.
    pub presence: RwSignal<Presence>,
    /// The newest message that came in while listening.
    pub heard: RwSignal<Option<MessageView>>,
    /// The time, a minute's accuracy; what depends on it changes by itself.
    pub now: RwSignal<Moment>,
    /// What list is looked at: a reload begins with it.
    pub looking_at: RwSignal<ListRequest>,
    /// Grows each time everything was read anew: open threads read themselves again.
    pub epoch: RwSignal<u32>,
    /// Unsent texts of this tab, also while their save is under way.
    pub drafts: StoredValue<HashMap<ConversationId, String>>,
    commands: Commands,
}

/// Makes the live half for a workspace and starts it; it ends with the component that called.
pub fn provide_live(me: MemberId) -> Live {
    let (commands, inbox_commands) = Commands::new();
    let live = Live {
        inbox: RwSignal::new(Inbox::new(me)),
        link: RwSignal::new(Link::Starting),
        presence: RwSignal::new(Presence::default()),
        heard: RwSignal::new(None),
        now: RwSignal::new(browser::now()),
        looking_at: RwSignal::new(ListRequest {
            view: InboxView::All,
            ..ListRequest::default()
        }),
        epoch: RwSignal::new(0),
        drafts: StoredValue::new(HashMap::new()),
        commands,
    };
    provide_context(live);
    socket::start(live, inbox_commands);
    notify::start(live);
    live
}

/// The live half of the page at hand.
pub fn use_live() -> Live {
    expect_context()
}

impl Live {
    /// The reader's own id in this workspace.
    pub fn me(self) -> MemberId {
        self.inbox.with_untracked(|inbox| inbox.me)
    }

    /// A row, followed.
    pub fn row(self, id: ConversationId) -> Memo<Option<ConversationRow>> {
        Memo::new(move |_| self.inbox.with(|inbox| inbox.row(id).cloned()))
    }

    /// The unread counts, followed.
    pub fn counts(self) -> Memo<InboxCounts> {
        Memo::new(move |_| self.inbox.with(|inbox| inbox.counts))
    }

    /// Puts a row that a call answered.
    pub fn put(self, row: ConversationRow) {
        self.inbox.update(|inbox| {
            put(inbox, row);
        });
    }

    /// Tells colleagues where the reader is; kept and told again after a reconnection.
    pub fn say_where(self, conversation: Option<ConversationId>, typing: bool) {
        self.commands.send(Command::Say(ClientFrame::Replying {
            conversation,
            typing,
        }));
    }

    /// Tries the connection again, now.
    pub fn wake(self) {
        self.commands.send(Command::Wake);
    }
}
