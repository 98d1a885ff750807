//! What keeps the page in step with the workspace: the store, the socket that feeds it, what goes out, who else is here.

mod api;
mod apply;
mod change;
mod drafts;
mod inbox;
mod lanes;
mod looks;
mod notify;
mod outbox;
mod presence;
mod socket;
mod thread;

pub use api::{counts, list, send_message, snapshot, ticket};
pub use apply::{apply, put};
pub use change::{Change, Ticket};
pub use drafts::{Draft, Drafts, LONGEST};
pub use inbox::{Inbox, ListKey};
pub use lanes::Lanes;
pub use looks::mark_read;
pub use notify::{Notices, Permission};
pub use outbox::Outbox;
pub use presence::{Other, Presence};
pub use socket::Link;
pub use thread::{Thread, unseen};

use crate::boxed::{effect, memo};
use crate::browser;
use leptos::prelude::*;
use postern_types::{
    ClientFrame, ConversationId, ConversationRow, InboxCounts, InboxView, ListRequest, MemberId,
    MessageView, Moment,
};
use socket::{Command, Commands};

/// The live half of one workspace's pages; copied about freely.
#[derive(Clone, Copy)]
pub struct Live {
    /// The store.
    pub inbox: RwSignal<Inbox>,
    /// How the socket is.
    pub link: RwSignal<Link>,
    /// Who looks at what.
    pub presence: RwSignal<Presence>,
    /// The messages that came in last while listening.
    pub heard: RwSignal<Vec<MessageView>>,
    /// What had come in while the connection was gone.
    pub missed: RwSignal<Vec<MessageView>>,
    /// The server's time, a minute's accuracy; what depends on it changes by itself.
    pub now: RwSignal<Moment>,
    /// What list is looked at: a reload begins with it.
    pub looking_at: RwSignal<ListRequest>,
    /// Grows each time everything was read anew: open threads read themselves again.
    pub epoch: RwSignal<u32>,
    /// Unsent texts of this tab, also while their save is under way.
    pub drafts: Drafts,
    /// Lines on their way.
    pub outbox: Outbox,
    /// What is done to conversations, one after another.
    pub lanes: Lanes,
    clock: StoredValue<Clock>,
    commands: Commands,
}

/// What the reader's clock is compared with.
#[derive(Clone, Copy)]
struct Clock {
    /// By how much the server's clock is ahead.
    ahead_ms: i64,
    /// When the socket was last heard, by the reader's clock.
    heard_at: Moment,
}

/// Makes the live half for a workspace and starts it; it ends with the component that called.
pub fn provide_live(me: MemberId) -> Live {
    let (commands, inbox_commands) = Commands::new();
    let inbox = RwSignal::new(Inbox::new(me));
    let drafts = Drafts::new();
    let link = RwSignal::new(Link::Starting);
    let live = Live {
        inbox,
        link,
        presence: RwSignal::new(Presence::default()),
        heard: RwSignal::new(Vec::new()),
        missed: RwSignal::new(Vec::new()),
        now: RwSignal::new(browser::now()),
        looking_at: RwSignal::new(ListRequest {
            view: InboxView::All,
            ..ListRequest::default()
        }),
        epoch: RwSignal::new(0),
        drafts,
        outbox: Outbox::new(inbox, drafts, link),
        lanes: Lanes::new(),
        clock: StoredValue::new(Clock {
            ahead_ms: 0,
            heard_at: browser::now(),
        }),
        commands,
    };
    provide_context(live);
    socket::start(live, inbox_commands);
    notify::start(live);
    looks::tell_untold(live);
    keep_what_was_written(live);
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
        memo(move || self.inbox.with(|inbox| inbox.row(id).cloned()))
    }

    /// The unread counts, followed.
    pub fn counts(self) -> Memo<InboxCounts> {
        memo(move || self.inbox.with(|inbox| inbox.counts))
    }

    /// Grows whenever something changed that pages beside the inbox show.
    pub fn side(self) -> Memo<u32> {
        memo(move || self.inbox.with(|inbox| inbox.side_rev))
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

    /// Shows a change before the server has agreed to it; `settle` ends it.
    pub fn guess(self, id: ConversationId, change: Change) -> Option<Ticket> {
        self.inbox
            .try_update(|inbox| inbox.guess(id, change))
            .flatten()
    }

    /// Takes the server's answer to a change: the row as it is now, or none for a refusal.
    pub fn settle(
        self,
        id: ConversationId,
        ticket: Option<Ticket>,
        answer: Option<ConversationRow>,
    ) {
        self.inbox.try_update(|inbox| match (ticket, answer) {
            (Some(ticket), answer) => inbox.settle(id, ticket, answer),
            (None, Some(row)) => {
                put(inbox, row);
            }
            (None, None) => {}
        });
    }

    /// Calls `act` each time the connection is there again, and at its first.
    pub fn on_connected(self, act: impl Fn() + 'static) {
        let connected = memo(move || self.link.get() == Link::Live);
        effect(move || {
            if connected.get() {
                untrack(&act);
            }
        });
    }

    /// True when nothing of what was written would be lost by leaving.
    pub fn all_told(self) -> bool {
        let unsent = self.inbox.try_with_untracked(Inbox::unsent);
        unsent.unwrap_or_default() == 0 && !self.drafts.unsaved()
    }

    /// Waits until everything that was written is told, at most so long; whether it is.
    pub async fn tell_all(self, ms: u32) -> bool {
        const LOOK: u32 = 100;
        // A save that fails at once is tried each second, not at each look.
        const LOOKS_A_SAVE: u32 = 10;
        for look in 0..ms / LOOK {
            if self.all_told() && self.lanes.idle() {
                return true;
            }
            if look % LOOKS_A_SAVE == 0 {
                self.drafts.save_all();
            }
            browser::sleep(LOOK).await;
        }
        self.all_told()
    }

    /// Moves the time on.
    fn tick(self) {
        let ahead = self.clock.try_with_value(|clock| clock.ahead_ms);
        let ahead = ahead.unwrap_or_default();
        let now = Moment(browser::now().0 + ahead);
        self.now.try_set(now);
        self.inbox.try_update(|inbox| inbox.pass(now));
    }

    /// Learns the server's time. A second of travel is no difference.
    fn learn_time(self, server: Moment) {
        let ahead = server.since(browser::now());
        let ahead = if ahead.abs() < 2_000 { 0 } else { ahead };
        self.clock.try_update_value(|clock| clock.ahead_ms = ahead);
        self.tick();
    }

    /// The socket was heard, now.
    fn hear(self) {
        let now = browser::now();
        self.clock.try_update_value(|clock| clock.heard_at = now);
    }
}

/// Sends what waited when the connection is back, saves when the tab comes and goes, and warns before something is lost.
fn keep_what_was_written(live: Live) {
    live.on_connected(move || {
        live.outbox.resume_all();
        live.drafts.save_all();
    });
    // Hidden: perhaps for good. Shown again: what could not be saved then is tried once more.
    let hidden = window_event_listener_untyped("visibilitychange", move |_| {
        live.drafts.save_all();
    });
    let leaving = window_event_listener_untyped("beforeunload", move |event| {
        if !live.all_told() {
            live.drafts.save_all();
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        hidden.remove();
        leaving.remove();
    });
}
