//! What wakes the socket: the network coming back, the tab being looked at, a clock that jumped while asleep.

use super::{Command, Commands, Link};
use crate::{
    boxed::{effect, memo},
    browser,
    live::{Inbox, Live, api},
};
use leptos::{ev, prelude::*};
use std::time::Duration;

/// A hidden tab's timers fire once a minute at worst; a longer gap means that the machine slept.
const ASLEEP_MS: i64 = 150_000;

/// The server is heard every 25 seconds, also when nothing happens; after a longer silence the line is dead.
const SILENT_MS: i64 = 60_000;

const TICK: Duration = Duration::from_secs(20);
/// Between two tries to learn the counts.
const COUNTS_AGAIN_MS: u32 = 10_000;

/// Listens until the owner is cleaned up.
pub fn start(live: Live, commands: Commands) {
    let online = window_event_listener(ev::online, move |_| commands.send(Command::Wake));
    let offline = window_event_listener(ev::offline, move |_| commands.send(Command::Offline));
    let visible = document_visibility(move || {
        if !browser::visible() {
            return;
        }
        live.tick();
        if live.link.get_untracked() != Link::Live || silent(live) {
            commands.send(Command::Wake);
        }
    });
    let last = StoredValue::new(browser::now());
    let ticks = set_interval_with_handle(
        move || {
            let (Some(before), now) = (last.try_get_value(), browser::now()) else {
                return;
            };
            last.set_value(now);
            live.tick();
            if now.since(before) > ASLEEP_MS || silent(live) {
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

/// Whether the socket should have been heard, and was not.
fn silent(live: Live) -> bool {
    let heard = live.clock.try_with_value(|clock| clock.heard_at);
    live.link.try_get_untracked() != Some(Link::Offline)
        && heard.is_some_and(|heard| browser::now().since(heard) > SILENT_MS)
}

fn document_visibility(act: impl Fn() + 'static) -> WindowListenerHandle {
    // The event is the document's and bubbles to the window.
    window_event_listener_untyped("visibilitychange", move |_| act())
}

/// Asks for the counts when an event touched a row that was not known; a burst asks once.
fn keep_counts(live: Live) {
    let stale = memo(move || live.inbox.with(|inbox| inbox.loaded && inbox.counts_stale));
    effect(move || {
        if !stale.get() {
            return;
        }
        leptos::task::spawn_local(async move {
            browser::sleep(400).await;
            // From here on a further event makes them stale again, and they are asked for once more.
            let Some(asked) = live.inbox.try_update(Inbox::ask_counts) else {
                return;
            };
            if let Ok(counts) = api::counts(Vec::new()).await {
                live.inbox
                    .try_update(|inbox| inbox.take_counts(counts, asked));
            } else {
                browser::sleep(COUNTS_AGAIN_MS).await;
                live.inbox.try_update(|inbox| inbox.counts_stale = true);
            }
        });
    });
}
