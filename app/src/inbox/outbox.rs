//! What was written goes out one by one for each conversation, so that a second line cannot overtake the first.

use super::api;
use crate::{browser, error::ApiError, live::Live, words::fault};
use leptos::prelude::*;
use postern_types::{
    Compose, Content, ConversationId, Direction, MessageId, MessageView, Moment, Status,
};
use std::collections::{HashMap, VecDeque};

/// Lines on their way to the server; outlives the conversation that was open.
#[derive(Clone, Copy)]
pub struct Outbox {
    live: Live,
    lanes: StoredValue<HashMap<ConversationId, VecDeque<Compose>>>,
}

/// Makes it; once, at the inbox's root.
pub fn provide_outbox(live: Live) {
    provide_context(Outbox {
        live,
        lanes: StoredValue::new(HashMap::new()),
    });
}

/// The outbox of the page at hand.
pub fn use_outbox() -> Outbox {
    expect_context()
}

impl Outbox {
    /// Shows a line at once and sends it; false when this browser cannot make an id.
    pub fn write(self, conversation: ConversationId, text: String, note: bool) -> bool {
        let Some(id) = browser::message_id() else {
            return false;
        };
        let now = browser::now();
        let line = line(id, conversation, text.clone(), note, self.live, now);
        self.live.inbox.update(|inbox| {
            inbox.threads.entry(conversation).or_default().write(line);
        });
        self.enqueue(Compose {
            id,
            conversation,
            text,
            note,
        });
        true
    }

    /// Sends again what never reached the server, under the same id; false when the server knows it.
    pub fn again(self, message: &MessageView) -> bool {
        let unseen = self.live.inbox.try_update(|inbox| {
            let thread = inbox.threads.get_mut(&message.conversation);
            thread.is_some_and(|thread| thread.again(message.id, browser::now()))
        });
        if unseen != Some(true) {
            return false;
        }
        self.enqueue(Compose {
            id: message.id,
            conversation: message.conversation,
            text: message.content.text().to_owned(),
            note: message.direction == Direction::Note,
        });
        true
    }

    fn enqueue(self, written: Compose) {
        let lane = written.conversation;
        let first = self.lanes.try_update_value(|lanes| {
            let queue = lanes.entry(lane).or_default();
            queue.push_back(written);
            queue.len() == 1
        });
        if first == Some(true) {
            leptos::task::spawn_local(self.run(lane));
        }
    }

    async fn run(self, lane: ConversationId) {
        while let Some(line) = self.front(lane) {
            let id = line.id;
            let answer = api::send_message(line).await;
            self.settle(lane, id, answer);
            self.lanes
                .try_update_value(|lanes| lanes.get_mut(&lane).map(VecDeque::pop_front));
        }
    }

    fn front(self, lane: ConversationId) -> Option<Compose> {
        self.lanes
            .try_with_value(|lanes| lanes.get(&lane)?.front().cloned())
            .flatten()
    }

    fn settle(self, lane: ConversationId, id: MessageId, answer: Result<MessageView, ApiError>) {
        self.live.inbox.try_update(|inbox| {
            let Some(thread) = inbox.threads.get_mut(&lane) else {
                return;
            };
            match answer {
                Ok(message) => {
                    thread.put(message);
                }
                Err(ApiError::Transport { .. } | ApiError::Unavailable) => {
                    thread.fail(id, fault::NOT_SENT.into());
                }
                Err(error) => thread.fail(id, fault::say(&error)),
            }
        });
    }
}

fn line(
    id: MessageId,
    conversation: ConversationId,
    text: String,
    note: bool,
    live: Live,
    now: Moment,
) -> MessageView {
    MessageView {
        id,
        rev: 0,
        conversation,
        direction: if note {
            Direction::Note
        } else {
            Direction::Out
        },
        author: Some(live.me()),
        content: Content::Text { text },
        at: now,
        arrival: i64::MAX,
        status: if note {
            Status::Received
        } else {
            Status::Queued
        },
        status_at: now,
        fault: None,
        ask_at: None,
    }
}
