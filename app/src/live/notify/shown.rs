//! The notices that are on the screen, so that they can be taken away again.

use leptos::prelude::*;
use postern_types::ConversationId;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Notification, NotificationOptions};

/// What one says.
pub struct Notice {
    /// The conversation; none for a summary.
    pub about: Option<ConversationId>,
    /// Who.
    pub title: String,
    /// What.
    pub body: String,
}

struct Open {
    notice: Notification,
    /// Lives as long as the notice may be clicked.
    _clicked: Closure<dyn FnMut()>,
}

/// The notices of this tab; copied about freely.
#[derive(Clone, Copy)]
pub struct Shown(StoredValue<HashMap<Option<ConversationId>, Open>, LocalStorage>);

impl Shown {
    /// None yet.
    pub fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// Shows one, in the place of an earlier one about the same, with the browser's sound or without; false when the browser does not let a page do that.
    pub fn show(self, notice: Notice, sound: bool, clicked: impl Fn() + 'static) -> bool {
        let options = NotificationOptions::new();
        options.set_body(&notice.body);
        if !sound {
            options.set_silent(Some(true));
        }
        let tag = notice.about.map(|id| id.to_string());
        options.set_tag(tag.as_deref().unwrap_or("postern"));
        let about = notice.about;
        let Ok(notice) = Notification::new_with_options(&notice.title, &options) else {
            return false;
        };
        let clicked = Closure::<dyn FnMut()>::new(clicked);
        notice.set_onclick(Some(clicked.as_ref().unchecked_ref()));
        let open = Open {
            notice,
            _clicked: clicked,
        };
        self.0.try_update_value(|all| all.insert(about, open));
        true
    }

    /// Takes away those about conversations of which `news` is false.
    pub fn close_unless(self, news: impl Fn(ConversationId) -> bool) {
        self.0.try_update_value(|all| {
            all.retain(|about, open| {
                let stays = about.is_none_or(&news);
                if !stays {
                    open.notice.close();
                }
                stays
            });
        });
    }

    /// Takes all away.
    pub fn close_all(self) {
        self.0.try_update_value(|all| {
            for (_, open) in all.drain() {
                open.notice.close();
            }
        });
    }
}
