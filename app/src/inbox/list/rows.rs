//! The rows, page by page; what is known already is shown while the server is asked.

use super::{
    focus,
    narrow::Narrow,
    span::{self, Span},
};
use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    inbox::{desk::use_desk, row::Row},
    live::{self, Live, use_live},
    session::use_session,
    ui::{empty::Empty, first_steps::use_first_steps, icon::Icon, sentinel::Sentinel},
    words::{self, fault, list},
};
use leptos::{html, prelude::*};
use postern_types::{ConversationId, ConversationState, InboxView, ListRequest, Role};

/// What a search found, or wears the labels that are asked for, as far as it was read.
#[derive(Clone, Default, PartialEq)]
struct Found {
    /// What was asked for, without the place.
    of: ListRequest,
    ids: Vec<ConversationId>,
    next: Option<String>,
}

/// The list of the pane.
#[component]
pub fn Rows(narrow: Narrow) -> impl IntoView {
    let live = use_live();
    let found = RwSignal::new(None::<Found>);
    let failed = RwSignal::new(None::<ApiError>);
    // Grows with each new try of what could not be read.
    let tries = RwSignal::new(0_u32);

    let loaded = memo(move || live.inbox.with(|inbox| inbox.loaded));
    effect(move || {
        live.epoch.track();
        tries.track();
        let request = live.looking_at.get();
        let ready = loaded.get();
        let searching = is_narrow(&request);
        failed.set(None);
        // What an earlier search found stays until the new answer is here.
        if !searching {
            found.set(None);
        }
        let known = if searching {
            // Rows that were read anew may wear something else.
            !request.search.is_empty()
                && found.with_untracked(|found| found.as_ref().is_some_and(|f| f.of == request))
        } else {
            live.inbox
                .with_untracked(|inbox| inbox.reached((request.view, request.state)))
        };
        if ready && !known {
            read(live, request, found, failed);
        }
    });
    read_again(live, narrow, found, failed);

    let searching = memo(move || live.looking_at.with(is_narrow));
    let key = move || {
        live.looking_at
            .with(|request| (request.view, request.state))
    };
    let ids = memo(move || shown(live, found, key()));
    let complete = memo(move || {
        if searching.get() {
            return live
                .looking_at
                .with(|request| found.with(|f| f.as_ref().is_some_and(|f| f.of == *request)));
        }
        let key = key();
        live.inbox.with(|inbox| inbox.loaded && inbox.reached(key))
    });
    let next = memo(move || {
        if !complete.get() {
            return None;
        }
        if searching.get() {
            return found.with(|found| found.as_ref()?.next.clone());
        }
        let key = key();
        live.inbox.with(|inbox| inbox.more(key))
    });
    let more = Callback::new(move |after: String| {
        let request = ListRequest {
            after: Some(after),
            ..live.looking_at.get_untracked()
        };
        read(live, request, found, failed);
    });
    // A page that was asked for before everything was read anew is not kept: it is asked for once more.
    let asks = Signal::derive(move || tries.get().wrapping_add(live.epoch.get()));
    let again = move || tries.update(|tries| *tries += 1);
    live.on_connected(move || {
        if failed.with_untracked(Option::is_some) {
            again();
        }
    });
    let span = Span::of(ids, live.looking_at);
    focus::keep(ids, span.drawn);

    view! {
        <nav class="rows-scroll" id="rows" aria-label=list::CONVERSATIONS node_ref=span.node on:scroll=move |_| span.look()>
            <Drawn drawn=span.drawn/>
            <Show when=move || failed.with(Option::is_some)>
                <div class="list-fault" role="alert">
                    <p>{move || failed.with(|error| error.as_ref().map(|error| fault::doing(fault::LIST_FAILED, error)))}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| { again(); live.wake(); })><Icon name="rotate-cw"/>{words::TRY_AGAIN}</button>
                </div>
            </Show>
            <Show when=move || !complete.get() && failed.with(Option::is_none) && ids.with(Vec::is_empty)>
                <RowSkeletons/>
            </Show>
            <Show when=move || complete.get() && ids.with(Vec::is_empty)>
                <NoRows searching/>
            </Show>
            <Sentinel place=next seen=more again=asks/>
        </nav>
    }
    .into_any()
}

/// Reads what wears the labels once more when that may be something else by now.
fn read_again(
    live: Live,
    narrow: Narrow,
    found: RwSignal<Option<Found>>,
    failed: RwSignal<Option<ApiError>>,
) {
    Effect::new(move |before: Option<u32>| {
        let now = narrow.pulse.get();
        let request = live.looking_at.get_untracked();
        let here = found.with_untracked(|found| found.as_ref().is_some_and(|f| f.of == request));
        if before.is_some_and(|before| before != now) && here && request.search.is_empty() {
            read(live, request, found, failed);
        }
        now
    });
}

/// What stands in the list. A search looks through all conversations; labels leave whose they are and how.
fn shown(live: Live, found: RwSignal<Option<Found>>, key: live::ListKey) -> Vec<ConversationId> {
    let (narrow, searched) = live
        .looking_at
        .with(|request| (is_narrow(request), !request.search.is_empty()));
    if !narrow {
        return live.inbox.with(|inbox| inbox.list(key));
    }
    let ids = found.with(|found| {
        let ids = found.as_ref().map(|found| found.ids.clone());
        ids.unwrap_or_default()
    });
    if searched {
        ids
    } else {
        live.inbox.with(|inbox| inbox.among(key, &ids))
    }
}

/// The rows near the reader, and room for the others.
#[component]
fn Drawn(drawn: Memo<span::Drawn>) -> impl IntoView {
    let current = use_desk().current;
    let (above, below) = (NodeRef::new(), NodeRef::new());
    effect(move || {
        drawn.with(|drawn| {
            make_room(above, drawn.above);
            make_room(below, drawn.below);
        });
    });
    view! {
        <div class="rows-room" node_ref=above></div>
        <ul class="rows">
            <For each=move || drawn.with(|drawn| drawn.ids.clone()) key=|id| *id let:id>
                <li><Row id current=Signal::derive(move || current.get() == Some(id))/></li>
            </For>
        </ul>
        <div class="rows-room" node_ref=below></div>
    }
}

/// As much as so many rows take; how high one is, the style knows.
fn make_room(room: NodeRef<html::Div>, rows: usize) {
    if let Some(room) = room.get() {
        let style = web_sys::HtmlElement::style(&room);
        let _ = style.set_property("--rows", &rows.to_string());
    }
}

/// Reads one page and keeps it, if it is still the list that is looked at. An answer from before everything was read
/// anew would bring back what has gone since.
fn read(
    live: Live,
    request: ListRequest,
    found: RwSignal<Option<Found>>,
    failed: RwSignal<Option<ApiError>>,
) {
    let epoch = live.epoch.get_untracked();
    leptos::task::spawn_local(async move {
        let answer = live::list(request.clone()).await;
        if live.epoch.try_get_untracked() != Some(epoch) {
            return;
        }
        let of = ListRequest {
            after: None,
            ..request.clone()
        };
        let same = live.looking_at.try_with_untracked(|now| *now == of);
        match answer {
            Ok(page) if !is_narrow(&request) => {
                live.inbox
                    .try_update(|inbox| inbox.absorb_page((request.view, request.state), page));
            }
            Ok(page) if same == Some(true) => {
                let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
                live.inbox.try_update(|inbox| inbox.remember(page.rows));
                found.try_update(|found| {
                    let known = found.take().filter(|found| found.of == of);
                    if request.after.is_none()
                        && page.next.is_some()
                        && let Some(known) =
                            known.as_ref().filter(|known| known.ids.len() > ids.len())
                    {
                        *found = Some(anew(live, known, ids));
                        return;
                    }
                    let mut all = known
                        .filter(|_| request.after.is_some())
                        .unwrap_or_default();
                    all.ids.extend(
                        ids.into_iter()
                            .filter(|id| !all.ids.contains(id))
                            .collect::<Vec<_>>(),
                    );
                    all.next = page.next;
                    all.of = of;
                    *found = Some(all);
                });
            }
            Err(error) if same == Some(true) => {
                failed.try_set(Some(error));
            }
            _ => {}
        }
    });
}

/// Whether it is found by what is asked for, and not by whose it is alone.
fn is_narrow(request: &ListRequest) -> bool {
    !request.search.is_empty() || !request.labels.is_empty()
}

/// What was found, with its first page as it is now: who has scrolled far keeps what they have behind it.
fn anew(live: Live, known: &Found, first: Vec<ConversationId>) -> Found {
    let key = (known.of.view, known.of.state);
    let old = known.ids.iter().filter(|id| !first.contains(id));
    let both: Vec<_> = first.iter().chain(old).copied().collect();
    let both = live.inbox.with_untracked(|inbox| inbox.among(key, &both));
    let end = both.iter().position(|id| first.last() == Some(id));
    let behind = both.into_iter().skip(end.map_or(0, |end| end + 1));
    Found {
        ids: first
            .iter()
            .copied()
            .chain(behind.filter(|id| !first.contains(id)))
            .collect(),
        ..known.clone()
    }
}

#[component]
fn NoRows(searching: Memo<bool>) -> impl IntoView {
    let live = use_live();
    let session = use_session();
    let first = use_first_steps();
    let numbers = memo(move || live.inbox.with(|inbox| inbox.numbers().len()));
    // Who sets the workspace up sees what comes next.
    let steps = move || session.at_least(Role::Admin).then(|| (first.card)());
    move || {
        if searching.get() && live.looking_at.with(|request| request.search.is_empty()) {
            return view! { <Empty icon="tag" title=list::NOTHING_WORN hint=list::NOTHING_WORN_HINT/> }.into_any();
        }
        if searching.get() {
            return view! { <Empty icon="search" title=list::NOTHING_FOUND hint=list::NOTHING_FOUND_HINT/> }.into_any();
        }
        if numbers.get() == 0 {
            let admin = session.at_least(Role::Admin);
            let hint = if admin {
                list::NO_NUMBER_HINT
            } else {
                list::NO_NUMBER_AGENT
            };
            return view! {
                <Empty icon="smartphone" title=list::NO_NUMBER hint=hint>
                    {admin.then(|| view! { <a class="button primary" href="/settings/channels">{list::NO_NUMBER_DO}</a> })}
                </Empty>
                {steps()}
            }
            .into_any();
        }
        let request = live.looking_at.get();
        let (title, hint) = list::empty(request.view, request.state);
        let all = (request.view, request.state) == (InboxView::All, ConversationState::Open);
        view! { <Empty icon="inbox" title=title hint=hint/>{all.then(steps)} }.into_any()
    }
}

/// The shapes of rows, until they are here.
#[component]
pub fn RowSkeletons() -> impl IntoView {
    view! {
        <div class="skeletons" aria-busy="true">
            <span class="only-heard">{words::LOADING}</span>
            {(0..9).map(|_| view! {
                <div class="row-skeleton" aria-hidden="true"><i class="sk sk-face"></i><i class="sk sk-line"></i><i class="sk sk-line short"></i></div>
            }).collect_view()}
        </div>
    }
}
