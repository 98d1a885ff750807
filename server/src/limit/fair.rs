//! Turns: as many at once as there are slots, shared out evenly between those who want them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

/// For a turn; then the caller is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Somebody who came within this time is there: the others leave them room for the next.
const THERE: Duration = Duration::from_secs(10);
/// A turn that has taken so long waits for something else than a core, as Meta's answer: the next of its line may begin.
const SLOW: Duration = Duration::from_millis(250);

/// A line in which more than so many wait is flooded: after each of its turns it rests as long as that took, while others are
/// there. They need the cores that it would take.
const MANY: usize = 8;
/// No line rests longer: what takes that long waits for something else than a core.
const LONGEST_REST: Duration = Duration::from_millis(100);

/// Threads that can run at the same moment.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Fair(Arc<Inner>);

struct Inner {
    slots: usize,
    cores: usize,
    queue: usize,
    patience: Duration,
    slow: Duration,
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    running: usize,
    of: HashMap<Uuid, Line>,
}

struct Line {
    /// When each of its turns began.
    running: Vec<Instant>,
    waiting: VecDeque<oneshot::Sender<Turn>>,
    seen: Instant,
}

/// A turn; the next one's begins when this is dropped, or after a rest.
pub struct Turn {
    whose: Uuid,
    began: Instant,
    fair: Fair,
}

impl Fair {
    /// So many slots. Alone, one may have all of them; while others are there, each its part of the cores, and half of
    /// the slots with those of its turns that are slow. In each line at most `queue` wait.
    pub fn new(slots: usize, cores: usize, queue: usize) -> Self {
        Self::timed(slots, cores, queue, PATIENCE, SLOW)
    }

    fn timed(slots: usize, cores: usize, queue: usize, patience: Duration, slow: Duration) -> Self {
        Self(Arc::new(Inner {
            slots: slots.max(1),
            cores,
            queue,
            patience,
            slow,
            lines: Mutex::default(),
        }))
    }

    /// Waits for a turn; none when the line is too long or does not move.
    pub async fn turn(&self, whose: Uuid) -> Option<Turn> {
        let (turn, mut waits) = oneshot::channel();
        let now = Instant::now();
        {
            let mut lines = self.lines();
            lines.of.retain(|_, line| line.is_there(now));
            let line = lines.of.entry(whose).or_insert_with(|| Line {
                running: Vec::new(),
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
        loop {
            match timeout(self.0.slow, &mut waits).await {
                Ok(turn) => return turn.ok(),
                Err(_) if now.elapsed() >= self.0.patience => return None,
                // What runs may be slow by now.
                Err(_) => self.hand_out(self.lines()),
            }
        }
    }

    /// Gives free slots to whoever has the fewest of them, of several to the one who asked least lately.
    fn hand_out(&self, mut lines: MutexGuard<'_, Lines>) {
        let (slots, now) = (self.0.slots, Instant::now());
        let (cores, most) = match lines.of.len() {
            0 | 1 => (slots, slots),
            several => ((self.0.cores / several).max(1), (slots / 2).max(1)),
        };
        let may = |line: &Line| {
            let slow = |began: &&Instant| now.duration_since(**began) >= self.0.slow;
            let quick = line.running.len() - line.running.iter().filter(slow).count();
            quick < cores && line.running.len() < most && !line.waiting.is_empty()
        };
        let mut refused = Vec::new();
        while lines.running < slots {
            let next = lines.of.iter_mut().filter(|(_, line)| may(line));
            let next = next.min_by_key(|(_, line)| (line.running.len(), line.seen));
            let Some((whose, line)) = next else {
                break;
            };
            let Some(waiting) = line.waiting.pop_front() else {
                break;
            };
            if waiting.is_closed() {
                continue;
            }
            line.running.push(now);
            let turn = Turn {
                whose: *whose,
                began: now,
                fair: self.clone(),
            };
            lines.running += 1;
            refused.extend(waiting.send(turn).err());
        }
        // Who left in that very moment hands the turn back, which locks again.
        drop(lines);
        drop(refused);
    }

    /// Takes a turn out of its line, whose next may begin.
    fn end(&self, mut lines: MutexGuard<'_, Lines>, whose: Uuid, began: Instant) {
        if let Some(line) = lines.of.get_mut(&whose) {
            let began = line.running.iter().position(|of| *of == began);
            began.map(|nth| line.running.swap_remove(nth));
        }
        self.hand_out(lines);
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Whether this line rests after a turn.
    fn rest(&self, whose: Uuid) -> bool {
        let line = self.of.get(&whose);
        self.of.len() > 1 && line.is_some_and(|line| line.waiting.len() > MANY)
    }
}

impl Line {
    fn is_there(&self, now: Instant) -> bool {
        !self.running.is_empty()
            || !self.waiting.is_empty()
            || now.duration_since(self.seen) < THERE
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut lines = self.fair.lines();
        lines.running = lines.running.saturating_sub(1);
        let Some(runtime) = Handle::try_current()
            .ok()
            .filter(|_| lines.rest(self.whose))
        else {
            return self.fair.end(lines, self.whose, self.began);
        };
        // The slot is the others' at once.
        self.fair.hand_out(lines);
        let (fair, whose, began) = (self.fair.clone(), self.whose, self.began);
        let rest = began.elapsed().min(LONGEST_REST);
        runtime.spawn(async move {
            sleep(rest).await;
            fair.end(fair.lines(), whose, began);
        });
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
        // Both are there: the flood gets one of two cores and no slot more, though seven are free.
        drop(ask(&fair, B, 1));
        let (flood, line, refused) = ask(&fair, A, 100);
        assert_eq!((flood.len(), line.len(), refused), (1, 50, 49));
        for _ in 0..20 {
            let (running, waiting, refused) = ask(&fair, B, 1);
            assert_eq!((running.len(), waiting.len(), refused), (1, 0, 0));
        }
        // One that ends makes room for one of its own line, after a rest.
        drop(flood);
        while fair.lines().of[&A].waiting.len() == line.len() {
            tokio::task::yield_now().await;
        }
        let (_, _, refused) = ask(&fair, A, 10);
        assert_eq!(refused, 9);
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
        // The flood goes back to its share before it gets another.
        flood.pop();
        assert!(line.iter_mut().all(|asked| asked.now_or_never().is_none()));
    }

    #[tokio::test]
    async fn a_flooded_line_rests_as_long_as_its_turns_take_while_others_are_there() {
        let took = Duration::from_millis(40);
        for (others, many) in [(true, MANY + 1), (true, MANY), (false, MANY + 1)] {
            let fair = Fair::new(1, 1, 50);
            if others {
                drop(ask(&fair, B, 1));
            }
            let (running, mut waiting, _) = ask(&fair, A, 1 + many);
            sleep(took).await;
            let ended = Instant::now();
            drop(running);
            let mut next = waiting.remove(0);
            let at_once = (&mut next).now_or_never().is_some();
            assert_eq!(at_once, !(others && many > MANY), "{others} {many}");
            if !at_once {
                assert!(next.await.is_some());
                assert!(ended.elapsed() >= took);
            }
        }
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
        assert_eq!((lines.running, lines.of[&A].running.len()), (0, 0));
    }

    #[tokio::test]
    async fn a_slow_turn_holds_up_its_line_no_longer_and_half_of_the_slots_at_most_are_slow() {
        let (patience, slow) = (Duration::from_millis(100), Duration::from_millis(10));
        let fair = Fair::timed(4, 2, 9, patience, slow);
        drop(ask(&fair, B, 1));
        let (running, mut waiting, _) = ask(&fair, A, 3);
        assert_eq!((running.len(), waiting.len()), (1, 2));
        let second = waiting.remove(0).await;
        assert!(second.is_some(), "the first still runs");
        // The third waits, and leaves a line that does not move.
        assert!(waiting.remove(0).await.is_none());
        let (running, _, _) = ask(&fair, B, 1);
        assert_eq!(running.len(), 1);
    }
}
