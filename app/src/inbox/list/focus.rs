//! The focus in the list: it stays on its conversation when rows move, and goes to the neighbour when one leaves.

use super::span::Drawn;
use crate::{
    boxed::effect,
    browser,
    inbox::{
        desk::{row_of, use_desk},
        keys::focused,
    },
};
use leptos::prelude::*;
use postern_types::ConversationId;

/// Keeps it until the owner is cleaned up.
pub fn keep(ids: Memo<Vec<ConversationId>>, drawn: Memo<Drawn>) {
    let held = use_desk().held;
    let comes = window_event_listener_untyped("focusin", move |_| {
        held.try_set_value(focused());
    });
    // Who points elsewhere wants the focus nowhere.
    let points = window_event_listener_untyped("pointerdown", move |_| {
        held.try_set_value(None);
    });
    on_cleanup(move || {
        comes.remove();
        points.remove();
    });
    Effect::new(move |before: Option<Vec<ConversationId>>| {
        let now = ids.get();
        if let (Some(before), Some(id)) = (before, held.get_value())
            && let Some(next) = heir(&before, &now, id)
        {
            give_back(next);
        }
        now
    });
    effect(move || {
        drawn.track();
        if let Some(id) = held.get_value() {
            give_back(id);
        }
    });
}

/// A row that is moved, drawn anew or taken out leaves the focus to the page.
fn give_back(id: ConversationId) {
    request_animation_frame(move || {
        let lost = document()
            .active_element()
            .is_none_or(|element| element.tag_name() == "BODY");
        if lost {
            browser::focus_in_place(&row_of(id));
        }
    });
}

/// Who has the focus after a change: the same, or else the next one below, or else the last one above.
fn heir(
    before: &[ConversationId],
    now: &[ConversationId],
    id: ConversationId,
) -> Option<ConversationId> {
    if now.contains(&id) {
        return Some(id);
    }
    let at = before.iter().position(|other| *other == id)?;
    let below = before[at + 1..].iter();
    let above = before[..at].iter().rev();
    below
        .chain(above)
        .find(|other| now.contains(other))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_focus_stays_or_goes_to_the_neighbour() {
        let ids = |all: &[u128]| {
            all.iter()
                .map(|n| ConversationId(Uuid::from_u128(*n)))
                .collect::<Vec<_>>()
        };
        for (now, of, expected) in [
            (&[3, 1, 2][..], 3, Some(3)),
            (&[1, 3][..], 2, Some(3)),
            (&[1, 2][..], 3, Some(2)),
            (&[][..], 1, None),
            (&[1][..], 9, None),
        ] {
            let expected = expected.map(|n| ids(&[n])[0]);
            assert_eq!(heir(&ids(&[1, 2, 3]), &ids(now), ids(&[of])[0]), expected);
        }
    }
}
