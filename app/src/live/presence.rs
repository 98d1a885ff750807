//! Who else looks at which conversation, and who writes.

use postern_types::{ConversationId, MemberId};
use std::collections::HashMap;

/// A colleague in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Who.
    pub member: MemberId,
    /// Whether they write.
    pub typing: bool,
}

/// Where everybody else is, as far as the server told.
#[derive(Clone, Debug, Default)]
pub struct Presence(HashMap<MemberId, (ConversationId, bool)>);

impl Presence {
    /// Somebody came, went or began to write.
    pub fn moved(&mut self, member: MemberId, at: Option<ConversationId>, typing: bool) {
        match at {
            Some(at) => self.0.insert(member, (at, typing)),
            None => self.0.remove(&member),
        };
    }

    /// After a lost connection nothing is known.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Who is in a conversation, writers first.
    pub fn others(&self, at: ConversationId, me: MemberId) -> Vec<Other> {
        let mut others: Vec<_> = self
            .0
            .iter()
            .filter(|(member, (there, _))| *there == at && **member != me)
            .map(|(member, (_, typing))| Other {
                member: *member,
                typing: *typing,
            })
            .collect();
        others.sort_by_key(|other| (!other.typing, other.member));
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn people_are_in_one_place_and_the_reader_is_not_among_the_others() {
        let member = |n| MemberId(Uuid::from_u128(n));
        let at = |n| ConversationId(Uuid::from_u128(n));
        let mut presence = Presence::default();
        presence.moved(member(1), Some(at(1)), false);
        presence.moved(member(2), Some(at(1)), true);
        presence.moved(member(3), Some(at(1)), false);
        let seen: Vec<_> = presence
            .others(at(1), member(3))
            .iter()
            .map(|o| o.member)
            .collect();
        assert_eq!(seen, [member(2), member(1)]);

        presence.moved(member(2), Some(at(2)), false);
        presence.moved(member(1), None, false);
        assert!(presence.others(at(1), member(3)).is_empty());
        assert_eq!(presence.others(at(2), member(3)).len(), 1);
    }
}
