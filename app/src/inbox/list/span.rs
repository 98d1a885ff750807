//! Which rows are drawn: those around what is in view, so that a list of thousands costs what one of a hundred does. Empty
//! room stands for the others.

use crate::boxed::memo;
use crate::ui::prefs::use_prefs;
use leptos::{html, prelude::*};
use postern_types::{ConversationId, ListRequest};
use std::ops::Range;
use wasm_bindgen::JsCast;

/// Rows that are drawn: twice what the tallest screens show.
const DRAWN: usize = 120;
/// What is drawn moves on in steps: most of the scrolling changes nothing.
const STEP: usize = 30;

/// The part of a list that is drawn; copied about freely.
#[derive(Clone, Copy)]
pub struct Span {
    /// What scrolls.
    pub node: NodeRef<html::Nav>,
    /// The first row in view, as it was when the reader last scrolled, to a step.
    top: RwSignal<usize>,
    /// The rows that are drawn, and how many are not, above and below.
    pub drawn: Memo<Drawn>,
}

/// See [`Span::drawn`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    pub ids: Vec<ConversationId>,
    pub above: usize,
    pub below: usize,
}

impl Span {
    /// Of these rows; another list is looked at from its beginning.
    pub fn of(ids: Memo<Vec<ConversationId>>, looking_at: RwSignal<ListRequest>) -> Self {
        let node = NodeRef::new();
        let top = RwSignal::new(0);
        let drawn = memo(move || ids.with(|ids| part(ids, top.get())));
        let span = Self { node, top, drawn };
        Effect::new(move |before: Option<ListRequest>| {
            let now = looking_at.get();
            if before.is_some_and(|before| before != now)
                && let Some(list) = node.get_untracked()
            {
                list.set_scroll_top(0);
                top.set(0);
            }
            now
        });
        // What happens above the reader moves nothing under their eyes. The browser would do it by itself, but takes rows that
        // are drawn anew for others.
        Effect::new(move |before: Option<Vec<ConversationId>>| {
            let now = ids.get();
            if let Some(before) = before {
                span.stay(&before, &now);
            }
            now
        });
        // Rows of another height: the same place in the list is another one in pixels.
        let density = use_prefs().density;
        Effect::new(move |before: Option<()>| {
            density.track();
            if before.is_some() {
                request_animation_frame(move || span.look());
            }
        });
        span
    }

    /// Keeps what is in view where it is. At the beginning one sees what comes.
    fn stay(self, before: &[ConversationId], now: &[ConversationId]) {
        let Some(list) = self.node.get_untracked() else {
            return;
        };
        let (at, height) = (list.scroll_top(), row_height(&list));
        if at <= 0 || height == 0 {
            return;
        }
        let first = usize::try_from(at / height).unwrap_or_default();
        let by = moved(before, now, first);
        if by != 0 {
            list.set_scroll_top(at + by * height);
            self.look();
        }
    }

    /// The reader has scrolled.
    pub fn look(self) {
        let Some(list) = self.node.get_untracked() else {
            return;
        };
        let Some(rows) = list.scroll_top().checked_div(row_height(&list)) else {
            return;
        };
        let top = usize::try_from(rows).unwrap_or_default() / STEP * STEP;
        if self.top.get_untracked() != top {
            self.top.set(top);
        }
    }
}

/// In pixels; zero while there is none. What stands in the first one may not be laid out, out of view as it is.
fn row_height(list: &web_sys::HtmlElement) -> i32 {
    let row = list.query_selector(".rows > li").ok().flatten();
    let row = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok());
    row.map_or(0, |row| row.offset_height())
}

/// By how many rows the list has moved under the row at `first`, or under the next one where that went to the top or away.
fn moved(before: &[ConversationId], now: &[ConversationId], first: usize) -> i32 {
    let seen = before.iter().enumerate().skip(first).take(3);
    let steps = seen.filter_map(|(old, id)| {
        let new = now.iter().position(|other| other == id)?;
        Some(i32::try_from(new).ok()? - i32::try_from(old).ok()?)
    });
    steps.max().unwrap_or_default()
}

fn part(ids: &[ConversationId], top: usize) -> Drawn {
    let range = around(top, ids.len());
    Drawn {
        above: range.start,
        below: ids.len() - range.end,
        ids: ids.get(range).unwrap_or_default().to_vec(),
    }
}

/// A step more than what is in view above, the rest below.
fn around(top: usize, rows: usize) -> Range<usize> {
    let first = top.saturating_sub(STEP).min(rows.saturating_sub(DRAWN));
    first..(first + DRAWN).min(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_happens_elsewhere_is_told_from_what_is_seen() {
        let ids = |all: &[u128]| -> Vec<_> {
            all.iter()
                .map(|n| ConversationId(Uuid::from_u128(*n)))
                .collect()
        };
        let before = ids(&[1, 2, 3, 4, 5, 6, 7, 8]);
        for (now, expected) in [
            (&[1, 2, 3, 4, 5, 6, 7, 8][..], 0),
            // One from below goes to the top; a new one comes there.
            (&[8, 1, 2, 3, 4, 5, 6, 7], 1),
            (&[9, 1, 2, 3, 4, 5, 6, 7, 8], 1),
            // The first one that is seen goes to the top, or away.
            (&[4, 1, 2, 3, 5, 6, 7, 8], 0),
            (&[1, 2, 3, 5, 6, 7, 8], -1),
            // One above goes away.
            (&[2, 3, 4, 5, 6, 7, 8], -1),
            (&[], 0),
        ] {
            assert_eq!(moved(&before, &ids(now), 3), expected, "{now:?}");
        }
    }

    #[test]
    fn what_is_drawn_surrounds_what_is_in_view_and_stays_within_the_list() {
        for (top, rows, expected) in [
            (0, 0, 0..0),
            (0, 7, 0..7),
            (0, 119, 0..119),
            (0, 5_000, 0..120),
            (30, 5_000, 0..120),
            (60, 5_000, 30..150),
            (3_000, 5_000, 2_970..3_090),
            // At the end all of the last ones are drawn, also when the list has become shorter since.
            (4_980, 5_000, 4_880..5_000),
            (4_980, 130, 10..130),
            (4_980, 60, 0..60),
        ] {
            assert_eq!(around(top, rows), expected, "{top} of {rows}");
        }
    }
}
