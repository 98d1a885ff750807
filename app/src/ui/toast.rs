//! Short messages at the edge: what was done, with its undo, or what went wrong.

use super::icon::Icon;
use crate::boxed::on;
use crate::words;
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};

const SHOWN: Duration = Duration::from_secs(6);
const SHOWN_WITH_CHOICE: Duration = Duration::from_secs(10);

/// One message.
#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    fault: bool,
    action: Option<(String, Act)>,
}

/// What a message offers to do. Counted, not owned by the view it was made in: that one may be gone when it is chosen.
type Act = Arc<dyn Fn() + Send + Sync>;

/// Where messages are put; copied about freely.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

/// Makes the place for messages; once, at the root.
pub fn provide_toasts() {
    provide_context(Toasts {
        shown: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    });
}

/// The page's messages.
pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    /// Says what was done.
    pub fn say(self, text: impl Into<String>) {
        self.push(text.into(), false, None);
    }

    /// Says what went wrong, what was kept and what to do.
    pub fn fault(self, text: impl Into<String>) {
        self.push(text.into(), true, None);
    }

    /// Says what was done and offers to undo it; by what is given back it can be taken away.
    pub fn offer(
        self,
        text: impl Into<String>,
        action: impl Into<String>,
        act: impl Fn() + Send + Sync + 'static,
    ) -> u32 {
        self.push(text.into(), false, Some((action.into(), Arc::new(act))))
    }

    /// Takes all away: what they are about is not there any more.
    pub fn clear(self) {
        self.shown.try_update(Vec::clear);
    }

    fn push(self, text: String, fault: bool, action: Option<(String, Act)>) -> u32 {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let id = id.unwrap_or_default();
        let stays = if action.is_some() || fault {
            SHOWN_WITH_CHOICE
        } else {
            SHOWN
        };
        self.shown.try_update(|all| {
            // Three fit beside the work; an older one has been seen.
            if all.len() > 2 {
                all.remove(0);
            }
            all.push(Toast {
                id,
                text,
                fault,
                action,
            });
        });
        set_timeout(move || self.close(id), stays);
        id
    }

    /// Takes one away.
    pub fn close(self, id: u32) {
        self.shown
            .try_update(|all| all.retain(|toast| toast.id != id));
    }
}

/// Shows the messages, and reads them out.
#[component]
pub fn ToastStack() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <div class="toast" class:fault=toast.fault>
                    <Icon name=if toast.fault { "triangle-alert" } else { "check" }/>
                    <p dir="auto">{toast.text}</p>
                    {toast.action.map(|(label, act)| view! {
                        <button type="button" class="toast-action" on:click=on::click(move |_| { act(); toasts.close(toast.id) })>{label}</button>
                    })}
                    <button type="button" class="icon-button small" aria-label=words::CLOSE on:click=on::click(move |_| toasts.close(toast.id))>
                        <Icon name="x"/>
                    </button>
                </div>
            </For>
        </div>
    }
}
