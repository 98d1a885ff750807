//! The inbox by keyboard.

use super::{
    actions,
    desk::{Ask, Desk},
};
use crate::{
    browser,
    live::{Live, use_live},
    ui::toast::{Toasts, use_toasts},
    words::thread,
};
use leptos::{ev, ev::KeyboardEvent, prelude::*};
use postern_types::ConversationId;
use wasm_bindgen::JsCast;

/// Listens until the inbox is left.
pub fn listen(desk: Desk) {
    let (live, toasts) = (use_live(), use_toasts());
    let handle = window_event_listener(ev::keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if !plain || event.default_prevented() || browser::writing() || browser::in_dialog() {
            return;
        }
        if event.key() == "Escape" {
            if desk.close_over() {
                event.prevent_default();
            } else {
                leave(desk, &event);
            }
        } else if act(live, desk, toasts, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// True when the key meant something here.
fn act(live: Live, desk: Desk, toasts: Toasts, event: &KeyboardEvent) -> bool {
    let target = focused().or_else(|| desk.current.get_untracked());
    let key = browser::shortcut(event);
    // A key that is held down walks the list, and does nothing else twice.
    let walks = matches!(key.as_str(), "j" | "k" | "ArrowDown" | "ArrowUp");
    if event.repeat() && !walks {
        return false;
    }
    match (key.as_str(), target) {
        ("j" | "ArrowDown", _) if in_list_or_letter(event) => step(desk, true),
        ("k" | "ArrowUp", _) if in_list_or_letter(event) => step(desk, false),
        ("/", _) => browser::focus("#search"),
        ("r", _) if desk.current.get_untracked().is_some() => {
            desk.ask_to_write(Ask::Reply);
            true
        }
        ("n", _) if desk.current.get_untracked().is_some() => {
            desk.ask_to_write(Ask::Note);
            true
        }
        ("e", Some(id)) => {
            actions::toggle_state(live, toasts, id);
            true
        }
        ("a", Some(id)) => {
            let me = Some(live.me());
            actions::assign(live, toasts, id, me, Some(thread::ASSIGNED_ME));
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
fn leave(desk: Desk, event: &KeyboardEvent) {
    if desk.current.get_untracked().is_some() {
        event.prevent_default();
        desk.to_list();
    }
}

/// The conversation whose row has the focus.
pub fn focused() -> Option<ConversationId> {
    document()
        .active_element()?
        .get_attribute("data-conversation")?
        .parse()
        .ok()
}

/// Moves the focus along the list, from the focused row or else from the open one.
fn step(desk: Desk, down: bool) -> bool {
    let Some(list) = document().get_element_by_id("rows") else {
        return false;
    };
    let rows = list.get_elements_by_class_name("row");
    let from = focused()
        .or_else(|| desk.held.get_value())
        .or_else(|| desk.current.get_untracked())
        .map(|id| id.to_string());
    let row = |n: u32| {
        rows.item(n)
            .and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok())
    };
    let at = (0..rows.length())
        .find(|n| row(*n).and_then(|row| row.get_attribute("data-conversation")) == from);
    let top = |element: &web_sys::Element| element.get_bounding_client_rect().top();
    let first_in_view =
        || (0..rows.length()).find(|n| row(*n).is_some_and(|row| top(&row) >= top(&list)));
    let next = match (at, down) {
        // Nowhere yet, or the reader has scrolled far away from there.
        (None, _) => first_in_view().unwrap_or_default(),
        (Some(at), true) => (at + 1).min(rows.length().saturating_sub(1)),
        (Some(at), false) => at.saturating_sub(1),
    };
    let moved = row(next).is_some_and(|row| row.focus().is_ok());
    // The browser tells of scrolling with its next picture, and the next key may be sooner.
    if let Ok(scrolled) = web_sys::Event::new("scroll") {
        let _ = list.dispatch_event(&scrolled);
    }
    moved
}
