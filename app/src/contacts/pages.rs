//! What hangs off a contact and is read page by page, from the newest on, and anew whenever something of theirs changed.

use super::profile::Desk;
use crate::{
    boxed::{Show, effect, heed, on},
    error::ApiError,
    words::{contacts, fault},
};
use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use postern_types::ContactId;

/// A page, and where the next one begins.
pub type Page<T> = (Vec<T>, Option<String>);
type Answer<T> = LocalBoxFuture<'static, Result<Page<T>, ApiError>>;

/// Copied about freely.
pub struct Pages<T: Send + Sync + 'static> {
    desk: Desk,
    fetch: fn(ContactId, Option<String>) -> Answer<T>,
    /// What is said when they cannot be read.
    unread: &'static str,
    all: RwSignal<Option<Vec<T>>>,
    next: RwSignal<Option<String>>,
    failed: RwSignal<Option<String>>,
}

impl<T: Send + Sync + 'static> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Pages<T> {}

impl<T: Clone + Send + Sync + 'static> Pages<T> {
    /// Reads the first page, and again whenever something changed.
    pub fn open(
        desk: Desk,
        unread: &'static str,
        fetch: fn(ContactId, Option<String>) -> Answer<T>,
    ) -> Self {
        let pages = Self {
            desk,
            fetch,
            unread,
            all: RwSignal::new(None),
            next: RwSignal::new(None),
            failed: RwSignal::new(None),
        };
        effect(move || {
            heed(desk.rev);
            desk.id.track();
            pages.read(None);
        });
        pages
    }

    /// All that is here.
    pub fn all(self) -> Vec<T> {
        self.all.get().unwrap_or_default()
    }

    /// Whether there is nothing; not before it is known.
    pub fn is_empty(self) -> bool {
        self.all.with(|all| all.as_ref().is_some_and(Vec::is_empty))
    }

    /// Why they could not be read.
    pub fn fault(self) -> AnyView {
        let shown = move || {
            self.failed
                .get()
                .map(|text| view! { <p class="strip fault" role="alert">{text}</p> })
        };
        shown.into_any()
    }

    /// The way to older ones.
    pub fn older(self) -> AnyView {
        view! {
            <Show when=move || self.next.with(Option::is_some)>
                <button type="button" class="button small" on:click=on::click(move |_| self.read(self.next.get_untracked()))>{contacts::OLDER}</button>
            </Show>
        }
        .into_any()
    }

    fn read(self, after: Option<String>) {
        let more = after.is_some();
        let answer = (self.fetch)(self.desk.id.get_untracked(), after);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok((page, next)) => {
                    self.failed.try_set(None);
                    self.next.try_set(next);
                    self.all.try_update(|all| {
                        let before = all.take().filter(|_| more).unwrap_or_default();
                        *all = Some(before.into_iter().chain(page).collect());
                    });
                }
                Err(error) => {
                    self.failed.try_set(Some(fault::doing(self.unread, &error)));
                }
            }
        });
    }
}
