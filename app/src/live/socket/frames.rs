//! What the server sends, taken into the store: as it comes while live, as fast as the page can show it, and all at once
//! after a gap.

use super::{End, FIRST_WAIT_MS, Link};
use crate::{
    browser,
    error::ApiError,
    live::{Live, api, apply},
};
use leptos::prelude::*;
use postern_types::{Event, FeedCursor, ListRequest, MessageView, Moment, ServerFrame};
use std::future::pending;

/// So many missed events are applied at a time: a redraw each would freeze the page.
const BATCH: usize = 500;
/// After the page has shown what came it rests so many times as long, and shows what came meanwhile together: whoever works in
/// it waits for a third of its time at most, however much comes in and however slow the machine is.
const REST: i64 = 2;
/// It rests no longer, in milliseconds.
const LONGEST_REST: i64 = 1_000;

/// The frames of one connection.
pub struct Frames {
    live: Live,
    caught_up: bool,
    /// What is not in the store yet.
    waiting: Vec<(FeedCursor, Event)>,
    /// Messages of a gap that are new to this tab.
    new: Vec<MessageView>,
    /// Until then it rests.
    rested: Moment,
}

impl Frames {
    /// Nothing was sent yet.
    pub fn new(live: Live) -> Self {
        Self {
            live,
            caught_up: false,
            waiting: Vec::new(),
            new: Vec::new(),
            rested: Moment(0),
        }
    }

    /// Takes one frame; an end when the connection is over.
    pub async fn take(
        &mut self,
        frame: ServerFrame,
        wait: &mut u32,
    ) -> Result<Option<End>, ApiError> {
        let live = self.live;
        match frame {
            ServerFrame::Event { cursor, event } => {
                self.waiting.push((cursor, *event));
                if self.caught_up && self.rest() == 0 {
                    return Ok(self.show().await);
                }
                if self.waiting.len() >= BATCH {
                    return Ok(self.apply());
                }
            }
            ServerFrame::CaughtUp { cursor } => {
                *wait = FIRST_WAIT_MS;
                if let Some(end) = self.apply() {
                    return Ok(Some(end));
                }
                self.caught_up = true;
                let kept = live
                    .inbox
                    .try_update_untracked(|inbox| inbox.cursor = Some(cursor));
                if kept.is_none() {
                    return Ok(Some(End::Stop));
                }
                live.link.set(Link::Live);
                if !self.new.is_empty() {
                    live.missed.set(std::mem::take(&mut self.new));
                }
            }
            ServerFrame::Replying {
                member,
                socket,
                conversation,
                typing,
            } => live
                .presence
                .update(|all| all.moved(member, socket, conversation, typing)),
            ServerFrame::Beat => {}
            ServerFrame::Reload => {
                load(live).await?;
                return Ok(Some(End::Again));
            }
            ServerFrame::Bye => return Ok(Some(End::Bye)),
        }
        Ok(None)
    }

    /// Returns when it is time to [`Frames::show`] what waits.
    pub async fn due(&self) {
        if !self.caught_up || self.waiting.is_empty() {
            return pending().await;
        }
        browser::sleep(self.rest()).await;
    }

    /// Milliseconds to rest; none as well when somebody has set the clock back.
    fn rest(&self) -> u32 {
        let rest = self.rested.since(browser::now());
        let rest = Some(rest).filter(|rest| (0..=LONGEST_REST).contains(rest));
        rest.and_then(|rest| rest.try_into().ok()).unwrap_or(0)
    }

    /// Applies what waits, and rests after it.
    pub async fn show(&mut self) -> Option<End> {
        let began = browser::now();
        let end = self.apply();
        // Its effects run before the next timer does.
        browser::sleep(0).await;
        let shown = browser::now();
        let rest = (shown.since(began) * REST).min(LONGEST_REST);
        self.rested = Moment(shown.0 + rest);
        end
    }

    /// Applies what has gathered.
    fn apply(&mut self) -> Option<End> {
        if self.waiting.is_empty() {
            return None;
        }
        let events = std::mem::take(&mut self.waiting);
        let new = self.live.inbox.try_update(|inbox| {
            let take = |(cursor, event)| {
                inbox.cursor = Some(cursor);
                apply::apply(inbox, event)
            };
            events.into_iter().filter_map(take).collect::<Vec<_>>()
        });
        match new {
            None => return Some(End::Stop),
            Some(new) if !self.caught_up => self.new.extend(new),
            Some(new) if new.is_empty() => {}
            Some(new) => self.live.heard.set(new),
        }
        None
    }
}

/// Reads everything anew. What the reader is typing lives elsewhere and stays.
pub async fn load(live: Live) -> Result<(), ApiError> {
    let Some(looking_at) = live.looking_at.try_get_untracked() else {
        return Ok(());
    };
    let request = ListRequest {
        search: String::new(),
        labels: Vec::new(),
        after: None,
        ..looking_at
    };
    let snapshot = api::snapshot(request.clone()).await?;
    live.learn_time(snapshot.now);
    if live
        .inbox
        .try_update(|inbox| inbox.load(&request, snapshot))
        .is_some()
    {
        live.epoch.update(|epoch| *epoch += 1);
    }
    Ok(())
}
