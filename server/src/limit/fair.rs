//! Turns: as many at once as there are slots, shared out evenly between those who want them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};
use uuid::Uuid;

/// For a turn; then the caller is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Somebody who came within this time is there: the others leave them room for the next.
const THERE: Duration = Duration::from_secs(10);
/// Turns that one may have at once whatever the others do: a single one may wait for somebody else's service.
const LEAST: usize = 2;

/// Threads that can run at the same moment.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(LEAST, usize::from)
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Fair(Arc<Inner>);

struct Inner {
    slots: usize,
    cores: usize,
    queue: usize,
    patience: Duration,
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    running: usize,
    of: HashMap<Uuid, Line>,
}

struct Line {
    running: usize,
    waiting: VecDeque<oneshot::Sender<Turn>>,
    seen: Instant,
}

/// A turn; the next one's begins when this is dropped.
pub struct Turn {
    whose: Uuid,
    fair: Fair,
}

impl Fair {
    /// So many slots. While several want them the cores are shared out; alone, one may have all slots. In each line at
    /// most `queue` wait.
    pub fn new(slots: usize, cores: usize, queue: usize) -> Self {
        Self::patient(slots, cores, queue, PATIENCE)
    }

    fn patient(slots: usize, cores: usize, queue: usize, patience: Duration) -> Self {
        Self(Arc::new(Inner {
            slots: slots.max(1),
            cores,
            queue,
            patience,
            lines: Mutex::default(),
        }))
    }

    /// Waits for a turn; none when the line is too long or does not move.
    pub async fn turn(&self, whose: Uuid) -> Option<Turn> {
        let (turn, waits) = oneshot::channel();
        {
            let mut lines = self.lines();
            let now = Instant::now();
            lines.of.retain(|_, line| line.is_there(now));
            let line = lines.of.entry(whose).or_insert_with(|| Line {
                running: 0,
                waiting: VecDeque::new(),
                seen: now,
            });
            line.seen = now;
            if line.waiting.len() >= self.0.queue {
                // Those that went away are still in it.
                line.waiting.retain(|waiting| !waiting.is_closed());
            }
            if line.waiting.len() >= self.0.queue {
                return None;
            }
            line.waiting.push_back(turn);
            self.hand_out(lines);
        }
        timeout(self.0.patience, waits).await.ok()?.ok()
    }

    /// Gives free slots to whoever has the fewest of them, of several to the one who asked least lately.
    fn hand_out(&self, mut lines: MutexGuard<'_, Lines>) {
        let share = match lines.of.len() {
            0 | 1 => self.0.slots,
            several => (self.0.cores / several).min(self.0.slots / 2).max(LEAST),
        };
        let mut refused = Vec::new();
        while lines.running < self.0.slots {
            let next = lines.of.iter_mut();
            let next = next.filter(|(_, line)| line.running < share && !line.waiting.is_empty());
            let Some((whose, line)) = next.min_by_key(|(_, line)| (line.running, line.seen)) else {
                break;
            };
            let Some(waiting) = line.waiting.pop_front() else {
                break;
            };
            if waiting.is_closed() {
                continue;
            }
            line.running += 1;
            let (whose, fair) = (*whose, self.clone());
            lines.running += 1;
            refused.extend(waiting.send(Turn { whose, fair }).err());
        }
        // Who left in that very moment hands the turn back, which locks again.
        drop(lines);
        drop(refused);
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn is_there(&self, now: Instant) -> bool {
        self.running > 0 || !self.waiting.is_empty() || now.duration_since(self.seen) < THERE
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut lines = self.fair.lines();
        lines.running = lines.running.saturating_sub(1);
        if let Some(line) = lines.of.get_mut(&self.whose) {
            line.running = line.running.saturating_sub(1);
        }
        self.fair.hand_out(lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt, future::join_all};
    use std::{future::Future, pin::Pin};

    type Asked = Pin<Box<dyn Future<Output = Option<Turn>>>>;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    /// So many that ask, each as far as it comes by itself: those that run, those that wait, and how many were refused.
    fn ask(fair: &Fair, whose: Uuid, times: usize) -> (Vec<Turn>, Vec<Asked>, usize) {
        let (mut running, mut waiting, mut refused) = (Vec::new(), Vec::new(), 0);
        for _ in 0..times {
            let fair = fair.clone();
            let mut asked: Asked = Box::pin(async move { fair.turn(whose).await });
            match (&mut asked).now_or_never() {
                Some(Some(turn)) => running.push(turn),
                Some(None) => refused += 1,
                None => waiting.push(asked),
            }
        }
        (running, waiting, refused)
    }

    #[tokio::test]
    async fn who_is_alone_has_every_slot_a_bounded_line_and_nothing_more() {
        let fair = Fair::new(4, 2, 3);
        let (running, waiting, refused) = ask(&fair, A, 10);
        assert_eq!((running.len(), waiting.len(), refused), (4, 3, 3));
        // In the order in which they came, one for each that ends.
        drop(running);
        let served = join_all(waiting).await;
        assert!(served.iter().all(Option::is_some));
    }

    #[tokio::test]
    async fn a_flooded_line_leaves_the_others_their_turns() {
        let fair = Fair::new(8, 2, 50);
        // Both are there: the flood gets its least and no slot more, though six are free.
        drop(ask(&fair, B, 1));
        let (flood, line, refused) = ask(&fair, A, 100);
        assert_eq!((flood.len(), line.len(), refused), (2, 50, 48));
        for _ in 0..20 {
            let (running, waiting, refused) = ask(&fair, B, 2);
            assert_eq!((running.len(), waiting.len(), refused), (2, 0, 0));
        }
        // One that ends makes room for one of its own line.
        drop(flood);
        let (_, _, refused) = ask(&fair, A, 10);
        assert_eq!(refused, 8);
    }

    #[tokio::test]
    async fn a_newcomer_gets_the_next_slot_before_the_flood_that_had_them_all() {
        let fair = Fair::new(4, 2, 50);
        let (mut flood, mut line, _) = ask(&fair, A, 40);
        assert_eq!(flood.len(), 4);
        let (running, mut waiting, _) = ask(&fair, B, 1);
        assert!(running.is_empty());
        flood.pop();
        let turn = waiting.pop().and_then(FutureExt::now_or_never);
        assert!(turn.flatten().is_some(), "the slot is the newcomer's");
        // The flood goes back to its least before it gets another.
        flood.pop();
        assert!(line.iter_mut().all(|asked| asked.now_or_never().is_none()));
    }

    #[tokio::test]
    async fn who_waits_no_more_takes_no_turn_and_no_place_in_line() {
        let fair = Fair::new(1, 1, 2);
        let (running, waiting, _) = ask(&fair, A, 3);
        drop(waiting);
        let (_, mut waiting, refused) = ask(&fair, A, 3);
        assert_eq!((waiting.len(), refused), (2, 1));
        drop(waiting.remove(0));
        drop(running);
        assert!(waiting.remove(0).await.is_some());
        let lines = fair.lines();
        assert_eq!((lines.running, lines.of[&A].running), (0, 0));
    }

    #[tokio::test]
    async fn a_line_that_does_not_move_is_left_after_a_while() {
        let fair = Fair::patient(1, 1, 2, Duration::from_millis(20));
        let (_running, mut waiting, _) = ask(&fair, A, 2);
        assert!(waiting.remove(0).await.is_none());
    }
}
