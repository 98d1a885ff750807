//! What the server sends, taken into the store: one by one while live, all at once after a gap.

use super::{End, FIRST_WAIT_MS, Link};
use crate::{
    error::ApiError,
    live::{Live, api, apply},
};
use leptos::prelude::*;
use postern_types::{Event, FeedCursor, ListRequest, MessageView, ServerFrame};

/// So many missed events are applied at a time: a redraw each would freeze the page.
const BATCH: usize = 500;

/// The frames of one connection.
pub struct Frames {
    live: Live,
    caught_up: bool,
    missed: Vec<(FeedCursor, Event)>,
    /// Messages among them that are new to this tab.
    new: Vec<MessageView>,
}

impl Frames {
    /// Nothing was sent yet.
    pub fn new(live: Live) -> Self {
        Self {
            live,
            caught_up: false,
            missed: Vec::new(),
            new: Vec::new(),
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
                self.missed.push((cursor, *event));
                if self.caught_up || self.missed.len() >= BATCH {
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

    /// Applies what has gathered.
    fn apply(&mut self) -> Option<End> {
        if self.missed.is_empty() {
            return None;
        }
        let events = std::mem::take(&mut self.missed);
        let new = self.live.inbox.try_update(|inbox| {
            let take = |(cursor, event)| {
                inbox.cursor = Some(cursor);
                apply::apply(inbox, event)
            };
            events.into_iter().filter_map(take).collect::<Vec<_>>()
        });
        match new {
            None => return Some(End::Stop),
            Some(new) if self.caught_up => {
                if let Some(last) = new.into_iter().last() {
                    self.live.heard.set(Some(last));
                }
            }
            Some(new) => self.new.extend(new),
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
