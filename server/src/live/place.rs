//! Where a socket's reader is, as it is told to others: never the same twice, at most four times a second, and always
//! the last.

use postern_types::ConversationId;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Between two words of one socket. A page that says more, by a fault or on purpose, is heard no more often.
const APART: Duration = Duration::from_millis(250);

/// In which conversation, and whether they type there; nowhere at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which one.
    pub conversation: Option<ConversationId>,
    /// True while they type.
    pub typing: bool,
}

/// What a socket has said of it, and what it has still to say.
pub struct Told {
    last: Place,
    next: Option<Place>,
    free_at: Instant,
}

impl Told {
    /// Nothing yet.
    pub fn new(now: Instant) -> Self {
        Self {
            last: Place::default(),
            next: None,
            free_at: now,
        }
    }

    /// The reader is there now; what was to be said before is out of date.
    pub fn hear(&mut self, place: Place) {
        self.next = (place != self.last).then_some(place);
    }

    /// Ends when there is something to say and it may be said.
    pub async fn due(&self) {
        match self.next {
            Some(_) => sleep_until(self.free_at).await,
            None => std::future::pending().await,
        }
    }

    /// What is to be said at `now`.
    pub fn say(&mut self, now: Instant) -> Option<Place> {
        let place = self.next.filter(|_| now >= self.free_at)?;
        self.next = None;
        self.last = place;
        self.free_at = now + APART;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_did_not_change_is_not_said_and_what_changes_fast_is_said_four_times_a_second() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let typing = |typing| Place {
            conversation: Some(ConversationId(Uuid::nil())),
            typing,
        };
        let mut told = Told::new(start);
        told.hear(Place::default());
        assert_eq!(told.say(at(0)), None, "nowhere, as before");

        // A key held down: a thousand changes in a second.
        let mut said = Vec::new();
        for milli in 0..1000 {
            told.hear(typing(milli % 2 == 0));
            said.extend(told.say(at(milli)));
        }
        assert_eq!(said.len(), 4, "{said:?}");
        told.hear(typing(true));
        told.hear(Place::default());
        assert_eq!(told.say(at(1100)), Some(Place::default()), "the last word");

        told.hear(typing(true));
        told.hear(Place::default());
        assert_eq!(told.say(at(2000)), None, "back where it was");
    }
}
