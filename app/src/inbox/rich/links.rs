//! Where files can be fetched: addresses that are good for five minutes, asked for together and renewed in time.

use crate::{boxed::memo, browser, inbox::files};
use leptos::prelude::*;
use postern_types::{FileId, Moment};
use std::{collections::HashMap, time::Duration};

/// An address is asked for anew this long before it ends.
const GOOD_MS: i64 = 4 * 60_000;
/// What comes into view together is asked for together.
const GATHER: Duration = Duration::from_millis(24);
/// More are asked for in a second question.
const MOST: usize = 50;

/// Where one file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Here.
    Known {
        url: String,
        thumb: Option<String>,
        since: Moment,
    },
    /// It could not be learnt.
    Lost,
}

/// What is known of a thread's files; copied about freely.
#[derive(Clone, Copy)]
pub struct Links {
    known: RwSignal<HashMap<FileId, Place>>,
    queue: StoredValue<Vec<FileId>>,
}

impl Links {
    pub fn new() -> Self {
        Self {
            known: RwSignal::new(HashMap::new()),
            queue: StoredValue::new(Vec::new()),
        }
    }

    /// The address to show a file from: of its small picture, where there is one and it will do.
    pub fn follow(self, id: FileId, small: bool) -> Address {
        let bad = RwSignal::new(Vec::<String>::new());
        let place = memo(move || self.known.with(|known| known.get(&id).cloned()));
        let now = Memo::new(move |before: Option<&Option<String>>| {
            let bad = bad.get();
            // What is shown from an older address stays as it is.
            if let Some(Some(before)) = before
                && !bad.contains(before)
            {
                return Some(before.clone());
            }
            match place.get()? {
                Place::Known { url, thumb, .. } => Some(thumb.filter(|_| small).unwrap_or(url)),
                Place::Lost => None,
            }
            .filter(|address| !bad.contains(address))
        });
        let lost = memo(move || {
            now.get().is_none() && (place.get() == Some(Place::Lost) || bad.with(Vec::len) > 1)
        });
        Address {
            links: self,
            id,
            now,
            lost,
            bad,
        }
    }

    /// It came into view.
    pub fn want(self, id: FileId) {
        let due = self
            .known
            .with_untracked(|known| is_due(known.get(&id), browser::now()));
        if due {
            self.renew(id);
        }
    }

    /// What is known of it is good no more.
    pub fn renew(self, id: FileId) {
        let first = self.queue.try_update_value(|queue| {
            let first = queue.is_empty();
            if !queue.contains(&id) {
                queue.push(id);
            }
            first
        });
        if first == Some(true) {
            set_timeout(move || self.ask_all(), GATHER);
        }
    }

    /// What could not be learnt may be learnt now.
    pub fn look_again(self) {
        let lost = self.known.with_untracked(|known| {
            let lost = known.iter().filter(|(_, place)| **place == Place::Lost);
            lost.map(|(id, _)| *id).collect::<Vec<_>>()
        });
        for id in lost {
            self.renew(id);
        }
    }

    /// An address that is good now, if it is known already.
    pub fn at_hand(self, id: FileId) -> Option<String> {
        self.known.with_untracked(|known| match known.get(&id) {
            Some(Place::Known { url, .. }) if !is_due(known.get(&id), browser::now()) => {
                Some(url.clone())
            }
            _ => None,
        })
    }

    /// An address that is good now, asked for if need be.
    pub async fn address(self, id: FileId) -> Option<String> {
        if self.at_hand(id).is_none() {
            self.ask(vec![id]).await;
        }
        self.at_hand(id)
    }

    fn ask_all(self) {
        let queue = self
            .queue
            .try_update_value(std::mem::take)
            .unwrap_or_default();
        for ids in queue.chunks(MOST).map(<[FileId]>::to_vec) {
            leptos::task::spawn_local(self.ask(ids));
        }
    }

    async fn ask(self, ids: Vec<FileId>) {
        let since = browser::now();
        let answer = files::file_links(ids.clone()).await;
        self.known.try_update(|known| {
            // What is not told is not there.
            known.extend(ids.into_iter().map(|id| (id, Place::Lost)));
            for (id, url, thumb) in answer.unwrap_or_default() {
                known.insert(id, Place::Known { url, thumb, since });
            }
        });
    }
}

/// Where something is shown from; copied about freely.
#[derive(Clone, Copy)]
pub struct Address {
    links: Links,
    id: FileId,
    /// None while it is not known.
    pub now: Memo<Option<String>>,
    /// There is none to be had.
    pub lost: Memo<bool>,
    bad: RwSignal<Vec<String>>,
}

impl Address {
    /// Nothing came from it: another one is tried, once.
    pub fn failed(self) {
        let Some(address) = self.now.get_untracked() else {
            return;
        };
        let first = self.bad.with_untracked(Vec::is_empty);
        self.bad.update(|bad| bad.push(address));
        if first {
            self.links.renew(self.id);
        }
    }
}

fn is_due(place: Option<&Place>, now: Moment) -> bool {
    match place {
        Some(Place::Known { since, .. }) => !(0..GOOD_MS).contains(&now.since(*since)),
        Some(Place::Lost) | None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_renewed_before_it_ends_and_after_the_clock_went_back() {
        let known = |since| {
            Some(Place::Known {
                url: "/f".into(),
                thumb: None,
                since: Moment(since),
            })
        };
        let now = Moment(1_000_000_000);
        for (place, due) in [
            (None, true),
            (Some(Place::Lost), true),
            (known(now.0), false),
            (known(now.0 - GOOD_MS + 1), false),
            (known(now.0 - GOOD_MS), true),
            (known(now.0 + 1), true),
        ] {
            assert_eq!(is_due(place.as_ref(), now), due, "{place:?}");
        }
    }
}
