//! What the parts of the inbox share: which conversation is open, and what the keyboard asks for.

use crate::browser;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use postern_types::ConversationId;

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The open conversation, as the address says.
    pub current: Memo<Option<ConversationId>>,
    /// Whether the details stand beside it.
    pub details: RwSignal<bool>,
    /// Asks the composer to take the focus: for a note when true.
    pub write: RwSignal<Option<bool>>,
    /// Grows each time the reader looks at the tab again, or away.
    pub attention: RwSignal<u32>,
}

const DETAILS: &str = "postern.details";

/// Where there is room for three panes.
pub const WIDE: &str = "(min-width: 1100px)";

/// Makes it; once, at the inbox's root.
pub fn provide_desk() -> Desk {
    let pathname = use_location().pathname;
    let wide = browser::matches(WIDE);
    let desk = Desk {
        current: Memo::new(move |_| {
            pathname.with(|path| path.strip_prefix("/inbox/")?.parse().ok())
        }),
        details: RwSignal::new(wide && browser::recall(DETAILS).as_deref() != Some("hidden")),
        write: RwSignal::new(None),
        attention: RwSignal::new(0),
    };
    for event in ["focus", "blur", "visibilitychange"] {
        let handle = window_event_listener_untyped(event, move |_| {
            desk.attention.try_update(|n| *n = n.wrapping_add(1));
        });
        on_cleanup(move || handle.remove());
    }
    provide_context(desk);
    desk
}

/// The desk of the page at hand.
pub fn use_desk() -> Desk {
    expect_context()
}

impl Desk {
    /// Shows or hides the details; remembered where they have room of their own.
    pub fn toggle_details(self) {
        let shown = !self.details.get_untracked();
        self.details.set(shown);
        if browser::matches(WIDE) {
            browser::remember(DETAILS, if shown { "shown" } else { "hidden" });
        }
    }

    /// Asks the composer to take the focus.
    pub fn ask_to_write(self, note: bool) {
        self.write.set(Some(note));
    }
}
