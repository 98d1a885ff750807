//! What stands in the place of a workspace that is not open to somebody: why, and what they can do.

mod closed;

use crate::{
    boxed::{effect, memo},
    session::use_session,
    ui::later::{Later, Part},
    words::{self, account},
};
use closed::Closed;
use leptos::{children::ViewFn, prelude::*};
use leptos_router::hooks::use_location;
use postern_types::{MemberState, Membership};
use wasm_split_helpers::wasm_split;

/// Where one's account is, which needs no workspace.
const ACCOUNT: &str = "/settings/account";

/// What the frame lends to those who are outside of every workspace.
#[derive(Clone)]
pub struct Outside {
    /// True while somebody is at their account here: a workspace that opens meanwhile waits until they leave, for what is
    /// shown there may be shown once.
    pub held: RwSignal<bool>,
    /// The page of the account.
    pub account: ViewFn,
}

/// The page; its code is fetched by those who see it.
#[component]
pub fn WaitingPage() -> impl IntoView {
    let meanwhile = || view! { <main class="public" id="main" aria-busy="true"></main> };
    view! { <Later fetch part=waiting meanwhile/> }.into_any()
}

#[wasm_split(door, preload(fetch), fallible)]
fn waiting() -> Part {
    Ok(view! { <Waiting/> }.into_any())
}

#[component]
fn Waiting() -> impl IntoView {
    let (session, outside) = (use_session(), expect_context::<Outside>());
    let place = memo(move || session.membership());
    let path = use_location().pathname;
    let at_account = memo(move || path.get() == ACCOUNT);
    let held = outside.held;
    effect(move || held.set(at_account.get()));
    on_cleanup(move || {
        held.try_set(false);
    });
    view! {
        {move || if at_account.get() {
            view! { <Account place page=outside.account.clone()/> }.into_any()
        } else {
            view! { <Closed place/> }.into_any()
        }}
    }
    .into_any()
}

/// One's account, and over it what it is for and the way on.
#[component]
fn Account(place: Memo<Option<Membership>>, page: ViewFn) -> impl IntoView {
    let told = move || place.get().map(|place| words_of(&place));
    let onward = move || {
        let open = place.with(|place| {
            place
                .as_ref()
                .is_some_and(|place| place.state == MemberState::Active)
        });
        if open { words::TO_INBOX } else { account::BACK }
    };
    view! {
        <div class="outside">
            <div class="outside-strip">
                <p role="status" dir="auto">{told}</p>
                // Not by the router, which waits for a frame that is not here before it changes the address.
                <a class="button small" href="/inbox" rel="external">{onward}</a>
            </div>
            {page.run()}
        </div>
    }
    .into_any()
}

/// How somebody stands in a workspace, in a line.
fn words_of(place: &Membership) -> String {
    let name = &place.workspace_name;
    match place.state {
        MemberState::Active => account::open_now(name),
        MemberState::Waiting => account::asked(name),
        MemberState::Suspended => account::suspended(name),
        MemberState::Ended => account::ENDED.to_owned(),
        MemberState::Unproven => account::unproven(name),
    }
}
