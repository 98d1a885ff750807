//! Who is next: numbers take turns, each one's bodies stay in their order.

use std::collections::{HashMap, VecDeque};

/// How many of one number wait at most; it takes seconds to get that far, and Meta asks again.
const OF_ONE: usize = 1000;
/// How many wait at most.
const OF_ALL: usize = 8000;

/// What waits, by number.
pub(super) struct Line<T> {
    waiting: HashMap<String, VecDeque<T>>,
    /// The numbers of which something waits, in the order of their turns.
    turns: VecDeque<String>,
    len: usize,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            turns: VecDeque::new(),
            len: 0,
        }
    }
}

impl<T> Line<T> {
    /// How many wait.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Joins the line; false when it is too long.
    pub fn join(&mut self, number: &str, item: T) -> bool {
        if self.len >= OF_ALL {
            return false;
        }
        match self.waiting.get_mut(number) {
            Some(own) if own.len() >= OF_ONE => return false,
            Some(own) => own.push_back(item),
            None => {
                self.waiting
                    .insert(number.to_owned(), VecDeque::from([item]));
                self.turns.push_back(number.to_owned());
            }
        }
        self.len += 1;
        true
    }

    /// Up to `most`: one of each number, and again, until there are enough.
    pub fn next(&mut self, most: usize) -> Vec<T> {
        let mut next = Vec::with_capacity(most.min(self.len));
        while next.len() < most
            && let Some(number) = self.turns.pop_front()
        {
            let Some(own) = self.waiting.get_mut(&number) else {
                continue;
            };
            next.extend(own.pop_front());
            if own.is_empty() {
                self.waiting.remove(&number);
            } else {
                self.turns.push_back(number);
            }
        }
        self.len -= next.len();
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_turns_and_each_keeps_its_order() {
        let mut line = Line::default();
        for n in 0..5 {
            assert!(line.join("flooded", ("flooded", n)));
        }
        assert!(line.join("quiet", ("quiet", 0)));
        assert!(line.join("calm", ("calm", 0)));
        assert_eq!(
            line.next(4),
            [("flooded", 0), ("quiet", 0), ("calm", 0), ("flooded", 1)]
        );
        assert!(line.join("quiet", ("quiet", 1)));
        assert_eq!(
            line.next(9),
            [("flooded", 2), ("quiet", 1), ("flooded", 3), ("flooded", 4)]
        );
        assert_eq!(line.next(9), []);
        assert!(line.waiting.is_empty() && line.turns.is_empty() && line.len == 0);
    }

    #[test]
    fn a_flooded_number_fills_its_own_line_and_not_the_others() {
        let mut line = Line::default();
        let joined = (0..OF_ONE + 10)
            .filter(|n| line.join("flooded", *n))
            .count();
        assert_eq!(joined, OF_ONE);
        assert!(line.join("quiet", 0));
        for number in 0..20 {
            for n in 0..OF_ONE {
                line.join(&number.to_string(), n);
            }
        }
        assert_eq!(line.len, OF_ALL);
        assert!(!line.join("late", 0));
        line.next(1);
        assert!(line.join("late", 0), "there is room again");
    }
}
