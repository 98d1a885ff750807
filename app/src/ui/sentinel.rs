//! An invisible strip that says when it comes into view: more is wanted there.

use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use std::cell::Cell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{IntersectionObserver, IntersectionObserverEntry};

/// Calls `seen` when it comes into view, once for each value of `place` and of `again`; nothing while the place is none.
#[component]
pub fn Sentinel(
    /// What would be read next; a new value arms it again even if it never left the view.
    #[prop(into)]
    place: Signal<Option<String>>,
    seen: Callback<String>,
    /// Grows when the same place is to be asked for once more, because the first answer was none.
    #[prop(into)]
    again: Signal<u32>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<Option<SendWrapper<Watch>>>| {
        drop(before);
        again.track();
        let (element, place) = (node.get()?, place.get()?);
        let called = Cell::new(false);
        let seen = move || {
            if !called.replace(true) {
                seen.run(place.clone());
            }
        };
        Watch::new(&element, seen).map(SendWrapper::new)
    });
    view! { <div class="sentinel" node_ref=node aria-hidden="true"></div> }
}

/// An observer that ends with its owner.
struct Watch {
    observer: IntersectionObserver,
    _closure: Closure<dyn FnMut(js_sys::Array)>,
}

impl Watch {
    fn new(element: &web_sys::Element, seen: impl Fn() + 'static) -> Option<Self> {
        let closure = Closure::new(move |entries: js_sys::Array| {
            let visible = entries.iter().any(|entry| {
                entry
                    .dyn_into::<IntersectionObserverEntry>()
                    .is_ok_and(|entry| entry.is_intersecting())
            });
            if visible {
                seen();
            }
        });
        let observer = IntersectionObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _closure: closure,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
