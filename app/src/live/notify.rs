//! Notifications of the browser, for those who turned them on, while no tab of theirs is looked at.

mod shown;
mod stamp;

use super::Live;
use crate::{
    boxed::effect,
    browser,
    session::{Session, use_session},
    words,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{Announce, ConversationId, Habits, MessageView};
use shown::{Notice, Shown};
use stamp::Stamp;
use web_sys::{Notification, NotificationPermission};

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
    /// The browser has none, as a tab on an iPhone, or none for a page, as Chrome on Android.
    Unsupported,
}

/// The switch for notifications; copied about freely.
#[derive(Clone, Copy)]
pub struct Notices {
    /// How it stands.
    pub permission: RwSignal<Permission>,
}

/// Announces what is heard, until the owner is cleaned up; what is still shown then is taken away.
pub(super) fn start(live: Live) {
    let notices = Notices {
        permission: RwSignal::new(read()),
    };
    provide_context(notices);
    let session = use_session();
    let (shown, stamp) = (Shown::new(), Stamp::start(live));
    let go = StoredValue::new_local(use_navigate());
    let show = move |notice: Notice| {
        let path = match notice.about {
            Some(id) => format!("/inbox/{id}"),
            None => "/inbox".into(),
        };
        let opened = move || {
            let _ = window().focus();
            go.try_with_value(|go| go(&path, NavigateOptions::default()));
        };
        if !shown.show(notice, habits(session).sound, opened) {
            notices.permission.set(Permission::Unsupported);
        }
    };
    let quiet = move || {
        notices.permission.get_untracked() != Permission::On
            || browser::attentive()
            || stamp.elsewhere()
    };
    effect(move || {
        for message in live.heard.get() {
            if concerns_reader(live, session, &message) && !quiet() {
                show(of_message(live, &message));
            }
        }
    });
    effect(move || {
        let mut missed = live.missed.get();
        missed.retain(|message| concerns_reader(live, session, message));
        if missed.is_empty() || quiet() {
            return;
        }
        show(match missed.as_slice() {
            [one] => of_message(live, one),
            many => of_many(live, many),
        });
    });
    // What was read, here or by a colleague, is no news any more.
    effect(move || {
        live.inbox.with(|inbox| {
            shown.close_unless(|id| inbox.row(id).is_none_or(|row| row.unread > 0));
        });
    });
    on_cleanup(move || shown.close_all());
}

impl Notices {
    /// Asks the browser; call it from a click only.
    pub fn turn_on(self) {
        leptos::task::spawn_local(async move {
            if let Ok(asked) = Notification::request_permission() {
                let _ = wasm_bindgen_futures::JsFuture::from(asked).await;
            }
            browser::remember(KEPT_UNDER, "on");
            self.permission.try_set(read());
        });
    }

    /// Keeps quiet from now on.
    pub fn turn_off(self) {
        browser::remember(KEPT_UNDER, "off");
        self.permission.set(read());
    }
}

fn read() -> Permission {
    if !browser::has("Notification") {
        return Permission::Unsupported;
    }
    match Notification::permission() {
        NotificationPermission::Granted if browser::recall(KEPT_UNDER).as_deref() == Some("on") => {
            Permission::On
        }
        NotificationPermission::Denied => Permission::Refused,
        _ => Permission::Off,
    }
}

/// What the reader chose, in whatever browser.
fn habits(session: Session) -> Habits {
    let me = session.me.try_get_untracked().flatten();
    me.map(|me| me.habits).unwrap_or_default()
}

/// What is new, of the conversations that the reader wants to hear of.
fn concerns_reader(live: Live, session: Session, message: &MessageView) -> bool {
    let announce = habits(session).announce;
    live.inbox.with_untracked(|inbox| {
        inbox.row(message.conversation).is_some_and(|row| {
            let mine = row.assignee.map(|member| member == inbox.me);
            row.unread > 0 && is_announced(announce, mine)
        })
    })
}

/// Whether a message is told of: of a conversation that is the reader's, or somebody else's, or nobody's yet.
fn is_announced(announce: Announce, mine: Option<bool>) -> bool {
    match announce {
        Announce::Everything => true,
        Announce::Open => mine != Some(false),
        Announce::Mine => mine == Some(true),
        Announce::Nothing => false,
    }
}

fn of_message(live: Live, message: &MessageView) -> Notice {
    Notice {
        about: Some(message.conversation),
        title: who(live, message.conversation),
        body: words::thread::line(&message.content, true),
    }
}

/// After a gap: one notice for all of it.
fn of_many(live: Live, messages: &[MessageView]) -> Notice {
    let mut from: Vec<String> = Vec::new();
    for message in messages {
        let name = who(live, message.conversation);
        if !from.contains(&name) {
            from.push(name);
        }
    }
    Notice {
        about: None,
        title: words::frame::came_in(messages.len()),
        body: words::frame::came_from(&from),
    }
}

fn who(live: Live, id: ConversationId) -> String {
    let label = live
        .inbox
        .with_untracked(|inbox| inbox.row(id).map(|row| row.contact.label().to_owned()));
    label
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| words::UNKNOWN_CONTACT.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hears_of_what_they_chose() {
        use Announce::{Everything, Mine, Nothing, Open};
        for (announce, mine, others, nobodys) in [
            (Everything, true, true, true),
            (Open, true, false, true),
            (Mine, true, false, false),
            (Nothing, false, false, false),
        ] {
            let told = [Some(true), Some(false), None].map(|whose| is_announced(announce, whose));
            assert_eq!(told, [mine, others, nobodys], "{announce:?}");
        }
    }
}
