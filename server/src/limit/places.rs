//! Places that are held for as long as something lasts: a whole number of them, and a share of it for each holder.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Cheap to clone.
#[derive(Clone)]
pub struct Places<K> {
    most: usize,
    taken: Arc<Mutex<Taken<K>>>,
}

struct Taken<K> {
    all: usize,
    by: HashMap<K, usize>,
}

/// One place; it is free again when this is dropped.
pub struct Place<K: Eq + Hash> {
    whose: K,
    taken: Arc<Mutex<Taken<K>>>,
}

impl<K: Eq + Hash + Clone> Places<K> {
    /// So many places.
    pub fn new(most: usize) -> Self {
        let (all, by) = (0, HashMap::new());
        Self {
            most,
            taken: Arc::new(Mutex::new(Taken { all, by })),
        }
    }

    /// How many there are.
    pub fn most(&self) -> usize {
        self.most
    }

    /// A place for `whose`, unless all are taken, or `share` of them by the same.
    pub fn take(&self, whose: K, share: usize) -> Option<Place<K>> {
        self.take_if(whose, |has, _| has < share)
    }

    /// The same, which leaves the last ones to those who have fewest: whoever has some takes one more only while more are free
    /// than they have.
    pub fn take_leaving(&self, whose: K, share: usize) -> Option<Place<K>> {
        self.take_if(whose, |has, free| has < share && free > has)
    }

    fn take_if(&self, whose: K, may: impl Fn(usize, usize) -> bool) -> Option<Place<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let has = taken.by.get(&whose).copied().unwrap_or_default();
        let free = self.most.saturating_sub(taken.all);
        if free == 0 || !may(has, free) {
            return None;
        }
        taken.all += 1;
        taken.by.insert(whose.clone(), has + 1);
        Some(Place {
            whose,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        if let Some(has) = taken.by.get_mut(&self.whose) {
            *has = has.saturating_sub(1);
            if *has == 0 {
                taken.by.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_more_than_their_share_and_all_together_no_more_than_there_are() {
        let places = Places::new(5);
        let one: Vec<_> = (0..9).filter_map(|_| places.take("one", 3)).collect();
        let other: Vec<_> = (0..9).filter_map(|_| places.take("other", 3)).collect();
        assert_eq!((one.len(), other.len()), (3, 2));
        drop(one);
        assert_eq!((0..9).filter_map(|_| places.take("third", 9)).count(), 9);
        let third: Vec<_> = (0..9).filter_map(|_| places.take("third", 9)).collect();
        assert_eq!(third.len(), 3);
        drop((other, third));
        assert!(places.taken.lock().unwrap().by.is_empty());
        assert_eq!(places.taken.lock().unwrap().all, 0);
    }
}
