//! This process's own limit before the shared one: cheap, and still there when the database is not.

use super::wait;
use crate::Result;
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// How many subjects are held at once.
const HELD: usize = 20_000;
/// Length of a window.
const WINDOW: Duration = Duration::minutes(1);

struct Window {
    began: OffsetDateTime,
    tries: i32,
}

#[derive(Default)]
struct Front(HashMap<String, Window>);

static FRONT: LazyLock<Mutex<Front>> = LazyLock::new(Mutex::default);

/// Takes one try within a minute, of which a subject has four times its free ones: the shared limit, which knows
/// better, comes first while it can be reached.
pub fn take(key: &str, free: i32, now: OffsetDateTime) -> Result<()> {
    let mut front = FRONT.lock().unwrap_or_else(PoisonError::into_inner);
    front.take(key, free, now)
}

impl Front {
    fn take(&mut self, key: &str, free: i32, now: OffsetDateTime) -> Result<()> {
        if self.0.len() >= HELD && !self.0.contains_key(key) {
            self.make_room(now);
        }
        let window = self.0.entry(key.to_owned()).or_insert(Window {
            began: now,
            tries: 0,
        });
        if now - window.began >= WINDOW {
            *window = Window {
                began: now,
                tries: 0,
            };
        }
        if window.tries >= free * 4 {
            return Err(wait(now, window.began + WINDOW));
        }
        window.tries += 1;
        Ok(())
    }

    /// Forgets whose minute is over, then who tried once, then everybody: a flood of subjects refuses nobody, for whoever is
    /// forgotten here is counted by the database all the same. At least half of the room is free afterwards, so that this is
    /// rare however long the flood is.
    fn make_room(&mut self, now: OffsetDateTime) {
        self.0.retain(|_, window| now - window.began < WINDOW);
        if self.0.len() > HELD / 2 {
            self.0.retain(|_, window| window.tries > 1);
        }
        if self.0.len() > HELD / 2 {
            self.0.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flood(front: &mut Front, tries: usize, now: OffsetDateTime) {
        for stranger in 0..HELD * 3 {
            for _ in 0..tries {
                let key = format!("stranger {stranger}");
                front.take(&key, 5, now).expect("a new one is let through");
                assert!(front.0.len() <= HELD);
            }
        }
    }

    #[test]
    fn a_flood_of_subjects_refuses_nobody_and_holds_no_more_than_its_room() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let mut front = Front::default();
        for _ in 0..20 {
            front.take("guesser", 5, now).expect("four times the free");
        }
        flood(&mut front, 1, now);
        assert!(
            front.take("guesser", 5, now).is_err(),
            "who tries again and again is forgotten last"
        );
        front.take("somebody", 5, now).expect("no part of it");
        flood(&mut front, 2, now);
        front.take("somebody", 5, now).expect("no part of it");
        assert!(front.take("guesser", 5, now).is_ok(), "the database knows");
    }
}
