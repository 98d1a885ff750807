//! Notifications of the browser, for those who turned them on, while the tab is not looked at.

use super::Live;
use crate::{browser, words};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{Content, MessageView};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Notification, NotificationOptions, NotificationPermission};

const KEPT_UNDER: &str = "postern.notify";

/// What the browser and the reader allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Not asked yet, or turned off by the reader.
    Off,
    /// Both agree.
    On,
    /// The browser refuses; only its own settings can change that.
    Refused,
}

/// The switch for notifications; copied about freely.
#[derive(Clone, Copy)]
pub struct Notices {
    /// How it stands.
    pub permission: RwSignal<Permission>,
}

/// Announces what is heard, until the owner is cleaned up.
pub(super) fn start(live: Live) {
    let notices = Notices {
        permission: RwSignal::new(read()),
    };
    provide_context(notices);
    let go = use_navigate();
    Effect::new(move |_| {
        let Some(message) = live.heard.get() else {
            return;
        };
        let wanted = notices.permission.get_untracked() == Permission::On;
        if wanted && !browser::attentive() && concerns_reader(live, &message) {
            show(live, &message, go.clone());
        }
    });
}

impl Notices {
    /// Asks the browser; call it from a click only.
    pub fn turn_on(self) {
        leptos::task::spawn_local(async move {
            if let Ok(asked) = Notification::request_permission() {
                let _ = wasm_bindgen_futures::JsFuture::from(asked).await;
            }
            browser::remember(KEPT_UNDER, "on");
            self.permission.set(read());
        });
    }

    /// Keeps quiet from now on.
    pub fn turn_off(self) {
        browser::remember(KEPT_UNDER, "off");
        self.permission.set(read());
    }
}

fn read() -> Permission {
    match Notification::permission() {
        NotificationPermission::Granted if browser::recall(KEPT_UNDER).as_deref() == Some("on") => {
            Permission::On
        }
        NotificationPermission::Denied => Permission::Refused,
        _ => Permission::Off,
    }
}

/// The reader's own conversations, and those that nobody has yet.
fn concerns_reader(live: Live, message: &MessageView) -> bool {
    live.inbox.with_untracked(|inbox| {
        inbox
            .row(message.conversation)
            .is_some_and(|row| row.assignee.is_none_or(|member| member == inbox.me))
    })
}

fn show(live: Live, message: &MessageView, go: impl Fn(&str, NavigateOptions) + 'static) {
    let who = live.inbox.with_untracked(|inbox| {
        inbox
            .row(message.conversation)
            .map(|row| row.contact.label().to_owned())
    });
    let who = who
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| words::UNKNOWN_CONTACT.into());
    let options = NotificationOptions::new();
    options.set_body(&match &message.content {
        Content::Text { text } => text.clone(),
        Content::Other { kind, summary } if summary.is_empty() => words::thread::kind(kind).into(),
        Content::Other { kind, summary } => format!("{}: {summary}", words::thread::kind(kind)),
    });
    // One notice a conversation: a newer one replaces it.
    options.set_tag(&message.conversation.to_string());
    let Ok(notice) = Notification::new_with_options(&who, &options) else {
        return;
    };
    let path = format!("/inbox/{}", message.conversation);
    let opened = Closure::<dyn FnMut()>::new(move || {
        let _ = window().focus();
        go(&path, NavigateOptions::default());
    });
    notice.set_onclick(Some(opened.as_ref().unchecked_ref()));
    // The browser holds the notice longer than any scope of ours; a few words leak with each.
    opened.forget();
}
