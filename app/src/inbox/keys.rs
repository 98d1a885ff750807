//! The inbox by keyboard.

use super::{actions, desk::Desk};
use crate::{
    browser,
    live::{Live, use_live},
    ui::toast::{Toasts, use_toasts},
    words::thread,
};
use leptos::{ev, ev::KeyboardEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::ConversationId;
use wasm_bindgen::JsCast;

/// Listens until the inbox is left.
pub fn listen(desk: Desk) {
    let (live, toasts, go) = (use_live(), use_toasts(), use_navigate());
    let handle = window_event_listener(ev::keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if !plain || event.default_prevented() || browser::writing() || browser::in_dialog() {
            return;
        }
        if event.key() == "Escape" {
            leave(desk, &event, |path| go(path, NavigateOptions::default()));
        } else if act(live, desk, toasts, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// True when the key meant something here.
fn act(live: Live, desk: Desk, toasts: Toasts, event: &KeyboardEvent) -> bool {
    let target = focused().or_else(|| desk.current.get_untracked());
    match (event.key().as_str(), target) {
        ("j" | "ArrowDown", _) if in_list_or_letter(event) => step(desk, true),
        ("k" | "ArrowUp", _) if in_list_or_letter(event) => step(desk, false),
        ("/", _) => browser::focus("#search"),
        ("r", _) if desk.current.get_untracked().is_some() => {
            desk.write.set(Some(false));
            true
        }
        ("n", _) if desk.current.get_untracked().is_some() => {
            desk.write.set(Some(true));
            true
        }
        ("e", Some(id)) => {
            actions::toggle_state(live, toasts, id);
            true
        }
        ("a", Some(id)) => {
            actions::assign(live, toasts, id, Some(live.me()));
            toasts.say(thread::ASSIGNED_ME);
            true
        }
        _ => false,
    }
}

/// Arrows scroll whatever has the focus, unless that is the list or nothing.
fn in_list_or_letter(event: &KeyboardEvent) -> bool {
    let nothing = document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY");
    event.key().len() == 1 || nothing || focused().is_some()
}

/// Back to the list, on the row that was open.
fn leave(desk: Desk, event: &KeyboardEvent, go: impl Fn(&str)) {
    if let Some(id) = desk.current.get_untracked() {
        event.prevent_default();
        go("/inbox");
        request_animation_frame(move || {
            browser::focus(&format!("#rows [data-conversation=\"{id}\"]"));
        });
    }
}

/// The conversation whose row has the focus.
fn focused() -> Option<ConversationId> {
    document()
        .active_element()?
        .get_attribute("data-conversation")?
        .parse()
        .ok()
}

/// Moves the focus along the list, from the focused row or else from the open one.
fn step(desk: Desk, down: bool) -> bool {
    let Some(rows) = document()
        .get_element_by_id("rows")
        .map(|list| list.get_elements_by_class_name("row"))
    else {
        return false;
    };
    let from = focused()
        .or_else(|| desk.current.get_untracked())
        .map(|id| id.to_string());
    let row = |n: u32| {
        rows.item(n)
            .and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok())
    };
    let at = (0..rows.length())
        .find(|n| row(*n).and_then(|row| row.get_attribute("data-conversation")) == from);
    let next = match (at, down) {
        (None, _) => 0_u32,
        (Some(at), true) => (at + 1).min(rows.length().saturating_sub(1)),
        (Some(at), false) => at.saturating_sub(1),
    };
    row(next).is_some_and(|row| row.focus().is_ok())
}
