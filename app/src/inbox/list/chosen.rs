//! The labels that are chosen, and choosing others. Which contacts wear them, the server knows: it is asked anew soon after
//! something changed. They stand in the address.

use super::narrow::{BUTTON, LABELS, Narrow};
use crate::{
    boxed::{Show, effect, heed, memo, on},
    browser,
    live::{self, Live, use_live},
    ui::icon::Icon,
    words::list,
};
use leptos::{ev::KeyboardEvent, prelude::*};
use leptos_router::hooks::{use_location, use_query_map};
use postern_types::LabelId;
use std::time::Duration;

/// After a change, so that a burst asks once.
const PAUSE: Duration = Duration::from_secs(1);
/// After a step, until the browser has taken it; and how often it is looked.
const SOON: Duration = Duration::from_millis(30);
const TRIES: u32 = 50;

/// All of them to choose from, while that is open; those that are chosen, as chips.
#[component]
pub fn Chosen(narrow: Narrow) -> impl IntoView {
    let live = use_live();
    follow(live, narrow);
    count(live, narrow);
    stand_in_address(live, narrow.labels);
    let open = narrow.open;
    let all = memo(move || live.inbox.with(|inbox| inbox.labels.clone()));
    let put = move |label: LabelId, on: bool| {
        live.looking_at.update(|request| {
            request.labels.retain(|other| *other != label);
            if on {
                request.labels.push(label);
            }
        });
    };
    let take = move |label| {
        put(label, false);
        request_animation_frame(move || {
            if !browser::focus(".label-filter-chips button") {
                browser::focus(BUTTON);
            }
        });
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            open.set(false);
            browser::focus(BUTTON);
        }
    };
    view! {
        <Show when=move || open.get()>
            <fieldset class="label-filter" id="label-filter" on:keydown=on::keydown(keys)>
                <legend class="only-heard">{list::BY_LABEL}</legend>
                <For each=move || all.get() key=|label| (label.id, label.name.clone(), label.tone) let:label>
                    <label class="label-choice">
                        <input type="checkbox" prop:checked=move || narrow.labels.with(|chosen| chosen.contains(&label.id))
                            on:change=on::change(move |event| put(label.id, event_target_checked(&event)))/>
                        <bdi class=format!("chip tone-{}", label.tone)>{label.name.clone()}</bdi>
                    </label>
                </For>
            </fieldset>
        </Show>
        <Show when=move || narrow.labels.with(|labels| !labels.is_empty())>
            <div class="label-filter-chips" role="group" aria-label=list::LABELS_CHOSEN>
                <For each=move || narrow.labels.get() key=|label| *label let:id>
                    {move || {
                        // One that was deleted is nobody's, and can be taken away all the same.
                        let (name, tone) = all.with(|all| {
                            let label = all.iter().find(|label| label.id == id);
                            label.map_or((list::LABEL_GONE.to_owned(), 0), |label| (label.name.clone(), label.tone))
                        });
                        let away = list::without(&name);
                        view! {
                            <button type="button" class=format!("chip tone-{tone}") aria-label=away on:click=on::click(move |_| take(id))>
                                <bdi>{name}</bdi><Icon name="x"/>
                            </button>
                        }
                    }}
                </For>
            </div>
        </Show>
    }
    .into_any()
}

fn follow(live: Live, narrow: Narrow) {
    let moved = memo(move || live.inbox.with(|inbox| (inbox.row_rev, inbox.side_rev)));
    let waits = StoredValue::new(false);
    effect(move || {
        heed(moved);
        if narrow.labels.with(Vec::is_empty) || waits.get_value() {
            return;
        }
        waits.set_value(true);
        set_timeout(
            move || {
                waits.try_set_value(false);
                narrow
                    .pulse
                    .try_update(|pulse| *pulse = pulse.wrapping_add(1));
            },
            PAUSE,
        );
    });
}

fn count(live: Live, narrow: Narrow) {
    effect(move || {
        live.epoch.track();
        narrow.pulse.track();
        let labels = narrow.labels.get();
        if labels.is_empty() {
            narrow.counts.set(None);
            return;
        }
        leptos::task::spawn_local(async move {
            let counts = live::counts(labels.clone()).await;
            let same = narrow.labels.try_with_untracked(|now| *now == labels);
            if let (Ok(counts), Some(true)) = (counts, same) {
                narrow.counts.try_set(Some(counts));
            }
        });
    });
}

/// Where one steps to, the address says which; where it says nothing, it is told.
fn stand_in_address(live: Live, labels: Memo<Vec<LabelId>>) {
    let (place, query) = (use_location(), use_query_map());
    let pathname = place.pathname;
    Effect::new(move |before: Option<(String, String, String)>| {
        let now = (pathname.get(), place.search.get(), place.hash.get());
        let chosen = labels.get();
        let stepped = before.as_ref() != Some(&now);
        let named = query.with_untracked(|query| query.get(LABELS));
        match named.filter(|_| stepped) {
            Some(named) => {
                let mut each: Vec<LabelId> = Vec::new();
                for id in named.split(',').filter_map(|id| id.parse().ok()) {
                    if !each.contains(&id) {
                        each.push(id);
                    }
                }
                if each != chosen {
                    live.looking_at.update(|request| request.labels = each);
                }
            }
            None => tell_address(pathname, labels, TRIES),
        }
        now
    });
}

/// Once the browser is where the router is.
fn tell_address(pathname: Memo<String>, labels: Memo<Vec<LabelId>>, tries: u32) {
    let tell = move || {
        let (Some(path), Some(labels_now)) =
            (pathname.try_get_untracked(), labels.try_get_untracked())
        else {
            return;
        };
        let ids: Vec<String> = labels_now.iter().map(ToString::to_string).collect();
        let query = browser::query(&[(LABELS, &ids.join(","))]);
        if path.starts_with("/inbox") && !browser::ask(&path, &query) && tries > 0 {
            tell_address(pathname, labels, tries - 1);
        }
    };
    set_timeout(tell, SOON);
}
