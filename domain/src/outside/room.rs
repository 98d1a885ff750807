//! Room: requests to strangers that one process has under way. Who never answers holds a few seats, and not the worker.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Of one endpoint at once.
const EACH: usize = 2;
/// Of one workspace's endpoints together.
const OF_WORKSPACE: usize = 3;
/// Of all together: fewer than what one job loop does at once, so that messages always have their turn.
const ALL: usize = 6;
/// Seats of those that are kept for workspaces that have none: one whose endpoints never answer holds up no other.
const KEPT: usize = 2;

/// Who sits where: a workspace and its endpoint for each seat.
#[derive(Default)]
pub(super) struct Room(Mutex<Vec<(Uuid, Uuid)>>);

impl Room {
    /// A seat for a request of `workspace` to `endpoint`; none while there is no room for it.
    pub(super) fn take(self: &Arc<Self>, workspace: Uuid, endpoint: Uuid) -> Option<Seat> {
        let mut taken = self.taken();
        let of = |is: &dyn Fn(&(Uuid, Uuid)) -> bool| taken.iter().filter(|seat| is(seat)).count();
        let own = of(&|seat| *seat == (workspace, endpoint));
        let theirs = of(&|seat| seat.0 == workspace);
        let room = if theirs == 0 { ALL } else { ALL - KEPT };
        if taken.len() >= room || theirs >= OF_WORKSPACE || own >= EACH {
            return None;
        }
        taken.push((workspace, endpoint));
        drop(taken);
        Some(Seat {
            room: Arc::clone(self),
            of: (workspace, endpoint),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Vec<(Uuid, Uuid)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the room, given back when it is dropped.
pub(crate) struct Seat {
    room: Arc<Room>,
    of: (Uuid, Uuid),
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        if let Some(at) = taken.iter().position(|seat| *seat == self.of) {
            taken.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_many_endpoints_that_never_answer_holds_up_no_other_workspace() {
        let room = Arc::new(Room::default());
        let [one, two, three, four, five] = [1, 2, 3, 4, 5].map(Uuid::from_u128);
        let take = |workspace, endpoint| room.take(workspace, Uuid::from_u128(endpoint));
        let mut first: Vec<_> = (0..9).filter_map(|_| take(one, 1)).collect();
        assert_eq!(first.len(), EACH);
        first.extend((2..20).filter_map(|endpoint| take(one, endpoint)));
        assert_eq!(first.len(), OF_WORKSPACE);
        let second: Vec<_> = (1..20).filter_map(|endpoint| take(two, endpoint)).collect();
        assert_eq!(second.len(), 1);
        let third: Vec<_> = (1..20)
            .filter_map(|endpoint| take(three, endpoint))
            .collect();
        assert_eq!(third.len(), 1, "a workspace that has none finds one");
        let fourth = take(four, 1);
        assert!(fourth.is_some() && take(five, 1).is_none(), "six in all");
        first.pop();
        let fifth = take(five, 1);
        assert!(fifth.is_some(), "what is given back is there for others");
        drop((first, second, third, fourth, fifth));
        assert!(room.taken().is_empty());
    }
}
