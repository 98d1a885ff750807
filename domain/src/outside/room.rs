//! Room: requests to strangers that one process has under way. Who never answers holds a few seats, and not the worker.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// Of one endpoint at once.
const EACH: usize = 4;
/// Of all together: fewer than what one job loop does at once, so that messages always have their turn.
const ALL: usize = 6;

/// Who sits where.
#[derive(Default)]
pub(super) struct Room(Mutex<HashMap<Uuid, usize>>);

impl Room {
    /// A seat for a request to `of`; none while there is no room.
    pub(super) fn take(self: &Arc<Self>, of: Uuid) -> Option<Seat> {
        let mut taken = self.taken();
        let all: usize = taken.values().sum();
        let own = taken.get(&of).copied().unwrap_or_default();
        if all >= ALL || own >= EACH {
            return None;
        }
        taken.insert(of, own + 1);
        drop(taken);
        Some(Seat {
            room: Arc::clone(self),
            of,
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the room, given back when it is dropped.
pub(crate) struct Seat {
    room: Arc<Room>,
    of: Uuid,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        if let Some(count) = taken.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_endpoint_has_four_seats_and_all_have_six() {
        let room = Arc::new(Room::default());
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut first: Vec<_> = (0..9).filter_map(|_| room.take(one)).collect();
        assert_eq!(first.len(), EACH);
        let second: Vec<_> = (0..9).filter_map(|_| room.take(two)).collect();
        assert_eq!(second.len(), ALL - EACH);
        first.pop();
        assert!(
            room.take(two).is_some(),
            "what is given back is there for others"
        );
        drop((first, second));
        assert!(room.taken().is_empty());
    }
}
