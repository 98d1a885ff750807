//! The browser's own dialog, opened by a signal; it keeps the focus and gives it back.

use super::icon::Icon;
use crate::boxed::{Show, effect, on};
use crate::words;
use leptos::{ev::MouseEvent, html, prelude::*};

/// A dialog with a title. Escape and a click beside it close it.
#[component]
pub fn Dialog(
    /// Whether it is open; it sets this to false itself when it is closed.
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into, optional)] class: String,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open, || ());
    let beside = move |event: MouseEvent| {
        if is_beside(node, &event) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=node class=format!("dialog {class}") on:close=move |_| open.set(false) on:click=on::click(beside)
            aria-label=move || title.get()>
            <div class="dialog-body">
                <header class="dialog-head">
                    <h2>{move || title.get()}</h2>
                    <button type="button" class="icon-button" aria-label=words::CLOSE on:click=on::click(move |_| open.set(false))>
                        <Icon name="x"/>
                    </button>
                </header>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
    .into_any()
}

/// Opens and closes the browser's dialog as the signal says; `opened` runs each time it opens.
pub fn follow(node: NodeRef<html::Dialog>, open: RwSignal<bool>, opened: impl Fn() + 'static) {
    effect(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                opened();
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}

/// Whether a click was beside the dialog: what it shows is an inner element, so only the backdrop hits the outer one.
pub fn is_beside(node: NodeRef<html::Dialog>, event: &MouseEvent) -> bool {
    node.get_untracked().is_some_and(|dialog| {
        event
            .target()
            .is_some_and(|target| *AsRef::<web_sys::EventTarget>::as_ref(&*dialog) == target)
    })
}
