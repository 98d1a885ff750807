//! The order in which lines go out: a lane a conversation; a lane that was stopped keeps all of its lines.

use postern_types::{Compose, ConversationId, MessageId};
use std::collections::{HashMap, VecDeque};

/// Lines that the server has not answered, and those that it did not take.
#[derive(Debug, Default)]
pub struct Queue {
    lanes: HashMap<ConversationId, Lane>,
    refused: Vec<Compose>,
}

#[derive(Debug, Default)]
struct Lane {
    lines: VecDeque<Compose>,
    running: bool,
    /// It is tried again at the end of a pause.
    pausing: bool,
}

impl Queue {
    /// Adds a line behind the others of its conversation.
    pub fn push(&mut self, line: Compose) {
        let Lane { lines, .. } = self.lanes.entry(line.conversation).or_default();
        lines.push_back(line);
    }

    /// Begins to send a lane, and gives what waits in it; none when it is being sent or empty.
    pub fn start(&mut self, lane: ConversationId) -> Option<Vec<MessageId>> {
        let lane = self.lanes.get_mut(&lane)?;
        if lane.running || lane.lines.is_empty() {
            return None;
        }
        lane.running = true;
        Some(lane.lines.iter().map(|line| line.id).collect())
    }

    /// The line to send next; none ends the lane.
    pub fn next(&mut self, lane: ConversationId) -> Option<Compose> {
        let next = self.lanes.get(&lane)?.lines.front().cloned();
        if next.is_none() {
            self.lanes.remove(&lane);
        }
        next
    }

    /// Stops sending a lane; what stays in it, in order.
    pub fn stop(&mut self, lane: ConversationId) -> Vec<MessageId> {
        let Some(lane) = self.lanes.get_mut(&lane) else {
            return Vec::new();
        };
        lane.running = false;
        lane.lines.iter().map(|line| line.id).collect()
    }

    /// Begins the pause before a lane is tried again; false when it has begun, or nothing waits.
    pub fn pause(&mut self, lane: ConversationId) -> bool {
        let lane = self.lanes.get_mut(&lane);
        lane.is_some_and(|lane| {
            !lane.lines.is_empty() && !std::mem::replace(&mut lane.pausing, true)
        })
    }

    /// The pause is over.
    pub fn paused(&mut self, lane: ConversationId) {
        if let Some(lane) = self.lanes.get_mut(&lane) {
            lane.pausing = false;
        }
    }

    /// Takes a line out: the server has it, or refused it, and then it is kept for another try.
    pub fn end(&mut self, lane: ConversationId, id: MessageId, refused: bool) {
        let Some(lines) = self.lanes.get_mut(&lane).map(|lane| &mut lane.lines) else {
            return;
        };
        let at = lines.iter().position(|line| line.id == id);
        let ended = at.and_then(|at| lines.remove(at));
        if refused {
            self.refused.extend(ended);
        }
    }

    /// Puts a line behind the others again that was refused.
    pub fn put_back(&mut self, id: MessageId) {
        if let Some(at) = self.refused.iter().position(|line| line.id == id) {
            let line = self.refused.swap_remove(at);
            self.push(line);
        }
    }

    /// The reader took a line back.
    pub fn forget(&mut self, lane: ConversationId, id: MessageId) {
        self.end(lane, id, false);
        self.refused.retain(|line| line.id != id);
    }

    /// The lanes that there are.
    pub fn lanes(&self) -> Vec<ConversationId> {
        self.lanes.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn lane() -> ConversationId {
        ConversationId(Uuid::from_u128(1))
    }

    fn id(n: u128) -> MessageId {
        MessageId(Uuid::from_u128(n))
    }

    fn line(n: u128) -> Compose {
        Compose {
            id: id(n),
            conversation: lane(),
            text: n.to_string(),
            note: false,
            reply_to: None,
            sends: None,
        }
    }

    #[test]
    fn a_line_that_could_not_go_keeps_its_place_before_the_later_ones() {
        let mut queue = Queue::default();
        queue.push(line(1));
        assert_eq!(queue.start(lane()), Some(vec![id(1)]));
        queue.push(line(2));
        assert_eq!(queue.start(lane()), None, "one at a time");
        assert_eq!(queue.next(lane()).map(|line| line.id), Some(id(1)));
        assert_eq!(queue.stop(lane()), [id(1), id(2)]);

        queue.push(line(3));
        assert_eq!(queue.start(lane()), Some(vec![id(1), id(2), id(3)]));
        let mut sent = Vec::new();
        while let Some(line) = queue.next(lane()) {
            sent.push(line.id);
            queue.end(lane(), line.id, false);
        }
        assert_eq!(sent, [id(1), id(2), id(3)]);
        assert!(queue.lanes().is_empty());
    }

    #[test]
    fn a_lane_that_was_stopped_waits_for_one_pause_at_a_time() {
        let mut queue = Queue::default();
        assert!(!queue.pause(lane()), "nothing waits");
        queue.push(line(1));
        queue.start(lane());
        queue.stop(lane());
        assert!(queue.pause(lane()));
        // The next line tries it at once, and fails too.
        queue.push(line(2));
        assert!(queue.start(lane()).is_some());
        queue.stop(lane());
        assert!(!queue.pause(lane()));
        queue.paused(lane());
        assert!(queue.pause(lane()));
    }

    #[test]
    fn what_was_taken_back_is_not_sent() {
        let mut queue = Queue::default();
        queue.push(line(1));
        queue.push(line(2));
        queue.forget(lane(), id(1));
        queue.start(lane());
        assert_eq!(queue.next(lane()).map(|line| line.id), Some(id(2)));
    }

    #[test]
    fn what_was_refused_goes_again_as_it_was_and_behind_the_others() {
        let mut queue = Queue::default();
        queue.push(line(1));
        queue.push(line(2));
        queue.start(lane());
        queue.end(lane(), id(1), true);
        assert_eq!(queue.next(lane()), Some(line(2)));
        queue.put_back(id(1));
        queue.put_back(id(1));
        queue.end(lane(), id(2), false);
        assert_eq!(queue.next(lane()), Some(line(1)));
        queue.end(lane(), id(1), true);
        queue.forget(lane(), id(1));
        queue.put_back(id(1));
        assert_eq!(queue.next(lane()), None);
    }
}
