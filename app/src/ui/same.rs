//! Who else may be the same person: what looks like them, what was merged into them, and whom to merge.

mod alike;
pub mod api;

use crate::{
    boxed::effect,
    ui::toast::{Toasts, use_toasts},
    words::{self, details, fault},
};
pub use alike::{AlikeList, MergeSearch, MergedList};
use leptos::prelude::*;
use postern_types::{ContactBrief, MergeId, PersonView};

/// What its parts share; copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Where is said what was done.
    pub toasts: Toasts,
    /// The contact, once read.
    pub person: RwSignal<Option<PersonView>>,
    /// Grows each time they are to be read anew.
    pub again: RwSignal<u32>,
}

/// Who else may be the same person, on a page that has read them by itself.
#[component]
pub fn Merging(person: Memo<Option<PersonView>>, refresh: Callback<()>) -> impl IntoView {
    let desk = Desk {
        toasts: use_toasts(),
        person: RwSignal::new(None),
        again: RwSignal::new(0),
    };
    effect(move || desk.person.set(person.get()));
    effect(move || {
        if desk.again.get() > 0 {
            refresh.run(());
        }
    });
    view! {
        {move || desk.person.get().map(|person| view! {
            <AlikeList desk alike=person.alike/>
            <MergedList desk merged=person.merged/>
        })}
        <MergeSearch desk/>
    }
    .into_any()
}

impl Desk {
    /// Reads them anew.
    pub fn refresh(self) {
        self.again.try_update(|n| *n = n.wrapping_add(1));
    }

    /// Makes another contact a part of this one, and offers to undo that.
    pub fn merge(self, other: ContactBrief) {
        let Some(kept) = self
            .person
            .with_untracked(|person| person.as_ref().map(|p| p.id))
        else {
            return;
        };
        let name = words::called(other.label());
        leptos::task::spawn_local(async move {
            match api::merge(kept, other.id).await {
                Ok(id) => {
                    let undo = move || self.part(id);
                    self.toasts
                        .offer(details::merged_now(&name), words::UNDO, undo);
                }
                Err(error) => self.toasts.fault(fault::doing(details::NOT_MERGED, &error)),
            }
            self.refresh();
        });
    }

    /// Undoes a merge.
    pub fn part(self, id: MergeId) {
        leptos::task::spawn_local(async move {
            match api::undo(id).await {
                Ok(()) => self.toasts.say(details::PARTED_NOW),
                Err(error) => self.toasts.fault(fault::doing(details::NOT_PARTED, &error)),
            }
            self.refresh();
        });
    }
}
