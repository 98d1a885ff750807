//! What would be compiled anew for each closure and each type, compiled once: what is its own is forgotten first.

use leptos::{children::ViewFn, prelude::*};
use std::cmp::Ordering;

/// A condition.
pub struct When(Box<dyn Fn() -> bool + Send + Sync>);

impl<F: Fn() -> bool + Send + Sync + 'static> From<F> for When {
    fn from(condition: F) -> Self {
        Self(Box::new(condition))
    }
}

/// Leptos's own, at a tenth of the code: the children while the condition holds, otherwise the fallback.
#[component]
pub fn Show(
    #[prop(into)] when: When,
    children: ChildrenFn,
    #[prop(optional, into)] fallback: ViewFn,
) -> impl IntoView {
    let holds = ArcMemo::new(move |_| (when.0)());
    view! { {move || if holds.get() { children() } else { fallback.run() }} }
}

/// An effect that does not ask what it gave the last time.
pub fn effect(run: impl FnMut() + 'static) {
    fn start(mut run: Box<dyn FnMut()>) {
        Effect::new(move |_| run());
    }
    start(Box::new(run));
}

/// A memo that does not ask what it gave the last time.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    run: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    fn make<T: PartialEq + Send + Sync + 'static>(
        run: Box<dyn Fn() -> T + Send + Sync>,
    ) -> Memo<T> {
        Memo::new(move |_| run())
    }
    make(Box::new(run))
}

/// Has the effect at hand run again when a memo changes whose value it does not ask for. `track` alone would not: a memo that
/// nobody has read has asked nobody itself, and hears of nothing.
pub fn heed<T: Send + Sync + 'static>(memo: Memo<T>) {
    memo.with(|_| ());
}

/// What is done upon an event, as one type for each kind of event: `on:click=on::click(move |_| …)`.
pub mod on {
    use leptos::ev::{Event, KeyboardEvent, MouseEvent, SubmitEvent};

    /// What is done upon an `E`.
    pub type Do<E> = Box<dyn FnMut(E)>;

    /// Upon a click.
    pub fn click(run: impl FnMut(MouseEvent) + 'static) -> Do<MouseEvent> {
        Box::new(run)
    }

    /// When a form is sent.
    pub fn submit(run: impl FnMut(SubmitEvent) + 'static) -> Do<SubmitEvent> {
        Box::new(run)
    }

    /// When something else was chosen.
    pub fn change(run: impl FnMut(Event) + 'static) -> Do<Event> {
        Box::new(run)
    }

    /// When something was typed.
    pub fn input(run: impl FnMut(Event) + 'static) -> Do<Event> {
        Box::new(run)
    }

    /// When a key was pressed.
    pub fn keydown(run: impl FnMut(KeyboardEvent) + 'static) -> Do<KeyboardEvent> {
        Box::new(run)
    }
}

/// Sorts; equal ones stay as they stood.
pub fn sort<T>(all: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    fn order(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
        let mut order: Vec<_> = (0..length).collect();
        order.sort_by(|a, b| compare(*a, *b));
        order
    }
    let sorted = order(all.len(), &|a, b| compare(&all[a], &all[b]));
    let mut places: Vec<_> = all.drain(..).map(Some).collect();
    all.extend(sorted.into_iter().filter_map(|at| places[at].take()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_stays_as_it_stood() {
        let mut all = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort(&mut all, |a, b| a.0.cmp(&b.0));
        assert_eq!(all, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
        sort(&mut Vec::<u8>::new(), Ord::cmp);
    }
}
