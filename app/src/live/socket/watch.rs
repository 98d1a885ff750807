//! What wakes the socket: the network coming back, the tab being looked at, a clock that jumped while asleep.

use super::{Command, Commands, Link};
use crate::{
    browser,
    live::{Live, api},
};
use leptos::{ev, prelude::*};
use std::time::Duration;

/// A hidden tab's timers fire once a minute at worst; a longer gap means that the machine slept.
const ASLEEP_MS: i64 = 150_000;

const TICK: Duration = Duration::from_secs(20);

/// Listens until the owner is cleaned up.
pub fn start(live: Live, commands: Commands) {
    let online = window_event_listener(ev::online, move |_| commands.send(Command::Wake));
    let offline = window_event_listener(ev::offline, move |_| commands.send(Command::Offline));
    let visible = document_visibility(move || {
        if browser::visible() && live.link.get_untracked() != Link::Live {
            commands.send(Command::Wake);
        }
    });
    let ticks = set_interval_with_handle(
        move || {
            let Some(before) = live.now.try_get_untracked() else {
                return;
            };
            let now = browser::now();
            live.now.set(now);
            if now.since(before) > ASLEEP_MS {
                commands.send(Command::Wake);
            }
        },
        TICK,
    );
    on_cleanup(move || {
        online.remove();
        offline.remove();
        visible.remove();
        if let Ok(ticks) = ticks {
            ticks.clear();
        }
    });
    keep_counts(live);
}

fn document_visibility(act: impl Fn() + 'static) -> WindowListenerHandle {
    // The event is the document's and bubbles to the window.
    window_event_listener_untyped("visibilitychange", move |_| act())
}

/// Asks for the counts when an event touched a row that was not known; a burst asks once.
fn keep_counts(live: Live) {
    let stale = Memo::new(move |_| live.inbox.with(|inbox| inbox.loaded && inbox.counts_stale));
    Effect::new(move |_| {
        if !stale.get() {
            return;
        }
        leptos::task::spawn_local(async move {
            browser::sleep(400).await;
            // From here on a further event makes them stale again, and they are asked for once more.
            if live
                .inbox
                .try_update(|inbox| inbox.counts_stale = false)
                .is_none()
            {
                return;
            }
            if let Ok(counts) = api::counts().await {
                live.inbox.try_update(|inbox| inbox.counts = counts);
            }
        });
    });
}
