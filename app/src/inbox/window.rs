//! Whether a reply may be sent now, and why not.

use crate::{ui::time, words::composer};
use postern_types::{ChannelState, ConversationState, Moment};

/// What stands between the reader and a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Nothing; the window closes then.
    Open(Moment),
    /// The 24 hours ended then.
    Ended(Moment),
    /// The contact never wrote.
    Never,
    /// The number cannot send.
    NumberLost,
    /// The conversation is closed.
    Closed,
}

/// Decides; what is fixed soonest comes last, as it matters only once the rest is right.
pub fn gate(
    state: ConversationState,
    number: Option<ChannelState>,
    until: Option<Moment>,
    now: Moment,
) -> Gate {
    match (state, number, until) {
        (ConversationState::Closed, ..) => Gate::Closed,
        (_, Some(ChannelState::Disconnected), _) => Gate::NumberLost,
        (_, _, None) => Gate::Never,
        (_, _, Some(until)) if until <= now => Gate::Ended(until),
        (_, _, Some(until)) => Gate::Open(until),
    }
}

impl Gate {
    /// Why nothing can be sent; none when it can.
    pub fn reason(self, now: Moment) -> Option<String> {
        match self {
            Self::Open(_) => None,
            Self::Ended(at) => Some(composer::window_ended(&time::in_sentence(at, now))),
            Self::Never => Some(composer::NEVER_OPEN.into()),
            Self::NumberLost => Some(composer::NUMBER_LOST.into()),
            Self::Closed => Some(composer::CLOSED.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_needs_an_open_conversation_a_living_number_and_an_open_window() {
        use ChannelState::{Connected, Disconnected};
        use ConversationState::{Closed, Open};
        let (now, soon) = (Moment(100), Moment(101));
        for (state, number, until, expected) in [
            (Open, Some(Connected), Some(soon), Gate::Open(soon)),
            (Open, None, Some(soon), Gate::Open(soon)),
            (Open, Some(Connected), Some(now), Gate::Ended(now)),
            (Open, Some(Connected), None, Gate::Never),
            (Open, Some(Disconnected), Some(soon), Gate::NumberLost),
            (Closed, Some(Disconnected), None, Gate::Closed),
        ] {
            assert_eq!(gate(state, number, until, now), expected);
        }
    }
}
