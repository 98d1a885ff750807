//! The reader's place in a thread: what is added below, or grows there, does not move the lines that are read.

use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver};

/// Where below the upper edge a line is looked for, in pixels: between two there may be a gap.
const PROBES: [i32; 4] = [12, 44, 96, 160];

/// The topmost line that is seen, and where; copied about freely.
#[derive(Clone, Copy)]
pub struct Place {
    scroll: NodeRef<html::Div>,
    at_end: RwSignal<bool>,
    line: StoredValue<Option<(Element, f64)>, LocalStorage>,
}

impl Place {
    /// Keeps it whenever the lines change their height, before that is painted. At the end nothing is to be done: there
    /// the lines hang from the lower edge.
    pub fn keep(
        scroll: NodeRef<html::Div>,
        lines: NodeRef<html::Div>,
        at_end: RwSignal<bool>,
    ) -> Self {
        let place = Self {
            scroll,
            at_end,
            line: StoredValue::new_local(None),
        };
        Effect::new(move |before: Option<Option<SendWrapper<Watch>>>| {
            drop(before);
            let lines = lines.get()?;
            Watch::new(&lines, move || place.restore()).map(SendWrapper::new)
        });
        place
    }

    /// Remembers what is seen now.
    pub fn look(self) {
        let seen = if self.at_end.get_untracked() {
            None
        } else {
            self.topmost()
        };
        self.line.try_set_value(seen);
    }

    fn topmost(self) -> Option<(Element, f64)> {
        let view = self.scroll.get_untracked()?.get_bounding_client_rect();
        let middle = view.left() + view.width() / 2.0;
        PROBES.into_iter().find_map(|probe| {
            let y = view.top() + f64::from(probe);
            #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
            let hit = document().element_from_point(middle as f32, y as f32)?;
            let line = hit.closest(".line, .group-item").ok().flatten()?;
            let at = line.get_bounding_client_rect().top() - view.top();
            Some((line, at))
        })
    }

    fn restore(self) {
        let Some(scroll) = self.scroll.try_get_untracked().flatten() else {
            return;
        };
        let moved = self.line.try_with_value(|line| {
            let (line, at) = line.as_ref().filter(|(line, _)| line.is_connected())?;
            let top = scroll.get_bounding_client_rect().top();
            Some(line.get_bounding_client_rect().top() - top - at)
        });
        if let Some(moved) = moved.flatten().filter(|moved| moved.abs() >= 1.0) {
            #[expect(clippy::cast_possible_truncation, reason = "pixels")]
            scroll.set_scroll_top(scroll.scroll_top() + moved.round() as i32);
        }
    }
}

/// An observer that ends with its owner.
struct Watch {
    observer: ResizeObserver,
    _closure: Closure<dyn FnMut()>,
}

impl Watch {
    fn new(element: &Element, resized: impl Fn() + 'static) -> Option<Self> {
        let closure = Closure::new(resized);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
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
