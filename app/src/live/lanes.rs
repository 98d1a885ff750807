//! One thing after another for each conversation, so that a second click cannot overtake the first.

use leptos::prelude::*;
use postern_types::ConversationId;
use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    pin::Pin,
};

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// What waits; a conversation is in it for as long as something of it runs. Copied about freely.
#[derive(Clone, Copy)]
pub struct Lanes(StoredValue<HashMap<ConversationId, VecDeque<Work>>, LocalStorage>);

impl Lanes {
    /// Nothing waits.
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// Does `work` when everything before it in its lane is done.
    pub fn push(self, lane: ConversationId, work: impl Future<Output = ()> + 'static) {
        let work: Work = Box::pin(work);
        let begins = self
            .0
            .try_update_value(|lanes| {
                if let Some(waiting) = lanes.get_mut(&lane) {
                    waiting.push_back(work);
                    return None;
                }
                lanes.insert(lane, VecDeque::new());
                Some(work)
            })
            .flatten();
        if let Some(first) = begins {
            leptos::task::spawn_local(self.run(lane, first));
        }
    }

    /// Whether nothing runs.
    pub fn idle(self) -> bool {
        self.0.try_with_value(HashMap::is_empty).unwrap_or(true)
    }

    async fn run(self, lane: ConversationId, first: Work) {
        let mut next = Some(first);
        while let Some(work) = next {
            work.await;
            next = self
                .0
                .try_update_value(|lanes| {
                    let work = lanes.get_mut(&lane).and_then(VecDeque::pop_front);
                    if work.is_none() {
                        lanes.remove(&lane);
                    }
                    work
                })
                .flatten();
        }
    }
}
