//! The inbox: a list, the open conversation, and what stands beside it.

mod actions;
mod api;
mod bubble;
mod composer;
mod conversation;
mod desk;
mod details;
mod draft;
pub mod files;
mod groups;
mod head;
mod keys;
mod list;
mod person;
mod reading;
mod rich;
mod row;
mod template;
mod thread;
mod ticks;
mod window;

use crate::{live::use_live, ui::empty::Empty, words};
use desk::provide_desk;

use leptos::prelude::*;
use leptos_meta::Title;
use list::ListPane;
use template::TemplateDialog;

pub use conversation::OpenConversation;

/// The page; the route below it fills the room beside the list.
#[component]
pub fn InboxPage() -> impl IntoView {
    let live = use_live();
    let desk = provide_desk();
    keys::listen(desk);
    rich::provide_code(live);
    let counts = live.counts();
    view! {
        <Title text=move || words::title_unread(words::frame::INBOX, counts.get().all)/>
        <main class="inbox" id="main" class:has-open=move || desk.current.get().is_some()>
            <ListPane/>
            <leptos_router::components::Outlet/>
        </main>
        <TemplateDialog/>
    }
    .into_any()
}

/// What stands beside the list while nothing is open.
#[component]
pub fn NothingOpen() -> impl IntoView {
    view! {
        <section class="conversation nothing-open">
            <Empty icon="message-circle" title=words::thread::NOTHING_OPEN hint=words::thread::NOTHING_OPEN_HINT/>
        </section>
    }
    .into_any()
}
