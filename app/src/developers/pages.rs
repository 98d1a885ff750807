//! A list that is read page by page, the newest first, and anew as often as somebody wants.

use crate::{
    boxed::{Show, on},
    error::ApiError,
    ui::icon::Icon,
    words::{self, fault},
};
use leptos::prelude::*;
use std::{future::Future, pin::Pin, sync::Arc};

/// What stands on a page, and where the next begins.
pub type Answer<T> = Result<(Vec<T>, Option<String>), ApiError>;
type Coming<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;
type Read<T> = Arc<dyn Fn(Option<String>) -> Coming<T> + Send + Sync>;

/// Copied about freely.
pub struct Pages<T: Send + Sync + 'static> {
    /// As they were read last; none before the first answer.
    pub rows: RwSignal<Option<Vec<T>>>,
    /// Whether there are more.
    next: RwSignal<Option<String>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    /// Why there was none.
    pub failed: RwSignal<Option<ApiError>>,
    page: StoredValue<Read<T>>,
    /// Counts questions: the answer to an earlier one comes too late.
    turn: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Pages<T> {}

impl<T: Clone + Send + Sync + 'static> Pages<T> {
    /// Nothing is read yet; `page` asks for the first, or for the one behind that place.
    pub fn new(page: impl Fn(Option<String>) -> Coming<T> + Send + Sync + 'static) -> Self {
        Self {
            rows: RwSignal::new(None),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            page: StoredValue::new(Arc::new(page)),
            turn: StoredValue::new(0),
        }
    }

    /// Reads the newest page alone; what is shown stays until it is here.
    pub fn first(self) {
        self.read(Vec::new(), None, 1);
    }

    /// Reads anew as much as is shown.
    pub fn again(self) {
        let shown = self
            .rows
            .with_untracked(|rows| rows.as_ref().map_or(0, Vec::len));
        self.read(Vec::new(), None, shown);
    }

    /// Reads the next page, unless an answer is awaited.
    fn more(self) {
        let next = self.next.get_untracked();
        if next.is_some() && !self.busy.get_untracked() {
            let rows = self.rows.get_untracked().unwrap_or_default();
            let most = rows.len() + 1;
            self.read(rows, next, most);
        }
    }

    /// Whether nothing is there; false before the first answer.
    pub fn none(self) -> bool {
        self.rows
            .with(|rows| rows.as_ref().is_some_and(Vec::is_empty))
    }

    /// Reads pages behind `rows` until there are so many.
    fn read(self, mut rows: Vec<T>, mut after: Option<String>, most: usize) {
        let turn = self.turn.with_value(|turn| turn.wrapping_add(1));
        self.turn.set_value(turn);
        self.busy.set(true);
        let page = self.page.get_value();
        leptos::task::spawn_local(async move {
            loop {
                let answer = page(after.take()).await;
                if self.turn.try_get_value() != Some(turn) {
                    return;
                }
                match answer {
                    Ok((found, next)) => {
                        rows.extend(found);
                        if rows.len() < most && next.is_some() {
                            after = next;
                            continue;
                        }
                        self.failed.try_set(None);
                        self.next.try_set(next);
                        self.rows.try_set(Some(rows));
                    }
                    Err(error) => {
                        self.failed.try_set(Some(error));
                    }
                }
                self.busy.try_set(false);
                return;
            }
        });
    }

    /// Why it could not be read, unless that is said beside a field.
    pub fn fault(self, what: &'static str, beside: &'static str) -> impl IntoView {
        let told = move || {
            self.failed.with(|error| {
                let error = error.as_ref().filter(|error| error.field(beside).is_none());
                error.map(|error| fault::doing(what, error))
            })
        };
        move || told().map(|text| strip(text, move || self.again()))
    }

    /// The button for older ones, where there are some.
    pub fn older(self, word: &'static str) -> impl IntoView {
        view! {
            <Show when=move || self.next.with(Option::is_some)>
                <p class="audit-more">
                    <button type="button" class="button" on:click=on::click(move |_| self.more()) aria-disabled=move || self.busy.get().then_some("true")>{word}</button>
                </p>
            </Show>
        }
        .into_any()
    }
}

/// Why something could not be read, and a button to try again.
pub fn strip(text: String, again: impl Fn() + 'static) -> AnyView {
    boxed(text, Box::new(again))
}

/// The same for every list, so that it is compiled once.
fn boxed(text: String, again: Box<dyn Fn()>) -> AnyView {
    view! {
        <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p>
            <button type="button" class="button small" on:click=on::click(move |_| again())>{words::TRY_AGAIN}</button>
        </div>
    }
    .into_any()
}

/// What stands in a list's place before it was read.
pub fn skeleton() -> AnyView {
    view! { <div aria-hidden="true"><i class="sk sk-line"></i><i class="sk sk-line short"></i><i class="sk sk-line"></i></div> }.into_any()
}
