//! Who is next: numbers take turns, each one's bodies stay in their order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher;
use std::time::Duration;
use tokio::time::Instant;

/// How many of one number wait at most; it takes seconds to get that far, and Meta asks again.
const OF_ONE: usize = 1000;
/// How many wait at most.
const OF_ALL: usize = 8000;
/// A number of which more than so many wait, and which brought more than a third of those that [`LATELY`] came, is flooded.
/// Its transactions are its own: nobody else's webhook waits in one for that many of them. In a rush of all nobody is flooded,
/// though what waits may be mostly one's, as the others' are taken sooner.
const MANY: usize = 16;
/// That third, as a divisor.
const SHARE: usize = 3;
/// So many came last.
const LATELY: usize = 128;
/// So many of a flooded number are in one transaction while others are there: whoever comes meanwhile shares the processors
/// with that many.
const STEP: usize = 4;
/// Somebody who came within this time, or worked in the inbox, is there.
const THERE: Duration = Duration::from_secs(1);

/// What waits, by number.
pub(super) struct Line<T> {
    waiting: HashMap<String, VecDeque<T>>,
    /// The numbers of which something waits, in the order of their turns.
    turns: VecDeque<String>,
    /// Those that are in a transaction now. A number is in one at a time: its webhooks are committed in the order they
    /// came, and a flooded one leaves the other transactions to the others.
    busy: HashSet<String>,
    len: usize,
    /// Whose the last ones were, as hashes of their numbers.
    lately: VecDeque<u64>,
    /// Who came last, and when; and the last one who was somebody else.
    came: [Option<(String, Instant)>; 2],
    /// When somebody last worked in the inbox.
    worked: Option<Instant>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            turns: VecDeque::new(),
            busy: HashSet::new(),
            len: 0,
            lately: VecDeque::with_capacity(LATELY),
            came: [None, None],
            worked: None,
        }
    }
}

impl<T> Line<T> {
    /// How many wait.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Joins the line; false when it is too long. Those at its head that are `left` go out of it.
    pub fn join(&mut self, number: &str, item: T, left: impl Fn(&T) -> bool) -> bool {
        if let Some(own) = self.waiting.get_mut(number) {
            while own.len() > 1 && own.front().is_some_and(&left) {
                own.pop_front();
                self.len -= 1;
            }
        }
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
        self.note(number);
        true
    }

    fn note(&mut self, number: &str) {
        if self.lately.len() == LATELY {
            self.lately.pop_front();
        }
        self.lately.push_back(self.hash(number));
        let now = Instant::now();
        match &mut self.came[0] {
            Some((last, at)) if last == number => *at = now,
            last => self.came[1] = last.replace((number.to_owned(), now)),
        }
    }

    /// Somebody works in the inbox.
    pub fn somebody_works(&mut self) {
        self.worked = Some(Instant::now());
    }

    /// Whether somebody else than this number is there.
    pub fn others(&self, number: &str) -> bool {
        let came = self.came.iter().flatten();
        let others = came.filter(|(other, _)| other != number).map(|(_, at)| at);
        let mut seen = others.chain(&self.worked);
        seen.any(|at| at.elapsed() < THERE)
    }

    fn hash(&self, number: &str) -> u64 {
        self.waiting.hasher().hash_one(number)
    }

    /// Whether many of this number wait, and it brings more than its share.
    pub fn is_flooded(&self, number: &str) -> bool {
        if self.waiting.get(number).map_or(0, VecDeque::len) <= MANY {
            return false;
        }
        let number = self.hash(number);
        let own = self.lately.iter().filter(|came| **came == number).count();
        own * SHARE > self.lately.len()
    }

    /// Up to `most`: one of each number that is free, and again, until there are enough. Of a flooded one as many, and no
    /// other's; fewer while others are there, so that it comes in small steps. Their numbers are busy until they are
    /// [`Line::done`].
    pub fn next(&mut self, most: usize) -> (Vec<T>, Vec<String>) {
        let mut items = Vec::with_capacity(most.min(self.len));
        let mut numbers: Vec<String> = Vec::new();
        let mut passed = VecDeque::new();
        while items.len() < most
            && let Some(number) = self.turns.pop_front()
        {
            let (attended, many) = (self.others(&number), self.is_flooded(&number));
            let Some(own) = self.waiting.get_mut(&number) else {
                continue;
            };
            let has_some = numbers.contains(&number);
            let flooded = many && !has_some;
            if self.busy.contains(&number) && !has_some || flooded && !numbers.is_empty() {
                passed.push_back(number);
                continue;
            }
            let share = match flooded {
                true if attended => most.min(STEP),
                true => most,
                false => 1,
            };
            items.extend(own.drain(..share.min(own.len())));
            let more = !own.is_empty();
            if !more {
                self.waiting.remove(&number);
            }
            if !has_some {
                self.busy.insert(number.clone());
                numbers.push(number.clone());
            }
            if more {
                self.turns.push_back(number);
            }
            if flooded {
                break;
            }
        }
        // Who could not have a turn is before those who had one.
        passed.append(&mut self.turns);
        self.turns = passed;
        self.len -= items.len();
        (items, numbers)
    }

    /// The transaction that these numbers were in has ended.
    pub fn done(&mut self, numbers: &[String]) {
        for number in numbers {
            self.busy.remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_turns_and_each_keeps_its_order() {
        let mut line = Line::default();
        for n in 0..5 {
            assert!(line.join("flooded", ("flooded", n), |_| false));
        }
        assert!(line.join("quiet", ("quiet", 0), |_| false));
        assert!(line.join("calm", ("calm", 0), |_| false));
        let (first, numbers) = line.next(4);
        assert_eq!(
            first,
            [("flooded", 0), ("quiet", 0), ("calm", 0), ("flooded", 1)]
        );
        line.done(&numbers);
        assert!(line.join("quiet", ("quiet", 1), |_| false));
        let (second, numbers) = line.next(9);
        assert_eq!(
            second,
            [("flooded", 2), ("quiet", 1), ("flooded", 3), ("flooded", 4)]
        );
        line.done(&numbers);
        assert!(line.next(9).0.is_empty());
        assert!(line.waiting.is_empty() && line.turns.is_empty() && line.busy.is_empty());
        assert_eq!(line.len, 0);
    }

    #[test]
    fn a_flooded_number_has_its_transactions_to_itself() {
        let mut line = Line::default();
        assert!(line.join("quiet", ("quiet", 0), |_| false));
        for n in 0..MANY + STEP {
            assert!(line.join("flooded", ("flooded", n), |_| false));
        }
        assert!(line.join("calm", ("calm", 0), |_| false));
        assert_eq!(line.next(9).0, [("quiet", 0), ("calm", 0)]);
        assert!(line.is_flooded("flooded"));
        let (flood, numbers) = line.next(9);
        assert!(!line.is_flooded("flooded") && !line.is_flooded("quiet"));
        assert_eq!(flood, (0..STEP).map(|n| ("flooded", n)).collect::<Vec<_>>());
        assert_eq!(numbers, ["flooded"]);
        line.done(&["quiet".to_owned(), "calm".to_owned(), "flooded".to_owned()]);
        // It is none any more.
        assert!(line.join("quiet", ("quiet", 1), |_| false));
        assert_eq!(line.next(9).1, ["flooded", "quiet"]);
    }

    #[test]
    fn in_a_rush_of_all_nobody_is_flooded_though_most_that_wait_are_ones() {
        let mut line = Line::default();
        for n in 0..20 {
            for number in ["busy", "a", "b", "c"] {
                assert!(line.join(number, n, |_| false));
            }
        }
        line.waiting.retain(|number, _| number == "busy");
        assert!(!line.is_flooded("busy"));
        for n in 0..20 {
            assert!(line.join("busy", n, |_| false));
        }
        assert!(line.is_flooded("busy"), "forty of a hundred");
        for n in 0..LATELY {
            assert!(line.join("a", n, |_| false));
        }
        assert!(!line.is_flooded("busy"), "that is long ago");
    }

    #[test]
    fn a_flood_comes_in_small_steps_while_somebody_is_there() {
        let mut line = Line::default();
        for n in 0..100 {
            assert!(line.join("flooded", n, |_| false));
        }
        for expected in [40, STEP] {
            let (items, numbers) = line.next(40);
            assert_eq!(items.len(), expected);
            line.done(&numbers);
            line.somebody_works();
        }
        line.worked = None;
        assert!(line.join("quiet", 0, |_| false));
        assert_eq!(line.next(40).0.len(), STEP, "the quiet one came");
    }

    #[test]
    fn others_are_there_for_a_while() {
        let mut line = Line::default();
        assert!(line.join("flooded", 0, |_| false));
        assert!(!line.others("flooded") && line.others("quiet"));
        assert!(line.join("quiet", 0, |_| false));
        for n in 0..9 {
            assert!(line.join("flooded", n, |_| false));
        }
        assert!(line.others("flooded"));
        let (other, at) = line.came[1].as_mut().unwrap();
        assert_eq!(other, "quiet");
        *at -= THERE;
        assert!(!line.others("flooded"));
    }

    #[test]
    fn a_number_is_in_one_transaction_at_a_time_and_the_others_do_not_wait_for_it() {
        let mut line = Line::default();
        for n in 0..4 {
            assert!(line.join("flooded", ("flooded", n), |_| false));
        }
        let (first, numbers) = line.next(2);
        assert_eq!(first, [("flooded", 0), ("flooded", 1)]);
        assert!(
            line.next(2).0.is_empty(),
            "it is busy, and nobody else waits"
        );
        assert!(line.join("quiet", ("quiet", 0), |_| false));
        let (second, quiet) = line.next(2);
        assert_eq!(second, [("quiet", 0)]);
        line.done(&numbers);
        line.done(&quiet);
        assert_eq!(line.next(2).0, [("flooded", 2), ("flooded", 3)]);
    }

    #[test]
    fn a_flooded_number_fills_its_own_line_and_not_the_others() {
        let mut line = Line::default();
        let joined = (0..OF_ONE + 10)
            .filter(|n| line.join("flooded", *n, |_| false))
            .count();
        assert_eq!(joined, OF_ONE);
        assert!(line.join("quiet", 0, |_| false));
        for number in 0..20 {
            for n in 0..OF_ONE {
                line.join(&number.to_string(), n, |_| false);
            }
        }
        assert_eq!(line.len, OF_ALL);
        assert!(!line.join("late", 0, |_| false));
        line.next(1);
        assert!(line.join("late", 0, |_| false), "there is room again");
    }

    #[test]
    fn who_left_makes_room() {
        let mut line = Line::default();
        for n in 0..OF_ONE {
            assert!(line.join("flooded", n, |_| false));
        }
        assert!(!line.join("flooded", 0, |_| false));
        assert!(line.join("flooded", OF_ONE, |n| *n < 10));
        assert_eq!(line.len(), OF_ONE - 9);
        assert_eq!(line.next(1).0, [10]);
    }
}
