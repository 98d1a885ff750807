//! What an import does to one contact, so that it can be taken back: each value as it was and as it became.

use super::row::Wanted;
use postern_types::ImportKnown;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A value before and after.
pub type Turn<T> = Option<(Option<T>, T)>;

/// What became otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    pub name: Turn<String>,
    pub email: Turn<String>,
    pub owner: Turn<Uuid>,
    /// Labels that were put on.
    pub labels: Vec<Uuid>,
    /// Fields, what stood in them and what stands there now.
    pub values: Vec<(Uuid, Option<String>, String)>,
    /// A note that was added.
    pub note: Option<Uuid>,
    /// The number with which a contact was made.
    pub digits: Option<String>,
}

impl Changes {
    /// Whether nothing became otherwise.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A contact who is known, as they are.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub id: Uuid,
    pub given_name: Option<String>,
    /// What they call themselves.
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub owner: Option<Uuid>,
    pub labels: HashSet<Uuid>,
    pub values: HashMap<Uuid, String>,
}

/// What a row changes of a contact who is known.
pub fn of_known(known: &Known, wanted: &Wanted, labels: &[Uuid], how: ImportKnown) -> Changes {
    if how == ImportKnown::Leave {
        return Changes::default();
    }
    let over = how == ImportKnown::Overwrite;
    let called = known.given_name.as_ref().or(known.name.as_ref());
    let name = match (&wanted.name, called) {
        (Some(new), None) => Some((None, new.clone())),
        (Some(new), Some(old)) if over && old != new => {
            Some((known.given_name.clone(), new.clone()))
        }
        _ => None,
    };
    let mut values = Vec::new();
    for (field, new) in &wanted.values {
        match known.values.get(field) {
            None => values.push((*field, None, new.clone())),
            Some(old) if over && old != new => {
                values.push((*field, Some(old.clone()), new.clone()));
            }
            Some(_) => {}
        }
    }
    let fresh = labels.iter().filter(|label| !known.labels.contains(*label));
    Changes {
        name,
        email: turn(known.email.as_ref(), wanted.email.as_ref(), over),
        owner: turn(
            known.owner.as_ref(),
            wanted.owner.map(|owner| owner.0).as_ref(),
            over,
        ),
        labels: fresh.copied().collect(),
        values,
        note: None,
        digits: None,
    }
}

/// All that a row says of somebody new.
pub fn of_new(wanted: &Wanted, labels: &[Uuid]) -> Changes {
    Changes {
        digits: wanted.digits.clone(),
        ..of_known(&Known::default(), wanted, labels, ImportKnown::Fill)
    }
}

fn turn<T: Clone + PartialEq>(old: Option<&T>, new: Option<&T>, over: bool) -> Turn<T> {
    match (old, new) {
        (None, Some(new)) => Some((None, new.clone())),
        (Some(old), Some(new)) if over && old != new => Some((Some(old.clone()), new.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_overwritten_or_left() {
        let field = Uuid::from_u128(1);
        let (old_label, new_label) = (Uuid::from_u128(2), Uuid::from_u128(3));
        let known = Known {
            name: Some("Ana from WhatsApp".into()),
            email: Some("old@example.test".into()),
            labels: HashSet::from([old_label]),
            values: HashMap::from([(field, "old".into())]),
            ..Known::default()
        };
        let wanted = Wanted {
            name: Some("Ana".into()),
            email: Some("new@example.test".into()),
            values: vec![(field, "new".into())],
            ..Wanted::default()
        };
        let of = |how| of_known(&known, &wanted, &[old_label, new_label], how);
        assert!(of(ImportKnown::Leave).is_empty());
        let filled = of(ImportKnown::Fill);
        assert_eq!(
            (filled.name, filled.email, filled.values),
            (None, None, vec![])
        );
        assert_eq!(filled.labels, [new_label]);
        let over = of(ImportKnown::Overwrite);
        assert_eq!(over.name, Some((None, "Ana".into())));
        assert_eq!(
            over.email,
            Some((Some("old@example.test".into()), "new@example.test".into()))
        );
        assert_eq!(over.values, [(field, Some("old".into()), "new".into())]);
        // Nothing that says the same is a change.
        let same = Known {
            given_name: Some("Ana".into()),
            email: Some("new@example.test".into()),
            labels: HashSet::from([old_label, new_label]),
            values: HashMap::from([(field, "new".into())]),
            ..Known::default()
        };
        assert!(
            of_known(
                &same,
                &wanted,
                &[old_label, new_label],
                ImportKnown::Overwrite
            )
            .is_empty()
        );
    }
}
