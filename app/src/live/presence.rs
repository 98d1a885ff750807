//! Who else looks at which conversation, and who writes.

use crate::boxed::sort;
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

/// Where everybody else is, as far as the server told: by the number of their socket, for one may have several tabs.
#[derive(Clone, Debug, Default)]
pub struct Presence(HashMap<(MemberId, u64), (ConversationId, bool)>);

impl Presence {
    /// Somebody came, went or began to write in one of their tabs.
    pub fn moved(
        &mut self,
        member: MemberId,
        socket: u64,
        at: Option<ConversationId>,
        typing: bool,
    ) {
        match at {
            Some(at) => self.0.insert((member, socket), (at, typing)),
            None => self.0.remove(&(member, socket)),
        };
    }

    /// After a lost connection nothing is known.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Who is in a conversation, each once, writers first.
    pub fn others(&self, at: ConversationId, me: MemberId) -> Vec<Other> {
        let mut others: Vec<_> = self
            .0
            .iter()
            .filter(|((member, _), (there, _))| *there == at && *member != me)
            .map(|((member, _), (_, typing))| Other {
                member: *member,
                typing: *typing,
            })
            .collect();
        sort(&mut others, |a, b| {
            (a.member, b.typing).cmp(&(b.member, a.typing))
        });
        others.dedup_by_key(|other| other.member);
        sort(&mut others, |a, b| {
            (b.typing, a.member).cmp(&(a.typing, b.member))
        });
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn member(n: u128) -> MemberId {
        MemberId(Uuid::from_u128(n))
    }

    fn at(n: u128) -> ConversationId {
        ConversationId(Uuid::from_u128(n))
    }

    #[test]
    fn people_are_where_they_went_and_the_reader_is_not_among_the_others() {
        let mut presence = Presence::default();
        presence.moved(member(1), 1, Some(at(1)), false);
        presence.moved(member(2), 2, Some(at(1)), true);
        presence.moved(member(3), 3, Some(at(1)), false);
        let seen: Vec<_> = presence
            .others(at(1), member(3))
            .iter()
            .map(|o| o.member)
            .collect();
        assert_eq!(seen, [member(2), member(1)]);

        presence.moved(member(2), 2, Some(at(2)), false);
        presence.moved(member(1), 1, None, false);
        assert!(presence.others(at(1), member(3)).is_empty());
        assert_eq!(presence.others(at(2), member(3)).len(), 1);
    }

    #[test]
    fn a_tab_that_is_closed_takes_nobody_out_of_another() {
        let mut presence = Presence::default();
        presence.moved(member(1), 1, Some(at(1)), true);
        presence.moved(member(1), 2, Some(at(1)), false);
        presence.moved(member(1), 3, Some(at(2)), false);
        let here = |presence: &Presence| presence.others(at(1), member(9));
        let once = Other {
            member: member(1),
            typing: true,
        };
        assert_eq!(here(&presence), [once]);
        presence.moved(member(1), 1, None, false);
        assert_eq!(here(&presence).len(), 1, "the second tab is still here");
        assert_eq!(presence.others(at(2), member(9)).len(), 1);
    }
}
