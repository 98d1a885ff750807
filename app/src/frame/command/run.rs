//! Doing what was chosen in the command bar.

use super::entries::{Command, Entry};
use crate::{
    frame::{Overlays, leaving::Leave},
    live::use_live,
    ui::prefs::use_prefs,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{ConversationState, InboxView, ListRequest};

/// Closes the bar and does it.
pub fn runner(open: RwSignal<bool>) -> impl Fn(Entry) + Copy + 'static {
    let (live, prefs) = (use_live(), use_prefs());
    let overlays = expect_context::<Overlays>();
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |path: &str| {
        navigate.with_value(|navigate| navigate(path, NavigateOptions::default()));
    };
    let look_at = move |view, state| {
        live.looking_at.set(ListRequest {
            view,
            state,
            ..ListRequest::default()
        });
        go("/inbox");
    };
    move |entry| {
        open.set(false);
        match entry {
            Entry::Conversation(row) => {
                let path = format!("/inbox/{}", row.id);
                live.inbox.update(|inbox| inbox.remember(vec![*row]));
                go(&path);
            }
            Entry::Command(Command::View(view)) => look_at(view, ConversationState::Open),
            Entry::Command(Command::Closed) => look_at(InboxView::All, ConversationState::Closed),
            Entry::Command(Command::Numbers) => go("/settings/channels"),
            Entry::Command(Command::Where) => go("/settings/where"),
            Entry::Command(Command::Theme(theme)) => prefs.choose_theme(theme),
            Entry::Command(Command::Density(density)) => prefs.choose_density(density),
            Entry::Command(Command::SignOut) => overlays.leaving.leave(Leave::SignOut),
        }
    }
}
