//! Looking again while something waits: soon at first, then less and less often while nothing changes.

use crate::{boxed::effect, browser};
use leptos::prelude::*;

const SOONEST_MS: u32 = 2_000;
const LATEST_MS: u32 = 30_000;

/// Calls `again` some seconds after each answer as long as `waits` gives something, which is compared with what it gave
/// before; not while the tab is hidden, and not any more once the page is gone. It tracks what it asks for.
pub fn while_waiting<T: Clone + PartialEq + Send + Sync + 'static>(
    waits: impl Fn() -> Option<T> + 'static,
    again: impl Fn() + Copy + 'static,
) {
    let seen = StoredValue::new(None::<T>);
    let pause = StoredValue::new(SOONEST_MS);
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let now = waits();
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        let same = seen.with_value(|seen| *seen == now);
        let ms = if same { pause.get_value() } else { SOONEST_MS };
        pause.set_value((ms * 2).min(LATEST_MS));
        let waiting = now.is_some();
        seen.set_value(now);
        if !waiting {
            return;
        }
        leptos::task::spawn_local(async move {
            browser::sleep(ms).await;
            while !browser::visible() {
                browser::sleep(SOONEST_MS).await;
            }
            if turn.try_get_value() == Some(mine) {
                again();
            }
        });
    });
}
