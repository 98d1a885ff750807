//! Why a workspace is closed to somebody, their other ones, and the way out. It goes on by itself once it is open.

use super::{ACCOUNT, words_of};
use crate::{
    boxed::{Show, on},
    browser,
    session::{Session, use_session},
    ui::icon::Icon,
    words::{self, account, frame},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use postern_types::{MemberState, Membership};
use std::time::Duration;

/// So often it is asked whether somebody was let in.
const EVERY: Duration = Duration::from_secs(5);

/// The page.
#[component]
pub fn Closed(place: Memo<Option<Membership>>) -> impl IntoView {
    let session = use_session();
    let away = RwSignal::new(false);
    ask_again(session, place, away);
    let me = move || {
        let me = session.me.get();
        me.map(|me| account::signed_in_as(&me.name, &me.email))
    };
    let leave = move |_| leptos::task::spawn_local(session.sign_out());
    view! {
        <main class="public" id="main">
            <section class="public-card">
                <div role="status">{move || head(place.get(), session.workspace.get().is_some())}</div>
                {move || act(session, place.get())}
                <Show when=move || away.get()><p class="hint" role="status">{frame::AWAY}</p></Show>
                <Others/>
                <footer class="outside-foot">
                    <p class="hint" dir="auto">{me}</p>
                    <button type="button" class="button" on:click=on::click(leave)><Icon name="log-out"/>{frame::SIGN_OUT}</button>
                </footer>
            </section>
        </main>
    }
    .into_any()
}

/// What is so, and what happens next; `gone` for who was in a workspace that is theirs no more.
fn head(place: Option<Membership>, gone: bool) -> AnyView {
    let title = match &place {
        None if gone => frame::GONE.to_owned(),
        None => frame::NO_WORKSPACE.to_owned(),
        Some(place) => words_of(place),
    };
    let (icon, hint) = match place.map(|place| place.state) {
        None if gone => ("log-out", frame::GONE_HINT),
        None => ("users", frame::NO_WORKSPACE_HINT),
        Some(MemberState::Active) => ("check", ""),
        Some(MemberState::Waiting) => ("clock", account::ASKED_HINT),
        Some(MemberState::Suspended) => ("ban", account::SUSPENDED_HINT),
        Some(MemberState::Ended) => ("log-out", account::ENDED_HINT),
        Some(MemberState::Unproven) => ("lock", account::UNPROVEN_HINT),
    };
    view! {
        <Title text=words::title(&title)/>
        <header class="public-head">
            <span class="outside-icon"><Icon name=icon/></span>
            <h1 dir="auto">{title}</h1>
            <p>{hint}</p>
        </header>
    }
    .into_any()
}

/// What somebody can do about it here.
fn act(session: Session, place: Option<Membership>) -> Option<AnyView> {
    let again = move |_| leptos::task::spawn_local(session.sign_out());
    match place?.state {
        MemberState::Ended => Some(
            view! { <button type="button" class="button primary large" on:click=on::click(again)>{account::SIGN_IN_AGAIN}</button> }
                .into_any(),
        ),
        MemberState::Unproven => Some(
            // Not by the router, which waits for a frame that is not here before it changes the address.
            view! { <a class="button primary large" href=ACCOUNT rel="external">{account::TO_ACCOUNT}</a> }
                .into_any(),
        ),
        MemberState::Active | MemberState::Waiting | MemberState::Suspended => None,
    }
}

/// The workspaces beside this one.
#[component]
fn Others() -> impl IntoView {
    let session = use_session();
    let go = StoredValue::new_local(use_navigate());
    let switch = move |to| {
        go.try_with_value(|go| go("/inbox", NavigateOptions::default()));
        session.switch(to);
    };
    let others = move || {
        let here = session.workspace.get();
        let me = session.me.get();
        let places = me.into_iter().flat_map(|me| me.memberships);
        let others = places.filter(|place| Some(place.workspace) != here);
        others.collect::<Vec<_>>()
    };
    let list = move || {
        let others = others();
        (!others.is_empty()).then(|| {
            view! {
                <section class="outside-others" aria-labelledby="others-head">
                    <h2 id="others-head">{account::OTHER_WORKSPACES}</h2>
                    <ul>
                        {others.into_iter().map(|place| view! {
                            <li><button type="button" class="button door-long" on:click=on::click(move |_| switch(place.workspace))>
                                <span dir="auto">{frame::switch_to(&place.workspace_name)}</span>
                            </button></li>
                        }).collect_view()}
                    </ul>
                </section>
            }
        })
    };
    view! { {list} }.into_any()
}

/// Asks every few seconds whether somebody who waits was let in, while the page is looked at; and whatever they wait for
/// each time it is looked at again.
fn ask_again(session: Session, place: Memo<Option<Membership>>, away: RwSignal<bool>) {
    let asking = RwSignal::new(false);
    let ask = move || {
        if !browser::visible() || asking.try_get_untracked() != Some(false) {
            return;
        }
        asking.set(true);
        leptos::task::spawn_local(async move {
            let failed = session.look_again().await.is_err();
            asking.try_set(false);
            away.try_set(failed);
        });
    };
    let every = set_interval_with_handle(
        move || {
            let waits = place.try_with_untracked(|place| {
                place
                    .as_ref()
                    .is_some_and(|place| place.state == MemberState::Waiting)
            });
            if waits == Some(true) {
                ask();
            }
        },
        EVERY,
    );
    // The event is the document's and bubbles to the window.
    let shown = window_event_listener_untyped("visibilitychange", move |_| ask());
    on_cleanup(move || {
        shown.remove();
        if let Ok(every) = every {
            every.clear();
        }
    });
}
