//! Where the reader came from, as far as this page knows: the browser does not tell.

use postern_types::ConversationId;

/// The places since the inbox was opened, the last one last; none stands for the list.
#[derive(Clone, Debug, Default)]
pub struct Trail(Vec<Option<ConversationId>>);

impl Trail {
    /// The reader is there now. After a step through the history this is known already.
    pub fn went(&mut self, to: Option<ConversationId>) {
        if self.0.last() != Some(&to) {
            self.0.push(to);
        }
    }

    /// The browser stepped through its history, and is there now. Forward, nothing is known any more.
    pub fn stepped(&mut self, to: Option<ConversationId>) {
        match self.0.as_slice() {
            [.., last] if *last == to => {}
            [.., before, _] if *before == to => {
                self.0.pop();
            }
            _ => self.forget(to),
        }
    }

    /// The reader is there, and how they came is not known.
    pub fn forget(&mut self, at: Option<ConversationId>) {
        self.0 = vec![at];
    }

    /// Whether one step back leads to the list.
    pub fn came_from_list(&self) -> bool {
        matches!(self.0.as_slice(), [.., None, Some(_)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// 0 is the list.
    fn at(n: u128) -> Option<ConversationId> {
        (n > 0).then(|| ConversationId(Uuid::from_u128(n)))
    }

    fn walked(places: &[Option<ConversationId>]) -> Trail {
        let mut trail = Trail::default();
        for place in places {
            trail.went(*place);
        }
        trail
    }

    #[test]
    fn one_step_back_leads_to_the_list_only_when_one_came_from_there() {
        for (places, expected) in [
            (vec![None], false),
            (vec![at(1)], false),
            (vec![None, at(1)], true),
            (vec![None, at(1), at(2)], false),
            (vec![None, at(1), at(2), at(1)], false),
            (vec![None, at(1), None, at(2)], true),
        ] {
            assert_eq!(walked(&places).came_from_list(), expected, "{places:?}");
        }
    }

    #[test]
    fn a_step_back_is_taken_back_and_a_step_forward_forgets() {
        let mut trail = walked(&[None, at(1), at(2)]);
        trail.stepped(at(1));
        trail.went(at(1));
        assert!(trail.came_from_list());
        trail.stepped(at(2));
        assert!(!trail.came_from_list());
    }

    #[test]
    fn details_that_were_reached_through_the_history_are_closed_without_a_way_back() {
        let mut trail = walked(&[None, at(1), at(2)]);
        trail.stepped(at(1));
        trail.forget(at(1));
        trail.went(at(1));
        assert!(!trail.came_from_list());
        trail.went(None);
        trail.went(at(2));
        assert!(trail.came_from_list());
    }
}
