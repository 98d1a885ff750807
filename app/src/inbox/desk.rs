//! What the parts of the inbox share: which conversation is open, what stands beside it, what the keyboard asks for.

mod trail;

use super::template::Towards;
use crate::{
    boxed::{effect, memo},
    browser,
    live::Draft,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use postern_types::{ConversationId, MessageId};
use trail::Trail;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The open conversation, as the address says.
    pub current: Memo<Option<ConversationId>>,
    /// Whether the details are shown: beside the thread, or over it where there is no room.
    pub details: Memo<bool>,
    /// Asks the composer to take the focus.
    pub write: RwSignal<Option<Ask>>,
    /// The message that the next reply answers.
    pub answers: RwSignal<Option<MessageId>>,
    /// The message whose actions are asked for, until they are shown: their code may come later.
    pub acts: RwSignal<Option<MessageId>>,
    /// Whether a template is being chosen, and to whom it goes.
    pub template: RwSignal<bool>,
    pub towards: RwSignal<Towards>,
    /// The conversation whose row had the focus last, unless it was given to something else: a row that is drawn anew
    /// loses it for a moment.
    pub held: StoredValue<Option<ConversationId>>,
    /// Grows each time the reader looks at the tab again, or away.
    pub attention: RwSignal<u32>,
    /// Whether there is room for three panes.
    wide: RwSignal<bool>,
    /// Whether the details stand there when there is room.
    pinned: RwSignal<bool>,
    /// Whether the details lie over the thread: a step of its own in the browser's history, so that Back closes them.
    over: Memo<bool>,
    /// Whether that step was taken here, and can be taken back.
    stepped: StoredValue<bool>,
    trail: StoredValue<Trail>,
    /// The conversation that was left for the list: its row gets the focus.
    left: StoredValue<Option<ConversationId>>,
    go: StoredValue<Go, LocalStorage>,
}

type Go = Box<dyn Fn(&str, NavigateOptions)>;

/// What the composer is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A reply.
    Reply,
    /// A note.
    Note,
    /// This text, to be changed.
    Text(Draft),
}

const DETAILS: &str = "postern.details";
/// In the address while the details lie over the thread.
const OVER: &str = "#details";

/// Where there is room for three panes.
const WIDE: &str = "(min-width: 1100px)";

/// Makes it; once, at the inbox's root.
pub fn provide_desk() -> Desk {
    let location = use_location();
    let (pathname, hash) = (location.pathname, location.hash);
    let wide = RwSignal::new(browser::matches(WIDE));
    let pinned = RwSignal::new(browser::recall(DETAILS).as_deref() != Some("hidden"));
    let over = memo(move || hash.with(|hash| hash == OVER));
    let navigate = use_navigate();
    let go: Go = Box::new(move |path, options| navigate(path, options));
    let desk = Desk {
        current: memo(move || pathname.with(|path| opened_by(path))),
        details: memo(move || if wide.get() { pinned.get() } else { over.get() }),
        write: RwSignal::new(None),
        answers: RwSignal::new(None),
        acts: RwSignal::new(None),
        template: RwSignal::new(false),
        towards: RwSignal::new(Towards::Here),
        held: StoredValue::new(None),
        attention: RwSignal::new(0),
        wide,
        pinned,
        over,
        stepped: StoredValue::new(false),
        trail: StoredValue::new(Trail::default()),
        left: StoredValue::new(None),
        go: StoredValue::new_local(go),
    };
    for event in ["focus", "blur", "visibilitychange"] {
        let handle = window_event_listener_untyped(event, move |_| {
            desk.attention.try_update(|n| *n = n.wrapping_add(1));
        });
        on_cleanup(move || handle.remove());
    }
    let resized = window_event_listener_untyped("resize", move |_| {
        let now = browser::matches(WIDE);
        if wide.try_get_untracked() == Some(!now) {
            wide.set(now);
        }
    });
    on_cleanup(move || resized.remove());
    browser::before_step(move || {
        let now = opened_by(&browser::path());
        desk.trail.try_update_value(|trail| trail.stepped(now));
    });
    effect(move || {
        let current = desk.current.get();
        desk.trail.update_value(|trail| trail.went(current));
        if current.is_none()
            && let Some(left) = desk.left.try_update_value(Option::take).flatten()
        {
            request_animation_frame(move || {
                // A row that is too far away is not drawn.
                if !browser::focus(&row_of(left)) {
                    browser::focus_place("rows");
                }
            });
        }
    });
    desk.follow_focus();
    provide_context(desk);
    desk
}

/// The desk of the page at hand.
pub fn use_desk() -> Desk {
    expect_context()
}

fn opened_by(path: &str) -> Option<ConversationId> {
    let path = path.strip_prefix("/inbox/")?;
    path.split('?').next()?.parse().ok()
}

/// Finds a conversation's row.
pub fn row_of(id: ConversationId) -> String {
    format!("#rows [data-conversation=\"{id}\"]")
}

impl Desk {
    /// Shows or hides the details; remembered where they have room of their own.
    pub fn toggle_details(self) {
        if self.wide.get_untracked() {
            let shown = !self.pinned.get_untracked();
            self.pinned.set(shown);
            browser::remember(DETAILS, if shown { "shown" } else { "hidden" });
        } else if !self.close_over()
            && let Some(id) = self.current.get_untracked()
        {
            self.stepped.set_value(true);
            self.go(&format!("/inbox/{id}{OVER}"), false);
        }
    }

    /// Takes the details from over the thread; false when they do not lie there.
    pub fn close_over(self) -> bool {
        if self.wide.get_untracked() || !self.over.get_untracked() {
            return false;
        }
        // The router hears of a step later than the browser takes it: a second one would leave the conversation.
        if self.stepped.get_value() && browser::hash() == OVER {
            self.stepped.set_value(false);
            browser::back();
        } else if let Some(id) = self.current.get_untracked() {
            // The step before this one may be the same conversation, and not the list.
            self.trail.update_value(|trail| trail.forget(Some(id)));
            self.go(&format!("/inbox/{id}"), true);
        }
        true
    }

    /// Back to the list: the way one came, so that the browser's own Back does not lead into the conversation again.
    pub fn to_list(self) {
        self.left.set_value(self.current.get_untracked());
        let came_from_list = self.trail.with_value(Trail::came_from_list);
        if came_from_list && !self.over.get_untracked() {
            browser::back();
        } else {
            self.go("/inbox", true);
        }
    }

    /// Has a template chosen.
    pub fn choose_template(self, towards: Towards) {
        self.towards.set(towards);
        self.template.set(true);
    }

    /// Asks the composer to take the focus.
    pub fn ask_to_write(self, ask: Ask) {
        self.write.set(Some(ask));
    }

    fn go(self, path: &str, replace: bool) {
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        self.go.with_value(|go| go(path, options));
    }

    /// Over the thread the details have the focus, and give it back to their button.
    fn follow_focus(self) {
        Effect::new(move |before: Option<bool>| {
            let over = self.details.get() && !self.wide.get();
            if !over {
                self.stepped.set_value(false);
            }
            let moved = before.is_some_and(|before| before != over);
            if moved && self.current.get_untracked().is_some() {
                request_animation_frame(move || {
                    browser::focus(if over {
                        ".details-head button"
                    } else {
                        "#details-toggle"
                    });
                });
            }
            over
        });
    }
}
