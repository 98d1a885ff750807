//! What was written goes out one by one for each conversation, so that a second line cannot overtake the first.

mod queue;

use super::{Drafts, Inbox, Link, api};
use crate::{browser, error::ApiError, words::fault};
use leptos::prelude::*;
use postern_types::{
    Compose, Content, ConversationId, Direction, MemberId, MessageId, MessageView, Moment, Packed,
    Status,
};
use queue::Queue;
use std::time::Duration;

/// Before another try while the connection is there.
const AGAIN_S: u32 = 20;

/// Lines on their way to the server; lives as long as the workspace is worked in, whatever page is open.
#[derive(Clone, Copy)]
pub struct Outbox {
    inbox: RwSignal<Inbox>,
    drafts: Drafts,
    link: RwSignal<Link>,
    queue: StoredValue<Queue>,
}

impl Outbox {
    /// Empty.
    pub fn new(inbox: RwSignal<Inbox>, drafts: Drafts, link: RwSignal<Link>) -> Self {
        Self {
            inbox,
            drafts,
            link,
            queue: StoredValue::new(Queue::default()),
        }
    }

    /// Shows a line at once and sends it; false when this browser cannot make an id.
    pub fn write(self, conversation: ConversationId, text: String, note: bool) -> bool {
        let Some(id) = browser::message_id() else {
            return false;
        };
        let written = Compose {
            id,
            conversation,
            text,
            note,
            reply_to: None,
            sends: None,
        };
        let content = Content::Text {
            text: written.text.clone(),
        };
        self.send(written, content, None);
        true
    }

    /// The same for whatever it is, with how it is shown until the server has it.
    pub fn send(self, written: Compose, content: Content, extra: Option<Packed>) {
        let conversation = written.conversation;
        let now = browser::now();
        self.inbox.update(|inbox| {
            let line = MessageView {
                content,
                extra,
                ..blank(&written, inbox.me, now)
            };
            inbox.threads.entry(conversation).or_default().write(line);
        });
        self.queue.update_value(|queue| queue.push(written));
        self.resume(conversation);
    }

    /// Sends again what never reached the server, under the same id; false when the server knows it.
    pub fn again(self, message: &MessageView) -> bool {
        let (lane, id) = (message.conversation, message.id);
        let unseen = self.inbox.try_update(|inbox| {
            let thread = inbox.threads.get_mut(&lane);
            thread.is_some_and(|thread| thread.again(id, browser::now()))
        });
        if unseen != Some(true) {
            return false;
        }
        self.queue.update_value(|queue| queue.put_back(id));
        self.resume(lane);
        true
    }

    /// Takes back what never reached the server.
    pub fn discard(self, message: &MessageView) {
        let (lane, id) = (message.conversation, message.id);
        self.queue.update_value(|queue| queue.forget(lane, id));
        self.inbox.update(|inbox| {
            if let Some(thread) = inbox.threads.get_mut(&lane) {
                thread.discard(id);
            }
        });
    }

    /// Sends again, in their order, all that waits for the connection.
    pub fn resume_all(self) {
        let lanes = self.queue.try_with_value(Queue::lanes).unwrap_or_default();
        for lane in lanes {
            self.resume(lane);
        }
    }

    fn resume(self, lane: ConversationId) {
        let begins = self.queue.try_update_value(|queue| queue.start(lane));
        let Some(Some(lines)) = begins else { return };
        self.inbox.try_update(|inbox| {
            if let Some(thread) = inbox.threads.get_mut(&lane) {
                for id in lines {
                    thread.again(id, browser::now());
                }
            }
        });
        leptos::task::spawn_local(self.run(lane));
    }

    async fn run(self, lane: ConversationId) {
        while let Some(Some(line)) = self.queue.try_update_value(|queue| queue.next(lane)) {
            let id = line.id;
            let answer = api::send_message(line).await;
            if let Err(error) = &answer
                && error.is_passing()
            {
                // The whole lane waits: a later line must not overtake this one.
                let left = self.queue.try_update_value(|queue| queue.stop(lane));
                self.fail(lane, &left.unwrap_or_default(), &fault::waits(error));
                self.resume_after(lane, pause_s(error));
                return;
            }
            self.queue
                .try_update_value(|queue| queue.end(lane, id, answer.is_err()));
            match answer {
                Ok(message) => {
                    self.inbox.try_update(|inbox| {
                        let thread = inbox.threads.get_mut(&lane);
                        thread.is_some_and(|thread| thread.put(message))
                    });
                    self.drafts.sent(lane);
                }
                Err(error) => self.fail(lane, &[id], &fault::say(&error)),
            }
        }
    }

    /// Tries a lane again after a pause. Without the connection it waits for that instead: `resume_all`.
    fn resume_after(self, lane: ConversationId, pause_s: u32) {
        if self.queue.try_update_value(|queue| queue.pause(lane)) != Some(true) {
            return;
        }
        let again = move || {
            self.queue.try_update_value(|queue| queue.paused(lane));
            if self.link.try_get_untracked() == Some(Link::Live) {
                self.resume(lane);
            }
        };
        set_timeout(again, Duration::from_secs(pause_s.into()));
    }

    fn fail(self, lane: ConversationId, ids: &[MessageId], reason: &str) {
        self.inbox.try_update(|inbox| {
            if let Some(thread) = inbox.threads.get_mut(&lane) {
                for id in ids {
                    thread.fail(*id, reason.to_owned());
                }
            }
        });
    }
}

/// So many seconds until another try makes sense.
fn pause_s(error: &ApiError) -> u32 {
    match error {
        ApiError::TooMany { retry_after_s } => (*retry_after_s).max(1),
        _ => AGAIN_S,
    }
}

/// A line without what it says.
fn blank(written: &Compose, me: MemberId, now: Moment) -> MessageView {
    let (direction, status) = if written.note {
        (Direction::Note, Status::Received)
    } else {
        (Direction::Out, Status::Queued)
    };
    MessageView {
        id: written.id,
        rev: 0,
        conversation: written.conversation,
        direction,
        author: Some(me),
        content: Content::Text {
            text: String::new(),
        },
        at: now,
        arrival: i64::MAX,
        status,
        status_at: now,
        fault: None,
        ask_at: None,
        extra: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sent_too_much_waits_as_long_as_the_server_says_and_at_least_a_second() {
        for (error, expected) in [
            (ApiError::TooMany { retry_after_s: 42 }, 42),
            (ApiError::TooMany { retry_after_s: 0 }, 1),
            (ApiError::Unavailable, AGAIN_S),
        ] {
            assert_eq!(pause_s(&error), expected, "{error:?}");
        }
    }
}
